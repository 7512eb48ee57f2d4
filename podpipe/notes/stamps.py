"""Timestamps in notes: ``(12:34) Title``, ``Title – 12:34``, one to a line, a row, or all in one paragraph."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from podpipe import timecode
from podpipe.models import Section
from podpipe.notes.blocks import Block

_TIME = r"(?:\d{1,2}:)?\d{1,3}:[0-5]\d(?:\.\d{1,9})?(?!:?\d)"
_STAMP = rf"[\[(]?(?P<time>{_TIME})(?:\s*[-–—]\s*{_TIME})?[\])]?"
"""A time, or from when to when, perhaps in brackets."""

_DASHES = r"\s*+[-–—:|]*+\s*+"
_FIRST = re.compile(rf"^(?:[^\w\s\[(]{{1,3}}\s*)?{_STAMP}{_DASHES}(?P<title>\S.*)$")
_LAST = re.compile(rf"^(?P<title>.*\S)\s+{_STAMP}$")
_ALONE = re.compile(rf"^{_STAMP}{_DASHES}$")
_ANYWHERE = re.compile(rf"(?<![\w:./#=-]){_STAMP}(?![\w:])")
_WRITTEN = re.compile(r"[^\W_]")
_LONGEST = 200
_AROUND = " \t\n-–—:|,;•·"


def of(text: str) -> tuple[str, int] | None:
    """Title and time (ms) of a line that is stamped before or behind; None where it is no such line."""
    stamped = len(text) < _LONGEST and (_FIRST.match(text) or _LAST.match(text))
    if not stamped or not _WRITTEN.search(stamped["title"]):
        return None
    return stamped["title"].strip(" -–—:|"), timecode.parse(stamped["time"])


def parted(blocks: Iterable[Block]) -> list[Block]:
    """Blocks with each stamped title in a block of its own: paragraphs taken apart, cells of a row put together."""
    result: list[Block] = []
    for block in blocks:
        if result and _ALONE.match(result[-1].text) and not _ANYWHERE.search(block.text) and len(block.text) < _LONGEST:
            result[-1] = Block(f"{result[-1].text} {block.text}", is_item=block.is_item)
        else:
            result += _lines(block)
    return result


def listed(sections: Sequence[Section], duration_ms: int) -> list[Section]:
    """The stamped sections that may well be chapters: two or more, in order, within the sound.

    Where most of them are beyond its end or out of order, they are about something else. A few that are,
    a date or a telephone number perhaps, are left out.
    """
    stamped = [section for section in sections if section.start_ms is not None]
    within = [section for section in stamped if (section.start_ms or 0) < duration_ms]
    ordered = _ascending(within)
    if len(ordered) < 2 or 2 * len(within) < len(stamped) or 2 * len(ordered) < len(within):
        return []
    return ordered


def _ascending(sections: Sequence[Section]) -> list[Section]:
    """The longest part of a list whose times ascend (patience sorting)."""
    tails: list[int] = []
    last: list[int] = []
    before: list[int | None] = []
    for number, section in enumerate(sections):
        start_ms = section.start_ms or 0
        place = bisect_left(tails, start_ms)
        before.append(last[place - 1] if place else None)
        tails[place : place + 1], last[place : place + 1] = [start_ms], [number]
    chain: list[Section] = []
    at = last[-1] if last else None
    while at is not None:
        chain.append(sections[at])
        at = before[at]
    return chain[::-1]


def _lines(block: Block) -> Iterator[Block]:
    """A block in parts, where it is a list of stamped titles; else as it is."""
    stamps = list(_ANYWHERE.finditer(block.text))
    times = [timecode.parse(stamp["time"]) for stamp in stamps]
    if len(stamps) < 2 or any(later <= time for time, later in pairwise(times)):
        yield block
        return
    text = block.text
    lead = text[: stamps[0].start()].strip()
    is_bracketed = all(text[stamp.start()] in "[(" for stamp in stamps)
    edges = [stamp.start() for stamp in stamps] + [len(text)]
    if not lead.strip(_AROUND) or lead.endswith(":"):
        titles = [text[stamp.end() : end] for stamp, end in zip(stamps, edges[1:], strict=True)]
    elif is_bracketed and not text[stamps[-1].end() :].strip(" .,;"):
        starts = [0, *(stamp.end() for stamp in stamps)]
        titles, lead = [text[start:end] for start, end in zip(starts, edges, strict=False)][: len(stamps)], ""
    else:
        titles = []
    named = [title.strip(_AROUND) for title in titles]
    if not named or not all(_WRITTEN.search(title) and len(title) < _LONGEST for title in named):
        yield block
        return
    if lead.strip(_AROUND):
        yield Block(lead)
    for stamp, title in zip(stamps, named, strict=True):
        yield Block(f"{stamp['time']} {title}")
