"""Speech to words: the seam that engines fit into, and what is done the same way for all of them.

The sound is decoded in blocks, and cut at pauses into stretches of about half a minute of speech; an
engine only ever sees such a stretch. Where nobody speaks (silence, music, noise) no engine is asked,
so that none invents text.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from podpipe import audio
from podpipe.audio import SAMPLE_RATE, Samples
from podpipe.errors import SpeechError
from podpipe.models import Hypothesis, Term, Word
from podpipe.speech import echoes, hints, lexicon, spelling, vad
from podpipe.speech.ahead import ahead
from podpipe.speech.following import Follower, Following, Gap, Prepared, Script
from podpipe.speech.gaps import Gaps


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

    def recognise(self, samples: Samples, *, language: str | None, vocabulary: Sequence[str]) -> Heard:
        """Hear a stretch of at most some minutes; ``vocabulary`` is what may occur, most important first.

        Raises:
            SpeechError: the engine or its weights can't be used.
        """


@runtime_checkable
class Judge(Protocol):
    """What an engine may do besides recognising: say how likely a text is in a sound."""

    def prepare(self, samples: Samples) -> object:
        """All that can be done for a stretch before its words are known; for ``weigh``."""

    def weigh(self, prepared: Any, texts: Sequence[str], language: str, vocabulary: Sequence[str]) -> tuple[float, ...]:
        """Log probability of each word after those before it, told of a vocabulary; fewer where there is no room."""


ENGINES = ("faster-whisper", "openai-whisper")


def open_recogniser(engine: str = "faster-whisper", model: str = "base", *, device: str = "auto") -> Recogniser:
    """An engine, ready to be asked; weights are loaded when it first hears something.

    Raises:
        SpeechError: there is no such engine or model, or the engine is not installed.
    """
    if engine == "faster-whisper":
        from podpipe.speech.faster_whisper import FasterWhisper

        return FasterWhisper(model, device)
    if engine == "openai-whisper":
        from podpipe.speech.openai_whisper import OpenAIWhisper

        return OpenAIWhisper(model, device)
    raise SpeechError(f"unknown engine {engine!r}; podpipe knows {', '.join(ENGINES)}")


def transcribe(
    path: Path,
    recogniser: Recogniser,
    *,
    language: str | None = None,
    vocabulary: Sequence[Term] = (),
    script: Script | None = None,
    on_progress: Callable[[int], None] = lambda done_ms: None,
    on_block: Callable[[Samples], None] = lambda block: None,
) -> Hypothesis:
    """Hear a whole file, in memory that does not grow with its length.

    The language is detected on the first stretch of speech unless given. ``script`` is what the host may
    read: an engine that can follow it only recognises where the host departs. ``on_progress`` is told the
    milliseconds done; it may raise to stop. ``on_block`` is given the sound as it goes by.

    Raises:
        AudioError: the file can't be decoded.
        SpeechError: the engine or its weights can't be used.
    """
    counted = _Counted(audio.decode(path), on_block)
    listener = _Listener(recogniser, vocabulary, script, language, max(audio.probe(path).duration_ms, 1))
    with closing(listener):
        stretches = vad.stretches(counted)
        for stretch in stretches:
            listener.take(stretch, listener.plan(stretch)())
            on_progress(stretch.end_ms)
            if listener.language is not None:
                break
        for stretch, begun in ahead(stretches, listener.plan, recogniser.workers):
            listener.take(stretch, begun)
            on_progress(stretch.end_ms)
        words = listener.words()
    return Hypothesis(
        listener.language or "",
        listener.confidence,
        recogniser.name,
        counted.duration_ms,
        _in_order(words, counted.duration_ms),
    )


_LONG_MS = 8000
"""After a departure of so long from the script, what is heard tells where the host is in it."""

_CERTAIN = 0.8
"""A language is beyond doubt from here on."""


class _Listener:
    """Puts stretches together. ``plan`` and ``hear`` may run ahead; ``take`` is called in order."""

    def __init__(
        self,
        recogniser: Recogniser,
        vocabulary: Sequence[Term],
        script: Script | None,
        language: str | None,
        expected_ms: int,
    ) -> None:
        self._recogniser, self._vocabulary, self._expected_ms = recogniser, vocabulary, expected_ms
        self._judge = recogniser if isinstance(recogniser, Judge) else None
        self._lexicon = lexicon.lexicon([term.text for term in vocabulary])
        self._following: Following | None = None
        if script is not None and isinstance(recogniser, Follower):
            self._following = Following(recogniser, script)
        self._gaps = Gaps(self._heard_in, self._timed, recogniser.workers)
        self.language, self.confidence = language, 1.0 if language else 0.0
        self._said: list[list[Word]] = []

    def words(self) -> list[Word]:
        """All words so far."""
        self._gaps.fill(self._said)
        return [word for said in self._said for word in said]

    def close(self) -> None:
        """Begin nothing more."""
        self._gaps.close()

    def plan(self, stretch: vad.Stretch) -> Callable[[], Heard | Prepared]:
        """What can be done for a stretch before those ahead of it are done."""
        following = self._following
        if following is None or following.is_lost:
            return lambda: self.hear(stretch)
        return lambda: following.prepare(stretch.samples)

    def take(self, stretch: vad.Stretch, begun: Heard | Prepared) -> None:
        """Add a stretch to the words: what is read of the script, and what is heard."""
        if isinstance(begun, Heard):
            self._said.append(self._made_out(stretch, begun))
        elif language := self.language or self._detected(begun):
            self._follow(stretch, begun, language)
        else:
            self._said.append(self._made_out(stretch, self.hear(stretch)))

    def _detected(self, stretch: Prepared) -> str | None:
        """The language of a stretch where it is beyond doubt."""
        assert self._following is not None
        language, confidence = self._following.detect(stretch)
        if confidence < _CERTAIN:
            return None
        self.language, self.confidence = language, round(confidence, 3)
        return language

    def _follow(self, stretch: vad.Stretch, prepared: Prepared, language: str) -> None:
        """Add what is read of the script in a stretch, and what is heard in the gaps."""
        assert self._following is not None
        parts = self._following.take(prepared, language)
        if all(isinstance(part, Gap) for part in parts):  # nothing of it is read: find out where the host is
            self._said.append(self._made_out(stretch, self.hear(stretch)))
            return
        for number, part in enumerate(parts, 1):
            if not isinstance(part, Gap):
                self._said.append([word.shifted(stretch.start_ms) for word in part])
                continue
            gap = stretch.part(part.start_ms, part.end_ms)
            if number == len(parts) and gap.duration_ms >= _LONG_MS:
                self._said.append(self._made_out(gap, self.hear(gap)))
            else:  # the host goes on where he was, or soon
                self._gaps.add(len(self._said), gap)
                self._said.append([])

    def _heard_in(self, stretch: vad.Stretch, gaps: Sequence[vad.Stretch]) -> list[Word]:
        """The words of gaps that were joined to a stretch, told what is likely in each."""
        near = itertools.zip_longest(*map(self._hints, gaps))
        terms = tuple(dict.fromkeys(term for several in near for term in several if term))
        return self._without_echoes(stretch, self._recognised(stretch, terms), terms)

    def _timed(self, gap: vad.Stretch, words: Sequence[Word]) -> list[Word]:
        """The words of a gap, after silence that was not there, at the times at which they sound."""
        assert self._following is not None
        assert self.language is not None
        return [word.shifted(gap.start_ms) for word in self._following.timed(gap.samples, words, self.language)]

    def _made_out(self, stretch: vad.Stretch, heard: Heard) -> list[Word]:
        """The words of a stretch that was heard, after which the place in the script is found."""
        if self.language is None and heard.words:
            self.language, self.confidence = heard.language, heard.language_confidence
        words = self._without_echoes(stretch, heard, self._hints(stretch))
        if self._following is not None:
            self._following.find(words)
        return words

    def _without_echoes(self, stretch: vad.Stretch, heard: Heard, terms: Sequence[str]) -> list[Word]:
        words = echoes.without(heard.words, terms)
        return [word.shifted(stretch.start_ms) for word in words]

    def hear(self, stretch: vad.Stretch) -> Heard:
        """Hear a stretch, told what is likely in it, and spell the terms in it as the notes do."""
        heard = self._recognised(stretch, self._hints(stretch))
        judge, prepared = self._judge, functools.cache(lambda: self._judge and self._judge.prepare(stretch.samples))
        if judge is None:
            return heard

        def weigh(texts: Sequence[str], told: Sequence[str]) -> Sequence[float]:
            return judge.weigh(prepared(), texts, heard.language, told)

        words: Sequence[Word] = heard.words
        if spelling.doubtful(words, self._lexicon):
            plain = self._recogniser.recognise(stretch.samples, language=heard.language, vocabulary=())
            words = spelling.borne_out(words, plain.words, self._lexicon, weigh)
        return replace(heard, words=tuple(spelling.respelled(words, self._lexicon, weigh)))

    def _recognised(self, stretch: vad.Stretch, terms: Sequence[str]) -> Heard:
        """Where the hints led the engine astray, it hears the stretch again without; the better is kept."""
        samples = stretch.samples
        heard = self._recogniser.recognise(samples, language=self.language, vocabulary=terms)
        doubt = echoes.doubt(heard.words, stretch.duration_ms)
        if not terms or not doubt:
            return heard
        plain = self._recogniser.recognise(samples, language=self.language, vocabulary=())
        return plain if echoes.doubt(plain.words, stretch.duration_ms) < doubt else heard

    def _hints(self, stretch: vad.Stretch) -> tuple[str, ...]:
        return hints.likely(self._vocabulary, (stretch.start_ms + stretch.end_ms) / 2 / self._expected_ms)


class _Counted:
    """Blocks, shown to somebody else too, and how long they were in the end."""

    def __init__(self, blocks: Iterable[Samples], on_block: Callable[[Samples], None]) -> None:
        self._blocks, self._on_block = blocks, on_block
        self.duration_ms = 0

    def __iter__(self):  # type: ignore[no-untyped-def]  # a generator of Samples
        samples = 0
        for block in self._blocks:
            samples += block.size
            self.duration_ms = samples * 1000 // SAMPLE_RATE
            self._on_block(block)
            yield block


def _in_order(words: Sequence[Word], duration_ms: int) -> tuple[Word, ...]:
    """Times that never run backwards, never overlap and stay within the file."""
    result: list[Word] = []
    last = 0
    for word in words:
        start = min(max(word.start_ms, last), max(duration_ms - 1, 0))
        end = min(max(word.end_ms, start + 1), max(duration_ms, start + 1))
        result.append(replace(word, start_ms=start, end_ms=end))
        last = end
    return tuple(result)
