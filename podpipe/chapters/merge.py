"""New chapters that come in a form with less room than ours: what it could not say stays as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from podpipe.chapters.edit import following
from podpipe.models import Chapter


def merged(new: Sequence[Chapter], old: Sequence[Chapter], holds: frozenset[str]) -> tuple[Chapter, ...]:
    """``new``, with what its form does not hold taken from the old chapter of the same start, or else title.

    ``holds`` is as in ``podpipe.chapters.formats``. Where the form leaves out hidden chapters, they stay.
    """
    known = _Known(old, exact="ms" in holds)
    result = []
    for chapter in new:
        before = known.find(chapter)
        result.append(chapter if before is None else _filled(chapter, before, known.ends[id(before)], holds))
    if "hidden" not in holds:
        taken = {chapter.start_ms for chapter in result}
        result += [chapter for chapter in old if not chapter.toc and chapter.start_ms not in taken]
    return tuple(sorted(result, key=lambda chapter: chapter.start_ms))


class _Known:
    """Old chapters by start and by title, each to be found once."""

    def __init__(self, old: Sequence[Chapter], *, exact: bool) -> None:
        self._old = list(old)
        self._step_ms = 1 if exact else 1000
        ends = following(old, max((chapter.end_ms for chapter in old), default=0))
        self.ends = {
            id(chapter): chapter.end_ms if chapter.end_ms != end_ms else None
            for chapter, end_ms in zip(old, ends, strict=True)
        }

    def find(self, chapter: Chapter) -> Chapter | None:
        """The old chapter that this one was, if it is plain which."""
        start = chapter.start_ms // self._step_ms
        same = [other for other in self._old if other.start_ms // self._step_ms == start]
        named = [other for other in same or self._old if other.title.split() == chapter.title.split()]
        best = named or same
        if len(best) != 1:
            return None
        self._old = [other for other in self._old if other is not best[0]]
        return best[0]


def _filled(chapter: Chapter, before: Chapter, end_ms: int | None, holds: frozenset[str]) -> Chapter:
    moved = chapter.start_ms - before.start_ms
    if "ms" not in holds and chapter.start_ms == before.start_ms // 1000 * 1000:
        chapter = replace(chapter, start_ms=before.start_ms, end_ms=max(chapter.end_ms, before.start_ms))
        moved = 0
    if "end" not in holds and end_ms is not None and moved == 0:
        chapter = replace(chapter, end_ms=end_ms)
    return replace(
        chapter,
        url=chapter.url if "url" in holds else chapter.url or before.url,
        image=chapter.image if "image" in holds else chapter.image or before.image,
        toc=chapter.toc if "hidden" in holds else before.toc,
        picture=before.picture if chapter.picture is None else chapter.picture,
    )
