"""Where the boxes of an MP4 come to stand, and the chunk offsets that follow them (ISO 14496-12, section 8.7.5)."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from podpipe.chapters.writers import boxes
from podpipe.chapters.writers.boxes import Place, box

_WORD = 0xFFFFFFFF
_TABLE = (b"mdia", b"minf", b"stbl")


@dataclass(frozen=True, slots=True)
class Piece:
    """A box at the top of the file as it will be: of its content ``skip`` bytes are left out, ``more`` comes first."""

    place: Place
    skip: int = 0
    more: bytes = b""

    @property
    def head(self) -> int:
        """Bytes before the content."""
        if not self.skip and not self.more:
            return self.place.head
        return 8 if self._content() + 8 <= _WORD else 16

    @property
    def size(self) -> int:
        """Bytes that it will have."""
        return self.head + self._content()

    def _content(self) -> int:
        return len(self.more) + self.place.size - self.place.head - self.skip

    def moved(self, start: int) -> int:
        """How far what stands in it moves when it begins at ``start``."""
        return start + self.head + len(self.more) - self.skip - self.place.start - self.place.head

    def put(self, old: BinaryIO, new: BinaryIO) -> None:
        """Copy it."""
        if not self.skip and not self.more:
            _copy(old, new, self.place.start, self.place.size)
            return
        kind = self.place.kind
        new.write(struct.pack(">I4s", self.size, kind) if self.head == 8 else struct.pack(">I4sQ", 1, kind, self.size))
        new.write(self.more)
        begin = self.place.start + self.place.head + self.skip
        _copy(old, new, begin, self.place.end - begin)


def without(pieces: Sequence[Piece], gone: Sequence[bytes], kept: Sequence[bytes]) -> list[Piece]:
    """Leave out what only the tracks in ``gone`` refer to: whole mdat boxes, or the beginning of one."""
    theirs = sorted(chunk for track in gone for chunk in _chunks(track))
    others = [offset for track in kept for offset in _offsets(track)]
    result: list[Piece] = []
    for piece in pieces:
        place = piece.place
        begin = end = place.start + place.head
        if place.kind == b"mdat":
            for start, size in theirs:
                end = start + size if start == end else end
        used = any(begin <= offset < place.end for offset in others)
        in_it = any(begin <= start < place.end for start, _ in theirs)
        if place.kind == b"mdat" and in_it and not used:
            continue
        clear = begin < end <= place.end and not any(begin <= offset < end for offset in others)
        result.append(replace(piece, skip=end - begin) if clear else piece)
    return result


def write(
    old: BinaryIO,
    new: BinaryIO,
    pieces: Sequence[Piece],
    header: bytes,
    tracks: Sequence[bytes],
    others: bytes,
    samples: bytes,
    text: Callable[[int], bytes] | None,
) -> None:
    """Write the file anew: moov where it was, ``samples`` first in the mdat that follows it or in one of their own.

    ``text`` makes the track of the samples when their place is known.
    """
    pieces = list(pieces)
    at = next(number for number, piece in enumerate(pieces) if piece.place.kind == b"moov")
    follower = next((n for n, piece in enumerate(pieces) if n > at and piece.place.kind == b"mdat"), None)
    own = box(b"mdat", samples) if samples and follower is None else b""
    if samples and follower is not None:
        pieces[follower] = replace(pieces[follower], more=samples)
    data = b""
    while True:  # offsets that grow beyond 32 bits make moov larger, and so move what follows it
        starts = _starts(pieces, at, len(data) + len(own))
        place = starts[at] + len(data) + 8
        if follower is not None:
            place = starts[follower] + pieces[follower].head
        moves = [(piece.place.start, piece.moved(start)) for piece, start in zip(pieces, starts, strict=True)]
        made = [box(b"trak", _moved(track, moves)) for track in tracks]
        size, data = len(data), box(b"moov", header, *made, text(place) if text else b"", others)
        if len(data) == size:
            break
    for number, piece in enumerate(pieces):
        if number == at:
            new.write(data + own)
        else:
            piece.put(old, new)


def _starts(pieces: Sequence[Piece], at: int, size: int) -> list[int]:
    """Where each piece will begin; the one at ``at`` will have ``size`` bytes."""
    starts, position = [], 0
    for number, piece in enumerate(pieces):
        starts.append(position)
        position += size if number == at else piece.size
    return starts


def _moved(track: bytes, moves: Sequence[tuple[int, int]]) -> bytes:
    """A track with its chunks where they are now; 64-bit offsets where 32 don't do."""
    old = _offsets(track)
    in_order = sorted(moves)
    begins = [start for start, _ in in_order]
    changed = tuple(max(offset + in_order[bisect_right(begins, offset) - 1][1], 0) for offset in old)
    if changed == old:
        return track
    table = boxes.find(track, *_TABLE) or b""
    wide = max(changed) > _WORD or boxes.find(table, b"co64") is not None
    rest = boxes.put(boxes.put(table, [b"stco"], None), [b"co64"], None)
    content = struct.pack(f">II{len(changed)}{'Q' if wide else 'I'}", 0, len(changed), *changed)
    return boxes.put(track, _TABLE, rest + box(b"co64" if wide else b"stco", content))


def _offsets(track: bytes) -> tuple[int, ...]:
    """Where a track's chunks begin in the file."""
    table = boxes.find(track, *_TABLE) or b""
    for kind, letter, width in ((b"stco", "I", 4), (b"co64", "Q", 8)):
        data = boxes.find(table, kind)
        if data is not None:
            (number,) = struct.unpack_from(">I", data, 4)
            number = min(number, (len(data) - 8) // width)
            return struct.unpack_from(f">{number}{letter}", data, 8)
    return ()


def _chunks(track: bytes) -> list[tuple[int, int]]:
    """Where a track's chunks begin and how long they are, where each has one sample; [] for others."""
    offsets = _offsets(track)
    sizes = boxes.find(track, *_TABLE, b"stsz") or b""
    if len(sizes) < 12:
        return []
    same, number = struct.unpack_from(">II", sizes, 4)
    if number != len(offsets):
        return [(offset, 0) for offset in offsets]
    if same:
        return [(offset, same) for offset in offsets]
    return list(zip(offsets, struct.unpack_from(f">{min(number, (len(sizes) - 12) // 4)}I", sizes, 12), strict=False))


def _copy(old: BinaryIO, new: BinaryIO, start: int, size: int) -> None:
    old.seek(start)
    while size and (block := old.read(min(size, 1 << 20))):
        new.write(block)
        size -= len(block)
