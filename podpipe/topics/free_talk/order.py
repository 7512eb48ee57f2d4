"""In which order titles come in a talk that may not have them as they are given."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from podpipe.topics.free_talk import chain
from podpipe.topics.free_talk.chain import Doubles
from podpipe.topics.free_talk.talk import Floats

_MOST = 20
"""More titles are in the order in which they are given: there are too many others to look through."""

_PLACES = 24
"""Of each title, so many of its likeliest places are looked at."""


class Costs(NamedTuple):
    """What another order than the given costs (a logarithm)."""

    out_of_turn: float
    """That two titles are in another order than they are given."""
    in_no_order: float
    """At most, for each title: then they are given in no order."""


Order = tuple[int, ...]


def likeliest(
    own: Doubles, words: Floats, in_turn: Doubles, gaps: tuple[Doubles, Doubles], skip: float, costs: Costs
) -> Order:
    """The order for which most speaks: that given, that of the titles' words in the talk, or one near these.

    One title is moved at a time, as long as more speaks for what comes of it.

    Args:
        own: what speaks for each title at each place, whatever its turn is, shape (titles, places): logarithms.
        words: how much of each title's words is said at each place, shape as ``own``.
        in_turn: what speaks for whatever title is the first, the second, ... at each place, shape as ``own``.
        gaps: how likely each place is after another, and as the first (``chain.gaps``).
        skip: what it costs that a title does not occur (``chain.titles_begin``).
        costs: what another order than the given costs.
    """
    count = len(own)
    given = tuple(range(count))
    if count > _MOST or count < 2:
        return given
    places = _likeliest_places(own)
    own, in_turn, between, first = own[:, places], in_turn[:, places], gaps[0][np.ix_(places, places)], gaps[1][places]

    @functools.cache
    def likely(order: Order) -> float:
        moved = sum(before > after for before, after in itertools.combinations(order, 2))
        cost = min(costs.out_of_turn * moved, costs.in_no_order * count)
        return chain.titles_sum(own[list(order)] + in_turn, between, first, skip) - cost

    said = tuple(map(int, words.argmax(axis=1).argsort(kind="stable")))
    return max((_climbed(order, likely) for order in (given, said)), key=likely)


def _likeliest_places(own: Doubles) -> list[int]:
    if own.shape[1] <= _PLACES:
        return list(range(own.shape[1]))
    return sorted(set(np.argpartition(-own, _PLACES, axis=1)[:, :_PLACES].ravel().tolist()))


def _climbed(order: Order, likely: Callable[[Order], float]) -> Order:
    while (other := max(_moved(order), key=likely, default=order)) and likely(other) > likely(order):
        order = other
    return order


def _moved(order: Order) -> Iterator[Order]:
    """All orders in which one title stands elsewhere."""
    for number, place in itertools.permutations(range(len(order)), 2):
        rest = (*order[:number], *order[number + 1 :])
        yield (*rest[:place], order[number], *rest[place:])
