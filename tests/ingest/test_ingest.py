from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from ingest_run import Run, quiet
from loopback import Loopback
from podpipe import audio, storage
from podpipe.errors import LibraryError, PodpipeError
from podpipe.ingest import Outcome
from podpipe.library import Library
from podpipe.models import Episode
from podpipe.sources import Selection


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path / "library")


@pytest.fixture
def speech(demo: Path) -> bytes:
    return (demo / "episode.mp3").read_bytes()


def test_a_page_with_its_audio_becomes_a_searchable_episode(run: Run, site: Loopback, speech: bytes) -> None:
    site.serve("/show.mp3", speech, "audio/mpeg")
    url = site.serve("/notes.txt", "Audio: /show.mp3\n\nA fine show\n\nMemory. The OOM killer takes what it can get.")
    (outcome,) = run(url)
    assert (outcome.status, outcome.error, outcome.episode.title) == ("done", "", "A fine show")
    (folder,) = run.library
    assert {path.name for path in folder.path.iterdir()} == {
        "episode.json", "notes.txt", "original.mp3", "hypothesis.json", "loudness.npy", "transcript.json",
        "chapters.json",
        "transcript.vtt", "transcript.srt", "transcript.txt", "episode.mp3", "stages.json",
    }  # fmt: skip
    assert run.hits('"OOM killer"') == ["A fine show"]


def test_the_second_time_nothing_is_done(run: Run, site: Loopback, speech: bytes) -> None:
    url = site.serve("/show.mp3", speech, "audio/mpeg", etag='"1"')
    run(url)
    asked, files = run.recogniser.asked, _files(run.library)
    (outcome,) = run(url)
    assert outcome.status == "unchanged"
    assert run.recogniser.asked == asked
    assert _files(run.library) == files


def test_new_notes_redo_what_hangs_on_them_and_no_download(run: Run, tmp_path: Path, demo: Path) -> None:
    shutil.copy(demo / "episode.mp3", tmp_path / "a.mp3")
    (tmp_path / "a.txt").write_text("Nothing much.")
    run(tmp_path / "a.mp3")
    (tmp_path / "a.txt").write_text("Memory. Let us begin with the OOM killer, which takes what it can get.")
    (outcome,) = run(tmp_path / "a.mp3")
    assert next(iter(outcome.seconds)) == "describe"
    assert {"transcribe", "align", "index"} <= set(outcome.seconds)


def test_force_does_a_stage_again(run: Run, tone: Path) -> None:
    run(tone)
    (outcome,) = run(tone, force=frozenset({"tag"}))
    assert list(outcome.seconds) == ["tag"]


def test_what_a_person_edited_stays(run: Run, demo: Path) -> None:
    run(demo / "notes.txt")
    (folder,) = run.library
    chapters = folder.path / "chapters.json"
    edited = {"version": "1.2.0", "chapters": [{"startTime": 0, "title": "Mine"}, {"startTime": 20, "title": "Own"}]}
    chapters.write_text(json.dumps(edited))
    (outcome,) = run(demo / "notes.txt", force=frozenset({"align"}))
    assert [chapter.title for chapter in outcome.chapters] == ["Mine", "Own"]
    assert json.loads(chapters.read_text()) == edited
    assert [title for title, *_ in audio.chapters(folder.path / "episode.mp3")] == ["Mine", "Own"]


def test_a_feed_gives_the_episodes_that_are_wanted(run: Run, site: Loopback, speech: bytes) -> None:
    feed = _feed(site, speech)
    assert [o.episode.title for o in run(feed, selection=Selection(limit=1))] == ["Three"]
    assert [o.episode.title for o in run(feed, selection=Selection(since=date(2026, 2, 1)))] == ["Three", "Two"]
    assert [o.episode.title for o in run(feed, selection=Selection(match="twice"))] == ["Two"]
    assert [o.status for o in run(feed, jobs=2)].count("done") == 1


