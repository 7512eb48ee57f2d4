"""What may stand in a transcript for a word that was misheard: words, and words beside each other, that sound like it.

A word that is not known is heard as known ones: as one ("Jango"), or as two or three ("cooper netties", "et CD"). Both
are looked for among the words of the library, with how far in sound they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from podpipe.search.alike.pronounce import readings
from podpipe.search.alike.sounds import Floats, Near, Numbers, Sounds, backwards, encoded

_FAR, _FARTHEST = 0.16, 2.0
"""How far from a sound, of the length of it, is still alike; and at most."""
SHORT = 4
"""Phones of which a shorter sound is taken to have so many."""
_LEAST = 3
"""Phones of a sound that tell anything."""
_RARE = 0.1
"""How much farther a word counts as being, that is ten times as rare, where it is a part."""
_IN_ALL, _RAREST, _OTHERS, _THIRD = 0.08, 0.05, 0.03, 0.12
"""How much farther several words count as being, as long as nothing else is known: for how far they are as such; for
the rarest of them, and for the others, each time that one is ten times as rare; for a third one. (Beside how far they
are of the length. Told from weights that were fitted, as those of ``likely``.)"""
_OF_PART, _OF_ANY = 0.45, 0.05
"""How far one of several words may be from its part of a sound: of the length of the part, and besides."""
_BOTH, _THREE = 120, 24
"""So many words, the nearest, are tried for a part of a sound, where there are two parts and where three."""
_ENDINGS, _OF_ENDING = ("S", "Z", "T", "D", "iK", "iN"), 0.25
"""Sounds that a word may end with and its stem has not, and how far a stem is for it."""
_MIDDLE, _OF_MIDDLE = 4, 0.25
"""Phones of a word between two others, and how far it may be from them, each."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a library as they sound, in three trees: from their beginnings, their ends, and the short ones."""

    words: tuple[str, ...]
    rarity: Floats
    onwards: Sounds
    backwards: Sounds
    short: Sounds

    @classmethod
    def of(cls, sounds: dict[str, str], shares: Floats) -> Words:
        """By the phones of each, and how common each is (a logarithm)."""
        codes = encoded(list(sounds.values()))
        short = np.flatnonzero((codes[:, _MIDDLE] == 0) & (codes[:, 0] > 0)).astype(np.int32)
        return cls(tuple(sounds), -shares, Sounds(codes), Sounds(backwards(codes)), Sounds(codes[short], short))


class Nearest(NamedTuple):
    """Words that together sound like one, how far they are from it, and how many phones it has."""

    words: tuple[str, ...]
    far: float
    length: float


def alone(word: str, library: Words, count: int) -> Iterator[Nearest]:
    """The words that sound most like a word in small letters, so many at most, as near as they are by any reading."""
    yield from _nearest(word, library, count, lambda sound: _whole(sound, library.onwards.begins(sound, _most(sound))))


def together(word: str, library: Words, count: int) -> Iterator[Nearest]:
    """The same of two words and of three beside each other."""
    between: dict[str, list[Near]] = {}
    yield from _nearest(word, library, count, lambda sound: _several(sound, library, between))


def _nearest(
    word: str, library: Words, count: int, of: Callable[[str], Iterable[tuple[Numbers, Floats]]]
) -> Iterator[Nearest]:
    found: list[tuple[Numbers, Floats]] = []
    lengths: list[Floats] = []
    for sound in readings(word):
        if len(sound) >= _LEAST:
            for words, far in of(sound):
                found.append((words, far))
                lengths.append(np.full(len(far), max(len(sound), SHORT), np.float32))
    if not found:
        return
    words, far, length = (
        np.concatenate([row for row, _ in found]),
        np.concatenate([row for _, row in found]),
        np.concatenate(lengths),
    )
    seen: set[tuple[str, ...]] = set()
    for place in _first(words, far, length, library, count):
        said = tuple(library.words[number] for number in words[place] if number >= 0)
        if said not in seen:
            seen.add(said)
            yield Nearest(said, float(far[place]), float(length[place]))


