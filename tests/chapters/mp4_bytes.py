"""MP4 files made box by box: as much of one as says where its chapters are."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate


def box(name: bytes, *parts: bytes, wide: bool = False) -> bytes:
    body = b"".join(parts)
    if wide:
        return struct.pack(">I4sQ", 1, name, len(body) + 16) + body
    return struct.pack(">I4s", len(body) + 8, name) + body


def text(words: str | bytes, url: str = "") -> bytes:
    """A sample of a text track."""
    data = words if isinstance(words, bytes) else words.encode()
    href = box(b"href", struct.pack(">HHB", 0, len(data), len(url.encode())), url.encode(), b"\0") if url else b""
    return struct.pack(">H", len(data)) + data + href


@dataclass(frozen=True)
class Track:
    """A track: samples of some bytes and durations, one chunk each, or all in one."""

    number: int
    kind: bytes = b"text"
    samples: Sequence[tuple[bytes, int]] = ()
    timescale: int = 1000
    chapters: Sequence[int] = ()
    edits: Sequence[tuple[int, int]] = ()
    wide: bool = False
    one_chunk: bool = False

    def box(self, at: int) -> bytes:
        durations = [duration for _, duration in self.samples]
        sizes = [len(data) for data, _ in self.samples]
        places = list(accumulate(sizes, initial=at))[: len(sizes)]
        if self.one_chunk:
            places = places[:1]
        table = box(
            b"stbl",
            box(b"stsd", bytes(8)),
            box(b"stts", bytes(4), struct.pack(">I", len(sizes)), *(struct.pack(">II", 1, d) for d in durations)),
            box(b"stsc", bytes(4), struct.pack(">4I", 1, 1, len(sizes) if self.one_chunk else 1, 1)),
            box(b"stsz", bytes(8), struct.pack(f">{1 + len(sizes)}I", len(sizes), *sizes)),
            box(b"co64", bytes(4), struct.pack(f">I{len(places)}Q", len(places), *places))
            if self.wide
            else box(b"stco", bytes(4), struct.pack(f">{1 + len(places)}I", len(places), *places)),
        )
        edits = struct.pack(">II", 0, len(self.edits)) + b"".join(
            struct.pack(">IiI", length, start, 1 << 16) for length, start in self.edits
        )
        media = box(
            b"mdia",
            box(b"mdhd", bytes(12), struct.pack(">III", self.timescale, sum(durations), 0)),
            box(b"hdlr", bytes(8), self.kind, bytes(13)),
            box(b"minf", table),
        )
        return box(
            b"trak",
            box(b"tkhd", bytes(12), struct.pack(">I", self.number), bytes(68)),
            box(b"edts", box(b"elst", edits)) if self.edits else b"",
            box(b"tref", box(b"chap", struct.pack(f">{len(self.chapters)}I", *self.chapters)))
            if self.chapters
            else b"",
            media,
        )


def chpl(chapters: Sequence[tuple[str | bytes, int]], version: int = 1) -> bytes:
    """Nero's list: titles, and starts in ms."""
    titles = [title if isinstance(title, bytes) else title.encode() for title, _ in chapters]
    entries = b"".join(
        struct.pack(">QB", ms * 10_000, len(title)) + title for title, (_, ms) in zip(titles, chapters, strict=True)
    )
    head = struct.pack(">IBI", 1 << 24, 0, len(titles)) if version else struct.pack(">IB", 0, len(titles))
    return box(b"chpl", head, entries)


def movie(
    *tracks: Track, listed: bytes = b"", length_ms: int = 60_000, moov_first: bool = False, wide: bool = False
) -> bytes:
    """A file: ftyp, moov and mdat in one order or the other."""
    data = b"".join(sample for track in tracks for sample, _ in track.samples)

    def moov(at: int) -> bytes:
        boxes = []
        for track in tracks:
            boxes.append(track.box(at))
            at += sum(len(sample) for sample, _ in track.samples)
        header = box(b"mvhd", bytes(12), struct.pack(">II", 1000, length_ms), bytes(80))
        return box(b"moov", header, *boxes, box(b"udta", listed))

    start = box(b"ftyp", b"M4A \0\0\0\0")
    media = box(b"mdat", data, wide=wide)
    begins = len(start) + len(media) - len(data)
    if moov_first:
        return start + moov(begins + len(moov(0))) + media
    return start + media + moov(begins)


SOUND = Track(1, b"soun", [(b"sound", 60_000)], chapters=[2])
