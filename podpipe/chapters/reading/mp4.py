"""Chapters in MP4, M4A, M4B and MOV: QuickTime chapter tracks, and Nero's ``chpl``.

A track that another refers to as its chapters (tref, chap) holds a title in each sample, with links in
``href`` boxes; further tracks hold more links, or pictures (QuickTime File Format, "Chapter Lists").
``chpl`` is a list in the movie's user data, cut at 255 bytes a title and, by most, at 255 chapters.
Where both are there, the track's titles count.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from podpipe.chapters.reading.mp4_boxes import Box, Sample, fragments, samples
from podpipe.chapters.reading.source import MAX_CHAPTERS, Pictures, Source, media_type
from podpipe.chapters.reading.spans import OPEN, closed
from podpipe.models import Chapter, Picture

_TEXT = (b"text", b"sbtl", b"subt", b"clcp")
_MAX_SAMPLE_BYTES = 70_000
_MAX_TEXT_BYTES = 16 << 20
"""All text samples of a track together."""

_MAX_TRACKS = 200
_MAX_REFERRING = 2
_MAX_CHAPTER_TRACKS = 8


@dataclass(frozen=True, slots=True)
class _Track:
    """A track: its number, its box, the kind of its media, its clock, the tracks with its chapters."""

    number: int
    box: Box
    kind: bytes
    ticks_per_second: int
    delay_s: float
    chapter_tracks: tuple[int, ...]

    def ms(self, ticks: int) -> int:
        """A time of the track's own in the movie."""
        return max(round(ticks * 1000 / self.ticks_per_second + self.delay_s * 1000), 0)


@dataclass(frozen=True, slots=True)
class _Text:
    """What a text sample says: a title, and perhaps a link."""

    title: str
    url: str


def read(source: Source, pictures: Pictures) -> tuple[Chapter, ...]:
    """The chapters of a movie, in order of time."""
    file = Box(b"", source, 0, source.size)
    movie = file.find(b"moov")
    if movie is None:
        return ()
    length_ms = _length_ms(movie)
    listed = closed(_chpl(movie), lambda: length_ms)
    return closed(_in_tracks(file, movie, pictures, listed), lambda: length_ms) or listed


def _in_tracks(file: Box, movie: Box, pictures: Pictures, listed: Sequence[Chapter]) -> Sequence[Chapter]:
    tracks = {track.number: track for track in _tracks(movie)}
    referring = [track for track in tracks.values() if track.chapter_tracks]
    referring.sort(key=lambda track: track.kind != b"soun")
    for main in referring[:_MAX_REFERRING]:
        named = [tracks[number] for number in main.chapter_tracks if number in tracks]
        texts = [(track, _texts(file, movie, track)) for track in named if track.kind in _TEXT]
        with_titles = [(track, rows) for track, rows in texts if any(row.title for _, row in rows)]
        if not with_titles:
            continue
        track, rows = next(((t, r) for t, r in with_titles if not all(row.url for _, row in r)), with_titles[0])
        found = [
            Chapter(row.title, track.ms(sample.start), track.ms(sample.end), because="in the file", url=row.url)
            for sample, row in rows
            if row.title or row.url  # a sample without either fills a gap
        ]
        for other, links in texts:
            if other is not track:
                found = _linked(found, other, links)
        found = _exact(found, listed, 1000 / track.ticks_per_second)
        for other in named:
            if other.kind == b"vide":
                found = _pictured(found, file, movie, other, pictures)
        return found
    return ()


def _exact(found: list[Chapter], listed: Sequence[Chapter], tick_ms: float) -> list[Chapter]:
    """Times of ``chpl``, to 100 ns, where it lists the same chapters.

    Most tracks are coarser, and FFmpeg's always begin at 0, whenever the first chapter does.
    """
    starts = [chapter.start_ms for chapter in listed]
    if len(starts) != len(found) or not found:
        return found
    are_same = all(
        track.title.startswith(entry.title)
        and (abs(track.start_ms - entry.start_ms) <= tick_ms + 1 or (number == track.start_ms == 0))
        for number, (track, entry) in enumerate(zip(found, listed, strict=True))
    )
    if not are_same:
        return found
    touching = {chapter.start_ms: start for chapter, start in zip(found, starts, strict=True)}
    return [
        replace(chapter, start_ms=start, end_ms=max(touching.get(chapter.end_ms, chapter.end_ms), start))
        for chapter, start in zip(found, starts, strict=True)
    ]


def _linked(found: list[Chapter], track: _Track, rows: Sequence[tuple[Sample, _Text]]) -> list[Chapter]:
    links = {track.ms(sample.start): row.url for sample, row in rows if row.url}
    return [replace(chapter, url=chapter.url or links.get(chapter.start_ms, "")) for chapter in found]


def _pictured(found: list[Chapter], file: Box, movie: Box, track: _Track, pictures: Pictures) -> list[Chapter]:
    """Chapters with the picture that is shown when they begin, where each picture is a file of its own (JPEG, PNG)."""
    shown = [sample for sample in _samples(file, movie, track) if sample.size]
    if not shown:
        return found
    starts = [track.ms(sample.start) for sample in shown]
    read: dict[tuple[int, int], Picture | None] = {}
    result: list[Chapter] = []
    for chapter in found:
        sample = shown[max(bisect_right(starts, chapter.start_ms) - 1, 0)]
        place = sample.at, sample.size
        if place not in read:
            data = pictures.read(file.source, *place)
            kind = media_type(data) if data else ""
            read[place] = Picture(data, kind) if kind else None
        result.append(replace(chapter, picture=read[place]))
    return result


