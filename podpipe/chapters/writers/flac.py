"""Chapters and tags into FLAC (RFC 9639): the Vorbis comment block is made anew, all else is copied."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from podpipe.chapters.facts import Facts
from podpipe.chapters.writers import comments
from podpipe.errors import ChaptersError
from podpipe.models import Chapter

_PADDING, _COMMENT, _PICTURE, _LAST = 1, 4, 6, 0x80
_MOST = (1 << 24) - 1
"""Bytes of a metadata block."""


def write(source: Path, destination: Path, chapters: Sequence[Chapter] | None, facts: Facts | None = None) -> list[str]:
    """Copy a FLAC file with these chapters and facts; None of either leaves those that it has.

    Raises:
        ChaptersError: the file's blocks can't be followed, or the comments would be larger than a block.
    """
    with source.open("rb") as old, destination.open("wb") as new:
        start = _skip_id3(old)
        blocks, sound = _blocks(old, start, source)
        packet = next((_content(old, place, size) for kind, place, size in blocks if kind == _COMMENT), None)
        duration_ms = _duration_ms(old, blocks)
        pictures = [_content(old, place, size) for kind, place, size in blocks if kind == _PICTURE]
        edited = comments.edit(packet or comments.EMPTY, chapters, facts, "FLAC", duration_ms, source, pictures)
        data = edited.packet
        if len(data) > _MOST:
            raise ChaptersError(f"{source}: its comments would be larger than the 16 MB that a FLAC block holds")
        old.seek(0)
        new.write(old.read(start) + b"fLaC")
        kept = [block for block in blocks if block[0] not in (_COMMENT, _PADDING, _PICTURE)]
        for number, (kind, place, size) in enumerate(kept):
            new.write(bytes([kind]) + size.to_bytes(3, "big") + _content(old, place, size))
            if number == 0:  # STREAMINFO is the first
                new.write(bytes([_COMMENT]) + len(data).to_bytes(3, "big") + data)
        for picture in edited.pictures:
            new.write(bytes([_PICTURE]) + len(picture).to_bytes(3, "big") + picture)
        new.write(bytes([_PADDING | _LAST]) + (4096).to_bytes(3, "big") + b"\0" * 4096)
        old.seek(sound)
        shutil.copyfileobj(old, new, 1 << 20)
    return edited.remarks


def _skip_id3(file: BinaryIO) -> int:
    """Where the stream begins: some programs put an ID3 tag before it."""
    head = file.read(10)
    if head[:3] != b"ID3":
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size


def _blocks(file: BinaryIO, start: int, source: Path) -> tuple[list[tuple[int, int, int]], int]:
    """Kind, place and size of each metadata block, and where the frames begin."""
    file.seek(start)
    if file.read(4) != b"fLaC":
        raise ChaptersError(f"{source} is no FLAC file that can be followed; download it again")
    blocks: list[tuple[int, int, int]] = []
    while True:
        head = file.read(4)
        if len(head) < 4:
            raise ChaptersError(f"{source} is cut off in its metadata; download it again")
        size = int.from_bytes(head[1:4], "big")
        blocks.append((head[0] & 0x7F, file.tell(), size))
        file.seek(size, 1)
        if head[0] & _LAST:
            break
    if blocks[0][0] != 0:
        raise ChaptersError(f"{source} has no STREAMINFO block at its beginning; download it again")
    return blocks, file.tell()


def _content(file: BinaryIO, place: int, size: int) -> bytes:
    file.seek(place)
    return file.read(size)


def _duration_ms(file: BinaryIO, blocks: Sequence[tuple[int, int, int]]) -> int:
    info = _content(file, blocks[0][1], blocks[0][2])
    rate = int.from_bytes(info[10:13], "big") >> 4
    samples = int.from_bytes(info[13:18], "big") & 0xFFFFFFFFF
    return samples * 1000 // rate if rate else 0
