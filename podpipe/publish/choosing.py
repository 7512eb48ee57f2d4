"""What is published: the episodes that were asked for, by show, with all that is known of each show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from podpipe import soundbites, storage, typed
from podpipe.errors import ChaptersError, LibraryError, PublishError
from podpipe.library import TRANSCRIPT, EpisodeFolder, Library
from podpipe.models import Chapter, Episode, Show, Soundbite
from podpipe.pages.text import one_line
from podpipe.pages.views import NO_SHOW, show_key
from podpipe.shows import registry
from podpipe.sources.identity import show_id

SHOWS = "shows"
SHOW, ABOUT = "show.json", "about.json"
"""What a feed says of its show, and what the producer says over that."""

COVERS = ("cover.jpg", "cover.png")
SINGLE = "single-episodes"
"""The name of the shelf of episodes that belong to no show."""


_SAFE = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")


@dataclass(frozen=True, slots=True)
class Choice:
    """What to publish: of a show by its title or a part of it, from a day on; empty means all."""

    show: str = ""
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """An episode to be published, and what is cheap to know of it."""

    folder: EpisodeFolder
    episode: Episode
    language: str
    duration_ms: int
    chapters: tuple[Chapter, ...]
    soundbites: tuple[Soundbite, ...]


@dataclass(frozen=True)
class Shelf:
    """A show and its episodes, newest first. ``name`` is its name in addresses and files, and is ours.

    ``key`` is the show's id in the library ('' for episodes of no show), ``facts`` the file in which the producer tells
    of it (there or not), ``cover`` the picture beside that file.
    """

    key: str
    name: str
    show: Show
    episodes: tuple[Chosen, ...]
    facts: Path
    cover: Path | None = None


class _Header(msgspec.Struct):
    """The little of a transcript that is wanted of every episode."""

    language: str
    duration_ms: int


def choose(library: Library, choice: Choice, skipped: list[str], remarks: list[str]) -> tuple[Shelf, ...]:
    """The shows to be published, by title, episodes of none last.

    Why an episode can't be published goes to ``skipped``. Shows whose feeds are private are published only when they
    are asked for by name; ``remarks`` tell of them.

    Raises:
        PublishError: nothing fits.
        LibraryError: a show's facts can't be read.
    """
    by_key: dict[str, list[Chosen]] = {}
    for folder in library:
        try:
            chosen = _read(folder)
        except (LibraryError, ChaptersError) as error:
            skipped.append(f"{folder.id} is left out: {error}")
            continue
        if chosen is None:
            skipped.append(f"{folder.id} is left out: it is not finished; run podpipe ingest again")
        elif _fits(chosen.episode, choice):
            by_key.setdefault(show_key(chosen.episode), []).append(chosen)
    for key in _private(library) & by_key.keys() if not choice.show else ():
        title = one_line(by_key.pop(key)[0].episode.show)
        remarks.append(f"{title} is left out: its feed is private; --show publishes it all the same")
    shelves = [_shelf(library, key, episodes) for key, episodes in by_key.items()]
    if not shelves:
        raise PublishError(_nothing(library, choice))
    return tuple(sorted(shelves, key=lambda shelf: (not shelf.key, shelf.show.title.casefold(), shelf.key)))


def episodes(shelves: Iterable[Shelf]) -> Iterator[Chosen]:
    """All episodes of some shelves."""
    for shelf in shelves:
        yield from shelf.episodes


def newest(chosen: Chosen) -> tuple[float, str]:
    """Sorts episodes: newest first, those without a date last."""
    published = chosen.episode.published
    return (-_zoned(published).timestamp() if published else float("inf"), chosen.folder.id)


def _read(folder: EpisodeFolder) -> Chosen | None:
    if not folder.is_complete():
        return None
    header = storage.read_json(folder.path / TRANSCRIPT, _Header)
    # A folder's name is ours; what its files say of it may be anybody's.
    episode = replace(folder.episode(), id=folder.id)
    bites = soundbites.of(folder, header.duration_ms).listed
    return Chosen(folder, episode, header.language, header.duration_ms, folder.chapters().chapters, bites)


def _private(library: Library) -> set[str]:
    """The ids of shows whose feeds are not for everybody."""
    if not (library.root / SHOWS / registry.FILE).is_file():
        return set()
    with registry.Registry(library.root) as shows:
        return {show.id for show in shows.subscriptions() if show.is_private}


def _fits(episode: Episode, choice: Choice) -> bool:
    wanted = choice.show.casefold()
    if wanted and wanted not in episode.show.casefold() and wanted != episode.show_id.casefold():
        return False
    return choice.since is None or (episode.published is not None and episode.published.date() >= choice.since)


def _nothing(library: Library, choice: Choice) -> str:
    if choice.show or choice.since:
        titles = sorted({one_line(folder.episode().show) for folder in library} - {""})
        shows = f"; its shows are {', '.join(titles[:6])}" if choice.show and titles else ""
        return f"no finished episode of {library.root} fits what --show and --since ask for{shows}"
    return f"{library.root} has no finished episodes; podpipe ingest SOURCE adds some"


def _shelf(library: Library, key: str, chosen: list[Chosen]) -> Shelf:
    chosen.sort(key=newest)
    name = _name(key)
    facts = library.root / SHOWS / name / ABOUT
    show = _show(facts.with_name(SHOW), Show(id=name, title=one_line(chosen[0].episode.show) or NO_SHOW))
    show = _show(facts, show)
    show = replace(show, title=one_line(show.title) or NO_SHOW)
    if key:
        chosen = [replace(each, episode=replace(each.episode, show=show.title, show_id=key)) for each in chosen]
    cover = next((facts.with_name(cover) for cover in COVERS if facts.with_name(cover).is_file()), None)
    return Shelf(key, name, show, tuple(chosen), facts, cover)


def _name(key: str) -> str:
    """A show's name in addresses: its id where podpipe chose that, else one made of its title."""
    if not key:
        return SINGLE
    return key if _SAFE.fullmatch(key) and key != SINGLE else show_id(key, key)


def _show(path: Path, known: Show) -> Show:
    """What a file says of a show, over what is known already."""
    if not path.is_file():
        return known
    with storage.explained(path):
        data = path.read_bytes()
    try:
        said: Any = msgspec.json.decode(data)
        return typed.converted({**msgspec.to_builtins(known), **said}, Show)
    except (msgspec.DecodeError, msgspec.ValidationError, TypeError) as error:
        raise LibraryError(f"{path} can't be read: {error}; docs/publish.md says what it may hold") from error


def _zoned(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
