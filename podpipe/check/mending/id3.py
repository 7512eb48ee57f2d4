"""ID3 put right, frame by frame: what is not touched stays as it is, in its place."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import mutagen
from mutagen import id3 as mutagen_id3

from podpipe.check import gather, id3, mpeg, pictures
from podpipe.check.id3 import Chap, Frame
from podpipe.check.mending import replace as replace_file
from podpipe.check.mending.spans import INTRODUCTION, Span
from podpipe.check.mending.spans import mend as mend_spans
from podpipe.errors import ChaptersError

_NO_OFFSET = 0xFFFFFFFF
_ROOM = 255
_TOP, _ORDERED = 2, 1
_V1_PLACES = {"TIT2": (3, 30), "TPE1": (33, 30), "TALB": (63, 30), "TYER": (93, 4)}


def mend(path: Path, codes: frozenset[str]) -> bool:
    """Mend the tag of an MP3 on disk; False where that is not safe.

    Raises:
        ChaptersError: the tag can't be turned into v2.3.
        LibraryError: the file can't be written.
    """
    with gather.mapped(path) as view:
        tags = id3.tags(view)
        if not tags or any(tag.damage and not tag.damage.startswith("its frame sizes") for tag in tags):
            return False
        start, end = gather.sound_of(view)
        heard = mpeg.scan(view, start, end)
        frames = mended(_joined(tags, view, path), codes, heard.duration_ms if heard else None)
        rest = view[start:]
        tail = bytes(rest[-128:])
        if "T09" in codes and tail[:3] == b"TAG":
            rest, tail = rest[:-128], _v1(tail, frames)
        else:
            tail = b""
        replace_file(path, id3.rendered(frames), rest, tail)
    return True


def mended(frames: list[Frame], codes: frozenset[str], duration_ms: int | None) -> list[Frame]:
    """Frames of a v2.3 tag, put right."""
    frames = [_text(frame) for frame in frames] if "T12" in codes else frames
    frames = [_declared(frame) for frame in frames] if "T22" in codes else frames
    if "T14" in codes and duration_ms:
        frames = [Frame("TLEN", b"\0%d" % duration_ms) if frame.name == "TLEN" else frame for frame in frames]
    chaps = [chap for frame in frames if frame.name == "CHAP" and (chap := id3.chap(frame, 3))]
    if not chaps:
        return frames
    tables = [frame for frame in frames if frame.name == "CTOC"]
    others = [frame for frame in frames if frame.name not in ("CHAP", "CTOC")]
    named = {child for table in tables if (parts := id3.ctoc(table)) for child in parts[2]}
    rows = [(chap, not tables or chap.element in named) for chap in chaps]
    if "C23" in codes:
        rows = [(replace(chap, element=b"chp%d" % number), listed) for number, (chap, listed) in enumerate(rows)]
    rows = _timed(rows, codes, duration_ms)
    tables = _tables(tables, rows, codes)
    return [*others, *tables, *(_rendered(_plain(chap, codes)) for chap, _ in rows)]


Row = tuple[Chap, bool]
"""A chapter, and whether a table of contents lists it."""


def _timed(rows: list[Row], codes: frozenset[str], duration_ms: int | None) -> list[Row]:
    spans = [Span(number, chap.start_ms, chap.end_ms, listed) for number, (chap, listed) in enumerate(rows)]
    taken = {chap.element for chap, _ in rows}
    found: list[Row] = []
    for span in mend_spans(spans, codes, duration_ms):
        if span.number is None:
            element = next(name for n in range(len(rows) + 1) if (name := b"intro%d" % n) not in taken)
            title = Frame("TIT2", b"\1" + INTRODUCTION.encode("utf-16"))
            found.append((Chap(element, 0, span.end_ms or 0, _NO_OFFSET, _NO_OFFSET, (title,)), True))
        else:
            chap, listed = rows[span.number]
            found.append((replace(chap, start_ms=span.start_ms, end_ms=span.end_ms or 0), listed))
    return found


def _plain(chap: Chap, codes: frozenset[str]) -> Chap:
    frames = chap.frames
    if "T12" in codes:
        frames = tuple(_text(frame) for frame in frames)
    if "T22" in codes:
        frames = tuple(_declared(frame) for frame in frames)
    if "C24" in codes:
        chap = replace(chap, start_offset=_NO_OFFSET, end_offset=_NO_OFFSET)
    return replace(chap, frames=frames)


def _rendered(chap: Chap) -> Frame:
    times = struct.pack(">4I", chap.start_ms, chap.end_ms, chap.start_offset, chap.end_offset)
    return Frame("CHAP", chap.element + b"\0" + times + _joined_frames(chap.frames))


def _joined_frames(frames: tuple[Frame, ...]) -> bytes:
    return id3.rendered(list(frames), 0)[10:]


def _tables(tables: list[Frame], rows: list[Row], codes: frozenset[str]) -> list[Frame]:
    """The tables of contents: kept and put right where that is enough, made anew where it is not."""
    listed = [chap.element for chap, shown in rows if shown or "C19" in codes]
    parts = [part for table in tables if (part := id3.ctoc(table))]
    children = {child for _, _, names in parts for child in names}
    roots = [element for element, _, _ in parts if element not in children]
    anew = codes & {"C16", "C19", "C22", "C23"} or ("C20" in codes and len(roots) != 1)
    if anew:
        return _contents(listed, tables)
    there = {chap.element for chap, _ in rows} | {element for element, _, _ in parts}
    new = [element for element in listed if element not in children] if tables else []
    order = {element: number for number, element in enumerate(listed)}
    found: list[Frame] = []
    for table, (element, flags, names) in zip(tables, parts, strict=False):
        if "C17" in codes:
            names = tuple(name for name in names if name in there)
        if "C05" in codes:
            names = tuple(sorted(names, key=lambda name: order.get(name, -1)))
        if "C21" in codes:
            flags |= _ORDERED
        if "C20" in codes:
            flags = flags | _TOP if element == roots[0] else flags & ~_TOP
        if new and flags & _TOP:
            if len(names) + len(new) > _ROOM:
                return _contents(listed, tables)
            names, new = (*new, *names), []
        found.append(_table(element, flags, names, _titles(table)))
    return found


def _contents(listed: list[bytes], tables: list[Frame]) -> list[Frame]:
    """One ordered table at the top, with tables of at most 255 entries below it where one has no room."""
    titles = _titles(tables[0]) if tables else _joined_frames((Frame("TIT2", b"\1" + "Chapters".encode("utf-16")),))
    names = [b"toc", *(b"toc%d" % number for number in range(-(-len(listed) // _ROOM)))]
    while set(names) & set(listed):
        names = [b"_" + name for name in names]
    if len(listed) <= _ROOM:
        return [_table(names[0], _TOP | _ORDERED, tuple(listed), titles)]
    groups = [tuple(listed[start : start + _ROOM]) for start in range(0, len(listed), _ROOM)]
    below = [_table(name, _ORDERED, group, b"") for name, group in zip(names[1:], groups, strict=True)]
    return [_table(names[0], _TOP | _ORDERED, tuple(names[1:]), titles), *below]


def _table(element: bytes, flags: int, children: tuple[bytes, ...], titles: bytes) -> Frame:
    names = b"".join(child + b"\0" for child in children)
    return Frame("CTOC", element + b"\0" + bytes((flags, len(children))) + names + titles)


def _titles(table: Frame) -> bytes:
    """What stands in a CTOC after its children: its own frames."""
    parts = id3.ctoc(table)
    if parts is None:
        return b""
    element, _, children = parts
    return bytes(table.data)[len(element) + 3 + sum(len(child) + 1 for child in children) :]


def _text(frame: Frame) -> Frame:
    """UTF-8 that is declared Latin-1, as UTF-16."""
    if not gather.is_mojibake(frame):
        return frame
    return Frame(frame.name, b"\1" + bytes(frame.data[1:]).decode("utf-8").encode("utf-16"), frame.flags)


def _declared(frame: Frame) -> Frame:
    """A picture declared as what it is."""
    found = id3.picture(frame) if frame.name == "APIC" else None
    media_type = pictures.look(found[2]).media_type if found else ""
    if found is None or not media_type:
        return frame
    data = bytes(frame.data)
    return Frame(frame.name, data[:1] + media_type.encode() + data[1 + len(found[0]) :], frame.flags)


def _joined(tags: list[id3.Tag], view: memoryview, path: Path) -> list[Frame]:
    """The frames of all tags as v2.3; of a later tag those that the first has not."""
    found = [_as_v23(tag, view, path) for tag in tags]
    frames = list(found[0])
    for later in found[1:]:
        names = {frame.name for frame in frames}
        once = {name for name in names if name[0] in "TW" and name not in ("TXXX", "WXXX")} | {"CHAP", "CTOC"} & names
        kept = {(frame.name, bytes(frame.data)) for frame in frames}
        frames += [f for f in later if f.name not in once and (f.name, bytes(f.data)) not in kept]
    return frames


def _as_v23(tag: id3.Tag, view: memoryview, path: Path) -> list[Frame]:
    if tag.version == 3:
        return [Frame(frame.name, frame.data, frame.flags & 0xFF00) for frame in tag.frames]
    try:
        old = mutagen_id3.ID3(io.BytesIO(bytes(view[tag.start : tag.end])))
        before = {frame.FrameID for frame in old.values()}
        lost = [frame for frame in old.values() if frame.FrameID in _ONLY_V24]
        old.update_to_v23()
        new = io.BytesIO()
        old.save(new, v1=0, v2_version=3, padding=lambda _: 0)
    except (mutagen.MutagenError, ValueError, IndexError, struct.error) as error:
        raise ChaptersError(f"{path}: its ID3 tag can't be turned into v2.3 ({error})") from error
    read = id3.tags(new.getvalue())
    frames = list(read[0].frames) if read else []
    return [*_in_order(frames, tag), *_kept(lost), *_unknown(tag, before)]


def _in_order(frames: list[Frame], tag: id3.Tag) -> list[Frame]:
    """Chapters in the order of the file: mutagen sorts frames by their size."""
    elements = [bytes(frame.data[:256]).partition(b"\0")[0] for frame in tag.frames if frame.name == "CHAP"]
    place = {element: number for number, element in enumerate(elements)}
    chaps = [frame for frame in frames if frame.name == "CHAP"]
    chaps.sort(key=lambda frame: place.get(bytes(frame.data[:256]).partition(b"\0")[0], 0))
    return [*(frame for frame in frames if frame.name != "CHAP"), *chaps]


_ONLY_V24 = {"TDEN", "TDRL", "TDTG", "TMOO", "TPRO", "TSOA", "TSOP", "TSOT", "TSST", "RVA2", "EQU2"}
"""What mutagen leaves out of a v2.3 tag; all of them are read there by those who know them."""


def _kept(lost: list[mutagen_id3.Frame]) -> Iterator[Frame]:
    for frame in lost:
        if hasattr(frame, "text"):
            yield Frame(frame.FrameID, b"\1" + "\0".join(str(text) for text in frame.text).encode("utf-16"))
        else:
            yield Frame(frame.FrameID, frame._writeData())


def _unknown(tag: id3.Tag, known: set[str]) -> Iterator[Frame]:
    """Frames that mutagen doesn't know, as they are."""
    for frame in tag.frames if tag.version == 4 else ():
        if frame.name not in known and frame.name not in mutagen_id3.Frames:
            yield Frame(frame.name, frame.data)


def _v1(tag: bytes, frames: list[Frame]) -> bytes:
    """The ID3v1 tag with what the frames say, as far as there is room."""
    new = bytearray(tag)
    texts = {frame.name: id3.text(frame) for frame in reversed(frames)}
    for name, (start, size) in _V1_PLACES.items():
        if texts.get(name):
            new[start : start + size] = texts[name].encode("latin-1", "replace")[:size].ljust(size, b"\0")
    return bytes(new)
