"""Transcripts in the forms that players and people read, and read back from them.

A module a format; ``cutting`` decides what is shown together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Protocol

from podpipe import encodings
from podpipe.errors import TranscriptError
from podpipe.models import Cue
from podpipe.transcripts import html, json, markdown, srt, text, vtt
from podpipe.transcripts.faults import Fault, Faults
from podpipe.transcripts.telling import Telling

MAX_BYTES = 20_000_000
"""More is no transcript: ten hours, word by word as JSON, take half of it."""


class Writer(Protocol):
    """Gives the file's text; ``words`` asks for the time of each word, where the format holds it."""

    def __call__(self, telling: Telling, *, words: bool = False) -> str:
        """As the format's module says."""


Reader = Callable[[str, Faults], list[Cue]]

WRITERS: dict[str, Writer] = {
    "vtt": vtt.write,
    "srt": srt.write,
    "json": json.write,
    "txt": text.write,
    "html": html.write,
    "md": markdown.write,
}
"""By file ending."""

WORD_LEVEL = ("vtt", "srt", "json")
"""Formats that hold the time of each word."""

READERS: dict[str, Reader] = {
    "vtt": vtt.read,
    "srt": srt.read,
    "json": json.read,
    "html": html.read,
    "txt": text.read,
}

MEDIA_TYPES = {
    "vtt": "text/vtt",
    "srt": "application/x-subrip",
    "json": "application/json",
    "html": "text/html",
    "txt": "text/plain",
}
"""Of the formats that a feed may offer, as the podcast namespace has them."""

_TYPES = {
    "text/vtt": "vtt",
    "application/x-subrip": "srt",
    "application/srt": "srt",
    "text/srt": "srt",
    "application/json": "json",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "txt",
    "text/markdown": "txt",
}
_ENDINGS = {"htm": "html", "xhtml": "html", "markdown": "md", "text": "txt", "webvtt": "vtt"}
_ARROW = re.compile(r"\d:\d\d(?:[.,:]\d{1,3})?[ \t]*--?>[ \t]*\d")
_TAGS = re.compile(r"<(?:!doctype html|html|body|cite|time|p|div|br)\b[^<>]{0,300}>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PublishedTranscript:
    """A transcript that somebody else made: ``cues`` in the file's order, and what could not be read of it."""

    format: str
    cues: tuple[Cue, ...]
    faults: tuple[Fault, ...] = ()


def format_of(name: str) -> str | None:
    """The format that a file's name ends in: "vtt" of "a.vtt"; None where it names none."""
    ending = PurePath(name).suffix.lower().lstrip(".")
    ending = _ENDINGS.get(ending, ending)
    return ending if ending in WRITERS else None


def format_of_type(media_type: str, url: str = "") -> str | None:
    """The format that a media type names, or else the ending of an address; None where neither does."""
    known = _TYPES.get(media_type.partition(";")[0].strip().lower())
    ending = format_of(re.split(r"[?#]", url)[0])
    return ending if known in (None, "txt") and ending else known


def read(data: bytes, name: str, *, charset: str = "", declared: str | None = None) -> PublishedTranscript:
    """Read a transcript of any format: by what it holds, and where that does not tell, as ``declared``.

    Raises:
        TranscriptError: it is too large, or nothing in it can be read; ``name`` says which file.
    """
    if len(data) > MAX_BYTES:
        raise TranscriptError(f"{name} is larger than {MAX_BYTES // 10**6} MB: no transcript")
    content = encodings.decode(data, charset).removeprefix("\ufeff")
    kind = _sniffed(content) or (declared if declared in READERS else None) or "txt"
    faults = Faults()
    cues = READERS[kind](content, faults)
    if not cues:
        reason = str(faults.found[0]) if faults.found else "it holds no text"
        raise TranscriptError(f"{name} can't be read as a transcript ({kind}): {reason}")
    return PublishedTranscript(kind, tuple(cues), tuple(faults.found))


def _sniffed(content: str) -> str | None:
    head = content[:20_000].lstrip()
    if head.startswith("WEBVTT"):
        return "vtt"
    if re.match(r"\{|\[\s*[{\]]", head):
        return "json"
    if _ARROW.search(head):
        return "srt"
    return "html" if _TAGS.search(head) else None


def best_first(formats: Sequence[str | None]) -> list[int]:
    """The numbers of formats, those that tell the most first."""
    order = ["json", "vtt", "srt", "html", "txt"]
    return sorted(range(len(formats)), key=lambda n: order.index(f) if (f := formats[n]) in order else len(order))
