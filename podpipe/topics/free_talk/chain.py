"""Starts in order, with how sure each is: a chain of places, summed over all ways to choose them.

A conditional random field (Lafferty, McCallum and Pereira, 2001) over where topics begin; its sums are the
forward-backward algorithm (Rabiner, 1989). What comes out is, for each place, the probability that a topic
begins there, from which the choice that is right most often is made.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from podpipe.topics.free_talk.talk import Ints

Doubles = NDArray[np.float64]
Curve = tuple[tuple[float, ...], tuple[float, ...]]
"""Probabilities that a model says, and how often that is right."""

_FLOOR = 1e-300
_SHORTEST_MS = 5000
_BLOCK = 256


class Model(NamedTuple):
    """What was learned of features of places, or of titles at places."""

    weights: tuple[float, ...]
    """Of each feature, a logarithm of odds."""
    bias: float
    """The same of any place, which speaks against a beginning; of titles, what it costs that one does not occur."""
    curve: Curve = ((0.0, 1.0), (0.0, 1.0))

    def right(self, likely: float) -> float:
        """How often it is right that what is said to be so likely is."""
        return float(np.interp(likely, *self.curve))

    def likely(self, right: float) -> float:
        """What the model says where it is right so often."""
        return float(np.interp(right, self.curve[1], self.curve[0]))


def titles_begin(scores: Doubles, between: Doubles, first: Doubles, skip: float | Doubles) -> tuple[Doubles, float]:
    """Where each of several titles in order begins, if anywhere.

    Args:
        scores: what speaks for each title at each place, shape (titles, places): logarithms.
        between: likelihood of one title at the row's place and the next at the column's, shape (places, places).
        first: likelihood of the first title at each place.
        skip: what it costs (logarithm, negative) that a title does not occur.

    Returns:
        The probability of each title at each place (rows sum to at most 1), and the logarithm of the sum.
    """
    count, size = scores.shape
    emit, passed, here, reached, blank, log_sum = _summed(scores, between, first, skip)
    back, none = np.ones(size), 1.0
    found = np.zeros((count, size))
    for title in range(count - 1, -1, -1):
        # The scale of the forward sums differs from row to row; a row's own total sets it right.
        row = here[title] * back
        whole = row.sum() + passed[title] * (reached[title] @ back + blank[title] * none)
        found[title] = row / max(whole, _FLOOR)
        weighted = emit[title] * back
        none = float(first @ weighted) + passed[title] * none
        back = between @ weighted + passed[title] * back
        scale = max(back.max(), none, _FLOOR)
        back, none = back / scale, none / scale
    return found, log_sum


def titles_sum(scores: Doubles, between: Doubles, first: Doubles, skip: float | Doubles) -> float:
    """The logarithm of the sum alone, as of ``titles_begin``."""
    return _summed(scores, between, first, skip).log_sum


class _Sums(NamedTuple):
    """What speaks for each title at each place, and for its not occurring, in scale; and sums over the titles before.

    They are at each place (``here``; ``reached`` by any of them), and where none has begun (``blank``); ``reached`` and
    ``blank`` are before the title is dealt with, so that there is one row more than titles.
    """

    emit: Doubles
    passed: Doubles
    here: Doubles
    reached: Doubles
    blank: Doubles
    log_sum: float
    """Of the whole, the logarithm."""


def _summed(scores: Doubles, between: Doubles, first: Doubles, skip: float | Doubles) -> _Sums:
    count, size = scores.shape
    top = scores.max(axis=1)
    emit = np.exp(scores - top[:, None]).astype(np.float64)
    passed = np.exp(np.clip(skip - top, -200, 200)).astype(np.float64)
    here, reached, blank = np.zeros((count, size)), np.zeros((count + 1, size)), np.zeros(count + 1)
    blank[0] = 1.0
    log_sum = float(top.sum())
    for title in range(count):
        here[title] = emit[title] * (reached[title] @ between + blank[title] * first)
        reached[title + 1] = here[title] + passed[title] * reached[title]
        blank[title + 1] = passed[title] * blank[title]
        scale = max(reached[title + 1].max(), blank[title + 1], _FLOOR)
        reached[title + 1] /= scale
        blank[title + 1] /= scale
        log_sum += math.log(scale)
    log_sum += math.log(max(reached[-1].sum() + blank[-1], _FLOOR))
    return _Sums(emit, passed, here, reached, blank, log_sum)


def gaps(times_ms: Ints, mean_ms: float) -> tuple[Doubles, Doubles]:
    """How likely each time to the next topic is, between all pairs of places, and from the beginning.

    Like a gamma distribution, with a little for every gap, as some topics are short or very long.
    """
    times = times_ms.astype(np.float64)
    between = np.empty((times.size, times.size))
    for rows in _blocks(times.size):
        lengths = (times[None, :] - times[rows, None]) / mean_ms
        allowed = np.maximum(lengths, 0)
        likely = allowed**1.6 * np.exp(-2.2 * allowed) + 1e-4
        between[rows] = np.where(lengths * mean_ms > _SHORTEST_MS, likely, 0)
    first = (times + 10_000) / mean_ms
    return between, first**0.5 * np.exp(-1.2 * first) + 1e-3


def _blocks(size: int) -> Iterator[slice]:
    """Rows of a table, some at a time: what is made of all at once takes as much memory again, several times."""
    yield from (slice(first, first + _BLOCK) for first in range(0, size, _BLOCK))


def nearby(found: Doubles, times_ms: Ints, within_ms: int) -> Doubles:
    """The probability that it is within so many milliseconds of each place, shape as ``found``."""
    sums = np.concatenate((np.zeros((found.shape[0], 1)), np.cumsum(found, axis=1)), axis=1)
    low = np.searchsorted(times_ms, times_ms - within_ms)
    high = np.searchsorted(times_ms, times_ms + within_ms, side="right")
    return np.asarray(sums[:, high] - sums[:, low])


def centred(found: Doubles, times_ms: Ints, within_ms: int) -> Doubles:
    """As ``nearby``, but what is near counts more: the middle of what is likely is the largest."""
    result = np.empty_like(found)
    for here in _blocks(times_ms.size):
        distance = np.abs(times_ms[:, None] - times_ms[None, here]).astype(np.float32)
        result[:, here] = found @ np.maximum(0, 1 - distance / within_ms)
    return result


def topics_begin(scores: Doubles, between: Doubles, first: Doubles) -> tuple[Doubles, float]:
    """The probability of each place that some topic begins there, how many there may be; and the sum's logarithm.

    Args:
        scores: what speaks for a beginning at each place, shape (places,): logarithms of odds.
        between: likelihood of one beginning at the row's place and the next at the column's.
        first: likelihood of the first beginning at each place.
    """
    size = scores.size
    here, after = np.zeros(size), np.zeros(size)
    with np.errstate(divide="ignore"):
        start = np.log(first)
        for place in range(size):
            steps = np.log(between[:place, place])
            here[place] = scores[place] + np.logaddexp(start[place], _log_sum(here[:place] + steps))
        for place in range(size - 1, -1, -1):
            following = np.log(between[place, place + 1 :]) + scores[place + 1 :] + after[place + 1 :]
            after[place] = np.logaddexp(0.0, _log_sum(following))
    total = float(np.logaddexp(0.0, _log_sum(here)))
    return np.exp(np.minimum(here + after - total, 0)), total


def _log_sum(values: Doubles) -> float:
    top = values.max(initial=-math.inf)
    return -math.inf if top == -math.inf else float(top + math.log(np.exp(values - top).sum()))


def spread(worth: Doubles, times_ms: Ints, least_ms: int) -> list[int]:
    """The places, each so long after the one before, whose worth sums to most; those of negative worth never."""
    best = np.zeros(worth.size + 1)
    before = np.searchsorted(times_ms, times_ms - least_ms, side="right")
    for place in range(worth.size):
        best[place + 1] = max(best[place], best[before[place]] + worth[place])
    chosen: list[int] = []
    end = worth.size
    while end > 0:
        if best[end] > best[end - 1]:
            chosen.append(end - 1)
            end = int(before[end - 1])
        else:
            end -= 1
    return chosen[::-1]
