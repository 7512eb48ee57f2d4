"""ID3v2 tags and their frames, from bytes: v2.2 (informal standard), v2.3.0 and v2.4.0 (id3.org).

Only frames that are asked for are read. Programs write sizes and flags in ways that the standard does not
know; where it can be told what they meant, that is what is read.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from podpipe.chapters.reading.source import Memory, Source

_MAX_WHOLE_BYTES = 32 << 20
"""As much of a tag, or of a frame, is held in memory where it is coded as a whole."""

_MAX_INFLATED_BYTES = 64 << 20
"""All compressed frames of a tag together."""

_MAX_FRAMES = 50_000
_MAX_FRAMES_WITHIN = 40
_MAX_TAGS = 16
_NAME = re.compile(rb"[A-Z][A-Z0-9]{3}\Z")
_SHORT_NAME = re.compile(rb"[A-Z][A-Z0-9]{2}\Z")
_ANY_NAME = re.compile(rb"[A-Z][A-Z0-9]{2}[A-Z0-9\0 ]\Z").match
"""Also a v2.2 name with a filler, as iTunes writes it into v2.3."""

_FALSE_SYNC = re.compile(rb"\xff[\xe0-\xff]")


@dataclass(slots=True)
class _Room:
    """How many bytes may still be inflated."""

    left: int = _MAX_INFLATED_BYTES


@dataclass(frozen=True, slots=True)
class Tag:
    """Where a tag's frames are: from ``at`` to ``end`` of ``source``. ``after`` is where the file goes on."""

    source: Source
    version: int
    at: int
    end: int
    after: int
    unsynchronised: bool = False
    room: _Room = field(default_factory=_Room)


@dataclass(slots=True)  # not frozen: that takes twice as long to make, and there are thousands
class Frame:
    """A frame's name (that of v2.2 as it is) and content: ``size`` bytes of ``source`` from ``at``."""

    name: bytes
    source: Source
    at: int
    size: int

    def data(self, limit: int = 1 << 20) -> bytes:
        """The content, or the first ``limit`` bytes of it."""
        return self.source.read(self.at, min(self.size, limit))


def tags(source: Source) -> Iterator[Tag]:
    """The tags of a file as programs look for them: at its beginning, where SEEK points to, at its end."""
    at, last = 0, None
    for _ in range(_MAX_TAGS):
        tag = _tag(source, at)
        if tag is None:
            break
        yield tag
        at, last = tag.after, tag
    sought = _sought(last) if last else None
    if last and sought and (tag := _tag(source, last.after + sought)):
        yield tag
    appended = _appended(source)
    if appended is not None and appended >= at and (tag := _tag(source, appended)):
        yield tag


def after_tags(source: Source) -> int:
    """Where what follows the leading tags begins."""
    at = 0
    for _ in range(_MAX_TAGS):
        tag = _tag(source, at)
        if tag is None:
            break
        at = tag.after
    return at


def frames(tag: Tag) -> Iterator[Frame]:
    """The frames of a tag, in order, as far as they can be told apart."""
    return _frames(tag, tag.source, tag.at, tag.end, top=True)


def within(tag: Tag, frame: Frame, skip: int) -> Iterator[Frame]:
    """The frames inside a frame (CHAP, CTOC), which begin after its first ``skip`` bytes."""
    return _frames(tag, frame.source, frame.at + skip, frame.at + frame.size, top=False)


def is_frame(head: bytes, room: int) -> bool:
    """Whether a frame with these first 10 bytes can stand where there is room for ``room``."""
    return bool(_NAME.match(head[:4])) and 10 + int.from_bytes(head[4:8], "big") <= room


def _tag(source: Source, at: int) -> Tag | None:
    head = source.read(at, 10)
    if len(head) < 10 or head[:3] != b"ID3" or head[3] == 0xFF or head[4] == 0xFF or max(head[6:]) > 0x7F:
        return None
    version, flags = head[3], head[5]
    end = min(at + 10 + _synchsafe(head[6:]), source.size)
    after = end + (10 if version == 4 and flags & 0x10 else 0)
    if version not in (2, 3, 4) or (version == 2 and flags & 0x40):  # v2.2: a compression that nobody defined
        return Tag(source, version, end, end, after)
    if flags & 0x80 and version < 4:
        whole = _resynchronised(source.read(at + 10, min(end - at - 10, _MAX_WHOLE_BYTES)))
        inner = Tag(Memory(whole), version, 0, len(whole), after)
    else:
        inner = Tag(source, version, at + 10, end, after, unsynchronised=bool(flags & 0x80))
    extended = _extended(inner) if flags & 0x40 and version > 2 else 0
    return replace(inner, at=inner.at + extended)


def _extended(tag: Tag) -> int:
    """The size of the extended header; 0 where the flag is set and there is none."""
    head = tag.source.read(tag.at, 4)
    if _NAME.match(head):
        return 0
    return _synchsafe(head) if tag.version == 4 else 4 + int.from_bytes(head, "big")


