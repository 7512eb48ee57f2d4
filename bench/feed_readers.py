"""Feeds as programs read them that nobody here wrote: each says what it finds in the same words.

``Read`` holds, by name, what a reader found of the show and of each episode; a reader that has no notion of something
has no such name.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bench import node


@dataclass(frozen=True, slots=True)
class Read:
    """What a reader found."""

    show: dict[str, Any]
    episodes: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class FeedReader:
    """A program that reads feeds: ``version`` is empty where it isn't installed."""

    name: str
    version: Callable[[], str]
    read: Callable[[Path], Read]
    chapters: str
    """Where in an item it finds chapters."""


def _partytime(path: Path) -> Read:
    """The npm package podcast-partytime, which the Podcasting 2.0 community keeps."""
    script = Path(__file__).with_name("partytime.mjs")
    module = node.MODULES / "podcast-partytime" / "dist" / "index.js"
    run = subprocess.run(["node", script, module, path], capture_output=True, check=True, text=True)
    feed = json.loads(run.stdout.splitlines()[-1])
    show = {
        "title": feed["title"],
        "link": feed["link"],
        "description": feed["description"],
        "language": feed["language"],
        "author": feed["author"],
        "owner": (feed["owner"]["name"], feed["owner"]["email"]),
        "image": feed["itunesImage"],
        "copyright": feed["copyright"],
        "categories": feed["itunesCategory"],
        "explicit": feed["explicit"],
        "type": feed["itunesType"],
        "built": _moment(feed["lastBuildDate"]),
        "self": feed["pubsub"]["self"],
        "guid": feed["guid"],
        "locked": (feed["locked"], feed["podcastOwner"]),
        "medium": feed["medium"],
        "persons": _persons(feed.get("podcastPeople", [])),
    }
    return Read(show, [_partytime_item(item) for item in feed["items"]])


def _partytime_item(item: dict[str, Any]) -> dict[str, Any]:
    enclosure = item["enclosure"]
    return {
        "title": item["title"],
        "link": item["link"],
        "guid": item["guid"],
        "published": _moment(item["pubDate"]),
        "enclosure": (enclosure["url"], enclosure["length"], enclosure["type"]),
        "duration": item["duration"],
        "author": item["author"],
        "season": item["itunesSeason"],
        "number": item["itunesEpisode"],
        "type": item["itunesEpisodeType"],
        "explicit": item["explicit"],
        "image": item["itunesImage"],
        "persons": _persons(item.get("podcastPeople", [])),
        "transcripts": [
            (t["url"], t["type"].replace("application/srt", "application/x-subrip"), t["language"], "rel" in t)
            for t in item["podcastTranscripts"]
        ],
        "chapters link": (item["podcastChapters"]["url"], item["podcastChapters"]["type"]),
        "soundbites": [(b["startTime"], b["duration"], b["title"]) for b in item["podcastSoundbites"]],
        "content": item.get("content", ""),
        "chapters": _lines(item.get("content", "")),
    }


def _persons(found: list[dict[str, str]]) -> list[tuple[str, ...]]:
    return [(p["name"], p["role"].lower(), p["group"].lower(), p.get("href", ""), p.get("img", "")) for p in found]


def _lines(content: str) -> list[tuple[int, str]]:
    """Chapters where apps without chapters look: lines that begin with a time."""
    found = re.findall(r"(?:(\d\d):)?(\d\d):(\d\d) (?:- )?([^<\n]*)", content)
    return [((int(h or 0) * 60 + int(m)) * 60_000 + int(s) * 1000, title) for h, m, s, title in found]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _feedparser(path: Path) -> Read:
    import feedparser

    found = feedparser.parse(str(path))
    feed = found.feed
    show = {
        "title": feed.title,
        "link": feed.link,
        "description": feed.subtitle,
        "language": feed.language,
        "owner": (feed.author_detail.name, feed.author_detail.email),
        "image": feed.image.href,
        "copyright": feed.rights,
        "type": feed.itunes_type,
        "built": _of_struct(feed.updated_parsed),
        "self": next(link.href for link in feed.links if link.rel == "self"),
        "guid": feed.podcast_guid,
        "medium": feed.podcast_medium,
    }
    return Read(show, [_feedparser_item(entry) for entry in found.entries])


def _feedparser_item(entry: Any) -> dict[str, Any]:
    enclosure = next(link for link in entry.links if link.rel == "enclosure")
    chapters = entry.psc_chapters.chapters if "psc_chapters" in entry else []
    return {
        "title": entry.title,
        "link": entry.link,
        "guid": entry.id,
        "published": _of_struct(entry.published_parsed),
        "enclosure": (enclosure.href, int(enclosure.length), enclosure.type),
        "duration": int(entry.itunes_duration),
        "author": entry.author,
        "season": int(entry.itunes_season),
        "number": int(entry.itunes_episode),
        "type": entry.itunes_episodetype,
        "image": entry.image.href,
        "chapters link": (entry.podcast_chapters["url"], entry.podcast_chapters["type"]),
        "chapters": [(round(c.start_parsed.total_seconds() * 1000), c.title) for c in chapters],
    }


def _of_struct(parsed: Any) -> datetime:
    return datetime(*parsed[:6], tzinfo=UTC)


def _podcastparser(path: Path) -> Read:
    """Gpodder's parser."""
    import podcastparser

    with path.open("rb") as file:
        feed = podcastparser.parse(path.as_uri(), file)
    show = {
        "title": feed["title"],
        "link": feed["link"],
        "description": feed["description"],
        "language": feed["language"],
        "author": feed["itunes_author"],
        "owner": (feed["itunes_owner"]["name"], feed["itunes_owner"]["email"]),
        "image": feed["cover_url"],
        "categories": [" > ".join(category) for category in feed["itunes_categories"]],
        "explicit": feed["explicit"],
        "type": feed["type"],
    }
    return Read(show, [_podcastparser_item(item) for item in feed["episodes"]])


def _podcastparser_item(item: dict[str, Any]) -> dict[str, Any]:
    enclosure = item["enclosures"][0]
    return {
        "title": item["title"],
        "link": item["link"],
        "guid": item["guid"],
        "published": datetime.fromtimestamp(item["published"], UTC),
        "enclosure": (enclosure["url"], enclosure["file_size"], enclosure["mime_type"]),
        "duration": item["total_time"],
        "author": item["itunes_author"],
        "season": item["season"],
        "number": item["number"],
        "type": item["type"],
        "explicit": item["explicit"],
        "image": item["episode_art_url"],
        "content": item.get("description_html", ""),
        "chapters": [(c["start"] * 1000, c["title"]) for c in item.get("chapters", [])],
    }


def _installed(package: str) -> Callable[[], str]:
    def said() -> str:
        try:
            return version(package)
        except PackageNotFoundError:
            return ""

    return said


def _partytime_version() -> str:
    return node.version("podcast-partytime") if shutil.which("node") else ""


FEED_READERS = (
    FeedReader("podcast-partytime", _partytime_version, _partytime, "timestamps in the notes"),
    FeedReader("feedparser", _installed("feedparser"), _feedparser, "psc"),
    FeedReader("podcastparser (gPodder)", _installed("podcastparser"), _podcastparser, "psc"),
)
