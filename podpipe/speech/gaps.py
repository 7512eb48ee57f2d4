"""What is said beside a script, heard in long pieces and several of them at a time, as engines are fastest so."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from podpipe.audio import SAMPLE_RATE
from podpipe.models import Word
from podpipe.speech.vad import STRETCH_S, Stretch

_BETWEEN_MS = 600
"""Silence between two gaps."""


@dataclass(frozen=True)
class Joined:
    """Gaps in a row, as one sound that is no longer than a stretch."""

    gaps: tuple[Stretch, ...]

    @functools.cached_property
    def stretch(self) -> Stretch:
        """That sound, at the time of the first gap."""
        silence = np.zeros(_BETWEEN_MS * SAMPLE_RATE // 1000, np.float32)
        samples = [part for gap in self.gaps for part in (gap.samples, silence)][:-1]
        return Stretch(self.gaps[0].start_ms, np.concatenate(samples))

    def parted(self, words: Sequence[Word]) -> list[list[Word]]:
        """The words of each gap, of those of the sound; times in milliseconds, from a sound's start to a gap's."""
        return [list(_within(words, at_ms, gap)) for at_ms, gap in zip(_starts(self.gaps), self.gaps, strict=True)]


Hear = Callable[[Sequence[Joined]], list[list[Word]]]
"""Gives the words of each sound; times in milliseconds from its start."""

Time = Callable[[Stretch, list[Word]], list[Word]]
"""Looks where in a gap its words sound; times in milliseconds from its start, then of the file."""


class Gaps:
    """Gaps, each with the place of its words among the others. ``together``: so many sounds are heard at once."""

    def __init__(self, hear: Hear, time: Time, workers: int, together: int = 1) -> None:
        self._hear, self._time, self._workers, self._together = hear, time, workers, together
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="gap")
        self._waiting: list[tuple[int, Stretch]] = []
        self._joined: list[tuple[list[int], Joined]] = []
        self._under_way: list[tuple[list[int], Future[list[list[Word]]]]] = []

    def add(self, place: int, gap: Stretch) -> None:
        """Have a gap heard, with others when there are enough. Its words come before those at ``place``."""
        if sum(other.duration_ms + _BETWEEN_MS for _, other in self._waiting) + gap.duration_ms > STRETCH_S * 1000:
            self._join()
        if len(self._joined) >= self._together * self._workers:
            self._begin()
        self._waiting.append((place, Stretch(gap.start_ms, gap.samples.copy())))  # without the minutes around it

    def fill(self, said: list[Word]) -> None:
        """Put all words into their places, their times in milliseconds of the file."""
        self._join()
        self._begin()
        for places, future in reversed(self._under_way):  # from the end, as places before stay what they are
            for place, words in reversed(list(zip(places, future.result(), strict=True))):
                said[place:place] = words
        self._under_way = []

    def close(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _join(self) -> None:
        if self._waiting:
            places, gaps = zip(*self._waiting, strict=True)
            self._joined.append((list(places), Joined(gaps)))
            self._waiting = []

    def _begin(self) -> None:
        """Share out the sounds among the workers."""
        share = min(math.ceil(len(self._joined) / self._workers), self._together)
        while self._joined:
            several, self._joined = self._joined[:share], self._joined[share:]
            places = [place for own, _ in several for place in own]
            self._under_way.append((places, self._pool.submit(self._words, [joined for _, joined in several])))

    def _words(self, several: Sequence[Joined]) -> list[list[Word]]:
        return [
            self._time(gap, words)
            for joined, heard in zip(several, self._hear(several), strict=True)
            for gap, words in zip(joined.gaps, joined.parted(heard), strict=True)
        ]


def _starts(gaps: Sequence[Stretch]) -> Iterator[int]:
    at_ms = 0
    for gap in gaps:
        yield at_ms
        at_ms += gap.duration_ms + _BETWEEN_MS


def _within(words: Sequence[Word], at_ms: int, gap: Stretch) -> Iterator[Word]:
    """The words that lie in a gap, or mostly in it; times in milliseconds from its start."""
    for word in words:
        middle_ms = (word.start_ms + word.end_ms) // 2 - at_ms
        if -_BETWEEN_MS // 2 <= middle_ms < gap.duration_ms + _BETWEEN_MS // 2:
            start_ms = min(max(word.start_ms - at_ms, 0), gap.duration_ms)
            end_ms = min(max(word.end_ms - at_ms, start_ms), gap.duration_ms)
            yield replace(word, start_ms=start_ms, end_ms=end_ms)
