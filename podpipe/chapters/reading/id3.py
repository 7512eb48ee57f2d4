"""Chapters in ID3: CHAP and CTOC (ID3v2 Chapter Frame Addendum 1.0) of v2.3 and v2.4, and of v2.2 as some write it."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from podpipe.chapters.reading import id3_tag
from podpipe.chapters.reading.id3_tag import Frame, Tag
from podpipe.chapters.reading.source import MAX_CHAPTERS, Pictures, Source, media_type
from podpipe.chapters.reading.spans import OPEN, closed
from podpipe.models import Chapter, Picture

_NONE = 0xFFFFFFFF
_TIMES = struct.Struct(">4I")
_CHAPTER = frozenset((b"CHAP", b"CHA", b"CHP"))
_CONTENTS = frozenset((b"CTOC", b"CTO", b"CTC"))
_TITLE = {b"TIT2": 0, b"TT2": 0, b"TT2\0": 0, b"TIT3": 1, b"TT3": 1}
"""Frames that name a chapter, the better first."""

_PICTURE = frozenset((b"APIC", b"PIC"))
_ENCODINGS = {1: "utf-16", 2: "utf-16-be"}
_HEAD_BYTES = 2048
_NUMBERED = re.compile(r"(?:c|ch|chp|chap|chapter|id|marker|m)?[ _.:#-]*\d*", re.IGNORECASE)
"""An element's id that programs count up; others write the title there."""


@dataclass(slots=True)
class _Marked:
    """A CHAP frame as it stands in the file."""

    element: bytes
    start: int
    end: int
    start_byte: int
    end_byte: int
    title: str | None = None
    url: str = ""
    image: str = ""
    picture: Picture | None = None


@dataclass(slots=True)
class _Contents:
    """A CTOC frame: which elements it lists, and whether it is the topmost."""

    is_top: bool
    children: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Sound:
    """What chapters may need to know of the sound: how long it is, and from where to where in the file."""

    duration_ms: Callable[[], int]
    begins: int
    ends: int


def read(source: Source, pictures: Pictures, begins: int, duration_ms: Callable[[], int]) -> tuple[Chapter, ...]:
    """The chapters of the first tag that has any, in order of time.

    What no CTOC lists is not to be listed by players; where none lists anything that is there, all are.
    ``begins`` is where the sound does; ``duration_ms`` tells how long it is, and is asked only where needed.
    """
    sound = _Sound(duration_ms, begins, source.size)
    found = (_in_tag(tag, pictures, sound) for tag in id3_tag.tags(source))
    return next((chapters for chapters in found if chapters), ())


def _in_tag(tag: Tag, pictures: Pictures, sound: _Sound) -> tuple[Chapter, ...]:
    marked: dict[bytes, _Marked] = {}
    contents: dict[bytes, _Contents] = {}
    children = 0
    for frame in id3_tag.frames(tag):
        if frame.name in _CHAPTER and len(marked) < MAX_CHAPTERS:
            chapter = _marked(tag, frame, pictures)
            if chapter:
                marked.setdefault(chapter.element, chapter)
        elif frame.name in _CONTENTS and children < 2 * MAX_CHAPTERS:
            element, table = _contents(frame)
            contents.setdefault(element, table)
            children += 1 + len(table.children)
    if not marked:
        return ()
    listed = _listed(contents, marked)
    following, shown = iter(listed), frozenset(listed)
    # As they stand in the file, but those that are listed in the order of the list: it decides between equal times.
    ordered = (marked[next(following)] if element in shown else marked[element] for element in marked)
    timed = (_timed(chapter, chapter.element in shown, sound) for chapter in ordered)
    return closed((chapter for chapter in timed if chapter), sound.duration_ms)


def _marked(tag: Tag, frame: Frame, pictures: Pictures) -> _Marked | None:
    head = frame.data(_HEAD_BYTES)
    name_ends = head.find(b"\0")
    if name_ends < 0 or name_ends + 17 > len(head):
        return None
    chapter = _Marked(head[:name_ends], *_TIMES.unpack_from(head, name_ends + 1))
    rank = len(_TITLE)
    for sub in id3_tag.within(tag, frame, name_ends + 17):
        if sub.name in _TITLE:
            title = text(sub.data(), tag.version)
            if title and _TITLE[sub.name] < rank:
                chapter.title, rank = title, _TITLE[sub.name]
        elif sub.name in _PICTURE:
            _picture(sub, chapter, pictures)
        elif sub.name[:1] == b"W" and not chapter.url:
            chapter.url = _link(sub)
    return chapter


def _contents(frame: Frame) -> tuple[bytes, _Contents]:
    """A table of contents. Its count is one byte, and wraps around where programs list more than 255."""
    element, _, rest = frame.data().partition(b"\0")
    if len(rest) < 2:
        return element, _Contents(is_top=False)
    children: list[bytes] = []
    count, at = rest[1], 2
    while at < len(rest) and len(children) < MAX_CHAPTERS:
        if len(children) >= count and id3_tag.is_frame(rest[at : at + 10], len(rest) - at):
            break
        ends = rest.find(b"\0", at) % (len(rest) + 1)
        children.append(rest[at:ends])
        at = ends + 1
    if (len(children) - count) % 256:
        children = children[:count]
    return element, _Contents(bool(rest[0] & 2), children)


