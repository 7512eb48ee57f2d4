"""An episode's facts as ID3 frames, and which frames of a tag are ours from an earlier run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from mutagen import id3

from podpipe.chapters import facts as about
from podpipe.chapters.facts import Facts
from podpipe.chapters.writers import id3_convert
from podpipe.chapters.writers.id3_chapters import url
from podpipe.chapters.writers.id3_frames import LARGE, Frame

Version = Literal[3, 4]

_NAMES: dict[str, tuple[str, ...]] = {
    "title": ("TIT2", "TT2"),
    "show": ("TALB", "TAL"),
    "date": ("TYER", "TDAT", "TDRC", "TDRL", "TYE", "TDA"),
    "language": ("TLAN", "TLA"),
    "link": ("WOAF", "WAF"),
    "comment": ("COMM", "COM"),
    "cover": ("APIC", "PIC"),
    "lyrics": ("USLT", "ULT"),
    "lines": ("SYLT", "SLT"),
}
"""The frames that tell each field: where one of them is there, the field is not set."""

_LATIN1, _UTF16 = 0, 1
_OWNER = about.MARK.encode() + b"\0"
_V1_TITLE = 30


def frames(facts: Facts, taken: set[str], version: Version) -> dict[str, list[bytes]]:
    """The frames of each field that no frame in ``taken`` tells already."""
    language = facts.language or "und"
    made: dict[str, list[id3.Frame]] = {
        "title": _text(id3.TIT2, facts.title),
        "show": _text(id3.TALB, facts.show),
        "date": _text(id3.TDRC, facts.date),
        "language": _text(id3.TLAN, facts.language),
        "link": [id3.WOAF(url=url(facts.link))] if facts.link else [],
        "comment": _long(id3.COMM, language, [facts.comment] if facts.comment else []),
        "lyrics": _long(id3.USLT, language, facts.lyrics),
        "lines": _timed(facts, language),
        "cover": _cover(facts),
    }
    free = {name: some for name, some in made.items() if some and not taken & set(_NAMES[name])}
    return {name: [data for data in id3_convert.render_all(some, version) if data] for name, some in free.items()}


def kept(tags: Mapping[int, Sequence[Frame]], *, given_up: bool) -> tuple[dict[int, list[Frame]], set[str]]:
    """A tag's frames without our mark and, with ``given_up``, without what the mark has as ours; those fields."""
    digests: dict[str, str] = {}
    for some in tags.values():
        for frame in some:
            if _is_mark(frame):
                digests |= about.decode_mark(frame.content()[len(_OWNER) :])
    mine: set[str] = set()
    for name, names in _NAMES.items():
        if name in digests:
            told = [frame for some in tags.values() for frame in some if frame.name in names and frame.size < LARGE]
            if digests[name] == about.digest(*(_bytes(frame) for frame in told)):
                mine.add(name)
    gone = {frame for name in mine for frame in _NAMES[name]} if given_up else set()
    rest = {
        version: [frame for frame in some if frame.name not in gone and not _is_mark(frame)]
        for version, some in tags.items()
    }
    return rest, mine


def mark(mine: Mapping[str, Sequence[bytes]], version: Version) -> list[bytes]:
    """The frame that remembers what of a tag is ours."""
    if not mine:
        return []
    digests = {name: about.digest(*(data[:4] + data[10:] for data in some)) for name, some in mine.items()}
    frame = id3.PRIV(owner=about.MARK, data=about.encode_mark(digests))
    return [id3_convert.render(frame, version)]


def again(fields: set[str], written: Sequence[bytes | Frame]) -> dict[str, list[bytes]]:
    """The frames of our fields as they are written now, to be marked again."""
    wanted = {name for field in fields for name in _NAMES[field]}
    whole = [frame if isinstance(frame, bytes) else _whole(frame) for frame in written if name_of(frame) in wanted]
    found = {field: [data for data in whole if name_of(data) in _NAMES[field]] for field in fields}
    return {field: some for field, some in found.items() if some}


def name_of(frame: bytes | Frame) -> str:
    """A frame's four letters."""
    return frame[:4].decode("latin-1") if isinstance(frame, bytes) else frame.name


def of_v1(data: bytes, facts: Facts | None, version: Version) -> list[bytes]:
    """An ID3v1 tag as frames; a title of ours that it has only the beginning of is not taken from it."""
    found = id3_convert.from_v1(data)
    title = facts.title if facts else ""
    found = [
        frame
        for frame in found
        if not (frame.FrameID == "TIT2" and len(title) >= _V1_TITLE and title.startswith(str(frame).strip()))
    ]
    return [frame for frame in id3_convert.render_all(found, version) if frame]


def _text(kind: type[id3.Frame], text: str) -> list[id3.Frame]:
    return [kind(encoding=_encoding(text), text=about.writable(text))] if text else []


def _long(kind: type[id3.Frame], language: str, text: str | Sequence[str]) -> list[id3.Frame]:
    whole = text if isinstance(text, str) else "".join(text)
    if not whole:
        return []
    whole = about.writable(whole)
    return [kind(encoding=_encoding(whole), lang=language, desc="", text=text if isinstance(text, str) else [whole])]


def _timed(facts: Facts, language: str) -> list[id3.Frame]:
    if not facts.lines:
        return []
    lines = [(about.writable(line.text) + "\n", line.start_ms) for line in facts.lines]
    encoding = max(_encoding(text) for text, _ in lines)
    return [id3.SYLT(encoding=encoding, lang=language, format=2, type=1, desc="", text=lines)]


def _cover(facts: Facts) -> list[id3.Frame]:
    if facts.cover is None:
        return []
    return [id3.APIC(encoding=_LATIN1, mime=facts.cover.media_type, type=3, desc="", data=facts.cover.data)]


def _encoding(text: str) -> int:
    """Latin-1 where that does, which halves a transcript; UTF-16 otherwise."""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return _UTF16
    return _LATIN1


def _is_mark(frame: Frame) -> bool:
    if frame.name != "PRIV" or not len(_OWNER) < frame.size < 10_000:
        return False
    return frame.content().startswith(_OWNER)


def _bytes(frame: Frame) -> bytes:
    return frame.name.encode() + frame.content()


def _whole(frame: Frame) -> bytes:
    return frame.name.encode() + b"\0" * 6 + (frame.content() if frame.size < LARGE else b"")
