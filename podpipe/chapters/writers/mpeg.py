"""MPEG audio and ADTS frames: where the sound of a file begins when its tag can't be trusted."""

from __future__ import annotations

import re
from typing import BinaryIO

# ISO 11172-3 and 13818-3: kbit/s by index, for layers I, II and III of version 1, and I, then II and III of 2.
_RATES = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_HERTZ = (44_100, 48_000, 32_000)
_SYNC = re.compile(rb"\xff[\xe0-\xff]")
_RUN = 4
"""Frames in a row that are no accident."""
_BLOCK = 1 << 20
_MOST_TRIES = 100_000


def frame_size(head: bytes) -> int:
    """Bytes of the frame that these 6 bytes begin; 0 where they begin none (or one of free format)."""
    if len(head) < 6 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    if head[1] & 0xF6 == 0xF0:  # ADTS
        return (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    rate, hertz = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer == 4 or rate in (0, 15) or hertz == 3:
        return 0
    whole = version == 3
    bits = _RATES[(1, layer) if whole else (2, min(layer, 2))][rate - 1] * 1000
    frequency = _HERTZ[hertz] >> (0 if whole else 1 if version == 2 else 2)
    padding = head[2] >> 1 & 1
    if layer == 1:
        return (12 * bits // frequency + padding) * 4
    return (72 if layer == 3 and not whole else 144) * bits // frequency + padding


def begins(file: BinaryIO, position: int) -> bool:
    """Whether frames follow one another from here, or one frame and then the end of the file."""
    for number in range(_RUN):
        file.seek(position)
        head = file.read(6)
        if number and (not head or head[:3] in (b"TAG", b"ID3", b"APE")):
            return True
        size = frame_size(head)
        if size < 7:
            return False
        position += size
    return True


def find(file: BinaryIO, start: int, end: int) -> int | None:
    """Where frames begin to follow one another, from ``start`` to before ``end``; None where they don't.

    What looks like a frame 100,000 times and is none was made to keep us busy: then None, too.
    """
    position, tries = start, 0
    while position < end:
        file.seek(position)
        block = file.read(min(_BLOCK, end - position + 1))
        for match in _SYNC.finditer(block):
            here = position + match.start()
            if frame_size(block[match.start() : match.start() + 6].ljust(6, b"\0")) and here < end:
                if begins(file, here):
                    return here
                tries += 1
                if tries > _MOST_TRIES:
                    return None
        position += max(len(block) - 1, 1)
    return None
