"""What audio alone tells of its episode."""

from __future__ import annotations

from pathlib import Path

import pytest

from podpipe.sources import media


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
