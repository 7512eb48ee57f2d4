"""F: the items of a feed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from podpipe.check.facts import Feed
from podpipe.check.model import Found, rule
from podpipe.check.rules.addresses import ending, short, sounds
from podpipe.check.rules.sources import (
    APPLE_FEED,
    NAMESPACE_CHAPTERS,
    NAMESPACE_TRANSCRIPTS,
    PSP,
    RFC_2822,
    RSS,
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
_DURATION = re.compile(r"\d+(\.\d+)?|\d{1,3}:\d{2}(\.\d+)?|\d{1,3}:[0-5]?\d:[0-5]?\d(\.\d+)?")
_NUMBERED = re.compile(r"^\W*(?:ep(?:isode)?\.?\s*+(?:#\s*+)?\d+|#\s*\d+|s\d+\s*e\d+)\b", re.IGNORECASE)


@rule("F01", "error", "an item without guid", hurts="every app: episodes are doubled when anything changes",
      mend="give each item a guid that never changes", source=APPLE_FEED)  # fmt: skip
def guid(feed: Feed) -> Iterator[Found]:
    """Apple: all episodes must have one that never changes."""
    yield from ((item.name, "has no guid") for item in feed.items if not item.guid)


@rule("F02", "warning", "an item without enclosure", hurts="every app: not an episode, or one that can't be played",
      mend="add an enclosure, or leave the item out", source=RSS)  # fmt: skip
def enclosure(feed: Feed) -> Iterator[Found]:
    """Podcasts are feeds with enclosures."""
    yield from ((item.name, "has no enclosure") for item in feed.items if not item.enclosures)


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
    yield from found


@rule("F05", "error", "an enclosure without type", hurts="Apple Podcasts demands it; apps can't tell sound from video",
      mend="set type: audio/mpeg for MP3, audio/x-m4a for M4A", source=APPLE_FEED)  # fmt: skip
def enclosure_type(feed: Feed) -> Iterator[Found]:
    """RSS 2.0 demands url, length and type."""
    found = (
        (item.name, "its enclosure has no type") for item in feed.items for e in item.enclosures if not e.type
    )  # fmt: skip
    yield from found


@rule("F06", "warning", "an enclosure of another type than its address", hurts="apps that believe it: not played",
      mend="set type to what the file is: audio/mpeg for MP3, audio/x-m4a for M4A", source=APPLE_FEED)  # fmt: skip
def wrong_type(feed: Feed) -> Iterator[Found]:
    """By the ending of the address."""
    found = (
        (item.name, f"its enclosure ends in .{kind_of} and says “{kind}”")
        for item in feed.items
        for address, kind in sounds(item)
        if kind and (kind_of := ending(address)) in _TYPES and kind.lower() not in _TYPES[kind_of]
    )
    yield from found


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
    seen = Counter(address for item in feed.items for address in {address for address, _ in sounds(item)})
    for address, count in seen.items():
        if count > 1:
            yield short(address), f"is the enclosure of {count} items"


@rule("F16", "error", "an item without title", hurts="every app: an episode without a name",
      mend="add <title>", source=APPLE_FEED)  # fmt: skip
def item_title(feed: Feed) -> Iterator[Found]:
    """Required."""
    yield from ((item.name, "has no title") for item in feed.items if not item.title)


@rule("F17", "error", "a date that can't be read", hurts="every app: the episode is at the wrong place, or nowhere",
      mend="write it as Tue, 24 Nov 2026 06:00:00 +0000", source=RFC_2822)  # fmt: skip
def bad_date(feed: Feed) -> Iterator[Found]:
    """RFC 2822 in RSS, RFC 3339 in Atom."""
    found = (
        (item.name, f"its date is “{item.date[:60]}”")
        for item in feed.items
        if item.date and _date(item.date, feed.kind) is None
    )
    yield from found


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
    yield from ((item.name, "has no date") for item in feed.items if not item.date)


@rule("F20", "warning", "an enclosure whose address has no ending", hurts="Apple Podcasts goes by the ending",
      mend="let the path end in .mp3 or .m4a", source=APPLE_FEED)  # fmt: skip
def no_ending(feed: Feed) -> Iterator[Found]:
    """Apple knows .mp3, .m4a, .mp4, .m4v, .mov, .pdf."""
    found = (
        (item.name, f"its enclosure is {short(address)}")
        for item in feed.items
        for address, _ in sounds(item)
        if not ending(address)
    )
    yield from found


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


@rule("F27", "info", "the episode's number in its title", hurts="Apple Podcasts: it asks for titles without numbers",
      mend="put the number into <itunes:episode>", source=APPLE_FEED)  # fmt: skip
def numbered(feed: Feed) -> Iterator[Found]:
    """At the beginning of the title."""
    found = ((item.name, "begins with its number") for item in feed.items if _NUMBERED.match(item.title or ""))
    yield from found


@rule("F28", "info", "an item without duration", hurts="apps: no length is shown before the download",
      mend="add <itunes:duration> in seconds", source=PSP)  # fmt: skip
def no_duration(feed: Feed) -> Iterator[Found]:
    """itunes:duration."""
    found = ((item.name, "has no itunes:duration") for item in feed.items if item.enclosures and not item.duration)
    yield from found


@rule("F29", "warning", "a duration that can't be read", hurts="apps: a wrong length, or none",
      mend="write seconds (1423) or 0:23:43", source=PSP)  # fmt: skip
def bad_duration(feed: Feed) -> Iterator[Found]:
    """Seconds, M:SS or H:MM:SS."""
    for item in feed.items:
        if item.duration and not _DURATION.fullmatch(item.duration):
            yield item.name, f"its itunes:duration is “{item.duration[:40]}”"


@rule("F39", "warning", "itunes:episode that is no number", hurts="Apple Podcasts: the number is not shown",
      mend="write a whole number above 0", source=APPLE_FEED)  # fmt: skip
def episode(feed: Feed) -> Iterator[Found]:
    """A non-zero integer."""
    for item in feed.items:
        if item.episode is not None and not (item.episode.isdecimal() and int(item.episode) > 0):
            yield item.name, f"its itunes:episode is “{item.episode[:40]}”"


def _date(text: str, kind: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if kind == "atom" else parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