def _tracks(movie: Box) -> Iterator[_Track]:
    movie_ticks = _clock(movie.find(b"mvhd")) or 1000
    for box in islice((box for box in movie if box.name == b"trak"), _MAX_TRACKS):
        parts = box.parts()
        header = parts.get(b"tkhd")
        media = parts[b"mdia"].parts() if b"mdia" in parts else {}
        handler, ticks = media.get(b"hdlr"), _clock(media.get(b"mdhd"))
        if header is None or handler is None or not ticks:
            continue
        data = header.data(24)
        number = int.from_bytes(data[20:24] if data[:1] == b"\1" else data[12:16], "big")
        chapters = parts[b"tref"].find(b"chap") if b"tref" in parts else None
        data = chapters.data(4 * _MAX_CHAPTER_TRACKS) if chapters else b""
        wanted = tuple(int.from_bytes(data[at : at + 4], "big") for at in range(0, len(data) - 3, 4))
        yield _Track(
            number, box, handler.data(12)[8:12], ticks, _delay_s(parts.get(b"edts"), ticks, movie_ticks), wanted
        )


def _clock(header: Box | None) -> int:
    """Ticks per second of a movie (mvhd) or its media (mdhd)."""
    data = header.data(32) if header else b""
    return int.from_bytes(data[20:24] if data[:1] == b"\1" else data[12:16], "big")


def _length_ms(movie: Box) -> int:
    header = movie.find(b"mvhd")
    data, ticks = header.data(32) if header else b"", _clock(header)
    length = int.from_bytes(data[24:32] if data[:1] == b"\1" else data[16:20], "big")
    return length * 1000 // ticks if ticks and length < 1 << 40 else 0


def _delay_s(edits: Box | None, ticks: int, movie_ticks: int) -> float:
    """How much later than its own clock a track plays, by its edit list: an empty edit first, a start within."""
    box = edits.find(b"elst") if edits else None
    data = box.data(8 + 40) if box else b""
    wide = data[:1] == b"\1"
    step = 20 if wide else 12
    delay = 0.0
    for at in range(8, len(data) - step + 1, step):
        half = 8 if wide else 4
        duration = int.from_bytes(data[at : at + half], "big")
        start = int.from_bytes(data[at + half : at + 2 * half], "big", signed=True)
        if start != -1:
            return delay - start / ticks
        delay += duration / movie_ticks
    return delay


def _samples(file: Box, movie: Box, track: _Track) -> list[Sample]:
    table = track.box.find(b"mdia", b"minf", b"stbl")
    found = samples(table) if table else []
    extends = movie.find(b"mvex") if not found else None
    for box in extends or ():
        data = box.data(24)
        if box.name == b"trex" and int.from_bytes(data[4:8], "big") == track.number:
            duration, size = int.from_bytes(data[12:16], "big"), int.from_bytes(data[16:20], "big")
            return fragments(file, track.number, duration, size)
    return found


def _texts(file: Box, movie: Box, track: _Track) -> list[tuple[Sample, _Text]]:
    rows: list[tuple[Sample, _Text]] = []
    left = _MAX_TEXT_BYTES
    for sample in _samples(file, movie, track):
        data = file.source.read(sample.at, min(sample.size, _MAX_SAMPLE_BYTES))
        left -= len(data)
        if left < 0:
            break
        rows.append((sample, _text(data)))
    return rows


def _text(data: bytes) -> _Text:
    """A text sample: its length, the text, and boxes that say more of it."""
    size = int.from_bytes(data[:2], "big")
    words, rest = data[2 : 2 + size], data[2 + size :]
    url = ""
    while len(rest) >= 8 and not url:
        length = int.from_bytes(rest[:4], "big")
        if length < 8:
            break
        if rest[4:8] == b"href" and len(rest) > 13:  # start, end, then the address with its length before it
            url = _string(rest[13 : 13 + rest[12]])
        rest = rest[length:]
    return _Text(_string(words), url)


def _string(data: bytes) -> str:
    """UTF-16 where a byte order mark says so, else UTF-8, else MacRoman, QuickTime's own."""
    for mark, name in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data[2 : len(data) & ~1].decode(name, "replace").rstrip("\0")
    try:
        return data.decode("utf-8-sig").rstrip("\0")
    except UnicodeDecodeError:
        return data.decode("mac_roman").rstrip("\0")


def _chpl(movie: Box) -> Iterator[Chapter]:
    """Nero's list: starts in units of 100 ns. Version 1 has four reserved bytes before the count of chapters."""
    box = movie.find(b"udta", b"chpl")
    data = box.data() if box else b""
    if data[:1] == b"\1":
        count, at = int.from_bytes(data[5:9], "big"), 9
    else:
        count, at = int.from_bytes(data[4:5], "big"), 5
    for _ in range(min(count, MAX_CHAPTERS)):
        if at + 9 > len(data):
            return
        start = int.from_bytes(data[at : at + 8], "big")
        size = data[at + 8]
        words = data[at + 9 : at + 9 + size]
        at += 9 + size
        if start >> 56:
            continue
        yield Chapter(_cut(words), (start + 5000) // 10_000, OPEN, because="in the file")


def _cut(words: bytes) -> str:
    """A title; one of 255 bytes may have been cut within a letter."""
    for missing in range(4 if len(words) == 255 else 1):
        try:
            return words[: len(words) - missing].decode("utf-8")
        except UnicodeDecodeError:
            continue
    return words.decode("latin-1")
