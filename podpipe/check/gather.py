"""Files → facts: everything that the rules look at, read once."""

from __future__ import annotations

import contextlib
import mmap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from podpipe import audio, chapters, loudness
from podpipe.check import id3, mpeg, pictures
from podpipe.check.facts import Contents, Id3, Image, Mark, Marks, Mpeg, Sound, Tags
from podpipe.errors import AudioError, ChaptersError

_NO_OFFSET = 0xFFFFFFFF
_LONG = 128
_ONCE = {"TIT2", "TALB", "TPE1", "TDRC", "TYER", "TRCK", "TLEN", "TCON", "TLAN"}
_V22 = {"TT2": "TIT2", "TAL": "TALB", "TP1": "TPE1", "TYE": "TYER", "TLE": "TLEN", "PIC": "APIC"}


@contextlib.contextmanager
def mapped(path: Path) -> Iterator[memoryview]:
    """A file's bytes without reading them all. Raises AudioError."""
    try:
        with path.open("rb") as file:
            if not path.stat().st_size:
                raise AudioError(f"{path} is empty; download it again")
            view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except OSError as error:
        raise AudioError(f"{path} can't be read: {error.strerror}") from error
    yield view  # unmapped when the last frame that was cut from it is forgotten


def sound(path: Path, *, listen: bool) -> Sound:
    """The audio stream of a file, listened to or not. Raises AudioError."""
    info = audio.probe(path)
    frames = _mpeg(path) if info.format == "mp3" else None
    duration_ms = frames.duration_ms if frames else info.duration_ms
    measured = loudness.measure(path) if listen else None
    if measured and not duration_ms:
        duration_ms = measured.duration_ms
    return Sound(info.format, info.codec, duration_ms, info.sample_rate, info.channels, info.bit_rate, frames, measured)


def tags_and_marks(path: Path, heard: Sound) -> tuple[Tags, Marks]:
    """What a file says of itself, and its chapters."""
    if heard.container in ("mp3", "aac"):
        return _id3(path, heard)
    try:
        found = chapters.read(path)
    except (AudioError, ChaptersError):
        found = ()
    marks = tuple(Mark(c.title, c.start_ms, c.end_ms, listed=c.toc, url=c.url, image=c.image) for c in found)
    return replace(_other_tags(path), duration_ms=heard.duration_ms), Marks("container", marks, heard.duration_ms)


