"""The chunks of WAV (RIFF, RF64, BW64) and AIFF files: where an ID3 tag is, and how long the sound is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from podpipe.chapters.reading.source import Source

_MAX_CHUNKS = 2000
_UNKNOWN = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk's name, and where its ``size`` bytes are."""

    name: bytes
    at: int
    size: int


def chunks(source: Source) -> Iterator[Chunk]:
    """The chunks of a WAV or AIFF file."""
    order: Literal["little", "big"] = "big" if source.read(0, 4) == b"FORM" else "little"
    at, large = 12, 0
    for _ in range(_MAX_CHUNKS):
        head = source.read(at, 8)
        if len(head) < 8:
            return
        size = int.from_bytes(head[4:], order)
        if head[:4] == b"ds64":  # EBU Tech 3306: sizes beyond 4 GB
            large = int.from_bytes(source.read(at + 16, 8), "little")
        if head[:4] == b"data" and size == _UNKNOWN:
            size = large or source.size
        yield Chunk(head[:4], at + 8, min(size, source.size - at - 8))
        at += 8 + size + size % 2


def duration_ms(source: Source) -> int:
    """How long the sound is by its header; 0 where that does not tell."""
    found = {chunk.name: chunk for chunk in chunks(source)}
    if b"COMM" in found:
        data = source.read(found[b"COMM"].at, 18)
        rate = _extended(data[8:18])
        return round(int.from_bytes(data[2:6], "big") * 1000 / rate) if rate else 0
    if b"fmt " in found and b"data" in found:
        bytes_per_second = int.from_bytes(source.read(found[b"fmt "].at + 8, 4), "little")
        return found[b"data"].size * 1000 // bytes_per_second if bytes_per_second else 0
    return 0


def _extended(data: bytes) -> float:
    """An 80-bit float (IEEE 754 extended), as AIFF has its sample rate."""
    exponent = int.from_bytes(data[:2], "big") - 16383 - 63
    mantissa = int.from_bytes(data[2:10], "big")
    return mantissa * 2.0**exponent if -63 <= exponent <= 0 else 0.0
