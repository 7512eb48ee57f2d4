"""The boxes of MP4 and QuickTime files (ISO/IEC 14496-12), and the samples of a track."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from podpipe.chapters.reading.source import MAX_CHAPTERS, Source

_MAX_BOXES = 40_000
_MAX_PARTS = 100
"""Boxes inside a movie fragment."""

_MAX_TABLE_BYTES = 4 << 20
_MAX_DURATION = 1 << 40
"""Ticks; a table that says more is damaged."""


@dataclass(slots=True)  # not frozen: that takes twice as long to make
class Box:
    """A box's name and content: from ``at`` to ``end`` of the file."""

    name: bytes
    source: Source
    at: int
    end: int

    def data(self, limit: int = _MAX_TABLE_BYTES) -> bytes:
        """The content, or the first ``limit`` bytes of it."""
        return self.source.read(self.at, min(self.end - self.at, limit))

    def __iter__(self) -> Iterator[Box]:
        """The boxes inside."""
        return boxes(self.source, self.at, self.end)

    def parts(self) -> dict[bytes, Box]:
        """The first box inside of each name."""
        found: dict[bytes, Box] = {}
        for box in self:
            found.setdefault(box.name, box)
        return found

    def find(self, *path: bytes) -> Box | None:
        """The first box along a path of names, below this one."""
        here: Box | None = self
        for name in path:
            here = next((box for box in here if box.name == name), None) if here else None
        return here


@dataclass(frozen=True, slots=True)
class Sample:
    """A piece of a track: when it begins and ends (ticks of the track), and where its bytes are."""

    start: int
    end: int
    at: int
    size: int


def boxes(source: Source, at: int, end: int) -> Iterator[Box]:
    """The boxes from ``at`` to ``end``. One that says to be larger ends there."""
    end = min(end, source.size)
    for _ in range(_MAX_BOXES):
        head = source.read(at, 16)
        if at + 8 > end or len(head) < 8:
            return
        size, begins = int.from_bytes(head[:4], "big"), 8
        if size == 1:
            size, begins = int.from_bytes(head[8:16], "big"), 16
        elif size == 0:
            size = end - at
        if size < begins:
            return
        yield Box(head[4:8], source, at + begins, min(at + size, end))
        at += size


def samples(table: Box) -> list[Sample]:
    """The samples of a sample table (stbl), at most as many as there may be chapters."""
    parts = table.parts()
    sizes = _sizes(parts)
    places = _places(parts, sizes)
    times = _times(parts)
    return [Sample(start, end, at, size) for size, at, (start, end) in zip(sizes, places, times, strict=False)]


def fragments(file: Box, track: int, default_duration: int, default_size: int) -> list[Sample]:
    """The samples of a track in movie fragments (moof), for files that were written as a stream."""
    found: list[Sample] = []
    now = 0
    for fragment in file:
        if fragment.name != b"moof":
            continue
        for part in islice(fragment, _MAX_PARTS):
            header = part.find(b"tfhd") if part.name == b"traf" else None
            if header is None or len(found) >= MAX_CHAPTERS:
                continue
            run = _Run.of(header.data(64), fragment.at - 8, now, default_duration, default_size)
            if run.track != track:
                continue
            decode_time = part.find(b"tfdt")
            if decode_time:
                data = decode_time.data(12)
                now = int.from_bytes(data[4:12] if data[:1] == b"\1" else data[4:8], "big")
            for box in islice(part, _MAX_PARTS):
                if box.name == b"trun":
                    made = run.samples(box.data(), now)
                    found += made
                    now = made[-1].end if made else now
    return found[:MAX_CHAPTERS]


