"""SOURCE → episodes: a feed, a show-notes page, audio by URL or file, or a folder.

What a source is, is told by what it holds, not by how it is called.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from podpipe.addresses import mask
from podpipe.errors import SourceError
from podpipe.models import Chapter, Episode, Notes, Show

if TYPE_CHECKING:
    from podpipe.net import Client, Page


@dataclass(frozen=True, slots=True)
class Selection:
    """Which episodes of a feed: the newest ``limit``, those since a day, those with a text in title or notes."""

    limit: int | None = None
    since: date | None = None
    match: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An episode that can be ingested.

    ``length`` is the enclosure's size and ``duration_ms`` its length as a feed declares them; ``chapters`` those that
    a feed has inline; ``show`` what the feed says of itself. ``address`` is where the audio is fetched from, where that
    holds a secret that ``episode.enclosure`` does not.
    """

    episode: Episode
    notes: Notes | None = None
    chapters: tuple[Chapter, ...] = ()
    length: str = ""
    from_feed: bool = False
    duration_ms: int | None = None
    show: Show | None = None
    address: str = ""


def discover(
    source: str, *, client: Client, notes: str | None = None, selection: Selection | None = None
) -> tuple[Candidate, ...]:
    """Find the episodes that a source names.

    Raises:
        SourceError: it names none, or ``notes`` were given for several.
        FetchError: a URL can't be fetched.
    """
    from podpipe.sources import feed

    found = _find(source, client, selection or Selection())
    if not is_url(source):
        for candidate in found:
            client.allow(candidate.episode.enclosure)  # a file of the user's speaks for the user
    if found and found[0].from_feed:
        found = feed.select(found, selection or Selection())
    if notes is None:
        return found
    if len(found) != 1:
        raise SourceError(f"{source} names {len(found)} episodes; --notes can only belong to one")
    from podpipe.sources import page

    return (page.named(found[0], _read_notes(notes, client)),)


def is_url(text: str) -> bool:
    """Whether a source is an address and no path."""
    return text.startswith(("http://", "https://"))


def path_of(source: str) -> Path | None:
    """Where a source is on this machine; None where it is an address. Raises SourceError: nothing is there."""
    if is_url(source):
        return None
    if "://" in source:
        raise SourceError(f"{source}: podpipe reads http and https addresses, and files")
    path = Path(source).expanduser().absolute()
    if not path.exists():
        raise SourceError(f"{source} does not exist; give a file, a folder, or an address with http:// or https://")
    return path


def _find(source: str, client: Client, selection: Selection) -> tuple[Candidate, ...]:
    from podpipe.net import bare
    from podpipe.sources import feed, media, page

    path = path_of(source)
    if path is not None:
        if path.is_dir():
            return media.from_folder(path)
        if media.is_audio_file(path):
            return (media.from_file(path),)
        document = media.read_document(path)
    else:
        document = client.page(source)
        if media.is_audio(document):
            return (media.from_url(document.url, bare(source)),)
    if not feed.is_feed(document.data):
        found = page.read(document)
        if not isinstance(found, str):
            return (found,)
    return _of_feed(client, document, source, selection)


def _of_feed(client: Client, document: Page, source: str, selection: Selection) -> tuple[Candidate, ...]:
    """The episodes of a feed, or of the one that a page names; no more pages of it than ``selection`` needs."""
    from podpipe.sources import checking, feed

    count = 0

    def is_news(page: feed.Feed) -> bool:
        nonlocal count
        count += sum(feed.fits(candidate, selection) for candidate in page.candidates)
        return selection.limit is None or count < selection.limit

    url = source if is_url(source) else document.url
    found = checking.read_all(client, document, url, is_news=is_news)
    if not found.candidates:
        raise SourceError(f"{mask(url)} is a feed without audio: none of its items has an enclosure")
    return found.candidates


def _read_notes(where: str, client: Client) -> Page:
    from podpipe.sources import media

    if is_url(where):
        return client.page(where)
    path = Path(where).expanduser().absolute()
    if not path.is_file():
        raise SourceError(f"--notes {where} does not exist; give a text, Markdown or HTML file, or an address")
    return media.read_document(path)
