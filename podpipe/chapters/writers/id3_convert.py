"""Frames of one ID3v2 version as those of another, by mutagen; what it can't take over is said."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Sequence

import mutagen
from mutagen import id3

# What lies below its save(), which would sort and drop frames.
from mutagen.id3._tags import ID3SaveConfig, save_frame  # type: ignore[attr-defined]

from podpipe.chapters.writers.id3_frames import LARGE, Frame, plain

_NEW_IN_4 = ("ASPI EQU2 RVA2 SEEK SIGN TDEN TDOR TDRL TDTG TIPL TMCL TMOO TPRO TSOA TSOP TSOT TSST").split()
"""Names that v2.3 lacks: kept all the same, since readers pass over what they don't know and many know them."""

_RENAMED = {"TYER", "TDAT", "TIME", "TDRC", "TORY", "TDOR", "IPLS", "TIPL", "TMCL", "TRDA", "TSIZ", "EQUA", "RVAD"}
"""Names that become others, or mean nothing in v2.4."""


def convert(frames: Sequence[Frame], source: int, target: int) -> tuple[list[bytes | Frame], list[str]]:
    """Frames for a tag of ``target`` (3 or 4), and what could not be taken over."""
    kept: list[bytes | Frame] = []
    known: list[tuple[str, bytes]] = []
    lost: list[str] = []
    for frame in frames:
        if _is_the_same(frame, source):
            kept.append(frame)
            continue
        data = plain(frame, source)
        if data is None:
            lost.append(frame.name)
        else:
            known.append((frame.name, data))
    tags = _load(known, source)
    if tags is None:
        return kept, [_say(name, target) for name, _ in known]
    mine = [render(frame, target) for frame in _frames(tags, target)]
    unknown = [bytes(data) for data in tags.unknown_frames] if source > 2 else []
    mine += [_rendered(data[:4].decode("latin-1"), data[10:], target) for data in unknown]
    if source == 2:
        lost += [data[:3].decode("latin-1") for data in tags.unknown_frames]
    else:
        made = {data[:4] for data in mine}
        lost += sorted({name for name, _ in known if name.encode() not in made} - _RENAMED)
    return [*kept, *mine], [_say(name, target) for name in lost]


def render(frame: id3.Frame, version: int) -> bytes:
    """A frame as a tag of this version has it; empty where it says nothing."""
    rendered: bytes = save_frame(frame, config=ID3SaveConfig(version, "/"))
    return rendered


def from_v1(data: bytes) -> list[id3.Frame]:
    """The frames that an ID3v1 tag (128 bytes) amounts to."""
    parsed = id3.ParseID3v1(data)
    return list((parsed or {}).values())


def render_all(frames: Iterable[id3.Frame], version: int) -> list[bytes]:
    """Frames of any version, as one of this version has them."""
    tags = id3.ID3()
    for frame in frames:
        tags.add(frame)
    return [render(frame, version) for frame in _frames(tags, version)]


def _is_the_same(frame: Frame, source: int) -> bool:
    """Whether a frame that is too large to hold can be copied as it is: no flags, no UTF-8 text."""
    return frame.size > LARGE and source > 2 and frame.flags == 0 and next(frame.blocks())[0] < 2


def _load(frames: Sequence[tuple[str, bytes]], source: int) -> id3.ID3 | None:
    body = b"".join(
        name.encode() + len(data).to_bytes(3, "big") + data if source == 2 else _rendered(name, data, source)
        for name, data in frames
    )
    if not body:
        return id3.ID3()
    head = b"ID3" + bytes([source, 0, 0]) + synchsafe(len(body))
    try:
        return id3.ID3(io.BytesIO(head + body), load_v1=False)
    except (mutagen.MutagenError, ValueError, IndexError, struct.error, RecursionError):
        return None


def _frames(tags: id3.ID3, target: int) -> list[id3.Frame]:
    if target == 4:
        tags.update_to_v24()
        return list(tags.values())
    new = {key: frame for key, frame in tags.items() if frame.FrameID in _NEW_IN_4}
    tags.update_to_v23()
    rest = {key: frame for key, frame in new.items() if key not in tags and not _has_old_form(frame, tags)}
    return [*tags.values(), *rest.values()]


def _has_old_form(frame: id3.Frame, tags: id3.ID3) -> bool:
    if frame.FrameID == "TDOR":
        return "TORY" in tags
    return frame.FrameID in ("TIPL", "TMCL") and "IPLS" in tags


def _rendered(name: str, data: bytes, version: int) -> bytes:
    size = synchsafe(len(data)) if version == 4 else len(data).to_bytes(4, "big")
    return name.encode("latin-1").ljust(4, b"\0") + size + b"\0\0" + data


def synchsafe(size: int) -> bytes:
    """A size in four times seven bits (ID3v2.4, section 6.2)."""
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def _say(name: str, target: int) -> str:
    return f"the frame {name} can't be taken over into ID3v2.{target} and was given up"
