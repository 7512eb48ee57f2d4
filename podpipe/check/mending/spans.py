"""When chapters start and end, put right: the same for all carriers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

CODES = frozenset({"C02", "C05", "C06", "C09", "C10"})
"""What is mended here."""

_NEAR_MS = 10_000
INTRODUCTION = "Introduction"


@dataclass(frozen=True, slots=True)
class Span:
    """A chapter by its number in the file (None for one that is new)."""

    number: int | None
    start_ms: int
    end_ms: int | None
    listed: bool


def mend(spans: Sequence[Span], codes: frozenset[str], duration_ms: int | None) -> list[Span]:
    """Order, first chapter, ends.

    A first chapter that starts within ten seconds is moved to 0, since a shorter one before it would be no
    better; else one is put before it.
    """
    found = list(spans)
    if "C05" in codes:
        found.sort(key=lambda span: span.start_ms)
    if "C02" in codes:
        found = _with_first(found)
    listed = sorted((span for span in found if span.listed), key=lambda span: span.start_ms)
    next_start = {
        id(span): following.start_ms for span, following in pairwise(listed) if following.start_ms > span.start_ms
    }
    return [_ended(span, codes, next_start.get(id(span)), duration_ms) for span in found]


def _with_first(spans: list[Span]) -> list[Span]:
    listed = [number for number, span in enumerate(spans) if span.listed]
    if not listed:
        return spans
    first = min(listed, key=lambda number: spans[number].start_ms)
    start_ms = spans[first].start_ms
    if start_ms < _NEAR_MS:
        spans[first] = replace(spans[first], start_ms=0)
        return spans
    has_ends = spans[first].end_ms is not None
    return [Span(None, 0, start_ms if has_ends else None, True), *spans]


def _ended(span: Span, codes: frozenset[str], following: int | None, duration_ms: int | None) -> Span:
    end = span.end_ms
    if end is None:
        return span
    if "C10" in codes and end < span.start_ms:
        end = following if following is not None else max(duration_ms or 0, span.start_ms)
    if "C06" in codes and following is not None and end > following:
        end = following
    if "C09" in codes and duration_ms and span.start_ms <= duration_ms < end:
        end = duration_ms
    return replace(span, end_ms=end)
