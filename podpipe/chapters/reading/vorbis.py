"""Chapters in Vorbis comments, which Ogg (Vorbis, Opus, FLAC, Speex) and FLAC carry.

``CHAPTER001=00:00:00.000``, ``CHAPTER001NAME=``, ``CHAPTER001URL=`` (the Xiph wiki's Chapter Extension), in
any order and case, with as many digits as there are; or a cue sheet in ``CUESHEET=``. The same stands in text files:
MKVToolNix's "simple chapters", which came with OGM, and cue sheets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from podpipe import timecode
from podpipe.chapters.reading.source import MAX_CHAPTERS, Source
from podpipe.chapters.reading.spans import OPEN, closed
from podpipe.models import Chapter

_KEY = re.compile(r"CHAPTER(\d{1,6})(NAME|URL)?\Z", re.IGNORECASE)
_MAX_COMMENTS = 200_000
_MAX_VALUE_BYTES = 1 << 20
_PEEK_BYTES = 256

_CUE_TRACK = re.compile(r"\s*TRACK\s+(\d+)", re.IGNORECASE)
_CUE_TITLE = re.compile(r"\s*TITLE\s(.*)", re.IGNORECASE)
_CUE_START = re.compile(r"\s*INDEX\s+0*1\s+(\d{1,4}):(\d{1,2}):(\d{1,2})", re.IGNORECASE)
_CUE_FRAMES = 75
"""A cue sheet counts in frames of a CD, 75 a second."""


def read(source: Source, at: int, duration_ms: Callable[[], int]) -> tuple[Chapter, ...]:
    """The chapters of a comment header that begins at ``at`` with its vendor's name."""
    comments = list(_comments(source, at))
    sheet = next((value for key, value in comments if key.upper() == "CUESHEET"), "")
    return closed(_marked(comments) or _cues(sheet), duration_ms)


def of_text(text: str) -> tuple[Chapter, ...]:
    """The chapters of a text file that holds such lines, or a cue sheet; without ends. () where it holds neither."""
    pairs = [(key.strip(), value.strip()) for key, _, value in (line.partition("=") for line in text.splitlines())]
    found = _marked(pairs) or list(_cues(text))
    return tuple(replace(chapter, end_ms=chapter.start_ms, because="") for chapter in found)


def _marked(pairs: Iterable[tuple[str, str]]) -> list[Chapter]:
    marks: dict[int, dict[str, str]] = {}
    for key, value in pairs:
        match = _KEY.match(key)
        if match and (len(marks) < MAX_CHAPTERS or int(match[1]) in marks):
            marks.setdefault(int(match[1]), {}).setdefault((match[2] or "").upper(), value)
    return [chapter for number in sorted(marks) for chapter in _chapter(marks[number])]


def _chapter(mark: dict[str, str]) -> Iterator[Chapter]:
    try:
        start_ms = timecode.parse(mark.get("", ""))
    except ValueError:
        return
    yield Chapter(mark.get("NAME", ""), start_ms, OPEN, because="in the file", url=mark.get("URL", "").strip())


def _comments(source: Source, at: int) -> Iterator[tuple[str, str]]:
    """Keys and values of the comments that may matter; pictures and the like are hopped over."""
    at += 4 + int.from_bytes(source.read(at, 4), "little")
    count = int.from_bytes(source.read(at, 4), "little")
    at += 4
    for _ in range(min(count, _MAX_COMMENTS)):
        head = source.read(at, 4 + _PEEK_BYTES)
        if len(head) < 4:
            return
        size = int.from_bytes(head[:4], "little")
        key = head[4 : 4 + min(size, 64)].partition(b"=")[0].upper()
        if key.startswith((b"CHAPTER", b"CUESHEET")):
            taken = min(size, _MAX_VALUE_BYTES)
            data = head[4 : 4 + size] if taken <= _PEEK_BYTES else source.read(at + 4, taken)
            name, _, value = data.decode("utf-8", "replace").partition("=")
            yield name, value
        at += 4 + size


def _cues(sheet: str) -> Iterator[Chapter]:
    """The tracks of a cue sheet: title, and where its index 1 is (minutes, seconds, frames)."""
    title, number, count = "", "", 0
    for line in sheet.splitlines():
        if track := _CUE_TRACK.match(line):
            number, title = track[1], ""
        elif (named := _CUE_TITLE.match(line)) and number:
            title = named[1].strip()
            title = title[1:-1] if len(title) > 1 and title[0] == title[-1] == '"' else title
        elif (index := _CUE_START.match(line)) and number and count < MAX_CHAPTERS:
            minutes, seconds, frames = map(int, index.groups())
            start_ms = (minutes * 60 + seconds) * 1000 + round(frames * 1000 / _CUE_FRAMES)
            yield Chapter(title or f"Track {int(number)}", start_ms, OPEN, because="in the file")
            number, count = "", count + 1
