"""Fits the weights of ``podpipe/search/alike/likely.py``: ``python -m bench.fit_alike FOLDER``, minutes; prints them.

What may stand for each misheard term is looked for in a library that has it misheard (``bench.misheard``): the weights
are those of logistic regression (by Newton's method), once on all ways, to tell which to look for, and once on those
that the library has, to tell how likely each is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.misheard import Library, misheard
from bench.table import Settings
from podpipe.prose import bare
from podpipe.search import CANDIDATES, ENOUGH, Index, analysis, open_index
from podpipe.search.alike import instead
from podpipe.search.alike.likely import Way, features
from podpipe.search.query import All, Query, Term, parse
from podpipe.search.rank import heard_as
from podpipe.search.vocabulary import Vocabulary

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

WAYS, ROUNDS = 3_000, 80
FILES = ("misheard_fitted.json", "misheard_held_out.json", "misheard_others.json")
PULL = 1e-4
"""Of each weight towards nothing, by its square."""


@dataclass(frozen=True)
class Case:
    """What may stand for a term: features of each way, whether it is what was heard, and whether the library has it."""

    features: Floats
    right: Flags
    said: Flags


def cases(library: Library, index: Index) -> Iterator[Case]:
    """A case for each term, or two neighbours, that a search would look for otherwise."""
    vocabulary = index.vocabulary()
    for asked, pairs in groupby(library.places, key=itemgetter(0)):
        terms = [term for alternatives in parse(asked).terms for term in alternatives]
        run = tuple(piece for term in terms for piece in term.run)
        text = analysis.normal(" ".join(term.form for term in terms), "")
        is_known = index.count(run[0]) >= ENOUGH if len(run) == 1 else any(index.said([run]))
        ways = [] if is_known or len(terms) > 2 else list(_ways(text, run, vocabulary))
        if ways:
            heard = [(tuple(analysis.terms(words)), bare(words)) for _, words in pairs]
            yield Case(
                features(text, "".join(run), ways, vocabulary).astype(np.float64),
                np.array([any(_is_it(way, *one) for one in heard) for way in ways]),
                np.array(list(_said(ways, index))),
            )


def _ways(text: str, run: tuple[str, ...], vocabulary: Vocabulary) -> Iterator[Way]:
    found = [*instead.ways_of(text, run, vocabulary), *instead.several_of(text, run, vocabulary)]
    return (way for way in {way.words: way for way in found}.values() if way.run != run)


def _is_it(way: Way, terms: tuple[str, ...], letters: str) -> bool:
    return way.run == terms and (not way.heard or "".join(way.words)[:-1] in letters)


def _said(ways: list[Way], index: Index) -> Iterator[bool]:
    """Whether the library has each, with the common words that are in no index."""
    runs = list(dict.fromkeys(way.run for way in ways))
    known = dict(zip(runs, index.said(runs), strict=True))
    for way in ways:
        term = Term(way.run, worth=0.5, heard=way.heard)
        yield known[way.run] and (not way.heard or _has(term, index))


def _has(term: Term, index: Index) -> bool:
    found = (match.candidate for match in index.find(Query(All((term,))), any_term=False, limit=CANDIDATES))
    return any(next(heard_as(one.text, one.terms, [term], one.language), None) for one in found)


def fitted(rows: Floats, right: Flags) -> Floats:
    """Weights, and in the end what is there without any."""
    middle, spread = rows.mean(0), rows.std(0) + 1e-6
    table = np.column_stack(((rows - middle) / spread, np.ones(len(rows))))
    pull = np.eye(table.shape[1]) * PULL * len(rows)
    pull[-1, -1] = 1e-6
    weights = np.zeros(table.shape[1])
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-table @ weights))
        curve = (table * (chance * (1 - chance) + 1e-9)[:, None]).T @ table + pull
        weights += np.linalg.solve(curve, table.T @ (right - chance) - pull @ weights)
    scaled = weights[:-1] / spread
    return np.append(scaled, weights[-1] - scaled @ middle)


def main(folder: Path) -> None:
    """Fit on pairs that were really misheard or written, never on the given ones, and print."""
    instead.FIRST = WAYS
    found: list[Case] = []
    for number, file in enumerate(FILES):
        library = misheard(Settings(folder, quick=False), Path(__file__).with_name(file))
        with open_index(folder / f"fit-{number}", create=True, engine="tantivy") as index:
            index.add(library.episodes)
            found += cases(library, index)
    rows, right = np.concatenate([case.features for case in found]), np.concatenate([case.right for case in found])
    said = np.concatenate([case.said for case in found])
    for name, weights in (("_BEFORE", fitted(rows, right)[:-1]), ("_AFTER", fitted(rows[said], right[said]))):
        print(name, "=", tuple(float(f"{weight:.3g}") for weight in weights))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
