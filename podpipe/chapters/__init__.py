"""Chapters in and out of files: one list, many carriers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from podpipe import storage
from podpipe.chapters import id3
from podpipe.chapters.facts import Facts
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


def write(path: Path, chapters: Sequence[Chapter] | None, facts: Facts | None = None) -> list[str]:
    """Put chapters into an audio file in place of those that it has; its sound stays bit for bit.

    The file is whole at any moment: a copy is written beside it and takes its name. None leaves the chapters,
    or the facts, as they are; () takes the chapters away, ``Facts()`` what an earlier run has set. What the
    file can't hold is returned, a sentence each.

    Raises:
        ChaptersError: it is of a kind that holds no chapters, or can't be followed.
        AudioError: it is no audio.
        LibraryError: the disk is full, or the folder can't be written.
    """
    from podpipe.chapters import writers

    writer = writers.writer_of(path)
    if path.is_symlink():
        path = path.resolve()
    mode = path.stat().st_mode & 0o7777
    with storage.replacing(path) as temporary:
        remarks = writer(path, temporary, chapters, facts)
        temporary.chmod(mode)
    return remarks
