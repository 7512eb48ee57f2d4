"""F: feeds, as a whole and item by item."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from podpipe.check.categories import CATEGORIES
from podpipe.check.facts import Feed, Item
from podpipe.check.feeds import KNOWN
from podpipe.check.model import Found, rule
from podpipe.check.rules.sources import (
    APPLE_ART,
    APPLE_CATEGORIES,
    APPLE_FEED,
    BCP_47,
    NAMESPACE,
    NAMESPACE_CHAPTERS,
    NAMESPACE_TRANSCRIPTS,
    PRX_FEED,
    PSP,
    RFC_2822,
    RSS,
    XML,
    XML_NAMES,
)

_TYPES = {
    "mp3": ("audio/mpeg", "audio/mp3"),
    "m4a": ("audio/x-m4a", "audio/mp4", "audio/m4a", "audio/aac"),
    "m4b": ("audio/x-m4b", "audio/mp4", "audio/x-m4a"),
    "aac": ("audio/aac", "audio/aacp"),
    "mp4": ("video/mp4", "audio/mp4"),
    "m4v": ("video/x-m4v", "video/mp4"),
    "mov": ("video/quicktime",),
    "ogg": ("audio/ogg", "application/ogg", "video/ogg"),
    "oga": ("audio/ogg",),
    "opus": ("audio/ogg", "audio/opus"),
    "flac": ("audio/flac", "audio/x-flac"),
    "wav": ("audio/wav", "audio/x-wav"),
    "pdf": ("application/pdf",),
}
_CHAPTERS_TYPE = "application/json+chapters"
_TRANSCRIPT_TYPES = (
    "text/plain",
    "text/html",
    "text/vtt",
    "application/json",
    "application/x-subrip",
    "application/srt",
    "text/srt",
)
_EXPLICIT = ("true", "false", "yes", "no", "clean", "explicit")
_MOST_BYTES = 10_000_000
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DURATION = re.compile(r"\d+(\.\d+)?|\d{1,3}:\d{2}(\.\d+)?|\d{1,3}:[0-5]?\d:[0-5]?\d(\.\d+)?")
_NUMBERED = re.compile(r"^\W*(?:ep(?:isode)?\.?\s*#?\s*\d+|#\s*\d+|s\d+\s*e\d+)\b", re.IGNORECASE)
_CHANNEL = "the channel"


def _audio(item: Item) -> Iterator[tuple[str, str]]:
    """Address and type of an item's enclosures that have an address."""
    return ((e.url.strip(), e.type or "") for e in item.enclosures if e.url and e.url.strip())


def _addresses(feed: Feed) -> Iterator[tuple[str, str, str]]:
    """Where, what and address of every link to a file or page."""
    for what, address in (("its link", feed.link), ("its image", feed.image), ("atom:link self", feed.self_link)):
        if address:
            yield _CHANNEL, what, address
    for item in feed.items:
        yield from ((item.name, "its enclosure", address) for address, _ in _audio(item))
        if item.image:
            yield item.name, "its image", item.image
        yield from ((item.name, "podcast:chapters", link.url) for link in item.chapters if link.url)
        yield from ((item.name, "podcast:transcript", link.url) for link in item.transcripts if link.url)


def _few(found: Iterable[Found], what: str, most: int = 5) -> Iterator[Found]:
    """The first of many like findings, and how many more there are."""
    every = list(found)
    yield from every[:most]
    if len(every) > most:
        yield what, f"and {len(every) - most} more like these"


@rule("F01", "error", "an item without guid", hurts="every app: episodes are doubled when anything changes",
      mend="give each item a guid that never changes", source=APPLE_FEED)  # fmt: skip
def guid(feed: Feed) -> Iterator[Found]:
    """Apple: all episodes must have one that never changes."""
    yield from _few(((item.name, "has no guid") for item in feed.items if not item.guid), "the feed")


@rule("F02", "warning", "an item without enclosure", hurts="every app: not an episode, or one that can't be played",
      mend="add an enclosure, or leave the item out", source=RSS)  # fmt: skip
def enclosure(feed: Feed) -> Iterator[Found]:
    """Podcasts are feeds with enclosures."""
    yield from _few(((item.name, "has no enclosure") for item in feed.items if not item.enclosures), "the feed")


@rule("F03", "error", "an enclosure without address", hurts="every app: nothing to play",
      mend="give the enclosure its url", source=RSS)  # fmt: skip
def enclosure_url(feed: Feed) -> Iterator[Found]:
    """RSS 2.0 demands url, length and type."""
    for item in feed.items:
        if any(not (e.url or "").strip() for e in item.enclosures):
            yield item.name, "its enclosure has no url"


