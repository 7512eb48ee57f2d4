"""Speech to words: the seam that engines fit into, and what is done the same way for all of them.

The sound is decoded in blocks, and cut at pauses into stretches of about half a minute of speech; an
engine only ever sees such a stretch. Where nobody speaks (silence, music, noise) no engine is asked,
so that none invents text.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from podpipe import audio, sound
from podpipe.audio import SAMPLE_RATE, Samples
from podpipe.errors import SpeechError
from podpipe.models import Hypothesis, Term, Word
from podpipe.sound import Sound
from podpipe.speech import echoes, hints, spelling, vad
from podpipe.speech.ahead import ahead


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
class Follower(Protocol):
    """What an engine may do besides recognising."""

    def prepare(self, samples: Samples) -> object:
        """All that can be done for a stretch before its words are known; for ``follow``."""

    def follow(self, prepared: Any, texts: Sequence[str], language: str) -> tuple[Word, ...]:
        """Times (ms from the start) of given words, and exp(mean log probability) as confidence.

        Words for which there is no room have (nearly) no length.
        """


@runtime_checkable
class Judge(Protocol):
    """What an engine may do besides recognising: say how likely a text is in a sound."""

    def prepare(self, samples: Samples) -> object:
        """All that can be done for a stretch before its words are known; for ``weigh``."""

    def weigh(self, prepared: Any, texts: Sequence[str], language: str, vocabulary: Sequence[str]) -> tuple[float, ...]:
        """Log probability of each word after those before it, told of a vocabulary; fewer where there is no room."""


class Script(Protocol):
    """A script and the place in it (see ``podpipe.align.follow``)."""

    def expected(self, duration_ms: int) -> tuple[str, ...]:
        """The words that may be read in a stretch, and some more; () where the place is lost."""

    def read_on(self, words: Sequence[Word], sound: Sound) -> tuple[Word, ...] | None:
        """Of the expected words, as an engine placed them, those that were read; None where others were spoken."""

    def find(self, words: Sequence[Word]) -> None:
        """Find the place anew, after words that were recognised."""


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
    stretches = vad.stretches(counted)
    for stretch in stretches:
        listener.take(stretch, listener.hear(stretch))
        on_progress(stretch.end_ms)
        if listener.language is not None:
            break
    for stretch, begun in ahead(stretches, listener.plan, recogniser.workers):
        listener.take(stretch, begun)
        on_progress(stretch.end_ms)
    return Hypothesis(
        listener.language or "",
        listener.confidence,
        recogniser.name,
        counted.duration_ms,
        _in_order(listener.words, counted.duration_ms),
    )


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A stretch that the engine has looked at, for ``Follower.follow``."""

    value: object


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
        self._follower = recogniser if isinstance(recogniser, Follower) else None
        self._judge = recogniser if isinstance(recogniser, Judge) else None
        self._lexicon = spelling.lexicon([term.text for term in vocabulary])
        self._script = script if self._follower else None
        self.language, self.confidence = language, 1.0 if language else 0.0
        self.words: list[Word] = []

    def plan(self, stretch: vad.Stretch) -> Callable[[], Heard | _Prepared]:
        """What can be done for a stretch before those ahead of it are done."""
        follower = self._follower
        if follower is not None and self._script is not None and self._script.expected(stretch.duration_ms):
            return lambda: _Prepared(follower.prepare(stretch.samples))
        return lambda: self.hear(stretch)

    def take(self, stretch: vad.Stretch, begun: Heard | _Prepared) -> None:
        """Add a stretch to the words: what is read of the script, or what is heard."""
        if isinstance(begun, _Prepared):
            followed = self._follow(stretch, begun)
            if followed is not None:
                self.words += _shifted(followed, stretch)
                return
            begun = self.hear(stretch)
        if self.language is None and begun.words:
            self.language, self.confidence = begun.language, begun.language_confidence
        made_out = echoes.without(begun.words, self._hints(stretch))
        if self._script is not None:
            self._script.find(made_out)
        self.words += _shifted(made_out, stretch)

    def hear(self, stretch: vad.Stretch) -> Heard:
        """Hear a stretch, and spell the terms in it as the notes do."""
        heard = self._recognised(stretch)
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

    def _recognised(self, stretch: vad.Stretch) -> Heard:
        """Where the hints led the engine astray, it hears the stretch again without; the better is kept."""
        terms, samples = self._hints(stretch), stretch.samples
        heard = self._recogniser.recognise(samples, language=self.language, vocabulary=terms)
        doubt = echoes.doubt(heard.words, stretch.duration_ms)
        if not terms or not doubt:
            return heard
        plain = self._recogniser.recognise(samples, language=self.language, vocabulary=())
        return plain if echoes.doubt(plain.words, stretch.duration_ms) < doubt else heard

    def _follow(self, stretch: vad.Stretch, prepared: _Prepared) -> tuple[Word, ...] | None:
        """The words of the script that are read in a stretch; None where the place is lost or others are spoken."""
        if self._script is None or self._follower is None or self.language is None:
            return None
        expected = self._script.expected(stretch.duration_ms)
        if not expected:
            return None
        placed = self._follower.follow(prepared.value, expected, self.language)
        return self._script.read_on(placed, sound.listen([stretch.samples]))

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


def _shifted(words: Sequence[Word], stretch: vad.Stretch) -> list[Word]:
    return [
        replace(word, start_ms=word.start_ms + stretch.start_ms, end_ms=word.end_ms + stretch.start_ms)
        for word in words
    ]


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
