"""Following a script: where the host reads the notes, their words are only looked for, not recognised.

A Whisper model that is given the text of a stretch tells when each of its tokens sounds (dynamic time
warping over its cross-attention, Radford et al., "Robust Speech Recognition via Large-Scale Weak
Supervision", 2022, as in its reference implementation) and how likely each is, in one pass. Text that
was not spoken has no room and no likelihood; there the stretch is recognised as if there were no
script, and followed again from where the script goes on.
"""

from __future__ import annotations

import itertools
import math
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein

from podpipe.align.fit import fitted
from podpipe.align.local import Tokens, find, similarity
from podpipe.models import Outline, Word
from podpipe.sound import Sound

LETTERS_PER_SECOND = 24
"""More than anybody reads; so much of the script is tried on a stretch."""

_SQUEEZED_MS = 25
"""A word of less has no room in the sound."""

_CROWDED = 50
"""Letters a second that nobody speaks."""

_CROWD = 12
"""Fewer letters than these tell nothing."""

_RUN = 6
"""So many words in a row are judged together: a name alone is always unlikely."""

_UNLIKELY = -4.5
"""Mean log probability of a run that was not spoken; of one that was, it is above -3.5."""

_LEFT_MS = 500
"""So much speech after the last word is not in the script."""

_SYNCED = 25
"""Words at the end of a recognised stretch that tell where in the script it is."""

_SURE = 12.0
"""Score of their match from which on they do."""

_LOST = 60
"""So many letters after the last word that is made out may be a mishearing of the script."""


def reader_of(outline: Outline) -> Reader:
    """A reader of the notes as a host would read them, headings with them."""
    words: list[str] = []
    openings: list[int] = []
    for section in outline.sections:
        if section.heading and section.text:
            openings.append(len(words))
            words += (section.lead or f"{section.heading}.").split()
        words += section.text.split()
    return Reader(tuple(words), openings=tuple(openings))


@dataclass
class Reader:
    """A place in a script, while the host reads on.

    ``at`` is the next word's number, None where the place is lost; ``openings`` are the places of headings.
    """

    script: tuple[str, ...]
    at: int | None = None
    openings: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self._tokens = Tokens.of(self.script)

    def expected(self, duration_ms: int) -> tuple[str, ...]:
        """The words that may be read in a stretch, and some more."""
        if self.at is None:
            return ()
        room = LETTERS_PER_SECOND * duration_ms // 1000 + 20
        lengths = itertools.accumulate(len(word) + 1 for word in self.script[self.at :])
        count = sum(1 for _ in itertools.takewhile(lambda length: length <= room, lengths))
        return self.script[self.at : self.at + count]

    def read_on(self, words: Sequence[Word], sound: Sound) -> tuple[Word, ...] | None:
        """Of the expected words as an engine placed them those that were read; None where the host departs."""
        read = spoken(words, sound.duration_ms)
        if not read or not is_followed(read, sound):
            self.at = None
            return None
        assert self.at is not None
        self.at += len(read)
        if self.at >= len(self.script):
            self.at = None
        return read

    def find(self, words: Sequence[Word]) -> None:
        """Find the place anew, after words that were recognised."""
        tail = Tokens.of([word.text for word in words[-_SYNCED:]])
        match = find(similarity(tail, self._tokens), np.ones(len(self._tokens.keys), bool)) if tail.keys else None
        self.at = None
        if match is None or match.score < _SURE:
            return
        last = match.pairs[-1]
        unmatched = "".join(tail.keys[last[0] + 1 :])
        if len(unmatched) <= _LOST:
            place = self._likeliest(unmatched, self._tokens.words[last[1]] + 1)
            self.at = self._after(place, len(unmatched))

    def _likeliest(self, heard: str, on: int) -> int:
        """Where words that were not made out are read: where the script goes on, or at another topic."""
        if not heard:
            return on

        def likeness(place: int) -> float:
            written = "".join(_bare(word) for word in self.script[place : place + len(heard)])
            return Levenshtein.normalized_similarity(heard, written[: len(heard)]) + 0.15 * (place == on)

        return max((on, *self.openings), key=likeness)

    def _after(self, at: int, letters: int) -> int | None:
        """The place after so many letters from a place, at the nearest end of a word."""
        passed = 0
        while at < len(self.script):
            size = len(_bare(self.script[at]))
            if passed + size / 2 > letters:
                return at
            passed += size
            at += 1
        return None


def _bare(text: str) -> str:
    """The letters and digits of a text, in lower case."""
    return re.sub(r"[\W_]", "", text.casefold())


def spoken(words: Sequence[Word], duration_ms: int) -> tuple[Word, ...]:
    """The words for which there is room: the others are read in the next stretch.

    They are crowded into its end, in a density at which nobody speaks.
    """
    letters = sum(len(word.text) for word in words)
    for number, word in enumerate(words):
        room_ms = max(duration_ms - word.start_ms, 1)
        if letters * 1000 > _CROWDED * room_ms and letters >= _CROWD and _has_no_room(words, number):
            return tuple(words[:number])
        letters -= len(word.text)
    return tuple(words)


def _has_no_room(words: Sequence[Word], number: int) -> bool:
    """Whether a word is squeezed, or unlikely and the next one squeezed."""
    is_squeezed = [word.end_ms - word.start_ms < _SQUEEZED_MS for word in words[number : number + 2]]
    return is_squeezed[0] or (words[number].confidence < 0.02 and all(is_squeezed[1:]))


def is_followed(words: Sequence[Word], sound: Sound) -> bool:
    """Whether the host read these words in a stretch, and nothing else.

    No run of them is unlikely, none crowd, none is drawn over speech that is not in the script, and no
    speech is left after the last.
    """
    likely = [math.log(max(word.confidence, 1e-6)) for word in words]
    runs = [likely[start : start + _RUN] for start in range(max(len(likely) - _RUN + 1, 1))]
    squeezed = "".join("x" if word.end_ms - word.start_ms < _SQUEEZED_MS else "." for word in words)
    return (
        min(map(statistics.fmean, runs)) > _UNLIKELY
        and "xxx" not in squeezed
        and not any(_is_drawn(word) for word in fitted(words, sound))
        and _voiced_ms(sound, words[-1].end_ms) <= _LEFT_MS
    )


def _is_drawn(word: Word) -> bool:
    named = sum(letter.isdigit() or letter.isupper() for letter in word.text)  # "PSI" and "2.6" are spelled out
    return word.end_ms - word.start_ms > 500 + 130 * len(word.text) + 200 * named


def _voiced_ms(sound: Sound, start_ms: int) -> int:
    """How much sounds from a time on."""
    silent = sum(max(s.end_ms - max(s.start_ms, start_ms), 0) for s in sound.silences)
    return max(sound.duration_ms - start_ms, 0) - silent
