"""A paragraph in a long run of heard words: local alignment over words that look or sound alike.

Smith and Waterman, "Identification of common molecular subsequences" (1981), with a linear gap cost,
one row of the table at a time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

_SAME, _ALIKE, _OTHER, _TAKEN = 2, 1, -1, -4
_GAP = 0.5
_ALIKE_FROM = 0.6
_PART = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Tokens:
    """Comparable parts of words: ``keys[i]`` belongs to word ``words[i]`` of ``texts``."""

    texts: tuple[str, ...]
    keys: tuple[str, ...]
    words: tuple[int, ...]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Tokens:
        """Split words at symbols and underscores, in lower case: "FMODE_NONOTIFY" is two tokens."""
        pairs = [
            (key.casefold(), number)
            for number, text in enumerate(texts)
            for key in _PART.findall(text.replace("’", "").replace("'", ""))
        ]
        return cls(tuple(texts), tuple(key for key, _ in pairs), tuple(number for _, number in pairs))


@dataclass(frozen=True, slots=True)
class Match:
    """Where a paragraph is. ``pairs`` are (script token, heard token), both rising; ``share`` of it that is heard."""

    first: int
    last: int
    score: float
    share: float
    pairs: tuple[tuple[int, int], ...]

    @property
    def skipped(self) -> int:
        """How many tokens of the paragraph come before the first that is heard."""
        return self.pairs[0][0]


def similarity(script: Tokens, heard: Tokens) -> NDArray[np.int8]:
    """Score of each script token against each heard one, shape (script, heard)."""
    if not script.keys or not heard.keys:
        return np.zeros((len(script.keys), len(heard.keys)), np.int8)
    left, left_of = np.unique(script.keys, return_inverse=True)
    right, right_of = np.unique(heard.keys, return_inverse=True)
    alike = process.cdist(
        left, right, scorer=Levenshtein.normalized_similarity, dtype=np.float32, score_cutoff=_ALIKE_FROM
    )
    scores = np.where(alike >= 1, _SAME, np.where(alike > 0, _ALIKE, _OTHER)).astype(np.int8)
    return scores[left_of][:, right_of]


def find(table: NDArray[np.int8], free: NDArray[np.bool_]) -> Match | None:
    """The best local alignment among heard tokens that are free; None where nothing fits."""
    rows, columns = table.shape
    if not rows or not columns:
        return None
    scores = np.zeros((rows + 1, columns + 1), np.float32)
    slope = np.arange(columns + 1, dtype=np.float32) * _GAP
    for row in range(rows):
        best = np.maximum(scores[row, 1:] - _GAP, scores[row, :-1] + np.where(free, table[row], _TAKEN))
        best = np.concatenate(([0.0], np.maximum(best, 0)))
        scores[row + 1] = np.maximum.accumulate(best + slope) - slope
    row, column = (int(i) for i in np.unravel_index(int(scores.argmax()), scores.shape))
    score = float(scores[row, column])
    pairs: list[tuple[int, int]] = []
    while row and column and scores[row, column] > 0:
        here = scores[row, column]
        alike = table[row - 1, column - 1] if free[column - 1] else _TAKEN
        if abs(here - (scores[row - 1, column - 1] + alike)) < 1e-3:
            row, column = row - 1, column - 1
            if alike > 0:
                pairs.append((row, column))
        elif abs(here - (scores[row - 1, column] - _GAP)) < 1e-3:
            row -= 1
        else:
            column -= 1
    if not pairs:
        return None
    pairs.reverse()
    return Match(pairs[0][1], pairs[-1][1], score, len(pairs) / rows, tuple(pairs))
