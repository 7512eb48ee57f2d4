"""Plain text, Markdown and HTML as one list of blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from podpipe.models import Notes


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading or list item. ``lead`` is the bold text that it opens with.

    ``is_title``: a heading of the first level.
    """

    text: str
    is_heading: bool = False
    is_title: bool = False
    is_item: bool = False
    lead: str = ""


_HEADINGS = {"h2", "h3", "h4", "h5", "h6"}
_BLOCKS = {
    "p",
    "li",
    "div",
    "td",
    "blockquote",
    "h1",
    "dt",
    "dd",
    "article",
    "section",
    "main",
    "pre",
} | _HEADINGS
_MARKED_UP = re.compile(r"<(?:p|br|div|li|ul|ol|dl|h[1-6]|table|td|pre|section|article|script|style)\b", re.IGNORECASE)
"""Without any of these, text that is called HTML has its lines as they stand."""

_ITEM = re.compile(
    r"^\s*(?:[-*•–·‣◦»]|[\u2190-\u21ff\u25a0-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff]\ufe0f?|\d{1,2}[.)])\s+(?=\S)"
)
"""A list's item: behind a sign, an arrow, a picture or a number."""

_NUMBER = re.compile(r"^(?:#?\d{1,2}[.):]|[-*•])\s+(?=[^\W\d_])")
"""What counts a heading: "2. Folios"."""

_MARKDOWN = re.compile(r"^#{1,6} \S|^(\*\*|__)[^*_\n]+\1:?$", re.MULTILINE)
_UNDERLINE = re.compile(r"^\s*([-=~_*#+])\1{2,}\s*$")
_LONGEST_HEADING = 4
"""Lines that a heading may take above what underlines it."""

_STAMPED = re.compile(r"^\s*(?:[^\w\s\[(]{1,3}\s*)?[\[(]?\d{1,3}:\d\d")
_STAMPED_LAST = re.compile(r"\S\s+[\[(]?(?:\d{1,2}:)?\d{1,3}:\d\d[\])]?\s*$")


def unnumbered(heading: str) -> str:
    """A heading without what counts it."""
    return _NUMBER.sub("", heading)


LONGEST_MARKDOWN = 50_000
"""Characters; longer notes count as plain text, as hostile Markdown takes time with the square of its length."""


def read_blocks(notes: Notes) -> list[Block]:
    """The blocks of show notes, in order, with white space folded."""
    if notes.media_type == "text/html":
        return list(_of_html(notes.text))
    is_markdown = notes.media_type == "text/markdown" or _MARKDOWN.search(notes.text)
    if is_markdown and len(notes.text) <= LONGEST_MARKDOWN:
        from markdown_it import MarkdownIt

        return list(_of_html(MarkdownIt("commonmark").render(notes.text)))
    return list(_of_text(notes.text))


def _of_text(text: str) -> Iterator[Block]:
    for chunk in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        lines = [line for line in chunk.split("\n") if line.strip()]
        if underlined := _underlined(lines):
            title, lines = _folded(" ".join(lines[:underlined])), lines[underlined + 1 :]
            yield Block(unnumbered(title), is_heading=True)
        elif _is_apart(lines):
            yield Block(unnumbered(_folded(lines.pop(0))))
        # Lines that are longer than people wrap are paragraphs of their own.
        apart = "\n" not in text.strip() or max(map(len, lines), default=0) > 120 or _is_list(lines)
        apart = apart or sum(bool(_STAMPED_LAST.search(line)) for line in lines) >= 2
        paragraph: list[str] = []
        for line in lines:
            if apart or _ITEM.match(line) or _STAMPED.match(line) or _is_label(line):
                if paragraph:
                    yield Block(_folded(" ".join(paragraph)))
                    paragraph = []
                yield Block(_folded(_ITEM.sub("", line)), is_item=bool(_ITEM.match(line)))
            else:
                paragraph.append(line)
        if paragraph:
            yield Block(_folded(" ".join(paragraph)))


def _underlined(lines: list[str]) -> int:
    """How many lines a heading takes that dashes or the like underline; 0 where there is none."""
    return next((number for number, line in enumerate(lines[: _LONGEST_HEADING + 1]) if _UNDERLINE.match(line)), 0)


def _is_apart(lines: list[str]) -> bool:
    """Whether a first line is no part of a wrapped paragraph: it ends though the next line's first word has room."""
    if len(lines) < 2 or _ITEM.match(lines[0]) or re.search(r"[.!?,;:]\s*$", lines[0]):
        return False
    first, following = lines[0].rstrip(), lines[1].split()[0]
    return len(first) + 1 + len(following) <= max(map(len, lines[1:])) and not following[0].islower()


def _is_list(lines: list[str]) -> bool:
    """Whether short lines are items rather than a wrapped paragraph, which ends with a full stop."""
    return (
        len(lines) >= 3 and max(map(len, lines)) <= 60 and not any(re.search(r"[.!?,;:]\s*$", line) for line in lines)
    )


def _is_label(line: str) -> bool:
    return bool(re.match(r"\s*audio:\s", line, re.IGNORECASE))


def _of_html(text: str) -> Iterator[Block]:
    import lxml.html
    from lxml import etree

    try:
        root = lxml.html.document_fromstring(f"<html><body>{text}</body></html>")
    except (etree.ParserError, ValueError):
        return
    if "\n" in text.strip() and not _MARKED_UP.search(text):
        yield from _of_text(root.text_content())
        return
    body = root.find("body")
    yield from _walk(root if body is None else body)


def _walk(node: Any) -> Iterator[Block]:
    """Blocks of an element: runs of inline content, and its block children in turn."""
    inline: list[tuple[str, bool]] = []

    def flush() -> Iterator[Block]:
        block = _block(node.tag, inline)
        inline.clear()
        if block.text:
            yield block

    inline.append((node.text or "", node.tag in ("b", "strong")))
    for child in node:
        if not isinstance(child.tag, str) or child.tag in ("script", "style", "title"):
            pass
        elif (
            child.tag in _BLOCKS
            or child.find(".//p") is not None
            or child.tag in ("ul", "ol", "dl", "table", "tr", "tbody")
        ):
            yield from flush()
            yield from _walk(child)
        elif child.tag == "br":
            yield from flush()
        else:
            bold = child.tag in ("b", "strong") or child.find(".//b") is not None or child.find(".//strong") is not None
            inline.append((child.text_content(), bold))
        inline.append((child.tail or "", False))
    yield from flush()


def _block(tag: str, inline: list[tuple[str, bool]]) -> Block:
    parts = [(text, bold) for text, bold in inline if text.strip()]
    text = _folded("".join(text for text, _ in inline))
    lead = _folded(parts[0][0]) if parts and parts[0][1] and text.startswith(_folded(parts[0][0])) else ""
    if tag in _HEADINGS:
        text = unnumbered(text)
    return Block(text, is_heading=tag in _HEADINGS, is_title=tag == "h1", is_item=tag == "li", lead=lead)


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
