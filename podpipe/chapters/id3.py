"""Chapters in ID3: CHAP and CTOC (ID3v2 Chapter Frame Addendum 1.0), written as players read them.

v2.3, since some players and FFmpeg 5 drop v2.4 chapters; CHAP frames in order of time, since many
programs list them in file order (mutagen would sort them by size); one ordered top-level CTOC.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import mutagen
from mutagen import id3

# What lies below its save(), which would sort CHAP frames by their size.
from mutagen.id3._tags import ID3SaveConfig, save_frame  # type: ignore[attr-defined]

from podpipe.chapters import reading
from podpipe.errors import AudioError, ChaptersError
from podpipe.models import Chapter, Episode

_NO_OFFSET = 0xFFFFFFFF
_CTOC_ROOM = 255
_LATIN1, _UTF16 = 0, 1
_URL_SAFE = ":/?#[]@!$&'()*+,;=%~"
"""What stands for itself in a URL; anything else is escaped, since ID3 has URLs in Latin-1."""


def read(path: Path) -> tuple[Chapter, ...]:
    """The chapters of a file (``podpipe.chapters.reading``); () where it has none or is none."""
    try:
        return reading.read(path)
    except AudioError:
        return ()


def write(source: Path, destination: Path, episode: Episode, chapters: Sequence[Chapter]) -> None:
    """Copy an MP3 with chapters; its other tags and, bit for bit, its audio stay.

    Title, show and date are set where the file has none. ``destination`` is written in place: give a
    temporary path.

    Raises:
        ChaptersError: the file's tag is of a kind that can't be written.
    """
    try:
        try:
            tags = id3.ID3(source)
        except id3.ID3NoHeaderError:
            tags = id3.ID3()
        size = _tag_size(source)
        tags.delall("CHAP")
        tags.delall("CTOC")
        _describe(tags, episode)
        tags.update_to_v23()
        own = _frames(chapters)
        data = _render(tags, own)
    except (mutagen.MutagenError, ValueError, struct.error) as error:
        raise ChaptersError(f"{source}: its ID3 tag can't be written ({error})") from error
    with source.open("rb") as old, destination.open("wb") as new:
        new.write(data)
        old.seek(size)
        shutil.copyfileobj(old, new, 1 << 20)


def _describe(tags: id3.ID3, episode: Episode) -> None:
    wanted = {
        "TIT2": id3.TIT2(encoding=_UTF16, text=episode.title),
        "TALB": id3.TALB(encoding=_UTF16, text=episode.show) if episode.show else None,
        "TDRC": id3.TDRC(encoding=_LATIN1, text=f"{episode.published:%Y-%m-%d}") if episode.published else None,
    }
    for name, frame in wanted.items():
        if frame is not None and not tags.getall(name):
            tags.add(frame)


def _frames(chapters: Sequence[Chapter]) -> list[id3.Frame]:
    if not chapters:
        return []
    frames: list[id3.Frame] = []
    listed: list[str] = []
    for number, chapter in enumerate(sorted(chapters, key=lambda chapter: chapter.start_ms)):
        sub: list[id3.Frame] = [id3.TIT2(encoding=_UTF16, text=chapter.title)]
        if chapter.url:
            url = quote(chapter.url, safe=_URL_SAFE)
            sub.append(id3.WXXX(encoding=_UTF16, desc="chapter url", url=url))
        element = f"chp{number}"
        frames.append(
            id3.CHAP(
                element_id=element,
                start_time=chapter.start_ms,
                end_time=chapter.end_ms,
                start_offset=_NO_OFFSET,
                end_offset=_NO_OFFSET,
                sub_frames=sub,
            )
        )
        if chapter.toc:
            listed.append(element)
    return [*_contents(listed), *frames]


def _contents(listed: Sequence[str]) -> list[id3.Frame]:
    """One top-level ordered CTOC; with more entries than it has room for, CTOCs below it."""
    title = [id3.TIT2(encoding=_UTF16, text="Chapters")]
    groups = [listed[start : start + _CTOC_ROOM] for start in range(0, len(listed), _CTOC_ROOM)]
    if len(groups) <= 1:
        whole: id3.Frame = id3.CTOC(element_id="toc", flags=3, child_element_ids=list(listed), sub_frames=title)
        return [whole]
    names = [f"toc{number}" for number in range(len(groups))]
    top: id3.Frame = id3.CTOC(element_id="toc", flags=3, child_element_ids=names, sub_frames=title)
    return [top] + [
        id3.CTOC(element_id=name, flags=1, child_element_ids=list(group), sub_frames=[])
        for name, group in zip(names, groups, strict=True)
    ]


def _render(tags: id3.ID3, own: Sequence[id3.Frame]) -> bytes:
    """A whole v2.3 tag: the file's other frames, then ours in their order."""
    config = ID3SaveConfig(3, "/")
    body = b"".join(save_frame(frame, config=config) for frame in tags.values() if frame is not None)
    body += b"".join(save_frame(frame, config=config) for frame in own)
    body += b"".join(tags.unknown_frames if tags.version[:2] == (2, 3) else ())  # last: they may be damaged
    body += b"\0" * 1024  # room for other programs to edit without rewriting the file
    size = len(body)
    synchsafe = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + synchsafe + body


def _tag_size(path: Path) -> int:
    """Bytes of the ID3v2 tags that a file begins with."""
    position = 0
    with path.open("rb") as file:
        while True:
            file.seek(position)
            head = file.read(10)
            if len(head) < 10 or head[:3] != b"ID3":
                return position
            size = 0
            for byte in head[6:10]:
                size = size << 7 | byte & 0x7F
            position += 10 + size + (10 if head[5] & 0x10 else 0)
