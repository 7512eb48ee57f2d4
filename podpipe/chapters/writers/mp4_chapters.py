"""Chapters as MP4 has them: Nero's ``chpl``, and a text track (3GPP TS 26.245) whose samples are the titles."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from itertools import accumulate

from podpipe.chapters.facts import writable
from podpipe.chapters.writers.boxes import box, full
from podpipe.models import Chapter

MOST_URL = 255
MOST_TITLE = 65_535
_NERO_ROOM, _NERO_TITLE = 255, 255
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_WORD = 0xFFFFFFFF
_UNDETERMINED = 0x55C4


def nero(chapters: Sequence[Chapter]) -> bytes:
    """The first 255 chapters: starts in 100 ns, titles cut to 255 bytes at a character."""
    listed = chapters[:_NERO_ROOM]
    entries = []
    for chapter in listed:
        title = chapter.title.encode()[:_NERO_TITLE].decode("utf-8", "ignore").encode()
        entries.append(struct.pack(">QB", chapter.start_ms * 10_000, len(title)) + title)
    return struct.pack(">IIB", 1 << 24, 0, len(listed)) + b"".join(entries)


def track(chapters: Sequence[Chapter], number: int, timescale: int) -> tuple[bytes, Callable[[int], bytes]]:
    """The samples, and a function from their place in the file to the ``trak`` box; times in milliseconds.

    A track begins at 0: what comes before the first chapter is an empty edit.
    """
    samples = [_sample(chapter) for chapter in chapters]
    starts = [chapter.start_ms for chapter in chapters]
    lengths = [
        end - start for start, end in zip(starts, [*starts[1:], max(chapters[-1].end_ms, starts[-1])], strict=True)
    ]
    total = sum(lengths)

    def make(place: int) -> bytes:
        table = box(
            b"stbl",
            full(b"stsd", struct.pack(">I", 1), _description()),
            full(b"stts", struct.pack(">I", len(lengths)), *(struct.pack(">II", 1, length) for length in lengths)),
            full(b"stsc", struct.pack(">IIII", 1, 1, 1, 1)),
            full(b"stsz", struct.pack(f">II{len(samples)}I", 0, len(samples), *map(len, samples))),
            _chunks(place, samples),
        )
        media = box(
            b"mdia",
            full(b"mdhd", struct.pack(">IIIIHH", 0, 0, 1000, total, _UNDETERMINED, 0)),
            full(b"hdlr", struct.pack(">I4s12x", 0, b"text"), b"Chapters\0"),
            box(
                b"minf",
                _media_header(),
                box(b"dinf", full(b"dref", struct.pack(">I", 1), full(b"url ", flags=1))),
                table,
            ),
        )
        return box(b"trak", _header(number, starts[0] + total, timescale), *_edits(starts[0], total, timescale), media)

    return b"".join(samples), make


def _chunks(place: int, samples: Sequence[bytes]) -> bytes:
    """A chunk and a duration for each sample: some readers take neither several in a chunk nor runs."""
    offsets = list(accumulate(map(len, samples[:-1]), initial=place))
    wide = offsets[-1] > _WORD
    table = struct.pack(f">I{len(offsets)}{'Q' if wide else 'I'}", len(offsets), *offsets)
    return full(b"co64" if wide else b"stco", table)


def _sample(chapter: Chapter) -> bytes:
    title = chapter.title.encode()[:MOST_TITLE].decode("utf-8", "ignore").encode()
    url = writable(chapter.url).encode()
    link = b""
    if url and len(url) <= MOST_URL:
        link = box(b"href", struct.pack(">HHB", 0, min(len(chapter.title), 0xFFFF), len(url)) + url + b"\0")
    return struct.pack(">H", len(title)) + title + link


def _description() -> bytes:
    """A ``tx3g`` entry: nothing of how the text looks matters, since no player shows it."""
    style = struct.pack(">HHHBBI", 0, 0, 1, 0, 18, 0xFF)
    fonts = box(b"ftab", struct.pack(">HHB", 1, 1, 5), b"Serif")
    look = struct.pack(">IBBIHHHH", 0, 1, 0xFF, 0xFF, 0, 0, 0, 0)
    return box(b"tx3g", struct.pack(">6xH", 1), look, style, fonts)


def _media_header() -> bytes:
    """QuickTime's header for media that are neither seen nor heard, with the text's own in it."""
    base = full(b"gmin", struct.pack(">HHHHHH", 0x40, 0x8000, 0x8000, 0x8000, 0, 0))
    return box(b"gmhd", base, box(b"text", _MATRIX))


def _header(number: int, duration_ms: int, timescale: int) -> bytes:
    """A track that is there but not played of itself (flags 0)."""
    duration = duration_ms * timescale // 1000
    head = struct.pack(">QQIIQ8xHHHH", 0, 0, number, 0, duration, 0, 0, 0, 0)
    return full(b"tkhd", head, _MATRIX, struct.pack(">II", 0, 0), version=1)


def _edits(start_ms: int, total_ms: int, timescale: int) -> list[bytes]:
    if not start_ms:
        return []
    gap = struct.pack(">QqHH", start_ms * timescale // 1000, -1, 1, 0)
    # A tick more, so that a chapter without length at the end is not cut off with the edit.
    rest = struct.pack(">QqHH", (total_ms * timescale + 999) // 1000 + 1, 0, 1, 0)
    return [box(b"edts", full(b"elst", struct.pack(">I", 2), gap, rest, version=1))]
