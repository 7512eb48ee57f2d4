"""C, in ID3: tables of contents (CTOC), and how chapters are made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from podpipe.check.facts import Marks
from podpipe.check.model import Found, rule
from podpipe.check.rules.chapters import name
from podpipe.check.rules.sources import ID3_CHAPTERS, OVERCAST_CTOC

_ROOM = 255
_TAG = "the ID3 tag"


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
        yield _TAG, f"has {len(marks.marks)} chapters and no CTOC"


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
        yield _TAG, f"has {tops} top-level CTOCs; there must be one"


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
        yield _TAG, f"has {count} chapters with byte offsets beside their times"
