"""What a show's other episodes teach: the names and terms of their notes, for episodes whose own say little.

``episodes/.shows/`` has a small file for each show. It is derived, and never an input of a stage: an episode
that was heard stays heard, whatever its show learns later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock

from podpipe import storage
from podpipe.errors import LibraryError
from podpipe.models import Episode, Term

_EPISODES = 50
"""So many of a show are remembered, the last by their ids, which begin with the day."""

_TERMS = 40
"""So many terms of an episode, the weightiest."""

_ENOUGH = 60
"""Terms; an episode whose notes have as many is taught none."""

_LEAST_WEIGHT, _MORE, _MOST_WEIGHT = 0.2, 0.1, 0.5
"""What a term of one other episode weighs, by how much more one of several, and at most: less than any of its own."""


_BY_HAND = "/by-hand"
"""Ends the name under which an episode's corrected names are kept."""

_AS_MANY = 4
"""Episodes; a name that a person has spelled right weighs as one that so many have."""


@dataclass(frozen=True, slots=True)
class _Show:
    """A show's file: the terms of each episode's notes, by its id."""

    show: str
    episodes: dict[str, tuple[str, ...]] = field(default_factory=dict)


def remember(folder: Path, episode: Episode, vocabulary: Sequence[Term]) -> None:
    """Keep the terms of an episode's notes for its show; ``folder`` is the library's ``episodes``.

    Raises:
        LibraryError: the file can't be written.
    """
    terms = tuple(term.text for term in sorted(vocabulary, key=lambda term: -term.weight)[:_TERMS])
    _keep(folder, episode.show, episode.id, terms)


def correct(folder: Path, episode: Episode, names: Sequence[str]) -> None:
    """Keep the names that a person has spelled right in an episode, in place of those kept before.

    Raises:
        LibraryError: the file can't be written.
    """
    _keep(folder, episode.show, episode.id + _BY_HAND, tuple(dict.fromkeys(names))[-_TERMS:])


def taught(folder: Path, episode: Episode, own: Sequence[Term]) -> tuple[Term, ...]:
    """Terms of the show's other episodes, most widespread first: so many as the episode's own leave room for."""
    if not episode.show or len(own) >= _ENOUGH:
        return ()
    others = _read(_path(folder, episode.show), episode.show).episodes
    counts: Counter[str] = Counter()
    for name in sorted(others, reverse=True):
        if name != episode.id:
            counts.update(dict.fromkeys(others[name], _AS_MANY if name.endswith(_BY_HAND) else 1))
    known = {term.text.casefold() for term in own}
    new = [(text, count) for text, count in counts.most_common() if text.casefold() not in known]
    return tuple(
        Term(text, round(min(_LEAST_WEIGHT + _MORE * (count - 1), _MOST_WEIGHT), 2))
        for text, count in new[: _ENOUGH - len(own)]
    )


def _keep(folder: Path, show: str, name: str, terms: tuple[str, ...]) -> None:
    if not show:
        return
    path = _path(folder, show)
    if _with(_read(path, show), name, terms) is None:
        return
    with storage.explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):
        changed = _with(_read(path, show), name, terms)
        if changed is not None:
            storage.write_bytes(path, storage.encode(changed))


def _with(show: _Show, episode_id: str, terms: tuple[str, ...]) -> _Show | None:
    """A show's file with these terms of an episode; None where that changes nothing."""
    episodes = {**show.episodes, episode_id: terms}
    if not terms:
        del episodes[episode_id]
    last = {name: episodes[name] for name in sorted(episodes)[-_EPISODES:]}
    return None if last == show.episodes else _Show(show.show, last)


def _read(path: Path, show: str) -> _Show:
    """What is remembered; nothing where the file is not there or damaged, for it can be made again."""
    try:
        return storage.read_json(path, _Show) if path.exists() else _Show(show)
    except LibraryError:
        return _Show(show)


def _path(folder: Path, show: str) -> Path:
    return folder / ".shows" / f"{storage.digest(show.casefold())[:16]}.json"