@dataclass(frozen=True, slots=True)
class _Run:
    """What a fragment's header (tfhd) says of its samples."""

    track: int
    base: int
    duration: int
    size: int

    @classmethod
    def of(cls, data: bytes, base: int, now: int, duration: int, size: int) -> _Run:
        flags = int.from_bytes(data[1:4], "big")
        track, at = int.from_bytes(data[4:8], "big"), 8
        values: dict[int, int] = {}
        for bit, width in ((1, 8), (2, 4), (8, 4), (16, 4), (32, 4)):
            if flags & bit:
                values[bit] = int.from_bytes(data[at : at + width], "big")
                at += width
        return cls(track, values.get(1, base), values.get(8, duration), values.get(16, size))

    def samples(self, data: bytes, now: int) -> list[Sample]:
        """The samples of a run (trun), the first of which begins at ``now``."""
        flags, count = int.from_bytes(data[1:4], "big"), int.from_bytes(data[4:8], "big")
        at, place = 8, self.base
        if flags & 1:
            place += int.from_bytes(data[8:12], "big", signed=True)
            at += 4
        at += 4 if flags & 4 else 0
        has_duration, has_size = bool(flags & 0x100), bool(flags & 0x200)
        width = 4 * (has_duration + has_size + bool(flags & 0x400) + bool(flags & 0x800))
        found: list[Sample] = []
        for _ in range(min(count, MAX_CHAPTERS)):
            if len(data) < at + width:
                break
            duration = int.from_bytes(data[at : at + 4], "big") if has_duration else self.duration
            size_at = at + 4 * has_duration
            size = int.from_bytes(data[size_at : size_at + 4], "big") if has_size else self.size
            found.append(Sample(now, now + duration, place, size))
            now, place, at = now + duration, place + size, at + width
        return found


def _sizes(table: Mapping[bytes, Box]) -> list[int]:
    """stsz, or stz2 with its sizes of 4, 8 or 16 bits."""
    box = table.get(b"stsz")
    if box:
        data = box.data(12 + 4 * MAX_CHAPTERS)
        if len(data) < 12:
            return []
        size, count = struct.unpack(">II", data[4:12])
        count = min(count, MAX_CHAPTERS)
        return [size] * count if size else list(_words(data[12:], count))
    box = table.get(b"stz2")
    data = box.data(12 + 2 * MAX_CHAPTERS) if box else b""
    if len(data) < 12:
        return []
    width, count = data[7], min(int.from_bytes(data[8:12], "big"), MAX_CHAPTERS)
    rest = data[12:]
    if width == 4:
        return [half for byte in rest for half in (byte >> 4, byte & 15)][:count]
    step = 2 if width == 16 else 1
    return [int.from_bytes(rest[at : at + step], "big") for at in range(0, min(len(rest), count * step), step)]


def _places(table: Mapping[bytes, Box], sizes: Sequence[int]) -> Iterator[int]:
    """The offset of each sample: chunks (stco, co64), and how many samples are in each (stsc)."""
    wide = table.get(b"co64")
    box = wide or table.get(b"stco")
    data = box.data(8 + 8 * MAX_CHAPTERS) if box else b""
    step = 8 if wide else 4
    chunks = [int.from_bytes(data[at : at + step], "big") for at in range(8, len(data) - step + 1, step)]
    grouped = table.get(b"stsc")
    rows = list(_rows(grouped.data(8 + 12 * MAX_CHAPTERS)[8:], 3)) if grouped else []
    rows = rows or [(1, 1, 1)]
    number = row = 0
    for chunk, place in enumerate(chunks, start=1):
        while row + 1 < len(rows) and rows[row + 1][0] <= chunk:
            row += 1
        for _ in range(min(rows[row][1], len(sizes) - number)):
            yield place
            place += sizes[number]
            number += 1
        if number >= len(sizes):
            return


def _times(table: Mapping[bytes, Box]) -> Iterator[tuple[int, int]]:
    """When each sample begins and ends (stts)."""
    box = table.get(b"stts")
    now = 0
    for count, duration in _rows(box.data(8 + 8 * MAX_CHAPTERS)[8:], 2) if box else ():
        for _ in range(min(count, MAX_CHAPTERS)):
            if now > _MAX_DURATION:
                return
            yield now, now + duration
            now += duration


def _words(data: bytes, count: int) -> Iterator[int]:
    return (word for (word,) in islice(_rows(data, 1), count))


def _rows(data: bytes, width: int) -> Iterator[tuple[int, ...]]:
    size = 4 * width
    return struct.iter_unpack(f">{width}I", data[: len(data) // size * size])
