"""Chapters in FFmpeg's metadata files (https://ffmpeg.org/ffmpeg-formats.html#Metadata-2).

``ffmpeg -i talk.mp3 -i chapters.ffmeta -map_chapters 1 -c copy out.mp3`` puts them into a file. A chapter has any
keys, so the link, the image and whether it is hidden stand beside the title (``url``, ``image``, ``hidden``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from podpipe import encodings
from podpipe.errors import ChaptersError
from podpipe.models import Chapter

_SPECIAL = re.compile(r"[=;#\\\n\r]")


def write(chapters: Sequence[Chapter]) -> bytes:
    """A whole file, times in milliseconds."""
    lines = [";FFMETADATA1"]
    for chapter in chapters:
        end_ms = max(chapter.end_ms, chapter.start_ms)
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={chapter.start_ms}", f"END={end_ms}"]
        texts = {
            "title": chapter.title,
            "url": chapter.url,
            "image": chapter.image,
            "hidden": "" if chapter.toc else "1",
        }
        lines += [f"{key}={_escaped(text)}" for key, text in texts.items() if text or key == "title"]
    return ("\n".join(lines) + "\n").encode()


def read(data: bytes, name: str) -> tuple[Chapter, ...]:
    """The chapters of a file, in order of time; ``name`` says where it is from.

    Raises:
        ChaptersError: it doesn't begin with ;FFMETADATA, or a chapter's time can't be read.
    """
    text = encodings.decode(data).removeprefix("\ufeff")
    if not text.startswith(";FFMETADATA"):
        raise ChaptersError(f"{name}, line 1: a metadata file of FFmpeg begins with ;FFMETADATA1")
    sections: list[tuple[int, dict[str, str]]] = []
    current: dict[str, str] = {}
    for number, line in _lines(text):
        if line.startswith("["):
            current = {}
            if line.rstrip().upper() == "[CHAPTER]":
                sections.append((number, current))
        elif sections and line[:1] not in (";", "#", ""):
            key, value = _pair(line)
            current[key] = value
    chapters = [_chapter(keys, number, name) for number, keys in sections]
    return tuple(sorted(chapters, key=lambda chapter: chapter.start_ms))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    r"""Lines with their numbers, still escaped; a line ends where no backslash stands before its ``\n``."""
    number = 1
    for match in re.finditer(r"((?:\\.|[^\\\n])*\\?)(?:\n|$)", text, re.DOTALL):
        if match.end() > match.start():
            line = match[1]
            yield number, line.removesuffix("\r") if not line.endswith("\\\r") else line
        number += match[0].count("\n")


def _pair(line: str) -> tuple[str, str]:
    match = re.match(r"((?:\\.|[^\\=])*)(?:=(.*))?", line, re.DOTALL)
    key, value = (match[1], match[2] or "") if match else (line, "")
    return _plain(key), _plain(value)


def _chapter(keys: dict[str, str], number: int, name: str) -> Chapter:
    try:
        base, _, per_s = keys.get("TIMEBASE", "1/1000000000").partition("/")
        start_ms, end_ms = (_ms(keys.get(key) or keys["START"], int(base), int(per_s)) for key in ("START", "END"))
    except (KeyError, ValueError, ZeroDivisionError) as error:
        raise ChaptersError(f"{name}, line {number}: the chapter has no whole START and TIMEBASE=1/1000") from error
    if start_ms < 0:
        raise ChaptersError(f"{name}, line {number}: the chapter begins below zero")
    texts = (keys.get("url", ""), keys.get("image", ""))
    return Chapter(
        keys.get("title", ""), start_ms, max(end_ms, start_ms), url=texts[0], image=texts[1], toc=not keys.get("hidden")
    )


def _ms(ticks: str, base: int, per_s: int) -> int:
    return (2 * int(ticks) * base * 1000 + per_s) // (2 * per_s)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: "\\" + match[0], text.replace("\0", ""))


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)
