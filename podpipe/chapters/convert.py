"""A file in another container: its sound encoded anew, its tags by the names that both have."""

from __future__ import annotations

import base64
import struct
from pathlib import Path
from typing import Any

import mutagen
from mutagen.flac import FLAC, Picture
from mutagen.id3 import ID3
from mutagen.mp4 import MP4, MP4Tags

from podpipe import encoding
from podpipe.chapters.facts import Facts, image_type
from podpipe.models import Picture as Image


def convert(source: Path, destination: Path, kind: str) -> list[str]:
    """Encode ``source`` as ``kind`` (a key of ``encoding.ENCODERS``) with its short tags, without chapters.

    Tags that the other container has no common name for are named in what is returned.

    Raises:
        AudioError: the source can't be decoded.
    """
    encoding.convert(source, destination, kind)
    return copy_tags(source, destination, kind)


def copy_tags(source: Path, destination: Path, kind: str) -> list[str]:
    """Give a fresh file the short tags of another; those that its kind has no name for are named."""
    lost = _copy_tags(source, destination)
    return [f"the tags {', '.join(lost)} have no name in {kind} and were left out"] if lost else []


def own_facts(path: Path) -> Facts:
    """A file's own cover, comment and lyrics, which have other forms in each container."""
    try:
        file = mutagen.File(path)
        if file is None or not file.tags:
            return Facts()
        data = next(iter(_pictures(file)), b"")
        kind = image_type(data)
        return Facts(
            cover=Image(data, kind) if kind else None,
            comment=_text(file.tags, "COMM", "\xa9cmt", "description", "comment"),
            lyrics=_text(file.tags, "USLT", "\xa9lyr", "lyrics", "unsyncedlyrics"),
        )
    except (mutagen.MutagenError, struct.error, ValueError, IndexError):
        return Facts()


def _text(tags: Any, frame: str, *names: str) -> str:
    if isinstance(tags, ID3):
        return next((str(found) for found in tags.getall(frame)), "")
    known = [name for name in names if name.isascii() != isinstance(tags, MP4Tags)]
    return next((str(tags[name][0]) for name in known if tags.get(name)), "")


def _copy_tags(source: Path, destination: Path) -> list[str]:
    old, new = _open(source), _open(destination)
    if old is None or new is None or not old.tags:
        return []
    lost = []
    if new.tags is None:
        new.add_tags()
    for key, value in old.tags.items():
        if key.startswith(("chapter", "metadata_block", "encode", "podpipe", "itunsmpb")):
            continue
        try:
            new.tags[key] = value
        except (KeyError, ValueError, TypeError):
            lost.append(key)
    new.save()
    return sorted(lost)


def _open(path: Path) -> Any:
    try:
        return mutagen.File(path, easy=True)
    except (mutagen.MutagenError, struct.error, ValueError):
        return None


def _pictures(file: Any) -> list[bytes]:
    if isinstance(file, FLAC):
        return [picture.data for picture in file.pictures]
    if isinstance(file, MP4):
        return [bytes(cover) for cover in file.tags.get("covr", [])] if file.tags else []
    if isinstance(file.tags, ID3):
        return [frame.data for frame in file.tags.getall("APIC")]
    blocks = file.tags.get("metadata_block_picture", []) if file.tags else []
    return [Picture(base64.b64decode(block)).data for block in blocks]
