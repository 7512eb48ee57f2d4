"""Where the topics of short talk begin, whose titles are given and which nobody announces.

A title is compared with what is said as in longer talk (``titles``), but topics last a minute here, not six, and so
other weights tell. Two models are asked: one was fitted on titles that are mostly of the talk, and finds more; the
other on titles of other talks besides, and so says whether they are of this one at all. Only where it is sure of a
share of them is anything taken, as talk of anything has some words of any title.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from podpipe import timecode
from podpipe.models import Placement, Section, Word
from podpipe.topics import chain, short_weights, titles
from podpipe.topics.chain import Doubles
from podpipe.topics.talk import Ints, Talk, prepare

SECTION_MS = 150_000
"""Topics that last so long are unlike those that the weights were fitted on."""

WITHIN_MS, CENTRE_MS = 2_000, 2_500

LEAST = 0.5
"""Less likely, a title has no chapter."""

_OCCUR, _SURE, _LEAST_OCCURS = 0.65, 0.3, 0.5
"""By the other model: how likely the titles occur at all, on the average; how likely each at its likeliest place; and
how likely one occurs that is taken."""

_MASS, _IN_TURN = 4, 0.7
"""The kind of evidence that says how much of a title's words is said; and how often that is in order where the titles
are."""

_LEAST_REORDERED = 0.7
"""Where they are not, a start must be so likely."""


def place(words: Sequence[Word], duration_ms: int, asked: Sequence[str]) -> tuple[Placement, ...]:
    """Where each title's topic begins, as far as that can be told; one for each title, in their order.

    Titles whose words are mostly said in another order are put into the order in which these are said. The confidence
    is the probability that the topic begins within 2 s of the start; nothing is sure where too few of the titles are of
    this talk.
    """
    talk = prepare(words, duration_ms)
    if not talk.places.size or not asked:
        return tuple(Placement(Section(title), None, None, 0.0, "nothing is said") for title in asked)
    said = said_most(talk, asked)
    as_listed = in_turn(said) >= _IN_TURN
    order = np.arange(len(asked)) if as_listed else np.argsort(said, kind="stable")
    placed = _in_order(talk, [asked[number] for number in order], LEAST if as_listed else _LEAST_REORDERED)
    return tuple(placed[number] for number in np.argsort(order))


def said_most(talk: Talk, asked: Sequence[str]) -> Ints:
    """The place after which the words of each title are said most."""
    return np.asarray(titles.features(talk, asked)[:, :, _MASS].argmax(axis=1), np.int64)


def in_turn(places: Ints) -> float:
    """The share of pairs of places that are in order (1 where there is no pair)."""
    pairs = [before < after for before, after in itertools.combinations(places, 2) if before != after]
    return float(np.mean(pairs)) if pairs else 1.0


def _in_order(talk: Talk, asked: Sequence[str], least: float) -> list[Placement]:
    """The placements of titles that are in the order of the talk, as likely as ``least``."""
    found, sure = likely(talk, asked)
    chosen = titles.in_order(chain.centred(found, talk.times_ms, CENTRE_MS))
    near, surely = (chain.nearby(model, talk.times_ms, WITHIN_MS) for model in (found, sure))
    occurs = sure.sum(axis=1)
    is_of_talk = occurs.mean() >= _OCCUR and surely.max(axis=1).mean() >= _SURE
    return [
        _placement(
            talk,
            title,
            place,
            is_likely=is_of_talk and place is not None and row[place] >= least and occur >= _LEAST_OCCURS,
            near=row,
        )
        for title, place, row, occur in zip(asked, chosen, near, occurs, strict=True)
    ]


def likely(talk: Talk, asked: Sequence[str]) -> tuple[Doubles, Doubles]:
    """The probability of each title at each place, shape (titles, places): by the first model and by the other."""
    features = titles.features(talk, asked)
    gaps = chain.gaps(talk.times_ms, titles.mean_gap_ms(talk, len(asked)))
    models = ((short_weights.OF_TALK, short_weights.OF_TALK_SKIP), (short_weights.OF_ANY, short_weights.OF_ANY_SKIP))
    first, other = (
        chain.titles_begin((features @ np.array(weights)).astype(np.float64), *gaps, skip)[0]
        for weights, skip in models
    )
    return first, other


def _placement(talk: Talk, title: str, place: int | None, near: Doubles, *, is_likely: bool) -> Placement:
    if place is None:
        return Placement(Section(title), None, None, 0.0, "there is no place for it between the topics beside it")
    if not is_likely:
        return Placement(Section(title), None, None, 0.0, "its words tell no place where the talk turns to it")
    start_ms, first = int(talk.times_ms[place]), int(talk.places[place])
    opening = " ".join(word.text for word in talk.words[first : first + 8])
    confidence = round(float(np.interp(near[place], *short_weights.CONFIDENCE)), 2)
    because = f"the talk turns to its words at {timecode.clock(start_ms)}: “{opening} …”"
    return Placement(Section(title), start_ms, None, confidence, because)
