"""RSS 2.0, RSS 1.0 and Atom feeds, with iTunes, Podcasting 2.0, Media RSS and Podlove chapters.

What each field is read from stands in the tables below, the best source first. Nothing that an item says badly
costs more than that field; an item without a file to listen to is no episode.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from podpipe import addresses
from podpipe.errors import SourceError
from podpipe.models import Episode, Show
from podpipe.net import Page, mask
from podpipe.sources import Candidate, Selection, dates, enclosures, fields
from podpipe.sources.identity import episode_id, line, show_id
from podpipe.sources.xml import Document, Element, parse

_SHOW: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "atom:title", "itunes:title", "media:title", "dc:title"),
    "description": (
        "description", "itunes:summary", "googleplay:description", "atom:subtitle", "subtitle", "itunes:subtitle",
        "atom:tagline", "media:description",
    ),
    "author": ("itunes:author", "googleplay:author", "dc:creator", "managingEditor", "author"),
    "language": ("language", "dc:language"),
    "copyright": ("copyright", "atom:rights", "rights", "dc:rights", "media:copyright"),
    "guid": ("podcast:guid",),
    "explicit": ("itunes:explicit", "googleplay:explicit"),
    "kind": ("itunes:type",),
}  # fmt: skip

_EPISODE: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "atom:title", "itunes:title", "media:title", "dc:title"),
    "guid": ("guid", "atom:id", "id"),
    "published": ("pubDate", "atom:published", "published", "dc:date", "atom:issued", "atom:updated", "updated"),
    "author": ("itunes:author", "googleplay:author", "dc:creator", "author"),
    "season": ("itunes:season", "podcast:season"),
    "number": ("itunes:episode", "podcast:episode"),
    "kind": ("itunes:episodeType",),
    "explicit": ("itunes:explicit", "googleplay:explicit"),
}

_ITEMS = ("item", "atom:entry", "entry")
_EXPLICIT = {"yes": True, "true": True, "explicit": True, "no": False, "false": False, "clean": False}
MAX_ITEMS = 200_000
"""Of one document: more are nobody's work, and would not fit into memory."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed, or one page of it. ``candidates`` are newest first where all have dates."""

    show: Show
    candidates: tuple[Candidate, ...] = ()
    next_page: str = ""
    """Where older episodes are (RFC 5005: ``next`` or ``prev-archive``); '' where this is all."""
    moved_to: str = ""
    """Where the feed says that it lives now: ``itunes:new-feed-url``, or RSS's ``newLocation``."""
    silent: int = 0
    """Items with nothing to listen to."""
    is_whole: bool = True
    """False where the document ends in the middle; an item that is cut is left out."""
    faults: tuple[str, ...] = ()
    """What had to be mended to read it, if anything."""


_BLANK = rb"[\s\xef\xbb\xbf\x00\xff\xfe]*+"
_FEED = re.compile(
    rb"%b(?:(?:<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^<>\[]*+(?:\[.*?\]\s*+)?>)%b)*+<(?:rss|(?:\w{1,20}:)?feed|rdf:RDF)\b"
    % (_BLANK, _BLANK),
    re.IGNORECASE | re.DOTALL,
)
"""How a feed begins: after comments, declarations and perhaps a byte order mark."""


def is_feed(data: bytes) -> bool:
    """Whether a document is RSS or Atom, by its first tag."""
    head = data[:20_000]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in head[:4]:
        head = head.replace(b"\0", b"")  # UTF-16
    head = head[max(head.find(b"<?xml "), 0) :]  # what stands before is a warning of the server's
    return bool(_FEED.match(head))


def read(document: Page) -> Feed:
    """Read a feed.

    Raises:
        SourceError: it is none, or nothing of it can be read.
    """
    parsed = parse(document.data, document.url, document.charset)
    if parsed is None:
        raise SourceError(f"{mask(document.url)} can't be read as a feed; check it with podpipe check")
    root = parsed.root
    channel = next(iter(root.all("channel")), root)
    show = _show(root, channel, document.url)
    is_whole, items = _items(parsed)
    items = items[:MAX_ITEMS]
    found = [candidate for item in items if (candidate := _candidate(item, show, document.url))]
    return Feed(
        show,
        _newest_first(_apart(found)),
        next_page=fields.atom_link(channel, "next") or fields.atom_link(channel, "prev-archive"),
        moved_to=fields.moved_to(root, channel),
        silent=len(items) - len(found),
        is_whole=is_whole,
        faults=parsed.faults,
    )


def select(candidates: Sequence[Candidate], selection: Selection) -> tuple[Candidate, ...]:
    """Those that the user wants. Raises SourceError where that is none."""
    chosen = [candidate for candidate in candidates if fits(candidate, selection)]
    if not chosen:
        raise SourceError(f"none of the feed's {len(candidates)} episodes fits --match and --since")
    return tuple(chosen[: selection.limit])


def fits(candidate: Candidate, selection: Selection) -> bool:
    """Whether an episode is of those that the user wants, however many of them there may be."""
    wanted = selection.match.casefold()
    text = f"{candidate.episode.title}\n{candidate.notes.text if candidate.notes else ''}"
    return wanted in text.casefold() and _is_since(candidate.episode.published, selection.since)


def _is_since(published: datetime | None, since: date | None) -> bool:
    return since is None or (published is not None and published.date() >= since)