def test_the_others_are_done_where_one_fails(run: Run, site: Loopback, speech: bytes) -> None:
    feed = _feed(site, speech)
    del site.replies["/2.mp3"]
    outcomes = {o.episode.title: o for o in run(feed, jobs=2)}
    assert [outcomes[title].status for title in ("One", "Two", "Three")] == ["done", "failed", "done"]
    assert "/2.mp3 does not exist (HTTP 404)" in outcomes["Two"].error


def test_the_publishers_chapters_win(run: Run, site: Loopback, speech: bytes) -> None:
    feed = _feed(site, speech)
    site.serve(
        "/chapters.json",
        json.dumps({"version": "1.2.0", "chapters": [{"startTime": 0, "title": "A"}, {"startTime": 33, "title": "B"}]}),
        "application/json+chapters",
    )
    (outcome,) = run(feed, selection=Selection(match="Three"))
    assert [(c.title, c.start_ms, c.evidence) for c in outcome.chapters] == [
        ("A", 0, "publisher"),
        ("B", 33_000, "publisher"),
    ]


_PSC = """<psc:chapters version="1.2" xmlns:psc="{namespace}">
<psc:chapter start="00:00:00.000" title="A" href="/a" image="https://e.org/a.png"/>
<psc:chapter start="00:33.250" title="B"/></psc:chapters>"""


def _serve_item(site: Loopback, speech: bytes, more: str, notes: str = "notes") -> str:
    site.serve("/1.mp3", speech, "audio/mpeg")
    item = _ITEM.format(title="One", number=1, date="Thu, 01 Jan", notes=notes, length=len(speech), more=more)
    return site.serve("/feed", _FEED.format(items=item), "application/rss+xml")


@pytest.mark.parametrize("namespace", ["http://podlove.org/simple-chapters", "http://podlove.de/simple-chapters"])
def test_chapters_within_the_feed_keep_times_links_and_images(
    run: Run, site: Loopback, speech: bytes, namespace: str
) -> None:
    (outcome,) = run(_serve_item(site, speech, _PSC.format(namespace=namespace)))
    first, second = outcome.chapters
    assert (first.title, first.start_ms, first.end_ms) == ("A", 0, 33_250)
    assert (first.url, first.image) == (site.url + "/a", "https://e.org/a.png")
    assert (second.title, second.start_ms, second.end_ms) == ("B", 33_250, outcome.duration_ms)
    assert {chapter.evidence for chapter in outcome.chapters} == {"publisher"}
    (folder,) = run.library
    assert [title for title, *_ in audio.chapters(folder.tagged)] == ["A", "B"]


def test_the_next_list_is_taken_where_one_is_broken_and_that_is_said(run: Run, site: Loopback, speech: bytes) -> None:
    site.serve("/chapters.json", '{"version": "1.2.0", "chapters": [{"startTime": 0, "title": "All"}]}')
    psc = _PSC.format(namespace="http://podlove.org/simple-chapters")
    (outcome,) = run(_serve_item(site, speech, _CHAPTERS + psc))
    assert [chapter.title for chapter in outcome.chapters] == ["A", "B"]
    assert outcome.remarks[0] == "the chapters that the feed links to are left out: there is only one"


def test_chapters_of_another_episode_are_left_out(run: Run, site: Loopback, speech: bytes) -> None:
    listed = [{"startTime": 600 * number, "title": f"Chapter {number}"} for number in range(5)]
    site.serve("/chapters.json", json.dumps({"version": "1.2.0", "chapters": listed}))
    (outcome,) = run(_serve_item(site, speech, _CHAPTERS))
    assert not any(chapter.evidence == "publisher" for chapter in outcome.chapters)
    assert outcome.remarks == ("the feed's chapters are left out: 4 of 5 begin after the end of the sound",)


def test_relative_links_of_the_publishers_chapters_lead_to_the_publisher(
    run: Run, site: Loopback, speech: bytes
) -> None:
    listed = [{"startTime": 0, "title": "A", "img": "images/a.png", "url": "a.html"}, {"startTime": 9, "title": "B"}]
    site.serve("/chapters.json", json.dumps({"version": "1.2.0", "chapters": listed}))
    (outcome,) = run(_serve_item(site, speech, _CHAPTERS))
    assert (outcome.chapters[0].image, outcome.chapters[0].url) == (site.url + "/images/a.png", site.url + "/a.html")


