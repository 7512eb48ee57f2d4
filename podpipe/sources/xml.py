"""XML as the internet has it: bytes in any encoding, well-formed or not, as elements with usual names.

``podcast:chapters`` is that element whichever of the namespace's addresses a feed declares, under whatever
prefix, and also where it declares none. No entity, document type or stylesheet is followed (OWASP, "XML External
Entity Prevention"), and libxml2's limits of depth and size stay in place.
"""

from __future__ import annotations

import functools
import html
import html.entities
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree

_NAMESPACES = {
    "itunes": ("www.itunes.com/dtds/podcast-1.0.dtd",),
    "podcast": (
        "podcastindex.org/namespace/1.0",
        "github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md",
    ),
    "atom": ("www.w3.org/2005/atom", "purl.org/atom/ns"),
    "content": ("purl.org/rss/1.0/modules/content",),
    "media": ("search.yahoo.com/mrss",),
    "psc": ("podlove.org/simple-chapters", "www.podlove.org/simple-chapters", "podlove.de/simple-chapters"),
    "googleplay": (
        "www.google.com/schemas/play-podcasts/1.0",
        "www.google.com/schemas/play-podcasts/1.0/play-podcasts.xsd",
    ),
    "dc": ("purl.org/dc/elements/1.1",),
    "dcterms": ("purl.org/dc/terms",),
    "rdf": ("www.w3.org/1999/02/22-rdf-syntax-ns",),
    "enc": ("purl.oclc.org/net/rss_2.0/enc",),
    "": (
        "purl.org/rss/1.0",
        "my.netscape.com/rdf/simple/0.9",
        "backend.userland.com/rss2",
        "blogs.law.harvard.edu/tech/rss",
    ),
}
"""The addresses of each namespace that feeds use, in lower case, without scheme and what ends them."""

_PREFIXES = {address: prefix for prefix, addresses in _NAMESPACES.items() for address in addresses}
_IN_ADDRESSES = str.maketrans({"\t": "", "\r": "", "\n": "", " ": "%20"})
_XML = {"amp", "lt", "gt", "quot", "apos"}
# What XML 1.0 (section 2.2) has no room for.
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARATION = re.compile(r"\A\s*<\?xml\b[^>]{0,1000}\?>")
_ENCODING = re.compile(rb"""<\?xml\b[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""", re.IGNORECASE)
_REFERENCE = re.compile(r"&(#\d{1,8};|#[xX][0-9a-fA-F]{1,8};|\w{1,32};)?")
_WINDOWS = {"iso-8859-1", "iso8859-1", "latin-1", "latin1", "ascii", "us-ascii", "windows-1252"}
"""Names for what is Windows-1252 in fact (WHATWG, Encoding Standard, section 4.2)."""


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document. ``faults`` say what had to be mended; ``tail`` is how its text ends."""

    root: Element
    faults: tuple[str, ...]
    tail: str


class Element:
    """An element by its usual name; its children are read once."""

    __slots__ = ("_children", "_node")

    def __init__(self, node: Any) -> None:
        self._node = node
        self._children: dict[str, list[Element]] | None = None

    @property
    def name(self) -> str:
        """Such as ``item``, ``itunes:image``, ``atom:entry``."""
        return _name(self._node.tag)

    def all(self, *names: str) -> list[Element]:
        """The children of these names, in order of the names, then of the document."""
        children = self._children
        if children is None:
            children = self._children = {}
            for node in self._node.iterchildren(etree.Element):
                children.setdefault(_name(node.tag), []).append(Element(node))
        found: list[Element] = []
        for name in names:
            if name in children:
                found += children[name]
        return found

    def within(self, *names: str) -> Iterator[Element]:
        """All elements of these names, however deep, in order of the document."""
        for node in self._node.iter(etree.Element):
            if _name(node.tag) in names:
                yield Element(node)

    def get(self, *attributes: str) -> str:
        """The first of some attributes that says anything, whatever its namespace, without spaces around it."""
        for wanted in attributes:
            value = self._node.get(wanted)
            if value is None and ":" in wanted:
                local = wanted.rpartition(":")[2]
                value = next((v for k, v in self._node.items() if k.rpartition("}")[2].rpartition(":")[2] == local), "")
            if value and value.strip():
                return str(value).strip()
        return ""

    @property
    def text(self) -> str:
        """All text within."""
        if not len(self._node):
            return str(self._node.text or "")
        return "".join(map(str, self._node.itertext()))

    @property
    def markup(self) -> str:
        """What is within as HTML: its text, or its XHTML children."""
        if not any(isinstance(child.tag, str) for child in self._node):
            return self.text
        children = "".join(etree.tostring(child, encoding="unicode") for child in self._node)
        return html.escape(self._node.text or "", quote=False) + children

    def address(self, text: str) -> str:
        """A URL of this element made absolute, by ``xml:base`` and the document's own; '' where it is none."""
        found = text.strip().translate(_IN_ADDRESSES)
        if not found:
            return ""
        if found.lower().startswith("www."):
            found = "http://" + found
        if found.startswith(("http://", "https://")) and found.isascii() and not ("[" in found or "]" in found):
            return found  # as most are, and nothing can be wrong with its host
        try:
            return found if urlsplit(found).scheme else urljoin(self._node.base or "", found)
        except ValueError:
            return ""


