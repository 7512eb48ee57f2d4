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
from urllib.parse import unquote, urlsplit

from podpipe import timecode
from podpipe.errors import SourceError
from podpipe.models import Chapter, Episode, Notes, Person, Resource, Show
from podpipe.net import Page, mask
from podpipe.sources import Candidate, Selection, dates, enclosures
from podpipe.sources.identity import episode_id, line, plain, show_id
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

_NOTES = (
    "content:encoded", "atom:content", "content", "description", "itunes:summary", "atom:summary", "summary",
    "media:description", "googleplay:description",
)  # fmt: skip
_SHORT_NOTES = ("itunes:subtitle",)
_ITEMS = ("item", "atom:entry", "entry")
_EXPLICIT = {"yes": True, "true": True, "explicit": True, "no": False, "false": False, "clean": False}
MAX_ITEMS = 200_000
"""Of one document: more are nobody's work, and would not fit into memory."""

_LARGEST_NUMBER = 1_000_000
_LINK = re.compile(
    r"""(\s(?:href|src)\s*=\s*)(["'])(?![a-z][a-z0-9+.-]*:|#|//|\s*\2)([^"'<>]{1,2000})\2""", re.IGNORECASE
)


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
        next_page=_link(channel, "next") or _link(channel, "prev-archive"),
        moved_to=_moved_to(root, channel),
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
    facts = {field: _first(channel, *names) for field, names in _SHOW.items()}
    owner = next(iter(channel.all("itunes:owner")), None)
    author = next(iter(channel.all("atom:author", "author")), None)
    title = facts["title"] or line(PurePosixPath(unquote(urlsplit(url).path)).stem) or urlsplit(url).hostname or "feed"
    feed = mask(url)
    return Show(
        id=show_id(title, facts["guid"] or url),
        title=title,
        feed=feed,
        guid=facts["guid"],
        page=_page(channel),
        description=facts["description"],
        author=_name(facts["author"]) or _first(author, "atom:name", "name"),
        owner=_first(owner, "itunes:name"),
        email=_first(owner, "itunes:email")
        or _first(channel, "googleplay:owner", "googleplay:email")
        or _first(author, "atom:email", "email"),
        image=_show_image(root, channel),
        language=facts["language"] or root.get("xml:lang"),
        copyright=facts["copyright"],
        categories=_categories(channel),
        explicit=_EXPLICIT.get(facts["explicit"].lower()),
        kind=_one_of(facts["kind"], "episodic", "serial"),
        persons=_persons(channel),
    )


def _candidate(item: Element, show: Show, url: str) -> Candidate | None:
    enclosure = enclosures.choose(item)
    address = _local(enclosure.url, url) if enclosure else ""
    if not enclosure or not address:
        return None
    facts = {field: _first(item, *names) for field, names in _EPISODE.items()}
    guid = facts["guid"] or item.get("rdf:about") or address
    title = facts["title"] or line(PurePosixPath(unquote(urlsplit(address).path)).stem) or "episode"
    published = next((d for name in _EPISODE["published"] if (d := dates.parse(_first(item, name)))), None)
    author = next(iter(item.all("atom:author", "author")), None)
    episode = Episode(
        id=episode_id(published, title, guid),
        guid=guid,
        title=title,
        show=show.title,
        show_id=show.id,
        published=published,
        enclosure=address,
        page=_page(item),
        language=item.get("xml:lang") or show.language,
        image=_image(item),
        chapters=next(iter(_resources(item, "podcast:chapters")), None),
        transcripts=tuple(_resources(item, "podcast:transcript")),
        season=_number(item, "season"),
        number=_number(item, "number"),
        kind=_one_of(facts["kind"], "full", "trailer", "bonus"),
        explicit=_EXPLICIT.get(facts["explicit"].lower()),
        author=_name(facts["author"]) or _first(author, "atom:name", "name"),
        persons=_persons(item),
    )
    return Candidate(
        episode,
        _notes(item),
        tuple(_inline_chapters(item)),
        enclosure.length,
        from_feed=True,
        duration_ms=_duration_ms(item),
        show=show,
    )


def _local(address: str, document: str) -> str:
    """An enclosure's address; of a feed that is a file also a path, but only of what lies in its folder."""
    if not address.startswith("file://"):
        return address
    if not document.startswith("file://"):
        return ""
    folder = Path(unquote(urlsplit(document).path)).parent
    path = Path(unquote(urlsplit(address).path)).resolve()
    return str(path) if path.is_relative_to(folder.resolve()) else ""


def _notes(item: Element) -> Notes | None:
    """The fullest of what an item says of its episode, links in it made absolute."""
    texts = [node.markup for node in item.all(*_NOTES)]
    texts += [node.markup for group in item.all("media:group") for node in group.all("media:description")]
    best = max(texts, key=len, default="")
    if not best.strip():
        best = next((node.text for node in item.all(*_SHORT_NOTES) if node.text.strip()), "")
    if not best.strip():
        return None
    is_html = re.search(
        r"<(?:p|br|ul|ol|li|h[1-6]|a|div|b|strong|em|i)\b[^<>]*>|&(?:amp|lt|#\d+|nbsp);", best, re.IGNORECASE
    )
    if not is_html:
        return Notes(best)
    linked = _LINK.sub(lambda m: f"{m[1]}{m[2]}{_absolute(item, m[3]) or m[3]}{m[2]}", best)
    return Notes(linked, "text/html")


def _absolute(item: Element, address: str) -> str:
    found = item.address(address.replace("&amp;", "&"))
    return found.replace("&", "&amp;") if found.startswith(("http://", "https://")) else ""