def test_chapters_that_the_feed_offers_no_more_are_gone(run: Run, site: Loopback, speech: bytes) -> None:
    run(_serve_item(site, speech, _PSC.format(namespace="http://podlove.org/simple-chapters")))
    (folder,) = run.library
    assert (folder.path / "published-chapters.json").exists()
    (outcome,) = run(_serve_item(site, speech, ""))
    assert not any(chapter.evidence == "publisher" for chapter in outcome.chapters)
    assert not (folder.path / "published-chapters.json").exists()


def test_the_files_own_chapters_are_kept_with_their_pictures(run: Run, tmp_path: Path, shared_data: Path) -> None:
    source = tmp_path / "talk.mp3"
    shutil.copyfile(shared_data / "chapters" / "hindenburg-journalist-pro.mp3", source)
    (tmp_path / "talk.txt").write_text("0:01 A stamp\n0:05 Another\n")
    (outcome,) = run(source)
    assert [(c.title, c.start_ms, c.url, c.because) for c in outcome.chapters] == [
        ("Chapter Marker 1", 0, "https://example.com/chapter1url", "in the file"),
        ("Chapter Marker 2", 5006, "https://example.com/chapter2url", "in the file"),
    ]
    (folder,) = run.library
    images = [folder.path / chapter.image for chapter in outcome.chapters]
    assert [path.stat().st_size for path in images] == [4015, 4364]
    assert [outcome.status for outcome in run(source)] == ["unchanged"]
    images[0].write_bytes(images[1].read_bytes())
    (again,) = run(source)
    assert list(again.seconds) == ["tag"]


def test_timestamps_in_the_notes_are_chapters(run: Run, site: Loopback, speech: bytes) -> None:
    notes = "&lt;p&gt;(0:00) Hello&lt;br&gt;(0:40) Middle &amp;amp; more&lt;br&gt;(1:30.5) End&lt;/p&gt;"
    (outcome,) = run(_serve_item(site, speech, "", notes))
    assert [(c.title, c.start_ms, c.evidence) for c in outcome.chapters] == [
        ("Hello", 0, "publisher"),
        ("Middle & more", 40_000, "publisher"),
        ("End", 90_500, "publisher"),
    ]


def test_a_folder_gives_its_files_with_the_notes_beside_them(run: Run, tmp_path: Path, tone: Path) -> None:
    folder = tmp_path / "shows"
    folder.mkdir()
    for name in ("2 later.mp3", "10 last.mp3"):
        shutil.copy(tone, folder / name)
    (folder / "10 last.md").write_text("# Heading\n\nText.")
    assert [o.episode.title for o in run(folder)] == ["2 later", "10 last"]
    assert [kept.notes() is not None for kept in run.library] == [True, False]


@pytest.mark.parametrize("ending", ["m4a", "ogg", "wav", "flac"])
def test_other_formats(run: Run, tmp_path: Path, demo: Path, ending: str) -> None:
    path = tmp_path / f"show.{ending}"
    _convert(demo / "episode.mp3", path)
    (outcome,) = run(path)
    assert (outcome.status, outcome.error) == ("done", "")
    assert abs(outcome.duration_ms - 149_000) < 1000
    (folder,) = run.library
    assert (folder.path / f"original.{ending}").read_bytes() == path.read_bytes()
    assert folder.path.joinpath("episode.mp3").exists()


def test_silence_and_tones_give_an_episode_without_words(run: Run, tone: Path) -> None:
    (outcome,) = run(tone)
    (folder,) = run.library
    assert outcome.status == "done"
    assert run.recogniser.asked == 0
    assert folder.transcript().words == ()


