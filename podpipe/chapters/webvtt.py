"""Chapters as WebVTT (https://www.w3.org/TR/webvtt1/, section 1.5): a cue for each, its text the title.

Cues have ends; links, images and hidden chapters have no place. Reading follows the parser of section 6, but a
cue whose time can't be read is an error, not left out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from podpipe import encodings, timecode
from podpipe.chapters.edit import following
from podpipe.chapters.words import quoted
from podpipe.errors import ChaptersError
from podpipe.models import Chapter

_STAMP = r"(?:\d+:)?[0-5]?\d:[0-5]\d[.,]\d{3}"
_TIMING = re.compile(rf"\s*(?P<start>{_STAMP})\s*-->\s*(?P<end>{_STAMP})(?:\s.*)?")
_TAG = re.compile(r"<[^>]*>?")


def write(chapters: Sequence[Chapter]) -> bytes:
    """A whole file; a chapter without length is a millisecond long, since a cue must end after its start."""
    blocks = ["WEBVTT"]
    for number, (chapter, next_ms) in enumerate(zip(chapters, following(chapters, 0), strict=True), 1):
        end_ms = chapter.end_ms if chapter.end_ms > chapter.start_ms else max(next_ms, chapter.start_ms + 1)
        timing = f"{timecode.vtt(chapter.start_ms)} --> {timecode.vtt(end_ms)}"
        blocks.append(f"{number}\n{timing}\n{html.escape(' '.join(chapter.title.split()), quote=False)}".rstrip("\n"))
    return ("\n\n".join(blocks) + "\n").encode()


def read(data: bytes, name: str) -> tuple[Chapter, ...]:
    """The cues of a file as chapters, in order of time; ``name`` says where it is from.

    Raises:
        ChaptersError: it doesn't begin with WEBVTT, or a cue's time can't be read.
    """
    lines = re.split(r"\r\n|\r|\n", encodings.decode(data).removeprefix("\ufeff").replace("\0", "\ufffd"))
    if not re.match(r"WEBVTT(?:[ \t]|$)", lines[0]):
        raise ChaptersError(f"{name}, line 1: a WebVTT file begins with WEBVTT")
    chapters = [_chapter(block, number, name) for number, block in _blocks(lines)]
    return tuple(sorted(chapters, key=lambda chapter: chapter.start_ms))


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The cues: the number of each one's timing line, and its lines from there on."""
    block: list[str] = []
    timing = 0
    before = 0
    for number, line in enumerate([*lines[1:], ""], 2):
        is_timing = "-->" in line
        if block and (not line or is_timing):
            yield timing, block
            block = []
        if is_timing:
            block, timing = [line], number
        elif block:
            block.append(line)
        before = number
    if block:
        yield timing or before, block


def _chapter(block: Sequence[str], number: int, name: str) -> Chapter:
    match = _TIMING.fullmatch(block[0])
    if match is None:
        raise ChaptersError(f"{name}, line {number}: {quoted(block[0])} is no time like 00:01.000 --> 00:02.000")
    title = html.unescape(_TAG.sub("", " ".join(block[1:])))
    try:
        start_ms, end_ms = timecode.parse(match["start"]), timecode.parse(match["end"])
    except ValueError as error:
        raise ChaptersError(f"{name}, line {number}: {quoted(block[0])} is no time") from error
    return Chapter(" ".join(title.split()), start_ms, max(end_ms, start_ms))
