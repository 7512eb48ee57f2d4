"""Ogg (RFC 3533): the comment header of its first stream that has one, and how long it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from podpipe.chapters.reading import vorbis
from podpipe.chapters.reading.source import Joined, Source
from podpipe.models import Chapter

_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"\x01vorbis", b"\x03vorbis"),
    (b"OpusHead", b"OpusTags"),
    (b"\x7fFLAC", b"\x84"),
    (b"\x7fFLAC", b"\x04"),
    (b"Speex   ", b""),
)
"""How a stream begins, and how its second packet does, before the comments."""

_FLAC_BLOCK_BYTES = 4
_MAX_PAGES = 20_000
_MAX_STREAMS = 32
_TAIL_BYTES = 1 << 16


@dataclass(slots=True)
class _Stream:
    """One logical stream: its first packet's beginning, and the pieces of its second packet."""

    serial: bytes
    head: bytes
    pieces: list[tuple[int, int]] = field(default_factory=list)
    packets: int = 0


def read(source: Source, at: int = 0) -> tuple[Chapter, ...]:
    """The chapters of the first stream that has any."""
    for stream in _streams(source, at):
        comments = Joined(source, stream.pieces)
        for begins, then in _HEADERS:
            if stream.head.startswith(begins) and comments.read(0, len(then)) == then:
                skipped = _FLAC_BLOCK_BYTES if begins == b"\x7fFLAC" else len(then)
                found = vorbis.read(comments, skipped, partial(_duration_ms, source, stream))
                if found:
                    return found
    return ()


def _streams(source: Source, at: int) -> Iterator[_Stream]:
    """The streams whose second packet is complete, or as far as the file goes."""
    streams: dict[bytes, _Stream] = {}
    for _ in range(_MAX_PAGES):
        head = source.read(at, 27 + 255)
        if len(head) < 27 or head[:4] != b"OggS":
            break
        lacing = head[27 : 27 + head[26]]
        begins = at + 27 + head[26]
        serial = head[14:18]
        if serial not in streams:
            if len(streams) == _MAX_STREAMS:
                break
            streams[serial] = _Stream(serial, source.read(begins, 64))
        stream = streams[serial]
        is_known = stream.packets > 1
        place = begins
        for size in lacing:
            if stream.packets == 1 and size:
                _append(stream.pieces, place, size)
            place += size
            stream.packets += size < 255
        if stream.packets > 1 and not is_known:
            yield stream
        if all(stream.packets > 1 for stream in streams.values()):
            return
        at = begins + sum(lacing)
    yield from (stream for stream in streams.values() if stream.packets == 1 and stream.pieces)


def _append(pieces: list[tuple[int, int]], at: int, size: int) -> None:
    """Segments of a page stand side by side: they are one piece."""
    if pieces and sum(pieces[-1]) == at:
        pieces[-1] = (pieces[-1][0], pieces[-1][1] + size)
    else:
        pieces.append((at, size))


def _duration_ms(source: Source, stream: _Stream) -> int:
    """By the position that the stream's last page gives; 0 where it gives none."""
    rate, skipped = _rate(stream.head)
    tail = source.read(max(source.size - _TAIL_BYTES, 0), _TAIL_BYTES)
    at = len(tail)
    while (at := tail.rfind(b"OggS", 0, at)) >= 0:
        position = int.from_bytes(tail[at + 6 : at + 14], "little")
        if tail[at + 14 : at + 18] == stream.serial and 0 < position < 1 << 48 and rate:
            return max(position - skipped, 0) * 1000 // rate
    return 0


def _rate(head: bytes) -> tuple[int, int]:
    """Samples per second, and how many of them come before the beginning."""
    if head.startswith(b"OpusHead"):
        return 48_000, int.from_bytes(head[10:12], "little")  # always counted so: RFC 7845, section 4
    if head.startswith(b"\x01vorbis"):
        return int.from_bytes(head[12:16], "little"), 0
    if head.startswith(b"\x7fFLAC"):
        return int.from_bytes(head[27:30], "big") >> 4, 0
    return int.from_bytes(head[36:40], "little"), 0
