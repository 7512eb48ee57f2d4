"""Following a script through the sound: what of a stretch is read, and what has to be heard.

A stretch is followed in windows of some fifteen seconds, cut at pauses: an encoder's attention is quadratic in
time, and where the host departs from the script, only what comes between two pauses is lost. What comes
after that is tried on the places where the script may go on, which costs a tenth of recognising it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

from podpipe import sound
from podpipe.audio import SAMPLE_RATE, Samples
from podpipe.models import Word
from podpipe.sound import Silence, Sound

_WINDOW_MS = 16_000
"""Longer stretches are cut in two."""

_PAUSE_MS = 250
"""Pauses at which the host may depart from the script or come back to it."""

_TRIED_MS = 2000
"""So much is tried on another place of the script, up to the next pause."""

_TRIED = 5
"""So many beginnings in a window are tried on the script."""

_HOPEFUL = -5.5
"""Mean log probability of the first words from which on another place is worth a full trial; of others it is -8."""

_TRIED_LATER = 4
"""So many places are tried on the others of them: mostly the host goes on where he was."""

_LIKELY = -3.5
"""Mean log probability from which on words are read at another place ..."""

_LETTERS = 12
"""... and so many letters of them."""

_ROOM_MS = 25
"""A first word of less is not spoken."""

_NOTHING_MS = 300
"""Less speech is a breath."""

_LEAD_MS = 100
"""What is taken of a pause before the words that end it."""


@runtime_checkable
class Follower(Protocol):
    """What an engine may do besides recognising."""

    def prepare(self, samples: Samples) -> object:
        """All that can be done for a window of at most half a minute before its words are known."""

    def part(self, prepared: Any, start_ms: int, end_ms: int) -> object:
        """The same for a part of a window at no cost; from and to when, an engine may round."""

    def detect(self, prepared: Any) -> tuple[str, float]:
        """The language that is spoken in a window, and how sure that is (0 to 1)."""

    def follow(self, prepared: Any, texts: Sequence[str], language: str) -> tuple[Word, ...]:
        """Times (ms from the window's start) of given words, and exp(mean log probability) as confidence.

        Words for which there is no room have (nearly) no length.
        """


class Reading(Protocol):
    """Words that were read from the beginning of a sound on."""

    @property
    def words(self) -> tuple[Word, ...]:
        """Those words."""

    @property
    def left_ms(self) -> int | None:
        """From when on something else is spoken; None where the words are all that is."""

    @property
    def likelihood(self) -> float:
        """Their mean log probability."""


class Script(Protocol):
    """A script and the place in it (see ``podpipe.align.follow``)."""

    @property
    def at(self) -> int | None:
        """The next word's number; None where the place is lost."""

    def expected(self, duration_ms: int, at: int | None = None) -> tuple[str, ...]:
        """The words that may be read in a stretch, and some more; () where the place is lost."""

    def beginning(self, at: int) -> tuple[str, ...]:
        """So many words from a place as tell whether they are read."""

    def likelihood(self, words: Sequence[Word]) -> float:
        """Mean log probability of words that an engine placed."""

    def read(self, words: Sequence[Word], sound: Sound) -> Reading:
        """Of the expected words, as an engine placed them, those that were surely read."""

    def go_on(self, count: int, at: int | None = None) -> None:
        """So many words were read, from this place or another one."""

    def others(self) -> tuple[int, ...]:
        """Where the host may go on instead of here, the likeliest first."""

    def find(self, words: Sequence[Word]) -> None:
        """Find the place anew, after words that were recognised."""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a stretch, from one pause to another, as the engine prepared it; ms from the stretch's start."""

    start_ms: int
    end_ms: int
    sound: Sound
    prepared: object


@dataclass(frozen=True, slots=True)
class Prepared:
    """A stretch, how loud it is, and its windows."""

    samples: Samples
    sound: Sound
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of a stretch in which something else is spoken; ms from the stretch's start."""

    start_ms: int
    end_ms: int


Part = tuple[Word, ...] | Gap
"""What is read, its times in ms from the stretch's start; or what has to be heard."""


class Following:
    """A script, and an engine that can follow it. ``prepare`` may run ahead; ``take`` is called in order."""

    def __init__(self, follower: Follower, script: Script) -> None:
        self._follower, self._script = follower, script

    @property
    def is_lost(self) -> bool:
        """Whether nothing is known of where in the script the host is."""
        return self._script.at is None

    def prepare(self, samples: Samples) -> Prepared:
        """All that can be done for a stretch before its place in the script is known."""
        whole = sound.listen([samples])
        edges = (0, *_cuts(whole.silences, 0, whole.duration_ms), whole.duration_ms)
        windows = [self._window(samples, whole, start, end) for start, end in itertools.pairwise(edges)]
        return Prepared(samples, whole, tuple(windows))

    def detect(self, stretch: Prepared) -> tuple[str, float]:
        """The language of a stretch, and how sure that is."""
        longest = max(stretch.windows, key=lambda window: window.end_ms - window.start_ms)
        return self._follower.detect(longest.prepared)

    def find(self, words: Sequence[Word]) -> None:
        """Find the place anew, after words that were recognised."""
        self._script.find(words)

    def timed(self, samples: Samples, words: Sequence[Word], language: str) -> list[Word]:
        """Words that were heard in a sound, with the times (ms from its start) that they have when looked for."""
        if not words:
            return []
        placed = self._follower.follow(self._follower.prepare(samples), [word.text for word in words], language)
        if len(placed) < len(words):
            return list(words)
        return [replace(word, start_ms=at.start_ms, end_ms=at.end_ms) for word, at in zip(words, placed, strict=True)]

    def take(self, stretch: Prepared, language: str) -> list[Part]:
        """What is read in a stretch, and the gaps; where the last part is a gap, ``find`` is to be called."""
        parts: list[Part] = []
        gap_ms: int | None = None
        for window in stretch.windows:
            gap_ms = self._read(stretch, window, gap_ms, parts, language)
        if gap_ms is not None:
            parts.append(Gap(gap_ms, stretch.sound.duration_ms))
        return parts

    def _read(
        self, stretch: Prepared, window: Window, gap_ms: int | None, parts: list[Part], language: str
    ) -> int | None:
        """Read a window into ``parts``; gives since when the host is not reading, None where he is."""
        while True:
            if gap_ms is None:
                reading = self._try(window, language)
                self._add(reading, window.start_ms, self._script.at, parts)
                if reading.left_ms is None:
                    return None
                gap_ms = window.start_ms + reading.left_ms
                if not _is_more(stretch, window, gap_ms):
                    return None
                window = self._part(stretch, window, gap_ms, window.end_ms)
            found = self._resumed(stretch, window, language)
            if found is None:
                return gap_ms
            start_ms, end_ms, at, reading = found
            if stretch.sound.part(gap_ms, start_ms).voiced_ms() >= _NOTHING_MS:
                parts.append(Gap(gap_ms, start_ms))
            self._add(reading, start_ms, at, parts)
            gap_ms = None
            if not _is_more(stretch, window, end_ms):
                return None
            window = self._window(stretch.samples, stretch.sound, end_ms, window.end_ms)

    def _add(self, reading: Reading, start_ms: int, at: int | None, parts: list[Part]) -> None:
        if reading.words:
            parts.append(tuple(word.shifted(start_ms) for word in reading.words))
            self._script.go_on(len(reading.words), at)

    def _try(self, window: Window, language: str, at: int | None = None) -> Reading:
        """What is read in a window, from where the script is or from another place."""
        expected = self._script.expected(window.end_ms - window.start_ms, at)
        placed = self._follower.follow(window.prepared, expected, language) if expected else ()
        return self._script.read(placed, window.sound)

    def _resumed(self, stretch: Prepared, window: Window, language: str) -> tuple[int, int, int, Reading] | None:
        """From when to when in a window, and from which place, the host reads on; None where he does not."""
        places = (*(() if self._script.at is None else (self._script.at,)), *self._script.others())
        begins = [window.start_ms, *_begins(window)][:_TRIED]
        tried = len(places)
        for start_ms in begins:
            end_ms = _end_of_trial(window, start_ms)
            if window.sound.part(start_ms - window.start_ms, end_ms - window.start_ms).voiced_ms() < _NOTHING_MS:
                continue
            hopeful = self._hopeful(self._part(stretch, window, start_ms, end_ms), places[:tried], language)
            tried = _TRIED_LATER
            if not hopeful:
                continue
            trial = self._window(stretch.samples, stretch.sound, start_ms, end_ms)
            readings = [(place, self._try(trial, language, place)) for place in hopeful]
            sure = [(place, reading) for place, reading in readings if _is_sure(reading)]
            if sure:  # the one with most words: a heading may be taken for a long first word of its text
                place, reading = max(sure, key=lambda found: len(found[1].words))
                return start_ms, end_ms, place, reading
        return None

    def _hopeful(self, window: Window, places: Sequence[int], language: str) -> list[int]:
        """Places of which the first words are likely to be what is spoken, the likeliest first."""
        likely: list[tuple[float, int]] = []
        for place in places:
            beginning = self._script.beginning(place)
            if not beginning:  # the script is at its end
                continue
            placed = self._follower.follow(window.prepared, beginning, language)
            likely.append((self._script.likelihood(placed), place))
        return [place for value, place in sorted(likely, key=lambda found: -found[0]) if value >= _HOPEFUL]

    def _part(self, stretch: Prepared, window: Window, start_ms: int, end_ms: int) -> Window:
        """A part of a window: at no cost, but its surroundings are not quite forgotten. So it is tried, never read."""
        prepared = self._follower.part(window.prepared, start_ms - window.start_ms, end_ms - window.start_ms)
        return Window(start_ms, end_ms, stretch.sound.part(start_ms, end_ms), prepared)

    def _window(self, samples: Samples, whole: Sound, start_ms: int, end_ms: int) -> Window:
        part = samples[start_ms * SAMPLE_RATE // 1000 : end_ms * SAMPLE_RATE // 1000]
        return Window(start_ms, end_ms, whole.part(start_ms, end_ms), self._follower.prepare(part))


def _is_more(stretch: Prepared, window: Window, start_ms: int) -> bool:
    """Whether anybody speaks in a window from a time on."""
    return stretch.sound.part(start_ms, window.end_ms).voiced_ms() >= _NOTHING_MS


def _is_sure(reading: Reading) -> bool:
    """Whether something is read at another place: its first word has room, else the place is a later one."""
    letters = sum(len(word.text) for word in reading.words)
    is_likely = reading.left_ms is None and letters >= _LETTERS and reading.likelihood >= _LIKELY
    return is_likely and reading.words[0].end_ms - reading.words[0].start_ms >= _ROOM_MS


def _begins(window: Window) -> Iterator[int]:
    """When something may begin in a window: after its pauses."""
    for pause in window.sound.silences:
        if pause.length_ms >= _PAUSE_MS and pause.start_ms > 0 and pause.end_ms < window.sound.duration_ms:
            yield window.start_ms + max(pause.end_ms - _LEAD_MS, pause.start_ms)


def _end_of_trial(window: Window, start_ms: int) -> int:
    """The first pause that comes late enough after a beginning, or the window's end."""
    ends = [
        pause.start_ms + _LEAD_MS + window.start_ms for pause in window.sound.silences if pause.length_ms >= _PAUSE_MS
    ]
    return next((end for end in ends if end >= start_ms + _TRIED_MS), window.end_ms)


def _cuts(pauses: Sequence[Silence], start_ms: int, end_ms: int) -> list[int]:
    """Where a stretch is cut: at long pauses near its middle, until the pieces are short enough."""
    if end_ms - start_ms <= _WINDOW_MS:
        return []
    middle, quarter = (start_ms + end_ms) // 2, (end_ms - start_ms) // 4
    near = [p for p in pauses if p.length_ms >= _PAUSE_MS and abs((p.start_ms + p.end_ms) // 2 - middle) < quarter]
    if not near:
        return []
    best = max(near, key=lambda p: min(p.length_ms, 1000) - abs((p.start_ms + p.end_ms) // 2 - middle) // 8)
    cut = max(best.end_ms - _LEAD_MS, best.start_ms)
    return [*_cuts(pauses, start_ms, cut), cut, *_cuts(pauses, cut, end_ms)]
