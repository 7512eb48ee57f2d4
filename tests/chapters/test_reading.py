"""Chapters out of real files, written by other programs."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from podpipe import chapters
from podpipe.errors import AudioError
from podpipe.models import Chapter

FILES = (
    "auphonic.m4a",
    "auphonic.mp3",
    "auphonic.ogg",
    "auphonic.opus",
    "hindenburg-journalist-pro.m4a",
    "hindenburg-journalist-pro.mp3",
    "mp3chaps-py.mp3",
    "nero-chapters.m4a",
)
HINDENBURG = [("Chapter Marker 1", 0), ("Chapter Marker 2", 5005)]


def expected_of(folder: Path, name: str) -> list[tuple[str, int]]:
    listed = json.loads((folder / "expected.json").read_text())
    return [(chapter["title"], chapter["start_ms"]) for chapter in listed[name]] if name in listed else HINDENBURG


def test_every_file_is_in_the_list(shared_data: Path) -> None:
    folder = shared_data / "chapters"
    assert {path.name for path in folder.iterdir()} == {*FILES, "expected.json"}
    assert set(json.loads((folder / "expected.json").read_text())) < set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_every_file_reads_exactly_as_expected(shared_data: Path, name: str) -> None:
    folder = shared_data / "chapters"
    found = chapters.read(folder / name)
    assert [(chapter.title, chapter.start_ms) for chapter in found] == expected_of(folder, name)
    assert all(chapter.toc and chapter.end_ms > chapter.start_ms for chapter in found)


@pytest.mark.parametrize("name", ["auphonic.m4a", "auphonic.mp3", "auphonic.ogg", "auphonic.opus"])
def test_auphonics_links(shared_data: Path, name: str) -> None:
    found = chapters.read(shared_data / "chapters" / name)
    assert {chapter.url for chapter in found} == {"https://example.com"}


@pytest.mark.parametrize("ending", ["mp3", "m4a"])
def test_hindenburgs_links_and_pictures(shared_data: Path, ending: str) -> None:
    found = chapters.read(shared_data / "chapters" / f"hindenburg-journalist-pro.{ending}")
    assert [chapter.url for chapter in found] == [f"https://example.com/chapter{number}url" for number in (1, 2)]
    sizes = [(len(chapter.picture.data), chapter.picture.media_type) for chapter in found if chapter.picture]
    assert sizes == [(4015, "image/jpeg"), (4364, "image/jpeg")]


def test_auphonics_pictures(shared_data: Path) -> None:
    for ending in ("mp3", "m4a"):
        found = chapters.read(shared_data / "chapters" / f"auphonic.{ending}")
        assert all(chapter.picture and chapter.picture.data.startswith(b"\xff\xd8") for chapter in found)
        bare = chapters.read(shared_data / "chapters" / f"auphonic.{ending}", pictures=False)
        assert [chapter.title for chapter in bare] == [chapter.title for chapter in found]
        assert not any(chapter.picture for chapter in bare)


WANTED = [("Eins", 0, 1000), ("Zwei ❤️", 1000, 2400), ("三", 2400, 3000)]
"""FFmpeg rounds the seconds up before it adds the milliseconds where it writes Ogg: no half seconds here."""

CODECS = {
    "mp3": ("mp3", "libmp3lame"),
    "m4a": ("ipod", "aac"),
    "mp4": ("mp4", "aac"),
    "mov": ("mov", "aac"),
    "opus": ("opus", "libopus"),
    "mka": ("matroska", "libopus"),
    "webm": ("webm", "libopus"),
}


def written_by_ffmpeg(path: Path, **options: str) -> Path:
    container_format, codec = CODECS[path.suffix[1:]]
    with av.open(str(path), "w", format=container_format, options=options) as container:
        container.set_chapters(
            [
                {"id": n, "start": start, "end": end, "time_base": Fraction(1, 1000), "metadata": {"title": title}}
                for n, (title, start, end) in enumerate(WANTED)
            ]
        )
        stream = container.add_stream(codec, rate=48_000, layout="mono")
        for position in range(0, 3 * 48_000, 960):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 960), np.float32), "fltp", "mono")
            frame.sample_rate, frame.pts = 48_000, position
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("ending", CODECS)
def test_what_ffmpeg_writes(tmp_path: Path, ending: str) -> None:
    found = chapters.read(written_by_ffmpeg(tmp_path / f"file.{ending}"))
    assert [(c.title, c.start_ms) for c in found] == [(title, start) for title, start, _ in WANTED]
    assert [c.end_ms for c in found[:-1]] == [1000, 2400]
    assert abs(found[-1].end_ms - 3000) <= 30


@pytest.mark.parametrize(
    "options",
    [
        {"id3v2_version": "4"},
        {"id3v2_version": "3", "write_id3v1": "1"},
    ],
)
def test_ffmpegs_id3(tmp_path: Path, options: dict[str, str]) -> None:
    found = chapters.read(written_by_ffmpeg(tmp_path / "file.mp3", **options))
    assert [(c.title, c.start_ms, c.end_ms) for c in found] == WANTED


@pytest.mark.parametrize("flags", ["faststart", "frag_keyframe+empty_moov", "frag_keyframe"])
def test_ffmpegs_ways_to_write_mp4(tmp_path: Path, flags: str) -> None:
    found = chapters.read(written_by_ffmpeg(tmp_path / "file.mp4", movflags=flags))
    assert [(c.title, c.start_ms, c.end_ms) for c in found[:2]] == WANTED[:2]
    assert (found[2].title, found[2].start_ms) == WANTED[2][:2]


def test_a_file_that_is_no_audio_or_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"none\.mp3 can't be read"):
        chapters.read(tmp_path / "none.mp3")
    page = tmp_path / "page.mp3"
    page.write_text("<!doctype html><p>not found")
    with pytest.raises(AudioError, match=r"page\.mp3 is not audio but a web page"):
        chapters.read(page)
    page.write_bytes(b"")
    with pytest.raises(AudioError, match="is empty"):
        chapters.read(page)
    with pytest.raises(AudioError, match="can't be read"):
        chapters.read(tmp_path)


def test_chapters_carry_where_they_are_from(shared_data: Path) -> None:
    found = chapters.read(shared_data / "chapters" / "nero-chapters.m4a")
    assert found[0] == Chapter("Chapter 1 - ❤️😊", 0, 3000, because="in the file")
