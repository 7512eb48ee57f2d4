"""ID3v2 tags taken apart into their frames, byte for byte (id3.org: ID3v2.2, 2.3, 2.4).

Nothing is decoded, so what nobody knows stays as it is. Frames are not held in memory but looked up
in the file. Sizes may lie and tags may be cut: what can't be followed is given up and said.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from podpipe.chapters.writers import mpeg

_NAME = {2: re.compile(rb"[A-Z][A-Z0-9]{2}"), 3: re.compile(rb"[A-Z][A-Z0-9]{3}"), 4: re.compile(rb"[A-Z][A-Z0-9]{3}")}
_SYNC = re.compile(rb"\xff[\xe0-\xff]")
"""What unsynchronised content can't have; some writers set the flag all the same."""
_BLOCK = 1 << 20
LARGE = 16_000_000
"""Bytes of a frame that are never held in memory."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame: four (v2.2: three) letters, its flags as they stand, and where its content is."""

    name: str
    flags: int
    size: int
    file: BinaryIO = field(repr=False)
    start: int

    def blocks(self) -> Iterator[bytes]:
        """The content, in blocks."""
        self.file.seek(self.start)
        left = self.size
        while left and (block := self.file.read(min(left, _BLOCK))):
            left -= len(block)
            yield block

    def content(self) -> bytes:
        """The content as it stands, whole."""
        return b"".join(self.blocks())


@dataclass(slots=True)
class Tag:
    """A tag of version 2, 3 or 4 (of ID3v2) and where the file goes on; ``lost`` says what could not be followed."""

    version: int
    frames: list[Frame] = field(default_factory=list)
    end: int = 0
    lost: list[str] = field(default_factory=list)


@contextlib.contextmanager
def read_tags(file: BinaryIO, path: Path) -> Iterator[tuple[list[Tag], int]]:
    """The tags that a file begins with, and where its sound begins; their frames can be read within the block."""
    with contextlib.ExitStack() as stack:
        yield _read_tags(file, path, stack)


def _read_tags(file: BinaryIO, path: Path, stack: contextlib.ExitStack) -> tuple[list[Tag], int]:
    total = path.stat().st_size
    tags: list[Tag] = []
    position = 0
    while True:
        file.seek(position)
        head = file.read(10)
        if len(head) < 10 or head[:3] != b"ID3" or head[3] == 0xFF or head[4] == 0xFF:
            return tags, position
        tag = _read_tag(file, position, head, total, stack)
        tags.append(tag)
        position = tag.end


def _read_tag(file: BinaryIO, position: int, head: bytes, total: int, stack: contextlib.ExitStack) -> Tag:
    version, flags = head[3], head[5]
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    stated = position + 10 + size + (10 if version == 4 and flags & 0x10 else 0)
    end = min(stated, total)
    tag = Tag(version, end=end)
    if version not in _NAME or (version == 2 and flags & 0x40):
        tag.lost.append(f"a tag of a kind that nobody reads (ID3v2.{version}) was given up")
        return tag
    start, last = position + 10, min(position + 10 + size, total)
    unsynchronised = bool(flags & 0x80) and version < 4
    body, begin, stop = _synchronised(file, start, last, stack) if unsynchronised else (file, start, last)
    if flags & 0x40:
        begin = _after_extended_header(body, begin, version)
    rest = _read_frames(tag, body, begin, stop, whole=bool(flags & 0x80) and version == 4)
    if rest < stop and not unsynchronised:
        _look_for_sound(tag, file, rest, stop, stated > total)
    elif stated > total:
        tag.lost.append("the tag claims to be longer than the file")
    return tag


def _look_for_sound(tag: Tag, file: BinaryIO, rest: int, stop: int, too_long: bool) -> None:
    """What follows the frames is padding, or sound that a lying size has swallowed, or rubbish."""
    if not _is_zero(file, rest, stop):
        sound = mpeg.find(file, rest, stop)
        if sound is not None:
            tag.end = sound
            tag.lost.append("the tag claims to reach into the sound; the sound was kept")
        else:
            tag.lost.append(f"{stop - rest} bytes of the tag that are no whole frames were given up")
    elif too_long:
        tag.lost.append("the tag claims to be longer than the file")


