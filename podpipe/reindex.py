"""The index made again from ``episodes/``."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from podpipe import stages, storage
from podpipe.errors import PodpipeError
from podpipe.library import Library
from podpipe.models import IndexedEpisode
from podpipe.search import engine_of, open_index
from podpipe.search.alone import alone

_AT_ONCE = 500


def reindex(
    library: Library, skipped: list[str], *, engine: str | None = None, on_wait: Callable[[], None] = lambda: None
) -> Iterator[str]:
    """Build a new index beside the old one and put it in its place; yields episode ids as they are taken.

    ``engine`` is that of the old one unless given. Whoever else writes waits until it is done; searches go on in
    the old index. Episodes that are unfinished or damaged are left out, with the reason added to ``skipped``.
    """
    with alone(library.index, on_wait):
        fresh = library.root / ".index-new"
        shutil.rmtree(fresh, ignore_errors=True)
        held: list[IndexedEpisode] = []
        with open_index(fresh, create=True, engine=engine or engine_of(library.index)) as index:
            for folder in library:
                try:
                    held.append(stages.indexed(folder))
                except PodpipeError as error:
                    skipped.append(f"{folder.id} is left out: {error}")
                if len(held) >= _AT_ONCE:
                    index.add(held)
                    held = []
                yield folder.id
            if held:
                index.add(held)
        _swap(fresh, library.index)


def _swap(fresh: Path, index: Path) -> None:
    old = index.with_name(".index-old")
    with storage.explained(index):
        shutil.rmtree(old, ignore_errors=True)
        if index.exists():
            index.rename(old)
        fresh.rename(index)
        shutil.rmtree(old, ignore_errors=True)
