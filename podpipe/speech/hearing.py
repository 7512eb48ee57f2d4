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
        """Hear stretches, told what is likely in each, and the holes in what was heard."""
        told = [self.hints(stretch) for stretch in stretches]
        heard = self.hear_told(stretches, language, told)
        return [self._whole(stretch, one) for stretch, one in zip(stretches, heard, strict=True)]

    def hear_told(
        self, stretches: Sequence[Stretch], language: str | None, told: Sequence[Sequence[str]]
    ) -> list[Heard]:
        """Hear stretches, told of these terms, with those in them spelled as the notes spell them."""
        return [self._spelled(one, one.better()) for one in self._passes(stretches, language, told)]

    def hints(self, stretch: Stretch) -> tuple[str, ...]:
        """What is likely at the time of a stretch, the likeliest first."""
        return hints.likely(self._vocabulary, (stretch.start_ms + stretch.end_ms) / 2 / self._expected_ms)

    def _passes(
        self, stretches: Sequence[Stretch], language: str | None, told: Sequence[Sequence[str]]
    ) -> list[_Passes]:
        """Hear stretches, and those again without hints where what was heard may come of them."""
        encoded = self._engine.encode([stretch.samples for stretch in stretches])
        heard = self._engine.recognise_encoded(encoded, language=language, vocabularies=told)
        passes = [_Passes(*one) for one in zip(stretches, told, encoded, heard, strict=True)]
        doubtful = [one for one in passes if one.told and (one.doubt or self._has_doubtful(one.heard))]
        if doubtful:
            again = [one.encoded for one in doubtful]
            plain = self._engine.recognise_encoded(again, language=heard[0].language, vocabularies=[()] * len(again))
            for one, untold in zip(doubtful, plain, strict=True):
                one.plain = untold
        return passes

    def _has_doubtful(self, heard: Heard) -> bool:
        return self._judge is not None and bool(spelling.doubtful(heard.words, self._lexicon))

    def _spelled(self, one: _Passes, heard: Heard) -> Heard:
        """With the terms that were misheard, and without those that were only heard because of the hints."""
        judge = self._judge
        if judge is None:
            return heard

        def weigh(texts: Sequence[str], told: Sequence[str]) -> Sequence[float]:
            return judge.weigh(one.encoded, texts, heard.language, told)

        words: Sequence[Word] = heard.words
        if one.plain and spelling.doubtful(words, self._lexicon):
            words = spelling.borne_out(words, one.plain.words, self._lexicon, weigh)
        return replace(heard, words=tuple(spelling.respelled(words, self._lexicon, weigh)))

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


@dataclass(slots=True)
class _Passes:
    """A stretch, and what was heard in it: told of terms, and untold where that may have led the engine astray."""

    stretch: Stretch
    told: Sequence[str]
    encoded: Any
    heard: Heard
    plain: Heard | None = None

    @property
    def doubt(self) -> int:
        """How much of the stretch the words leave unexplained (ms)."""
        return echoes.doubt(self.heard.words, self.stretch.duration_ms)

    def better(self) -> Heard:
        """What was heard, or what was heard without hints where that explains more; without loops and echoes."""
        heard = self.heard
        if self.plain and echoes.doubt(self.plain.words, self.stretch.duration_ms) < self.doubt:
            heard = self.plain
        return replace(heard, words=tuple(echoes.without(heard.words, self.told)))


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
