"""Titles and texts of files, short enough for a sentence to a user."""

from __future__ import annotations

from collections.abc import Sequence

from podpipe.models import Chapter

_SHOWN = 3
_ROOM = 40


def quoted(text: str) -> str:
    """Text in quotes, on one line, cut where it is long."""
    plain = " ".join(text[: 10 * _ROOM].split())
    return repr(plain if len(plain) <= _ROOM else plain[: _ROOM - 1] + "…")


def names(chapters: Sequence[Chapter]) -> str:
    """Some chapters: a few by their titles, many counted."""
    if len(chapters) > _SHOWN + 1:
        return f"{len(chapters)} chapters"
    named = [quoted(chapter.title) for chapter in chapters]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
