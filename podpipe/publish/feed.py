"""A podcast's feed, from values to bytes: RSS 2.0 with iTunes and Podcasting 2.0 tags and Podlove chapters.

The same values give the same bytes: nothing is read, and no clock is asked. Sources: RSS 2.0
(https://www.rssboard.org/rss-specification), Apple's tags (https://podcasters.apple.com/support/823-podcast-requirements),
the podcast namespace (https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md), Podlove Simple
Chapters 1.2, and PSP-1 (https://github.com/Podcast-Standards-Project/PSP-1-Podcast-RSS-Specification), which says what
of all this a feed should have.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from lxml import etree

from podpipe import encodings, timecode
from podpipe.chapters import psc
from podpipe.models import Chapter, Episode, Person, Show, Soundbite
from podpipe.publish import descriptions
from podpipe.soundbites import TITLE_ROOM
from podpipe.sources import is_url
from podpipe.transcripts import MEDIA_TYPES

MEDIA_TYPE = "application/rss+xml"
CHAPTERS_TYPE = "application/json+chapters"
AUDIO_TYPES = {
    "mp3": "audio/mpeg",
    "m4a": "audio/x-m4a",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "flac": "audio/flac",
}
"""Types of enclosures by the ending of their address, as Apple and RFC 5334 name them."""

_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "psc": psc.NAMESPACE,
}
_PODCASTS = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
"""The namespace of ``podcast:guid``, by the podcast namespace."""

_CAPTIONS = ("vtt", "srt")
_NAME_ROOM = 128
"""Characters of a person's name, by the podcast namespace."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The sound as it is offered: its address, size in bytes, and media type (see ``AUDIO_TYPES``)."""

    url: str
    length: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Item:
    """An episode and where its files are offered.

    ``notes`` are HTML that is safe to show. ``transcripts`` are addresses by format ("vtt"), ``language`` is theirs.
    ``page`` and ``image`` stand for the episode's own where they are given.
    """

    episode: Episode
    enclosure: Enclosure
    duration_ms: int
    notes: str = ""
    chapters: Sequence[Chapter] = ()
    chapters_url: str = ""
    transcripts: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    page: str = ""
    image: str = ""
    soundbites: Sequence[Soundbite] = ()


def write(
    show: Show, items: Sequence[Item], url: str, *, locked: bool = True, moved_to: str = "", is_listed: bool = True
) -> bytes:
    """The feed that will be at ``url``, newest episode first.

    ``locked``: hosts are told not to take the show over (``podcast:locked``). ``moved_to`` is where the feed is from
    now on (``itunes:new-feed-url``). ``is_listed``: directories may list it. Characters that XML has no room for are
    left out. What apps refuse a feed without gets the plainest value where the show has none: its author's name or
    title, "not explicit".
    """
    rss = etree.Element("rss", version="2.0", nsmap=_NAMESPACES)
    channel = etree.SubElement(rss, "channel")
    ordered = sorted(items, key=_newest_first)
    _channel(channel, show, ordered, url, locked)
    _add(channel, "itunes:new-feed-url", _address(moved_to))
    for block in () if is_listed else ("itunes:block", "podcast:block"):
        _add(channel, block, "Yes" if block.startswith("itunes") else "yes")
    for item in ordered:
        _item(etree.SubElement(channel, "item"), item)
    return bytes(etree.tostring(rss, encoding="utf-8", xml_declaration=True, pretty_print=True))


def show_guid(url: str) -> str:
    """``podcast:guid`` of a show by its feed's address: a UUIDv5 of it without scheme and closing slashes."""
    return str(uuid.uuid5(_PODCASTS, re.sub(r"^[a-zA-Z][\w+.-]*://", "", url).rstrip("/")))


def episode_guid(episode: Episode) -> str:
    """An episode's guid as the world knows it: the publisher's, unchanged.

    An episode that came from a file has none but a path, which nobody else should read: it gets a UUID made of its id,
    which stays the same wherever the file or the library goes.
    """
    path = "" if is_url(episode.enclosure) else episode.enclosure
    is_path = bool(path) and episode.guid.endswith(path)
    return str(uuid.uuid5(_PODCASTS, episode.id)) if is_path else episode.guid


def _newest_first(item: Item) -> tuple[float, str]:
    published = item.episode.published
    return (-_zoned(published).timestamp() if published else float("inf"), item.episode.id)


def _channel(channel: Any, show: Show, items: Sequence[Item], url: str, locked: bool) -> None:
    author = show.author or show.owner
    dates = [item.episode.published for item in items if item.episode.published]
    languages = [show.language, *(item.episode.language or item.language for item in items)]
    _add(channel, "title", show.title)
    _add(channel, "link", _address(show.page or url))
    _add(channel, "description", show.description or show.title)
    _add(channel, "language", next(filter(None, languages), ""))
    _add(channel, "copyright", show.copyright)
    _add(channel, "lastBuildDate", _date(max(dates, key=_zoned)) if dates else "")
    _add(channel, "generator", "podpipe")
    _add(channel, "atom:link", href=_address(url), rel="self", type=MEDIA_TYPE)
    _add(channel, "itunes:author", author or show.title)
    if show.owner or show.email:
        owner = etree.SubElement(channel, _name("itunes:owner"))
        _add(owner, "itunes:name", show.owner or author)
        _add(owner, "itunes:email", show.email)
    _add(channel, "itunes:type", show.kind or "episodic")
    _add(channel, "itunes:explicit", _truth(bool(show.explicit)))
    _add(channel, "itunes:image", href=_address(show.image))
    _categories(channel, show.categories)
    _add(channel, "podcast:guid", show.guid or show_guid(url))
    _add(channel, "podcast:locked", "yes" if locked else "no", owner=show.email)
    _add(channel, "podcast:medium", "podcast")
    _persons(channel, show.persons)


