"""Episodes taken out of the library, from the index and from the disk; none comes back by itself."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from podpipe import storage
from podpipe.errors import BusyError
from podpipe.library import Library
from podpipe.search import Index
from podpipe.shows.registry import Registry

_GONE = ".removed-"
"""How the name of a folder begins that is being deleted."""


def remove(
    registry: Registry, library: Library, index: Index, episode_ids: Sequence[str], on_wait: Callable[[], None]
) -> list[str]:
    """Remove episodes with all their files; gives those that another podpipe is working on, which stay.

    Noted first, then taken from the index, then renamed and deleted: killed in between, the same command goes on.

    Raises:
        LibraryError: the library can't be written.
    """
    busy: list[str] = []
    free: list[str] = []
    for episode_id in episode_ids:
        try:
            with library.lock(episode_id, on_wait=None):
                free.append(episode_id)
                entry = registry.entry(episode_id)
                if entry is not None:
                    registry.settle(replace(entry, state="removed", error="", next_try=None, since=time.time()))
        except BusyError:
            busy.append(episode_id)
    if free:
        index.remove(free, on_wait)
    for episode_id in free:
        folder = library.folder(episode_id).path
        gone = folder.with_name(f"{_GONE}{episode_id}")
        with library.lock(episode_id, on_wait=on_wait), storage.explained(folder):
            if folder.exists():
                shutil.rmtree(gone, ignore_errors=True)
                folder.rename(gone)
    sweep(library)
    return busy


def sweep(library: Library) -> None:
    """Delete what a removal that was killed has left."""
    if library.episodes.is_dir():
        for path in library.episodes.glob(f"{_GONE}*"):
            shutil.rmtree(path, ignore_errors=True)
