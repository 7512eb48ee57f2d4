"""The hits of the last search, so that ``podpipe play 2`` plays the second."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from podpipe import storage
from podpipe.errors import LibraryError
from podpipe.library import Library
from podpipe.models import Hit

_NAME = "last-search.json"


@dataclass(frozen=True, slots=True)
class _Place:
    episode_id: str
    start_ms: int


def remember(library: Library, hits: Sequence[Hit]) -> None:
    """Keep where the hits are. A library that can't be written keeps nothing, and that is no error."""
    remember_places(library, [(hit.episode_id, hit.start_ms) for hit in hits])


def remember_places(library: Library, found: Sequence[tuple[str, int]]) -> None:
    """Keep episode ids and starts (ms), as ``remember`` does."""
    places = [_Place(*place) for place in found]
    with contextlib.suppress(LibraryError):
        storage.write_bytes(library.index / _NAME, storage.encode(places))


def read_hit(library: Library, number: int) -> tuple[str, int]:
    """Episode id and start (ms) of a hit of the last search, counted from 1. Raises LibraryError."""
    path = library.index / _NAME
    places = storage.read_json(path, list[_Place]) if path.exists() else []
    if not 1 <= number <= len(places):
        raise LibraryError(
            f"the last search in {library.root} had {len(places)} hits, so there is no hit {number}; "
            "search first, or give the episode's id"
        )
    return places[number - 1].episode_id, places[number - 1].start_ms