def _is_zero(file: BinaryIO, start: int, stop: int) -> bool:
    file.seek(start)
    while start < stop and (block := file.read(min(_BLOCK, stop - start))):
        if block.strip(b"\0"):
            return False
        start += len(block)
    return True


def _synchronised(file: BinaryIO, start: int, stop: int, stack: contextlib.ExitStack) -> tuple[BinaryIO, int, int]:
    """The tag's content with unsynchronisation undone: FF 00 was FF (ID3v2.3, section 5)."""
    out: BinaryIO = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
    file.seek(start)
    left, after_ff = stop - start, False
    while left and (block := file.read(min(left, _BLOCK))):
        left -= len(block)
        ends_ff = block.endswith(b"\xff")
        if after_ff and block.startswith(b"\0"):
            block = block[1:]
        after_ff = ends_ff
        out.write(block.replace(b"\xff\0", b"\xff"))
    return out, 0, out.tell()


def _after_extended_header(body: BinaryIO, begin: int, version: int) -> int:
    body.seek(begin)
    size = body.read(4)
    if len(size) < 4 or _NAME[4].fullmatch(size):  # some writers set the flag and have none
        return begin
    return begin + (4 + int.from_bytes(size, "big") if version == 3 else max(_synchsafe(size), 4))


def _read_frames(tag: Tag, body: BinaryIO, position: int, stop: int, *, whole: bool) -> int:
    """Read frames up to padding or to what is no frame; where that was."""
    width = 6 if tag.version == 2 else 10
    while position + width <= stop:
        body.seek(position)
        head = body.read(width)
        name = head[: 3 if tag.version == 2 else 4]
        if tag.version == 3 and name[3:] == b"\0" and _NAME[2].fullmatch(name[:3]):
            name = name[:3]  # a v2.2 name in v2.3, as old iTunes wrote them
        elif not _NAME[tag.version].fullmatch(name):
            return position
        size = _size(tag.version, head, body, position, stop)
        if size is None:
            tag.lost.append(f"the frame {name.decode()} is longer than the tag and was given up")
            return position
        flags = int.from_bytes(head[8:10], "big") if tag.version > 2 else 0
        if size:
            frame = Frame(name.decode(), flags | (2 if whole else 0), size, body, position + width)
            tag.frames.append(frame)
        position += width + size
    return min(position, stop)


def _size(version: int, head: bytes, body: BinaryIO, position: int, stop: int) -> int | None:
    """A frame's size; in v2.4 synchsafe, but for writers that took v2.3's. None where neither fits."""
    if version == 2:
        sizes = [int.from_bytes(head[3:6], "big")]
    elif version == 3:
        sizes = [int.from_bytes(head[4:8], "big")]
    else:
        sizes = [int.from_bytes(head[4:8], "big")]
        if not any(byte & 0x80 for byte in head[4:8]):
            sizes.insert(0, _synchsafe(head[4:8]))
    fitting = [size for size in sizes if position + len(head) + size <= stop]
    for size in fitting:
        body.seek(position + len(head) + size)
        following = body.read(min(4, stop - position - len(head) - size))
        if not following.strip(b"\0") or (version == 4 and _NAME[4].fullmatch(following)):
            return size
    return fitting[0] if fitting else None


def _synchsafe(data: bytes) -> int:
    value = 0
    for byte in data:
        value = value << 7 | byte & 0x7F
    return value


def plain(frame: Frame, version: int) -> bytes | None:
    """The content without what flags have done to it; None where it is encrypted, too large or damaged."""
    if frame.size > LARGE:
        return None
    data = frame.content()
    if version == 3:
        encrypted, compressed, grouped = frame.flags & 0x40, frame.flags & 0x80, frame.flags & 0x20
        data = data[4 if compressed else 0 :]
    else:
        encrypted, compressed, grouped = frame.flags & 4, frame.flags & 8, frame.flags & 0x40
    if encrypted:
        return None
    data = data[1 if grouped else 0 :]
    if version == 4:
        data = data[4 if frame.flags & 1 else 0 :]
        data = data.replace(b"\xff\0", b"\xff") if frame.flags & 2 and not _SYNC.search(data) else data
    if not compressed:
        return data
    try:
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(data, LARGE)
    except zlib.error:
        return None
    return data if unpacker.eof else None
