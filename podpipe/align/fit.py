"""Words fitted to the sound: a recogniser's times run over pauses, in which nobody speaks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from podpipe.models import Word
from podpipe.sound import Silence, Sound

PAUSE_MS = 200
"""Shorter silences belong to words: the closure before a "p" or a "t"."""


def fitted(words: Sequence[Word], sound: Sound) -> tuple[Word, ...]:
    """Words that run over a pause keep the longest part of theirs that sounds; the others stay as they are."""
    pauses = [silence for silence in sound.silences if silence.length_ms >= PAUSE_MS]
    ends = [pause.end_ms for pause in pauses]
    result: list[Word] = []
    for word in words:
        start_ms, end_ms = _longest_part(word, pauses, bisect_left(ends, word.start_ms + 1))
        result.append(replace(word, start_ms=start_ms, end_ms=end_ms))
    return tuple(result)


def _longest_part(word: Word, pauses: Sequence[Silence], first: int) -> tuple[int, int]:
    parts: list[tuple[int, int]] = []
    start_ms = word.start_ms
    for pause in pauses[first:]:
        if pause.start_ms >= word.end_ms:
            break
        parts.append((start_ms, pause.start_ms))
        start_ms = pause.end_ms
    parts.append((start_ms, word.end_ms))
    best = max(parts, key=lambda part: part[1] - part[0])
    return best if best[1] > best[0] else (word.start_ms, word.end_ms)
