"""Fits ``WEIGHTS`` of ``podpipe/search/rank.py``: ``python -m bench.fit_ranking FOLDER``, a minute; prints them.

FOLDER holds an index of the corpus (``python -m bench.corpus``). The likelihood of the right episode is made as high as
it gets, by the best match of each episode of every other known item (softmax; ListNet, Cao et al., 2007). Weights of
titles stay as they are: the corpus has no chapters.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.known_items import Item, known_items, name_of
from podpipe.errors import SearchError
from podpipe.search import Index, matches, open_index
from podpipe.search.features import WEIGHTS, Features
from podpipe.search.query import parse
from podpipe.search.rank import Matcher, judged

Floats = npt.NDArray[np.float64]

ROUNDS, RATE = 150, 0.03
SHARPNESS = 8.0
"""Of the softmax: differences of scores are some tenths."""
PULL = 0.001
"""Towards the weights that there are, by the square of the distance."""
KEPT = [Features._fields.index(name) for name in ("titled", "title")]


@dataclass(frozen=True)
class Case:
    """Matches of a query: their features, the number of each one's episode, and that of the right one."""

    features: Floats
    episodes: npt.NDArray[np.int64]
    right: int


def cases(index: Index, items: Sequence[Item]) -> Iterator[Case]:
    """What can be learned from: queries whose episode is among several that match."""
    for item in items:
        try:
            query, found, _ = matches(index, parse(item.query, languages=index.languages()))
        except SearchError:  # nothing but common words
            continue
        rows = list(judged(found, query, Matcher(query, index.rarity)))
        names = [name_of(candidate.episode_id) for candidate, _ in rows]
        numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
        if item.episode in numbers and len(numbers) > 1:
            features = np.array([features for _, features in rows], np.float64)
            yield Case(features, np.array([numbers[name] for name in names]), numbers[item.episode])


def slope(case: Case, weights: Floats) -> Floats:
    """How the likelihood of the right episode changes with the weights."""
    scores = case.features @ weights
    order = np.lexsort((-scores, case.episodes))
    best = order[np.unique(case.episodes[order], return_index=True)[1]]  # of each episode
    likely = np.exp(SHARPNESS * (scores[best] - scores[best].max()))
    change: Floats = case.features[best[case.right]] - (likely / likely.sum()) @ case.features[best]
    return SHARPNESS * change


def fit(learned_from: Sequence[Case]) -> Floats:
    """Gradient ascent with steps as Adam's (Kingma and Ba, 2015)."""
    begin = np.array(WEIGHTS, np.float64)
    found, mean, square = begin.copy(), np.zeros(begin.size), np.zeros(begin.size)
    for number in range(1, ROUNDS + 1):
        step = np.mean([slope(case, found) for case in learned_from], axis=0) - 2 * PULL * (found - begin)
        step[KEPT] = 0
        mean, square = 0.9 * mean + 0.1 * step, 0.999 * square + 0.001 * step * step
        found += RATE * mean / (1 - 0.9**number) / (np.sqrt(square / (1 - 0.999**number)) + 1e-8)
    return found


def main() -> None:
    """Print the weights."""
    with open_index(Path(sys.argv[1])) as index:
        for name, weight in zip(Features._fields, fit(list(cases(index, known_items()[::2]))), strict=True):
            print(f"{name}={weight:.2f}")


if __name__ == "__main__":
    main()
