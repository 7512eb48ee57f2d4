"""Fits ``WEIGHTS`` of ``podpipe/search/features.py``: ``python -m bench.fit_ranking FOLDER``, a minute; prints them.

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

from bench.items import Item, known_items, name_of
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
EQUAL = 0.25
"""Where no weight is known."""
TENTH = 10
KEPT = [Features._fields.index(name) for name in ("titled", "title")]


@dataclass(frozen=True)
class Case:
    """Matches of a query: their features, the number of each one's episode, and that of the right one."""

    features: Floats
    episodes: npt.NDArray[np.int64]
    right: int | None
    """None where it is not among them."""

    @property
    def teaches(self) -> bool:
        """Whether the right episode is among several."""
        return self.right is not None and bool(self.episodes.any())

    def best(self, scores: Floats) -> npt.NDArray[np.int64]:
        """The best match of each episode, in the episodes' order."""
        order = np.lexsort((-scores, self.episodes))
        return order[np.unique(self.episodes[order], return_index=True)[1]]

    def rank(self, weights: Floats) -> int:
        """Of the right episode, from 1; 0 where it is not in the first ten."""
        if self.right is None:
            return 0
        scores = self.features @ weights
        scores = scores[self.best(scores)]
        before = int((scores > scores[self.right]).sum()) + int((scores[: self.right] == scores[self.right]).sum())
        return before + 1 if before < TENTH else 0


def cases(index: Index, items: Sequence[Item]) -> Iterator[Case]:
    """A case for each item."""
    for item in items:
        try:
            query, found, _ = matches(index, parse(item.query, languages=index.languages()))
        except SearchError:  # nothing but common words
            yield Case(np.empty((0, len(WEIGHTS))), np.empty(0, np.int64), None)
            continue
        rows = list(judged(found, query, Matcher(query, index.rarity)))
        names = [name_of(candidate.episode_id) for candidate, _ in rows]
        numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
        features = np.array([features for _, features in rows], np.float64)
        yield Case(features, np.array([numbers[name] for name in names], np.int64), numbers.get(item.episode))


def slope(case: Case, weights: Floats) -> Floats:
    """How the likelihood of the right episode changes with the weights."""
    scores = case.features @ weights
    best = case.best(scores)
    likely = np.exp(SHARPNESS * (scores[best] - scores[best].max()))
    change: Floats = case.features[best[case.right]] - (likely / likely.sum()) @ case.features[best]
    return SHARPNESS * change


def fit(told: Sequence[Case], begin: Sequence[float] = WEIGHTS) -> Floats:
    """Gradient ascent with steps as Adam's (Kingma and Ba, 2015)."""
    learned_from = [case for case in told if case.teaches]
    first = np.array(begin, np.float64)
    found, mean, square = first.copy(), np.zeros(first.size), np.zeros(first.size)
    for number in range(1, ROUNDS + 1):
        step = np.mean([slope(case, found) for case in learned_from], axis=0) - 2 * PULL * (found - first)
        step[KEPT] = 0
        mean, square = 0.9 * mean + 0.1 * step, 0.999 * square + 0.001 * step * step
        found += RATE * mean / (1 - 0.9**number) / (np.sqrt(square / (1 - 0.999**number)) + 1e-8)
    return found


def crossed(index: Index, items: Sequence[Item]) -> list[int]:
    """The rank of each item by weights that were fitted on the half that it is not in, from equal ones on."""
    equal = np.where(np.isin(range(len(WEIGHTS)), KEPT), WEIGHTS, EQUAL)
    told = list(cases(index, items))
    ranks = [0] * len(told)
    for half in (0, 1):
        weights = fit(told[1 - half :: 2], equal.tolist())
        ranks[half::2] = [case.rank(weights) for case in told[half::2]]
    return ranks


def main() -> None:
    """Print the weights."""
    with open_index(Path(sys.argv[1])) as index:
        for name, weight in zip(Features._fields, fit(list(cases(index, known_items()[::2]))), strict=True):
            print(f"{name}={weight:.2f}")


if __name__ == "__main__":
    main()
