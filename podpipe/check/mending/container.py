"""Chapters of MP4, Ogg and FLAC put right, by podpipe's own reader and writer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from podpipe import chapters
from podpipe.check import gather
from podpipe.check.mending.spans import CODES, INTRODUCTION, Span
from podpipe.check.mending.spans import mend as mend_spans
from podpipe.models import Chapter

_Writer = Callable[[Path, Sequence[Chapter]], object]


def writer() -> _Writer | None:
    """What writes chapters into any audio file, where there is such a thing."""
    return getattr(chapters, "write", None)


def mend(path: Path, codes: frozenset[str]) -> bool:
    """Put first chapter and ends right; False where this container can't be written.

    Raises:
        ChaptersError, LibraryError: the file can't be written.
    """
    write = writer()
    if write is None or not codes & CODES:
        return False
    found = chapters.read(path)
    spans = [Span(number, c.start_ms, c.end_ms, c.toc) for number, c in enumerate(found)]
    mended = [
        replace(found[span.number], start_ms=span.start_ms, end_ms=span.end_ms or 0)
        if span.number is not None
        else Chapter(INTRODUCTION, 0, span.end_ms or 0)
        for span in mend_spans(spans, codes, gather.sound(path, listen=False).duration_ms)
    ]
    write(path, mended)
    return True