@rule("F04", "error", "an enclosure without length", hurts="Apple Podcasts demands it; downloads show no progress",
      mend="set length to the file's size in bytes", source=APPLE_FEED)  # fmt: skip
def enclosure_length(feed: Feed) -> Iterator[Found]:
    """In bytes; 0 says nothing."""
    found = (
        (item.name, f"its enclosure has the length {e.length!r}" if e.length else "its enclosure has no length")
        for item in feed.items
        for e in item.enclosures
        if not (e.length or "").strip().isdigit() or int(e.length or 0) == 0
    )
    yield from _few(found, "the feed")


@rule("F05", "error", "an enclosure without type", hurts="Apple Podcasts demands it; apps can't tell sound from video",
      mend="set type: audio/mpeg for MP3, audio/x-m4a for M4A", source=APPLE_FEED)  # fmt: skip
def enclosure_type(feed: Feed) -> Iterator[Found]:
    """RSS 2.0 demands url, length and type."""
    found = (
        (item.name, "its enclosure has no type") for item in feed.items for e in item.enclosures if not e.type
    )  # fmt: skip
    yield from _few(found, "the feed")


@rule("F06", "warning", "an enclosure of another type than its address", hurts="apps that believe it: not played",
      mend="set type to what the file is: audio/mpeg for MP3, audio/x-m4a for M4A", source=APPLE_FEED)  # fmt: skip
def wrong_type(feed: Feed) -> Iterator[Found]:
    """By the ending of the address."""
    found = (
        (item.name, f"its enclosure ends in .{ending} and says “{kind}”")
        for item in feed.items
        for address, kind in _audio(item)
        if kind and (ending := _ending(address)) in _TYPES and kind.lower() not in _TYPES[ending]
    )
    yield from _few(found, "the feed")


@rule("F07", "warning", "http in place of https", hurts="Apple Podcasts, browsers, Android: blocked or warned of",
      mend="serve it over https", source=NAMESPACE)  # fmt: skip
def insecure(feed: Feed) -> Iterator[Found]:
    """Images, sound, pages."""
    found = ((w, f"{what} is {_short(a)}") for w, what, a in _addresses(feed) if a.lower().startswith("http://"))
    yield from _few(found, "the feed")


@rule("F08", "error", "a guid twice", hurts="every app: one of the episodes is never shown",
      mend="give each item its own guid", source=APPLE_FEED)  # fmt: skip
def same_guid(feed: Feed) -> Iterator[Found]:
    """Globally unique."""
    for value, count in Counter(item.guid for item in feed.items if item.guid).items():
        if count > 1:
            yield f"guid “{value[:60]}”", f"is that of {count} items"


@rule("F09", "warning", "an enclosure twice", hurts="Apple Podcasts ignores the second",
      mend="give each item its own file", source=APPLE_FEED)  # fmt: skip
def same_enclosure(feed: Feed) -> Iterator[Found]:
    """Each must be unique."""
    seen = Counter(address for item in feed.items for address in {address for address, _ in _audio(item)})
    for address, count in seen.items():
        if count > 1:
            yield _short(address), f"is the enclosure of {count} items"


@rule("F10", "error", "no cover", hurts="Apple Podcasts and Spotify refuse the feed",
      mend='add <itunes:image href="…"/>, 1400 to 3000 pixels square, JPEG or PNG', source=APPLE_FEED)  # fmt: skip
def no_image(feed: Feed) -> Iterator[Found]:
    """itunes:image."""
    if not feed.image:
        yield _CHANNEL, "has no itunes:image"


@rule("F11", "error", "no category", hurts="Apple Podcasts refuses the feed",
      mend='add <itunes:category text="…"/>', source=APPLE_FEED)  # fmt: skip
def no_category(feed: Feed) -> Iterator[Found]:
    """At least one."""
    if not any(feed.categories):
        yield _CHANNEL, "has no itunes:category"


@rule("F12", "error", "no itunes:explicit", hurts="Apple Podcasts refuses the feed",
      mend="add <itunes:explicit>false</itunes:explicit>, or true", source=APPLE_FEED)  # fmt: skip
def no_explicit(feed: Feed) -> Iterator[Found]:
    """Required."""
    if not feed.explicit:
        yield _CHANNEL, "has no itunes:explicit"


@rule("F13", "error", "no language", hurts="Apple Podcasts and Spotify: not found in the right country",
      mend="add <language>en</language> (ISO 639)", source=APPLE_FEED)  # fmt: skip
