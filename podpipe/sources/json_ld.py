"""What a web page tells search engines of its episode, in schema.org's words as JSON-LD (W3C, 2020)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from podpipe.sources import dates
from podpipe.sources.identity import plain

_EPISODES = {"PodcastEpisode", "RadioEpisode", "Episode"}
_LONGEST, _DEEPEST = 200_000, 6
"""Characters of a script that are read, and how many objects one within another."""


@dataclass(frozen=True, slots=True)
class Told:
    """Of the episode that a page is about: '' and None where it is not told."""

    audio: str = ""
    show: str = ""
    published: datetime | None = None


def told(tree: Any) -> Told:
    """Read a page's scripts (lxml elements); what is no JSON is passed over, and a list of episodes is none's page."""
    scripts = tree.xpath("//script[@type='application/ld+json']/text()")
    things = (thing for script in scripts for thing in _things(_read(str(script)), _DEEPEST))
    episodes = [thing for thing in things if _EPISODES & set(_texts(thing.get("@type")))]
    if len(episodes) != 1:
        return Told()
    (episode,) = episodes
    return Told(_audio(episode), _show(episode), dates.parse(_text(episode.get("datePublished"))))


def _read(script: str) -> Any:
    try:
        return json.loads(script) if len(script) <= _LONGEST else None
    except (ValueError, RecursionError):
        return None


def _things(value: Any, deep: int) -> Iterator[Mapping[str, Any]]:
    """Objects in order, each before those within it."""
    if isinstance(value, Mapping):
        yield value
    if deep and isinstance(value, Mapping | list):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _things(one, deep - 1)


def _audio(episode: Mapping[str, Any]) -> str:
    """The address of the sound, or of the first media object."""
    media = [episode.get(name) for name in ("associatedMedia", "audio", "encoding")]
    addresses = (_text(thing.get("contentUrl")) for thing in _things(media, 3))
    return next(filter(None, addresses), "")


def _show(episode: Mapping[str, Any]) -> str:
    series = next(_things(episode.get("partOfSeries"), 2), {})
    return plain(_text(series.get("name")))


def _texts(value: Any) -> list[str]:
    """A text, or the texts of a list."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _text(value: Any) -> str:
    return next(iter(_texts(value)), "")
