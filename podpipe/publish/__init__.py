"""A site and feeds of plain files, for any host: what ``podpipe publish`` makes of a library.

```
library ──choosing──▶ shelves: shows and their episodes
                          │ site: where each thing will be
       ┌──────────────────┼───────────────┬──────────────┐
       ▼                  ▼               ▼              ▼
   episode            lists            feed           finding
   page, sound,       shows, front     RSS 2.0        search index
   transcripts        page, sitemap                   (Pagefind)
       └──────────────────┴───────┬───────┴──────────────┘
                                  ▼
                               place: only what changed is written, only what is ours is removed
```
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from podpipe.errors import PublishError
from podpipe.library import Library
from podpipe.publish import choosing, episode, faults, lists, where
from podpipe.publish.place import Changes, Place
from podpipe.publish.site import Site, Wish, plan
from podpipe.publish.spread import spread

Progress = Callable[[str, int, int], None]
"""Told what is being written, how many are done, and of how many."""


@dataclass(frozen=True)
class Published:
    """What was published. ``feeds`` are addresses; ``faults`` and ``skipped`` are sentences for the producer."""

    url: str
    episodes: int
    shows: int
    feeds: tuple[str, ...]
    changes: Changes
    skipped: tuple[str, ...] = ()
    faults: tuple[str, ...] = field(default=())


def publish(library: Library, out: Path, wish: Wish, progress: Progress = lambda what, done, total: None) -> Published:
    """Write a site of a library's episodes into a folder, or bring it up to date.

    Raises:
        PublishError: the folder, the address or the choice can't be used, or Pagefind is missing.
        LibraryError, ChaptersError: a file of the library can't be read, or the disk is full.
    """
    _see_that_it_is_apart(library, out)
    skipped: list[str] = []
    remarks: list[str] = []
    site = plan(wish, choosing.choose(library, wish.choice, skipped, remarks))
    _see_that_one_moved(site)
    place = Place(out, tops=where.TOPS, overwrite=wish.overwrite)
    with place.opened():
        found = _write(site, place, progress)
    feeds = tuple(dict.fromkeys([*(site.feed_url(s) for s in site.shelves), site.url(where.FEED)]))
    count = sum(len(shelf.episodes) for shelf in site.shelves)
    return Published(
        site.base,
        count,
        sum(bool(s.key) for s in site.shelves),
        feeds,
        place.changes,
        tuple(skipped),
        (*remarks, *found),
    )


def _write(site: Site, place: Place, progress: Progress) -> list[str]:
    """All files, those that others refer to first; what the feeds lack."""
    lists.static(place)
    _episodes(site, place, progress)
    for number, bundle in enumerate(site.bundles):
        progress("search", number, len(site.bundles))
        lists.index(site, place, bundle)
    paths = [where.HOME]
    found: list[str] = []
    for shelf in site.shelves:
        written = lists.show(site, place, shelf)
        found += faults.of(shelf, written) if written else ()
        paths.append(where.show_page(shelf.name))
        paths += (where.page(chosen.folder.id) for chosen in shelf.episodes)
    written = lists.front(site, place)
    if [shelf.key for shelf in site.shelves] == [""]:
        found += faults.of(site.shelves[0], written)
    lists.sitemap(site, place, paths)
    return found


Spot = tuple[int, int]
"""An episode of a site: the numbers of its shelf and of its place there."""


def _episodes(site: Site, place: Place, progress: Progress) -> None:
    """The files of all episodes that are not right already."""
    wanted: list[Spot] = []
    for number, shelf in enumerate(site.shelves):
        for at, chosen in enumerate(shelf.episodes):
            if not episode.keep(site, place, chosen, shelf):
                wanted.append((number, at))
    for count, ((number, at), made) in enumerate(zip(wanted, spread(partial(_make, site), wanted), strict=True)):
        progress("episodes", count, len(wanted))
        shelf = site.shelves[number]
        episode.put(site, place, shelf.episodes[at], shelf, made)


def _make(site: Site, spot: Spot) -> episode.Files:
    shelf = site.shelves[spot[0]]
    return episode.make(site, shelf.episodes[spot[1]], shelf)


def _see_that_it_is_apart(library: Library, out: Path) -> None:
    """A site in the library's own folders would mix both up."""
    root, target = library.root.resolve(), out.resolve()
    taken = [root / name for name in ("episodes", "index", choosing.SHOWS)]
    if target == root or any(target == folder or folder in target.parents for folder in taken):
        raise PublishError(f"{out} belongs to the library; publish to a folder of its own, such as {root / 'site'}")
    if target.exists() and not target.is_dir():
        raise PublishError(f"{out} is a file; give a folder")


def _see_that_one_moved(site: Site) -> None:
    if not site.wish.moved_to:
        return
    where.base_url(site.wish.moved_to.partition("?")[0])
    if len(site.shelves) != 1 or not site.shelves[0].key:
        raise PublishError("--moved-to is for the feed of one show; say which with --show")
