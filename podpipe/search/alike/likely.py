"""How likely it is that words stand for one that was asked for, by what is known of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process

from podpipe.search.alike.sounds import Floats, Numbers
from podpipe.search.vocabulary import Vocabulary

_BEFORE = (-6.91, -16.6, -0.643, -13.5, 1.13, -1.77, 0.713, -0.306, 0.526, 0.448, -1.61, -0.422)
_AFTER = (-5.72, -26.3, 0.266, -12.5, -4.7, -6.84, 0.494, -0.377, -1.02, -1.25, 0.863, -0.318, 3.8)
"""Of ``features``, in their order, and what is there without any: fitted by ``python -m bench.fit_alike``."""

_SURE = 20.0
"""Odds, as a logarithm, beyond which nothing is surer."""


@dataclass(frozen=True, slots=True)
class Way:
    """Words that may stand for one."""

    words: tuple[str, ...]
    run: tuple[str, ...]
    """The terms of these, without those that say nothing."""
    far: float
    """How far their sound is from its ..."""
    length: float
    """... and how many phones that has."""
    spelled: bool = False
    """Whether they are its letters, in parts."""
    mistyped: bool = False
    """Whether it is long and they differ in a letter."""

    @property
    def heard(self) -> str:
        """Its words, where some of them are in no index, so that only a text tells whether they are there."""
        return " ".join(self.words) if len(self.words) > len(self.run) else ""


def order(features: Floats) -> Numbers:
    """The ways, by their places: those first that are the likeliest as long as it is not known what the library has."""
    return np.argsort(-(features @ np.array(_BEFORE, np.float32)), kind="stable").astype(np.int32)


def chances(features: Floats) -> Floats:
    """How likely ways are, each from 0 to 1, that the library is known to have."""
    odds = np.clip(features @ np.array(_AFTER[:-1], np.float32) + _AFTER[-1], -_SURE, _SURE)
    return np.asarray(1 / (1 + np.exp(-odds)), np.float32)


def features(word: str, stem: str, ways: Sequence[Way], vocabulary: Vocabulary) -> Floats:
    """What speaks for each and against it, shape (ways, features)."""
    texts = ["".join(way.words) for way in ways]
    by_letters = process.cdist([word, stem], texts, scorer=fuzz.ratio, dtype=np.float32).max(axis=0) / 100
    rows = []
    for way, text in zip(ways, texts, strict=True):
        shares = [vocabulary.share(piece) for piece in way.run]
        rows.append(
            (
                way.far / way.length,
                way.far,
                1 / way.length,
                len(way.words) == 2,
                len(way.words) > 2,
                len(way.words) - len(way.run),
                sum(len(piece) < 3 for piece in way.run),
                min(shares),
                sum(shares) - min(shares),
                max(shares) if len(way.words) == 1 else 0.0,
                text[:1] != word[:1],
            )
        )
    return np.column_stack((1 - by_letters, np.array(rows, np.float32).reshape(len(rows), 11)))
