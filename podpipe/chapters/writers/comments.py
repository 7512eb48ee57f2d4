"""Vorbis comments (Xiph: "Ogg Vorbis I", section 5), and chapters in them (Xiph: "Chapter Extension").

Comments of others stay byte for byte, in their order, even where they are no UTF-8.
"""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from podpipe import timecode
from podpipe.chapters import facts as about
from podpipe.chapters.facts import Facts
from podpipe.errors import ChaptersError
from podpipe.models import Chapter, Picture

EMPTY = struct.pack("<I7sI", 7, b"podpipe", 0)
"""A comment packet that says nothing."""

_CHAPTER = re.compile(rb"CHAPTER\d{1,4}(?:NAME|URL)?", re.IGNORECASE)
_MOST = 1000
"""Chapters: their numbers have three digits."""

_NAMES: dict[str, tuple[bytes, ...]] = {
    "title": (b"TITLE",),
    "show": (b"ALBUM",),
    "date": (b"DATE",),
    "language": (b"LANGUAGE",),
    "link": (b"URL", b"WEBSITE", b"CONTACT"),
    "comment": (b"DESCRIPTION", b"COMMENT"),
    "cover": (b"METADATA_BLOCK_PICTURE", b"COVERART"),
    "lyrics": (b"LYRICS", b"UNSYNCEDLYRICS"),
}
"""The comments that tell each field; the first is the one that we write."""

_MARK = about.MARK.upper().encode()


@dataclass(frozen=True, slots=True)
class _Packet:
    vendor: bytes
    comments: list[bytes]
    rest: bytes
    """What follows the comments: Vorbis's framing bit, data that Opus lets encoders keep."""


@dataclass(frozen=True, slots=True)
class Edited:
    """A comment packet made anew, the pictures beside it, and what could not be held."""

    packet: bytes
    pictures: list[bytes]
    remarks: list[str]


def edit(
    packet: bytes,
    chapters: Sequence[Chapter] | None,
    facts: Facts | None,
    container: str,
    duration_ms: int,
    source: Path,
    pictures: Sequence[bytes] | None = None,
) -> Edited:
    """A comment packet with these chapters and facts, and what of them the container can't hold.

    ``pictures`` are those that the container has beside the comments, where it has a place for them.
    Raises ChaptersError where the packet can't be followed.
    """
    old = _parse(packet, source)
    remarks: list[str] = []
    kept, images, mine = _kept(old.comments, list(pictures or ()), given_up=facts is not None)
    own: list[bytes] = []
    if chapters is not None:
        kept = [comment for comment in kept if not _CHAPTER.fullmatch(_key(comment))]
        own = _chapters(about.in_order(chapters))
        remarks += _not_held(about.in_order(chapters), container, duration_ms)
    if facts is not None:
        taken = {_key(comment).upper() for comment in kept} | ({_NAMES["cover"][0]} if images else set())
        set_now = _facts(facts, taken)
        mine = {name: about.digest(*some) for name, some in set_now.items()}
        if pictures is not None and "cover" in set_now and facts.cover:
            del set_now["cover"]
            images = [picture_block(facts.cover)]
            mine["cover"] = about.digest(*images)
        own += [comment for some in set_now.values() for comment in some]
    if mine:
        own.append(_MARK + b"=" + about.encode_mark(mine))
    return Edited(_build(_Packet(old.vendor, [*kept, *own], old.rest)), images, remarks)


def _parse(packet: bytes, source: Path) -> _Packet:
    try:
        (size,) = struct.unpack_from("<I", packet)
        vendor = packet[4 : 4 + size]
        (number,) = struct.unpack_from("<I", packet, 4 + size)
        position, comments = 8 + size, []
        for _ in range(number):
            (size,) = struct.unpack_from("<I", packet, position)
            if position + 4 + size > len(packet):
                raise ValueError("a comment is longer than its packet")
            comments.append(packet[position + 4 : position + 4 + size])
            position += 4 + size
    except (struct.error, ValueError) as error:
        raise ChaptersError(f"{source}: its comments can't be read ({error}); download it again") from error
    return _Packet(vendor, comments, packet[position:])


def _build(packet: _Packet) -> bytes:
    parts = [struct.pack("<I", len(packet.vendor)), packet.vendor, struct.pack("<I", len(packet.comments))]
    for comment in packet.comments:
        parts += [struct.pack("<I", len(comment)), comment]
    return b"".join([*parts, packet.rest])


def _key(comment: bytes) -> bytes:
    return comment.partition(b"=")[0]


def _kept(
    comments: Sequence[bytes], pictures: list[bytes], *, given_up: bool
) -> tuple[list[bytes], list[bytes], dict[str, str]]:
    """The comments without our mark and, with ``given_up``, without what is ours; pictures; ours, with digests."""
    marks = [comment.partition(b"=")[2] for comment in comments if _key(comment).upper() == _MARK]
    digests = {name: digest for data in marks for name, digest in about.decode_mark(data).items()}
    mine = {
        name: digests[name]
        for name, keys in _NAMES.items()
        if name in digests and digests[name] == about.digest(*(c for c in comments if _key(c).upper() in keys))
    }
    if pictures and digests.get("cover") == about.digest(*pictures):
        mine["cover"] = digests["cover"]
        pictures = [] if given_up else pictures
    gone = {key for name in mine for key in _NAMES[name]} if given_up else set()
    return [comment for comment in comments if _key(comment).upper() not in {_MARK, *gone}], pictures, mine


def _chapters(chapters: Sequence[Chapter]) -> list[bytes]:
    made: list[bytes] = []
    for number, chapter in enumerate(chapters[:_MOST]):
        name = f"CHAPTER{number:03}"
        made.append(f"{name}={timecode.vtt(chapter.start_ms)}".encode())
        made.append(f"{name}NAME={chapter.title}".encode())
        if chapter.url:
            made.append(f"{name}URL={about.writable(chapter.url)}".encode())
    return made


def _not_held(chapters: Sequence[Chapter], container: str, duration_ms: int) -> list[str]:
    remarks = about.not_held(container, chapters, "url") + about.ends_lost(container, chapters, duration_ms)
    if len(chapters) > _MOST:
        over = len(chapters) - _MOST
        remarks.append(f"{container} holds {_MOST:,} chapters: {over:,} {'was' if over == 1 else 'were'} left out")
    return remarks


def _facts(facts: Facts, taken: set[bytes]) -> dict[str, list[bytes]]:
    texts = {
        "title": facts.title,
        "show": facts.show,
        "date": facts.date,
        "language": facts.language,
        "link": facts.link,
        "comment": facts.comment,
        "lyrics": facts.lyrics,
    }
    made = {name: [_NAMES[name][0] + b"=" + about.writable(text).encode()] for name, text in texts.items() if text}
    if facts.cover:
        made["cover"] = [b"METADATA_BLOCK_PICTURE=" + base64.b64encode(picture_block(facts.cover))]
    return {name: some for name, some in made.items() if not taken & set(_NAMES[name])}


def picture_block(picture: Picture) -> bytes:
    """A front cover as FLAC has it (RFC 9639, section 8.8); its size in pixels is left open."""
    kind = picture.media_type.encode()
    head = struct.pack(">II", 3, len(kind)) + kind + struct.pack(">I", 0) + struct.pack(">IIII", 0, 0, 0, 0)
    return head + struct.pack(">I", len(picture.data)) + picture.data
