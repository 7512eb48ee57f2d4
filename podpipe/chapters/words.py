"""Titles and texts of files, short enough for a sentence to a user."""

from __future__ import annotations

from collections.abc import Sequence

from podpipe import timecode
from podpipe.models import Chapter

_SHOWN = 3
_ROOM = 40


def quoted(text: str) -> str:
    """Text in quotes, on one line, cut where it is long."""
    plain = " ".join(text[: 10 * _ROOM].split())
    return repr(plain if len(plain) <= _ROOM else plain[: _ROOM - 1] + "…")


def named(chapter: Chapter) -> str:
    """A chapter by its title, or where it has none by its start."""
    return quoted(chapter.title) if chapter.title.split() else f"the chapter at {timecode.clock(chapter.start_ms)}"


def names(chapters: Sequence[Chapter]) -> str:
    """Some chapters: a few by their titles, many counted."""
    if len(chapters) > _SHOWN + 1:
        return f"{len(chapters)} chapters"
    *first, last = map(named, chapters)
    return f"{', '.join(first)} and {last}" if first else last
