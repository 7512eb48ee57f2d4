"""What audio alone tells of its episode."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from mutagen.easyid3 import EasyID3

from podpipe.net import Client
from podpipe.sources import discover, media


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


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("notes.md", "# Oil and water\n\nRecorded on March 3rd 2024. We talk about oil.\n"),
        ("notes.txt", "Oil and water\n\nRecorded on March 3rd 2024. We talk about oil.\n"),
        (
            "notes.html",
            "<h1>Oil and water</h1><time datetime='2024-03-03'></time><p>We talk about oil.</p>",
        ),
    ],
)
def test_notes_name_audio_that_says_nothing_itself(name: str, text: str, tmp_path: Path) -> None:
    audio, notes = tmp_path / "talk.mp3", tmp_path / name
    audio.write_bytes(b"\xff\xfb")
    notes.write_text(text)
    with Client() as client:
        (given,) = discover(str(audio), client=client, notes=str(notes))
        notes.rename(audio.with_suffix(notes.suffix))
        (beside,) = discover(str(audio), client=client)
    for candidate in (given, beside):
        assert candidate.episode.title == "Oil and water"
        assert f"{candidate.episode.published:%Y-%m-%d}" == "2024-03-03"
        assert candidate.episode.id.startswith("2024-03-03-oil-and-water-")
        assert candidate.notes
        assert "We talk about oil." in candidate.notes.text


def test_tags_go_before_notes(tone: Path, tmp_path: Path) -> None:
    audio = tmp_path / "talk.mp3"
    shutil.copyfile(tone, audio)
    tags = EasyID3()
    tags["title"], tags["date"] = "Water and oil", "2023-01-02"
    tags.save(audio)
    audio.with_suffix(".md").write_text("# Oil and water\n\nRecorded on March 3rd 2024.\n")
    episode = media.from_file(audio).episode
    assert (episode.title, f"{episode.published:%Y-%m-%d}") == ("Water and oil", "2023-01-02")
