"""Fits ``podpipe/topics/free_talk/weights.py``: ``python -m bench.fit [--write]``, some minutes.

How sure a start is follows how often what the model calls so likely is right: that is counted on talks that the model
was not fitted on, each sixth by weights of the others, and made to rise (isotonic regression; Zadrozny and Elkan,
2002). The benches try these models of five sixths on what they were not fitted on (``bench.folds``).
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bench import folds, talks
from bench.folds import FOLDS
from bench.measure import ROOT
from bench.talks import Told
from podpipe.topics.free_talk import chain, flow, titles, weights
from podpipe.topics.free_talk.chain import Curve, Doubles, Model
from podpipe.topics.free_talk.talk import Floats, Ints, Talk, prepare

FILE = ROOT / "podpipe" / "topics" / "free_talk" / "weights.py"
ROUNDS = 60
FLAT_MS, SLOPE_MS = 5000, 4000
"""A start is as good as the people's within so much; beyond, worse by a factor of e for each so much."""
KNOTS = 14
LOWEST = 0.3
"""Starts about so likely are looked at, for the curve of flow."""

Weights = tuple[Doubles, float]
Likely = tuple[float, bool]
"""How likely a start is by the model, and whether it is right."""


@dataclass(frozen=True)
class Case:
    """An episode as its features, and where its topics begin (None: it has no such topic)."""

    features: Floats
    times_ms: Ints
    between: Doubles
    first: Doubles
    truth: tuple[int | None, ...]

    def mask(self) -> Doubles:
        """What a start at each place is worth, given where people put it, shape (topics, places)."""
        rows = [
            np.full(self.times_ms.size, -40.0)
            if truth is None
            else -np.clip((np.abs(self.times_ms - truth) - FLAT_MS) / SLOPE_MS, 0, 40)
            for truth in self.truth
        ]
        return np.array(rows)


Features = Callable[[Talk, Sequence[str]], Floats]
Slope = Callable[[Case, Doubles, float], tuple[Floats, float]]


def with_titles(
    told: Told, others: Sequence[str], at_random: random.Random, features: Features = titles.features
) -> Case:
    """An episode whose titles are given, with titles of others put between."""
    asked: list[tuple[str, int | None]] = list(zip(told.titles, told.starts_ms, strict=True))
    for other in others:
        asked.insert(at_random.randrange(len(asked) + 1), (other, None))
    talk = prepare(told.words, told.duration_ms)
    gaps = chain.gaps(talk.times_ms, titles.mean_gap_ms(talk, len(asked)))
    return Case(features(talk, [title for title, _ in asked]), talk.times_ms, *gaps, tuple(truth for _, truth in asked))


def without(told: Told) -> Case:
    """An episode of which nothing is given."""
    talk = prepare(told.words, told.duration_ms)
    return Case(flow.features(talk), talk.times_ms, *chain.gaps(talk.times_ms, flow.GAP_MS), told.starts_ms)


def titles_slope(case: Case, scores: Doubles, skip: float) -> tuple[Floats, float]:
    """How the likelihood of the people's starts changes with the scores, and with the cost of leaving a title out."""
    ours, _ = chain.titles_begin(scores, case.between, case.first, skip)
    never = np.array([skip if truth is None else -200.0 for truth in case.truth])
    theirs, _ = chain.titles_begin(scores + case.mask(), case.between, case.first, never)
    return theirs - ours, float(ours.sum() - theirs.sum())


def flow_slope(case: Case, scores: Doubles, begin: float) -> tuple[Floats, float]:
    """The same for starts without titles; each of the people's is one of ours."""
    ours, _ = chain.topics_begin(scores + begin, case.between, case.first)
    theirs, _ = chain.titles_begin(scores[None] + begin + case.mask(), case.between, case.first, -200.0)
    change = theirs.sum(axis=0) - ours
    return change, float(change.sum())


def titles_likely(case: Case, model: Weights) -> list[Likely]:
    """How likely each title's start is said to be, and whether it is right."""
    scores = (case.features @ model[0]).astype(np.float64)
    found, _ = chain.titles_begin(scores, case.between, case.first, model[1])
    near = chain.nearby(found, case.times_ms, titles.WITHIN_MS)
    chosen = titles.in_order(chain.centred(found, case.times_ms, titles.CENTRE_MS))
    return [
        (float(row[place]), truth is not None and abs(case.times_ms[place] - truth) <= titles.WITHIN_MS)
        for place, row, truth in zip(chosen, near, case.truth, strict=True)
        if place is not None
    ]


def flow_likely(case: Case, model: Weights) -> list[Likely]:
    """The same for starts without titles."""
    scores = (case.features @ model[0]).astype(np.float64)
    found, _ = chain.topics_begin(scores + model[1], case.between, case.first)
    near, chosen = flow.starts(found, case.times_ms, LOWEST)
    truth = np.array(case.truth)
    return [(float(near[p]), bool(np.abs(truth - case.times_ms[p]).min() <= flow.WITHIN_MS)) for p in chosen]


@dataclass(frozen=True)
class Kind:
    """What is fitted, and from where: ``bias`` at first, ``decay`` of the weights, whether it is a cost."""

    name: str
    slope: Slope
    likely: Callable[[Case, Weights], list[Likely]]
    bias: float
    decay: float
    is_cost: bool
    most: float
    """The most that is ever said: on talk of other kinds the model has not been tried."""


KINDS = (
    Kind("TITLES", titles_slope, titles_likely, -2.0, 10.0, True, 0.985),
    Kind("FLOW", flow_slope, flow_likely, -3.0, 5.0, False, 0.89),
)


