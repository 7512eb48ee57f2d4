"""Where somebody speaks: Silero's voice activity detector, as it comes with faster-whisper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from podpipe.audio import SAMPLE_RATE, Samples

BLOCK_S = 180
"""Seconds of sound that are looked at together."""

STRETCH_S = 28
"""Seconds of a stretch at the most: Whisper hears 30 s at a time, and some silence behind what is spoken."""

_CUT_S = 20
"""A stretch of so many seconds is long enough to be cut at a pause that is longer than those after it."""

_APART_S = 4
"""Longer pauses part stretches however short they are."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Speech to be heard at once, with the short pauses in it. ``samples``: mono at SAMPLE_RATE."""

    start_ms: int
    samples: Samples

    @property
    def duration_ms(self) -> int:
        """How long it is."""
        return self.samples.size * 1000 // SAMPLE_RATE

    @property
    def end_ms(self) -> int:
        """When it ends."""
        return self.start_ms + self.duration_ms

    def part(self, start_ms: int, end_ms: int) -> Stretch:
        """What of it lies between two times (ms from its start)."""
        samples = self.samples[start_ms * SAMPLE_RATE // 1000 : end_ms * SAMPLE_RATE // 1000]
        return Stretch(self.start_ms + start_ms, samples)


def stretches(blocks: Iterable[Samples]) -> Iterator[Stretch]:
    """Cut sound into stretches of speech at its pauses, holding a few minutes at a time.

    Speech without a pause is cut after STRETCH_S.
    """
    held: list[Samples] = []
    size = offset = 0
    for block in blocks:
        held.append(block)
        size += block.size
        if size < BLOCK_S * SAMPLE_RATE:
            continue
        samples = np.concatenate(held)
        used = 0
        found = packed(_speech(samples))
        for start, end in found:
            is_last = end == found[-1][1]
            if is_last and start > 0 and end >= samples.size - STRETCH_S * SAMPLE_RATE:
                break  # may go on in the next block
            yield Stretch((offset + start) * 1000 // SAMPLE_RATE, samples[start:end])
            used = end
        else:
            used = max(used, samples.size - SAMPLE_RATE)
        held, size, offset = [samples[used:].copy()], samples.size - used, offset + used
    if size:
        samples = np.concatenate(held)
        for start, end in packed(_speech(samples)):
            yield Stretch((offset + start) * 1000 // SAMPLE_RATE, samples[start:end])


def _speech(samples: Samples) -> list[tuple[int, int]]:
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(min_silence_duration_ms=300, speech_pad_ms=250, max_speech_duration_s=STRETCH_S)
    return [(region["start"], region["end"]) for region in get_speech_timestamps(samples, options)]


def packed(regions: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join neighbouring regions (samples) to stretches of at most STRETCH_S, cut where the pause is long."""
    joined: list[tuple[int, int]] = []
    first = 0
    while first < len(regions):
        last = _last(regions, first)
        joined.append((regions[first][0], regions[last][1]))
        first = last + 1
    return joined


def _last(regions: Sequence[tuple[int, int]], first: int) -> int:
    """The region with which a stretch ends that begins with ``first``."""
    begin = regions[first][0]
    pauses_after: dict[int, int] = {}
    for number in range(first, len(regions)):
        if regions[number][1] - begin > STRETCH_S * SAMPLE_RATE and number > first:
            break
        pause = regions[number + 1][0] - regions[number][1] if number + 1 < len(regions) else _APART_S * SAMPLE_RATE + 1
        if pause > _APART_S * SAMPLE_RATE:
            return number
        pauses_after[number] = pause
    long_enough = [number for number in pauses_after if regions[number][1] - begin >= _CUT_S * SAMPLE_RATE]
    return max(long_enough or [max(pauses_after)], key=lambda number: (pauses_after[number], number))
