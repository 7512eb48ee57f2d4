"""A published site as podcast apps and players see it, over HTTP."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import feedparser
import podcastparser
import pytest

from bench import node
from bench.host import hosting
from bench.shelf import Made, evenly, put, spoken
from podpipe import check, storage
from podpipe.check import Options
from podpipe.library import Library
from podpipe.models import Episode, Notes, Show, Soundbite
from podpipe.publish import publish, where
from podpipe.publish.site import Wish
from web_app import HOSTILE, MEMORY, TUNNELS, fill

SHOW_ID = "kernel-daily-0badcafe"
PARTYTIME = Path(node.__file__).with_name("partytime.mjs")
CHAPTERS = ("Opening", "The OOM killer", "io_uring")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, tone: Path, demo: Path) -> Iterator[tuple[str, Path]]:
    """The address and folder of a site, with a show that says all that apps want to know."""
    root = tmp_path_factory.mktemp("read")
    library = fill(root / "library", tone)
    end_ms = 149_000
    bite = Soundbite(29_000, 18_700, "The OOM killer")
    facts = Episode(
        "2026-03-04-news-dddddddd",
        "urn:news:1",
        "News",
        show="News",
        show_id=SHOW_ID,
        language="en",
        soundbites=(bite,),
    )
    put(
        library,
        Made(
            facts, demo / "episode.mp3", spoken("The news of the day. " * 80), evenly(CHAPTERS, end_ms), Notes("Notes.")
        ),
    )
    show = Show(SHOW_ID, "News", author="Ann", email="ann@example.org", language="en", description="News.")
    folder = library.root / "shows" / SHOW_ID
    folder.mkdir(parents=True)
    (folder / "show.json").write_bytes(storage.encode(show))
    host = root / "host"
    host.mkdir()
    with hosting(host) as url:
        publish(library, host / "podcasts", Wish(f"{url}podcasts/", search=False))
        yield f"{url}podcasts/", host / "podcasts"


def test_feeds_are_read_by_others(published: tuple[str, Path]) -> None:
    url, folder = published
    read = feedparser.parse(url + where.FEED)
    assert not read.bozo
    assert {entry.id for entry in read.entries} == {
        *(f"https://example.org/{identity}" for identity in (MEMORY, TUNNELS, HOSTILE)),
        "urn:news:1",
    }
    with (folder / where.FEED).open("rb") as file:
        other = podcastparser.parse(url + where.FEED, file)
    assert len(other["episodes"]) == 4
    own = folder / where.show_file(SHOW_ID, where.FEED)
    [news] = podcastparser.parse(url, own.open("rb"))["episodes"]
    assert [chapter["title"] for chapter in news["chapters"]] == list(CHAPTERS)
    assert news["total_time"] == 149


@pytest.mark.slow
def test_partytime_reads_the_feed(published: tuple[str, Path]) -> None:
    if not node.version("podcast-partytime"):
        pytest.skip("podcast-partytime is not installed: npm install --prefix .venv/node podcast-partytime")
    module = node.MODULES / "podcast-partytime" / "dist" / "index.js"
    path = published[1] / where.show_file(SHOW_ID, where.FEED)
    done = subprocess.run(["node", PARTYTIME, module, path], capture_output=True, text=True, check=True)
    [item] = json.loads(done.stdout)["items"]
    assert item["guid"] == "urn:news:1"
    assert {each["type"] for each in item["podcastTranscripts"]} >= {"text/vtt", "text/html", "application/json"}
    assert item["podcastChapters"]["url"].endswith("/chapters.json")
    [bite] = item["podcastSoundbites"]
    assert (bite["startTime"], bite["duration"], bite["title"]) == (29, 18.7, "The OOM killer")


def test_our_own_check_finds_nothing_but_what_is_so_here(published: tuple[str, Path]) -> None:
    """No cover, no category, and http, as it is this machine."""
    _, folder = published
    expected = {"F07", "F10", "F11", "F19"}
    reports = check.check(str(folder / where.show_file(SHOW_ID, where.FEED)), Library(folder), Options())
    assert {f.code for report in reports for f in report.findings if f.severity != "info"} == expected
    for name in ("episode.mp3", "chapters.json", "transcript.vtt", "transcript.srt"):
        path = folder / where.beside("2026-03-04-news-dddddddd", name)
        for report in check.check(str(path), Library(folder), Options(listen=False)):
            assert [f for f in report.findings if f.severity == "error"] == [], name


@pytest.mark.slow
def test_gpodder_subscribes_and_downloads(published: tuple[str, Path], tmp_path: Path) -> None:
    if shutil.which("gpo") is None:
        pytest.skip("gPodder's gpo is not installed (Debian: gpodder)")
    url, folder = published
    feed = url + where.show_file(SHOW_ID, where.FEED)
    environment = {**os.environ, "GPODDER_HOME": str(tmp_path), "GPODDER_DOWNLOAD_DIR": str(tmp_path / "downloads")}

    def gpo(*words: str) -> str:
        done = subprocess.run(
            ["gpo", *words],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return done.stdout + done.stderr

    gpo("subscribe", feed)
    assert "News" in gpo("episodes", feed)
    gpo("download", feed)
    [audio] = (tmp_path / "downloads").rglob("*.mp3")
    assert audio.read_bytes() == (folder / where.beside("2026-03-04-news-dddddddd", "episode.mp3")).read_bytes()


@pytest.mark.slow
def test_mpv_shows_the_chapters(published: tuple[str, Path]) -> None:
    if shutil.which("mpv") is None:
        pytest.skip("mpv is not installed")
    audio = published[0] + where.beside("2026-03-04-news-dddddddd", "episode.mp3")
    flags = ["--no-config", "--ao=null", "--vo=null", "--length=0.2", "--term-playing-msg=${chapter-list}"]
    said = subprocess.run(["mpv", *flags, audio], capture_output=True, timeout=60, check=True).stdout
    shown = re.findall(r"(\d\d:\d\d:\d\d).*\((\d+)\) (.+)", said.decode("utf-8", "replace"))
    assert [title for _, _, title in shown] == list(CHAPTERS)
