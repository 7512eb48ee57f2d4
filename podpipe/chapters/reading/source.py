"""Bytes at offsets, from a file or from memory: what all readers read from.

A reader asks for small pieces and hops over the rest, so a picture of 100 MB costs nothing. What lies
beyond the end is short, as with files; whoever makes a file's sizes lie gets less, never an error.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import BinaryIO, Protocol

MAX_CHAPTERS = 20_000
"""No reader gives more; 10 hours with one every two seconds."""

MAX_PICTURE_BYTES = 16 << 20
MAX_PICTURES_BYTES = 64 << 20
"""All pictures of a file together; those beyond are left out."""

_BLOCK = 8192
_BUDGET = 128 << 20
_CACHED = 1 << 16


class Source(Protocol):
    """``size`` bytes that can be read in any order."""

    size: int

    def read(self, at: int, size: int) -> bytes:
        """Up to ``size`` bytes from offset ``at``: fewer at the end, none beyond it."""


class FileSource:
    """A file, read in blocks; after 128 MB it gives no more, so that nothing can make us read for ever."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, 2)
        self._start = 0
        self._block = b""
        self._left = _BUDGET

    def read(self, at: int, size: int) -> bytes:
        """See Source. Raises OSError."""
        start = at - self._start
        if start >= 0 and start + size <= len(self._block):
            return self._block[start : start + size]
        if at < 0 or at >= self.size or size <= 0 or self._left <= 0:
            return b""
        self._file.seek(at)
        data = self._file.read(min(max(size, _BLOCK), self._left))
        self._left -= max(len(data), 1)
        if size <= _CACHED:
            self._start, self._block = at, data
        return data[:size]


class Memory:
    """Bytes in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    def read(self, at: int, size: int) -> bytes:
        """See Source."""
        return self._data[at : at + size] if at >= 0 and size > 0 else b""


class Joined:
    """Pieces of another source, (offset, size) each, as one."""

    def __init__(self, whole: Source, pieces: Sequence[tuple[int, int]]) -> None:
        self._whole = whole
        self._pieces = pieces
        self._starts = [0]
        for _, size in pieces:
            self._starts.append(self._starts[-1] + size)
        self.size = self._starts[-1]

    def read(self, at: int, size: int) -> bytes:
        """See Source."""
        found: list[bytes] = []
        number = bisect_right(self._starts, at) - 1
        while size > 0 and 0 <= number < len(self._pieces):
            offset, length = self._pieces[number]
            skipped = at - self._starts[number]
            data = self._whole.read(offset + skipped, min(size, length - skipped))
            found.append(data)
            if len(data) < min(size, length - skipped):
                break
            at, size, number = at + len(data), size - len(data), number + 1
        return b"".join(found)


class Pictures:
    """How many bytes of pictures may still be read; ``wanted`` is False for who wants none."""

    def __init__(self, wanted: bool) -> None:
        self._left = MAX_PICTURES_BYTES if wanted else 0

    def read(self, source: Source, at: int, size: int) -> bytes:
        """A picture's bytes, or b"" where it is too large, cut, or one too many."""
        if not 0 < size <= min(self._left, MAX_PICTURE_BYTES):
            return b""
        data = source.read(at, size)
        if len(data) < size:
            return b""
        self._left -= size
        return data


def media_type(data: bytes, said: str = "") -> str:
    """A picture's media type: by its first bytes, else as the file says; "" where it is no picture."""
    for magic, found in _IMAGES:
        if data.startswith(magic):
            return found
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    said = said.strip().lower()
    if said in ("jpg", "image/jpg"):
        return "image/jpeg"
    return said if said.startswith("image/") else f"image/{said}" if said.isalnum() else ""


_IMAGES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG", "image/png"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
)
