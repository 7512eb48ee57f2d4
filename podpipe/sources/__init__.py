"""SOURCE → episodes: a feed, a show-notes page, audio by URL or file, or a folder.

What a source is, is told by what it holds, not by how it is called.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from podpipe.errors import SourceError
from podpipe.models import Chapter, Episode, Notes

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

    ``length`` is the enclosure's size as a feed declares it; ``chapters`` those that a feed has inline.
    """

    episode: Episode
    notes: Notes | None = None
    chapters: tuple[Chapter, ...] = ()
    length: str = ""
    from_feed: bool = False


def discover(
    source: str, *, client: Client, notes: str | None = None, selection: Selection | None = None
) -> tuple[Candidate, ...]:
    """Find the episodes that a source names.

    Raises:
        SourceError: it names none, or ``notes`` were given for several.
        FetchError: a URL can't be fetched.
    """
    from podpipe.sources import feed

    found = _find(source, client)
    if not is_url(source):
        for candidate in found:
            client.allow(candidate.episode.enclosure)  # a file of the user's speaks for the user
    if found and found[0].from_feed:
        found = feed.select(found, selection or Selection())
    if notes is None:
        return found
    if len(found) != 1:
        raise SourceError(f"{source} names {len(found)} episodes; --notes can only belong to one")
    return (replace(found[0], notes=_read_notes(notes, client)),)


def is_url(text: str) -> bool:
    """Whether a source is an address and no path."""
    return text.startswith(("http://", "https://"))


def _find(source: str, client: Client) -> tuple[Candidate, ...]:
    from podpipe.net import bare
    from podpipe.sources import feed, media, page

    if not is_url(source):
        if "://" in source:
            raise SourceError(f"{source}: podpipe reads http and https addresses, and files")
        path = Path(source).expanduser().absolute()
        if path.is_dir():
            return media.from_folder(path)
        if not path.exists():
            raise SourceError(f"{source} does not exist; give a file, a folder, or an address with http:// or https://")
        if media.is_audio_file(path):
            return (media.from_file(path),)
        document = media.read_document(path)
    else:
        document = client.page(source)
        if media.is_audio(document):
            return (media.from_url(document.url, bare(source)),)
    if feed.is_feed(document.data):
        return feed.read(document)
    found = page.read(document)
    if isinstance(found, str):
        return feed.read(client.page(found))
    return (found,)


def _read_notes(where: str, client: Client) -> Notes:
    from podpipe.sources import media, page

    if is_url(where):
        return page.notes_of(client.page(where))
    path = Path(where).expanduser().absolute()
    if not path.is_file():
        raise SourceError(f"--notes {where} does not exist; give a text, Markdown or HTML file, or an address")
    document: Page = media.read_document(path)
    return page.notes_of(document)
