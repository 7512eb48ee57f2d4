"""What is said beside a script, heard several pieces at a time: Whisper takes half a minute, however short they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from podpipe.audio import SAMPLE_RATE
from podpipe.models import Word
from podpipe.speech.vad import STRETCH_S, Stretch

_BETWEEN_MS = 600
"""Silence between two pieces."""


Hear = Callable[[Stretch, Sequence[Stretch]], list[Word]]
"""Gives the words of a sound, made of several pieces; times in milliseconds of the file."""

Time = Callable[[Stretch, list[Word]], list[Word]]
"""Looks where in a piece its words sound; times in milliseconds from its start, then of the file."""


class Gaps:
    """Pieces of sound, each with the number of the place in which its words belong."""

    def __init__(self, hear: Hear, time: Time, workers: int) -> None:
        self._hear, self._time, self._pool = hear, time, ThreadPoolExecutor(workers, thread_name_prefix="gap")
        self._waiting: list[tuple[int, Stretch]] = []
        self._under_way: list[tuple[list[int], Future[list[list[Word]]]]] = []

    def add(self, number: int, gap: Stretch) -> None:
        """Have a piece heard, with others when there are enough."""
        if sum(other.duration_ms + _BETWEEN_MS for _, other in self._waiting) + gap.duration_ms > STRETCH_S * 1000:
            self._begin()
        self._waiting.append((number, gap))

    def fill(self, said: list[list[Word]]) -> None:
        """Put all words into their places, their times in milliseconds of the file."""
        self._begin()
        for numbers, future in self._under_way:
            for number, words in zip(numbers, future.result(), strict=True):
                said[number] = words
        self._under_way = []

    def close(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _begin(self) -> None:
        if self._waiting:
            numbers, gaps = [number for number, _ in self._waiting], [gap for _, gap in self._waiting]
            self._under_way.append((numbers, self._pool.submit(self._words, gaps)))
            self._waiting = []

    def _words(self, gaps: Sequence[Stretch]) -> list[list[Word]]:
        return [self._time(gap, words) for gap, words in zip(gaps, heard(gaps, self._hear), strict=True)]


def heard(gaps: Sequence[Stretch], hear: Hear) -> list[list[Word]]:
    """The words of each piece, heard together; times in milliseconds from its start."""
    first = gaps[0].start_ms
    silence = np.zeros(_BETWEEN_MS * SAMPLE_RATE // 1000, np.float32)
    together = Stretch(first, np.concatenate([part for gap in gaps for part in (gap.samples, silence)][:-1]))
    words = [word.shifted(-first) for word in hear(together, gaps)]
    return [list(_within(words, at_ms, gap)) for at_ms, gap in zip(_starts(gaps), gaps, strict=True)]


def _starts(gaps: Sequence[Stretch]) -> Iterator[int]:
    at_ms = 0
    for gap in gaps:
        yield at_ms
        at_ms += gap.duration_ms + _BETWEEN_MS


def _within(words: Sequence[Word], at_ms: int, gap: Stretch) -> Iterator[Word]:
    """The words that lie in a piece, or mostly in it; times in milliseconds from its start."""
    for word in words:
        middle_ms = (word.start_ms + word.end_ms) // 2 - at_ms
        if -_BETWEEN_MS // 2 <= middle_ms < gap.duration_ms + _BETWEEN_MS // 2:
            start_ms = min(max(word.start_ms - at_ms, 0), gap.duration_ms)
            end_ms = min(max(word.end_ms - at_ms, start_ms), gap.duration_ms)
            yield replace(word, start_ms=start_ms, end_ms=end_ms)
