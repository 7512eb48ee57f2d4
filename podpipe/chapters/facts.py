"""What the tags of a file say of an episode, in any container: set where the file says nothing itself.

A file remembers which of its tags are ours: a mark, a small JSON object from field to digest. A field
whose content still has that digest is ours and may be set anew or taken away; anything else is somebody's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from podpipe import typed
from podpipe.models import Chapter, Picture, Sentence

MARK = "podpipe"
"""The owner or name under which a file keeps our mark."""

_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
_IMAGES = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


@dataclass(frozen=True, slots=True)
class Facts:
    """The fields of a tag; an empty one is not set.

    ``date`` is a day (2026-11-01), ``language`` ISO 639-2 (eng), ``link`` the web page. ``lyrics`` is the
    transcript as plain text, ``lines`` the same with its times.
    """

    title: str = ""
    show: str = ""
    date: str = ""
    language: str = ""
    link: str = ""
    comment: str = ""
    cover: Picture | None = None
    lyrics: str = ""
    lines: tuple[Sentence, ...] = field(default=(), repr=False)


def image_type(data: bytes) -> str:
    """``image/jpeg`` or ``image/png`` by an image's first bytes; empty for anything else."""
    return next((kind for magic, kind in _IMAGES if data.startswith(magic)), "")


def digest(*parts: bytes) -> str:
    """What a mark remembers of a field's content."""
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def encode_mark(digests: Mapping[str, str]) -> bytes:
    """A mark as a file keeps it: JSON in ASCII."""
    return msgspec.json.encode(dict(digests))


def decode_mark(data: bytes) -> dict[str, str]:
    """A mark as it was kept; {} where it can't be read."""
    try:
        return typed.from_json(data, dict[str, str])
    except (msgspec.DecodeError, ValueError, RecursionError):
        return {}


def writable(text: str) -> str:
    """Text without what no tag can hold: NUL and halves of characters."""
    return _UNWRITABLE.sub("\ufffd", text) if _UNWRITABLE.search(text) else text


def in_order(chapters: Sequence[Chapter]) -> list[Chapter]:
    """Chapters as files have them: by time, none ending before it begins, titles that can be written."""
    return [
        replace(
            chapter,
            title=writable(chapter.title),
            start_ms=max(chapter.start_ms, 0),
            end_ms=max(chapter.end_ms, chapter.start_ms, 0),
        )
        for chapter in sorted(chapters, key=lambda chapter: chapter.start_ms)
    ]


def count(number: int, one: str, many: str = "") -> str:
    """``1 chapter``, ``3 chapters``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def not_held(container: str, chapters: Sequence[Chapter], *held: str) -> list[str]:
    """What of these chapters a container has no place for, beyond times and titles: url, picture, toc."""
    lost = {
        "url": ("the link of", [c for c in chapters if c.url]),
        "picture": ("the picture of", [c for c in chapters if c.picture]),
        "image": ("the address of the picture of", [c for c in chapters if c.image and not c.picture]),
        "toc": ("hidden chapters: players will list", [c for c in chapters if not c.toc]),
    }
    return [
        f"{container} can't hold {what} {count(len(some), 'chapter')}"
        for name, (what, some) in lost.items()
        if some and name not in held
    ]


def ends_lost(container: str, chapters: Sequence[Chapter], duration_ms: int = 0) -> list[str]:
    """Where a container knows only when chapters begin: the ends that it can't hold.

    The end of the last chapter counts only where ``duration_ms`` is known: a reader takes the file's end for it.
    """
    nexts = [chapter.start_ms for chapter in chapters[1:]]
    off = sum(chapter.end_ms != start for chapter, start in zip(chapters, nexts, strict=False))
    off += bool(chapters and duration_ms and abs(chapters[-1].end_ms - duration_ms) > 100)
    return [f"{container} lets a chapter last until the next: {count(off, 'end')} can't be held"] if off else []
