"""Chapters in and out of files: one list, many carriers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from podpipe import storage
from podpipe.chapters.facts import Facts
from podpipe.chapters.reading import read
from podpipe.models import Chapter

__all__ = ["read", "write"]


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
