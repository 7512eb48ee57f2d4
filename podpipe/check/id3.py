"""ID3v2 as it stands in a file: every frame in its place, and what is wrong with how it is made.

Mutagen mends and sorts while it reads; a linter and its cure need what is really there. Sources: ID3v2.2,
2.3.0 and 2.4.0 (id3.org), ID3v2 Chapter Frame Addendum 1.0.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_UNSYNCHRONISED, _EXTENDED, _FOOTER = 0x80, 0x40, 0x10
_NAME = re.compile(rb"[A-Z][A-Z0-9]{3}")
_NAME_22 = re.compile(rb"[A-Z][A-Z0-9]{2}")
_ENCODINGS = {0: "latin-1", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}
_MOST_PLAIN = 64_000_000
"""Bytes at the most that a compressed frame may become."""

Bytes = bytes | memoryview


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame as it stands. ``flags`` are the two bytes of its header (0 in v2.2)."""

    name: str
    data: Bytes
    flags: int = 0


@dataclass(frozen=True, slots=True)
class Tag:
    """An ID3v2 tag: where it stands in the file, what is in it, what is wrong with it."""

    start: int
    end: int
    version: int
    unsynchronised: bool
    frames: tuple[Frame, ...]
    damage: str = ""


@dataclass(frozen=True, slots=True)
class Chap:
    """A CHAP frame taken apart."""

    element: bytes
    start_ms: int
    end_ms: int
    start_offset: int
    end_offset: int
    frames: tuple[Frame, ...]


def tags(file: Bytes) -> list[Tag]:
    """The ID3v2 tags with which a file begins, in their order."""
    view, position = memoryview(file), 0
    found: list[Tag] = []
    while bytes(view[position : position + 3]) == b"ID3" and len(view) >= position + 10 and len(found) < 8:
        tag = _tag(view, position)
        found.append(tag)
        position = tag.end
    return found


def chap(frame: Frame, version: int) -> Chap | None:
    """A CHAP frame taken apart; None where it is too short to be one."""
    element = bytes(frame.data[:256]).partition(b"\0")[0]
    start = len(element) + 1
    if len(frame.data) < start + 16:
        return None
    start_ms, end_ms, start_offset, end_offset = struct.unpack(">4I", frame.data[start : start + 16])
    frames, _ = _frames(memoryview(frame.data)[start + 16 :], version)
    return Chap(element, start_ms, end_ms, start_offset, end_offset, tuple(frames))


def ctoc(frame: Frame) -> tuple[bytes, int, tuple[bytes, ...]] | None:
    """Element, flags and children of a CTOC frame; None where it is too short to be one."""
    data = bytes(frame.data)
    element, mark, rest = data.partition(b"\0")
    if not mark or len(rest) < 2:
        return None
    children = rest[2:].split(b"\0")[: rest[1]]
    return element, rest[0], tuple(children)


def text(frame: Frame) -> str:
    """The first text of a text frame (T***); empty where it can't be read."""
    if not len(frame.data):
        return ""
    return decode(bytes(frame.data[1:100_000]), frame.data[0])


