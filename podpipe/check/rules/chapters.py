"""C: chapters, in whatever they are carried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from podpipe import timecode
from podpipe.check.facts import Mark, Marks
from podpipe.check.model import Found, rule
from podpipe.check.rules.sources import (
    ANTENNAPOD_ORDER,
    ANTENNAPOD_REPEATED,
    APPLE_AUTOMATIC,
    APPLE_CHAPTERS,
    ID3_CHAPTERS,
    NAMESPACE_CHAPTERS,
    OWN,
    SPOTIFY_CHAPTERS,
    YOUTUBE_CHAPTERS,
    YOUTUBE_TITLES,
)

_LONG_EPISODE_MS = 600_000
_SHORTEST_MS = 10_000
_SPOTIFY_TITLE, _YOUTUBE_TITLE = 40, 70
_GAP_MS, _END_MS = 1000, 1000
_CHAPTERS = "the chapters"


def shown(marks: Marks) -> list[Mark]:
    """The chapters that players list, in order of time."""
    return sorted((mark for mark in marks.marks if mark.listed), key=lambda mark: mark.start_ms)


def name(mark: Mark) -> str:
    """How to point to a chapter."""
    return f"{timecode.clock(mark.start_ms)} “{mark.title[:40]}”"


@rule(
    "C01",
    "warning",
    "no chapters",
    hurts="listeners; Apple Podcasts makes its own for episodes of ten minutes and more",
    mend="podpipe ingest finds the chapters, or write them yourself",
    source=APPLE_AUTOMATIC,
)
def none(marks: Marks) -> Iterator[Found]:
    """In an episode of ten minutes or more."""
    if not marks.marks and (marks.carrier == "json" or (marks.duration_ms or 0) >= _LONG_EPISODE_MS):
        yield _CHAPTERS, "are none" + (f" in {timecode.clock(marks.duration_ms)}" if marks.duration_ms else "")


@rule(
    "C02",
    "warning",
    "no chapter at 0",
    hurts="YouTube, Spotify and Apple Podcasts (in descriptions): they ignore all chapters",
    mend="let the first chapter start at 0, or put one before it",
    source=YOUTUBE_CHAPTERS,
    fixable=True,
)
def first(marks: Marks) -> Iterator[Found]:
    """The first must be at 0:00."""
    listed = shown(marks)
    if listed and listed[0].start_ms > 0:
        yield name(listed[0]), f"is the first chapter and starts at {timecode.clock(listed[0].start_ms, decimals=3)}"


@rule(
    "C03",
    "warning",
    "fewer than three chapters",
    hurts="YouTube, Spotify and Apple Podcasts (in descriptions): they ignore all chapters",
    mend="make at least three, or none",
    source=APPLE_CHAPTERS,
)
def few(marks: Marks) -> Iterator[Found]:
    """At least three."""
    if 0 < len(shown(marks)) < 3:
        yield _CHAPTERS, f"are only {len(shown(marks))}"


@rule(
    "C04",
    "warning",
    "a chapter shorter than ten seconds",
    hurts="YouTube: ignores all chapters; Spotify advises 30 s",
    mend="join it with its neighbour",
    source=YOUTUBE_CHAPTERS,
)
def short(marks: Marks) -> Iterator[Found]:
    """From its start to the next, or to the end of the sound."""
    listed = shown(marks)
    ends = [*(mark.start_ms for mark in listed[1:]), marks.duration_ms or (listed[-1].end_ms if listed else None)]
    for mark, end in zip(listed, ends, strict=False):
        if end is not None and 0 < end - mark.start_ms < _SHORTEST_MS:
            yield name(mark), f"lasts {(end - mark.start_ms) / 1000:.1f} s"


@rule(
    "C05",
    "error",
    "chapters out of order",
    hurts="AntennaPod, FFmpeg and players built on it: wrong order, or chapters lost",
    mend="write the chapters in order of time",
    source=ANTENNAPOD_ORDER,
    fixable=True,
)
def order(marks: Marks) -> Iterator[Found]:
    """In the file, not as a reader sorts them."""
    for before, mark in pairwise(marks.marks):
        if mark.start_ms < before.start_ms:
            yield name(mark), f"stands after {name(before)}"


@rule(
    "C06",
    "warning",
    "overlapping chapters",
    hurts="AntennaPod, mpv, Overcast: which chapter plays is a matter of chance",
    mend="end each chapter where the next starts",
    source=ID3_CHAPTERS,
    fixable=True,
)
def overlap(marks: Marks) -> Iterator[Found]:
    """Among those that are listed; hidden ones (pictures, links) may lie anywhere."""
    listed = shown(marks)
    for mark, following in pairwise(listed):
        if mark.end_ms is not None and mark.end_ms > following.start_ms > mark.start_ms:
            yield name(mark), f"ends at {timecode.clock(mark.end_ms, decimals=3)}, after {name(following)} has begun"


@rule(
    "C07",
    "info",
    "a gap between chapters",
    hurts="Apple Podcasts, Podcast Addict: no title is shown there",
    mend="end each chapter where the next starts, unless the gap is meant",
    source=OWN,
)
def gap(marks: Marks) -> Iterator[Found]:
    """Of more than a second."""
    listed = shown(marks)
    for mark, following in pairwise(listed):
        if mark.end_ms is not None and mark.start_ms <= mark.end_ms < following.start_ms - _GAP_MS:
            missing = (following.start_ms - mark.end_ms) / 1000
            yield name(mark), f"ends {missing:.1f} s before {name(following)}"


@rule(
    "C08",
    "error",
    "a chapter that starts after the end",
    hurts="every player: the chapter leads nowhere",
    mend="remove it, or give it the right time; are the chapters of another episode?",
    source=ID3_CHAPTERS,
)
def past_start(marks: Marks) -> Iterator[Found]:
    """After the sound has ended."""
    for mark in marks.marks:
        if marks.duration_ms and mark.start_ms > marks.duration_ms:
            yield name(mark), f"starts after the end of the sound ({timecode.clock(marks.duration_ms, decimals=3)})"


@rule(
    "C09",
    "warning",
    "a chapter that ends after the end",
    hurts="AntennaPod and others that show how long a chapter is",
    mend="end it with the sound",
    source=ID3_CHAPTERS,
    fixable=True,
)
def past_end(marks: Marks) -> Iterator[Found]:
    """By more than a second: encoders add some hundredths."""
    for mark in marks.marks:
        if (
            marks.duration_ms
            and mark.start_ms <= marks.duration_ms
            and (mark.end_ms or 0) > marks.duration_ms + _END_MS
        ):
            over = (mark.end_ms or 0) - marks.duration_ms
            yield name(mark), f"ends {over / 1000:.1f} s after the sound"


@rule(
    "C10",
    "error",
    "a chapter that ends before it starts",
    hurts="AntennaPod, FFmpeg: a length below zero, or the chapter is left out",
    mend="end it where the next starts",
    source=ANTENNAPOD_REPEATED,
    fixable=True,
)
def backwards(marks: Marks) -> Iterator[Found]:
    """End before start."""
    for mark in marks.marks:
        if mark.end_ms is not None and mark.end_ms < mark.start_ms:
            yield name(mark), f"ends at {timecode.clock(mark.end_ms, decimals=3)}, before it starts"


@rule(
    "C11",
    "error",
    "a chapter without a title",
    hurts="every app that lists chapters; music-metadata and others leave it out",
    mend="give it a title, or hide it (toc: false; not in the CTOC)",
    source=NAMESPACE_CHAPTERS,
)
def untitled(marks: Marks) -> Iterator[Found]:
    """Only hidden chapters need none."""
    for mark in shown(marks):
        if not mark.title.strip():
            yield timecode.clock(mark.start_ms), "the chapter has no title"


@rule(
    "C12",
    "info",
    "a title longer than 40 characters",
    hurts="Spotify, car displays: cut off",
    mend="say it shorter",
    source=SPOTIFY_CHAPTERS,
)
def long_title(marks: Marks) -> Iterator[Found]:
    """Spotify's advice."""
    for mark in shown(marks):
        if _SPOTIFY_TITLE < len(mark.title) <= _YOUTUBE_TITLE:
            yield name(mark), f"has {len(mark.title)} characters; Spotify advises {_SPOTIFY_TITLE}"


