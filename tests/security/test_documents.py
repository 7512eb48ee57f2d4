"""Feeds, pages, JSON and transcripts that mean harm: nothing is loaded, unpacked or walked without end."""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest_run import Run
from loopback import Loopback, loopback
from podpipe import transcripts
from podpipe.chapters import json as json_chapters
from podpipe.chapters import pictures, psc
from podpipe.errors import PodpipeError
from podpipe.library import Library
from podpipe.models import Notes
from podpipe.net import Page
from podpipe.notes import read_outline
from podpipe.sources import feed, page
from podpipe.sources.identity import episode_id

DEEP = 100_000


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path / "library")


@pytest.fixture
def inner() -> Iterator[Loopback]:
    """A service of this machine that nobody from outside should reach."""
    with loopback("127.0.0.2") as served:
        yield served


def of_feed(text: str | bytes) -> object:
    return feed.read(Page("https://e.org/feed", text.encode() if isinstance(text, str) else text, "text/xml"))


def of_page(text: str) -> object:
    return page.read(Page("https://e.org/", text.encode(), "text/html"))


def of_notes(text: str) -> object:
    return read_outline(page.notes_of(Page("https://e.org/", text.encode(), "text/html")))


# What a feed and a page link to


def test_nothing_that_a_feed_links_to_is_asked_for_within_this_machine(
    run: Run, site: Loopback, inner: Loopback, tone: Path
) -> None:
    site.serve("/a.mp3", tone.read_bytes(), "audio/mpeg")
    item = (
        "<item><title>{title}</title><guid>{title}</guid><itunes:image href='{inner}/cover.png'/>"
        "<podcast:chapters url='{inner}/c.json' type='application/json+chapters'/>"
        "<podcast:transcript url='{inner}/t.vtt' type='text/vtt'/>"
        "<description>&lt;img src='{inner}/i.png'&gt; {inner}/notes</description>"
        "<enclosure url='{audio}' type='audio/mpeg'/></item>"
    )
    items = item.format(title="own", inner=inner.url, audio="/a.mp3")
    items += item.format(title="theirs", inner=inner.url, audio=inner.url + "/a.mp3")
    url = site.serve(
        "/feed",
        "<rss xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' "
        "xmlns:podcast='https://podcastindex.org/namespace/1.0'><channel><title>T</title>"
        f"<itunes:new-feed-url>{inner.url}/feed</itunes:new-feed-url>{items}</channel></rss>",
        "text/xml",
    )
    outcomes = {outcome.episode.title: outcome for outcome in run(url)}
    assert outcomes["own"].status == "done"
    assert "private network" in outcomes["theirs"].error
    assert inner.requests == []


def test_nothing_that_a_page_links_to_is_asked_for_within_this_machine(
    run: Run, site: Loopback, inner: Loopback
) -> None:
    for html in (
        f"<audio src='{inner.url}/a.mp3'></audio>",
        f"<a href='{inner.url}/a.mp3'>x</a>",
        f"<link rel='alternate' type='application/rss+xml' href='{inner.url}/feed'>",
        f"<base href='{inner.url}/'><a href='a.mp3'>x</a>",
        f"<meta property='og:audio' content='{inner.url}/a.mp3'>",
    ):
        (outcome,) = run(site.serve("/page", f"<html><body>{html}</body></html>", "text/html"))
        assert "private network" in outcome.error
    assert inner.requests == []


