"""A document as podpipe reads it, web page or text: what it says of its episode, and itself as the notes."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import lxml.html
from lxml import etree

from podpipe import encodings
from podpipe.errors import SourceError
from podpipe.models import MediaType, Notes
from podpipe.net import Page
from podpipe.sources import dates, front_matter, json_ld
from podpipe.sources.front_matter import FrontMatter
from podpipe.sources.identity import plain

LABELLED = re.compile(
    r"^[^\w\n]*+(?:audio|listen|download|mp3|episode)[^\w\n]*:[*_]*\s*(\S+)", re.IGNORECASE | re.MULTILINE
)
"""A line that names the audio."""

_ITEM = re.compile(r"\s*(?:[-*•–]|\d{1,2}[.)])\s")
_BEGINNING, _FIRST_YEAR = 3000, 2000
"""Characters of a text in which its day may be written; an earlier one is what is talked of."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_BOILERPLATE = (
    "//script|//style|//noscript|//nav|//header|//footer|//aside|//form|//iframe|//template|//svg|//comment()"
)
_MAIN = (
    "//article",
    "//main",
    "//*[contains(@class,'entry-content') or contains(@class,'post-content') or contains(@class,'show-notes')]",
    "//body",
)


_NOTHING = FrontMatter()


@dataclass(frozen=True)
class Document:
    """A page's text, without the front matter that stands above it; of a web page also its elements."""

    url: str
    text: str
    kind: MediaType
    above: FrontMatter = _NOTHING
    tree: Any = None
    """lxml's, of a web page; else None."""

    @functools.cached_property
    def told(self) -> json_ld.Told:
        """What a web page tells search engines."""
        return json_ld.Told() if self.tree is None else json_ld.told(self.tree)

    @property
    def title(self) -> str:
        """What it says that it is called; '' where it does not say so."""
        if self.above.title or self.tree is None:
            return self.above.title or _first_title(self.text)
        return plain(self.meta("og:title") or self.first("//h1//text()") or self.first("//title/text()"))

    @property
    def sole_title(self) -> str:
        """The same, unless it may be but the first of several headings."""
        if self.above.title:
            return self.above.title
        if self.tree is not None:
            return self.title if len(self.tree.xpath("//h1")) < 2 else ""
        tops = re.findall(r"^# .*", self.text, re.MULTILINE)
        return self.title if len(tops) == 1 and self.text.lstrip().startswith(tops[0]) else ""

    @property
    def stamped(self) -> datetime | None:
        """The day that it says it is of, to machines."""
        stamped = self.above.published or dates.parse(self.meta("article:published_time"))
        return stamped or self.told.published or dates.parse(self.first("//time/@datetime"))

    @property
    def written(self) -> datetime | None:
        """The day that is written at its beginning for people, if it may be that of an episode."""
        day = dates.in_prose(self.text[:_BEGINNING])
        return day if day and day.year >= _FIRST_YEAR else None

    @property
    def show(self) -> str:
        """The show that it is of."""
        return self.above.show or self.told.show or plain(self.meta("og:site_name"))

    @property
    def language(self) -> str:
        """What it is written in, as it says."""
        return self.above.language or self.first("//html/@lang")

    @functools.cached_property
    def notes(self) -> Notes:
        """It as show notes: of a web page, what is its content."""
        if self.tree is None:
            text = self.text.replace("\r\n", "\n") if self.kind == "text/plain" else self.text
            return Notes(self.above.with_notes(text) if self.above is not _NOTHING else text, self.kind)
        tree = _parse(self.text)
        for node in tree.xpath(_BOILERPLATE):
            if node.getparent() is not None:
                node.drop_tree()
        for where in _MAIN:
            nodes = tree.xpath(where)
            if nodes:
                best = max(nodes, key=lambda node: len(node.text_content()))
                return Notes(etree.tostring(best, encoding="unicode", method="html", with_tail=False), "text/html")
        return Notes(etree.tostring(tree, encoding="unicode", method="html"), "text/html")

    def meta(self, name: str) -> str:
        """What a web page tells machines under a name; '' where it does not."""
        return self.first(f"//meta[@property='{name}' or @name='{name}']/@content")

    def first(self, path: str) -> str:
        """The first text at a path (XPath) of a web page; '' where there is none."""
        found = [] if self.tree is None else self.tree.xpath(path)
        return next((str(value).strip() for value in found if str(value).strip()), "")


def read(page: Page) -> Document:
    """A page as fetched. Raises SourceError: its HTML can't be read."""
    text = encodings.decode(page.data, page.charset)
    if _is_html(page, text):
        return Document(page.url, text, "text/html", tree=_parse(text))
    above, below = front_matter.parted(text)
    kind: MediaType = "text/markdown" if page.media_type == "text/markdown" or above else "text/plain"
    return Document(page.url, below, kind, above or _NOTHING)


def _is_html(page: Page, text: str) -> bool:
    """Whether a document is HTML, by its type or its tags."""
    if page.media_type in ("text/html", "application/xhtml+xml"):
        return bool(re.search(r"<\w+[^>]*>", text))
    return page.media_type != "text/markdown" and bool(
        re.search(r"<(?:!doctype html|html|body|p|h[1-6]|ul|div|br)\b[^>]*>", text[:5000], re.IGNORECASE)
    )


def _parse(text: str) -> Any:
    try:
        # The declaration of an encoding is of no use in text, and lxml refuses it there.
        tree = lxml.html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text) or "<html></html>")
        return _without_controls(tree)
    except (etree.ParserError, ValueError) as error:
        raise SourceError(f"a web page can't be read: {error}") from error


def _without_controls(tree: Any) -> Any:
    """A page without the characters that libxml2 takes in and does not let out again, which "&#1;" writes too."""
    for node in tree.iter():
        for part in ("text", "tail"):
            if (text := getattr(node, part)) and _CONTROLS.search(text):
                setattr(node, part, _CONTROLS.sub("", text))
    return tree


def _first_title(text: str) -> str:
    """The first line of plain text, where it stands alone like a title."""
    lines = text.splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line.strip() and not LABELLED.match(line):
            alone = not following.strip() or LABELLED.match(following) or not re.match(r"\s*\w", following)
            is_title = (
                alone and len(line) < 80 and not _ITEM.match(line) and not line.rstrip().endswith((".", ":", "!"))
            )
            return plain(line.lstrip("# ")) if is_title else ""
    return ""