def _listed(contents: dict[bytes, _Contents], marked: dict[bytes, _Marked]) -> Sequence[bytes]:
    """Elements of chapters that the tables list, depth first, each once; loops are passed over.

    The tables at the top are those that say so, else those that no other lists, else all.
    """
    children = {child for table in contents.values() for child in table.children}
    tops = (
        [element for element, table in contents.items() if table.is_top]
        or [element for element in contents if element not in children]
        or list(contents)
    )
    seen: set[bytes] = set()
    found: list[bytes] = []
    waiting = tops[::-1]
    while waiting:
        element = waiting.pop()
        if element in seen:
            continue
        seen.add(element)
        if element in marked:
            found.append(element)
        elif element in contents:
            waiting += reversed(contents[element].children)
    return found if found or (contents and not children) else list(marked)


def _timed(chapter: _Marked, is_listed: bool, sound: _Sound) -> Chapter | None:
    start_ms = _ms(chapter.start, chapter.start_byte, sound)
    end_ms = _ms(chapter.end, chapter.end_byte, sound) if chapter.end != _NONE or chapter.end_byte != _NONE else OPEN
    if start_ms is None:
        return None
    title = chapter.title
    if title is None:
        title = "" if _NUMBERED.fullmatch(name := chapter.element.decode("latin-1")) or not is_listed else name
    return Chapter(
        title,
        start_ms,
        OPEN if end_ms is None else end_ms,
        because="in the file",
        url=chapter.url,
        image=chapter.image,
        toc=is_listed,
        picture=chapter.picture,
    )


def _ms(time: int, byte: int, sound: _Sound) -> int | None:
    """A time; where only a byte of the file is given, its share of the sound's length."""
    if time != _NONE or byte == _NONE:
        return time
    length = sound.ends - sound.begins
    if not sound.begins <= byte <= sound.ends or length <= 0:
        return None
    duration_ms = sound.duration_ms()
    return (byte - sound.begins) * duration_ms // length if duration_ms else None


def _picture(frame: Frame, chapter: _Marked, pictures: Pictures) -> None:
    """APIC: encoding, media type, kind, description, data; PIC has three letters for the type."""
    if chapter.picture or chapter.image:
        return
    head = frame.data(_HEAD_BYTES)
    if frame.name == b"PIC":
        said, at = head[1:4], 4
    else:
        ends = head.find(b"\0", 1)
        if ends < 0:
            return
        said, at = head[1:ends], ends + 1
    at = _string_end(head, at + 1, head[:1])  # past the kind of picture and the description
    if at < 0:
        return
    if said == b"-->":
        chapter.image = _address(head[at:])
        return
    data = pictures.read(frame.source, frame.at + at, frame.size - at)
    kind = media_type(data, said.decode("latin-1")) if data else ""
    if kind:
        chapter.picture = Picture(data, kind)


def _link(frame: Frame) -> str:
    """WXXX: encoding, description, address; other frames of the kind: the address alone."""
    data = frame.data(1 << 16)
    if frame.name not in (b"WXXX", b"WXX"):
        return _address(data)
    at = _string_end(data, 1, data[:1])
    return _address(data[at:]) if at >= 0 else ""


def _string_end(data: bytes, at: int, encoding: bytes) -> int:
    """Where what follows a terminated string begins; -1 where it does not end."""
    if encoding not in (b"\1", b"\2"):
        return data.find(b"\0", at) + 1 or -1
    begins = at
    while (at := data.find(b"\0\0", at)) >= 0:
        if (at - begins) % 2 == 0:
            return at + 2
        at += 1
    return -1


def _address(data: bytes) -> str:
    """A URL: Latin-1 by the standard, and often UTF-8."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _utf16(data).partition("\0")[0].strip()
    data = data.partition(b"\0")[0]
    try:
        return data.decode().strip()
    except UnicodeDecodeError:
        return data.decode("latin-1").strip()


def text(data: bytes, version: int) -> str:
    """The content of a text frame. v2.4 may hold several values: they are joined by a slash."""
    encoding = data[0] if data else 0
    if encoding in (1, 2):
        words = _utf16(data[1:], _ENCODINGS[encoding])
    elif encoding == 0:
        words = data[1:].decode("latin-1")
    else:
        words = data[encoding == 3 :].decode("utf-8", "replace").removeprefix("\ufeff")
    if version != 4:
        return words.partition("\0")[0]
    # Each value may have a byte order mark of its own.
    return " / ".join(value for value in words.replace("\0\ufeff", "\0").split("\0") if value)


def _utf16(data: bytes, encoding: str = "utf-16") -> str:
    """UTF-16 by its byte order mark, else as the encoding says, else as its zeros lie."""
    data = data[: len(data) & ~1]
    for mark, name in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data[2:].decode(name, "replace")
    if encoding == "utf-16":
        encoding = "utf-16-be" if data[::2].count(0) > data[1::2].count(0) else "utf-16-le"
    return data.decode(encoding, "replace")