def no_language(feed: Feed) -> Iterator[Found]:
    """Required."""
    if not feed.language:
        yield _CHANNEL, "has no language"


@rule("F14", "warning", "no author", hurts="Apple Podcasts, Spotify: the show has no name below its title",
      mend="add <itunes:author>", source=PSP)  # fmt: skip
def no_author(feed: Feed) -> Iterator[Found]:
    """itunes:author."""
    if not feed.author:
        yield _CHANNEL, "has no itunes:author"


@rule("F15", "error", "a show without title or description", hurts="every app; Apple Podcasts refuses the feed",
      mend="add <title> and <description>", source=RSS)  # fmt: skip
def no_title(feed: Feed) -> Iterator[Found]:
    """RSS 2.0 demands both, and a link."""
    for name, value in (("title", feed.title), ("description", feed.description)):
        if not value:
            yield _CHANNEL, f"has no {name}"


@rule("F16", "error", "an item without title", hurts="every app: an episode without a name",
      mend="add <title>", source=APPLE_FEED)  # fmt: skip
def item_title(feed: Feed) -> Iterator[Found]:
    """Required."""
    yield from _few(((item.name, "has no title") for item in feed.items if not item.title), "the feed")


@rule("F17", "error", "a date that can't be read", hurts="every app: the episode is at the wrong place, or nowhere",
      mend="write it as Tue, 24 Nov 2026 06:00:00 +0000", source=RFC_2822)  # fmt: skip
def bad_date(feed: Feed) -> Iterator[Found]:
    """RFC 2822 in RSS, RFC 3339 in Atom."""
    found = (
        (item.name, f"its date is “{item.date[:60]}”")
        for item in feed.items
        if item.date and _date(item.date, feed.kind) is None
    )
    yield from _few(found, "the feed")


@rule("F18", "warning", "a date in the future", hurts="apps hide the episode until then, or keep it at the top",
      mend="set the date to when it was published", source=PSP)  # fmt: skip
def future(feed: Feed) -> Iterator[Found]:
    """By more than a day."""
    limit = datetime.now(UTC) + timedelta(days=1)
    for item in feed.items:
        date = _date(item.date or "", feed.kind)
        if date is not None and date > limit:
            yield item.name, f"is dated {date:%Y-%m-%d}"


@rule("F19", "warning", "an item without date", hurts="every app: the order of episodes is a matter of chance",
      mend="add <pubDate>", source=PSP)  # fmt: skip
def no_date(feed: Feed) -> Iterator[Found]:
    """pubDate, or published in Atom."""
    yield from _few(((item.name, "has no date") for item in feed.items if not item.date), "the feed")


@rule("F20", "warning", "an enclosure whose address has no ending", hurts="Apple Podcasts goes by the ending",
      mend="let the path end in .mp3 or .m4a", source=APPLE_FEED)  # fmt: skip
def no_ending(feed: Feed) -> Iterator[Found]:
    """Apple knows .mp3, .m4a, .mp4, .m4v, .mov, .pdf."""
    found = (
        (item.name, f"its enclosure is {_short(address)}")
        for item in feed.items
        for address, _ in _audio(item)
        if not _ending(address)
    )
    yield from _few(found, "the feed")


@rule("F21", "warning", "a feed of more than 10 MB", hurts="apps that read it again each hour; some stop reading",
      mend="leave old episodes out, or split it in pages (RFC 5005)", source=PSP)  # fmt: skip
def large(feed: Feed) -> Iterator[Found]:
    """As it is, without compression."""
    if feed.size > _MOST_BYTES:
        yield "the feed", f"has {feed.size / 1e6:.1f} MB"


@rule("F22", "info", "no link to itself", hurts="apps: they don't learn of a new address",
      mend='add <atom:link rel="self" type="application/rss+xml" href="…"/>', source=PSP)  # fmt: skip
def self_link(feed: Feed) -> Iterator[Found]:
    """atom:link rel="self"."""
    if not feed.self_link:
        yield _CHANNEL, "has no atom:link with rel=self"


@rule("F23", "warning", "podcast:chapters of a wrong type", hurts="apps that read it: no chapters",
      mend=f'type="{_CHAPTERS_TYPE}"', source=NAMESPACE_CHAPTERS)  # fmt: skip
def chapters(feed: Feed) -> Iterator[Found]:
    """And an address."""
    for item in feed.items:
        for link in item.chapters:
            if not link.url:
                yield item.name, "its podcast:chapters has no url"
            if link.type not in (_CHAPTERS_TYPE, "application/json"):
                yield item.name, f"its podcast:chapters has the type “{link.type}”"


