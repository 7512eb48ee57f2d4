"""Chapters out of a target into a file, and into a target out of a file, by the file's ending or a named format."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from podpipe import chapters as audio_chapters
from podpipe import storage
from podpipe.chapters import formats, json
from podpipe.chapters.edit import checked
from podpipe.chapters.merge import merged
from podpipe.errors import ChaptersError
from podpipe.models import Chapter
from podpipe.targets import Change, ListTarget, Target, is_audio_name

_ID3 = frozenset({"end", "url", "hidden", "ms"})
_CONTAINER = frozenset({"end", "ms"})
_AUDIO_NAMES = {"id3", "mp3", "mp4", "m4a", "ogg", "opus", "flac", "audio"}
"""What --format may say for audio; which kind it is, the file itself tells."""


@dataclass(frozen=True, slots=True)
class Exported:
    """How many chapters went where, as what, and a sentence for each thing that was lost."""

    count: int
    about: str
    lost: tuple[str, ...]


def exported(target: Target, format_name: str) -> formats.Encoded:
    """A target's chapters in a named format. Raises ChaptersError."""
    if format_name in _AUDIO_NAMES:
        raise ChaptersError(f"--format {format_name} needs a file to write to, not -")
    encoded = formats.by_name(format_name).encode(target.read().chapters, target.duration_ms)
    return replace(encoded, lost=(*_unread(target), *encoded.lost))


def export(target: Target, path: Path, format_name: str | None = None) -> Exported:
    """Write a target's chapters to a file.

    Into an audio file that is there they are put in place of its own; one that is not there becomes a copy of the
    target's audio, with chapters.

    Raises:
        ChaptersError: the ending tells no format, or the format can't be written.
    """
    found = target.read().chapters
    if _is_audio(path, format_name):
        return Exported(len(found), "audio with chapters", _into_audio(target, path, found))
    chosen = formats.by_name(format_name) if format_name else formats.for_path(path)
    encoded = chosen.encode(found, target.duration_ms)
    storage.write_bytes(path, encoded.data)
    return Exported(encoded.count, chosen.about, (*_unread(target), *encoded.lost))


def imported(
    target: Target, data: bytes | None, path: Path, format_name: str | None = None
) -> tuple[Change, tuple[str, ...]]:
    """The change that puts a file's chapters in place of a target's, and what of the file has no place with us.

    What the format can't hold stays as it was.

    ``data`` is what standard input gave, or None: then the file is read.

    Raises:
        ChaptersError: the file can't be read as chapters, or holds none.
    """
    remarks: tuple[str, ...] = ()
    if data is None and _is_audio(path, format_name):
        found = audio_chapters.read(path)
        holds = _ID3 if path.suffix.casefold() in (".mp3", ".aac") else _CONTAINER
    else:
        if data is None:
            with storage.explained(path):
                data = path.read_bytes()
        chosen = formats.by_name(format_name) if format_name else formats.for_path(path, data)
        found, holds = chosen.decode(data, str(path)), chosen.holds
        if chosen.name == "json" and (fields := json.unknown(data)):
            remarks = (f"not taken from {path.name}: {', '.join(fields)}",)
    if not found:
        raise ChaptersError(f"{path} holds no chapters; nothing was changed")
    duration_ms = target.duration_ms
    checked(found, duration_ms)

    def change(old: tuple[Chapter, ...]) -> tuple[Chapter, ...]:
        return checked(merged(found, old, holds), duration_ms)

    return change, remarks


def _unread(target: Target) -> tuple[str, ...]:
    fields = target.unread() if isinstance(target, ListTarget) else ()
    return (f"not taken from {target.name}: {', '.join(fields)}",) if fields else ()


def _is_audio(path: Path, format_name: str | None) -> bool:
    return format_name in _AUDIO_NAMES if format_name else is_audio_name(path)


def _into_audio(target: Target, path: Path, found: Sequence[Chapter]) -> tuple[str, ...]:
    if path.exists():
        return tuple(audio_chapters.write(path, found))
    source = target.audio(path.suffix.casefold())
    with storage.replacing(path) as temporary:
        shutil.copyfile(source, temporary)
        return tuple(audio_chapters.write(temporary, found))
