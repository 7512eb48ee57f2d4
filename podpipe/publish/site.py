"""A site as a whole: what was wished for, what is in it, and where each thing is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.resources import files
from typing import Any

import podpipe
from podpipe import addresses, library, sanitise, storage
from podpipe.chapters import pictures
from podpipe.errors import PublishError
from podpipe.models import Chapter
from podpipe.pages.render import Pages
from podpipe.pages.views import NO_SHOW
from podpipe.publish import finding, where
from podpipe.publish.choosing import Choice, Chosen, Shelf, episodes
from podpipe.publish.feed import AUDIO_TYPES, Enclosure
from podpipe.publish.finding import Bundle
from podpipe.publish.where import Addresses, SiteLinks
from podpipe.sources import is_url

COVER_ENDINGS = {"image/jpeg": "jpg", "image/png": "png"}
AUDIO = library.TAGGED


@dataclass(frozen=True)
class Wish:
    """What a site is to be like.

    ``base_url`` is where its first page will be. Audio is copied, or hard-linked (``hard_links``); left out and
    expected at ``audio_url`` (as ``<id>/episode.mp3``); or the publisher's own (``no_audio``). ``name`` is what the
    site is called; the show's title, or "Podcasts", unless given. ``is_listed``: search engines may list it.
    ``moved_to`` is the address of a show's feed elsewhere, for apps that still ask here.
    """

    base_url: str
    choice: Choice = field(default_factory=Choice)
    name: str = ""
    audio_url: str = ""
    no_audio: bool = False
    hard_links: bool = False
    is_listed: bool = True
    search: bool = True
    moved_to: str = ""
    overwrite: bool = False


@dataclass(frozen=True)
class Site:
    """All that pages and feeds are made of."""

    wish: Wish
    base: str
    shelves: tuple[Shelf, ...]
    bundles: tuple[Bundle, ...]
    sounds: Mapping[str, Enclosure]
    """An episode's audio as it is offered, by its id; so are the others."""
    covers: Mapping[str, str]
    """Paths below the site."""
    pictures: Mapping[str, tuple[str, ...]]
    """Of chapters: names in the episode's folder."""
    _pages: dict[str, Pages] = field(default_factory=dict, repr=False)

    @cached_property
    def name(self) -> str:
        """What the site is called."""
        only = self.shelves[0].show.title if len(self.shelves) == 1 else NO_SHOW
        return self.wish.name or (only if only != NO_SHOW else "Podcasts")

    @cached_property
    def addresses(self) -> Addresses:
        """Where everything is."""
        return Addresses(
            self.base,
            {key: sound.url for key, sound in self.sounds.items()},
            self.covers,
            {shelf.key: shelf.name for shelf in self.shelves},
            where.static_version(),
        )

    def url(self, path: str) -> str:
        """The whole address of a path."""
        return self.addresses.url(path)

    @cached_property
    def index(self) -> tuple[str, ...]:
        """The folders of the search index, as the first page has them."""
        return tuple(f"{where.INDEX}/{bundle.name}/" for bundle in self.bundles)

    def pages(self, up: str) -> Pages:
        """What makes pages that are ``up`` from the top (see ``SiteLinks``)."""
        if up not in self._pages:
            self._pages[up] = Pages(SiteLinks(self.addresses, up), name=self.name, is_live=False, index=self.index)
        return self._pages[up]

    @cached_property
    def digest(self) -> str:
        """Of all that every page depends on."""
        return storage.digest(
            [_code(), self.base, self.name, self.wish.audio_url, self.wish.no_audio, self.wish.is_listed]
        )

    def show_cover(self, shelf: Shelf) -> str:
        """The whole address of a show's cover; '' where it has none."""
        if shelf.cover is not None:
            return self.url(where.show_file(shelf.name, shelf.cover.name))
        return shelf.show.image if is_url(shelf.show.image) else ""

    def image(self, chosen: Chosen, shelf: Shelf) -> str:
        """The whole address of an episode's cover, or its show's."""
        path = self.covers.get(chosen.folder.id)
        return self.url(path) if path else self.show_cover(shelf)

    def feed_url(self, shelf: Shelf) -> str:
        """The address of a show's feed; episodes of no show are in the feed of all."""
        return self.url(where.show_file(shelf.name, where.FEED) if shelf.key else where.FEED)

    def chapters(self, chosen: Chosen, listed: tuple[Chapter, ...]) -> tuple[Chapter, ...]:
        """Chapters with whole and safe addresses in place of files of the folder."""
        there = self.pictures.get(chosen.folder.id, ())

        def image(name: str) -> str:
            return self.url(where.beside(chosen.folder.id, name)) if name in there else sanitise.link(name)

        return tuple(replace(each, url=sanitise.link(each.url), image=image(each.image)) for each in listed)


def plan(wish: Wish, shelves: tuple[Shelf, ...]) -> Site:
    """Where everything of a site will be. Raises PublishError, LibraryError."""
    base = where.base_url(wish.base_url)
    audio_base = where.base_url(wish.audio_url) if wish.audio_url else where.base_url(base) + where.EPISODES + "/"
    chosen = list(episodes(shelves))
    if wish.search:
        finding.program()
    return Site(
        wish,
        base,
        shelves,
        finding.bundles(chosen) if wish.search else (),
        {each.folder.id: _sound(each, wish, audio_base) for each in chosen},
        {each.folder.id: cover for each in chosen if (cover := _cover(each))},
        {each.folder.id: found for each in chosen if (found := _pictures(each))},
    )


def _sound(chosen: Chosen, wish: Wish, audio_base: str) -> Enclosure:
    if not wish.no_audio:
        with storage.explained(chosen.folder.tagged):
            size = chosen.folder.tagged.stat().st_size
        return Enclosure(f"{audio_base}{chosen.folder.id}/{AUDIO}", size, AUDIO_TYPES["mp3"])
    address = chosen.episode.enclosure
    if not is_url(address):
        raise PublishError(
            f"{chosen.folder.id} came from a file: there is no publisher's audio to link to; publish without --no-audio"
        )
    if addresses.has_secret(address):
        raise PublishError(f"the audio of {chosen.folder.id} has a password in its address; publish without --no-audio")
    original = chosen.folder.original()
    ending = addresses.path(address).rpartition(".")[2].lower()
    kind = AUDIO_TYPES.get(ending) or AUDIO_TYPES.get(original.suffix.lstrip("."), AUDIO_TYPES["mp3"])
    with storage.explained(original):
        return Enclosure(address, original.stat().st_size, kind)


def _cover(chosen: Chosen) -> str:
    for kind, name in library.COVERS.items():
        if (chosen.folder.path / name).is_file():
            return where.beside(chosen.folder.id, f"cover.{COVER_ENDINGS[kind]}")
    return ""


def _pictures(chosen: Chosen) -> tuple[str, ...]:
    return tuple(pictures.names(chosen.folder.path, chosen.chapters))


def _code() -> str:
    """A name for this very podpipe: its version, and what pages and files are made with."""
    hashed = hashlib.sha256(podpipe.__version__.encode())
    for package in ("podpipe.pages", "podpipe.publish"):
        _add(hashed, files(package))
    return hashed.hexdigest()


def _add(hashed: Any, folder: Any) -> None:
    for entry in sorted(folder.iterdir(), key=lambda entry: str(entry.name)):
        if entry.is_dir():
            if not entry.name.startswith(("_", ".")):
                _add(hashed, entry)
        elif not entry.name.endswith(".pyc"):
            hashed.update(entry.read_bytes())
