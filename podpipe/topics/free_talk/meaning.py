"""What speaks for a title at a place in talk by what is meant, in whatever words: sentences and titles as vectors.

A title is compared with each sentence, with it and those after it, and with those before; and all of that with what
speaks for the other titles there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from podpipe.topics.free_talk.talk import Floats, Talk

_TOGETHER, _WORDS = 3, 80
"""So many sentences are read together, of which so many words."""
_AFTER, _BEFORE = 6, 3
"""So many sentences after a place, and before it, tell what is talked about there."""
_LEAST_SPREAD = 0.02


class Encoder(Protocol):
    """Gives texts that mean the same vectors that point the same way."""

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Vectors of length 1, shape (texts, size). Raises SpeechError."""


def features(encoder: Encoder, talk: Talk, titles: Sequence[str]) -> Floats:
    """What speaks for each title at each place, shape (titles, places, kinds); cosines, and differences of them."""
    sentences = _sentences(talk)
    each = encoder.vectors(sentences)
    together = encoder.vectors([" ".join(_first(sentences[at : at + _TOGETHER])) for at in range(len(sentences))])
    asked = encoder.vectors(titles)
    here, soon = each @ asked.T, together @ asked.T  # of each place with each title
    more = here - here.mean(axis=0)
    after = np.mean([_later(more, by) for by in range(_AFTER)], axis=0)
    before = np.mean([_later(more, -by) for by in range(1, _BEFORE + 1)], axis=0)
    change = 1 - (together * _later(together, -_TOGETHER)).sum(axis=1)
    kinds = (
        *(here, soon, after, before, soon - soon.max(axis=0), after - before),
        np.repeat(change[:, None], len(titles), axis=1),
        *(kind for row in (soon, after) for kind in (_over_others(row), _over_elsewhere(row))),
    )
    return np.stack(kinds, axis=-1).transpose(1, 0, 2).astype(np.float32)


def _sentences(talk: Talk) -> list[str]:
    ends = [*talk.places[1:], len(talk.words)]
    return [" ".join(word.text for word in talk.words[first:end]) for first, end in zip(talk.places, ends, strict=True)]


def _first(sentences: Sequence[str]) -> list[str]:
    return " ".join(sentences).split()[:_WORDS]


def _later(rows: Floats, by: int) -> Floats:
    """Rows that stand so many places later at each, or earlier where less than none; nothing beyond the ends."""
    moved = np.zeros_like(rows)
    if abs(by) < len(rows):
        moved[max(-by, 0) : len(rows) - max(by, 0)] = rows[max(by, 0) : len(rows) - max(-by, 0)]
    return moved


def _over_others(here: Floats) -> Floats:
    """How much more speaks for a title at a place than for the best other one."""
    if here.shape[1] < 2:
        return np.zeros_like(here)
    second, first = np.sort(here, axis=1)[:, -2:].T[:, :, None]
    return np.asarray(here - np.where(here >= first, second, first), np.float32)


def _over_elsewhere(here: Floats) -> Floats:
    """How much more speaks for a title at a place than elsewhere, in standard deviations."""
    return np.asarray((here - here.mean(axis=0)) / (here.std(axis=0) + _LEAST_SPREAD), np.float32)
