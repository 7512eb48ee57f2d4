"""Where on the sheet everything goes: rows of time, and above each the names of its chapters, none on another.

Lengths are in units of 1/100 inch, from the upper left corner.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from podpipe import timecode
from podpipe.models import FOUND_BY, Chapter
from podpipe.timeline import Timeline

WIDTH = 1200.0
LEFT, RIGHT = 84.0, 40.0
PLOT = WIDTH - LEFT - RIGHT
"""Width of a whole row."""

TITLE_SIZE, FACTS_SIZE = 12.5, 10.5
"""Heights of letters in a chapter's label."""

_GAP = 12.0
_MINUTE_MS = 60_000
_ONE_ROW_MS = 20 * _MINUTE_MS
_ROWS_MS = tuple(minutes * _MINUTE_MS for minutes in (15, 10, 5))
_LONG_ROWS_MS = tuple(minutes * _MINUTE_MS for minutes in (20, 30, 60, 120, 240))
_MOST_ROWS = 24
_MOST_TRACKS = 4
_LONGEST_TITLE = 64
_TICKS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)


@dataclass(frozen=True, slots=True)
class Label:
    """The name of a chapter above its row: text from ``left``, the chapter's start at ``x``.

    ``track`` counts upwards from the row. ``facts`` is empty where the chapter began in a row before.
    """

    number: int
    title: str
    facts: str
    x: float
    left: float
    width: float
    track: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A stretch of time, drawn from ``LEFT`` on; ``length_ms`` would be as wide as ``PLOT``."""

    start_ms: int
    end_ms: int
    length_ms: int
    labels: tuple[Label, ...] = ()

    @property
    def tracks(self) -> int:
        """How many labels are above each other."""
        return max((label.track for label in self.labels), default=-1) + 1

    @property
    def unit_ms(self) -> float:
        """How much time a unit of length is."""
        return self.length_ms / PLOT

    def x(self, time_ms: float) -> float:
        """Where a time is, cut off at the row's ends."""
        return LEFT + (min(max(time_ms, self.start_ms), self.end_ms) - self.start_ms) / self.unit_ms

    def ticks(self) -> list[int]:
        """Times to be named on the axis, in ms."""
        step = next((s * 1000 for s in _TICKS_S if self.length_ms / (s * 1000) <= 16), _TICKS_S[-1] * 1000)
        return list(range(-(-self.start_ms // step) * step, self.end_ms + 1, step))


def rows(timeline: Timeline) -> tuple[Row, ...]:
    """The rows of a timeline: as few as leave the labels room."""
    choices = _lengths(timeline.duration_ms)
    for length_ms in choices:
        laid_out = _rows(timeline, length_ms)
        if max(row.tracks for row in laid_out) <= _MOST_TRACKS:
            return laid_out
    return tuple(replace(row, labels=_dense(row.labels)) for row in laid_out)


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """About how wide a text is, in units; ``size`` is the height of its letters."""
    return sum(_advance(character) for character in text) * size * (1.12 if bold else 1)


def shortened(text: str, limit: int) -> str:
    """Text of at most ``limit`` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _lengths(duration_ms: int) -> list[int]:
    """Lengths that a row may have, in ms, the one that is tried first first."""
    fitting = [length for length in _ROWS_MS if duration_ms <= length * _MOST_ROWS]
    if not fitting:
        long = [length for length in _LONG_ROWS_MS if duration_ms <= length * _MOST_ROWS]
        fitting = long[:1] or [-(-duration_ms // _MOST_ROWS)]
    whole = [duration_ms] if duration_ms <= _ONE_ROW_MS else []
    return whole + [length for length in fitting if length < duration_ms]


def _rows(timeline: Timeline, length_ms: int) -> tuple[Row, ...]:
    result = []
    for start_ms in range(0, timeline.duration_ms, length_ms):
        row = Row(start_ms, min(start_ms + length_ms, timeline.duration_ms), length_ms)
        is_last = row.end_ms == timeline.duration_ms
        labels = []
        for number, chapter in enumerate(timeline.chapters):
            if start_ms <= chapter.start_ms < row.end_ms or (is_last and chapter.start_ms >= row.end_ms):
                labels.append(_label(number, chapter, row, chapter.title, facts(chapter)))
            elif chapter.start_ms < start_ms < chapter.end_ms:
                labels.insert(0, _label(number, chapter, row, f"… {chapter.title}", ""))
        result.append(replace(row, labels=_staircase(labels)))
    return tuple(result)


def facts(chapter: Chapter) -> str:
    """A chapter's start, how sure it is, and how it was found."""
    listed = () if chapter.toc else ("not listed",)
    clock = timecode.clock(chapter.start_ms)
    return " · ".join((clock, f"{chapter.confidence:.2f}", FOUND_BY[chapter.evidence], *listed))


def _label(number: int, chapter: Chapter, row: Row, title: str, facts: str) -> Label:
    title, x = shortened(title, _LONGEST_TITLE), row.x(chapter.start_ms)
    width = max(text_width(title, TITLE_SIZE, bold=bool(facts)), text_width(facts, FACTS_SIZE))
    return Label(number, title, facts, x, max(min(x, WIDTH - 8 - width), 8), width)


def _staircase(labels: Sequence[Label]) -> tuple[Label, ...]:
    """Each label above those after it that it would cover: so no line from a label to its row meets another."""
    result: list[Label] = []
    for label in reversed(labels):
        right = label.left + label.width + _GAP
        track = max((later.track + 1 for later in result if later.left < right), default=0)
        result.append(replace(label, track=track))
    return tuple(reversed(result))


def _dense(labels: Sequence[Label]) -> tuple[Label, ...]:
    """As few tracks as there can be; lines from labels to the row pass behind others."""
    result: list[Label] = []
    ends: list[float] = []
    for label in sorted(labels, key=lambda label: label.left):
        track = next((track for track, end in enumerate(ends) if end < label.left), len(ends))
        ends[track : track + 1] = [label.left + label.width + _GAP]
        result.append(replace(label, track=track))
    return tuple(result)


def _advance(character: str) -> float:
    """About how wide a character is, as a part of its height."""
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.05
    if character in " .,:;'|!()[]iIjlft·":
        return 0.36
    return 0.8 if character.isupper() or character in "mw%@—…" else 0.62
