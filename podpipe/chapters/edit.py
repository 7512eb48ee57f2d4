"""Edits of a list of chapters: from one list to a new one, refused where that would be no sound list.

A chapter that ended where the next began does so after the edit too, and the last one ends with the episode; a gap
that a chapter has after its end stays. ``duration_ms`` is the episode's length, 0 where it is unknown. Every
function raises ChaptersError where the edit can't be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from podpipe import timecode
from podpipe.chapters.words import named, quoted
from podpipe.errors import ChaptersError
from podpipe.models import Chapter

List = tuple[Chapter, ...]


def add(
    chapters: Sequence[Chapter], start_ms: int, title: str, *, duration_ms: int = 0, url: str = "", image: str = ""
) -> List:
    """The list with one chapter more."""
    new = Chapter(_titled(title), start_ms, start_ms, url=url.strip(), image=image.strip())
    return _placed([*_opened(chapters, duration_ms), new], new, duration_ms, _total(chapters, duration_ms))


def move(chapters: Sequence[Chapter], number: int, start_ms: int, *, duration_ms: int = 0) -> List:
    """The list with chapter ``number`` (from 1) beginning at another time, in its new place."""
    rest = list(_opened(chapters, duration_ms))
    old = rest.pop(number - 1)
    length_ms = old.end_ms - old.start_ms
    end_ms = start_ms + length_ms if duration_ms == 0 else min(start_ms + length_ms, duration_ms)
    moved = replace(old, start_ms=start_ms, end_ms=max(end_ms, start_ms))
    return _placed([*rest, moved], moved, duration_ms, _total(chapters, duration_ms))


def rename(
    chapters: Sequence[Chapter], number: int, title: str, *, url: str | None = None, image: str | None = None
) -> List:
    """The list with another title for chapter ``number`` (from 1), and another link or image where given."""
    old = chapters[number - 1]
    new = replace(
        old,
        title=_titled(title),
        url=old.url if url is None else url.strip(),
        image=old.image if image is None else image.strip(),
    )
    return (*chapters[: number - 1], new, *chapters[number:])


def remove(chapters: Sequence[Chapter], numbers: Sequence[int], *, duration_ms: int = 0) -> List:
    """The list without some chapters (numbers from 1); what comes before takes their time."""
    kept = [chapter for number, chapter in enumerate(_opened(chapters, duration_ms), 1) if number not in set(numbers)]
    return closed(kept, _total(chapters, duration_ms))


def without(chapters: Sequence[Chapter], left: Sequence[Chapter], *, duration_ms: int = 0) -> List:
    """The list without these very chapters; what comes before takes their time."""
    numbers = [number for number, chapter in enumerate(chapters, 1) if any(chapter is other for other in left)]
    return remove(chapters, numbers, duration_ms=duration_ms) if numbers else tuple(chapters)


def shift(chapters: Sequence[Chapter], by_ms: int, *, from_ms: int = 0, duration_ms: int = 0) -> List:
    """The list with every chapter that begins at ``from_ms`` or later moved by ``by_ms``."""
    opened = _opened(chapters, duration_ms)
    before = [chapter for chapter in opened if chapter.start_ms < from_ms]
    after = [chapter for chapter in opened if chapter.start_ms >= from_ms]
    if not after:
        raise ChaptersError(f"no chapter begins at {_clock(from_ms)} or later; nothing was shifted")
    first = after[0]
    if first.start_ms + by_ms < 0:
        raise ChaptersError(
            f"{named(first)} would begin before the episode does; shift less, or only those from a later time (--from)"
        )
    if before and first.start_ms + by_ms <= before[-1].start_ms:
        raise ChaptersError(
            f"{named(first)} would come before {named(before[-1])}, which is not shifted; shift less, or move it"
        )
    total_ms = duration_ms or _total(chapters, 0) + by_ms
    moved = [
        replace(
            chapter,
            start_ms=chapter.start_ms + by_ms,
            end_ms=max(min(chapter.end_ms + by_ms, total_ms), chapter.start_ms + by_ms),
        )
        for chapter in after
    ]
    return _placed([*before, *moved], moved[0], duration_ms, total_ms)


def checked(chapters: Sequence[Chapter], duration_ms: int = 0) -> List:
    """A list that comes from a person or another program: in order of time, each with its end.

    Raises:
        ChaptersError: a chapter lies outside the episode, or two that are listed begin at the same time.
    """
    ordered = sorted(chapters, key=lambda chapter: chapter.start_ms)
    for chapter in ordered:
        check_time(chapter.start_ms, duration_ms, named(chapter))
    listed = [chapter for chapter in ordered if chapter.toc]
    for chapter, other in pairwise(listed):
        if chapter.start_ms == other.start_ms:
            raise ChaptersError(f"{named(chapter)} and {named(other)} both begin at {_clock(chapter.start_ms)}")
    if duration_ms:
        ordered = [replace(chapter, end_ms=min(chapter.end_ms, duration_ms)) for chapter in ordered]
    return closed(ordered, duration_ms)


def check_time(start_ms: int, duration_ms: int, what: str) -> None:
    """Raise ChaptersError where a time is not within the episode."""
    if start_ms < 0:
        raise ChaptersError(f"{what} would begin before the episode does")
    if duration_ms and start_ms >= duration_ms:
        raise ChaptersError(f"{what} would begin at {_clock(start_ms)}, but all is over at {_clock(duration_ms)}")


def closed(chapters: Sequence[Chapter], duration_ms: int = 0) -> List:
    """Chapters in order of time, where those without an end (``end_ms`` not after the start) get the next start."""
    ordered = sorted(chapters, key=lambda chapter: chapter.start_ms)
    return tuple(
        chapter if chapter.end_ms > chapter.start_ms else replace(chapter, end_ms=max(end_ms, chapter.start_ms))
        for chapter, end_ms in zip(ordered, following(ordered, duration_ms), strict=True)
    )


def following(chapters: Sequence[Chapter], duration_ms: int) -> list[int]:
    """For each of some chapters in order, when the next begins; for the last, when all is over."""
    return [*(chapter.start_ms for chapter in chapters), duration_ms][1 : len(chapters) + 1]


def find(chapters: Sequence[Chapter], which: str) -> int:
    """The number (from 1) of the chapter meant by a number, a start time, or a title or a part of it.

    Raises:
        ChaptersError: none is meant, or several are.
    """
    text = which.strip()
    fold = text.casefold()
    tests: tuple[Callable[[int, Chapter], bool], ...] = (
        lambda number, chapter: str(number) == text or chapter.title.casefold() == fold,
        lambda number, chapter: _begins_at(chapter, text),
        lambda number, chapter: chapter.title.casefold().startswith(fold),
        lambda number, chapter: fold in chapter.title.casefold(),
    )
    for test in tests:
        found = [number for number, chapter in enumerate(chapters, 1) if fold and test(number, chapter)]
        if len(found) == 1:
            return found[0]
        if found:
            several = ", ".join(f"{number} {quoted(chapters[number - 1].title)}" for number in found[:5])
            raise ChaptersError(f"{quoted(which)} fits {len(found)} chapters ({several}); give the number or the time")
    there = f"there are {len(chapters)}" if len(chapters) != 1 else "there is one"
    raise ChaptersError(f"no chapter is {quoted(which)}; give a number ({there}), a start time, or a part of a title")


def _placed(chapters: Sequence[Chapter], new: Chapter, duration_ms: int, total_ms: int) -> List:
    """The list with ``new``, one of its chapters, where that may be; others' ends make room for it."""
    ordered = sorted(chapters, key=lambda chapter: chapter.start_ms)
    for chapter in ordered:
        check_time(chapter.start_ms, duration_ms, named(chapter))
        if chapter is not new and chapter.start_ms == new.start_ms:
            raise ChaptersError(f"{named(chapter)} begins at {_clock(new.start_ms)} already")
    fitted = [
        replace(chapter, end_ms=min(chapter.end_ms, after.start_ms)) if new in (chapter, after) else chapter
        for chapter, after in pairwise(ordered)
    ]
    return closed([*fitted, *ordered[-1:]], total_ms)


