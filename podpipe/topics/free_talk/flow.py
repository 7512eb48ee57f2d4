"""Where free talk turns to another topic, and what to call each; nothing is given but the talk.

What people say when they turn, pauses, and the change of words (TextTiling; Hearst, 1997) are weighed for each
sentence, and all ways to cut the talk are summed (``chain``), as in the segmentations of Utiyama and Isahara
(2001), whose costs are probabilities too: so the number of topics comes out by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from podpipe import timecode
from podpipe.models import Chapter, Word
from podpipe.topics.free_talk import chain, keywords, weights
from podpipe.topics.free_talk.chain import Doubles, Model
from podpipe.topics.free_talk.talk import Floats, Ints, Talk, prepare

WITHIN_MS = 30_000
_CENTRE_MS = 35_000
GAP_MS = 270_000
"""The mean time from one topic to the next that is expected before anything is heard."""
LEAST_MS = 60_000

LEAST = 0.4
"""Less sure, a turn begins no chapter: most is right where what is likelier than about half of that share is taken, as
of titles (see ``titles.LEAST``); somewhat more is asked here, as nobody has named these topics."""


def find(
    words: Sequence[Word], duration_ms: int, least: float = LEAST, model: Model = weights.FLOW
) -> tuple[Chapter, ...]:
    """Where the talk turns to another topic, in order of time; each lasts to the next, the last to the end.

    The confidence is the probability that a person would begin a chapter within 30 s of the start; turns of less
    than ``least`` are left out. The first topic may begin later than the talk.
    """
    talk = prepare(words, duration_ms)
    if not talk.places.size:
        return ()
    scores = features(talk).astype(np.float64) @ np.array(model.weights) + model.bias
    found, _ = chain.topics_begin(scores, *chain.gaps(talk.times_ms, GAP_MS))
    near, likely = starts(found, talk.times_ms, model.likely(least))
    sure = np.interp(near, *model.curve)
    chosen = [place for place in likely if sure[place] >= least]
    if not chosen:
        return ()
    titles = keywords.titles(talk, [int(talk.places[place]) for place in chosen])
    ends = [*(int(talk.times_ms[place]) for place in chosen[1:]), talk.duration_ms]
    return tuple(
        Chapter(title, int(talk.times_ms[place]), end_ms, round(float(sure[place]), 2), "flow", _because(talk, place))
        for place, title, end_ms in zip(chosen, titles, ends, strict=True)
    )


def starts(found: Doubles, times_ms: Ints, lowest: float) -> tuple[Doubles, list[int]]:
    """The probability of a beginning within WITHIN_MS of each place, and the places that are likeliest in the middle.

    ``found`` is the probability of a beginning at each place; those about as likely as ``lowest`` are taken too.
    """
    near = np.minimum(chain.nearby(found[None], times_ms, WITHIN_MS)[0], 1)
    worth = (near + chain.centred(found[None], times_ms, _CENTRE_MS)[0]) / 2
    return near, chain.spread(worth - 0.8 * lowest, times_ms, LEAST_MS)


def _because(talk: Talk, place: int) -> str:
    """What speaks for a turn, in words."""
    first = int(talk.places[place])
    opening = " ".join(word.text for word in talk.words[first : first + 8])
    change = f"the words after it are {talk.turns[place, -1]:.0%} unlike those before"
    return f"the talk turns at {timecode.clock(int(talk.times_ms[place]))}: “{opening} …”; {change}"


def features(talk: Talk) -> Floats:
    """What speaks for a turn at each place, shape (places, kinds)."""
    minutes = talk.times_ms / 60_000
    left = np.maximum(talk.duration_ms / 60_000 - minutes, 0)
    ends = np.stack((np.minimum(minutes, 2), np.minimum(left, 12), np.minimum(left, 3)), 1)
    own = talk.turns[:, -2:]
    return np.hstack((talk.turns, _depth(own), _busy(talk), _new(talk), ends)).astype(np.float32)


def _depth(changes: Floats) -> Floats:
    """How far each change stands out from those around it."""
    if not changes.size:
        return changes
    width = 12
    padded = np.pad(changes, ((width, width), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * width + 1, axis=0)
    return np.asarray(changes - windows.mean(axis=-1), np.float32)


def _busy(talk: Talk) -> Floats:
    """Strong phrases of turning in the three sentences before, which tell that the turn is over."""
    strong = talk.turns[:, :4]
    found = np.zeros_like(strong)
    for back in (1, 2, 3):
        found[back:] = np.maximum(found[back:], strong[:-back])
    return found


def _new(talk: Talk) -> Floats:
    """Words that come for the first time within 40 words, and again within 300; and those that come no more."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    again: dict[str, int] = {}
    for place, stem in enumerate(talk.stems):
        if stem and len(stem) >= 3:
            again[stem] = again.get(stem, 0) + 1
            first.setdefault(stem, place)
            last[stem] = place
    begins = np.sort(np.array([first[stem] for stem, count in again.items() if count >= 3], np.int64))
    ends = np.sort(np.array([last[stem] for stem, count in again.items() if count >= 3], np.int64))
    counts = [
        np.searchsorted(spots, talk.places + high) - np.searchsorted(spots, talk.places + low)
        for spots, low, high in ((begins, 0, 40), (begins, -40, 0), (ends, -40, 0), (ends, 0, 40))
    ]
    return np.sqrt(np.stack(counts, 1)).astype(np.float32)