def decode(data: bytes, encoding: int) -> str:
    """Text up to its end mark, in one of the four encodings of ID3v2.4."""
    if encoding in (1, 2):
        data = data[: len(data) // 2 * 2]
        if encoding == 1 and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            data = b"\xff\xfe" + data
    return data.decode(_ENCODINGS.get(encoding, "latin-1"), "replace").split("\0")[0]


def picture(frame: Frame) -> tuple[str, int, Bytes] | None:
    """Declared media type, picture type and bytes of an APIC or PIC frame; None where it is damaged."""
    head = bytes(frame.data[:4096])
    if frame.name == "PIC":
        declared, rest = head[1:4].decode("latin-1"), 4
    else:
        end = head.find(b"\0", 1)
        if end < 0:
            return None
        declared, rest = head[1:end].decode("latin-1"), end + 1
    if len(head) <= rest:
        return None
    wide = head[:1] in (b"\1", b"\2")
    position = rest + 1
    while position < len(head):
        if wide and head[position : position + 2] == b"\0\0":
            return declared, head[rest], memoryview(frame.data)[position + 2 :]
        if not wide and not head[position]:
            return declared, head[rest], memoryview(frame.data)[position + 1 :]
        position += 2 if wide else 1
    return None


def synchsafe(size: bytes) -> int:
    """Seven bits of each byte."""
    value = 0
    for byte in size:
        value = value << 7 | byte & 0x7F
    return value


def safe_bytes(size: int) -> bytes:
    """A size in four bytes of seven bits."""
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def _tag(view: memoryview, start: int) -> Tag:
    version, flags = view[start + 3], view[start + 5]
    size = synchsafe(bytes(view[start + 6 : start + 10]))
    end = start + 10 + size + (10 if flags & _FOOTER and version == 4 else 0)
    damage = ""
    if start + 10 + size > len(view):
        damage = f"its header says {size} bytes, the file has {len(view) - start - 10} more"
    if version not in (2, 3, 4):
        return Tag(start, min(end, len(view)), version, False, (), f"its version 2.{version} does not exist")
    body = view[start + 10 : start + 10 + size]
    unsynchronised = bool(flags & _UNSYNCHRONISED)
    if unsynchronised and version < 4:
        body = memoryview(_synchronised(bytes(body)))
    if flags & _EXTENDED and version > 2 and len(body) >= 4:
        length = synchsafe(bytes(body[:4])) if version == 4 else int.from_bytes(body[:4], "big") + 4
        body = body[length:]
    frames, fault = _frames(body, version, unsynchronised and version == 4)
    return Tag(start, min(end, len(view)), version, unsynchronised, tuple(frames), damage or fault)


def _frames(body: memoryview, version: int, unsynchronised: bool = False) -> tuple[list[Frame], str]:
    """The frames of a tag (or within one), and what stopped the reading where it is no padding."""
    head, pattern = (6, _NAME_22) if version == 2 else (10, _NAME)
    name_size = 3 if version == 2 else 4
    found: list[Frame] = []
    position = 0
    synch = version == 4 and not _plain_sizes(body)
    while position + head <= len(body):
        name = bytes(body[position : position + name_size])
        if not name.strip(b"\0"):
            break
        if not pattern.fullmatch(name):
            return found, f"what stands after {found[-1].name if found else 'its header'} is no frame"
        raw = bytes(body[position + name_size : position + name_size * 2])
        size = synchsafe(raw) if synch else int.from_bytes(raw, "big")
        flags = 0 if version == 2 else int.from_bytes(body[position + 8 : position + 10], "big")
        data = body[position + head : position + head + size]
        if len(data) < size:
            return found, f"frame {name.decode()} says {size} bytes, the tag has {len(data)} more"
        plain = _plain(data, version, flags, unsynchronised)
        if plain is None:
            return found, f"frame {name.decode()} is encrypted or can't be unpacked"
        found.append(Frame(name.decode(), plain, flags))
        position += head + size
    if version == 4 and not synch:
        return found, "its frame sizes are plain numbers, where v2.4 wants seven bits a byte"
    return found, ""


def _plain(data: memoryview, version: int, flags: int, unsynchronised: bool) -> Bytes | None:
    """A frame's content without what its flags did to it; None where that can't be undone."""
    if version == 3:
        compressed, encrypted, grouped = flags & 0x80, flags & 0x40, flags & 0x20
        indicator, synched = bool(compressed), False
    else:
        compressed, encrypted, grouped = flags & 0x08, flags & 0x04, flags & 0x40
        indicator, synched = bool(flags & 0x01), bool(flags & 0x02) or unsynchronised
    if version == 2 or not (flags or synched):
        return data
    if encrypted:
        return None
    plain: Bytes = data[1:] if grouped else data
    plain = plain[4:] if indicator else plain
    if synched:
        plain = _synchronised(bytes(plain))
    if compressed:
        unpacking = zlib.decompressobj()
        try:
            plain = unpacking.decompress(bytes(plain), _MOST_PLAIN)
        except zlib.error:
            return None
        if unpacking.unconsumed_tail:
            return None
    return plain


def _plain_sizes(body: memoryview) -> bool:
    """Whether the frames of a v2.4 tag have plain sizes, as an old iTunes wrote them: only they lead to the end."""

    def leads(read: bool) -> bool:
        position = 0
        while position + 10 <= len(body) and body[position]:
            if not _NAME.fullmatch(bytes(body[position : position + 4])):
                return False
            raw = bytes(body[position + 4 : position + 8])
            position += 10 + (int.from_bytes(raw, "big") if read else synchsafe(raw))
        return position <= len(body)

    return not leads(False) and leads(True)


def _synchronised(data: bytes) -> bytes:
    return data.replace(b"\xff\x00", b"\xff")


def rendered(frames: Iterator[Frame] | list[Frame], padding: int = 1024) -> bytes:
    """A whole v2.3 tag of some frames, in their order."""
    parts = [b""]
    for frame in frames:
        head = frame.name.encode() + struct.pack(">IH", len(frame.data), frame.flags)
        parts += [head, bytes(frame.data)]
    body = b"".join(parts) + b"\0" * padding
    return b"ID3\x03\x00\x00" + safe_bytes(len(body)) + body