def _items(parsed: Document) -> tuple[bool, list[Element]]:
    """Whether the document is whole, and its items: without the last one where that is cut."""
    items = [item for parent in (*parsed.root.all("channel"), parsed.root) for item in parent.all(*_ITEMS)]
    items = items or list(parsed.root.within(*_ITEMS))
    local = parsed.root.name.rpartition(":")[2]
    is_whole = bool(re.search(rf"</(?:\w+:)?{re.escape(local)}\s*>|/>\s*$", parsed.tail[-2000:]))
    if not is_whole and items:
        name = items[-1].name.rpartition(":")[2]
        begins = max(match.start() for match in re.finditer(rf"<(?:\w+:)?{name}\b|^", parsed.tail))
        if not re.search(rf"</(?:\w+:)?{name}\s*>", parsed.tail[begins:]):
            items.pop()
    return is_whole, items


def _newest_first(found: list[Candidate]) -> tuple[Candidate, ...]:
    if all(candidate.episode.published for candidate in found):
        found.sort(key=lambda candidate: candidate.episode.published or datetime.min, reverse=True)
    return tuple(found)


def _apart(found: list[Candidate]) -> list[Candidate]:
    """Every episode once; those that are different in spite of the same guid get guids of their own."""
    files: dict[str, set[str]] = defaultdict(set)
    for candidate in found:
        files[candidate.episode.guid].add(candidate.episode.enclosure)
    result: dict[str, Candidate] = {}
    for candidate in found:
        episode = candidate.episode
        if len(files[episode.guid]) > 1:
            guid = f"{episode.guid} {episode.enclosure}"
            episode = replace(episode, guid=guid, id=episode_id(episode.published, episode.title, guid))
            candidate = replace(candidate, episode=episode)
        result.setdefault(episode.guid, candidate)
    return list(result.values())


def _show(root: Element, channel: Element, url: str) -> Show:
    facts = {field: fields.first_line(channel, *names) for field, names in _SHOW.items()}
    owner = next(iter(channel.all("itunes:owner")), None)
    author = next(iter(channel.all("atom:author", "author")), None)
    title = facts["title"] or line(PurePosixPath(unquote(addresses.path(url))).stem) or addresses.host(url) or "feed"
    feed = mask(url)
    return Show(
        id=show_id(title, facts["guid"] or url),
        title=title,
        feed=feed,
        guid=facts["guid"],
        page=fields.web_page(channel),
        description=facts["description"],
        author=fields.author_name(facts["author"]) or fields.first_line(author, "atom:name", "name"),
        owner=fields.first_line(owner, "itunes:name"),
        email=fields.first_line(owner, "itunes:email")
        or fields.first_line(channel, "googleplay:owner", "googleplay:email")
        or fields.first_line(author, "atom:email", "email"),
        image=fields.show_picture(root, channel),
        language=facts["language"] or root.get("xml:lang"),
        copyright=facts["copyright"],
        categories=fields.categories(channel),
        explicit=_EXPLICIT.get(facts["explicit"].lower()),
        kind=fields.one_of(facts["kind"], "episodic", "serial"),
        persons=fields.persons(channel),
    )


def _candidate(item: Element, show: Show, url: str) -> Candidate | None:
    enclosure = enclosures.choose(item)
    address = _local(enclosure.url, url) if enclosure else ""
    if not enclosure or not address:
        return None
    facts = {field: fields.first_line(item, *names) for field, names in _EPISODE.items()}
    guid = facts["guid"] or item.get("rdf:about") or address
    title = facts["title"] or line(PurePosixPath(unquote(addresses.path(address))).stem) or "episode"
    published = next((d for name in _EPISODE["published"] if (d := dates.parse(fields.first_line(item, name)))), None)
    author = next(iter(item.all("atom:author", "author")), None)
    episode = Episode(
        id=episode_id(published, title, guid),
        guid=guid,
        title=title,
        show=show.title,
        show_id=show.id,
        published=published,
        enclosure=address,
        page=fields.web_page(item),
        language=item.get("xml:lang") or show.language,
        image=fields.picture(item),
        chapters=next(iter(fields.resources(item, "podcast:chapters")), None),
        transcripts=tuple(fields.resources(item, "podcast:transcript")),
        season=fields.whole_number(item, *_EPISODE["season"]),
        number=fields.whole_number(item, *_EPISODE["number"]),
        kind=fields.one_of(facts["kind"], "full", "trailer", "bonus"),
        explicit=_EXPLICIT.get(facts["explicit"].lower()),
        author=fields.author_name(facts["author"]) or fields.first_line(author, "atom:name", "name"),
        persons=fields.persons(item),
        soundbites=fields.soundbites(item),
    )
    return Candidate(
        episode,
        fields.notes_of(item),
        tuple(fields.inline_chapters(item)),
        enclosure.length,
        from_feed=True,
        duration_ms=fields.duration_ms(item),
        show=show,
    )


def _local(address: str, document: str) -> str:
    """An enclosure's address; of a feed that is a file also a path, but only of what lies in its folder."""
    if not address.startswith("file://"):
        return address
    if not document.startswith("file://"):
        return ""
    folder = Path(unquote(addresses.path(document))).parent
    path = Path(unquote(addresses.path(address))).resolve()
    return str(path) if path.is_relative_to(folder.resolve()) else ""
