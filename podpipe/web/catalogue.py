"""What the library holds, kept in hand: lists of episodes must not read every folder for every page."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from podpipe import library as names
from podpipe import typed
from podpipe.errors import PodpipeError
from podpipe.library import EpisodeFolder, Library
from podpipe.models import Show
from podpipe.pages import material, views
from podpipe.pages.views import Card, EpisodeView, ShowView
from podpipe.sound import HOP_MS

_LEAST_S = 2.0
_PATIENCE = 20
"""Looking through the folders takes at most one in so many parts of the time."""

_VIEWS = 16
"""Episodes whose pages are kept in hand."""


@dataclass(frozen=True)
class _Prepared:
    """What a page is made of, as it was when its files had these times."""

    stamp: tuple[int, ...]
    view: EpisodeView
    words: bytes


class Catalogue:
    """The finished episodes of a library, for many threads at once. What others ingest shows up by itself."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._looked = -np.inf
        self._wait_s = _LEAST_S
        self._stamps: dict[str, tuple[int, ...]] = {}
        self._cards: dict[str, Card] = {}
        self._shelved: dict[str, Card] | None = None
        """The cards that ``_shows`` was made of."""
        self._shows: tuple[ShowView, ...] = ()
        self._known: OrderedDict[str, _Prepared] = OrderedDict()

    def cards(self) -> dict[str, Card]:
        """All finished episodes by id."""
        with self._lock:
            now = time.monotonic()
            if now - self._looked > self._wait_s:
                self._refresh()
                self._looked = time.monotonic()
                self._wait_s = max(_LEAST_S, _PATIENCE * (self._looked - now))
            return self._cards

    def shows(self) -> tuple[ShowView, ...]:
        """All shows with their episodes."""
        cards = self.cards()
        with self._lock:
            if self._shelved is not cards:
                self._shelved, self._shows = cards, views.shelves(cards.values())
            return self._shows

    def show(self, show_id: str) -> ShowView | None:
        """A show, with what its feed says of it; None where there is none of that id."""
        show = next((each for each in self.shows() if each.id == show_id), None)
        if show is None or not show_id or show_id.startswith("."):
            return show
        return views.described(show, _facts(self._library.root / "shows" / show_id, show))

    def view(self, episode_id: str) -> EpisodeView:
        """An episode as its page shows it. Raises LibraryError, ChaptersError where it can't be read."""
        return self._prepared(episode_id).view

    def words(self, episode_id: str) -> bytes:
        """When each word of an episode begins, as JSON. Raises as ``view`` does."""
        return self._prepared(episode_id).words

    def _prepared(self, episode_id: str) -> _Prepared:
        folder = self._library.folder(episode_id)
        stamp = _stamp(folder)
        with self._lock:
            known = self._known.get(episode_id)
            if known and known.stamp == stamp:
                self._known.move_to_end(episode_id)
                return known
        view = views.episode(material.read(folder))
        made = _Prepared(stamp, view, msgspec.json.encode(views.word_times(view.atoms)))
        with self._lock:
            self._known[episode_id] = made
            self._known.move_to_end(episode_id)
            while len(self._known) > _VIEWS:
                self._known.popitem(last=False)
        return made

    def _refresh(self) -> None:
        cards: dict[str, Card] = {}
        stamps: dict[str, tuple[int, ...]] = {}
        for folder in self._library:
            try:
                stamp = tuple((folder.path / name).stat().st_mtime_ns for name in ("stages.json", names.EPISODE))
                is_new = self._stamps.get(folder.id) != stamp
                card = _card(folder) if is_new else self._cards.get(folder.id)
            except (OSError, PodpipeError):
                continue  # being written, or damaged: podpipe doctor tells
            stamps[folder.id] = stamp
            if card is not None:
                cards[folder.id] = card
        if cards != self._cards:
            self._cards = cards
        self._stamps = stamps


def _facts(folder: Path, show: ShowView) -> Show:
    """What the feed says of a show (``show.json``), and what a person says over that (``about.json``)."""
    said = {"id": show.id, "title": show.title}
    known = typed.converted(said, Show)
    for name in ("show.json", "about.json"):
        # Neither has to be there, and a person may just be writing the second.
        with suppress(OSError, msgspec.DecodeError, msgspec.ValidationError, TypeError):
            said |= msgspec.json.decode((folder / name).read_bytes())
            known = typed.converted(said, Show)
    return known


def _card(folder: EpisodeFolder) -> Card | None:
    if not folder.is_complete():
        return None
    return views.card(folder.episode(), _duration_ms(folder), has_cover=folder.cover() is not None)


def _duration_ms(folder: EpisodeFolder) -> int:
    """How long it is, without reading a transcript of megabytes where that can be helped."""
    with suppress(OSError, ValueError, EOFError):
        return int(np.load(folder.path / names.LOUDNESS, mmap_mode="r", allow_pickle=False).size) * HOP_MS
    return folder.transcript().duration_ms


def _stamp(folder: EpisodeFolder) -> tuple[int, ...]:
    """What changes when anything that a page shows does."""
    shown = (
        *(names.EPISODE, names.TRANSCRIPT, names.CHAPTERS, names.SOUNDBITES, names.LOUDNESS, names.TAGGED),
        *names.NOTES.values(),
    )
    times = []
    for name in shown:
        try:
            times.append((folder.path / name).stat().st_mtime_ns)
        except OSError:
            times.append(0)
    return tuple(times)
