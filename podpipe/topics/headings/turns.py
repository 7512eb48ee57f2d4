"""Topics that a host takes up in the first sentences after a long pause, where no heading is said.

"Of course you can do all of this right and still get a dull cup, and nine times out of ten the reason for it is
water hardness." Each topic is compared with what follows each long pause as titles are with free talk (see
``titles``), in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from podpipe.models import Word
from podpipe.topics.free_talk import titles, weights
from podpipe.topics.free_talk.talk import Floats, prepare
from podpipe.topics.headings.openings import LONG, Opening

_EVEN, _SCALE = 11.5, 2.0
"""The score of a topic that is as likely taken up as not, and what makes it e times as likely."""

_LEAST_TOLD = 4.5
"""Of the score, so much is for the topic's own words: without them, that the host turns to something tells nothing."""

_LONG_FOR_TURN = 2.2
"""How many times the usual pause between sentences one is that says nothing for or against a turn."""

OPENING = 14
"""So many words after a pause tell what is taken up there."""


def after_pauses(openings: Sequence[Opening]) -> list[Opening]:
    """Those after long pauses, each once."""
    return [opening for opening in openings if opening.weight >= LONG and opening.leads_as in ("", "number")]


def worths(topics: Sequence[str], places: Sequence[Opening], words: Sequence[Word], duration_ms: int) -> Floats:
    """The logarithm of the odds that each topic is taken up at each place, shape (topics, places)."""
    if not topics or not places:
        return np.zeros((len(topics), len(places)), np.float32)
    talk = prepare(words, duration_ms, [place.start_ms for place in places])
    features, weighed = titles.features(talk, topics, in_order=False), np.array(weights.TITLES.weights, np.float32)
    scores = features @ weighed
    told = features[:, :, : titles.TOLD] @ weighed[: titles.TOLD]
    pauses = 2 * np.log2([place.weight / _LONG_FOR_TURN for place in places])
    worths = (scores - _EVEN) / _SCALE + np.clip(pauses, -1, 1)
    return np.asarray(np.where(told >= _LEAST_TOLD, worths, -np.inf), np.float32)
