"""A feed as it stands: what is there, what is missing, what is misspelt."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from podpipe.check.facts import Enclosure, Feed, Item, Link

ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
PODCAST = "https://podcastindex.org/namespace/1.0"
PODCAST_OLD = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md"
ATOM = "http://www.w3.org/2005/Atom"
KNOWN = {
    "itunes": (ITUNES,),
    "podcast": (PODCAST, PODCAST_OLD),
    "atom": (ATOM,),
    "content": ("http://purl.org/rss/1.0/modules/content/",),
    "psc": ("http://podlove.org/simple-chapters",),
    "media": ("http://search.yahoo.com/mrss/",),
    "googleplay": ("http://www.google.com/schemas/play-podcasts/1.0",),
    "dc": ("http://purl.org/dc/elements/1.1/",),
}
"""The address of each namespace that feeds use, by its usual prefix."""

_I, _A = f"{{{ITUNES}}}", f"{{{ATOM}}}"
_P = (f"{{{PODCAST}}}", f"{{{PODCAST_OLD}}}", "podcast:")


def read(data: bytes) -> Feed | None:
    """Read a feed; None where nothing of it can be read."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, recover=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root is None:
        return None
    # What follows an error is only its consequence; libxml2 calls an undeclared prefix an error of its own kind.
    errors = [error for error in parser.error_log if error.level_name in ("ERROR", "FATAL")]
    broken = [f"line {e.line}: {e.message.strip()}" for e in errors if "Namespace prefix" not in e.message]
    is_atom = root.tag == _A + "feed"
    channel = root if is_atom else next((node for node in root if _name(node) == "channel"), root)
    rows = channel.iter(_A + "entry") if is_atom else root.iter("item")
    read_item = _entry if is_atom else _item
    return Feed(
        size=len(data),
        kind="atom" if is_atom else "rss",
        title=_text(channel, "title", _A + "title", _I + "title"),
        description=_text(channel, "description", _A + "subtitle", _I + "summary", _A + "summary"),
        language=_text(channel, "language") or root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        author=_text(channel, _I + "author", _A + "author"),
        explicit=_text(channel, _I + "explicit"),
        image=_image(channel),
        link=_text(channel, "link") or _atom_link(channel, "alternate"),
        categories=tuple(c.get("text") or (c.text or "").strip() for c in channel.iter(_I + "category")),
        self_link=_atom_link(channel, "self"),
        items=tuple(read_item(node, number) for number, node in enumerate(rows, 1)),
        faults=tuple(broken[:20]),
        namespaces=_namespaces(root),
        undeclared=_undeclared(root, errors),
    )


def _item(node: Any, number: int) -> Item:
    return Item(
        number,
        _text(node, "title", _I + "title"),
        _text(node, "guid"),
        _text(node, "pubDate"),
        tuple(Enclosure(e.get("url"), e.get("length"), e.get("type")) for e in node.iter("enclosure")),
        *_common(node),
    )


def _entry(node: Any, number: int) -> Item:
    links = [link for link in node.iter(_A + "link") if link.get("rel") == "enclosure"]
    return Item(
        number,
        _text(node, _A + "title"),
        _text(node, _A + "id"),
        _text(node, _A + "published", _A + "updated"),
        tuple(Enclosure(link.get("href"), link.get("length"), link.get("type")) for link in links),
        *_common(node),
    )


def _common(node: Any) -> tuple[Any, ...]:
    return (
        _text(node, _I + "duration"),
        _text(node, _I + "explicit"),
        _image(node),
        _text(node, _I + "episode"),
        _links(node, "chapters"),
        _links(node, "transcript"),
    )


def _links(node: Any, name: str) -> tuple[Link, ...]:
    return tuple(Link(e.get("url", ""), e.get("type", "")) for prefix in _P for e in node.iter(prefix + name))


def _text(node: Any, *tags: str) -> str | None:
    """The text of the first child there is; "" where it is there and empty, None where there is none."""
    found = None
    for tag in tags:
        child = node.find(tag)
        if child is not None:
            found = "".join(child.itertext()).strip()
            if found:
                return found
    return found


def _image(node: Any) -> str | None:
    child = node.find(_I + "image")
    if child is None:
        return None
    return str(child.get("href") or child.text or "").strip()


def _atom_link(node: Any, rel: str) -> str | None:
    for link in node.findall(_A + "link"):
        if link.get("rel", "alternate") == rel:
            return str(link.get("href", ""))
    return None


def _name(node: Any) -> str:
    return str(node.tag).rpartition("}")[2]


def _namespaces(root: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in root.iter(etree.Element):
        for prefix, address in node.nsmap.items():
            if prefix:
                found.setdefault(prefix, address)
        if len(found) > 100:
            break
    return found


def _undeclared(root: Any, errors: list[Any]) -> tuple[str, ...]:
    prefixes = [match[1] for e in errors if (match := re.match(r"Namespace prefix (\S+)", e.message))]
    prefixes += [str(node.tag).partition(":")[0] for node in root.iter(etree.Element) if _is_prefixed(node.tag)]
    return tuple(dict.fromkeys(prefixes))


def _is_prefixed(tag: str) -> bool:
    return ":" in tag and not tag.startswith("{")
