"""Publishing again, publishing elsewhere, and what must not be touched."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from podpipe import storage
from podpipe.check import feeds
from podpipe.cli import main
from podpipe.errors import LibraryError, PublishError
from podpipe.library import Library
from podpipe.models import Soundbite
from podpipe.net import Page
from podpipe.publish import Published, publish, where
from podpipe.publish.choosing import Choice
from podpipe.publish.place import MANIFEST
from podpipe.publish.site import Wish
from podpipe.shows import Subscription
from podpipe.shows.registry import Registry
from podpipe.sources import feed as source
from web_app import HOSTILE, MEMORY, TUNNELS

BASE = "https://example.org/podcasts/"
Republish = Callable[..., Published]


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def contents(folder: Path) -> dict[str, bytes]:
    """Files without their times. Pagefind writes its filters in any order, and names its files by what is in them."""
    given = (".pf_filter", ".pf_meta", "pagefind-entry.json", MANIFEST, where.SITEMAP)
    return {name: data for name, (_, data) in snapshot(folder).items() if not name.endswith(given)}


def rename(library: Library, episode_id: str, title: str) -> None:
    path = library.folder(episode_id).path / "episode.json"
    facts = json.loads(path.read_bytes())
    path.write_text(json.dumps({**facts, "title": title}))


def test_publishing_again_touches_nothing(tmp_path: Path, own: Library) -> None:
    wish = Wish(BASE)
    publish(own, tmp_path / "out", wish)
    before = snapshot(tmp_path / "out")
    done = publish(own, tmp_path / "out", wish)
    assert snapshot(tmp_path / "out") == before
    assert (done.changes.written, done.changes.removed) == ([], [])
    assert done.changes.kept > 60


def test_only_what_a_change_reaches_is_written(tmp_path: Path, own: Library) -> None:
    wish = Wish(BASE)
    publish(own, tmp_path / "out", wish)
    before = snapshot(tmp_path / "out")
    rename(own, MEMORY, "Memory, again")
    done = publish(own, tmp_path / "out", wish)
    after = snapshot(tmp_path / "out")
    touched = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert where.page(MEMORY) in touched and "Memory, again" in after[where.page(MEMORY)][1].decode()
    assert where.page(TUNNELS) not in touched and where.beside(MEMORY, "episode.mp3") not in touched
    assert not any(name.startswith("static/") for name in touched)
    assert touched - {MANIFEST} == {*done.changes.written, *done.changes.removed}
    assert {where.HOME, where.FEED} < touched


def test_soundbites_are_published_and_a_persons_in_place_of_the_feeds(
    tmp_path: Path, own: Library, republish: Republish
) -> None:
    def offered() -> list[tuple[int, int, str]]:
        data = (tmp_path / "out" / where.FEED).read_bytes()
        items = source.read(Page(BASE + where.FEED, data, "")).candidates
        [bites] = [item.episode.soundbites for item in items if item.episode.title == "Memory"]
        return [(bite.start_ms, bite.duration_ms, bite.title) for bite in bites]

    republish()
    assert offered() == [(5783, 4000, "How it chooses"), (0, 1500, "")]
    storage.write_bytes(own.folder(MEMORY).path / "soundbites.json", storage.encode([Soundbite(1000, 2000, "Mine")]))
    done = republish()
    assert offered() == [(1000, 2000, "Mine")]
    assert where.page(MEMORY) in done.changes.written and where.page(TUNNELS) not in done.changes.written
    page = (tmp_path / "out" / where.page(MEMORY)).read_text()
    assert "Mine</bdi>" in page and "How it chooses" not in page
    (own.folder(MEMORY).path / "soundbites.json").write_text("[")
    assert any("soundbites.json can't be read" in reason for reason in republish().skipped)


def test_the_result_is_that_of_a_fresh_publish(tmp_path: Path, own: Library) -> None:
    publish(own, tmp_path / "out", Wish(BASE))
    rename(own, MEMORY, "Memory, again")
    shutil.rmtree(own.folder(TUNNELS).path)
    publish(own, tmp_path / "out", Wish(BASE))
    publish(own, tmp_path / "fresh", Wish(BASE))
    assert contents(tmp_path / "out") == contents(tmp_path / "fresh")


def test_a_file_whose_time_alone_changed_is_left(tmp_path: Path, own: Library, republish: Republish) -> None:
    republish()
    audio = own.folder(MEMORY).tagged
    os.utime(audio, (0, 0))
    before = snapshot(tmp_path / "out")
    assert republish().changes.written == []
    before.pop(MANIFEST)
    assert before.items() <= snapshot(tmp_path / "out").items()


def test_episodes_that_are_gone_disappear(tmp_path: Path, own: Library, republish: Republish) -> None:
    republish()
    shutil.rmtree(own.folder(HOSTILE).path)
    done = republish()
    assert where.page(HOSTILE) in done.changes.removed
    assert not list((tmp_path / "out").rglob(f"*{HOSTILE}*"))
    assert len(list((tmp_path / "out" / "shows").glob("*.html"))) == 1


def test_files_of_others_are_never_touched(tmp_path: Path, own: Library, republish: Republish) -> None:
    out = tmp_path / "out"
    (out / ".git").mkdir(parents=True)
    (out / "CNAME").write_text("example.org")
    assert republish().changes.strangers == [".git", "CNAME"]
    mine = out / "episodes" / HOSTILE / "mine.txt"
    mine.write_text("mine")
    shutil.rmtree(own.folder(HOSTILE).path)
    republish()
    assert (mine.read_text(), (out / "CNAME").read_text()) == ("mine", "example.org")
    assert [path.name for path in mine.parent.iterdir()] == ["mine.txt"]


def test_a_stale_file_that_somebody_changed_is_left_and_named(
    tmp_path: Path, own: Library, republish: Republish
) -> None:
    republish()
    page = tmp_path / "out" / where.page(HOSTILE)
    page.write_text("edited")
    shutil.rmtree(own.folder(HOSTILE).path)
    assert republish().changes.left == [where.page(HOSTILE)]
    assert page.read_text() == "edited"


def test_a_folder_with_other_peoples_pages_is_refused(tmp_path: Path, republish: Republish) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "index.html").write_text("theirs")
    with pytest.raises(PublishError, match=r"holds index\.html already.*--overwrite"):
        republish()
    assert [path.name for path in out.iterdir() if not path.name.startswith(".")] == ["index.html"]
    republish(overwrite=True)
    assert "theirs" not in (out / "index.html").read_text()


def test_a_stranger_where_a_page_would_be_is_not_replaced(tmp_path: Path, own: Library, republish: Republish) -> None:
    hidden = own.folder(HOSTILE).path.rename(tmp_path / "hidden")
    republish()
    page = tmp_path / "out" / where.page(HOSTILE)
    page.write_text("theirs")
    hidden.rename(own.folder(HOSTILE).path)
    with pytest.raises(PublishError, match="did not write it"):
        republish()
    assert page.read_text() == "theirs"


@pytest.mark.parametrize("inside", [".", "episodes", "episodes/x", "index", "shows"])
def test_the_librarys_own_folders_are_refused(own: Library, inside: str) -> None:
    with pytest.raises(PublishError, match="belongs to the library"):
        publish(own, own.root / inside, Wish(BASE, search=False))


@pytest.mark.parametrize("base", ["example.org", "ftp://example.org/", "https://", "https://example.org/?a=b", "//x"])
def test_an_address_that_is_none_is_refused(own: Library, tmp_path: Path, base: str) -> None:
    with pytest.raises(PublishError, match=r"example\.org/podcasts"):
        publish(own, tmp_path / "out", Wish(base, search=False))
    assert not (tmp_path / "out").exists()


def test_what_is_published_can_be_chosen(tmp_path: Path, republish: Republish) -> None:
    done = republish(choice=Choice("kernel", date(2026, 3, 2)))
    assert (done.episodes, done.shows) == (1, 1)
    assert [path.stem for path in (tmp_path / "out" / "episodes").glob("*.html")] == [TUNNELS]
    with pytest.raises(PublishError, match="its shows are Kernel Daily"):
        republish(choice=Choice("nothing of the sort"))


def test_a_show_whose_feed_is_private_is_published_only_by_name(
    tmp_path: Path, own: Library, republish: Republish
) -> None:
    with Registry(own.root) as shows:
        shows.save(Subscription("kernel-daily", "https://ann:secret@example.org/feed", "Kernel Daily", is_private=True))
    done = republish()
    assert (done.episodes, done.shows) == (1, 1)
    assert [fault for fault in done.faults if "Kernel Daily is left out: its feed is private" in fault]
    assert republish(choice=Choice("kernel")).episodes == 2
    assert not any(b"secret" in data for _, data in snapshot(tmp_path / "out").values())


def test_audio_can_be_linked_left_or_the_publishers(tmp_path: Path, own: Library, republish: Republish) -> None:
    out, copy = tmp_path / "out", where.beside(MEMORY, "episode.mp3")
    republish(hard_links=True)
    assert (out / copy).samefile(own.folder(MEMORY).tagged)
    republish(audio_url="https://cdn.example.org/audio")
    assert not (out / copy).exists()
    elsewhere = f"https://cdn.example.org/audio/{MEMORY}/episode.mp3"
    page = (out / where.page(MEMORY)).read_text()
    assert f'src="{elsewhere}"' in page and "media-src &#39;self&#39; https://cdn.example.org;" in page
    items = _items(out / where.FEED)
    size = str(own.folder(MEMORY).tagged.stat().st_size)
    assert items[f"https://example.org/{MEMORY}"].find("enclosure").attrib == {
        "url": elsewhere,
        "length": size,
        "type": "audio/mpeg",
    }
    with pytest.raises(PublishError, match="came from a file"):
        republish(no_audio=True)
    for identity in (MEMORY, TUNNELS, HOSTILE):
        path = own.folder(identity).path / "episode.json"
        facts = json.loads(path.read_bytes())
        path.write_text(json.dumps({**facts, "enclosure": f"https://example.org/{identity}.m4a"}))
    republish(no_audio=True)
    enclosure = _items(out / where.FEED)[f"https://example.org/{MEMORY}"].find("enclosure").attrib
    assert (enclosure["url"], enclosure["type"]) == (f"https://example.org/{MEMORY}.m4a", "audio/x-m4a")


def test_guids_stay_when_a_show_moves_here(tmp_path: Path, republish: Republish) -> None:
    republish()
    expected = {f"https://example.org/{identity}" for identity in (MEMORY, TUNNELS, HOSTILE)}
    assert set(_items(tmp_path / "out" / where.FEED)) == expected


def test_a_show_that_moved_on_says_where(tmp_path: Path, republish: Republish) -> None:
    with pytest.raises(PublishError, match="one show"):
        republish(moved_to="https://new.example.org/feed.xml")
    republish(moved_to="https://new.example.org/feed.xml", choice=Choice("kernel"))
    [path] = (tmp_path / "out" / "shows").glob("*/feed.xml")
    assert "<itunes:new-feed-url>https://new.example.org/feed.xml</itunes:new-feed-url>" in path.read_text()
    assert "<podcast:locked>no</podcast:locked>" in path.read_text()


def test_a_feed_offers_what_is_there(tmp_path: Path, republish: Republish) -> None:
    out = tmp_path / "out"
    republish()
    for path in out.rglob("feed.xml"):
        read = feeds.read(path.read_bytes())
        assert read is not None and read.faults == ()
        for item in read.items:
            [enclosure] = item.enclosures
            audio = out / str(enclosure.url).removeprefix(BASE)
            assert str(audio.stat().st_size) == enclosure.length
            links = [*item.transcripts, *item.chapters]
            assert len(links) == 6
            assert all((out / link.url.removeprefix(BASE)).is_file() for link in links)


def test_an_unfinished_episode_is_left_out_and_said(tmp_path: Path, own: Library, capsys) -> None:
    (own.folder(TUNNELS).path / "stages.json").write_text('{"version": 1, "stages": {}, "pending": {}}')
    command = ["publish", str(tmp_path / "out"), "--base-url", BASE, "--no-search", "--library", str(own.root)]
    with pytest.raises(SystemExit) as stopped:
        main(command)
    assert stopped.value.code == 1
    said = capsys.readouterr()
    assert f"{TUNNELS} is left out: it is not finished" in said.err
    assert "2 episodes of 2 shows" in said.out and f"Feed  {BASE}feed.xml" in said.out


def test_json(tmp_path: Path, own: Library, capsys) -> None:
    command = [
        "publish",
        str(tmp_path / "out"),
        "--base-url",
        BASE,
        "--no-search",
        "--json",
        "--library",
        str(own.root),
    ]
    with pytest.raises(SystemExit) as stopped:
        main(command)
    assert stopped.value.code == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["episodes"], said["url"], said["removed"]) == (3, BASE, [])
    assert where.page(MEMORY) in said["written"] and len(said["feeds"]) == 3


def test_without_pagefind_it_is_said_how_to_get_it(tmp_path: Path, own: Library) -> None:
    code = "import sys; sys.modules['pagefind'] = None; from podpipe.cli import main; main()"
    command = ["publish", str(tmp_path / "out"), "--base-url", BASE, "--library", str(own.root)]
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.strip().endswith("pip install 'podpipe[publish]', or publish without search: --no-search")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_can_not_be_written_is_named(tmp_path: Path, own: Library, republish: Republish) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "static").write_text("a file where a folder would be")
    with pytest.raises(LibraryError, match=re.escape(str(tmp_path / "out" / "static"))):
        republish(overwrite=True)


def test_two_at_once_do_not_mix(tmp_path: Path, own: Library, republish: Republish) -> None:
    def second(what: str, number: int, total: int) -> None:
        with pytest.raises(PublishError, match="another podpipe publishes"):
            republish()

    publish(own, tmp_path / "out", Wish(BASE, search=False), second)


def test_killed_at_any_moment_it_leaves_whole_pages_and_goes_on(tmp_path: Path, own: Library) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "podpipe", "publish", str(out), "--base-url", BASE, "--library", str(own.root)]
    for step in range(6):
        rename(own, MEMORY, f"Memory {step}")
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while not out.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(0.02 * step * step)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for page in out.rglob("*.html"):
            assert page.read_text("utf-8").endswith("</html>\n") or page.read_text("utf-8").endswith("</html>"), page
    done = publish(own, out, Wish(BASE))
    assert done.changes.left == []
    publish(own, tmp_path / "fresh", Wish(BASE))
    assert contents(out) == contents(tmp_path / "fresh")


def test_killed_with_no_more_than_a_folder_made_it_goes_on(tmp_path: Path, own: Library) -> None:
    publish(own, tmp_path / "fresh", Wish(BASE))
    out = tmp_path / "out"
    (out / "static").mkdir(parents=True)
    (out / ".podpipe-site.journal").write_text("static/site.css\n")
    publish(own, out, Wish(BASE))
    assert contents(out) == contents(tmp_path / "fresh")


def _items(path: Path) -> dict[str, etree._Element]:
    return {item.findtext("guid"): item for item in etree.parse(path).getroot().iter("item")}