def fit(cases: Sequence[Case], kind: Kind) -> Weights:
    """Gradient ascent on the likelihood of the people's starts, with steps as Adam's (Kingma and Ba, 2015).

    Features are centred meanwhile; their mean then goes into the bias, which is set against the scores of titles
    and added to those of turns.
    """
    rows = np.concatenate([case.features.reshape(-1, case.features.shape[-1]) for case in cases])
    centre, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-3
    found = np.append(np.zeros(spread.size), kind.bias)
    mean, square = np.zeros(found.size), np.zeros(found.size)
    for number in range(1, ROUNDS + 1):
        step = np.append(-kind.decay * found[:-1], 0.0)
        for case in cases:
            features = (case.features - centre) / spread
            change, more = kind.slope(case, (features @ found[:-1]).astype(np.float64), found[-1])
            step[:-1] += np.tensordot(change, features, axes=change.ndim)
            step[-1] += more
        mean, square = 0.8 * mean + 0.2 * step, 0.95 * square + 0.05 * step * step
        rate = 0.15 if number <= 0.6 * ROUNDS else 0.045
        found += rate * mean / (1 - 0.8**number) / (np.sqrt(square / (1 - 0.95**number)) + 1e-8)
    scale = found[:-1] / spread
    shift = float(centre @ scale)
    return scale, float(found[-1] + (shift if kind.is_cost else -shift))


def curve(told: Sequence[Likely], most: float) -> Curve:
    """What the model says against how often it is right: KNOTS groups of equal size, neighbours pooled until they rise.

    It begins at 0 and ends at 1; there as often is right as in the last group, at most ``most``. A half is added to
    the wrong ones of each group, so that few are never certain.
    """
    pooled: list[list[float]] = []
    for part in np.array_split(np.array(sorted(told), np.float64), KNOTS):
        pooled.append([float(part[:, 0].sum()), float(part[:, 1].sum()), float(len(part))])
        while len(pooled) > 1 and _share(pooled[-2]) >= _share(pooled[-1]):
            last = pooled.pop()
            pooled[-1] = [one + other for one, other in zip(pooled[-1], last, strict=True)]
    said = [0.0, *(round(group[0] / group[2], 3) for group in pooled), 1.0]
    right = [0.0, *(round(min(_share(group), most), 3) for group in pooled)]
    right.append(right[-1])
    kept = [number for number in range(len(said)) if number == 0 or said[number] > said[number - 1]]
    return tuple(said[number] for number in kept), tuple(right[number] for number in kept)


def _share(group: Sequence[float]) -> float:
    return group[1] / (group[2] + 0.5)


HEAD = '''"""What ``titles`` and ``flow`` learned, written by ``python -m bench.fit``.

Fitted on {count} episodes of a talk show. The features are those of ``titles.features`` and
``flow.features``, in their order. Weights are of logarithms of odds, by gradient ascent on the likelihood of the
chapters that people made, give or take 5 s. A curve is the model's probability, and how often it was right within 15 s
(titles, two of other episodes put between in half of the cases) or 30 s (flow), on episodes that it was not fitted on.
"""

from __future__ import annotations

from podpipe.topics.free_talk.chain import Model

TITLE_GAP = {gap}
"""The mean time from one chapter to the next, in shares of the talk."""
'''


def of_model(name: str, model: Model) -> str:
    """The lines of a module that define a model."""
    lines = [f"\n{name} = Model(", "    (", *(f"        {_number(weight)}," for weight in model.weights), "    ),"]
    lines += [
        f"    {_number(model.bias)},",
        "    (",
        *(f"        ({', '.join(map(_number, row))})," for row in model.curve),
    ]
    return "\n".join([*lines, "    ),", ")", ""])


def _number(value: float) -> str:
    return f"{value:.3g}"


def groups(every: Sequence[Told], kind: Kind) -> list[list[Case]]:
    """The cases of each talk."""
    at_random = random.Random(0)
    titles_of_all = [title for told in every for title in told.titles]
    if not kind.is_cost:
        return [[without(told)] for told in every]
    return [
        [with_titles(told, at_random.sample(titles_of_all, count), at_random) for count in (0, 2)] for told in every
    ]


def learned(each: Sequence[Sequence[Case]], kind: Kind) -> tuple[Model, list[Model]]:
    """What the cases of each talk teach of a kind of starts: all of them, and for each fold all but its own."""
    models, said = [], []
    for fold in range(FOLDS):
        there = [case for number, cases in enumerate(each) if number % FOLDS != fold for case in cases]
        models.append(fit(there, kind))
        said.append([one for cases in each[fold::FOLDS] for case in cases for one in kind.likely(case, models[-1])])
    others = [[one for other, ones in enumerate(said) if other != fold for one in ones] for fold in range(FOLDS)]
    of_folds = [_model(one, told, kind) for one, told in zip(models, others, strict=True)]
    of_all = fit([case for cases in each for case in cases], kind)
    return _model(of_all, [one for ones in said for one in ones], kind), of_folds


def _model(found: Weights, told: Sequence[Likely], kind: Kind) -> Model:
    return Model(tuple(map(float, found[0])), found[1], curve(told, kind.most))


def main() -> None:
    """Fit both kinds; print or write them."""
    parser = argparse.ArgumentParser(prog="python -m bench.fit", description=main.__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {FILE.relative_to(ROOT)} and {folds.FILE.name}")
    arguments = parser.parse_args()
    every = talks.load()
    text = HEAD.format(count=len(every), gap=weights.TITLE_GAP)
    without_folds = {}
    for kind in KINDS:
        of_all, without_folds[kind.name] = learned(groups(every, kind), kind)
        text += of_model(kind.name, of_all)
    if arguments.write:
        FILE.write_text(text, "utf-8")
        folds.write(without_folds)
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
