from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutagen.mp3 import MP3

from podpipe import audio, chapters, tagging
from podpipe.chapters import id3
from podpipe.chapters.facts import Facts
from podpipe.errors import AudioError
from podpipe.models import Chapter

FACTS = Facts("An episode", "A show")
WANTED = (
    Chapter("Änfang", 0, 1000, because="in the file"),
    Chapter("Two: ❤️", 1000, 3000, because="in the file", url="https://example.org/"),
)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tag") / "original.mp3"
    audio.write_mp3(path, tone(3, 44_100), 44_100)
    return path


def tag(source: Path, destination: Path, wanted: Sequence[Chapter]) -> list[str]:
    return tagging.write(source, destination, tuple(wanted), FACTS, kind="mp3")


def tone(seconds: int, rate: int) -> Iterator[audio.Samples]:
    for second in range(seconds):
        time = np.arange(rate, dtype=np.float32) / rate
        yield 0.3 * np.sin(2 * np.pi * (300 + 100 * second) * time, dtype=np.float32)


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


def test_an_mp3_keeps_its_audio_and_gets_chapters(original: Path, tmp_path: Path) -> None:
    tag(original, tmp_path / "episode.mp3", WANTED)
    assert chapters.read(tmp_path / "episode.mp3") == WANTED
    assert packets(tmp_path / "episode.mp3") == packets(original)
    assert list(tmp_path.iterdir()) == [tmp_path / "episode.mp3"]


def test_the_original_is_left_alone(original: Path, tmp_path: Path) -> None:
    before = original.read_bytes()
    tag(original, tmp_path / "episode.mp3", WANTED)
    assert original.read_bytes() == before


@pytest.mark.parametrize("name", ["auphonic.m4a", "auphonic.ogg", "auphonic.opus", "nero-chapters.m4a"])
def test_other_formats_become_an_mp3_with_chapters(shared_data: Path, tmp_path: Path, name: str) -> None:
    source = shared_data / "chapters" / name
    destination = tmp_path / "episode.mp3"
    tag(source, destination, WANTED)
    assert chapters.read(destination) == WANTED
    info = audio.probe(destination)
    assert (info.format, info.codec) in {("mp3", "mp3"), ("mp3", "mp3float")}
    spoken_ms = sum(block.size for block in audio.decode(source)) * 1000 // audio.SAMPLE_RATE
    assert abs(info.duration_ms - spoken_ms) <= 150
    assert list(tmp_path.iterdir()) == [destination]


@pytest.mark.parametrize("name", ["auphonic.mp3", "hindenburg-journalist-pro.mp3", "mp3chaps-py.mp3"])
def test_chapters_that_a_file_has_are_replaced(shared_data: Path, tmp_path: Path, name: str) -> None:
    source = shared_data / "chapters" / name
    tag(source, tmp_path / "episode.mp3", WANTED)
    assert chapters.read(tmp_path / "episode.mp3") == WANTED
    assert packets(tmp_path / "episode.mp3") == packets(source)
    old, new = MP3(source).tags, MP3(tmp_path / "episode.mp3").tags
    assert {key for key in old if not key.startswith(("CHAP", "CTOC", "TDRC"))} <= set(new)
    assert [picture.data for picture in new.getall("APIC")] == [picture.data for picture in old.getall("APIC")]


@pytest.mark.parametrize("data", [b"", b"<html>not found</html>", b"RIFF....WAVEfmt nothing", b"OggS\0"])
def test_what_is_no_audio_is_refused_and_leaves_nothing(tmp_path: Path, data: bytes) -> None:
    source = tmp_path / "source"
    source.write_bytes(data)
    with pytest.raises(AudioError, match=str(source)):
        tag(source, tmp_path / "episode.mp3", WANTED)
    assert not (tmp_path / "episode.mp3.encoded").exists()


TITLES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)


@given(st.lists(TITLES, min_size=1, max_size=20))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_ffmpeg_and_we_read_the_same_chapters(original: Path, titles: list[str]) -> None:
    wanted = [Chapter(title, 100 * number, 100 * number + 100) for number, title in enumerate(titles)]
    destination = original.with_name("episode.mp3")
    tag(original, destination, wanted)
    ours = [(chapter.title, chapter.start_ms, chapter.end_ms) for chapter in id3.read(destination)]
    assert ours == [(chapter.title, chapter.start_ms, chapter.end_ms) for chapter in wanted]
    assert audio.chapters(destination) == ours
