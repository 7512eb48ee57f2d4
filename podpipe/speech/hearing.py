"""Stretches of speech to words, and what is done where an engine's first answer is in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from podpipe import sound
from podpipe.models import Term, Word
from podpipe.speech import echoes, hints, lexicon, spelling
from podpipe.speech.engine import Encoder, Heard, Judge, Recogniser
from podpipe.speech.vad import Stretch

_SPOKEN_MS = 1500
"""A hole with less sound in it is a pause."""


class Hearing:
    """An engine, and the terms that it is told of, the likeliest at each moment first."""

    def __init__(self, recogniser: Recogniser, vocabulary: Sequence[Term], expected_ms: int) -> None:
        self._engine = recogniser if isinstance(recogniser, Encoder) else _OneByOne(recogniser)
        self._judge = recogniser if isinstance(recogniser, Judge) else None
        self._vocabulary, self._expected_ms = vocabulary, expected_ms
        self._lexicon = lexicon.lexicon([term.text for term in vocabulary])

    @property
    def together(self) -> int:
        """How many stretches to hear at a time."""
        return self._engine.together

    def hear(self, stretches: Sequence[Stretch], language: str | None) -> list[Heard]:
        """Hear stretches, told what is likely in each, with the terms in them spelled as the notes spell them."""
        told = [self.hints(stretch) for stretch in stretches]
        encoded = self._engine.encode([stretch.samples for stretch in stretches])
        heard = self._engine.recognise_encoded(encoded, language=language, vocabularies=told)
        return [self._sure(*one) for one in zip(stretches, encoded, heard, told, strict=True)]

    def hear_told(
        self, stretches: Sequence[Stretch], language: str | None, told: Sequence[Sequence[str]]
    ) -> list[Heard]:
        """Hear stretches, told of these terms, as an engine spells them."""
        encoded = self._engine.encode([stretch.samples for stretch in stretches])
        heard = self._engine.recognise_encoded(encoded, language=language, vocabularies=told)
        return [self._undoubted(*one) for one in zip(stretches, encoded, heard, told, strict=True)]

    def hints(self, stretch: Stretch) -> tuple[str, ...]:
        """What is likely at the time of a stretch, the likeliest first."""
        return hints.likely(self._vocabulary, (stretch.start_ms + stretch.end_ms) / 2 / self._expected_ms)

    def _sure(self, stretch: Stretch, encoded: Any, heard: Heard, told: Sequence[str]) -> Heard:
        heard = self._undoubted(stretch, encoded, heard, told)
        return self._whole(stretch, replace(heard, words=tuple(self._spelled(encoded, heard))))

    def _undoubted(self, stretch: Stretch, encoded: Any, heard: Heard, told: Sequence[str]) -> Heard:
        """Where the hints led the engine astray, it hears the stretch again without; the better is kept."""
        if told and (doubt := echoes.doubt(heard.words, stretch.duration_ms)):
            plain = self._untold(encoded, heard.language)
            heard = plain if echoes.doubt(plain.words, stretch.duration_ms) < doubt else heard
        return replace(heard, words=tuple(echoes.without(heard.words, told)))

    def _spelled(self, encoded: Any, heard: Heard) -> Sequence[Word]:
        """The words, with terms that were misheard, and without those that were only heard because of the hints."""
        judge = self._judge
        if judge is None:
            return heard.words

        def weigh(texts: Sequence[str], told: Sequence[str]) -> Sequence[float]:
            return judge.weigh(encoded, texts, heard.language, told)

        words: Sequence[Word] = heard.words
        if spelling.doubtful(words, self._lexicon):
            words = spelling.borne_out(words, self._untold(encoded, heard.language).words, self._lexicon, weigh)
        return spelling.respelled(words, self._lexicon, weigh)

    def _untold(self, encoded: Any, language: str) -> Heard:
        (heard,) = self._engine.recognise_encoded([encoded], language=language, vocabularies=[()])
        return heard

    def _whole(self, stretch: Stretch, heard: Heard) -> Heard:
        """Whisper may end before the sound does, or leave a sentence out: such holes are heard by themselves."""
        words: list[Word] = list(heard.words)
        holes = echoes.holes(words, stretch.duration_ms) if words else []
        loudness = sound.listen([stretch.samples]) if holes else None
        for start_ms, end_ms in reversed(holes):
            if loudness and loudness.part(start_ms, end_ms).voiced_ms() >= _SPOKEN_MS:
                (inside,) = self.hear([stretch.part(start_ms, end_ms)], heard.language)
                before = sum(word.start_ms < start_ms for word in words)
                words[before:before] = [word.shifted(start_ms) for word in inside.words]
        return replace(heard, words=tuple(words))


@dataclass(frozen=True, slots=True)
class _OneByOne:
    """An engine that only recognises, as one that encodes: each time it looks at the sound anew."""

    recogniser: Recogniser
    together: int = 1

    def encode(self, stretches: Sequence[Any]) -> list[Any]:
        return list(stretches)

    def recognise_encoded(
        self, encoded: Sequence[Any], *, language: str | None, vocabularies: Sequence[Sequence[str]]
    ) -> list[Heard]:
        return [
            self.recogniser.recognise(samples, language=language, vocabulary=vocabulary)
            for samples, vocabulary in zip(encoded, vocabularies, strict=True)
        ]