@pytest.mark.parametrize(
    ("name", "data", "complaint"),
    [
        ("empty.mp3", b"", "empty.mp3 is empty"),
        ("page.mp3", b"<!DOCTYPE html><html><body>Log in</body></html>", "is not audio but a web page"),
        ("list.mp3", b"#EXTM3U\nfile:///etc/passwd\n", "is not audio but a playlist"),
        ("noise.wav", b"RIFF\x10\x00\x00\x00WAVEjunkjunkjunk", "noise.wav"),
        ("cut.m4a", b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom\0\0\0\0", "cut.m4a"),
        ("zeros.mp3", bytes(100_000), "is not audio"),
    ],
)
def test_what_is_no_audio_leaves_nothing(run: Run, tmp_path: Path, name: str, data: bytes, complaint: str) -> None:
    (tmp_path / name).write_bytes(data)
    (outcome,) = run(tmp_path / name)
    assert outcome.status == "failed"
    assert complaint in outcome.error
    assert "\n" not in outcome.error
    assert not list(run.library.episodes.glob("*/original.*"))
    assert run.hits("anything") == []


def test_a_truncated_mp3_is_done_as_far_as_it_goes(run: Run, tmp_path: Path, speech: bytes) -> None:
    (tmp_path / "cut.mp3").write_bytes(speech[: len(speech) // 2 + 17])
    (outcome,) = run(tmp_path / "cut.mp3")
    assert outcome.status == "done"
    assert abs(outcome.duration_ms - 74_500) < 1000


@pytest.mark.parametrize(
    ("page", "media_type", "complaint"),
    [
        ("<html><body><p>No audio here.</p></body></html>", "text/html", "names no audio and no feed"),
        ("Just text.", "text/plain", "names no audio; write a line such as Audio:"),
        ("<rss><channel><title>T</title><item><title>x</title></item></channel></rss>", "text/xml", "without audio"),
    ],
)
def test_pages_that_are_no_episodes(run: Run, site: Loopback, page: str, media_type: str, complaint: str) -> None:
    (outcome,) = run(site.serve("/page", page, media_type))
    assert outcome.status == "failed"
    assert complaint in outcome.error
    assert site.url in outcome.error


def test_a_page_from_the_web_opens_no_file_of_ours(run: Run, site: Loopback, tone: Path) -> None:
    page = f'<html><body><audio src="{tone.as_uri()}"></audio></body></html>'
    (outcome,) = run(site.serve("/page", page, "text/html"))
    assert outcome.status == "failed"
    assert "http and https only" in outcome.error


def test_notes_in_odd_encodings(run: Run, tmp_path: Path, tone: Path) -> None:
    for number, encoding in enumerate(("utf-16", "utf-8-sig", "cp1252", "utf-16-le")):
        path = tmp_path / f"{number}.mp3"
        shutil.copy(tone, path)
        path.with_suffix(".txt").write_bytes("Café – “Überraschung”.".encode(encoding))
        (outcome,) = run(path)
        (folder,) = [folder for folder in run.library if folder.id == outcome.episode.id]
        assert folder.notes().text.strip("\ufeff") == "Café – “Überraschung”."


def test_notes_of_another_episode_make_no_chapters(run: Run, tmp_path: Path, demo: Path) -> None:
    notes = tmp_path / "other.txt"
    notes.write_text(
        "Gardening. Tomatoes want sun, water and a stick to hold them up all summer long.\n\n"
        "Beekeeping. A hive is opened slowly, from behind, on a warm day without any wind at all."
    )
    (outcome,) = run(demo / "episode.mp3", notes=str(notes))
    assert outcome.status == "done"
    assert [c.title for c in outcome.chapters if c.evidence in ("script", "agenda")] == []
    assert [missing.title for missing in outcome.missing] == ["Gardening", "Beekeeping"]


def test_notes_for_several_episodes_are_refused(run: Run, site: Loopback, speech: bytes, tmp_path: Path) -> None:
    (tmp_path / "n.txt").write_text("x")
    (outcome,) = run(_feed(site, speech), notes=str(tmp_path / "n.txt"))
    assert "names 3 episodes; --notes can only belong to one" in outcome.error


def test_stopping_at_any_stage_loses_nothing(run: Run, demo: Path) -> None:
    for stage in ("fetch", "describe", "transcribe", "align", "transcripts", "tag", "index"):

        def stop(episode: Episode, now: str, done: int, total: int | None, at: str = stage) -> None:
            if now == at:
                raise KeyboardInterrupt

        run.progress = stop
        with pytest.raises(KeyboardInterrupt):
            run(demo / "notes.txt")
        for path in run.library.root.rglob("*.json"):
            json.loads(path.read_text())
    run.progress = quiet
    (outcome,) = run(demo / "notes.txt")
    assert list(outcome.seconds) == ["index"]


def test_two_runs_on_one_library_wait_for_each_other(run: Run, demo: Path) -> None:
    results: list[Outcome] = []
    threads = [threading.Thread(target=lambda: results.extend(run(demo / "notes.txt"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome.status for outcome in results) == ["done", "unchanged"]


def test_a_library_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryError, match="file"):
        Library(tmp_path / "file" / "library").prepare()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_full_disk_is_said_and_nothing_half_written_stays(tmp_path: Path, demo: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.system(f"mount -t tmpfs -o size=1500k tmpfs {disk} 2>/dev/null"):
        pytest.skip("this machine can't mount a small disk")
    try:
        run = Run(disk)
        with_room = [outcome.error for outcome in _or_error(run, demo / "episode.mp3")]
        assert "disk is full" in with_room[0]
        for path in disk.rglob("*.json"):
            json.loads(path.read_text())
        assert not [path for path in disk.rglob("*") if ".tmp" in path.name or path.name.startswith(".original")]
    finally:
        os.system(f"umount {disk}")


def _or_error(run: Run, source: Path) -> Iterator[Outcome]:
    try:
        yield from run(source)
    except PodpipeError as error:
        yield Outcome(str(source), None, "failed", error=str(error))


def _files(library: Library) -> dict[str, str]:
    return {
        str(path.relative_to(library.root)): storage.digest(path.read_bytes().hex())
        for path in library.root.rglob("*")
        if path.is_file() and ".locks" not in path.parts
    }


_ITEM = """<item><title>{title}</title><guid isPermaLink="false">guid-{number}</guid>
<pubDate>{date} 2026 08:00:00 +0000</pubDate><description>{notes}</description>
<enclosure url="/{number}.mp3" length="{length}" type="audio/mpeg"/>{more}</item>"""

_FEED = """<?xml version="1.0"?><rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0">
<channel><title>The Show</title><language>en</language>{items}</channel></rss>"""

_CHAPTERS = '<podcast:chapters url="/chapters.json" type="application/json+chapters"/>'


def _feed(site: Loopback, speech: bytes) -> str:
    rows = [
        ("One", "Thu, 01 Jan", "once", ""),
        ("Two", "Sun, 01 Mar", "twice, &lt;b&gt;bold&lt;/b&gt;", ""),
        ("Three", "Wed, 01 Apr", "thrice", _CHAPTERS),
    ]
    items = ""
    for number, (title, day, notes, more) in enumerate(rows, 1):
        sound = speech[: 600_000 + number]
        site.serve(f"/{number}.mp3", sound, "audio/mpeg", etag=f'"{number}"')
        items += _ITEM.format(title=title, number=number, date=day, notes=notes, length=len(sound), more=more)
    return site.serve("/feed", _FEED.format(items=items), "application/rss+xml")


def _convert(source: Path, target: Path) -> None:
    import av

    formats = {
        "m4a": ("ipod", "aac", 44_100),
        "ogg": ("ogg", "libopus", 48_000),
        "wav": ("wav", "pcm_s16le", 16_000),
        "flac": ("flac", "flac", 16_000),
    }
    container_format, codec, rate = formats[target.suffix[1:]]
    with av.open(str(target), "w", format=container_format) as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        position = 0
        for block in audio.decode(source, sample_rate=rate):
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block)[None], "flt", "mono")
            frame.sample_rate, frame.pts = rate, position
            position += block.size
            for fitting in av.AudioResampler(stream.codec_context.format, "mono", rate).resample(frame):
                container.mux(stream.encode(fitting))
        container.mux(stream.encode(None))
