"""Chapters and tags into MP4 and M4A: Nero's list and a text track that the sound refers to (tref/chap).

Apple's players read the track (QuickTime File Format, "Chapter Lists"), with whole titles and links; others
read the list, in which titles have 255 bytes. The sound's bytes are copied; where they move, the chunk
offsets move with them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from podpipe.chapters import facts as about
from podpipe.chapters.facts import Facts
from podpipe.chapters.writers import boxes, mp4_chapters, mp4_facts, mp4_layout
from podpipe.chapters.writers.boxes import Box, Place, box
from podpipe.chapters.writers.mp4_layout import Piece
from podpipe.errors import ChaptersError
from podpipe.models import Chapter

_MOST = 256_000_000
"""Bytes of a moov box that are taken into memory."""


@dataclass(slots=True)
class _Movie:
    """A moov box taken apart."""

    header: bytes
    tracks: list[bytes]
    others: list[Box] = field(default_factory=list)
    """Everything else in it, udta among them."""

    def sound(self) -> int:
        """The track of the sound. Raises ValueError where there is none."""
        for number, track in enumerate(self.tracks):
            if _handler(track) == b"soun":
                return number
        raise ValueError("it has no sound")

    @property
    def timescale(self) -> int:
        return _timescale(self.header)


def write(source: Path, destination: Path, chapters: Sequence[Chapter] | None, facts: Facts | None = None) -> list[str]:
    """Copy an MP4 with these chapters and facts; None of either leaves those that it has.

    Raises:
        ChaptersError: its boxes can't be followed, or it is fragmented.
    """
    try:
        with source.open("rb") as old, destination.open("wb") as new:
            return _write(old, new, source, chapters, facts)
    except (ValueError, struct.error, IndexError) as error:
        raise ChaptersError(f"{source} can't be followed as MP4: {error}; download it again") from error


def _write(
    old: BinaryIO, new: BinaryIO, source: Path, chapters: Sequence[Chapter] | None, facts: Facts | None
) -> list[str]:
    top = boxes.places(old, source.stat().st_size)
    home = next((place for place in top if place.kind == b"moov"), None)
    if home is None or home.size > _MOST:
        raise ValueError("it has no moov box" if home is None else "its moov box is too large")
    movie = _take_apart(_read(old, home))
    if any(each.kind == b"mvex" for each in movie.others):
        raise ChaptersError(
            f"{source} is a fragmented MP4; podpipe tag {source} --format m4a makes one that can be tagged"
        )
    pieces = [Piece(place) for place in top]
    remarks: list[str] = []
    samples = b""
    text: Callable[[int], bytes] | None = None
    if chapters is not None:
        chapters = about.in_order(chapters)
        remarks += _not_held(chapters)
        pieces = _without_old_chapters(movie, pieces)
        if chapters:
            samples, text = _with_new_chapters(movie, chapters)
        _set_list(movie, chapters)
    if facts is not None:
        remarks += mp4_facts.put(movie.others, facts)
    others = boxes.join(movie.others)
    mp4_layout.write(old, new, pieces, box(b"mvhd", movie.header), movie.tracks, others, samples, text)
    return remarks


def _read(file: BinaryIO, place: Place) -> bytes:
    file.seek(place.start + place.head)
    return file.read(place.size - place.head)


def _take_apart(data: bytes) -> _Movie:
    found = boxes.parse(data)
    header = next((each.data for each in found if each.kind == b"mvhd"), None)
    if header is None:
        raise ValueError("its moov box has no header")
    tracks = [each.data for each in found if each.kind == b"trak"]
    return _Movie(header, tracks, [each for each in found if each.kind not in (b"mvhd", b"trak")])


def _handler(track: bytes) -> bytes:
    return (boxes.find(track, b"mdia", b"hdlr") or b"")[8:12]


def _track_id(track: bytes) -> int:
    head = boxes.find(track, b"tkhd") or b""
    (number,) = struct.unpack_from(">I", head, 20 if head[:1] == b"\1" else 12)
    return int(number)


def _timescale(header: bytes) -> int:
    """Ticks a second of a movie. Raises ValueError where it has none."""
    (scale,) = struct.unpack_from(">I", header, 20 if header[0] == 1 else 12)
    if not scale:
        raise ValueError("its clock does not tick")
    return int(scale)


def _not_held(chapters: Sequence[Chapter]) -> list[str]:
    remarks = about.not_held("MP4", chapters, "url") + about.ends_lost("MP4", chapters)
    links = [c for c in chapters if len(c.url.encode("utf-8", "replace")) > mp4_chapters.MOST_URL]
    long = [c for c in chapters if len(c.title.encode()) > mp4_chapters.MOST_TITLE]
    if links:
        remarks.append(f"MP4 can't hold links of more than {mp4_chapters.MOST_URL} bytes: {len(links)} left out")
    if long:
        remarks.append(f"MP4 can't hold titles of more than {mp4_chapters.MOST_TITLE:,} bytes: {len(long)} cut")
    return remarks


def _without_old_chapters(movie: _Movie, pieces: list[Piece]) -> list[Piece]:
    """Take away the tracks that chapters are in, and what the file has for them alone."""
    gone: set[int] = set()
    for number, track in enumerate(movie.tracks):
        chap = boxes.find(track, b"tref", b"chap")
        if chap is not None:
            gone |= set(struct.unpack(f">{len(chap) // 4}I", chap[: len(chap) // 4 * 4]))
            movie.tracks[number] = _without_reference(track)
    taken = [track for track in movie.tracks if _track_id(track) in gone and _handler(track) != b"soun"]
    movie.tracks = [track for track in movie.tracks if track not in taken]
    return mp4_layout.without(pieces, taken, movie.tracks)


def _without_reference(track: bytes) -> bytes:
    rest = boxes.put(boxes.find(track, b"tref") or b"", [b"chap"], None)
    return boxes.put(track, [b"tref"], rest or None)


def _with_new_chapters(movie: _Movie, chapters: Sequence[Chapter]) -> tuple[bytes, Callable[[int], bytes]]:
    """Refer from the sound to a new track; its samples, and the track for when their place is known."""
    sound = movie.sound()
    number = max(_track_id(track) for track in movie.tracks) + 1
    track = movie.tracks[sound]
    references = boxes.put(boxes.find(track, b"tref") or b"", [b"chap"], struct.pack(">I", number))
    movie.tracks[sound] = boxes.put(track, [b"tref"], references)
    movie.header = movie.header[:-4] + struct.pack(">I", number + 1)
    samples, make = mp4_chapters.track(chapters, number, movie.timescale)
    return samples, make


def _set_list(movie: _Movie, chapters: Sequence[Chapter]) -> None:
    """Nero's list in udta."""
    content = mp4_chapters.nero(chapters) if chapters else None
    udta = next((each.data for each in movie.others if each.kind == b"udta"), b"")
    made = boxes.put(udta, [b"chpl"], content)
    movie.others = [each for each in movie.others if each.kind != b"udta"] + ([Box(b"udta", made)] if made else [])
