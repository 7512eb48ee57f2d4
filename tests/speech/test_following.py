from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from podpipe.align.follow import Reader
from podpipe.audio import SAMPLE_RATE, Samples
from podpipe.models import Word
from podpipe.speech.following import Follower, Following, Gap

SPOKEN_MS, PAUSE_MS = 2000, 500
"""A sentence lasts so long, and is followed by a pause."""

SENTENCES = tuple(tuple(f"{letter}{word}" for word in ("a", "b", "c", "d", "end.")) for letter in "klmnopqrst")
SCRIPT = tuple(word for sentence in SENTENCES for word in sentence)


class Oracle:
    """A follower that knows what is spoken: the loudness of a sentence is its number, 0.9 something else."""

    def prepare(self, samples: Samples) -> Samples:
        return np.abs(samples)

    def part(self, prepared: Samples, start_ms: int, end_ms: int) -> Samples:
        return prepared[start_ms * SAMPLE_RATE // 1000 : end_ms * SAMPLE_RATE // 1000]

    def detect(self, prepared: Samples) -> tuple[str, float]:
        return "en", 1.0

    def follow(self, prepared: Samples, texts: Sequence[str], language: str) -> tuple[Word, ...]:
        """Words where they are spoken; one that is not spoken is squeezed between its neighbours."""
        length_ms = prepared.size * 1000 // SAMPLE_RATE
        edges = np.flatnonzero(np.diff(np.concatenate(([0], prepared > 0.05, [0])).astype(np.int8)))
        parts = [
            (round(float(prepared[first]) * 20) - 2, int(first) * 1000 // SAMPLE_RATE, int(last) * 1000 // SAMPLE_RATE)
            for first, last in zip(edges[::2], edges[1::2], strict=True)
        ]
        words: list[Word] = []
        at_ms = 0
        for text in texts:
            number, place = "klmnopqrst".index(text[0]), "abcde".index(text[1])
            found = [part for part in parts if part[0] == number and part[2] > at_ms]
            if found:
                _, start_ms, end_ms = found[0]
                step = (end_ms - start_ms) // 5
                words.append(Word(text, start_ms + place * step, start_ms + (place + 1) * step, 0.8))
                at_ms = words[-1].end_ms
            else:
                late_ms = max(at_ms, length_ms - 10)
                words.append(Word(text, late_ms, late_ms, 0.0001))
        assert texts
        nexts = [*(word.start_ms for word in words[1:]), length_ms]  # there is no time between words
        return tuple(replace(word, end_ms=max(end, word.start_ms)) for word, end in zip(words, nexts, strict=True))


def _sound(spoken: Sequence[int]) -> Samples:
    """Sentences of these numbers, one after the other; -1 is something else."""
    silence = np.zeros(PAUSE_MS * SAMPLE_RATE // 1000, np.float32)
    parts = [silence]
    for number in spoken:
        level = 0.95 if number < 0 else (number + 2) / 20
        parts += [np.tile(np.array([level, -level], np.float32), SPOKEN_MS * SAMPLE_RATE // 2000), silence]
    return np.concatenate(parts)


class Credulous(Oracle):
    """One that squeezes words in before those that are spoken, and thinks them likely."""

    def follow(self, prepared: Samples, texts: Sequence[str], language: str) -> tuple[Word, ...]:
        words = super().follow(prepared, texts, language)
        first = next((number for number, word in enumerate(words) if word.confidence > 0.5), 0)
        later = super().follow(prepared, texts[first:], language)
        before = [Word(text, later[0].start_ms, later[0].start_ms + 10, 0.8) for text in texts[:first]]
        return (*before, *later)


def _followed(
    spoken: Sequence[int], follower: Follower | None = None, openings: Sequence[int] = range(0, len(SCRIPT), 5)
) -> list[str]:
    """What is read, sentence by sentence, "-" for a gap."""
    following = Following(follower or Oracle(), Reader(SCRIPT, 0, openings=tuple(openings)))
    parts = following.take(following.prepare(_sound(spoken)), "en")
    words = ["-" if isinstance(part, Gap) else " ".join(word.text for word in part) for part in parts]
    for left, right in pairwise(parts):
        assert _end(left) <= _start(right) + 10
    return " ".join(words).replace("end.", "").split()


def _start(part: tuple[Word, ...] | Gap) -> int:
    return part.start_ms if isinstance(part, Gap) else part[0].start_ms


def _end(part: tuple[Word, ...] | Gap) -> int:
    return part.end_ms if isinstance(part, Gap) else part[-1].end_ms


def _read(*numbers: int) -> list[str]:
    return " ".join(" ".join(SENTENCES[n]) if n >= 0 else "-" for n in numbers).replace("end.", "").split()


def test_what_is_read_is_followed() -> None:
    assert _followed(range(10)) == _read(*range(10))


def test_an_improvisation_is_a_gap_and_nothing_else_is() -> None:
    assert _followed([0, 1, -1, 2, 3]) == _read(0, 1, -1, 2, 3)
    assert _followed([-1, 0, 1]) == _read(-1, 0, 1)
    assert _followed([0, 1, -1]) == _read(0, 1, -1)


def test_what_is_skipped_is_not_read() -> None:
    assert _followed([0, 1, 3, 4]) == _read(0, 1, 3, 4)


def test_what_has_no_room_before_what_is_read_is_not_read() -> None:
    end_of_2 = 14
    assert _followed([0, 1, -1, 3, 4], Credulous(), (end_of_2, end_of_2 + 1)) == _read(0, 1, -1, 3, 4)


@given(st.lists(st.integers(-1, 9), min_size=1, max_size=9))
def test_no_text_is_read_that_was_not_spoken(spoken: list[int]) -> None:
    said = {word for number in spoken if number >= 0 for word in _read(number)}
    assert {word for word in _followed(spoken) if word != "-"} <= said
