"""Speech to words: the seam that engines fit into, and what is done the same way for all of them.

The sound is decoded in blocks, and cut at pauses into stretches of about half a minute of speech; an
engine only ever sees such a stretch. Where nobody speaks (silence, music, noise) no engine is asked,
so that none invents text.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from podpipe import audio
from podpipe.audio import SAMPLE_RATE, Samples
from podpipe.errors import SpeechError
from podpipe.models import Hypothesis, Term, Word
from podpipe.speech import vad
from podpipe.speech.ahead import ahead, meanwhile
from podpipe.speech.engine import Heard, Recogniser
from podpipe.speech.following import Follower, Following, Gap, Prepared, Script
from podpipe.speech.gaps import Gaps, Joined
from podpipe.speech.hearing import Hearing

__all__ = ["ENGINES", "Heard", "Recogniser", "open_recogniser", "transcribe"]

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
    with closing(listener), meanwhile(recogniser.load):
        stretches = vad.stretches(counted)
        while not listener.is_ready and (stretch := next(stretches, None)):
            listener.take(stretch, *listener.plan([stretch])())
            on_progress(stretch.end_ms)
        for group, begun in ahead(listener.groups(stretches), listener.plan, recogniser.workers):
            for stretch, one in zip(group, begun, strict=True):
                listener.take(stretch, one)
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
        self._hearing = Hearing(recogniser, vocabulary, expected_ms)
        self._following: Following | None = None
        if script is not None and isinstance(recogniser, Follower):
            self._following = Following(recogniser, script)
        self._gaps = Gaps(self._heard_in, self._timed, recogniser.workers, self._hearing.together)
        self.language, self.confidence = language, 1.0 if language else 0.0
        self._said: list[Word] = []

    def words(self) -> list[Word]:
        """All words so far."""
        self._gaps.fill(self._said)
        return self._said

    def close(self) -> None:
        """Begin nothing more."""
        self._gaps.close()

    def groups(self, stretches: Iterable[vad.Stretch]) -> Iterator[list[vad.Stretch]]:
        """Stretches in groups that are heard together; one by one as long as the script is followed."""
        group: list[vad.Stretch] = []
        for stretch in stretches:
            group.append(stretch)
            if self._is_following or len(group) >= self._hearing.together:
                yield group
                group = []
        if group:
            yield group

    @property
    def is_ready(self) -> bool:
        """Whether ``plan`` may run ahead: only what is heard needs a language that is known."""
        return self.language is not None or self._is_following

    @property
    def _is_following(self) -> bool:
        return self._following is not None and not self._following.is_lost

    def plan(self, stretches: Sequence[vad.Stretch]) -> Callable[[], Sequence[Heard | Prepared]]:
        """What can be done for stretches before those ahead of them are done."""
        following = self._following
        if following is None or following.is_lost:
            return lambda: self._hearing.hear(stretches, self.language)
        return lambda: [following.prepare(stretch.samples) for stretch in stretches]

    def take(self, stretch: vad.Stretch, begun: Heard | Prepared) -> None:
        """Add a stretch to the words: what is read of the script, and what is heard."""
        if isinstance(begun, Heard):
            self._said.extend(self._made_out(stretch, begun))
        elif language := self.language or self._detected(begun):
            self._follow(stretch, begun, language)
        else:
            self._said.extend(self._heard(stretch))

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
            self._said.extend(self._heard(stretch))
            return
        for number, part in enumerate(parts, 1):
            if not isinstance(part, Gap):
                self._said.extend([word.shifted(stretch.start_ms) for word in part])
                continue
            gap = stretch.part(part.start_ms, part.end_ms)
            if number == len(parts) and gap.duration_ms >= _LONG_MS:
                self._said.extend(self._heard(gap))
            else:  # the host goes on where he was, or soon
                self._gaps.add(len(self._said), gap)

    def _heard_in(self, several: Sequence[Joined]) -> list[list[Word]]:
        """The words of gaps that were joined, told what is likely in each."""
        told = [_in_turn(list(map(self._hearing.hints, joined.gaps))) for joined in several]
        stretches = [joined.stretch for joined in several]
        return [list(heard.words) for heard in self._hearing.hear_told(stretches, self.language, told)]

    def _timed(self, gap: vad.Stretch, words: Sequence[Word]) -> list[Word]:
        """The words of a gap, after silence that was not there, at the times at which they sound."""
        assert self._following is not None
        assert self.language is not None
        return [word.shifted(gap.start_ms) for word in self._following.timed(gap.samples, words, self.language)]

    def _heard(self, stretch: vad.Stretch) -> list[Word]:
        return self._made_out(stretch, *self._hearing.hear([stretch], self.language))

    def _made_out(self, stretch: vad.Stretch, heard: Heard) -> list[Word]:
        """The words of a stretch that was heard, after which the place in the script is found."""
        if self.language is None and heard.words:
            self.language, self.confidence = heard.language, heard.language_confidence
        words = [word.shifted(stretch.start_ms) for word in heard.words]
        if self._following is not None:
            self._following.find(words)
        return words


def _in_turn(several: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Terms of several lists, the first of each first, none twice."""
    return tuple(dict.fromkeys(term for terms in itertools.zip_longest(*several) for term in terms if term))


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
