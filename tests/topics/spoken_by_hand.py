"""Talk made by hand: sentences with the pauses before them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from podpipe.models import Word
from podpipe.sound import HOP_MS, Sound

_MS_PER_LETTER = 60


def talk(*said: tuple[int, str]) -> tuple[tuple[Word, ...], Sound, list[int]]:
    """Words and sound of phrases, each after a pause in milliseconds; and when each phrase begins."""
    words: list[Word] = []
    levels: list[float] = []
    starts: list[int] = []
    for pause_ms, text in said:
        levels += [-80.0] * (pause_ms // HOP_MS)
        starts.append(len(levels) * HOP_MS)
        for word in text.split():
            start_ms = len(levels) * HOP_MS
            levels += [-20.0] * ((120 + _MS_PER_LETTER * len(word)) // HOP_MS)
            words.append(Word(word, start_ms, len(levels) * HOP_MS))
    return tuple(words), Sound(np.array([*levels, *[-80.0] * 100], np.float32)), starts


def sentences(count: int, subject: str, pauses_ms: Sequence[int] = (450, 500, 550, 600)) -> list[tuple[int, str]]:
    """Sentences about something, with usual pauses before them."""
    forms = (
        "Somebody posted a patch for {} and asked for a review.",
        "It was tested on a large machine, and nobody found a regression in {} so far.",
        "The maintainers of {} would like to see it split.",
    )
    return [(pauses_ms[n % len(pauses_ms)], forms[n % len(forms)].format(subject)) for n in range(count)]
