"""What an item of a feed says of its episode: the notes, and below them the chapters as lines with their times.

Apps without chapters show the lines, and Apple Podcasts, Spotify and YouTube make chapters of them (their rules are in
``podpipe.chapters.descriptions``). Notes that list the chapters themselves stay as they are: of two lists, apps would
take either or none.
"""

from __future__ import annotations

import html
import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import lxml.html

from podpipe.chapters import text
from podpipe.chapters.descriptions import ANY, chooser, writer
from podpipe.errors import ChaptersError
from podpipe.models import Chapter

_ROOM = 4000
"""Bytes of a description that Apple Podcasts reads (https://podcasters.apple.com/support/823-podcast-requirements)."""

FEWEST = 3
"""Fewer lines are no list of chapters to those who read them."""

_OPENING_MS = 60_000
_WRAPPERS = ("div", "section", "article", "main")


def whole(notes: str, chapters: Sequence[Chapter], duration_ms: int) -> str:
    """HTML of the notes and of all chapters. ``notes`` are safe HTML."""
    return "\n".join(filter(None, (notes, _lines(notes, chapters, duration_ms))))


def short(notes: str, chapters: Sequence[Chapter], duration_ms: int) -> str:
    """The same in at most 4,000 bytes: notes are cut after a paragraph, chapters are there all or not at all."""
    lines = _lines(notes, chapters, duration_ms)
    if _size(lines) > _ROOM:
        lines = ""
    cut = "".join(_cut(notes, _ROOM - _size(lines) - 1))
    return "\n".join(filter(None, (cut, lines)))


def _lines(notes: str, chapters: Sequence[Chapter], duration_ms: int) -> str:
    if _has_list(notes, duration_ms):
        return ""
    listed, _ = chooser(ANY)(chapters, duration_ms)
    if len(listed) < FEWEST:
        return ""
    lines = writer(ANY)(listed).decode().splitlines()
    return f"<p>{'<br/>'.join(html.escape(line, quote=False) for line in lines)}</p>"


def _has_list(notes: str, duration_ms: int) -> bool:
    """Whether the notes list chapters: from the beginning on, and none after the end."""
    try:
        found = text.read(notes.encode("utf-8", "replace"), "the notes")
    except ChaptersError:
        return False
    ends_ms = duration_ms or found[-1].start_ms + 1
    return len(found) >= FEWEST and found[0].start_ms < _OPENING_MS and found[-1].start_ms < ends_ms


def _cut(notes: str, room: int) -> Iterator[str]:
    """As many whole blocks of HTML as have room (bytes), and a sign that there is more."""
    if _size(notes) <= room:
        yield notes
        return
    more = "<p>…</p>"
    left = room - _size(more)
    if left <= 0:
        return
    is_begun = False
    for piece in _pieces(notes):
        if _size(piece) > left:
            break
        left -= _size(piece)
        is_begun = True
        yield piece
    if not is_begun:  # one block that is longer than all the room
        plain = " ".join(lxml.html.fragment_fromstring(notes, create_parent="div").text_content().split())
        yield f"<p>{_beginning(plain, left - len('<p></p>'))}</p>"
    yield more


def _beginning(plain: str, room: int) -> str:
    """The words of a text that have room (bytes), as HTML."""
    sizes = itertools.accumulate(_size(html.escape(character, quote=False)) for character in plain)
    fits = plain[: sum(1 for size in sizes if size <= room)]
    return html.escape(fits.rpartition(" ")[0] or fits, quote=False)


def _pieces(notes: str) -> list[str]:
    """The outermost blocks of HTML, each as HTML; what wraps them all is left off."""
    node: Any = lxml.html.fragment_fromstring(notes, create_parent="div")
    while len(node) == 1 and node[0].tag in _WRAPPERS and not (node.text or "").strip():
        node = node[0]
    pieces = [lxml.html.tostring(child, encoding="unicode") for child in node]
    return list(filter(None, [html.escape(node.text or "", quote=False), *pieces]))


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
