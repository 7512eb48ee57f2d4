"""Single fields of a feed's channel or item, each read from wherever feeds have it."""

from __future__ import annotations

import re

from podpipe import timecode
from podpipe.models import Chapter, Notes, Person, Resource, Soundbite
from podpipe.sources.identity import line, plain
from podpipe.sources.xml import Element

_NOTES = (
    "content:encoded", "atom:content", "content", "description", "itunes:summary", "atom:summary", "summary",
    "media:description", "googleplay:description",
)  # fmt: skip
_SHORT_NOTES = ("itunes:subtitle",)
_LARGEST_NUMBER = 1_000_000
_SOUNDBITES = 100
"""Of an item: more are no choice of anybody's."""

_LINK = re.compile(
    r"""(\s(?:href|src)\s*=\s*)(["'])(?![a-z][a-z0-9+.-]*:|#|//|\s*\2)([^"'<>]{1,2000})\2""", re.IGNORECASE
)


def notes_of(item: Element) -> Notes | None:
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


def resources(item: Element, name: str) -> list[Resource]:
    """The files that elements of a name link to."""
    return [
        Resource(url, node.get("type"), node.get("language"))
        for node in item.all(name)
        if (url := node.address(node.get("url")))
    ]


def persons(node: Element) -> tuple[Person, ...]:
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


def soundbites(item: Element) -> tuple[Soundbite, ...]:
    """``podcast:soundbite``, each once, without those whose start or length is no time, or whose length is none.

    Start and length are seconds (Podcasting 2.0); who writes ``1:13`` is understood.
    """
    found: dict[Soundbite, None] = {}
    for node in item.all("podcast:soundbite"):
        start_ms, duration_ms = _time_ms(node.get("startTime")), _time_ms(node.get("duration"))
        if start_ms is not None and duration_ms:
            found[Soundbite(start_ms, duration_ms, line(node.text))] = None
    return tuple(found)[:_SOUNDBITES]


def _time_ms(text: str) -> int | None:
    try:
        return timecode.parse(text)
    except ValueError:
        return None


def inline_chapters(item: Element) -> list[Chapter]:
    """Podlove Simple Chapters 1.0 to 1.2."""
    starts: list[tuple[int, str, str, str]] = []
    lists = item.all("psc:chapters")
    for node in (*item.all("psc:chapter"), *(node for found in lists for node in found.all("psc:chapter"))):
        start_ms = _time_ms(node.get("start"))
        if start_ms is None:
            continue
        url, image = (node.address(node.get(name)) for name in ("href", "image"))
        starts.append((start_ms, plain(node.get("title")), url, image))
    starts.sort(key=lambda chapter: chapter[0])
    ends = [start for start, *_ in (*starts[1:], *starts[-1:])]
    return [
        Chapter(title, start, end, because="in the feed", url=url, image=image)
        for (start, title, url, image), end in zip(starts, ends, strict=True)
    ]


def show_picture(root: Element, channel: Element) -> str:
    """The show's cover. RSS 1.0 has it beside the channel."""
    if found := picture(channel):
        return found
    for image in (*channel.all("image"), *root.all("image")):
        for node in image.all("url"):
            if found := node.address(node.text):
                return found
    return next(
        (found for n in channel.all("atom:logo", "logo", "atom:icon", "icon") if (found := n.address(n.text))), ""
    )


def picture(node: Element) -> str:
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


def categories(channel: Element) -> tuple[str, ...]:
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


def web_page(node: Element) -> str:
    """The web page for people: a link, or a guid that is one (RSS 2.0: ``isPermaLink`` is true unless it says no)."""
    for link in node.all("link"):
        if not link.get("href") and (found := link.address(link.text)):
            return found
    if found := atom_link(node, "alternate"):
        return found
    for guid in node.all("guid"):
        permanent = guid.get("isPermaLink").lower()
        address = guid.address(guid.text) if permanent == "true" else guid.text.strip()
        if permanent != "false" and address.startswith(("http://", "https://")):
            return address
    return ""


def atom_link(node: Element, rel: str) -> str:
    """An Atom link, in RSS too."""
    for link in node.all("atom:link", "link"):
        if link.get("href") and (link.get("rel") or "alternate") == rel:
            return link.address(link.get("href"))
    return ""


def moved_to(root: Element, channel: Element) -> str:
    """Where a feed says that it lives now; '' where it says nothing."""
    nodes = channel.all("itunes:new-feed-url", "googleplay:new-feed-url")
    nodes += [node for redirect in root.all("redirect") for node in redirect.all("newLocation")]
    return next((found for node in nodes if (found := node.address(node.text))), "")


def whole_number(item: Element, *names: str) -> int | None:
    """A whole number from 0 on; None where none of what the item says is one."""
    for name in names:
        text = first_line(item, name)
        if (
            re.fullmatch(r"\d{1,7}(?:\.0+)?", text, re.ASCII)
            and (found := int(text.partition(".")[0])) <= _LARGEST_NUMBER
        ):
            return found
    return None


def duration_ms(item: Element) -> int | None:
    """How long the episode is, as the feed has it; None where that is no time, or none at all."""
    for text in (first_line(item, "itunes:duration"), *(node.get("duration") for node in item.all("media:content"))):
        if found := _time_ms(text):
            return found
    return None


def one_of(text: str, *kinds: str) -> str:
    """A word in small letters if it is one of some; otherwise ''."""
    return text.lower() if text.lower() in kinds else ""


def author_name(author: str) -> str:
    """The name in ``jane@example.org (Jane Doe)`` or ``Jane Doe (jane@example.org)``, as RSS has its authors."""
    found = re.fullmatch(r"(.{0,200}?)\s*\((.{1,200})\)", author)
    if not found:
        return author
    outside, inside = found[1], found[2]
    return inside if "@" in outside else outside if "@" in inside else author


def first_line(node: Element | None, *names: str) -> str:
    """The first of some children that has text, as one line without HTML."""
    for child in node.all(*names) if node is not None else ():
        if found := line(child.text):
            return found
    return ""
