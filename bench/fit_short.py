"""Fits ``podpipe/topics/short_weights.py``: ``python -m bench.fit_short [--write]``, a minute.

As ``bench.fit`` fits titles, on every other talk of ``bench.short_talks``; prints how well it does on the others.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from bench import fit, short_talks
from bench.fit import KINDS, Case, Curve, Likely, Weights
from bench.measure import ROOT
from bench.talks import Told
from podpipe.topics import chain, short, short_weights, titles
from podpipe.topics.talk import prepare

FILE = ROOT / "podpipe" / "topics" / "short_weights.py"
SEEDS = (1, 2, 3)
"""Each talk is there with pauses by each."""
FLAT_MS, SLOPE_MS = 1000, 1500
"""As in ``bench.fit``."""
BETWEEN, STRANGE = 2, 6
"""So many titles of other talks are put between; so many are all that is asked for."""
HIGHEST = 0.89
"""The most that is ever said: pauses are made here, and where hosts make none before a topic, more is wrong."""


def halves() -> tuple[list[Told], list[Told]]:
    """Every other pair of talks, as all of its pauses, and the others."""
    sides: tuple[list[Told], list[Told]] = ([], [])
    for seed in SEEDS:
        for talks in short_talks.load(seed):
            for told in talks:
                sides[told.number % 4 // 2].append(told)
    return sides


def cases(talks: Sequence[Told], *, with_strange: bool) -> Iterator[Case]:
    """What the models learn from; also titles that are of other talks, all of them."""
    at_random = random.Random(0)
    every = [title for told in talks for title in told.titles]
    for told in talks:
        others = [title for title in every if title not in told.titles]
        yield fit.with_titles(told, (), at_random)
        yield fit.with_titles(told, at_random.sample(others, BETWEEN), at_random)
        if with_strange:
            yield _strange(told, at_random.sample(others, STRANGE))
            yield _strange(told, at_random.sample(others, BETWEEN))


def _strange(told: Told, asked: Sequence[str]) -> Case:
    talk = prepare(told.words, told.duration_ms)
    gaps = chain.gaps(talk.times_ms, titles.mean_gap_ms(talk, len(asked)))
    return Case(titles.features(talk, asked), talk.times_ms, *gaps, (None,) * len(asked))


def told(talks: Sequence[Told]) -> list[Likely]:
    """How sure the present weights are of each start that they give, and whether it is right."""
    found = []
    for talk in talks:
        for placement, start_ms in zip(_place(talk), talk.starts_ms, strict=True):
            if placement.start_ms is not None:
                found.append((placement.confidence, abs(placement.start_ms - start_ms) <= short.WITHIN_MS))
    return found


def report(talks: Sequence[Told]) -> str:
    """What is found and invented in talks, asked for their own titles, those of others, and both."""
    at_random = random.Random(1)
    every = [title for talk in talks for title in talk.titles]
    own = told(talks)
    strange = mixed = 0
    out_of_order: list[Likely] = []
    for talk in talks:
        others = [title for title in every if title not in talk.titles]
        strange += _count(replace(talk, titles=tuple(at_random.sample(others, STRANGE))))
        between = at_random.sample(others, BETWEEN)
        placements = _place(replace(talk, titles=tuple(_between(talk.titles, between, at_random))))
        mixed += sum(one.start_ms is not None and one.section.heading in between for one in placements)
        order = at_random.sample(range(len(talk.titles)), len(talk.titles))
        shuffled = replace(
            talk, titles=tuple(talk.titles[n] for n in order), starts_ms=tuple(talk.starts_ms[n] for n in order)
        )
        out_of_order += told([shuffled])
    return (
        f"own {sum(right for _, right in own)} of {len(every)}, {sum(not right for _, right in own)} wrong; of others"
        f" {strange} of {STRANGE * len(talks)}; put between {mixed} of {BETWEEN * len(talks)}; in another order"
        f" {sum(right for _, right in out_of_order)}, {sum(not right for _, right in out_of_order)} wrong"
    )


def _between(own: Sequence[str], others: Sequence[str], at_random: random.Random) -> list[str]:
    asked = list(own)
    for other in others:
        asked.insert(at_random.randrange(len(asked) + 1), other)
    return asked


def _place(talk: Told) -> Sequence[short.Placement]:
    return short.place(talk.words, talk.duration_ms, talk.titles)


def _count(talk: Told) -> int:
    return sum(placement.start_ms is not None for placement in _place(talk))


def source(of_talk: Weights, of_any: Weights, curve: Curve) -> str:
    """The lines of the file."""
    lines = ['"""What ``short`` learned, written by ``python -m bench.fit_short --write``."""\n']
    lines.append("from __future__ import annotations\n")
    for name, (weights, skip) in (("OF_TALK", of_talk), ("OF_ANY", of_any)):
        lines += [f"{name} = (", *(f"    {weight:.3g}," for weight in weights), ")", f"{name}_SKIP = {skip:.3g}"]
    lines += ["CONFIDENCE = (", *(f"    ({', '.join(f'{value:.3g}' for value in row)})," for row in curve), ")"]
    return "\n".join([*lines, ""])


def main() -> None:
    """Fit; print or write."""
    parser = argparse.ArgumentParser(prog="python -m bench.fit_short", description=main.__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {FILE.relative_to(ROOT)}")
    arguments = parser.parse_args()
    fit.FLAT_MS, fit.SLOPE_MS = FLAT_MS, SLOPE_MS
    fitted, held_out = halves()
    models = [fit.fit(list(cases(fitted, with_strange=with_strange)), KINDS[0]) for with_strange in (False, True)]
    for name, (weights, skip) in zip(("OF_TALK", "OF_ANY"), models, strict=True):
        setattr(short_weights, name, tuple(map(float, weights)))
        setattr(short_weights, f"{name}_SKIP", float(skip))
    short_weights.CONFIDENCE = ((0.0, 1.0), (0.0, 1.0))
    curve = fit.curve(told(held_out), HIGHEST)
    for name, talks in (("fitted on", fitted), ("held out", held_out)):
        print(f"{name}: {report(talks)}")
    text = source(models[0], models[1], curve)
    if arguments.write:
        FILE.write_text(text, "utf-8")
    else:
        print(np.round(curve, 3))


if __name__ == "__main__":
    main()
