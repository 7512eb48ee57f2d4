"""The boxes of MP4 (ISO 14496-12): taken apart, put together, looked up by path. Hostile sizes raise ValueError."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Box:
    """A box: its four letters and its content."""

    kind: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """A box at the top of a file: where it begins, its size, and how much of that is its header."""

    kind: bytes
    start: int
    size: int
    head: int

    @property
    def end(self) -> int:
        """Where the file goes on."""
        return self.start + self.size


def places(file: BinaryIO, total: int) -> list[Place]:
    """The boxes of a file. Raises ValueError where sizes can't be followed."""
    found: list[Place] = []
    position = 0
    while position < total:
        file.seek(position)
        head = file.read(16)
        if len(head) < 8:
            raise ValueError(f"{total - position} bytes at its end are no box")
        size, kind = struct.unpack_from(">I4s", head)
        width = 8
        if size == 1 and len(head) == 16:
            (size,) = struct.unpack_from(">Q", head, 8)
            width = 16
        elif size == 0:
            size = total - position
        if size < width or position + size > total:
            raise ValueError(f"its box {kind.decode('latin-1')!r} is longer than the file")
        found.append(Place(kind, position, size, width))
        position += size
    return found


def parse(data: bytes) -> list[Box]:
    """The boxes in a box; four zeros at the end, as QuickTime writes them, are passed over."""
    found: list[Box] = []
    position = 0
    while position < len(data):
        if not data[position:].strip(b"\0"):
            break
        if len(data) - position < 8:
            raise ValueError("what should be a box is too short")
        size, kind = struct.unpack_from(">I4s", data, position)
        if size == 0:
            size = len(data) - position
        if size < 8 or position + size > len(data):
            raise ValueError(f"the box {kind.decode('latin-1')!r} is longer than what it stands in")
        found.append(Box(kind, data[position + 8 : position + size]))
        position += size
    return found


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box as bytes."""
    data = b"".join(parts)
    return struct.pack(">I4s", 8 + len(data), kind) + data


def full(kind: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    """A box with version and flags, as bytes."""
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def join(boxes: Iterable[Box]) -> bytes:
    """Boxes as bytes."""
    return b"".join(box(each.kind, each.data) for each in boxes)


def find(data: bytes, *path: bytes) -> bytes | None:
    """The content of the first box along a path; None where there is none."""
    for kind in path:
        found = next((each.data for each in parse(data) if each.kind == kind), None)
        if found is None:
            return None
        data = found
    return data


def put(data: bytes, path: Sequence[bytes], content: bytes | None) -> bytes:
    """The same boxes with this content at a path (made where it lacks), or without that box."""
    kind, rest = path[0], path[1:]
    made: list[Box] = []
    done = False
    for each in parse(data):
        if each.kind != kind or done:
            made.append(each)
            continue
        done = True
        if rest:
            made.append(Box(kind, put(each.data, rest, content)))
        elif content is not None:
            made.append(Box(kind, content))
    if not done and content is not None:
        made.append(Box(kind, put(b"", rest, content) if rest else content))
    return join(made)