@pytest.mark.parametrize(
    "address", ["http://[", "http://[::1", "//[x", "http://e.org:99999999/", "\0", "http://\ud800/"]
)
def test_an_address_that_is_none_is_an_error_of_ours_or_left_out(
    run: Run, site: Loopback, tone: Path, address: str
) -> None:
    site.serve("/a.mp3", tone.read_bytes(), "audio/mpeg")
    listed = [{"startTime": 0, "title": "A", "url": address, "img": address}, {"startTime": 1, "title": "B"}]
    site.serve("/c.json", json.dumps({"version": "1.2.0", "chapters": listed}))
    links = f"<podcast:chapters url='/c.json' type='application/json+chapters'/><link>{address}</link>"
    item = f"<item><title>x</title>{links}<enclosure url='/a.mp3' type='audio/mpeg'/></item>"
    broken = f"<item><title>y</title><enclosure url='{address}' type='audio/mpeg'/></item>"
    namespace = "xmlns:podcast='https://podcastindex.org/namespace/1.0'"
    text = f"<rss {namespace}><channel><title>T</title>{item}{broken}</channel></rss>"
    feed_url = site.serve("/feed", text.encode("utf-8", "replace"), "text/xml")
    html = f"<html><body>{address}/a.mp3 <a href='{address}'>x</a><base href='{address}'><img src='{address}'></body>"
    page_url = site.serve("/page", html.encode("utf-8", "replace"), "text/html")
    for outcome in (*run(feed_url), *run(page_url)):
        assert "podpipe went wrong" not in outcome.error


# XML


BOMB = "<!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {name} '{f'&{before};' * 10}'>" for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)
ITEM = "<item><title>{title}</title><enclosure url='/a.mp3'/></item>"


@pytest.mark.parametrize(
    "text",
    [
        BOMB + "]><rss><channel><title>&j;</title>" + ITEM.format(title="&j;"),
        f"<!DOCTYPE rss [<!ENTITY x '{'a' * 100_000}'>]><rss><channel>" + ITEM.format(title="&x;" * 50_000),
    ],
    ids=["billion laughs", "quadratic"],
)
def test_entities_are_not_blown_up(text: str) -> None:
    assert peak_of(lambda: of_feed(text)) < 100_000_000


def test_entities_fetch_nothing(tmp_path: Path, inner: Loopback) -> None:
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    for target in (secret.as_uri(), inner.url + "/x"):
        for doctype in (
            f"<!DOCTYPE rss [<!ENTITY x SYSTEM '{target}'>]>",
            f"<!DOCTYPE rss SYSTEM '{target}'>",
            f"<!DOCTYPE rss [<!ENTITY % p SYSTEM '{target}'> %p;]>",
        ):
            text = (
                f"{doctype}<rss><channel><title>&x;</title><item><title>a &x;</title><enclosure url='/a.mp3'/></item>"
            )
            include = f"<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='{target}' parse='text'/>"
            try:
                found = of_feed(f"{text}{include}</channel></rss>")
            except PodpipeError:
                continue
            assert "SECRET" not in repr(found)
            with pytest.raises(PodpipeError):
                psc.read(f"{doctype}<psc:chapters xmlns:psc='http://podlove.org/simple-chapters'>&x;".encode(), "x")
    assert inner.requests == []


# Depth and size


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (of_feed, "<rss><channel>" + "<a>" * DEEP),
        (of_feed, "<rss><channel><item>" * DEEP),
        (of_page, "<html><body>" + "<div>" * DEEP + "<a href='/a.mp3'>"),
        (of_notes, "<html><body>" + "<div><p><b>" * DEEP + "x"),
        (of_notes, "<html><body>" + "<table><tr><td>" * DEEP),
        (of_notes, "<html><body>" + "<ul><li>" * DEEP),
        (lambda text: read_outline(Notes(text, "text/markdown")), ">" * DEEP + "x"),
        (lambda text: read_outline(Notes(text, "text/markdown")), "[" * DEEP),
        (lambda text: read_outline(Notes(text, "text/markdown")), "*a _" * DEEP),
        (lambda text: json_chapters.decode(text.encode(), "x"), "[" * DEEP),
        (lambda text: json_chapters.decode(text.encode(), "x"), '{"a":' * DEEP),
        (lambda text: transcripts.read(text.encode(), "x"), '{"segments":' + "[" * DEEP),
        (lambda text: transcripts.read(text.encode(), "x"), "<html>" + "<div>" * DEEP),
        (lambda text: psc.read(text.encode(), "x"), "<psc:chapters>" + "<a>" * DEEP),
    ],
)
def test_depth_costs_no_more_than_length(read: Callable[[str], object], text: str) -> None:
    started = time.process_time()
    assert peak_of(lambda: read(text)) < 400_000_000
    assert time.process_time() - started < 20


