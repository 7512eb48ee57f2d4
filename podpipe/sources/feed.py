"""RSS 2.0 and Atom feeds, with iTunes, Podcasting 2.0, Media RSS and Podlove chapters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urljoin, urlsplit

import lxml.html
from lxml import etree

from podpipe import timecode
from podpipe.errors import SourceError
from podpipe.models import Chapter, Episode, Notes, Resource
from podpipe.net import Page, mask
from podpipe.sources import Candidate, Selection
from podpipe.sources.identity import episode_id, plain

_CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
_ATOM = "{http://www.w3.org/2005/Atom}"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_PSC = (
    "{http://podlove.org/simple-chapters}",
    "{http://podlove.de/simple-chapters}",
    "psc:",  # feeds that forget to declare the namespace
)
_PODCAST = (
    "{https://podcastindex.org/namespace/1.0}",
    "{https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md}",
    "podcast:",  # feeds that forget to declare the namespace
)
_AUDIO = ("audio/", "video/")


def is_feed(data: bytes) -> bool:
    """Whether a document is RSS or Atom, by its first tag."""
    head = re.sub(rb"<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^>\[]*(\[.*?\])?\s*>", b"", data[:20_000], flags=re.DOTALL)
    return bool(re.match(rb"[\s\xef\xbb\xbf\x00\xff\xfe]*<(?:rss|feed|rdf:RDF)\b", head, re.IGNORECASE))


def read(document: Page) -> tuple[Candidate, ...]:
    """All episodes of a feed, newest first where all have dates.

    Raises:
        SourceError: it is no feed, or none of its items has audio.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, recover=True, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(document.data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceError(f"{mask(document.url)} can't be read as a feed: {error}") from error
    if root is None:
        raise SourceError(f"{mask(document.url)} is no feed")
    channel = root.find("channel") if root.find("channel") is not None else root
    show = _text(channel, "title", _ATOM + "title")
    language = _text(channel, "language") or root.get("{http://www.w3.org/XML/1998/namespace}lang", "")
    seen: set[str] = set()
    found: list[Candidate] = []
    for item in root.iter("item", _ATOM + "entry"):
        candidate = _candidate(item, document.url, show, language, seen)
        if candidate is not None:
            found.append(candidate)
    if not found:
        raise SourceError(f"{mask(document.url)} is a feed without audio: none of its items has an enclosure")
    if all(candidate.episode.published for candidate in found):
        found.sort(key=lambda candidate: candidate.episode.published or datetime.min, reverse=True)
    return tuple(found)


def select(candidates: Sequence[Candidate], selection: Selection) -> tuple[Candidate, ...]:
    """Those that the user wants. Raises SourceError where that is none."""
    wanted = selection.match.casefold()
    chosen = [
        candidate
        for candidate in candidates
        if (not wanted or wanted in candidate.episode.title.casefold() or wanted in _notes_text(candidate).casefold())
        and (selection.since is None or _since(candidate, selection))
    ]
    if not chosen:
        raise SourceError(f"none of the feed's {len(candidates)} episodes fits --match and --since")
    return tuple(chosen[: selection.limit])


def _since(candidate: Candidate, selection: Selection) -> bool:
    published = candidate.episode.published
    return published is not None and selection.since is not None and published.date() >= selection.since


def _notes_text(candidate: Candidate) -> str:
    return candidate.notes.text if candidate.notes else ""


def _candidate(item: Any, base: str, show: str, language: str, seen: set[str]) -> Candidate | None:
    enclosure, length = _enclosure(item)
    if not enclosure:
        return None
    enclosure = urljoin(base, enclosure)
    guid = _text(item, "guid", _ATOM + "id") or enclosure
    if guid in seen:
        guid = f"{guid} {enclosure}"
    if guid in seen:
        return None
    seen.add(guid)
    title = _text(item, "title", _ATOM + "title", _ITUNES + "title") or PurePosixPath(urlsplit(enclosure).path).stem
    published = _date(_text(item, "pubDate", _ATOM + "published", _ATOM + "updated"))
    image = item.find(_ITUNES + "image")
    return Candidate(
        Episode(
            id=episode_id(published, title, guid),
            guid=guid,
            title=title,
            show=show,
            published=published,
            enclosure=enclosure,
            page=urljoin(base, _text(item, "link") or _atom_link(item, "alternate")),
            language=language,
            image=urljoin(base, image.get("href", "")) if image is not None else "",
            chapters=next(iter(_resources(item, "chapters", base)), None),
            transcripts=tuple(_resources(item, "transcript", base)),
        ),
        _notes(item),
        tuple(_inline_chapters(item, base)),
        length,
        from_feed=True,
    )


def _enclosure(item: Any) -> tuple[str, str]:
    """Address and declared length of the first audio."""
    for node in (*item.iter("enclosure"), *item.iter(_MEDIA + "content")):
        if node.get("type", "audio/").startswith(_AUDIO) and node.get("url", "").strip():
            return node.get("url").strip(), node.get("length", "")
    for node in item.iter(_ATOM + "link"):
        if node.get("rel") == "enclosure" and node.get("type", "audio/").startswith(_AUDIO):
            return node.get("href", "").strip(), node.get("length", "")
    return "", ""


def _notes(item: Any) -> Notes | None:
    """The fullest of what an item says: content, then Atom's content, summary, description."""
    tags = (_CONTENT + "encoded", _ATOM + "content", "description", _ITUNES + "summary", _ATOM + "summary")
    texts = [_inner(node) for tag in tags if (node := item.find(tag)) is not None]
    best = max(texts, key=len, default="")
    if not best.strip():
        return None
    is_html = re.search(
        r"<(?:p|br|ul|ol|li|h[1-6]|a|div|b|strong|em|i)\b[^>]*>|&(?:amp|lt|#\d+|nbsp);", best, re.IGNORECASE
    )
    return Notes(best, "text/html" if is_html else "text/plain")


def _inner(node: Any) -> str:
    """An element's text, or its XHTML children as text."""
    if len(node):
        return "".join(etree.tostring(child, encoding="unicode") for child in node)
    return str(node.text or "")


def _resources(item: Any, name: str, base: str) -> list[Resource]:
    return [
        Resource(urljoin(base, node.get("url")), node.get("type", ""), node.get("language", ""))
        for namespace in _PODCAST
        for node in item.iter(namespace + name)
        if node.get("url")
    ]


def _inline_chapters(item: Any, base: str) -> list[Chapter]:
    """Podlove Simple Chapters 1.0 to 1.2."""
    starts: list[tuple[int, str, str, str]] = []
    for node in item.iter(*(namespace + "chapter" for namespace in _PSC)):
        try:
            start_ms = timecode.parse(node.get("start", ""))
        except ValueError:
            continue
        url, image = (
            urljoin(base, address) if (address := node.get(name, "").strip()) else "" for name in ("href", "image")
        )
        starts.append((start_ms, plain(node.get("title")), url, image))
    starts.sort(key=lambda chapter: chapter[0])
    ends = [start for start, *_ in (*starts[1:], *starts[-1:])]
    return [
        Chapter(title, start, end, because="in the feed", url=url, image=image)
        for (start, title, url, image), end in zip(starts, ends, strict=True)
    ]


def _atom_link(item: Any, rel: str) -> str:
    for node in item.iter(_ATOM + "link"):
        if node.get("rel", "alternate") == rel:
            return str(node.get("href", ""))
    return ""


def _text(node: Any, *tags: str) -> str:
    """The first of some children that has text, as one line without HTML."""
    for tag in tags:
        child = node.find(tag)
        if child is None:
            continue
        text = "".join(child.itertext())
        if re.search(r"<\w+[^>]*>|&\w+;", text):
            try:
                text = lxml.html.fromstring(f"<p>{text}</p>").text_content()
            except (etree.ParserError, ValueError):
                text = re.sub(r"<[^>]*>", "", text)
        if plain(text):
            return plain(text)
    return ""


def _date(text: str) -> datetime | None:
    """RFC 822 as RSS has it, or RFC 3339 as Atom has it; None where it is neither."""
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = parse(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None
