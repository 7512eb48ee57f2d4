"""Episodes to passages: about 70 s of talk each, never across a chapter."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from podpipe.models import Chapter, Passage, Sentence

_LONG_MS = 70_000
_WORDS = 170


def passages(episode_id: str, chapters: Sequence[Chapter], sentences: Sequence[Sentence]) -> tuple[Passage, ...]:
    """Cut sentences into passages; each sentence is in exactly one.

    A sentence belongs to the chapter in which its middle lies.
    """
    starts = [chapter.start_ms for chapter in chapters]
    groups: list[tuple[int, list[Sentence]]] = []
    for sentence in sentences:
        number = bisect_right(starts, (sentence.start_ms + sentence.end_ms) // 2) - 1
        if not groups or groups[-1][0] != number or _is_full(groups[-1][1], sentence):
            groups.append((number, []))
        groups[-1][1].append(sentence)
    return tuple(_passage(episode_id, order, chapters, number, run) for order, (number, run) in enumerate(groups))


def _is_full(run: Sequence[Sentence], sentence: Sentence) -> bool:
    words = sum(len(part.text.split()) for part in (*run, sentence))
    return words > _WORDS or sentence.end_ms - run[0].start_ms > _LONG_MS


def _passage(episode_id: str, order: int, chapters: Sequence[Chapter], number: int, run: Sequence[Sentence]) -> Passage:
    chapter = chapters[number] if number >= 0 else None
    return Passage(
        id=f"{episode_id}/{order}",
        episode_id=episode_id,
        chapter=chapter.title if chapter else "",
        chapter_start_ms=chapter.start_ms if chapter else 0,
        start_ms=run[0].start_ms,
        end_ms=run[-1].end_ms,
        sentences=tuple(run),
    )
