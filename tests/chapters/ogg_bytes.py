"""Vorbis comments, and Ogg and FLAC files around them."""

from __future__ import annotations

import struct
from collections.abc import Sequence

OPUS_HEAD = b"OpusHead\x01\x01" + struct.pack("<HIhB", 312, 48_000, 0, 0)
VORBIS_HEAD = b"\x01vorbis" + struct.pack("<IBIiiiBB", 0, 1, 44_100, 0, 0, 0, 0xB8, 1)


def comments(pairs: Sequence[tuple[str, str | bytes]], vendor: bytes = b"test") -> bytes:
    entries = [key.encode() + b"=" + (v if isinstance(v, bytes) else v.encode()) for key, v in pairs]
    listed = b"".join(struct.pack("<I", len(entry)) + entry for entry in entries)
    return struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", len(entries)) + listed


def pages(packets: Sequence[bytes], serial: int = 1, position: int = 0) -> list[bytes]:
    """Each packet on pages of its own, the last of them with a position."""
    made: list[bytes] = []
    for count, packet in enumerate(packets):
        sizes = [255] * (len(packet) // 255) + [len(packet) % 255]
        for at in range(0, len(sizes), 255):
            lacing = sizes[at : at + 255]
            body = packet[at * 255 : at * 255 + sum(lacing)]
            flags = (1 if at else 0) | (2 if not made else 0)
            where = position if count == len(packets) - 1 else 0
            head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, where, serial, len(made), 0, len(lacing))
            made.append(head + bytes(lacing) + body)
    return made


def opus(pairs: Sequence[tuple[str, str | bytes]], seconds: int = 60, serial: int = 1) -> list[bytes]:
    packets = [OPUS_HEAD, b"OpusTags" + comments(pairs), b"\xfc\xff\xfe"]
    return pages(packets, serial, seconds * 48_000 + 312)


def vorbis(pairs: Sequence[tuple[str, str | bytes]], seconds: int = 60, serial: int = 1) -> list[bytes]:
    packets = [VORBIS_HEAD, b"\x03vorbis" + comments(pairs) + b"\x01", b"\x05vorbis setup", b"sound"]
    return pages(packets, serial, seconds * 44_100)


def stream_info(seconds: int = 60, rate: int = 44_100) -> bytes:
    return bytes(10) + (rate << 44 | 1 << 41 | 15 << 36 | seconds * rate).to_bytes(8, "big") + bytes(16)


def flac(*blocks: tuple[int, bytes], seconds: int = 60) -> bytes:
    made = [(0, stream_info(seconds)), *blocks]
    parts = [
        bytes(((0x80 if number == len(made) - 1 else 0) | kind,)) + len(data).to_bytes(3, "big") + data
        for number, (kind, data) in enumerate(made)
    ]
    return b"fLaC" + b"".join(parts) + b"\xff\xf8" + bytes(100)


def cue_sheet(starts: Sequence[int], rate: int = 44_100) -> bytes:
    """A block of tracks that begin so many seconds in, half a second of pause before each, and a lead-out."""
    tracks = [
        struct.pack(">QB", int((start - 0.5) * rate) if start else 0, number)
        + bytes(26)
        + bytes((2,))
        + struct.pack(">QB3x", 0, 0)
        + struct.pack(">QB3x", rate // 2 if start else 0, 1)
        for number, start in enumerate(starts, start=1)
    ]
    return bytes(395) + bytes((len(tracks) + 1,)) + b"".join(tracks) + struct.pack(">QB", 60 * rate, 170) + bytes(27)
