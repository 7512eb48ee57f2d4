"""Speech to words: the seam that engines fit into, and what is done the same way for all of them.

The sound is decoded in blocks, and cut at pauses into stretches of about half a minute of speech; an
engine only ever sees such a stretch. Where nobody speaks (silence, music, noise) no engine is asked,
so that none invents text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, runtime_checkable

from podpipe import audio, sound
from podpipe.audio import SAMPLE_RATE, Samples
from podpipe.errors import SpeechError
from podpipe.models import Hypothesis, Term, Word
from podpipe.sound import Sound
from podpipe.speech import echoes, hints, vad


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

    def recognise(self, samples: Samples, *, language: str | None, vocabulary: Sequence[str]) -> Heard:
        """Hear a stretch of at most some minutes; ``vocabulary`` is what may occur, most important first.

        Raises:
            SpeechError: the engine or its weights can't be used.
        """


@runtime_checkable
class Follower(Protocol):
    """What an engine may do besides recognising."""

    def follow(self, samples: Samples, texts: Sequence[str], language: str) -> tuple[Word, ...]:
        """Times (ms from the start) of given words, and exp(mean log probability) as confidence.

        Words for which there is no room have (nearly) no length.
        """


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
    words: list[Word] = []
    counted = _Counted(audio.decode(path), on_block)
    expected_ms = max(audio.probe(path).duration_ms, 1)
    confidence = 1.0 if language else 0.0
    for stretch in vad.stretches(counted):
        followed = _follow(recogniser, script, stretch, language)
        if followed is not None:
            words += _shifted(followed, stretch)
            on_progress(stretch.end_ms)
            continue
        terms = hints.likely(vocabulary, (stretch.start_ms + stretch.end_ms) / 2 / expected_ms)
        heard = _hear(recogniser, stretch, language, terms)
        if language is None and heard.words:
            language, confidence = heard.language, heard.language_confidence
        made_out = echoes.without(heard.words, terms)
        if script is not None:
            script.find(made_out)
        words += _shifted(made_out, stretch)
        on_progress(stretch.end_ms)
    return Hypothesis(
        language or "",
        confidence,
        recogniser.name,
        counted.duration_ms,
        _in_order(words, counted.duration_ms),
    )


def _follow(
    recogniser: Recogniser, script: Script | None, stretch: vad.Stretch, language: str | None
) -> tuple[Word, ...] | None:
    """The words of the script that are read in a stretch; None where there are none, or others are spoken."""
    if script is None or language is None or not isinstance(recogniser, Follower):
        return None
    expected = script.expected(stretch.duration_ms)
    if not expected:
        return None
    return script.read_on(recogniser.follow(stretch.samples, expected, language), sound.listen([stretch.samples]))


def _hear(recogniser: Recogniser, stretch: vad.Stretch, language: str | None, terms: Sequence[str]) -> Heard:
    """Hear a stretch; where the hints led the engine astray, hear it again without, and keep the better."""
    heard = recogniser.recognise(stretch.samples, language=language, vocabulary=terms)
    doubt = echoes.doubt(heard.words, stretch.duration_ms)
    if not terms or not doubt:
        return heard
    plain = recogniser.recognise(stretch.samples, language=language, vocabulary=())
    return plain if echoes.doubt(plain.words, stretch.duration_ms) < doubt else heard


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