def _total(chapters: Sequence[Chapter], duration_ms: int) -> int:
    """The episode's length, or as much of it as the chapters tell."""
    return duration_ms or max((chapter.end_ms for chapter in chapters), default=0)


def _begins_at(chapter: Chapter, text: str) -> bool:
    """Whether a chapter begins at a time, as exactly as that is given: ``0:49`` is anything in that second."""
    if ":" not in text and not text.endswith(("s", "m", "h")):
        return False
    try:
        start_ms = timecode.parse(text)
    except ValueError:
        return False
    decimals = len(text.rstrip("s").replace(",", ".").partition(".")[2])
    step_ms = (1000, 100, 10, 1)[min(decimals, 3)]
    return start_ms <= chapter.start_ms < start_ms + step_ms


def _opened(chapters: Sequence[Chapter], duration_ms: int) -> list[Chapter]:
    """Chapters in order, those without an end of their own marked so: ``end_ms`` is their start."""
    ordered = sorted(chapters, key=lambda chapter: chapter.start_ms)
    total_ms = _total(ordered, duration_ms)
    return [
        replace(chapter, end_ms=chapter.start_ms)
        if chapter.end_ms in (end_ms, chapter.start_ms) or chapter.end_ms >= total_ms
        else chapter
        for chapter, end_ms in zip(ordered, following(ordered, total_ms), strict=True)
    ]


def _titled(title: str) -> str:
    plain = " ".join(title.split())
    if not plain:
        raise ChaptersError("a chapter needs a title")
    return plain


def _clock(ms: int) -> str:
    return timecode.clock(ms, decimals=3 if ms % 1000 else 0)