def _item(node: Any, item: Item) -> None:
    episode = item.episode
    listed = [replace(c, title=encodings.for_xml(c.title)) for c in item.chapters if c.toc]
    notes = encodings.for_xml(item.notes)
    _add(node, "title", episode.title)
    _add(node, "link", _address(item.page or episode.page))
    _add(node, "guid", episode_guid(episode), isPermaLink="false")
    _add(node, "pubDate", _date(episode.published) if episode.published else "")
    _add(node, "description", descriptions.short(notes, listed, item.duration_ms))
    _add(node, "content:encoded", descriptions.whole(notes, listed, item.duration_ms))
    enclosure = item.enclosure
    _add(node, "enclosure", url=_address(enclosure.url), length=str(enclosure.length), type=enclosure.media_type)
    _add(node, "itunes:duration", str(max(round(item.duration_ms / 1000), 1)) if item.duration_ms else "")
    _add(node, "itunes:author", episode.author)
    _add(node, "itunes:episodeType", episode.kind or "full")
    _numbers(node, episode)
    _add(node, "itunes:explicit", "" if episode.explicit is None else _truth(episode.explicit))
    _add(node, "itunes:image", href=_address(item.image or (episode.image if is_url(episode.image) else "")))
    _persons(node, episode.persons)
    _links(node, item)
    if listed:
        node.append(etree.fromstring(psc.write(listed), etree.XMLParser(remove_blank_text=True)))


def _numbers(node: Any, episode: Episode) -> None:
    """Season and number; Apple takes none below 1, the podcast namespace takes any."""
    for name, number in (("season", episode.season), ("episode", episode.number)):
        if number is not None:
            _add(node, f"itunes:{name}", str(number) if number > 0 else "")
            _add(node, f"podcast:{name}", str(number))


def _links(node: Any, item: Item) -> None:
    language = item.language or item.episode.language
    for kind, address in item.transcripts.items():
        rel = "captions" if kind in _CAPTIONS else ""
        _add(node, "podcast:transcript", url=_address(address), type=MEDIA_TYPES[kind], language=language, rel=rel)
    if item.chapters_url:
        _add(node, "podcast:chapters", url=_address(item.chapters_url), type=CHAPTERS_TYPE)
    for bite in item.soundbites:
        start, length = timecode.seconds(bite.start_ms), timecode.seconds(bite.duration_ms)
        _add(node, "podcast:soundbite", bite.title[:TITLE_ROOM], startTime=start, duration=length)


def _persons(node: Any, persons: Sequence[Person]) -> None:
    for person in persons:
        links = {"img": _address(person.image), "href": _address(person.url)}
        _add(node, "podcast:person", person.name[:_NAME_ROOM], role=person.role, group=person.group, **links)


def _categories(channel: Any, categories: Sequence[str]) -> None:
    """Categories as elements, one below another where ``>`` says so."""
    tops: dict[str, Any] = {}
    for category in categories:
        top, _, below = (part.strip() for part in encodings.for_xml(category).partition(">"))
        if not top:
            continue
        if top not in tops:
            tops[top] = _add(channel, "itunes:category", text=top)
        if below:
            _add(tops[top], "itunes:category", text=below)


def _add(parent: Any, name: str, content: str = "", /, **attributes: str) -> Any:
    """A child with text and attributes; none where it would say nothing."""
    said = {key: encodings.for_xml(value) for key, value in attributes.items() if value}
    content = encodings.for_xml(content)
    if not content and not said.keys() & {"href", "url", "text", "startTime"}:
        return None
    child = etree.SubElement(parent, _name(name), said)
    child.text = content or None
    return child


def _name(name: str) -> str:
    prefix, _, local = name.rpartition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}" if prefix else name


def _address(url: str) -> str:
    """An address in ASCII (RFC 3987, section 3.1), as apps expect it in a feed."""
    url = encodings.for_xml(url)
    if url.isascii() and " " not in url:
        return url
    try:
        parts = urlsplit(url)
        host = parts.netloc.encode("idna").decode()
    except (UnicodeError, ValueError):
        return quote(url, safe="%/:?#[]@!$&'()*+,;=~")
    return urlunsplit((parts.scheme, host, *(quote(part, safe="%/:?@!$&'()*+,;=~") for part in parts[2:])))


def _date(moment: datetime) -> str:
    """RFC 5322, section 3.3: ``Sun, 01 Nov 2009 12:00:00 +0000``."""
    return format_datetime(_zoned(moment))


def _zoned(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _truth(value: bool) -> str:
    return "true" if value else "false"