@rule("F24", "warning", "podcast:transcript of a wrong type", hurts="Apple Podcasts and others: no transcript",
      mend="text/vtt, application/x-subrip, application/json or text/html", source=NAMESPACE_TRANSCRIPTS)  # fmt: skip
def transcripts(feed: Feed) -> Iterator[Found]:
    """And an address."""
    for item in feed.items:
        for link in item.transcripts:
            if not link.url:
                yield item.name, "its podcast:transcript has no url"
            if link.type.partition(";")[0].strip().lower() not in _TRANSCRIPT_TYPES:
                yield item.name, f"its podcast:transcript has the type “{link.type}”"


@rule("F25", "error", "a namespace that is misspelt or missing", hurts="every app: all tags with that prefix are lost",
      mend="declare it exactly, on <rss>", source=XML_NAMES)  # fmt: skip
def namespaces(feed: Feed) -> Iterator[Found]:
    """Namespaces are compared letter by letter."""
    for prefix in feed.undeclared:
        right = f': xmlns:{prefix}="{KNOWN[prefix][0]}"' if prefix in KNOWN else ""
        yield f"{prefix}:", f"is used and never declared{right}"
    every = [address for known in KNOWN.values() for address in known]
    for prefix, address in feed.namespaces.items():
        if address in every:
            continue
        near = KNOWN.get(prefix) or difflib.get_close_matches(address.lower(), every, 1, 0.9)
        if near:
            yield f"xmlns:{prefix}", f"is “{address[:80]}” and not “{near[0]}”"


@rule("F26", "error", "XML that is not well-formed", hurts="Apple Podcasts and others that are strict: no episode",
      mend="mend it; & must be &amp;, and what is opened must be closed", source=XML)  # fmt: skip
def not_well_formed(feed: Feed) -> Iterator[Found]:
    """The first faults."""
    yield from (("the feed", fault) for fault in feed.faults[:3])


@rule("F27", "info", "the episode's number in its title", hurts="Apple Podcasts: it asks for titles without numbers",
      mend="put the number into <itunes:episode>", source=APPLE_FEED)  # fmt: skip
def numbered(feed: Feed) -> Iterator[Found]:
    """At the beginning of the title."""
    found = ((item.name, "begins with its number") for item in feed.items if _NUMBERED.match(item.title or ""))
    yield from _few(found, "the feed", 3)


@rule("F28", "info", "an item without duration", hurts="apps: no length is shown before the download",
      mend="add <itunes:duration> in seconds", source=PSP)  # fmt: skip
def no_duration(feed: Feed) -> Iterator[Found]:
    """itunes:duration."""
    found = ((item.name, "has no itunes:duration") for item in feed.items if item.enclosures and not item.duration)
    yield from _few(found, "the feed", 3)


@rule("F29", "warning", "a duration that can't be read", hurts="apps: a wrong length, or none",
      mend="write seconds (1423) or 0:23:43", source=PSP)  # fmt: skip
def bad_duration(feed: Feed) -> Iterator[Found]:
    """Seconds, M:SS or H:MM:SS."""
    for item in feed.items:
        if item.duration and not _DURATION.fullmatch(item.duration):
            yield item.name, f"its itunes:duration is “{item.duration[:40]}”"


@rule("F30", "warning", "a category that Apple does not know", hurts="Apple Podcasts: not listed under it",
      mend="take one of Apple's list, letter by letter", source=APPLE_CATEGORIES)  # fmt: skip
def categories(feed: Feed) -> Iterator[Found]:
    """With a hint at the nearest."""
    for category in filter(None, feed.categories):
        if category not in CATEGORIES:
            near = difflib.get_close_matches(category.title(), CATEGORIES, 1, 0.6)
            hint = f"; did you mean “{near[0]}”?" if near else ""
            yield f"category “{category[:60]}”", f"is not in Apple's list{hint}"


@rule("F31", "warning", "a cover that is neither JPEG nor PNG", hurts="Apple Podcasts refuses it",
      mend="save it as .jpg or .png", source=APPLE_ART)  # fmt: skip
def image_kind(feed: Feed) -> Iterator[Found]:
    """By the ending of its address."""
    for where, image in ((_CHANNEL, feed.image), *((item.name, item.image) for item in feed.items)):
        if image and _ending(image) not in ("jpg", "jpeg", "png", ""):
            yield where, f"its image is {_short(image)}"


@rule("F32", "warning", "itunes:explicit with another value than true or false", hurts="Apple Podcasts",
      mend="write true or false", source=APPLE_FEED)  # fmt: skip
