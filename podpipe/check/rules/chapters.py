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
    OVERCAST_CTOC,
    SPOTIFY_CHAPTERS,
    YOUTUBE_CHAPTERS,
    YOUTUBE_TITLES,
)

_LONG_EPISODE_MS = 600_000
_SHORTEST_MS = 10_000
_SPOTIFY_TITLE, _YOUTUBE_TITLE = 40, 70
_GAP_MS, _END_MS = 1000, 1000
_ROOM = 255
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
    source=ID3_CHAPTERS,
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
    source=SPOTIFY_CHAPTERS,
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
    "C16",
    "warning",
    "no table of contents (CTOC)",
    hurts="Overcast, Apple Podcasts: no list of chapters",
    mend="add a CTOC that names all chapters",
    source=OVERCAST_CTOC,
    fixable=True,
)
def no_contents(marks: Marks) -> Iterator[Found]:
    """ID3 only."""
    if marks.carrier == "id3" and marks.marks and not marks.contents:
        yield "the ID3 tag", f"has {len(marks.marks)} chapters and no CTOC"


@rule(
    "C17",
    "error",
    "a table of contents that names chapters which are not there",
    hurts="Overcast, Apple Podcasts: gaps in the list, or none at all",
    mend="let the CTOC name what is there",
    source=ID3_CHAPTERS,
    fixable=True,
)
def missing_children(marks: Marks) -> Iterator[Found]:
    """CHAP frames, or CTOC frames below."""
    there = {mark.element for mark in marks.marks} | {table.element for table in marks.contents}
    for table in marks.contents:
        lost = [child for child in table.children if child not in there]
        if lost:
            more = ", …" if len(lost) > 4 else ""
            yield f"CTOC “{table.element[:40]}”", f"names {', '.join(lost[:4])}{more}, which the tag has not"


@rule(
    "C18",
    "info",
    "chapters that the table of contents does not name",
    hurts="players that go by the CTOC: hidden; others list them",
    mend="nothing, where they are meant to be hidden; else add them to the CTOC",
    source=ID3_CHAPTERS,
)
def hidden(marks: Marks) -> Iterator[Found]:
    """Hidden chapters carry pictures and links."""
    if marks.carrier == "id3":
        for mark in marks.marks:
            if not mark.listed:
                yield name(mark), "is in no CTOC, and so is hidden"


@rule(
    "C19",
    "error",
    "more than 255 chapters in one table of contents",
    hurts="players that go by the CTOC: the count is one byte, and the rest is lost",
    mend="put CTOCs of at most 255 below one at the top",
    source=ID3_CHAPTERS,
    fixable=True,
)
def too_many(marks: Marks) -> Iterator[Found]:
    """A CTOC counts its entries in one byte."""
    if len(marks.marks) > _ROOM and len(marks.contents) == 1:
        yield "the CTOC", f"is the only one for {len(marks.marks)} chapters"


@rule(
    "C20",
    "warning",
    "not one table of contents at the top",
    hurts="players that look for the top-level CTOC: no list of chapters",
    mend="mark exactly one CTOC as top-level",
    source=ID3_CHAPTERS,
    fixable=True,
)
def not_one_top(marks: Marks) -> Iterator[Found]:
    """Exactly one may be."""
    tops = sum(table.top for table in marks.contents)
    if marks.contents and tops != 1:
        yield "the ID3 tag", f"has {tops} top-level CTOCs; there must be one"


@rule(
    "C21",
    "warning",
    "a table of contents that is not ordered",
    hurts="players that keep to it: they may list the chapters in any order",
    mend="set the ordered flag",
    source=ID3_CHAPTERS,
    fixable=True,
)
def unordered(marks: Marks) -> Iterator[Found]:
    """Its flag says so."""
    for table in marks.contents:
        if not table.ordered and len(table.children) > 1:
            yield f"CTOC “{table.element[:40]}”", "is not marked as ordered"


@rule(
    "C22",
    "error",
    "tables of contents in a circle",
    hurts="players that follow them: they may hang",
    mend="let no CTOC name itself or one above it",
    source=ID3_CHAPTERS,
    fixable=True,
)
def circle(marks: Marks) -> Iterator[Found]:
    """A CTOC that is below itself."""
    below = {table.element: list(table.children) for table in marks.contents}
    for table in marks.contents:
        seen: set[str] = set()
        ahead = list(table.children)
        while ahead:
            element = ahead.pop()
            if element == table.element:
                yield f"CTOC “{table.element[:40]}”", "is below itself"
                break
            if element not in seen:
                seen.add(element)
                ahead += below.get(element, [])


@rule(
    "C23",
    "error",
    "two chapters with one element ID",
    hurts="every player that goes by the CTOC: only one of them is kept",
    mend="write the chapters anew: podpipe chapters FILE --export, then --import",
    source=ID3_CHAPTERS,
    fixable=True,
)
def same_element(marks: Marks) -> Iterator[Found]:
    """Element IDs are unique within a tag."""
    if marks.carrier == "id3":
        for element, count in Counter(mark.element for mark in marks.marks).items():
            if count > 1:
                yield f"element “{element[:40]}”", f"is the name of {count} chapters"


@rule(
    "C24",
    "info",
    "chapters with byte offsets",
    hurts="players that prefer them: wrong place once the tag or the sound has changed",
    mend="set the offsets to 0xFFFFFFFF, so that times count",
    source=ID3_CHAPTERS,
    fixable=True,
)
def offsets(marks: Marks) -> Iterator[Found]:
    """Only times are safe."""
    count = sum(mark.offsets for mark in marks.marks)
    if count:
        yield "the ID3 tag", f"has {count} chapters with byte offsets beside their times"


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
