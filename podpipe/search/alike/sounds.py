"""Words by how they sound: which of them are nearly what a word begins with, ends with, or is.

The distance is the edit distance (Wagner and Fischer, 1974) between phones, with less for those that recognisers take
for each other ("b" and "p", any two vowels) and for what is hardly heard. It is told of all words at once: they are a
tree (of their first phones, then of their second, ...), of which only what may still become alike is followed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from podpipe.search.alike.pronounce import PHONES

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
Numbers = np.ndarray[tuple[int, ...], np.dtype[np.int32]]
Codes = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]

LONGEST = 16
"""Phones of a word; what is longer is not compared."""

_NOTHING = " " * LONGEST

_CODES = {phone: number for number, phone in enumerate(PHONES, 1)}

_TABLE = np.zeros(128, np.uint8)
_TABLE[[ord(phone) for phone in _CODES]] = list(_CODES.values())
"""The code of each phone, by its character."""

_VOWELS, _CLOSE_VOWELS = 0.3, 0.2
_ALIKE = {
    0.3: "PB TD KG FV SZ XJ CJ XC Yi Yu Wu Wo",
    0.35: "MN",
    0.4: "0F 0T 0S 0D JG JZ JY BV",
    0.45: "SX",
    0.5: "CT CK CX ZX ZJ WV Ra Re Ro",
    0.6: "PF TK LR LW RW HK Lu Lo",
    0.7: "PT PK DB DG BM DN DR DL SF ST VD VZ",
}
_LITTLE = {0.3: "HY", 0.35: "aeiou", 0.4: "W", 0.45: "R", 0.6: "LTDN", 0.7: "SZG"}
_OTHER = 0.8
"""What a phone costs that is too much or missing."""


def _codes(sound: str) -> Numbers:
    return np.array([_CODES[phone] for phone in sound], np.int32)


def _costs() -> tuple[Floats, Floats]:
    """What a phone costs in place of another, and one too much."""
    count = len(PHONES) + 1
    instead = np.full((count, count), 1.0, np.float32)
    np.fill_diagonal(instead, 0)
    vowels = [_CODES[vowel] for vowel in "aeiou"]
    for one in vowels:
        for other in vowels:
            if one != other:
                instead[one, other] = _CLOSE_VOWELS if abs(one - other) == 1 else _VOWELS
    for cost, pairs in _ALIKE.items():
        for pair in pairs.split():
            first, second = _codes(pair)
            instead[first, second] = instead[second, first] = cost
    alone = np.full(count, _OTHER, np.float32)
    for cost, phones in _LITTLE.items():
        alone[[_CODES[phone] for phone in phones]] = cost
    return instead, alone


_INSTEAD, _ALONE = _costs()


def encoded(sounds: Sequence[str]) -> Codes:
    """The phones of words, a row each; none of what is longer than ``LONGEST``."""
    padded = "".join([sound.ljust(LONGEST) if len(sound) <= LONGEST else _NOTHING for sound in sounds])
    return _TABLE[np.frombuffer(padded.encode("ascii"), np.uint8)].reshape(len(sounds), LONGEST)


def backwards(codes: Codes) -> Codes:
    """The same, from the last phone to the first."""
    sizes = (codes > 0).sum(axis=1)
    places = sizes[:, None] - 1 - np.arange(LONGEST)
    return np.where(places >= 0, np.take_along_axis(codes, np.maximum(places, 0), axis=1), 0).astype(np.uint8)


class Near(NamedTuple):
    """Words that are nearly a part of what is said, and how far from it each is."""

    words: Numbers
    costs: Floats


@dataclass(frozen=True, slots=True)
class _Level:
    """The nodes of a tree at one depth."""

    above: int
    """How many there are at the depth above."""
    phones: Codes
    parents: Numbers
    """Of each its number at the depth above."""
    first: Numbers
    """Of each where its words begin among those that end at this depth, and of the last where they end."""
    words: Numbers


class Sounds:
    """Words as a tree of phones; ``words`` are known by their numbers."""

    def __init__(self, codes: Codes, numbers: Numbers | None = None) -> None:
        """Of each word its phones (``encoded``), and its number (its place)."""
        listed = np.arange(len(codes), dtype=np.int32) if numbers is None else numbers
        sizes = (codes > 0).sum(axis=1, dtype=np.int32)
        order = np.argsort(np.ascontiguousarray(codes).view(f"S{LONGEST}").ravel(), kind="stable")
        order = order[sizes[order] > 0]
        self._levels = _levels(codes[order], sizes[order], listed[order])

    def begins(self, sound: str, most: float) -> list[Near]:
        """For each number of phones of a sound, from none to all: the words that are nearly so many of the first."""
        goal = _codes(sound)
        ends = len(goal) + 1
        costs = np.concatenate(([np.float32(0)], np.cumsum(_ALONE[goal], dtype=np.float32)))[None, :]
        alive = np.zeros(1, np.int32)
        found: list[list[Near]] = [[] for _ in range(ends)]
        for level in self._levels:
            row = np.full(level.above, -1, np.int32)
            row[alive] = np.arange(len(alive))
            nodes = np.flatnonzero(row[level.parents] >= 0).astype(np.int32)
            costs = _next(costs[row[level.parents[nodes]]], level.phones[nodes], goal)
            kept = costs.min(axis=1) <= most
            alive, costs = nodes[kept], costs[kept]
            if not len(alive):
                break
            _gather(found, level, alive, costs, most)
        return [_together(some) for some in found]


def distance(one: str, other: str) -> float:
    """How far two sounds are from each other."""
    goal = _codes(other)
    costs = np.concatenate(([np.float32(0)], np.cumsum(_ALONE[goal], dtype=np.float32)))[None, :]
    for phone in _codes(one):
        costs = _next(costs, np.array([phone], np.uint8), goal)
    return float(costs[0, -1])


def _next(before: Floats, phones: Codes, goal: Numbers) -> Floats:
    """The costs of nodes, by those of their parents: a row each, of each number of phones of the goal."""
    alone = _ALONE[phones][:, None]
    costs = before + alone
    np.minimum(costs[:, 1:], before[:, :-1] + _INSTEAD[phones][:, goal], out=costs[:, 1:])
    for place, phone in enumerate(goal):
        np.minimum(costs[:, place + 1], costs[:, place] + _ALONE[phone], out=costs[:, place + 1])
    return costs


def _gather(found: list[list[Near]], level: _Level, alive: Numbers, costs: Floats, most: float) -> None:
    """Put the words that end at these nodes where they are near."""
    first, last = level.first[alive], level.first[alive + 1]
    has_words = last > first
    if not has_words.any():
        return
    sizes = (last - first)[has_words]
    starts = np.repeat(first[has_words] - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes)
    words = level.words[starts + np.arange(len(starts))]
    of_words = np.repeat(costs[has_words], sizes, axis=0)
    for end, column in enumerate(of_words.T):
        near = column <= most
        if near.any():
            found[end].append(Near(words[near], column[near]))


def _together(some: list[Near]) -> Near:
    if not some:
        return Near(np.zeros(0, np.int32), np.zeros(0, np.float32))
    return Near(np.concatenate([near.words for near in some]), np.concatenate([near.costs for near in some]))


def _levels(table: Codes, sizes: Numbers, numbers: Numbers) -> list[_Level]:
    """The tree of sounds that are in order: a row of phones each, how many these are, and the number of the word."""
    is_new = np.zeros(len(sizes), bool)
    is_new[:1] = True
    node_above = np.zeros(len(sizes), np.int32)
    above = 1
    levels = []
    for depth in range(LONGEST):
        is_new[1:] |= table[1:, depth] != table[:-1, depth]
        here = sizes > depth
        if not here.any():
            break
        begins = is_new & here
        node = np.cumsum(begins, dtype=np.int32) - 1
        ending = here & (sizes == depth + 1)
        count = int(begins.sum())
        first = np.searchsorted(node[ending], np.arange(count + 1)).astype(np.int32)
        levels.append(_Level(above, table[begins, depth], node_above[begins], first, numbers[ending]))
        node_above, above = node, count
    return levels
