"""Pictures of chapters as files of the episode's folder: ``images/<hash>.<ext>``, to which ``chapters.json`` refers.

So they outlive the original's tag, a person can see, swap and remove them, and every carrier finds them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from podpipe.chapters.reading.source import MAX_PICTURE_BYTES, media_type
from podpipe.models import Chapter, Picture

FOLDER = "images"
_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/bmp": "bmp",
}
_OURS = re.compile(rf"{FOLDER}/[\w-][\w.-]*\Z")
"""A reference to a file in the folder, and to no other."""


def as_files(chapters: Sequence[Chapter]) -> tuple[tuple[Chapter, ...], dict[str, bytes]]:
    """Chapters whose pictures have become references (``image``), and the files to be written, by name."""
    files: dict[str, bytes] = {}
    result: list[Chapter] = []
    for chapter in chapters:
        picture = chapter.picture
        if picture is not None:
            ending = _ENDINGS.get(picture.media_type, "img")
            name = f"{FOLDER}/{hashlib.sha256(picture.data).hexdigest()[:16]}.{ending}"
            files[name] = picture.data
            chapter = replace(chapter, image=name, picture=None)
        result.append(chapter)
    return tuple(result), files


def names(folder: Path, chapters: Sequence[Chapter]) -> list[str]:
    """The files in the episode's folder to which chapters refer, those that are there, each once."""
    ours = dict.fromkeys(chapter.image for chapter in chapters if _OURS.match(chapter.image))
    return [name for name in ours if (folder / name).is_file()]


def attached(folder: Path, chapters: Sequence[Chapter]) -> tuple[Chapter, ...]:
    """Chapters with the pictures to which they refer in hand, for a file that carries them itself.

    A reference to what is not there, is no picture or has more than 16 MB is dropped. URLs stay.
    """
    read: dict[str, Picture | None] = {}
    result: list[Chapter] = []
    for chapter in chapters:
        name = chapter.image
        if _OURS.match(name):
            if name not in read:
                read[name] = _read(folder / name)
            chapter = replace(chapter, image="", picture=read[name])
        result.append(chapter)
    return tuple(result)


def _read(path: Path) -> Picture | None:
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_PICTURE_BYTES else b""
    except OSError:
        return None
    kind = media_type(data)
    return Picture(data, kind) if kind else None