def parse(data: bytes, url: str = "", charset: str = "") -> Document | None:
    """Read a document that was at ``url``; None where nothing of it can be read.

    One that is not well-formed is mended: characters that XML has no room for are taken out, bare ``&`` and HTML's
    entities are put right, and what is open at the end is closed.
    """
    text = _DECLARATION.sub("", decode(data, charset).lstrip("\ufeff \t\r\n"), count=1)
    root, errors = _read(text, url, recover=False)
    if errors:
        if not all(error.type_name.startswith("NS_ERR") for error in errors):
            text = _mended(text)
        root, _ = _read(text, url, recover=True)
    if root is None:
        return None
    return Document(
        Element(root), tuple(f"line {error.line}: {error.message.strip()}" for error in errors), text[-200_000:]
    )


def decode(data: bytes, charset: str = "") -> str:
    """Bytes to text: by byte order mark, UTF-8 if it is that, what is declared, and Windows-1252 at last.

    A feed of UTF-8 with some bytes that are none, such as a title cut within a letter, is UTF-8 all the same.
    """
    from podpipe import encodings

    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return encodings.decode(data)
    if data[:4] in (b"<\0?\0", b"\0<\0?"):
        return data.decode("utf-16-le" if data[:1] == b"<" else "utf-16-be", "replace")
    declared = _ENCODING.search(data[:1000])
    names = ["utf-8", declared[1].decode("ascii") if declared else "", charset]
    for name in names:
        try:
            if name:
                return data.decode("cp1252" if name.lower() in _WINDOWS else name)
        except (ValueError, LookupError):
            continue
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return (
        text if sum(map(text.count, "äöüéèàßñçø–—’“”…")) >= broken or broken <= 3 else data.decode("cp1252", "replace")
    )


@functools.lru_cache(maxsize=10_000)
def _name(tag: str) -> str:
    if not tag.startswith("{"):
        return tag
    namespace, _, local = tag[1:].partition("}")
    prefix = _PREFIXES.get(re.sub(r"^https?://", "", namespace.strip().lower()).rstrip("/#"))
    if prefix is None:
        return tag
    return f"{prefix}:{local}" if prefix else local


def _read(text: str, url: str, *, recover: bool) -> tuple[Any, list[Any]]:
    """The root, or None, and what is wrong with the document."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        recover=recover,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser, base_url=url or None)
    except (etree.XMLSyntaxError, ValueError):
        return None, list(parser.error_log)
    return root, []


def _mended(text: str) -> str:
    """Text that a forgiving parser loses nothing of, but what is broken off."""
    start = text.find("<?xml ", 0, 20_000)  # what stands before is a warning of the server's
    text = _DECLARATION.sub("", NO_XML.sub("", text[max(start, 0) :]), count=1)
    parts: list[str] = []
    position = 0
    while (opening := text.find("<![CDATA[", position)) >= 0:
        closing = text.find("]]>", opening)
        closing = len(text) if closing < 0 else closing + 3
        parts += (_REFERENCE.sub(_reference, text[position:opening]), text[opening:closing])
        position = closing
    parts.append(_REFERENCE.sub(_reference, text[position:]))
    return "".join(parts)


def _reference(found: re.Match[str]) -> str:
    """A reference that XML knows, as it is; one that HTML knows, as its character; anything else as text."""
    if not found[1]:
        return "&amp;"
    name = found[1][:-1]
    if name in _XML:
        return found[0]
    if name.startswith("#"):
        return html.escape(NO_XML.sub("", html.unescape(found[0])), quote=False)
    character = html.entities.html5.get(found[1])
    return html.escape(character, quote=False) if character else f"&amp;{found[1]}"
