"""Podcasting 2.0 JSON chapters 1.2 (application/json+chapters), with our evidence beside each chapter.

https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/chapters/jsonChapters.md. What is ours
stands in objects named ``podpipe``, which other programs pass over. Files of versions 1.0 and 1.1 are read too, and
times that stand there as text, and the chapters of an Auphonic production.
"""

from __future__ import annotations

import codecs
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from podpipe import storage, timecode, typed
from podpipe.errors import ChaptersError
from podpipe.models import Chapter, Chapters, Missing


class _Ours(msgspec.Struct, omit_defaults=True):
    confidence: float = 1.0
    evidence: str = "publisher"
    because: str = ""


class _Chapter(msgspec.Struct, omit_defaults=True):
    startTime: float | str | None = None
    title: str | None = ""
    endTime: float | str | None = None
    url: str | None = None
    img: str | None = None
    toc: bool | None = True
    podpipe: _Ours | None = None
    start: float | str | None = None  # so and "image" Auphonic has it
    image: str | None = None


class _Lost(msgspec.Struct, omit_defaults=True):
    missing: list[Missing] = []


class _File(msgspec.Struct, omit_defaults=True):
    chapters: list[_Chapter]
    version: str | float | None = None
    podpipe: _Lost | None = None


class _Written(msgspec.Struct, omit_defaults=True):
    version: str
    chapters: list[_Chapter]
    podpipe: _Lost | None = None


def encode(chapters: Chapters, *, plain: bool = False) -> bytes:
    """Chapters as a JSON file, times in seconds to the millisecond; ``plain``: without what is ours."""
    ours = bool(chapters.missing) and not plain
    file = _Written(
        "1.2.0",
        [
            _Chapter(
                startTime=chapter.start_ms / 1000,
                title=chapter.title,
                endTime=chapter.end_ms / 1000 if chapter.end_ms > chapter.start_ms else None,
                url=chapter.url or None,
                img=chapter.image or None,
                toc=chapter.toc,
                podpipe=None if plain else _Ours(chapter.confidence, chapter.evidence, chapter.because),
            )
            for chapter in chapters.chapters
        ],
        _Lost(list(chapters.missing)) if ours else None,
    )
    return storage.encode(file)


def read(path: Path) -> Chapters:
    """Read a file of ours or of another program. Raises ChaptersError, LibraryError."""
    with storage.explained(path):
        data = path.read_bytes()
    return decode(data, str(path), mend="mend it, or delete it to have it made again")


def decode(data: bytes, name: str, *, mend: str = "mend it") -> Chapters:
    """Read JSON chapters; ``name`` says where they are from, ``mend`` what to do where they can't be read.

    Raises:
        ChaptersError: it is no such file, or a field is not as the format has it.
    """
    try:
        file = typed.from_json(data.removeprefix(codecs.BOM_UTF8), _File)
        starts = sorted((_start(chapter), number) for number, chapter in enumerate(file.chapters))
        found = [_chapter(file.chapters[number], start) for start, number in starts]
    except (msgspec.DecodeError, ValueError, OverflowError, RecursionError) as error:
        raise ChaptersError(f"{name} is no JSON chapters file: {str(error)[:200]}; {mend}") from error
    following = [*(chapter.start_ms for chapter in found[1:]), 0]
    closed = [_closed(chapter, end) for chapter, end in zip(found, following, strict=False)]
    return Chapters(tuple(closed), tuple(file.podpipe.missing) if file.podpipe else ())


def unknown(data: bytes) -> tuple[str, ...]:
    """Names of the fields of a file that podpipe has no place for: a location, the title of the podcast."""
    try:
        file = msgspec.json.decode(data.removeprefix(codecs.BOM_UTF8))
        rows = [row for row in file["chapters"] if isinstance(row, dict)]
    except (msgspec.DecodeError, ValueError, TypeError, KeyError, RecursionError):
        return ()
    known = {field.name for field in msgspec.structs.fields(_Chapter)}
    fields = [key for row in rows for key in row if key not in known]
    fields += [key for key in file if key not in ("version", "chapters", "podpipe")]
    return tuple(dict.fromkeys(fields))


def _closed(chapter: Chapter, end_ms: int) -> Chapter:
    return chapter if chapter.end_ms > chapter.start_ms else replace(chapter, end_ms=max(end_ms, chapter.start_ms))


def _chapter(chapter: _Chapter, start_ms: int) -> Chapter:
    ours: Any = chapter.podpipe or _Ours()
    return Chapter(
        chapter.title or "",
        start_ms,
        _ms(chapter.endTime) if chapter.endTime not in (None, "") else start_ms,
        ours.confidence,
        ours.evidence,
        ours.because,
        chapter.url or "",
        chapter.img or chapter.image or "",
        chapter.toc is not False,
    )


def _start(chapter: _Chapter) -> int:
    start = chapter.start if chapter.startTime is None else chapter.startTime
    if start is None:
        raise ValueError(f"the chapter {chapter.title!r} has no startTime")
    return _ms(start)


def _ms(value: float | str) -> int:
    """Seconds as a number or as text, or clock time as text. Raises ValueError, OverflowError."""
    is_clock = isinstance(value, str) and ":" in value
    ms = timecode.parse(str(value)) if is_clock else round(float(value) * 1000)
    if ms < 0:
        raise ValueError(f"a time is below zero: {value}")
    return ms