def _sought(tag: Tag) -> int | None:
    if tag.version != 4:
        return None
    for frame in frames(tag):
        if frame.name == b"SEEK":
            return int.from_bytes(frame.data(4), "big")
    return None


def _appended(source: Source) -> int | None:
    """Where a tag with a footer begins that ends the file, or stands before ID3v1, APE and Lyrics3."""
    end = source.size
    for _ in range(8):
        tail = source.read(max(end - 227, 0), min(end, 227))
        foot = tail[-10:]
        if foot[:3] == b"3DI" and max(foot[6:]) <= 0x7F:
            return end - 20 - _synchsafe(foot[6:])
        if tail[-128:-125] == b"TAG":
            end -= 128
        elif tail[:4] == b"TAG+" and len(tail) == 227:
            end -= 227
        elif tail[-32:-24] == b"APETAGEX":
            is_headed = tail[-9] & 0x80
            end -= int.from_bytes(tail[-20:-16], "little") + (32 if is_headed else 0)
        elif tail[-9:] == b"LYRICS200" and tail[-15:-9].isdigit():
            end -= int(tail[-15:-9]) + 15
        else:
            return None
        if end <= 0:
            return None
    return None


def _frames(tag: Tag, source: Source, at: int, end: int, *, top: bool) -> Iterator[Frame]:
    end = min(end, source.size)
    if tag.version == 2 and not _NAME.match(source.read(at, 4)):  # some write v2.3's frames under a v2.2 header
        yield from _short_frames(source, at, end)
        return
    for _ in range(_MAX_FRAMES if top else _MAX_FRAMES_WITHIN):
        head = source.read(at, 10)
        at += 10
        name = head[:4]
        if at > end or not _ANY_NAME(name):
            return
        size = _size(source, head[4:8], at, end, tag.version)
        frame = Frame(name, source, at, size if at + size <= end else end - at)
        if head[9] or (top and tag.unsynchronised):
            yield from _decoded(frame, head[9], tag, top=top)
        else:
            yield frame
        at += size


def _short_frames(source: Source, at: int, end: int) -> Iterator[Frame]:
    for _ in range(_MAX_FRAMES):
        head = source.read(at, 6)
        if at + 6 > end or not _SHORT_NAME.match(head[:3]):
            return
        size = int.from_bytes(head[3:6], "big")
        yield Frame(head[:3], source, at + 6, min(size, end - at - 6))
        at += 6 + size


def _size(source: Source, raw: bytes, at: int, end: int, version: int) -> int:
    """A frame's size: synchsafe in v2.4 and plain before, or the other way where only that leads to a frame."""
    plain = int.from_bytes(raw, "big")
    if plain < 0x80 or plain & 0x80808080:
        return plain
    likely, other = (_synchsafe(raw), plain) if version == 4 else (plain, _synchsafe(raw))
    if _leads_on(source, at + likely, end) or not _leads_on(source, at + other, end):
        return likely
    return other


def _leads_on(source: Source, at: int, end: int) -> bool:
    """Whether a frame, padding or the end is at ``at``."""
    if at >= end:
        return at == end
    following = source.read(at, min(4, end - at))
    return bool(_ANY_NAME(following)) or not any(following)


def _decoded(frame: Frame, flags: int, tag: Tag, *, top: bool) -> Iterator[Frame]:
    """A frame as it was before grouping, unsynchronisation and compression; none where it is encrypted."""
    if tag.version == 4:
        grouped, compressed, encrypted, unsync, sized = (bool(flags & bit) for bit in (0x40, 8, 4, 2, 1))
        unsync = unsync or (top and tag.unsynchronised)
    else:
        compressed, encrypted, grouped = (bool(flags & bit) for bit in (0x80, 0x40, 0x20))
        unsync, sized = False, compressed
    if encrypted:
        return
    extra = min(grouped + 4 * sized, frame.size)
    frame = Frame(frame.name, frame.source, frame.at + extra, frame.size - extra)
    if unsync or compressed:
        data = frame.data(_MAX_WHOLE_BYTES)
        if unsync and not _FALSE_SYNC.search(data):  # with one, it was never unsynchronised
            data = _resynchronised(data)
        if compressed:
            data = _inflated(data, tag.room)
        frame = Frame(frame.name, Memory(data), 0, len(data))
    yield frame


def _inflated(data: bytes, room: _Room) -> bytes:
    if room.left <= 0:
        return b""
    try:
        inflated = zlib.decompressobj().decompress(data, min(room.left, _MAX_WHOLE_BYTES))
    except zlib.error:
        return b""
    room.left -= len(inflated)
    return inflated


def _resynchronised(data: bytes) -> bytes:
    return data.replace(b"\xff\x00", b"\xff")


def _synchsafe(data: bytes) -> int:
    value = 0
    for byte in data:
        value = value << 7 | byte & 0x7F
    return value
