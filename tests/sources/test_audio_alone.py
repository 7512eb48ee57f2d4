"""What audio alone tells of its episode."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from mutagen.easyid3 import EasyID3

from podpipe.net import Client
from podpipe.sources import Candidate, discover, media


@pytest.mark.parametrize(
    ("path", "title", "day"),
    [
        ("shows/disk_talk_20240207.mp3", "disk talk 20240207", "2024-02-07"),
        ("disk_talk_20240207/audio.mp3", "disk talk 20240207", "2024-02-07"),
        ("shows_of_20240207/07.mp3", "07", ""),
        ("shows/Episode 7.mp3", "Episode 7", ""),
    ],
)
def test_audio_without_tags_is_called_as_what_tells_something(path: str, title: str, day: str, tmp_path: Path) -> None:
    file = tmp_path / path
    file.parent.mkdir()
    file.write_bytes(b"\xff\xfb")
    address = f"https://shows.example/{path.replace(' ', '%20')}"
    for episode in (media.from_file(file).episode, media.from_url(address, address).episode):
        assert episode.title == title
        assert (f"{episode.published:%Y-%m-%d}" if episode.published else "") == day


def found(audio: Path, notes: str) -> Iterator[Candidate]:
    """Audio with notes that are given, and that lie beside it."""
    given = audio.parent / f"notes{'.html' if '<' in notes else '.md'}"
    given.write_text(notes)
    audio.write_bytes(b"\xff\xfb")
    with Client() as client:
        yield from discover(str(audio), client=client, notes=str(given))
        given.rename(audio.with_suffix(given.suffix))
        yield from discover(str(audio), client=client)


@pytest.mark.parametrize(
    "notes",
    [
        "# Oil and water\n\nRecorded on March 3rd 2024. We talk about oil.\n\n## Oil\n",
        "<h1>Oil and water</h1><time datetime='2024-03-03'></time><p>We talk about oil.</p><h2>Oil</h2>",
    ],
)
@pytest.mark.parametrize("audio", ["audio.mp3", "07.mp3"])
def test_notes_name_audio_that_says_nothing_itself(audio: str, notes: str, tmp_path: Path) -> None:
    for candidate in found(tmp_path / audio, notes):
        assert candidate.episode.title == "Oil and water"
        assert f"{candidate.episode.published:%Y-%m-%d}" == "2024-03-03"
        assert candidate.episode.id.startswith("2024-03-03-oil-and-water-")
        assert candidate.notes
        assert "We talk about oil." in candidate.notes.text


@pytest.mark.parametrize(
    ("audio", "notes"),
    [
        ("07.mp3", "# Oil\n\nIt is light.\n\n# Water\n\nIt is not.\n"),
        ("07.mp3", "<h1>Oil</h1><p>It is light.</p><h1>Water</h1><p>It is not.</p>"),
        ("07.mp3", "Oil\n\nIt is light.\n\nWater\n\nIt is not.\n"),
        ("Oil and water.mp3", "# Oil\n\nIt is light.\n"),
        ("07.mp3", "Since July 20th 1969 nobody has asked.\n\nWe talk about oil.\n"),
    ],
)
def test_a_topic_is_no_title_and_a_telling_name_is_kept(audio: str, notes: str, tmp_path: Path) -> None:
    for candidate in found(tmp_path / audio, notes):
        assert candidate.episode.title == Path(audio).stem
        assert candidate.episode.published is None


def test_tags_go_before_notes(tone: Path, tmp_path: Path) -> None:
    audio = tmp_path / "07.mp3"
    shutil.copyfile(tone, audio)
    tags = EasyID3()
    tags["title"], tags["date"] = "Water and oil", "2023-01-02"
    tags.save(audio)
    audio.with_suffix(".md").write_text("# Oil and water\n\nRecorded on March 3rd 2024.\n")
    episode = media.from_file(audio).episode
    assert (episode.title, f"{episode.published:%Y-%m-%d}") == ("Water and oil", "2023-01-02")
