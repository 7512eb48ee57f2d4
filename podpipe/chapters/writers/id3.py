"""Chapters and tags into ID3v2, at the beginning of MP3 and ADTS (ID3v2 Chapter Frame Addendum 1.0).

v2.3 unless asked, since FFmpeg 5 and others drop v2.4 chapters; CHAP frames in order of time, since many
programs list them in file order; one ordered top-level CTOC. What a tag holds besides stays, byte for byte
where the version stays; the file after the tag is copied as it is.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal

from podpipe.chapters import facts as about
from podpipe.chapters.facts import Facts
from podpipe.chapters.writers import id3_chapters, id3_convert, id3_facts
from podpipe.chapters.writers.id3_frames import Frame, Tag, read_tags
from podpipe.errors import ChaptersError
from podpipe.models import Chapter

Version = Literal[3, 4]
_PADDING = 1024
"""Room for other programs to edit without rewriting the file."""
_MOST = (1 << 28) - 1
"""Bytes of a tag: four times seven bits."""


@dataclass(slots=True)
class _Plan:
    """A tag to be: frames as bytes, or as they stand in the source."""

    version: Version
    frames: list[bytes | Frame] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def size(self) -> int:
        return sum(len(frame) if isinstance(frame, bytes) else 10 + frame.size for frame in self.frames)


def write(
    source: Path,
    destination: Path,
    chapters: Sequence[Chapter] | None,
    facts: Facts | None = None,
    *,
    version: Version = 3,
) -> list[str]:
    """Copy an MP3 (or ADTS) with these chapters and facts; None of either leaves those that it has.

    Facts are set where the file has none; those of an earlier run are set anew or taken away.
    ``destination`` is written in place: give a temporary path. What could not be held or kept is returned,
    a sentence each.

    Raises:
        ChaptersError: there is no such file, or the tag would be larger than ID3 allows.
    """
    if not source.is_file():
        raise ChaptersError(f"{source} does not exist")
    with source.open("rb") as old, destination.open("wb") as new, read_tags(old, source) as (tags, sound):
        plan = _plan(tags, chapters, facts, version, _v1(old))
        if plan.size() + _PADDING > _MOST and chapters and any(c.picture for c in chapters):
            bare = id3_chapters.without_pictures(chapters)
            plan = _plan(tags, bare, facts, version, _v1(old))
            plan.remarks.append("the pictures of the chapters are left out: a tag holds 256 MB at most")
        if plan.size() + _PADDING > _MOST:
            raise ChaptersError(f"{source}: its tag would be larger than the 256 MB that ID3 allows")
        if plan.frames or tags:
            _put(new, plan)
        old.seek(sound)
        shutil.copyfileobj(old, new, 1 << 20)
    return list(dict.fromkeys(plan.remarks))


def _plan(
    tags: Sequence[Tag], chapters: Sequence[Chapter] | None, facts: Facts | None, version: Version, v1: bytes
) -> _Plan:
    plan = _Plan(version)
    kept, mark = id3_facts.kept(_merged(tags), given_up=facts is not None)
    for tag in tags:
        plan.remarks += tag.lost
    own = id3_chapters.frames(chapters, version) if chapters is not None else []
    if chapters is not None:
        plan.remarks += about.not_held("ID3", chapters, "url", "picture", "toc")
    frames: list[bytes | Frame] = []
    for source, some in kept.items():
        rest = [frame for frame in some if chapters is None or frame.name not in ("CHAP", "CTOC", "CHA", "CTO")]
        if source == version and all(len(frame.name) == 4 for frame in rest):
            frames += rest
        else:
            converted, lost = id3_convert.convert(rest, source, version)
            frames += converted
            plan.remarks += lost
    if not tags and v1:
        frames += id3_facts.of_v1(v1, facts, version)
    seen = {id3_facts.name_of(frame) for frame in frames}
    mine = id3_facts.frames(facts, seen, version) if facts is not None else {}
    marked = id3_facts.mark(mine if facts is not None else id3_facts.again(mark, frames), version)
    # Chapters come first, large text and pictures last: who streams the file sees the chapters soon.
    everything = [*frames, *(data for some in mine.values() for data in some), *marked]
    small = [frame for frame in everything if _size(frame) < 4096]
    large = [frame for frame in everything if _size(frame) >= 4096]
    plan.frames = [*small, *own, *large]
    return plan


def _merged(tags: Sequence[Tag]) -> dict[int, list[Frame]]:
    """The frames of all tags, by version: of a second tag only those whose like the first has not."""
    found: dict[int, list[Frame]] = {}
    seen: set[str | bytes] = set()
    for number, tag in enumerate(tags):
        mine = [(frame, _key(frame)) for frame in tag.frames]
        if number:
            mine = [(frame, key) for frame, key in mine if key not in seen and frame.name not in ("CHAP", "CTOC")]
        seen |= {key for _, key in mine}
        found.setdefault(tag.version, []).extend(frame for frame, _ in mine)
    return found


def _key(frame: Frame) -> str | bytes:
    """Text frames are there once; of others there may be several that differ."""
    if frame.name.startswith("T") and not frame.name.startswith("TX"):
        return frame.name
    frame.file.seek(frame.start)
    return frame.name.encode() + frame.size.to_bytes(4, "big") + frame.file.read(min(frame.size, 4096))


def _size(frame: bytes | Frame) -> int:
    return len(frame) if isinstance(frame, bytes) else frame.size


def _put(out: BinaryIO, plan: _Plan) -> None:
    out.write(b"ID3" + bytes([plan.version, 0, 0]) + id3_convert.synchsafe(plan.size() + _PADDING))
    for frame in plan.frames:
        out.writelines(_pieces(frame, plan.version))
    out.write(b"\0" * _PADDING)


def _pieces(frame: bytes | Frame, version: Version) -> Iterator[bytes]:
    if isinstance(frame, bytes):
        yield frame
        return
    size = id3_convert.synchsafe(frame.size) if version == 4 else frame.size.to_bytes(4, "big")
    yield frame.name.encode().ljust(4, b"\0") + size + frame.flags.to_bytes(2, "big")
    yield from frame.blocks()


def _v1(file: BinaryIO) -> bytes:
    """The ID3v1 tag at the end of a file, if there is one."""
    with contextlib.suppress(OSError):
        file.seek(-128, 2)
        data = file.read(128)
        return data if data.startswith(b"TAG") else b""
    return b""
