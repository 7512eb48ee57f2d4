"""An episode's facts as iTunes metadata in MP4 (moov/udta/meta/ilst), and which of them are ours."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from podpipe.chapters import facts as about
from podpipe.chapters.facts import Facts
from podpipe.chapters.writers import boxes
from podpipe.chapters.writers.boxes import Box, box, full

_UTF8, _JPEG, _PNG = 1, 13, 14
_NAMES: dict[str, bytes] = {
    "title": b"\xa9nam",
    "show": b"\xa9alb",
    "date": b"\xa9day",
    "comment": b"\xa9cmt",
    "lyrics": b"\xa9lyr",
    "cover": b"covr",
}
_OWN = {"language": "LANGUAGE", "link": "WWW", "mark": about.MARK.upper()}
"""What iTunes has no name for stands under names of its own, as other programs write them."""
_DOMAIN = b"com.apple.iTunes"


def put(others: list[Box], facts: Facts) -> list[str]:
    """Set the facts in moov's ``udta`` where it has none; those of an earlier run are made anew or taken away."""
    udta = next((each.data for each in others if each.kind == b"udta"), b"")
    meta = boxes.find(udta, b"meta")
    # An ISO meta box has version and flags before its boxes, QuickTime's has not.
    head = b"" if meta is not None and meta[4:8] == b"hdlr" else b"\0\0\0\0"
    inside = meta[len(head) :] if meta else full(b"hdlr", struct.pack(">I4s4s8xB", 0, b"mdir", b"appl", 0))
    items = boxes.parse(boxes.find(inside, b"ilst") or b"")
    kept = _without_ours(items)
    mine = _items(facts, {_key(item) for item in kept})
    if mine:
        digests = {name: about.digest(item.data) for name, item in mine.items()}
        mine["mark"] = _free("mark", about.encode_mark(digests))
    if not items and not mine:
        return []
    inside = boxes.put(inside, [b"ilst"], boxes.join([*kept, *mine.values()]))
    made = boxes.put(udta, [b"meta"], head + inside)
    others[:] = [each for each in others if each.kind != b"udta"] + [Box(b"udta", made)]
    return []


def _without_ours(items: Sequence[Box]) -> list[Box]:
    """The items that are not ours; the mark is not kept."""
    marks = [item for item in items if _key(item) == _own_key("mark")]
    digests = {name: digest for item in marks for name, digest in about.decode_mark(_text_of(item)).items()}
    ours = {_NAMES.get(name) or _own_key(name): digest for name, digest in digests.items()}
    return [item for item in items if item not in marks and ours.get(_key(item)) != about.digest(item.data)]


def _items(facts: Facts, taken: set[bytes]) -> dict[str, Box]:
    texts = {
        "title": facts.title,
        "show": facts.show,
        "date": facts.date,
        "comment": facts.comment,
        "lyrics": facts.lyrics,
    }
    made = {
        name: Box(_NAMES[name], _data(_UTF8, about.writable(text).encode())) for name, text in texts.items() if text
    }
    if facts.cover:
        kind = _PNG if facts.cover.media_type == "image/png" else _JPEG
        made["cover"] = Box(b"covr", _data(kind, facts.cover.data))
    for name, text in (("language", facts.language), ("link", facts.link)):
        if text:
            made[name] = _free(name, about.writable(text).encode())
    return {name: item for name, item in made.items() if _key(item) not in taken}


def _data(kind: int, content: bytes) -> bytes:
    return box(b"data", struct.pack(">II", kind, 0), content)


def _free(name: str, content: bytes) -> Box:
    parts = full(b"mean", _DOMAIN) + full(b"name", _OWN[name].encode()) + _data(_UTF8, content)
    return Box(b"----", parts)


def _own_key(name: str) -> bytes:
    return b"----:" + _OWN.get(name, name).encode()


def _key(item: Box) -> bytes:
    """An item's name; of one with a name of its own, that."""
    if item.kind != b"----":
        return item.kind
    name = boxes.find(item.data, b"name") or b""
    return b"----:" + name[4:].upper()


def _text_of(item: Box) -> bytes:
    return (boxes.find(item.data, b"data") or b"")[8:]