def peak_of(action: Callable[[], object]) -> int:
    """Bytes that Python holds at the most; errors of ours are fine, and others are not."""
    tracemalloc.start()
    try:
        action()
    except PodpipeError as error:
        assert "\n" not in str(error)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


# Where files go


@pytest.mark.parametrize(
    "title",
    ["../../etc/passwd", "..", ".", "/etc/passwd", "C:\\Windows\\x", "CON", "nul.txt", "aux", "LPT1", "COM1.", "a\0b",
     "a" * 5000, "\u202egpj.exe", "-rf", "~root", "%2e%2e%2f", ".hidden", "\ud800", "  ", "日本語", "a/b\\c:d*e?f|g"],
)  # fmt: skip
def test_no_title_decides_where_a_file_goes(title: str, tmp_path: Path) -> None:
    name = episode_id(None, title, title)
    assert name == Path(name).name
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert name.rpartition("-")[0]  # never a device's name alone, never hidden, never an option
    assert not name.startswith("-")
    assert len(name) <= 60
    assert Library(tmp_path).folder(name).path.parent == tmp_path / "episodes"


def test_names_in_headers_and_addresses_name_no_file(run: Run, site: Loopback, tone: Path) -> None:
    headers = {"Content-Disposition": 'attachment; filename="../../../pwned.sh"'}
    site.serve("/..%2f..%2fpwned.mp3?x=/../y", tone.read_bytes(), "audio/mpeg", headers=headers)
    url = site.url + "/..%2f..%2fpwned.mp3?x=/../y"
    (outcome,) = run(url)
    assert outcome.status == "done"
    (folder,) = run.library
    assert folder.path.parent == run.library.episodes
    assert {path.name for path in folder.path.glob("original*")} == {"original.mp3"}
    assert not list(run.library.root.parent.rglob("*pwned.sh*"))


def test_a_link_in_the_library_is_not_written_through(run: Run, tone: Path, tmp_path: Path) -> None:
    (first,) = run(tone)
    folder = run.library.folder(first.episode.id).path
    outside = tmp_path / "outside"
    outside.mkdir()
    for path in list(folder.iterdir()):
        path.unlink()
    folder.rmdir()
    folder.symlink_to(outside, target_is_directory=True)
    (outcome,) = run(tone)
    assert outcome.status == "failed"
    assert "is a link; podpipe writes only below its library" in outcome.error
    assert list(outside.iterdir()) == []


def test_links_in_the_place_of_files_are_replaced_and_not_followed(run: Run, tone: Path, tmp_path: Path) -> None:
    (first,) = run(tone)
    folder = run.library.folder(first.episode.id).path
    victim = tmp_path / "victim"
    victim.write_text("mine")
    for name in ("transcript.vtt", "episode.mp3", "hypothesis.json"):
        (folder / name).unlink()
        (folder / name).symlink_to(victim)
    run(tone, force=frozenset({"transcribe", "transcripts", "tag"}))
    assert victim.read_text() == "mine"


def test_pictures_of_chapters_are_those_of_their_folder(tmp_path: Path) -> None:
    """``img`` of a chapters file that names a picture elsewhere is not read."""
    folder = tmp_path / "episode"
    (folder / "images").mkdir(parents=True)
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    for name in ("../secret.png", "images/../../secret.png", str(secret), "images/..\\..\\secret.png"):
        found = json_chapters.decode(
            json.dumps({"version": "1.2.0", "chapters": [{"startTime": 0, "title": "A", "img": name}]}).encode(), "x"
        ).chapters
        (loaded,) = pictures.attached(folder, found)
        assert loaded.picture is None
