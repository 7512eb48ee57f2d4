"""What machines read of a page: canonical address, Open Graph, feeds, and schema.org as JSON-LD.

Sources: https://schema.org/PodcastEpisode, https://schema.org/PodcastSeries, https://schema.org/Clip (what search
engines show as key moments), https://ogp.me, and the RSS Advisory Board's autodiscovery
(https://www.rssboard.org/rss-autodiscovery).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from markupsafe import Markup

from podpipe.models import Chapter, Episode, Person, Show
from podpipe.pages.text import one_line
from podpipe.publish.feed import MEDIA_TYPE

_TYPES: dict[str, str] = {"guest": "actor", "host": "author"}


def policy(*, audio_from: str) -> Markup:
    """What a page may load (Content Security Policy, level 3): what is the site's own, and the audio.

    ``audio_from`` is a source expression; '' where audio is the site's own. WebAssembly is what search runs in.
    """
    rules = (
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "img-src 'self' data:",
        f"media-src 'self' {audio_from}".strip(),
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
    return Markup('<meta http-equiv="Content-Security-Policy" content="{}">').format("; ".join(rules))


def robots(*, is_listed: bool) -> Markup:
    """What search engines may do with a page."""
    return Markup() if is_listed else Markup('<meta name="robots" content="noindex, nofollow">')


def elsewhere(url: str) -> Markup:
    """For a page that says again what another says: not to be listed in its place."""
    return Markup('<meta name="robots" content="noindex">\n<link rel="canonical" href="{}">').format(url)


def feed(title: str, url: str) -> Markup:
    """Where a page's feed is."""
    return Markup('<link rel="alternate" type="{}" title="{}" href="{}">').format(MEDIA_TYPE, title, url)


def card(title: str, description: str, url: str, image: str, *, kind: str = "website") -> Markup:
    """A page's canonical address, and what a pasted link shows."""
    named = {"og:type": kind, "og:title": title, "og:description": description, "og:url": url, "og:image": image}
    lines = [Markup('<link rel="canonical" href="{}">').format(url)]
    if description:
        lines.append(Markup('<meta name="description" content="{}">').format(description))
    lines += (
        Markup('<meta property="{}" content="{}">').format(name, content) for name, content in named.items() if content
    )
    return Markup("\n").join(lines)


def image(url: str) -> Markup:
    """The picture of a pasted link."""
    return Markup('<meta property="og:image" content="{}">').format(url) if url else Markup()


def site(name: str, url: str, search: str) -> Markup:
    """The first page: what the site is, and how it is searched."""
    action = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": f"{search}?q={{search_term_string}}"},
        "query-input": "required name=search_term_string",
    }
    return _json({"@type": "WebSite", "name": name, "url": url, "potentialAction": action if search else None})


def series(show: Show, url: str, feed_url: str, image: str, description: str) -> Markup:
    """A show."""
    return _json(_series(show, url, feed_url) | {"image": image, "description": description})


def episode(
    known: Episode,
    show: Show,
    *,
    url: str,
    show_url: str,
    feed_url: str,
    audio: str,
    media_type: str,
    image: str,
    description: str,
    language: str,
    duration_ms: int,
    chapters: Sequence[Chapter],
) -> Markup:
    """An episode, its sound, and its chapters as clips."""
    sound = {
        "@type": "AudioObject",
        "contentUrl": audio,
        "encodingFormat": media_type,
        "duration": _duration(duration_ms),
    }
    clips = [
        {
            "@type": "Clip",
            "name": one_line(chapter.title),
            "startOffset": chapter.start_ms / 1000,
            "endOffset": chapter.end_ms / 1000 if chapter.end_ms > chapter.start_ms else None,
            "url": f"{url}#t={chapter.start_ms // 10 / 100:g}",
        }
        for chapter in chapters
        if one_line(chapter.title)
    ]
    people: dict[str, list[Any]] = {}
    for person in known.persons:
        people.setdefault(_TYPES.get(person.role.casefold(), "contributor"), []).append(_person(person))
    return _json(
        {
            "@type": "PodcastEpisode",
            "name": one_line(known.title),
            "url": url,
            "image": image,
            "description": description,
            "datePublished": known.published.isoformat() if known.published else "",
            "timeRequired": _duration(duration_ms),
            "inLanguage": language,
            "episodeNumber": known.number,
            "partOfSeason": {"@type": "PodcastSeason", "seasonNumber": known.season} if known.season else None,
            "partOfSeries": _series(show, show_url, feed_url) if known.show else None,
            "associatedMedia": sound,
            "hasPart": clips,
            "accessibilityFeature": ["transcript"],
            **people,
        }
    )


def _series(show: Show, url: str, feed_url: str) -> dict[str, Any]:
    author = {"@type": "Person", "name": one_line(show.author)} if show.author else None
    return {
        "@type": "PodcastSeries",
        "name": one_line(show.title),
        "url": url,
        "webFeed": feed_url,
        "author": author,
        "inLanguage": show.language,
    }


def _person(person: Person) -> dict[str, Any]:
    return {"@type": "Person", "name": one_line(person.name), "url": person.url if "://" in person.url else ""}


def _duration(ms: int) -> str:
    """ISO 8601: ``PT83S``."""
    return f"PT{max(round(ms / 1000), 1)}S"


def _json(value: dict[str, Any]) -> Markup:
    """JSON-LD, in which nothing can end the script that holds it (HTML, section 4.12.1.3)."""
    said = msgspec.json.encode({"@context": "https://schema.org", **_told(value)}).decode()
    for character in "<>&\u2028\u2029":
        said = said.replace(character, f"\\u{ord(character):04x}")
    return Markup('<script type="application/ld+json">') + Markup(said) + Markup("</script>")


def _told(value: Any) -> Any:
    """A value without what says nothing."""
    if isinstance(value, dict):
        return {key: _told(each) for key, each in value.items() if each not in (None, "", [], {})}
    return [_told(each) for each in value] if isinstance(value, list) else value
