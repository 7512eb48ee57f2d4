"""What is done where an engine's first answer is in doubt, and engines that hear several stretches together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz import fuzz

from podpipe import audio
from podpipe.audio import SAMPLE_RATE, Samples
from podpipe.models import Word
from podpipe.speech import vad
from podpipe.speech.engine import Heard
from podpipe.speech.faster_whisper import FasterWhisper
from podpipe.speech.hearing import Hearing
from podpipe.speech.vad import Stretch


class Forgetful:
    """Hears a word a second, the seconds' loudness, and stops after some; counts how often it is asked."""

    name, workers = "forgetful", 1

    def __init__(self, most: int) -> None:
        self._most, self.asked = most, 0

    def recognise(self, samples: Samples, *, language: str | None, vocabulary: Sequence[str]) -> Heard:
        self.asked += 1
        seconds = samples[: samples.size // SAMPLE_RATE * SAMPLE_RATE].reshape(-1, SAMPLE_RATE)[: self._most]
        texts = [f"{np.abs(second).mean():.2f}" for second in seconds]
        return Heard(tuple(Word(text, 1000 * n, 1000 * n + 900) for n, text in enumerate(texts)), "en", 1.0)


def test_where_an_engine_ends_early_the_rest_is_heard_too() -> None:
    loudness = np.repeat(np.linspace(0.2, 0.8, 13), SAMPLE_RATE).astype(np.float32)
    engine = Forgetful(6)
    (heard,) = Hearing(engine, (), 1).hear([Stretch(0, loudness)], "en")
    assert [float(word.text) for word in heard.words] == pytest.approx(np.linspace(0.2, 0.8, 13)[:12], abs=0.06)
    assert [word.start_ms for word in heard.words] == sorted(word.start_ms for word in heard.words)
    assert engine.asked == 2, "what is left is too short to be missed"


def test_silence_that_no_word_covers_is_not_heard_again() -> None:
    engine = Forgetful(3)
    noise = np.random.default_rng(1).normal(0, 0.1, 13 * SAMPLE_RATE)
    sound = (noise * np.repeat([1.0, 0.001], [3 * SAMPLE_RATE, 10 * SAMPLE_RATE])).astype(np.float32)
    Hearing(engine, (), 1).hear([Stretch(0, sound)], "en")
    assert engine.asked == 1


@pytest.fixture(scope="module")
def stretches(demo: Path) -> list[Samples]:
    return [stretch.samples for stretch in vad.stretches(audio.decode(demo / "episode.mp3"))][:3]


def test_stretches_heard_together_are_heard_as_alone(stretches: Sequence[Samples]) -> None:
    engine = FasterWhisper("base")
    names = ["Jens Axboe", "io_uring_disabled", "SQPOLL"]
    encoded = engine.encode(stretches)
    together = engine.recognise_encoded(encoded, language="en", vocabularies=[()] * 3)
    for samples, heard in zip(stretches, together, strict=True):
        alone = engine.recognise(samples, language="en", vocabulary=())
        assert fuzz.ratio(_text(alone), _text(heard)) > 90
        assert all(0 <= word.start_ms <= word.end_ms <= samples.size * 1000 // SAMPLE_RATE for word in heard.words)
    for vocabularies in ([names, names[1:] + names[:1], names], [["PSI"], (), names]):
        told = engine.recognise_encoded(encoded, language="en", vocabularies=vocabularies)
        assert ["SQPOLL" in _text(heard) for heard in (together[2], told[2])] == [False, True]


def _text(heard: Heard) -> str:
    return " ".join(word.text for word in heard.words)


def test_a_stretch_is_cut_where_the_pause_is_long() -> None:
    def regions(*lengths_and_pauses: float) -> list[tuple[int, int]]:
        edges = np.cumsum([0, *lengths_and_pauses]) * SAMPLE_RATE
        return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=False)]

    def seconds(packed: list[tuple[int, int]]) -> list[tuple[float, float]]:
        return [(start / SAMPLE_RATE, end / SAMPLE_RATE) for start, end in packed]

    assert seconds(vad.packed(regions(10, 2, 10, 1, 4, 0.5, 9))) == [(0, 22), (23, 36.5)]
    assert seconds(vad.packed(regions(10, 0.5, 10, 0.5, 6, 2, 9))) == [(0, 27), (29, 38)]
    assert seconds(vad.packed(regions(3, 5, 4))) == [(0, 3), (8, 12)]
    assert seconds(vad.packed(regions(28, 0.1, 28))) == [(0, 28), (28.1, 56.1)]
