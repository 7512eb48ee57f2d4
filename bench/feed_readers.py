"""Feeds as programs read them that nobody here wrote: each says what it finds in the same words.

``Read`` holds, by name, what a reader found of the show and of each episode; a reader that has no notion of something
has no such name. ``shows`` says what of a list of chapters each can find, and ``python -m bench.readers`` puts what it
does find into docs/readers.md.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bench import node
from podpipe.chapters.descriptions import ANY, chooser
from podpipe.models import Chapter, Episode, Show, Soundbite
from podpipe.publish import feed
from podpipe.publish.descriptions import FEWEST


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
    shows: Callable[[Sequence[Chapter], int], list[Chapter]]
    """What it should find of chapters, and the length of their episode (ms)."""
    about: str
    """Where in an item it finds chapters, for people."""


def _partytime(path: Path) -> Read:
    """The npm package podcast-partytime, which the Podcasting 2.0 community keeps."""
    script = Path(__file__).with_name("partytime.mjs")
    module = node.MODULES / "podcast-partytime" / "dist" / "index.js"
    run = subprocess.run(["node", script, module, path], capture_output=True, check=True, text=True)
    found = json.loads(run.stdout.splitlines()[-1])
    show = {
        "title": found["title"],
        "link": found["link"],
        "description": found["description"],
        "language": found["language"],
        "author": found["author"],
        "owner": (found["owner"]["name"], found["owner"]["email"]),
        "image": found["itunesImage"],
        "copyright": found["copyright"],
        "categories": found["itunesCategory"],
        "explicit": found["explicit"],
        "type": found["itunesType"],
        "built": _moment(found["lastBuildDate"]),
        "self": found["pubsub"]["self"],
        "guid": found["guid"],
        "locked": (found["locked"], found["podcastOwner"]),
        "medium": found["medium"],
        "persons": _persons(found.get("podcastPeople", [])),
    }
    return Read(show, [_partytime_item(item) for item in found["items"]])


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
    about = found.feed
    show = {
        "title": about.title,
        "link": about.link,
        "description": about.subtitle,
        "language": about.language,
        "owner": (about.author_detail.name, about.author_detail.email),
        "image": about.image.href,
        "copyright": about.rights,
        "type": about.itunes_type,
        "built": _of_struct(about.updated_parsed),
        "self": next(link.href for link in about.links if link.rel == "self"),
        "guid": about.podcast_guid,
        "medium": about.podcast_medium,
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
        found = podcastparser.parse(path.as_uri(), file)
    show = {
        "title": found["title"],
        "link": found["link"],
        "description": found["description"],
        "language": found["language"],
        "author": found["itunes_author"],
        "owner": (found["itunes_owner"]["name"], found["itunes_owner"]["email"]),
        "image": found["cover_url"],
        "categories": [" > ".join(category) for category in found["itunes_categories"]],
        "explicit": found["explicit"],
        "type": found["type"],
    }
    return Read(show, [_podcastparser_item(item) for item in found["episodes"]])


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


def _whole(chapters: Sequence[Chapter]) -> list[Chapter]:
    return [replace(chapter, start_ms=chapter.start_ms // 1000 * 1000) for chapter in chapters]


def _psc(chapters: Sequence[Chapter], duration_ms: int) -> list[Chapter]:
    return list(chapters)


def _psc_seconds(chapters: Sequence[Chapter], duration_ms: int) -> list[Chapter]:
    return _whole(chapters)


def _stamps(chapters: Sequence[Chapter], duration_ms: int) -> list[Chapter]:
    listed, _ = chooser(ANY)(chapters, duration_ms)
    listed = tuple(replace(c, title=c.title.translate({ord("<"): "‹", ord(">"): "›"})) for c in listed)
    return _whole(listed) if len(listed) >= FEWEST else []


FEED_READERS = (
    FeedReader(
        "podcast-partytime",
        _partytime_version,
        _partytime,
        _stamps,
        "in the notes, as lines that begin with a time: whole seconds, and only lists that Apple Podcasts, Spotify and "
        "YouTube take (at least three chapters, each of 10 s or more). Of `psc` it knows nothing, and of "
        "`podcast:chapters` the address and type",
    ),
    FeedReader("feedparser", _installed("feedparser"), _feedparser, _psc, "in `psc`"),
    FeedReader(
        "podcastparser (gPodder)",
        _installed("podcastparser"),
        _podcastparser,
        _psc_seconds,
        "in `psc`, whose times it cuts to whole seconds",
    ),
)

STRETCH = 11_999
"""Lists made for three seconds of sound are for ten hours here, as a feed needs none."""


def stretched(chapters: Sequence[Chapter]) -> list[Chapter]:
    """Chapters of three seconds as chapters of ten hours."""
    return [replace(c, start_ms=c.start_ms * STRETCH, end_ms=c.end_ms * STRETCH) for c in chapters]


def found_and_wanted(
    reader: FeedReader, chapters: Sequence[Chapter], folder: Path
) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Start (ms) and title of what a reader finds of chapters in our feed, and of what it should."""
    chapters = stretched(chapters)
    duration_ms = max(chapter.end_ms for chapter in chapters)
    path = folder / "feed.xml"
    path.write_bytes(feed.write(_SHOW, [replace(_ITEM, chapters=chapters, duration_ms=duration_ms)], _URL))
    wanted = [(chapter.start_ms, chapter.title) for chapter in reader.shows(chapters, duration_ms)]
    return reader.read(path).episodes[0]["chapters"], wanted


_URL = "https://example.org/feed.xml"
_SHOW = Show(
    "show",
    "A show",
    page="https://example.org/",
    description="About things.",
    author="Jane",
    owner="Jane",
    email="jane@example.org",
    image="https://example.org/cover.jpg",
    language="en",
    copyright="CC0",
    categories=("Technology",),
)
_ITEM = feed.Item(
    Episode(
        "episode",
        "guid",
        "An episode",
        published=datetime(2026, 1, 2, tzinfo=UTC),
        season=1,
        number=1,
        explicit=False,
        author="Jane",
    ),
    feed.Enclosure("https://example.org/1.mp3", 1, "audio/mpeg"),
    duration_ms=1,
    notes="<p>Notes</p>",
    chapters_url="https://example.org/1.json",
    transcripts={"vtt": "https://example.org/1.vtt"},
    page="https://example.org/1",
    image="https://example.org/1.jpg",
    soundbites=(Soundbite(1000, 30_000, "A bite"),),
)
