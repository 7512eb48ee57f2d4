"""ID3 tags made byte by byte, as the standard has them and as it has not."""

from __future__ import annotations

import struct
from collections.abc import Sequence

NONE = 0xFFFFFFFF
SHORT = {"CHAP": "CHA", "CTOC": "CTO", "TIT2": "TT2", "WXXX": "WXX"}
"""Names in v2.2."""

ENCODINGS = ("latin-1", "utf-16", "utf-16-be", "utf-8")


def synchsafe(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def tag(*frames: bytes, version: int = 3, flags: int = 0, before: bytes = b"", padding: int = 0) -> bytes:
    """A tag; ``before`` is its extended header. With the flag for it, v2.2 and v2.3 are unsynchronised."""
    body = before + b"".join(frames) + bytes(padding)
    if flags & 0x80 and version < 4:
        body = unsynchronised(body)
    head = bytes((version, 0, flags)) + synchsafe(len(body))
    return b"ID3" + head + body + (b"3DI" + head if flags & 0x10 else b"")


def frame(name: str, data: bytes, *, version: int = 3, flags: int = 0, size: bytes | None = None) -> bytes:
    if version == 2:
        return SHORT.get(name, name).encode() + struct.pack(">I", len(data))[1:] + data
    written = size or (synchsafe(len(data)) if version == 4 else struct.pack(">I", len(data)))
    return name.encode() + written + bytes((0, flags)) + data


def text(words: str, encoding: int = 1) -> bytes:
    return bytes((encoding,)) + words.encode(ENCODINGS[encoding])


def chap(element: str, start: int, end: int, *subs: bytes, start_byte: int = NONE, end_byte: int = NONE) -> bytes:
    return element.encode("latin-1") + b"\0" + struct.pack(">4I", start, end, start_byte, end_byte) + b"".join(subs)


def ctoc(element: str, children: Sequence[str], *subs: bytes, flags: int = 3, count: int | None = None) -> bytes:
    listed = b"".join(child.encode("latin-1") + b"\0" for child in children)
    number = len(children) % 256 if count is None else count
    return element.encode("latin-1") + b"\0" + bytes((flags, number)) + listed + b"".join(subs)


def link(url: bytes, description: str = "", encoding: int = 0, name: str = "WXXX", version: int = 3) -> bytes:
    ends = b"\0\0" if encoding in (1, 2) else b"\0"
    data = bytes((encoding,)) + description.encode(ENCODINGS[encoding]) + ends + url
    return frame(name, data, version=version)


def picture(data: bytes, media_type: str = "image/png", version: int = 3) -> bytes:
    if version == 2:
        return frame("PIC", b"\0PNG\0cover\0" + data, version=2)
    return frame("APIC", b"\0" + media_type.encode() + b"\0\0cover\0" + data, version=version)


def unsynchronised(data: bytes) -> bytes:
    """ID3v2.4 structure, section 6.1: a zero after each $FF that a zero or a sync would follow, and at the end."""
    out = bytearray()
    for byte, following in zip(data, [*data[1:], 0xFF], strict=True):
        out.append(byte)
        if byte == 0xFF and (following >= 0xE0 or following == 0):
            out.append(0)
    return bytes(out)
