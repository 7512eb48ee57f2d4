"""Chapters whose ends are missing or can't be, closed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from podpipe.chapters.reading.source import MAX_CHAPTERS
from podpipe.models import Chapter

OPEN = -1
"""The end of a chapter that does not say when it ends."""


def closed(found: Iterable[Chapter], duration_ms: Callable[[], int]) -> tuple[Chapter, ...]:
    """Chapters in order of time; one that ends before it begins, or nowhere, ends where the next listed one begins.

    The last of them ends with the sound: ``duration_ms`` is asked only for it; 0 where that is not known.
    """
    ordered = sorted(found, key=lambda chapter: chapter.start_ms)[:MAX_CHAPTERS]
    if all(chapter.end_ms >= chapter.start_ms for chapter in ordered):
        return tuple(ordered)
    zero_is_open = any(0 <= chapter.end_ms < chapter.start_ms for chapter in ordered)
    result: list[Chapter] = []
    following: int | None = None
    for chapter in reversed(ordered):
        is_open = chapter.end_ms < chapter.start_ms or (zero_is_open and chapter.end_ms == 0)
        if is_open:
            end_ms = max(following if following is not None else duration_ms(), chapter.start_ms)
            result.append(replace(chapter, end_ms=end_ms))
        else:
            result.append(chapter)
        if chapter.toc or following is None:
            following = chapter.start_ms
    return tuple(reversed(result))
