"""The index made again from ``episodes/``."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from podpipe import stages, storage
from podpipe.errors import PodpipeError
from podpipe.library import Library
from podpipe.models import IndexedEpisode
from podpipe.search import open_index

_AT_ONCE = 100


def reindex(library: Library, skipped: list[str]) -> Iterator[str]:
    """Build a new index beside the old one and put it in its place; yields episode ids as they are taken.

    Episodes that are unfinished or damaged are left out, with the reason added to ``skipped``.
    """
    fresh = library.root / ".index-new"
    shutil.rmtree(fresh, ignore_errors=True)
    held: list[IndexedEpisode] = []
    with open_index(fresh, create=True) as index:
        for folder in library:
            try:
                held.append(stages.indexed(folder))
            except PodpipeError as error:
                skipped.append(f"{folder.id} is left out: {error}")
            if len(held) >= _AT_ONCE:
                index.add_all(held)
                held = []
            yield folder.id
        if held:
            index.add_all(held)
    _swap(fresh, library.index)


def _swap(fresh: Path, index: Path) -> None:
    old = index.with_name(".index-old")
    with storage.explained(index):
        shutil.rmtree(old, ignore_errors=True)
        if index.exists():
            index.rename(old)
        fresh.rename(index)
        shutil.rmtree(old, ignore_errors=True)
