"""An episode's soundbites: the publisher's, from its feed, or a person's own, which stand in their place.

The publisher's are in ``episode.json``, as the feed has them. A person's are in ``soundbites.json``, which no stage
writes; an empty list there says that there are none. What is published and shown is what lies within the sound.
Source: ``podcast:soundbite``
(https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md#soundbite).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from podpipe import library, storage, timecode
from podpipe.errors import SoundbiteError
from podpipe.library import EpisodeFolder, Library
from podpipe.models import Soundbite

SHORTEST_MS, LONGEST_MS = 15_000, 120_000
"""What the podcast namespace recommends."""

TITLE_ROOM = 128
"""Characters of a title, by the podcast namespace; feeds have no more of it."""

List = tuple[Soundbite, ...]
Change = Callable[[List, int], List]
"""An edit of the soundbites of an episode so long (ms); may raise SoundbiteError, and then nothing is changed."""


@dataclass(frozen=True, slots=True)
class Soundbites:
    """An episode's soundbites as they are published, whose they are, and those that lie outside of the sound."""

    listed: List
    is_own: bool
    outside: List = ()


def of(folder: EpisodeFolder, duration_ms: int) -> Soundbites:
    """The soundbites of an episode so long; one that outlasts it ends with it. Raises LibraryError."""
    path = folder.path / library.SOUNDBITES
    is_own = path.is_file()
    found = storage.read_json(path, List) if is_own else folder.episode().soundbites
    within: list[Soundbite] = []
    outside: list[Soundbite] = []
    for bite in found:
        (within if 0 <= bite.start_ms < min(bite.end_ms, duration_ms) else outside).append(bite)
    listed = (replace(bite, duration_ms=min(bite.end_ms, duration_ms) - bite.start_ms) for bite in within)
    return Soundbites(tuple(listed), is_own, tuple(outside))


def change(place: Library, folder: EpisodeFolder, edit: Change, on_wait: Callable[[], None]) -> Soundbites:
    """Have an edit made, and its result be the person's own; ``on_wait`` is called where another process holds it.

    Raises:
        SoundbiteError: the edit can't be.
        LibraryError: the episode can't be read or written.
    """
    with place.lock(folder.id, on_wait=on_wait):
        duration_ms = folder.transcript().duration_ms
        edited = edit(of(folder, duration_ms).listed, duration_ms)
        storage.write_bytes(folder.path / library.SOUNDBITES, storage.encode(edited))
        return Soundbites(edited, is_own=True)


def add(listed: Sequence[Soundbite], new: Soundbite, duration_ms: int) -> List:
    """The list with one more, in order of time; in place of one of the same stretch. Raises SoundbiteError."""
    if new.duration_ms <= 0:
        raise SoundbiteError(f"{_clock(new.end_ms)} is not after {_clock(new.start_ms)}; a length is written like +45")
    if new.end_ms > duration_ms:
        stretch = f"{_clock(new.start_ms)} to {_clock(new.end_ms)}"
        raise SoundbiteError(f"{stretch} is not within the episode, which ends at {_clock(duration_ms)}")
    others = [bite for bite in listed if (bite.start_ms, bite.duration_ms) != (new.start_ms, new.duration_ms)]
    return tuple(sorted([*others, new], key=lambda bite: (bite.start_ms, bite.duration_ms)))


def remove(listed: Sequence[Soundbite], numbers: Sequence[int]) -> List:
    """The list without some (numbers from 1). Raises SoundbiteError."""
    for number in numbers:
        if not 1 <= number <= len(listed):
            there = f"they are 1 to {len(listed)}" if listed else "it has none"
            raise SoundbiteError(f"the episode has no soundbite {number}; {there}")
    return tuple(bite for number, bite in enumerate(listed, 1) if number not in numbers)


def remarks(bite: Soundbite) -> tuple[str, ...]:
    """What apps may make of a soundbite, a sentence each."""
    found = []
    if not SHORTEST_MS <= bite.duration_ms <= LONGEST_MS:
        found.append(f"{_clock(bite.duration_ms)} long: the podcast namespace recommends 15 s to 2 min")
    if len(bite.title) > TITLE_ROOM:
        found.append(f"the title has {len(bite.title)} characters, and feeds {TITLE_ROOM} of it")
    return tuple(found)


def _clock(ms: int) -> str:
    return timecode.clock(ms, decimals=3 if ms % 1000 else 0)