def explicit(feed: Feed) -> Iterator[Found]:
    """The old yes, no and clean are still understood."""
    for where, value in ((_CHANNEL, feed.explicit), *((item.name, item.explicit) for item in feed.items)):
        if value and value.strip().lower() not in _EXPLICIT:
            yield where, f"its itunes:explicit is “{value[:40]}”"


@rule("F33", "error", "a feed without items", hurts="Apple Podcasts and Spotify refuse it",
      mend="publish an episode first, if only a trailer", source=APPLE_FEED)  # fmt: skip
def no_items(feed: Feed) -> Iterator[Found]:
    """At least one."""
    if not feed.items:
        yield "the feed", "has no items"


@rule("F34", "warning", "a language that is none", hurts="Apple Podcasts and Spotify: not found in the right country",
      mend="write it as en, de or pt-BR", source=BCP_47)  # fmt: skip
def language(feed: Feed) -> Iterator[Found]:
    """BCP 47 by its form."""
    if feed.language and not _LANGUAGE.fullmatch(feed.language):
        yield _CHANNEL, f"has the language “{feed.language[:40]}”"


@rule("F35", "error", "an address that is not whole", hurts="apps: they don't know where to look",
      mend="write the whole address, with https://", source=RSS)  # fmt: skip
def relative(feed: Feed) -> Iterator[Found]:
    """RSS has no base address."""
    found = (
        (where, f"{what} is {_short(address)}")
        for where, what, address in _addresses(feed)
        if not address.lower().startswith(("http://", "https://")) and feed.kind == "rss"
    )
    yield from _few(found, "the feed")


@rule("F36", "warning", "an address with other letters than ASCII", hurts="Apple Podcasts: not fetched",
      mend="write them as %C3%BC, or rename the file", source=APPLE_FEED)  # fmt: skip
def not_ascii(feed: Feed) -> Iterator[Found]:
    """Spaces as well."""
    found = (
        (where, f"{what} is {_short(address)}")
        for where, what, address in _addresses(feed)
        if not address.isascii() or " " in address
    )
    yield from _few(found, "the feed")


@rule("F37", "error", "a cover of the wrong size", hurts="Apple Podcasts refuses it",
      mend="1400 to 3000 pixels square, JPEG or PNG, RGB", source=APPLE_ART)  # fmt: skip
def cover_size(feed: Feed) -> Iterator[Found]:
    """Fetched, where the feed came over the net."""
    cover = feed.cover
    if cover is None:
        return
    if not cover.width or cover.found not in ("image/jpeg", "image/png"):
        yield "the cover", f"is {cover.found or 'no picture that can be understood'}"
    elif cover.width != cover.height or not 1400 <= cover.width <= 3000:
        yield "the cover", f"has {cover.width} × {cover.height} pixels"
    if cover.colours == "cmyk":
        yield "the cover", "is in CMYK"


@rule("F38", "warning", "a cover of more than 512 kB", hurts="listeners on slow lines; some apps leave it out",
      mend="save it as JPEG of less than 512 kB", source=PRX_FEED)  # fmt: skip
def cover_bytes(feed: Feed) -> Iterator[Found]:
    """What hosts recommend."""
    if feed.cover and feed.cover.size > 512_000:
        yield "the cover", f"has {feed.cover.size / 1000:.0f} kB"


@rule("F39", "warning", "itunes:episode that is no number", hurts="Apple Podcasts: the number is not shown",
      mend="write a whole number above 0", source=APPLE_FEED)  # fmt: skip
def episode(feed: Feed) -> Iterator[Found]:
    """A non-zero integer."""
    for item in feed.items:
        if item.episode is not None and not (item.episode.isdecimal() and int(item.episode) > 0):
            yield item.name, f"its itunes:episode is “{item.episode[:40]}”"


@rule("F40", "info", "Atom", hurts="Apple Podcasts and Spotify: they take RSS 2.0 only",
      mend="publish RSS 2.0", source=APPLE_FEED)  # fmt: skip
def atom(feed: Feed) -> Iterator[Found]:
    """Most other apps read both."""
    if feed.kind == "atom":
        yield "the feed", "is Atom"


def _ending(address: str) -> str:
    try:
        name = PurePosixPath(urlsplit(address.strip()).path).suffix
    except ValueError:
        return ""
    return name.lower().lstrip(".") if re.fullmatch(r"\.\w{2,5}", name) else ""


def _short(address: str) -> str:
    from podpipe.net import mask

    masked = mask(address)
    return masked if len(masked) <= 100 else masked[:99] + "…"


def _date(text: str, kind: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if kind == "atom" else parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
