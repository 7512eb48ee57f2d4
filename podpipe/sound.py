"""How loud it is, when: the pauses between words, exact to a hundredth of a second."""

from __future__ import annotations

import functools
import io
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from podpipe import audio
from podpipe.audio import SAMPLE_RATE, Samples

HOP_MS = 10
_HOP = SAMPLE_RATE * HOP_MS // 1000

_MARGIN = SAMPLE_RATE // 400
"""Samples (2.5 ms) on each side of one whose mean is taken from it: what a room hums and rumbles, below 200 Hz, is
no sound here. Speech sounds above that too."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A pause: sound ends at ``start_ms`` and begins again at ``end_ms``."""

    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        """How long it lasts."""
        return self.end_ms - self.start_ms


@dataclass(frozen=True)
class Sound:
    """Level in dBFS, shape (hops,), one for each HOP_MS."""

    level_db: NDArray[np.float32]
    threshold_db: float | None = None
    """Below it is a pause; None: told from the levels."""
    filled: tuple[Silence, ...] = ()
    """Pauses that music or noise fills, in order of time, which the levels alone don't tell."""

    @property
    def duration_ms(self) -> int:
        """How long the sound is."""
        return self.level_db.size * HOP_MS

    @functools.cached_property
    def silences(self) -> tuple[Silence, ...]:
        """Pauses of at least 150 ms, with those before the first sound and after the last."""
        if not self.level_db.size:
            return ()
        quiet = np.concatenate(([False], self.level_db < self._threshold, [False]))
        edges = np.flatnonzero(np.diff(quiet.astype(np.int8)))
        pauses = zip(edges[::2] * HOP_MS, edges[1::2] * HOP_MS, strict=True)
        quiet_ones = (Silence(int(start), int(end)) for start, end in pauses if end - start >= 150)
        ends = [silence.end_ms for silence in self.filled]
        after = ((quiet, bisect_right(ends, quiet.start_ms)) for quiet in quiet_ones)
        apart = (quiet for quiet, n in after if n == len(ends) or quiet.end_ms <= self.filled[n].start_ms)
        return tuple(sorted((*apart, *self.filled), key=lambda silence: silence.start_ms))

    def part(self, start_ms: int, end_ms: int) -> Sound:
        """The sound between two times, with the same idea of a pause."""
        first, last = max(start_ms, 0) // HOP_MS, max(end_ms, 0) // HOP_MS
        return Sound(self.level_db[first:last], self._threshold if self.level_db.size else None)

    def voiced_ms(self, start_ms: int = 0, end_ms: int | None = None) -> int:
        """How much sounds between two times."""
        end_ms = self.duration_ms if end_ms is None else end_ms
        silent = sum(max(min(s.end_ms, end_ms) - max(s.start_ms, start_ms), 0) for s in self.silences)
        return max(end_ms - start_ms, 0) - silent

    @functools.cached_property
    def _threshold(self) -> float:
        """Between the noise of the room and the speech, nearer to the noise."""
        if self.threshold_db is not None:
            return self.threshold_db
        floor, speech = np.percentile(self.level_db, [5, 95])
        return float(max(floor + 0.3 * (speech - floor), speech - 40))


class Meter:
    """Measures sound as it goes by, in memory of 1.4 MB an hour."""

    def __init__(self) -> None:
        self._levels = array("f")
        """One block: a small one each second, kept for hours, would fill the heap with holes between them."""
        self._rest = np.zeros(_MARGIN, np.float32)
        """What is not measured yet, after a margin."""
        self._samples = 0

    @property
    def duration_ms(self) -> int:
        """How much was heard."""
        return self._samples * 1000 // SAMPLE_RATE

    def hear(self, block: Samples) -> None:
        """Take the next samples."""
        self._samples += block.size
        samples = np.concatenate((self._rest, block))
        hops = (samples.size - 2 * _MARGIN) // _HOP
        if hops > 0:
            self._levels.frombytes(_levels(samples[: hops * _HOP + 2 * _MARGIN]).tobytes())
            samples = samples[hops * _HOP :]
        self._rest = samples

    def sound(self) -> Sound:
        """What was measured so far."""
        last = _levels(np.concatenate((self._rest, np.zeros(_MARGIN, np.float32))))
        return Sound(np.append(np.frombuffer(self._levels, np.float32), last))


def listen(source: Path | Iterable[Samples]) -> Sound:
    """Measure a file or blocks of samples. Raises AudioError."""
    meter = Meter()
    for block in audio.decode(source) if isinstance(source, Path) else source:
        meter.hear(block)
    return meter.sound()


def encode(sound: Sound) -> bytes:
    """A sound's levels as a NumPy file (``.npy``) of 16-bit floats."""
    file = io.BytesIO()
    np.save(file, sound.level_db.astype(np.float16), allow_pickle=False)
    return file.getvalue()


def decode(data: bytes) -> Sound:
    """Levels as ``encode`` wrote them. Raises ValueError where they are none."""
    levels = np.load(io.BytesIO(data), allow_pickle=False)
    return Sound(np.asarray(levels, np.float32).reshape(-1))


def _levels(samples: Samples) -> NDArray[np.float32]:
    """The level of each whole hop between the margins, without what is low."""
    sums = np.cumsum(np.append(0.0, samples), dtype=np.float64)
    width = 2 * _MARGIN
    middle = samples[_MARGIN : samples.size - _MARGIN]
    high = middle - (sums[width : width + middle.size] - sums[: middle.size]) / width
    hops = high.size // _HOP
    power = np.mean(np.square(high[: hops * _HOP].reshape(hops, _HOP)), axis=1)
    level: NDArray[np.float32] = (10 * np.log10(np.maximum(power, 1e-10))).astype(np.float32)
    return level
