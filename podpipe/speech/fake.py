"""A recogniser that hears what it is told: for tests of everything around it."""

from __future__ import annotations

from collections.abc import Sequence

from podpipe.audio import SAMPLE_RATE, Samples
from podpipe.models import Word
from podpipe.speech.engine import Heard


class FakeRecogniser:
    """Hears the given words, evenly spread over each stretch; ``asked`` counts the stretches."""

    name = "fake 1"
    workers = 2

    def __init__(self, *words: str) -> None:
        self._words = words
        self.asked = 0

    def load(self) -> None:
        """As in ``Recogniser``: there is nothing to load."""

    def recognise(self, samples: Samples, *, language: str | None, vocabulary: Sequence[str]) -> Heard:
        """As in ``Recogniser``."""
        self.asked += 1
        step = samples.size * 1000 // SAMPLE_RATE // max(len(self._words), 1)
        words = tuple(Word(text, i * step, (i + 1) * step) for i, text in enumerate(self._words))
        return Heard(words, language or "en", 1.0)
