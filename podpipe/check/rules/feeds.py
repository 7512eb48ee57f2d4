"""F: feeds, as a whole and item by item."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from podpipe.check.categories import CATEGORIES
from podpipe.check.facts import Feed
from podpipe.check.feeds import KNOWN
from podpipe.check.model import Found, rule
from podpipe.check.rules.addresses import CHANNEL, addresses, ending, short
from podpipe.check.rules.sources import (
    APPLE_ART,
    APPLE_CATEGORIES,
    APPLE_FEED,
    BCP_47,
    NAMESPACE,
    PRX_FEED,
    PSP,
    RSS,
    XML,
    XML_NAMES,
)

_EXPLICIT = ("true", "false", "yes", "no", "clean", "explicit")
_MOST_BYTES = 10_000_000
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@rule("F07", "warning", "http in place of https", hurts="Apple Podcasts, browsers, Android: blocked or warned of",
      mend="serve it over https", source=NAMESPACE)  # fmt: skip
def insecure(feed: Feed) -> Iterator[Found]:
    """Images, sound, pages."""
    found = ((w, f"{what} is {short(a)}") for w, what, a in addresses(feed) if a.lower().startswith("http://"))
    yield from found


@rule("F10", "error", "no cover", hurts="Apple Podcasts and Spotify refuse the feed",
      mend='add <itunes:image href="…"/>, 1400 to 3000 pixels square, JPEG or PNG', source=APPLE_FEED)  # fmt: skip
def no_image(feed: Feed) -> Iterator[Found]:
    """itunes:image."""
    if not feed.image:
        yield CHANNEL, "has no itunes:image"


@rule("F11", "error", "no category", hurts="Apple Podcasts refuses the feed",
      mend='add <itunes:category text="…"/>', source=APPLE_FEED)  # fmt: skip
def no_category(feed: Feed) -> Iterator[Found]:
    """At least one."""
    if not any(feed.categories):
        yield CHANNEL, "has no itunes:category"


@rule("F12", "error", "no itunes:explicit", hurts="Apple Podcasts refuses the feed",
      mend="add <itunes:explicit>false</itunes:explicit>, or true", source=APPLE_FEED)  # fmt: skip
def no_explicit(feed: Feed) -> Iterator[Found]:
    """Required."""
    if not feed.explicit:
        yield CHANNEL, "has no itunes:explicit"


@rule("F13", "error", "no language", hurts="Apple Podcasts and Spotify: not found in the right country",
      mend="add <language>en</language> (ISO 639)", source=APPLE_FEED)  # fmt: skip
def no_language(feed: Feed) -> Iterator[Found]:
    """Required."""
    if not feed.language:
        yield CHANNEL, "has no language"


@rule("F14", "warning", "no author", hurts="Apple Podcasts, Spotify: the show has no name below its title",
      mend="add <itunes:author>", source=PSP)  # fmt: skip
def no_author(feed: Feed) -> Iterator[Found]:
    """itunes:author."""
    if not feed.author:
        yield CHANNEL, "has no itunes:author"


@rule("F15", "error", "a show without title or description", hurts="every app; Apple Podcasts refuses the feed",
      mend="add <title> and <description>", source=RSS)  # fmt: skip
def no_title(feed: Feed) -> Iterator[Found]:
    """RSS 2.0 demands both, and a link."""
    for name, value in (("title", feed.title), ("description", feed.description)):
        if not value:
            yield CHANNEL, f"has no {name}"


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
        yield CHANNEL, "has no atom:link with rel=self"


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
    for where, image in ((CHANNEL, feed.image), *((item.name, item.image) for item in feed.items)):
        if image and ending(image) not in ("jpg", "jpeg", "png", ""):
            yield where, f"its image is {short(image)}"


@rule("F32", "warning", "itunes:explicit with another value than true or false", hurts="Apple Podcasts",
      mend="write true or false", source=APPLE_FEED)  # fmt: skip
def explicit(feed: Feed) -> Iterator[Found]:
    """The old yes, no and clean are still understood."""
    for where, value in ((CHANNEL, feed.explicit), *((item.name, item.explicit) for item in feed.items)):
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
        yield CHANNEL, f"has the language “{feed.language[:40]}”"


@rule("F35", "error", "an address that is not whole", hurts="apps: they don't know where to look",
      mend="write the whole address, with https://", source=RSS)  # fmt: skip
def relative(feed: Feed) -> Iterator[Found]:
    """RSS has no base address."""
    found = (
        (where, f"{what} is {short(address)}")
        for where, what, address in addresses(feed)
        if not address.lower().startswith(("http://", "https://")) and feed.kind == "rss"
    )
    yield from found


@rule("F36", "warning", "an address with other letters than ASCII", hurts="Apple Podcasts: not fetched",
      mend="write them as %C3%BC, or rename the file", source=APPLE_FEED)  # fmt: skip
def not_ascii(feed: Feed) -> Iterator[Found]:
    """Spaces as well."""
    found = (
        (where, f"{what} is {short(address)}")
        for where, what, address in addresses(feed)
        if not address.isascii() or " " in address
    )
    yield from found


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


@rule("F40", "info", "Atom", hurts="Apple Podcasts and Spotify: they take RSS 2.0 only",
      mend="publish RSS 2.0", source=APPLE_FEED)  # fmt: skip
def atom(feed: Feed) -> Iterator[Found]:
    """Most other apps read both."""
    if feed.kind == "atom":
        yield "the feed", "is Atom"
