"""Where the topics of short talk begin, whose titles are given and which nobody announces.

A title is compared with what is said as in longer talk (``titles``), but topics last a minute here, not six, and so
other weights tell; and where an encoder is installed (``minilm``), with what is meant (``meaning``). Two models are
asked: one was fitted on titles that are mostly of the talk, and finds more; the other on titles of other talks
besides, and so says whether they are of this one at all. Only where it is sure of a share of them is anything taken, as
talk of anything has some words of any title.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from podpipe import timecode
from podpipe.models import Placement, Section, Word
from podpipe.topics.free_talk import chain, meaning, short_weights, titles
from podpipe.topics.free_talk.chain import Doubles
from podpipe.topics.free_talk.meaning import Encoder
from podpipe.topics.free_talk.order import Costs
from podpipe.topics.free_talk.short_weights import Pair
from podpipe.topics.free_talk.talk import Floats, Talk, prepare

SECTION_MS = 150_000
"""Topics that last so long are unlike those that the weights were fitted on."""

WITHIN_MS, CENTRE_MS = 2_000, 2_500

LEAST = 0.5
"""Less likely, a title has no chapter."""

_SURE = 0.3
"""By the other model: how likely each title is at its best place, on the average."""


class _Least(NamedTuple):
    """How likely a start must be; and by the other model, that the title occurs at all, and all do on the average."""

    begins: float
    occurs: float
    all_occur: float


_AS_GIVEN, _REORDERED = _Least(LEAST, 0.5, 0.65), _Least(0.7, 0.8, 0.75)
"""Of titles in the order in which they are given, and in another."""

_COSTS = Costs(out_of_turn=2.0, in_no_order=0.7)


def place(
    words: Sequence[Word], duration_ms: int, asked: Sequence[str], encoder: Encoder | None = None
) -> tuple[Placement, ...]:
    """Where each title's topic begins, as far as that can be told; one for each title, in their order.

    The talk may have them in another order: the likeliest is taken. With an encoder they are also told by what they
    mean. The confidence is the probability that the topic begins within 2 s of the start; nothing is sure where too
    few of the titles are of this talk.

    Raises:
        SpeechError: the encoder's weights are damaged.
    """
    talk = prepare(words, duration_ms)
    if not talk.places.size or not asked:
        return tuple(Placement(Section(title), None, None, 0.0, "nothing is said") for title in asked)
    by = short_weights.BY_WORDS if encoder is None else short_weights.BY_MEANING
    told = features(talk, asked, encoder)
    order = titles.likeliest_order(told, _gaps(talk, len(asked)), by.of_talk, _COSTS)
    if order == tuple(range(len(asked))):
        return tuple(_in_order(talk, asked, told, by, _AS_GIVEN))
    told, moved = titles.reordered(told, talk, np.array(order)), [asked[number] for number in order]
    placed = _in_order(talk, moved, told, by, _REORDERED)
    return tuple(placed[number] for number in np.argsort(order))


def features(talk: Talk, asked: Sequence[str], encoder: Encoder | None) -> Floats:
    """What speaks for each title at each place, shape (titles, places, kinds)."""
    by_words = titles.features(talk, asked)
    return by_words if encoder is None else np.dstack((by_words, meaning.features(encoder, talk, asked)))


def _gaps(talk: Talk, count: int) -> tuple[Doubles, Doubles]:
    return chain.gaps(talk.times_ms, titles.mean_gap_ms(talk, count))


def _in_order(talk: Talk, asked: Sequence[str], told: Floats, by: Pair, least: _Least) -> list[Placement]:
    """The placements of titles that are in the order of the talk, where they are likely enough."""
    gaps = _gaps(talk, len(asked))
    found, sure = (
        chain.titles_begin((told @ np.array(model.weights)).astype(np.float64), *gaps, model.bias)[0] for model in by
    )
    chosen = titles.in_order(chain.centred(found, talk.times_ms, CENTRE_MS))
    near, surely = (chain.nearby(likely, talk.times_ms, WITHIN_MS) for likely in (found, sure))
    occurs = sure.sum(axis=1)
    is_of_talk = occurs.mean() >= least.all_occur and surely.max(axis=1).mean() >= _SURE
    placed = []
    for title, place, row, occur in zip(asked, chosen, near, occurs, strict=True):
        is_likely = is_of_talk and place is not None and row[place] >= least.begins and occur >= least.occurs
        confidence = by.of_talk.right(float(row[place])) if is_likely else 0.0
        placed.append(_placement(talk, title, place, confidence))
    return placed


def _placement(talk: Talk, title: str, place: int | None, confidence: float) -> Placement:
    if place is None:
        return Placement(Section(title), None, None, 0.0, "there is no place for it between the topics beside it")
    if not confidence:
        return Placement(Section(title), None, None, 0.0, "nothing tells where the talk turns to it")
    start_ms, first = int(talk.times_ms[place]), int(talk.places[place])
    opening = " ".join(word.text for word in talk.words[first : first + 8])
    because = f"the talk turns to it at {timecode.clock(start_ms)}: “{opening} …”"
    return Placement(Section(title), start_ms, None, round(confidence, 2), because)
