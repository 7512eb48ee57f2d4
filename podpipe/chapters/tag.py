"""``episode.mp3``: the original with chapters. What is no MP3 becomes one first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from podpipe import audio
from podpipe.chapters import id3
from podpipe.models import Chapter, Episode

_RATE = 44_100
_BIT_RATE = 96_000


def tag(source: Path, destination: Path, episode: Episode, chapters: Sequence[Chapter]) -> None:
    """Write the tagged copy of an original.

    Raises:
        AudioError, ChaptersError: the original can't be read, or its tag not written.
    """
    if audio.sniff(source) == "mp3":
        id3.write(source, destination, episode, chapters)
        return
    encoded = destination.with_name(destination.name + ".encoded")
    try:
        audio.write_mp3(encoded, audio.decode(source, sample_rate=_RATE), _RATE, bit_rate=_BIT_RATE)
        id3.write(encoded, destination, episode, chapters)
    finally:
        encoded.unlink(missing_ok=True)