def _first(words: Numbers, far: Floats, length: Floats, library: Words, count: int) -> Iterator[int]:
    """Where the nearest words are, or the likeliest of several: so many at most, the nearest first."""
    rarity = np.where(words >= 0, library.rarity[words], 0)
    rarest = rarity.max(axis=1)
    more = _IN_ALL * far + _RAREST * rarest + _OTHERS * (rarity.sum(axis=1) - rarest) + _THIRD * (words[:, 2] >= 0)
    worth = far / length + np.where(words[:, 1] >= 0, more, 0)
    nearest = np.argpartition(worth, count)[:count] if len(worth) > count else np.arange(len(worth))
    yield from map(int, nearest[np.argsort(worth[nearest], kind="stable")])


def _most(sound: str) -> float:
    return min(_FAR * max(len(sound), SHORT), _FARTHEST)


def _whole(sound: str, begins: Sequence[Near]) -> Iterator[tuple[Numbers, Floats]]:
    """Words that are nearly a sound, or stems that lack but an ending."""
    yield _rows(begins[-1].words), begins[-1].costs
    for ending in _ENDINGS:
        if sound.endswith(ending) and len(sound) > len(ending) + _LEAST:
            without = begins[-1 - len(ending)]
            yield _rows(without.words), without.costs + _OF_ENDING


def _several(sound: str, library: Words, between: dict[str, list[Near]]) -> Iterator[tuple[Numbers, Floats]]:
    most = _most(sound)
    begins, ends = library.onwards.begins(sound, most), library.backwards.begins(sound[::-1], most)
    firsts = [_part(near, size) for size, near in enumerate(begins)]
    lasts = [_part(near, size) for size, near in enumerate(ends)]
    for at in range(1, len(sound)):
        yield from _combined(most, _few(firsts[at], _BOTH, library), _few(lasts[len(sound) - at], _BOTH, library))
    for at in range(1, len(sound) - 1):
        first = _few(firsts[at], _THREE, library)
        if len(first.words):
            for size, middle in enumerate(
                _between(sound[at : at + _MIDDLE], library, between)[: len(sound) - at - 1], 1
            ):
                yield from _combined(most / 2, first, middle, _few(lasts[len(sound) - at - size], _THREE, library))


def _between(sound: str, library: Words, known: dict[str, list[Near]]) -> list[Near]:
    """Short words that are nearly the first phone of a sound, the first two, ...; ``known`` is what was told before."""
    if sound not in known:
        near = library.short.begins(sound, _MIDDLE * _OF_MIDDLE)[1:]
        known[sound] = [_few(_within(some, _OF_MIDDLE * size), _THREE, library) for size, some in enumerate(near, 1)]
    return known[sound]


def _part(near: Near, size: int) -> Near:
    """Those that are near enough to a part of so many phones."""
    return _within(near, _OF_PART * size + _OF_ANY)


def _within(near: Near, most: float) -> Near:
    kept = near.costs <= most
    return Near(near.words[kept], near.costs[kept])


def _few(near: Near, count: int, library: Words) -> Near:
    if len(near.words) <= count:
        return near
    kept = np.argpartition(near.costs + _RARE * library.rarity[near.words], count)[:count]
    return Near(near.words[kept], near.costs[kept])


def _combined(most: float, *parts: Near) -> Iterator[tuple[Numbers, Floats]]:
    """Each of the first with each of the second (and third), where all are near enough together."""
    if not all(len(part.words) for part in parts):
        return
    total = np.add.reduce(np.meshgrid(*(part.costs for part in parts), indexing="ij"))
    chosen = np.nonzero(total <= most)
    if len(chosen[0]):
        yield _rows(*(part.words[places] for part, places in zip(parts, chosen, strict=True))), total[chosen]


def _rows(*columns: Numbers) -> Numbers:
    """A row of three for each place."""
    rows = np.full((len(columns[0]), 3), -1, np.int32)
    for place, column in enumerate(columns):
        rows[:, place] = column
    return rows
