"""Podlove Simple Chapters 1.2 (https://podlove.org/simple-chapters/): XML, alone or inside a feed's item.

Starts are Normal Play Times (RFC 2326, section 3.6): ``1:02:03.456``, ``02:03`` as well, or seconds. There are
no ends, and no hidden chapters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

from podpipe import encodings, timecode
from podpipe.chapters.words import quoted
from podpipe.errors import ChaptersError
from podpipe.models import Chapter

NAMESPACE = "http://podlove.org/simple-chapters"
_ROOTS = re.compile(r"https?://(?:www\.)?podlove\.org/simple-chapters/?")


def write(chapters: Sequence[Chapter]) -> bytes:
    """A whole document with one ``psc:chapters``."""
    lines = ['<?xml version="1.0" encoding="utf-8"?>', f'<psc:chapters version="1.2" xmlns:psc="{NAMESPACE}">']
    for chapter in chapters:
        optional = (("href", chapter.url), ("image", chapter.image))
        more = "".join(f" {name}={_quoted(value)}" for name, value in optional if value)
        lines.append(f'  <psc:chapter start="{timecode.vtt(chapter.start_ms)}" title={_quoted(chapter.title)}{more}/>')
    return "\n".join([*lines, "</psc:chapters>", ""]).encode()


def read(data: bytes, name: str) -> tuple[Chapter, ...]:
    """The chapters of a document; ``name`` says where it is from.

    Raises:
        ChaptersError: it is no XML, holds the chapters of no episode or of several, or a start is no time.
    """
    found = [node for node in _parsed(data, name).iter() if _is(node, "chapters")]
    if len(found) != 1:
        what = f"holds the chapters of {len(found)} episodes; give one item" if found else "has no psc:chapters"
        raise ChaptersError(f"{name} {what}")
    chapters = [_chapter(node, name) for node in found[0] if _is(node, "chapter")]
    return tuple(sorted(chapters, key=lambda chapter: chapter.start_ms))


def _parsed(data: bytes, name: str) -> Any:
    from lxml import etree

    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", encodings.decode(data))
    if "xmlns:psc" not in text:  # a piece of a feed, whose first tag declared it
        text = re.sub(r"<psc:chapters\b", f'<psc:chapters xmlns:psc="{NAMESPACE}"', text)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ChaptersError(f"{name} is no Podlove Simple Chapters file: {error}") from error


def _is(node: Any, local: str) -> bool:
    if not isinstance(node.tag, str):
        return False
    namespace, _, tag = node.tag.rpartition("}")
    return tag == local and bool(_ROOTS.fullmatch(namespace.lstrip("{")))


def _chapter(node: Any, name: str) -> Chapter:
    start = node.get("start", "").strip()
    try:
        start_ms = timecode.parse(re.sub(r"^npt\s*[:=]\s*", "", start))
    except ValueError as error:
        raise ChaptersError(
            f"{name}, line {node.sourceline}: start={quoted(start)} is no time like 1:02:03.456"
        ) from error
    return Chapter(node.get("title", ""), start_ms, start_ms, url=node.get("href", ""), image=node.get("image", ""))


def _quoted(text: str) -> str:
    return quoteattr(encodings.for_xml(text))
