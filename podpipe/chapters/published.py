"""Chapters that the publisher made: which of several lists is taken, and which is obviously broken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from podpipe.models import Chapter


@dataclass(frozen=True, slots=True)
class Offer:
    """A list of chapters, read only when it is its turn; ``name`` says whose they are: "the feed's chapters"."""

    name: str
    read: Callable[[], Sequence[Chapter]]


def choose(offers: Iterable[Offer], duration_ms: int | None) -> tuple[tuple[Chapter, ...], tuple[str, ...]]:
    """The chapters of the first offer that is sound, as it has them, and what is to be said of those passed over.

    Offers stand in order of preference. Titles, times, links and pictures stay as they are; a chapter
    without an end ends with the sound, and none begins or ends beyond it. ``duration_ms`` is how long that
    is, or None where it is not known yet.
    """
    remarks: list[str] = []
    for offer in offers:
        chapters = offer.read()
        if not chapters:
            continue
        fault = broken(chapters, duration_ms)
        if not fault:
            return tuple(chapters) if duration_ms is None else _within(chapters, duration_ms), tuple(remarks)
        remarks.append(f"{offer.name} are left out: {fault}")
    return (), tuple(remarks)


def broken(chapters: Sequence[Chapter], duration_ms: int | None) -> str:
    """What is obviously wrong with a list of chapters; "" where nothing is."""
    listed = [chapter for chapter in chapters if chapter.toc]
    if len(listed) < 2:
        return "there is only one" if listed else "none is to be listed"
    if not any(chapter.title.strip() for chapter in listed):
        return "none has a title"
    if len({chapter.start_ms for chapter in listed}) == 1:
        return "all begin at the same time"
    beyond = sum(chapter.start_ms >= duration_ms for chapter in listed) if duration_ms is not None else 0
    if 2 * beyond > len(listed) or len(listed) - beyond < 2:
        return f"{beyond} of {len(listed)} begin after the end of the sound"
    return ""


def _within(chapters: Sequence[Chapter], duration_ms: int) -> tuple[Chapter, ...]:
    ordered = sorted((c for c in chapters if c.start_ms < duration_ms), key=lambda chapter: chapter.start_ms)
    last = max(number for number, chapter in enumerate(ordered) if chapter.toc)
    ends = [
        duration_ms if number >= last and chapter.end_ms <= chapter.start_ms else min(chapter.end_ms, duration_ms)
        for number, chapter in enumerate(ordered)
    ]
    return tuple(replace(c, end_ms=end, evidence="publisher") for c, end in zip(ordered, ends, strict=True))
