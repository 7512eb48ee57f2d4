"""Chapters and tags into Ogg Vorbis, Opus and FLAC-in-Ogg (RFC 3533, RFC 7845): the comment packet is made anew.

The pages of the headers are laid again; those of the sound are copied, with their numbers moved on where
the headers now take more pages or fewer. The packets of the sound stay bit for bit.
"""

from __future__ import annotations

import shutil
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from podpipe.chapters.facts import Facts
from podpipe.chapters.writers import comments
from podpipe.errors import ChaptersError
from podpipe.models import Chapter

_HEAD = struct.Struct("<4sBBqIIIB")
_CRC = 22
_CONTINUED, _FIRST, _LAST = 1, 2, 4
_MOST = 64_000_000
"""Bytes of headers: more is no music."""

# Codecs by the first packet: what the comment packet begins with, and how many packets the headers have.
_CODECS = {
    b"\x01vorbis": ("Ogg Vorbis", b"\x03vorbis", 3),
    b"OpusHead": ("Opus", b"OpusTags", 2),
    b"\x7fFLAC": ("FLAC in Ogg", b"", 0),
}
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(slots=True)
class _Page:
    """A page: its header's fields, the sizes of its segments, and its content."""

    flags: int
    granule: int
    serial: int
    number: int
    lacing: bytes
    content: bytes

    def encode(self) -> bytes:
        head = _HEAD.pack(
            b"OggS", 0, self.flags, self.granule, self.serial, self.number & 0xFFFFFFFF, 0, len(self.lacing)
        )
        data = head + self.lacing + self.content
        return data[:_CRC] + crc(data) + data[_CRC + 4 :]


def write(source: Path, destination: Path, chapters: Sequence[Chapter] | None, facts: Facts | None = None) -> list[str]:
    """Copy an Ogg file with these chapters and facts; None of either leaves those that it has.

    Raises:
        ChaptersError: it is of another codec, or its headers can't be followed.
    """
    with source.open("rb") as old, destination.open("wb") as new:
        pages, packets, stray = _headers(old, source)
        container, magic, _ = _codec(packets[0], source)
        packet, framing = packets[1], b"\x01" if magic == b"\x03vorbis" else b""
        if not packet.startswith(magic):
            raise ChaptersError(f"{source}: its second packet is no comment; download it again")
        body = packet[len(magic) :]
        edited = comments.edit(body, chapters, facts, container, _duration_ms(old, pages[0], packets[0]), source)
        data = edited.packet if edited.packet.endswith(framing) else edited.packet + framing
        made = [pages[0], *_paged([magic + data, *packets[2:]], pages[0].serial)]
        new.writelines(page.encode() for page in [made[0], *stray, *made[1:]])
        _copy(old, new, pages[0].serial, len(made) - len(pages), source)
    return edited.remarks


def crc(page: bytes) -> bytes:
    """The checksum of a page whose own is 0: CRC-32, polynomial 04C11DB7, most significant bit first, from 0."""
    mirrored = ~zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) & 0xFFFFFFFF
    return struct.pack("<I", int(f"{mirrored:032b}"[::-1], 2))


def _codec(packet: bytes, source: Path) -> tuple[str, bytes, int]:
    for magic, found in _CODECS.items():
        if packet.startswith(magic) and found[2]:
            return found
    raise ChaptersError(f"{source} is neither Ogg Vorbis nor Opus; podpipe tag --format ogg makes one of it")


def _read_page(file: BinaryIO) -> _Page | None:
    """The page that begins here; None at the end of the file. Raises ValueError where there is none."""
    head = file.read(_HEAD.size)
    if not head:
        return None
    if len(head) < _HEAD.size or head[:4] != b"OggS":
        raise ValueError("a page is missing or cut")
    _, _, flags, granule, serial, number, _, segments = _HEAD.unpack(head)
    lacing = file.read(segments)
    content = file.read(sum(lacing))
    if len(lacing) < segments or len(content) < sum(lacing):
        raise ValueError("a page is cut")
    return _Page(flags, granule, serial, number, lacing, content)


def _headers(file: BinaryIO, source: Path) -> tuple[list[_Page], list[bytes], list[_Page]]:
    """The pages of the first stream's headers, their packets, and pages of other streams that stand between."""
    pages: list[_Page] = []
    stray: list[_Page] = []
    packets: list[bytes] = []
    part, size = bytearray(), 0
    wanted = 2
    try:
        while len(packets) < wanted or part:
            page = _read_page(file)
            if page is None or size > _MOST:
                raise ValueError("its headers have no end")
            size += len(page.content)
            if pages and page.serial != pages[0].serial:
                stray.append(page)
                continue
            pages.append(page)
            for packet, whole in _packets(page):
                part += packet
                if whole:
                    packets.append(bytes(part))
                    part.clear()
            if packets:
                wanted = _codec(packets[0], source)[2]
            if len(packets) > wanted:
                raise ValueError("sound begins on the page of the headers")
    except ValueError as error:
        raise ChaptersError(f"{source} can't be followed as Ogg ({error}); download it again") from error
    return pages, packets, stray


def _packets(page: _Page) -> Iterator[tuple[bytes, bool]]:
    """The packets on a page, and whether each ends there."""
    position = start = 0
    for number, size in enumerate(page.lacing):
        position += size
        if size < 255:
            yield page.content[start:position], True
            start = position
        elif number == len(page.lacing) - 1:
            yield page.content[start:position], False


def _paged(packets: Sequence[bytes], serial: int) -> Iterator[_Page]:
    """Packets on pages of their own, from number 1 on; a page on which none ends has no position (-1)."""
    lacing = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    content = b"".join(packets)
    position, number, flags = 0, 1, 0
    while lacing:
        here, lacing = lacing[:255], lacing[255:]
        size = sum(here)
        ends = any(size < 255 for size in here)
        yield _Page(flags, 0 if ends else -1, serial, number, here, content[position : position + size])
        position += size
        number += 1
        flags = _CONTINUED if here[-1] == 255 else 0


def _copy(old: BinaryIO, new: BinaryIO, serial: int, moved: int, source: Path) -> None:
    """The rest of the file; where pages came or went, the numbers of this stream's pages move on with them."""
    while moved:
        position = old.tell()
        try:
            page = _read_page(old)
        except ValueError:
            old.seek(position)  # what is no page is copied as it is
            break
        if page is None:
            return
        if page.serial == serial:
            page.number += moved
        new.write(page.encode())
        if page.serial == serial and page.flags & _LAST:
            break
    shutil.copyfileobj(old, new, 1 << 20)


def _duration_ms(file: BinaryIO, first: _Page, packet: bytes) -> int:
    """The length, from the position on the last page; 0 where it isn't told."""
    here = file.tell()
    file.seek(0, 2)
    end = file.tell()
    file.seek(max(end - 70_000, 0))
    tail = file.read()
    file.seek(here)
    place = tail.rfind(b"OggS")
    if place < 0 or len(tail) - place < _HEAD.size:
        return 0
    granule, serial = struct.unpack_from("<qI", tail, place + 6)
    if serial != first.serial or granule <= 0:
        return 0
    if packet.startswith(b"OpusHead"):
        return max(int(granule) - int.from_bytes(packet[10:12], "little"), 0) // 48
    rate = int.from_bytes(packet[12:16], "little")
    return int(granule) * 1000 // rate if rate else 0
