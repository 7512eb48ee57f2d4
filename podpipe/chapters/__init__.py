"""Chapters in and out of files: one list, many carriers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from podpipe.chapters import id3
from podpipe.models import Chapter


def read(path: Path) -> tuple[Chapter, ...]:
    """The chapters that an audio file carries; () where it carries none, or none that can be read.

    ID3 is read by our own reader, MP4 and Ogg by FFmpeg's libraries.
    """
    from podpipe import audio

    readers: dict[str, Callable[[Path], tuple[Chapter, ...]]] = {"mp3": id3.read, "aac": id3.read}
    container = audio.sniff(path)
    if container in readers:
        return readers[container](path)
    return tuple(
        Chapter(title, start_ms, end_ms, because="in the file")
        for title, start_ms, end_ms in audio.chapters(path)
        if title
    )
