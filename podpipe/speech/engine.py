"""The seam that speech engines fit into."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

from podpipe.audio import Samples
from podpipe.models import Word


@dataclass(frozen=True, slots=True)
class Heard:
    """What an engine heard in a stretch; times in milliseconds from its start."""

    words: tuple[Word, ...]
    language: str
    language_confidence: float


def words_of(parts: Iterable[tuple[str, float, float, float]]) -> tuple[Word, ...]:
    """Words of the (text, start, end, probability; in seconds) that Whisper gives.

    It parts "multi-arch" and "2.6.32" at their symbols, with a space only before the first part.
    """
    words: list[Word] = []
    for text, start, end, probability in parts:
        bare = text.strip()
        word = Word(bare, round(start * 1000), round(end * 1000), round(float(probability), 3))
        if words and bare and not text[0].isspace() and not bare[0].isalnum() and bare != ".":
            last = words.pop()
            confidence = min(last.confidence, word.confidence)
            word = replace(last, text=last.text + bare, end_ms=word.end_ms, confidence=confidence)
        if any(letter.isalnum() for letter in bare):
            words.append(word)
    return tuple(words)


class Recogniser(Protocol):
    """A speech engine with its weights."""

    @property
    def name(self) -> str:
        """Engine, its version, and the model; known without loading anything."""

    @property
    def workers(self) -> int:
        """How many stretches it hears at a time without being slower on each."""

    def load(self) -> None:
        """Load the weights ahead of time where they are on this machine; else the first stretch has them loaded.

        Raises:
            SpeechError: the weights can't be used.
        """

    def recognise(self, samples: Samples, *, language: str | None, vocabulary: Sequence[str]) -> Heard:
        """Hear a stretch of at most half a minute; ``vocabulary`` is what may occur, most important first.

        Raises:
            SpeechError: the engine or its weights can't be used.
        """


@runtime_checkable
class Encoder(Protocol):
    """What an engine may do besides: look at a sound once, whatever is asked of it then, and hear several together."""

    @property
    def together(self) -> int:
        """How many stretches it hears at a time in one go, faster than one by one."""

    def encode(self, stretches: Sequence[Samples]) -> list[Any]:
        """Stretches, ready for ``recognise_encoded`` and ``Judge.weigh``."""

    def recognise_encoded(
        self, encoded: Sequence[Any], *, language: str | None, vocabularies: Sequence[Sequence[str]]
    ) -> list[Heard]:
        """Hear stretches that were encoded together, each told of its own vocabulary.

        Without ``language`` it is that of the first.
        """


@runtime_checkable
class Judge(Protocol):
    """What an engine that encodes may do besides: say how likely a text is in a sound."""

    def weigh(self, encoded: Any, texts: Sequence[str], language: str, vocabulary: Sequence[str]) -> tuple[float, ...]:
        """Log probability of each word after those before it, told of a vocabulary; fewer where there is no room."""
