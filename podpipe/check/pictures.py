"""Pictures by their first bytes: kind, size in pixels, colours. Nothing is decoded.

Sources: ITU-T T.81 (JPEG), W3C PNG, GIF89a, RFC 9649 (WebP).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

Bytes = bytes | memoryview

_PNG_COLOURS = {0: "grey", 2: "rgb", 3: "rgb", 4: "grey", 6: "rgb"}
_JPEG_COLOURS = {1: "grey", 3: "rgb", 4: "cmyk"}
_NO_LENGTH = {0x01, *range(0xD0, 0xD9)}
_START_OF_FRAME = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class Seen:
    """What the first bytes say. ``media_type`` is empty where they are no picture."""

    media_type: str = ""
    width: int = 0
    height: int = 0
    colours: str = ""
    alpha: bool = False
    progressive: bool = False


def look(data: Bytes) -> Seen:
    """What kind of picture this is."""
    head = bytes(data[:64])
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return _png(head)
    if head[:3] == b"\xff\xd8\xff":
        return _jpeg(memoryview(data))
    if head[:6] in (b"GIF87a", b"GIF89a") and len(head) >= 10:
        width, height = struct.unpack("<HH", head[6:10])
        return Seen("image/gif", width, height, "rgb")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Seen("image/webp")
    if head[:2] == b"BM":
        return Seen("image/bmp")
    if head[4:12] in (b"ftypheic", b"ftypavif", b"ftypmif1"):
        return Seen("image/avif" if b"avif" in head[4:12] else "image/heic")
    return Seen()


def _png(head: bytes) -> Seen:
    if len(head) < 26 or head[12:16] != b"IHDR":
        return Seen("image/png")
    width, height, _, kind = struct.unpack(">IIBB", head[16:26])
    return Seen("image/png", width, height, _PNG_COLOURS.get(kind, ""), kind in (4, 6))


def _jpeg(data: memoryview) -> Seen:
    position = 2
    while position + 4 <= len(data):
        if data[position] != 0xFF:
            position += 1
            continue
        marker = data[position + 1]
        if marker == 0xFF or marker in _NO_LENGTH:
            position += 1 if marker == 0xFF else 2
            continue
        if marker == 0xDA:
            break
        length = int.from_bytes(data[position + 2 : position + 4], "big")
        if marker in _START_OF_FRAME and position + 10 <= len(data):
            height, width, parts = struct.unpack(">HHB", data[position + 5 : position + 10])
            return Seen("image/jpeg", width, height, _JPEG_COLOURS.get(parts, ""), False, marker in (0xC2, 0xCA))
        position += 2 + max(length, 2)
    return Seen("image/jpeg")