@rule(
    "C13",
    "warning",
    "a title longer than 70 characters",
    hurts="YouTube: cut off at 70; Spotify, Apple Podcasts, Overcast: cut off earlier",
    mend="say it shorter",
    source=YOUTUBE_TITLES,
)
def very_long_title(marks: Marks) -> Iterator[Found]:
    """YouTube shows 70 at the most."""
    for mark in shown(marks):
        if len(mark.title) > _YOUTUBE_TITLE:
            yield name(mark), f"has {len(mark.title)} characters; YouTube shows {_YOUTUBE_TITLE}"


@rule(
    "C14",
    "info",
    "the same title twice",
    hurts="listeners: they can't tell them apart",
    mend="number them, or say what differs",
    source=OWN,
)
def repeated(marks: Marks) -> Iterator[Found]:
    """Among those that are listed."""
    for title, count in Counter(mark.title for mark in shown(marks) if mark.title.strip()).items():
        if count > 1:
            yield f"“{title[:40]}”", f"is the title of {count} chapters"


@rule(
    "C15",
    "warning",
    "two chapters at the same time",
    hurts="every player: only one of them can be seen",
    mend="remove one",
    source=ANTENNAPOD_REPEATED,
)
def same_start(marks: Marks) -> Iterator[Found]:
    """Among those that are listed."""
    listed = shown(marks)
    for before, mark in pairwise(listed):
        if mark.start_ms == before.start_ms:
            yield name(mark), f"starts with “{before.title[:40]}”"


@rule(
    "C25",
    "warning",
    "a chapters file without a version that apps know",
    hurts="apps that read podcast:chapters",
    mend='write "version": "1.2.0"',
    source=NAMESPACE_CHAPTERS,
    fixable=True,
)
def version(marks: Marks) -> Iterator[Found]:
    """1.x."""
    if marks.carrier == "json" and not marks.version.startswith("1."):
        yield "the file", f"says version {marks.version!r}" if marks.version else "says no version"


@rule(
    "C26",
    "warning",
    "a link or picture that is no web address",
    hurts="every app: the link does nothing",
    mend="write the whole address, with https://",
    source=NAMESPACE_CHAPTERS,
)
def links(marks: Marks) -> Iterator[Found]:
    """Links start with http:// or https://."""
    for mark in marks.marks:
        for what, address in (("link", mark.url), ("picture", mark.image)):
            if address and not address.lower().startswith(("http://", "https://", "mailto:", "data:")):
                yield name(mark), f"its {what} is “{address[:60]}”"
