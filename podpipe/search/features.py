"""What speaks for a passage, and what it counts for: the sum is its score."""

from __future__ import annotations

import math
import operator
from typing import NamedTuple

from podpipe.models import Reason


class Features(NamedTuple):
    """What speaks for a passage, each from 0 to 1.

    Shares are of the query's terms, weighted by their rarity. ``engine``: BM25, beside the best passage or title;
    ``together``: the share that the best of its sentences has; ``close``: the share that is here, by how much of the
    shortest stretch that has it is of it (proximity; Tao and Zhai, 2007); ``adjacent``: neighbours in the query that
    are neighbours here; ``exact``: in the very forms of the query; ``named``: with a capital where the query has none;
    ``episode``: in all matches of its episode together; ``much``: how often there, beside the episode that has most;
    ``titled``: all are in the topic's title; ``title``: the match is the title itself.

    What only has sound-alikes of a term has less of all.
    """

    engine: float
    together: float
    close: float
    adjacent: float
    exact: float
    named: float
    episode: float
    much: float
    titled: float
    title: float


WEIGHTS = Features(
    engine=0.05,
    together=0.35,
    close=0.1,
    adjacent=0.15,
    exact=0.45,
    named=0.2,
    episode=0.4,
    much=0.4,
    titled=0.8,
    title=0.2,
)
"""The first eight were fitted on every other known item of a corpus of real shows (``bench.fit_ranking``)."""


def reasons(features: Features) -> tuple[Reason, ...]:
    """What a score is the sum of."""
    return tuple(
        Reason(name, value, weight)
        for name, value, weight in zip(Features._fields, features, WEIGHTS, strict=True)
        if value and weight
    )


def score(features: Features) -> float:
    """One number of all features, weighted."""
    return math.fsum(map(operator.mul, features, WEIGHTS))