def _decoded(data: bytes) -> Any:
    """JSON, which may be nested beyond all measure. Raises ValueError, msgspec.DecodeError."""
    try:
        return msgspec.json.decode(data)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def json_marks(data: bytes, name: str, duration_ms: int | None) -> Marks:
    """JSON chapters in the order of the file. Raises ChaptersError."""
    try:
        file = _decoded(data)
        marks = tuple(_json_mark(chapter) for chapter in file["chapters"])
    except (msgspec.DecodeError, LookupError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise ChaptersError(f"{name} is no JSON chapters file: {error}") from error
    return Marks("json", marks, duration_ms, version=str(file.get("version", "")))


def image(where: str, data: bytes | memoryview, declared: str, *, cover: bool = True) -> Image:
    """A picture by its own bytes."""
    seen = pictures.look(data)
    return Image(
        where,
        len(data),
        declared,
        seen.media_type,
        seen.width,
        seen.height,
        seen.colours,
        seen.alpha,
        seen.progressive,
        cover,
    )


def _json_mark(chapter: dict[str, Any]) -> Mark:
    end = chapter.get("endTime")
    if "startTime" not in chapter:
        raise ValueError("a chapter has no startTime")
    if float(chapter["startTime"]) < 0:
        raise ValueError(f"a startTime is below zero: {chapter['startTime']}")
    return Mark(
        str(chapter.get("title") or ""),
        round(float(chapter["startTime"]) * 1000),
        round(float(end) * 1000) if end is not None else None,
        listed=chapter.get("toc", True) is not False,
        url=str(chapter.get("url") or ""),
        image=str(chapter.get("img") or ""),
    )


def _mpeg(path: Path) -> Mpeg | None:
    with mapped(path) as view:
        return mpeg.scan(view, *sound_of(view))


def sound_of(view: memoryview) -> tuple[int, int]:
    """Where the sound of an MP3 begins and ends: between the tags."""
    found = id3.tags(view)
    start, end = (found[-1].end if found else 0), len(view)
    if bytes(view[end - 128 : end - 125]) == b"TAG" and end - 128 >= start:
        end -= 128
    if bytes(view[end - 32 : end - 24]) == b"APETAGEX" and end - 32 >= start:
        size = int.from_bytes(view[end - 20 : end - 16], "little")
        has_header = int.from_bytes(view[end - 12 : end - 8], "little") >> 31
        end = max(start, end - size - (32 if has_header else 0))
    return start, end


def _id3(path: Path, heard: Sound) -> tuple[Tags, Marks]:
    with mapped(path) as view:
        found, tail = id3.tags(view), bytes(view[-1024:])
        own = Id3(0, 0, ape=_ape(tail), v1=_v1(tail))
        if not found:
            tags = Tags(duration_ms=heard.duration_ms, id3=own if own.ape or own.v1 else None)
            return tags, Marks("id3", (), heard.duration_ms)
        tag = found[0]
        every = [frame for each in found for frame in each.frames]
        texts = {_V22.get(f.name, f.name): id3.text(f) for f in reversed(every) if f.name[0] == "T"}
        chaps = [(chap, tag.version) for f in tag.frames if f.name == "CHAP" and (chap := id3.chap(f, tag.version))]
        contents = [c for f in tag.frames if f.name == "CTOC" and (c := id3.ctoc(f))]
        length = texts.get("TLEN", "")
        own = replace(
            own,
            version=tag.version,
            size=sum(each.end - each.start for each in found),
            unsynchronised=tag.unsynchronised,
            tags=len(found),
            damage=next((each.damage for each in found if each.damage), ""),
            long_subframes=tuple(_title(c) for c, _ in chaps if any(len(f.data) >= _LONG for f in c.frames)),
            mojibake=_mojibake(tag, [c for c, _ in chaps]),
            repeated=_repeated(tag),
            length_ms=int(length) if length.isdigit() and len(length) < 12 else None,
        )
        tags = Tags(
            texts.get("TIT2", ""),
            texts.get("TALB", ""),
            texts.get("TPE1", ""),
            texts.get("TDRC", "") or texts.get("TYER", ""),
            heard.duration_ms,
            tuple(_images(every, [c for c, _ in chaps])),
            own,
        )
        return tags, _id3_marks([c for c, _ in chaps], contents, heard.duration_ms)


def _id3_marks(chaps: list[id3.Chap], tables: list[tuple[bytes, int, tuple[bytes, ...]]], duration_ms: int) -> Marks:
    named = {child for _, _, children in tables for child in children}
    marks = tuple(
        Mark(
            _title(chap),
            chap.start_ms,
            chap.end_ms,
            chap.element.decode("latin-1"),
            not tables or chap.element in named,
            _link(chap),
            offsets={chap.start_offset, chap.end_offset} != {_NO_OFFSET},
        )
        for chap in chaps
    )
    contents = tuple(
        Contents(
            element.decode("latin-1"),
            bool(flags & 2),
            bool(flags & 1),
            tuple(child.decode("latin-1") for child in children),
        )
        for element, flags, children in tables
    )
    return Marks("id3", marks, duration_ms, contents)


def _title(chap: id3.Chap) -> str:
    return next((id3.text(f) for f in chap.frames if f.name == "TIT2"), "")


def _link(chap: id3.Chap) -> str:
    for frame in chap.frames:
        if frame.name == "WXXX" and len(frame.data):
            data, wide = bytes(frame.data), frame.data[0] in (1, 2)
            end = data.find(b"\0\0" if wide else b"\0", 1)
            while wide and end > 0 and end % 2 == 0:
                end = data.find(b"\0\0", end + 1)
            return data[end + (2 if wide else 1) :].decode("latin-1").split("\0")[0] if end > 0 else ""
    return ""


def _images(frames: list[id3.Frame], chaps: list[id3.Chap]) -> Iterator[Image]:
    named = [("the cover" if f.name else "", f) for f in frames if f.name in ("APIC", "PIC")]
    named += [(f"chapter “{_title(c)[:40]}”", f) for c in chaps for f in c.frames if f.name == "APIC"]
    for where, frame in named:
        found = id3.picture(frame)
        if found is None:
            yield Image(where, len(frame.data), "", "", cover=where == "the cover")
            continue
        declared, kind, data = found
        if where == "the cover" and kind not in (0, 3):
            continue  # an icon, a photo of the artist
        yield image(where, data, _media_type(declared), cover=where == "the cover")


def _media_type(declared: str) -> str:
    lowered = declared.strip().lower()
    return {"jpg": "image/jpeg", "png": "image/png", "image/jpg": "image/jpeg"}.get(lowered, lowered)


def _mojibake(tag: id3.Tag, chaps: list[id3.Chap]) -> tuple[str, ...]:
    frames = [*tag.frames, *(frame for chap in chaps for frame in chap.frames)]
    return tuple(id3.text(frame) for frame in frames if is_mojibake(frame))


def is_mojibake(frame: id3.Frame) -> bool:
    """Whether a text frame says Latin-1 and is UTF-8."""
    if frame.name[0] != "T" or not len(frame.data) or frame.data[0] != 0:
        return False
    raw = bytes(frame.data[1:])
    try:
        return not raw.isascii() and bool(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _repeated(tag: id3.Tag) -> tuple[str, ...]:
    """Frames that may stand once and stand there with different contents."""
    contents: dict[str, set[bytes]] = {}
    for frame in tag.frames:
        if frame.name in _ONCE:
            contents.setdefault(frame.name, set()).add(bytes(frame.data))
    return tuple(name for name, different in contents.items() if len(different) > 1)


def _ape(tail: bytes) -> bool:
    end = len(tail) - 128 if tail[-128:-125] == b"TAG" else len(tail)
    return tail[end - 32 : end - 24] == b"APETAGEX"


def _v1(tail: bytes) -> dict[str, str] | None:
    """ID3v1: 128 bytes at the end (id3.org)."""
    if tail[-128:-125] != b"TAG":
        return None
    tag = tail[-128:]
    fields = {"title": tag[3:33], "artist": tag[33:63], "show": tag[63:93], "date": tag[93:97]}
    return {name: raw.split(b"\0")[0].decode("latin-1").strip() for name, raw in fields.items()}


def _other_tags(path: Path) -> Tags:
    """Tags of MP4, Ogg and FLAC, by mutagen."""
    import mutagen

    try:
        easy, file = mutagen.File(path, easy=True), mutagen.File(path)
    except (mutagen.MutagenError, OSError, ValueError, IndexError, KeyError, TypeError):
        return Tags()
    if easy is None or file is None:
        return Tags()

    def first(name: str) -> str:
        values = easy.get(name) if easy.tags is not None else None
        return str(values[0]) if values else ""

    return Tags(first("title"), first("album"), first("artist"), first("date"), 0, tuple(_other_images(file)))


def _other_images(file: Any) -> Iterator[Image]:
    import base64
    import binascii

    from mutagen import flac, mp4

    tags: Any = file.tags or {}
    if isinstance(file, mp4.MP4):
        kinds = {mp4.MP4Cover.FORMAT_JPEG: "image/jpeg", mp4.MP4Cover.FORMAT_PNG: "image/png"}
        for cover in tags.get("covr", []):
            yield image("the cover", bytes(cover), kinds.get(cover.imageformat, ""))
        return
    found = list(getattr(file, "pictures", []))
    for text in tags.get("metadata_block_picture", []) if not found else []:
        with contextlib.suppress(flac.error, binascii.Error, ValueError):
            found.append(flac.Picture(base64.b64decode(text)))
    for picture in found:
        if picture.type in (0, 3):
            yield image("the cover", picture.data, _media_type(picture.mime))
