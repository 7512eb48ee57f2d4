"""Which words an engine is told to expect at a given moment of an episode."""

from __future__ import annotations

import math
from collections.abc import Sequence

from podpipe.models import Term

ROOM = 100
"""Tokens of Whisper's prompt that hints may take. It has room for 223, but more than this makes it loop."""

_NEAR = 0.06
"""Share of an episode by which the talk may be ahead of the notes or behind them."""

_WEIGHT = 0.3
"""How much a term's weight counts beside its nearness."""


def likely(vocabulary: Sequence[Term], at: float) -> tuple[str, ...]:
    """Terms, the likeliest first, for the moment ``at`` (0: the beginning of the episode, 1: its end).

    Notes are mostly in the order of the talk, so terms that they use near that share of their text
    come first. Terms without places come in the order of their weights.
    """
    return tuple(term.text for term in sorted(vocabulary, key=lambda term: -_likelihood(term, at)))


def prompt(hints: Sequence[str], language: str | None) -> str:
    """Hints as something that a host may have said before: Whisper goes on in the style of its prompt.

    A bare list makes it go on with a list, and loop.
    """
    if not hints:
        return ""
    listed = ", ".join(hints)
    return f"In this episode: {listed}." if language == "en" else f"{listed}."


def _likelihood(term: Term, at: float) -> float:
    nearness = max((math.exp(-(((place - at) / _NEAR) ** 2)) for place in term.places), default=0.0)
    return nearness + _WEIGHT * term.weight