def _resources(item: Element, name: str) -> list[Resource]:
    return [
        Resource(url, node.get("type"), node.get("language"))
        for node in item.all(name)
        if (url := node.address(node.get("url")))
    ]


def _persons(node: Element) -> tuple[Person, ...]:
    """``podcast:person``, whose role is "host" and group "cast" unless it says otherwise (Podcasting 2.0)."""
    return tuple(
        Person(
            name,
            (person.get("role") or "host").lower(),
            (person.get("group") or "cast").lower(),
            person.address(person.get("href")),
            person.address(person.get("img")),
        )
        for person in node.all("podcast:person")
        if (name := line(person.text))
    )


def _inline_chapters(item: Element) -> list[Chapter]:
    """Podlove Simple Chapters 1.0 to 1.2."""
    starts: list[tuple[int, str, str, str]] = []
    lists = item.all("psc:chapters")
    for node in (*item.all("psc:chapter"), *(node for found in lists for node in found.all("psc:chapter"))):
        try:
            start_ms = timecode.parse(node.get("start"))
        except ValueError:
            continue
        url, image = (node.address(node.get(name)) for name in ("href", "image"))
        starts.append((start_ms, plain(node.get("title")), url, image))
    starts.sort(key=lambda chapter: chapter[0])
    ends = [start for start, *_ in (*starts[1:], *starts[-1:])]
    return [
        Chapter(title, start, end, because="in the feed", url=url, image=image)
        for (start, title, url, image), end in zip(starts, ends, strict=True)
    ]


def _show_image(root: Element, channel: Element) -> str:
    """The show's cover. RSS 1.0 has it beside the channel."""
    if found := _image(channel):
        return found
    for image in (*channel.all("image"), *root.all("image")):
        for node in image.all("url"):
            if found := node.address(node.text):
                return found
    return next(
        (found for n in channel.all("atom:logo", "logo", "atom:icon", "icon") if (found := n.address(n.text))), ""
    )


def _image(node: Element) -> str:
    """A picture that belongs to a show or an item itself."""
    for image in node.all("itunes:image", "googleplay:image"):
        nested = next((child.text for child in image.all("url", "itunes:url")), "")
        if found := image.address(image.get("href", "url") or nested or image.text):
            return found
    artwork = [image for image in node.all("podcast:image") if image.get("purpose") in ("", "artwork")]
    thumbnails = [t for parent in (node, *node.all("media:group")) for t in parent.all("media:thumbnail")]
    for image in (*artwork, *thumbnails):
        if found := image.address(image.get("href", "url")):
            return found
    return ""


def _categories(channel: Element) -> tuple[str, ...]:
    """Apple's, or else RSS's own, which have no order of their own."""
    found = [path for category in channel.all("itunes:category") for path in _paths(category, "")]
    if not found:
        found = [
            line(category.get("text", "term") or category.text) for category in channel.all("category", "atom:category")
        ]
    return tuple(dict.fromkeys(filter(None, found)))


def _paths(category: Element, above: str) -> list[str]:
    name = line(category.get("text") or ("" if category.all("itunes:category") else category.text))
    path = " > ".join(filter(None, (above, name)))
    return [found for below in category.all("itunes:category") for found in _paths(below, path)] or [path]


def _page(node: Element) -> str:
    """The web page for people: a link, or a guid that is one (RSS 2.0: ``isPermaLink`` is true unless it says no)."""
    for link in node.all("link"):
        if not link.get("href") and (found := link.address(link.text)):
            return found
    if found := _link(node, "alternate"):
        return found
    for guid in node.all("guid"):
        permanent = guid.get("isPermaLink").lower()
        address = guid.address(guid.text) if permanent == "true" else guid.text.strip()
        if permanent != "false" and address.startswith(("http://", "https://")):
            return address
    return ""


def _link(node: Element, rel: str) -> str:
    """An Atom link, in RSS too."""
    for link in node.all("atom:link", "link"):
        if link.get("href") and (link.get("rel") or "alternate") == rel:
            return link.address(link.get("href"))
    return ""


def _moved_to(root: Element, channel: Element) -> str:
    nodes = channel.all("itunes:new-feed-url", "googleplay:new-feed-url")
    nodes += [node for redirect in root.all("redirect") for node in redirect.all("newLocation")]
    return next((found for node in nodes if (found := node.address(node.text))), "")


def _number(item: Element, field: str) -> int | None:
    """A whole number from 0 on; None where none of what the item says is one."""
    for name in _EPISODE[field]:
        text = _first(item, name)
        if (
            re.fullmatch(r"\d{1,7}(?:\.0+)?", text, re.ASCII)
            and (found := int(text.partition(".")[0])) <= _LARGEST_NUMBER
        ):
            return found
    return None


def _duration_ms(item: Element) -> int | None:
    """How long the episode is, as the feed has it; None where that is no time, or none at all."""
    for text in (_first(item, "itunes:duration"), *(node.get("duration") for node in item.all("media:content"))):
        try:
            if found := timecode.parse(text):
                return found
        except ValueError:
            continue
    return None


def _one_of(text: str, *kinds: str) -> str:
    return text.lower() if text.lower() in kinds else ""


def _name(author: str) -> str:
    """The name in ``jane@example.org (Jane Doe)`` or ``Jane Doe (jane@example.org)``, as RSS has its authors."""
    found = re.fullmatch(r"(.{0,200}?)\s*\((.{1,200})\)", author)
    if not found:
        return author
    outside, inside = found[1], found[2]
    return inside if "@" in outside else outside if "@" in inside else author


def _first(node: Element | None, *names: str) -> str:
    """The first of some children that has text, as one line without HTML."""
    for child in node.all(*names) if node is not None else ():
        if found := line(child.text):
            return found
    return ""
