"""What is said after each pause: there a spoken heading is to be found."""

from __future__ import annotations

import re
import statistics
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from podpipe.models import Word
from podpipe.prose import number_before
from podpipe.sound import Silence, Sound

SHORTEST_MS = 400
"""No heading follows a shorter pause."""

LONG = 1.35
"""How many times the usual pause between sentences a long one is."""

_BREATH_MS = 200
"""A pause of this length ends a phrase."""

_USUAL_MS = 450
"""A pause between sentences, where the episode has too few to tell."""

_EARLY_MS = 250
"""A recogniser's times are off by so much."""

_MOST_WORDS = 14


@dataclass(frozen=True, slots=True)
class Opening:
    """A pause and what is said after it.

    ``words`` are the first after the pause, without a number that the host says before a heading (``numbered``);
    ``phrase`` is how many of them come before the next pause (all, where none comes soon), and ``after_ms`` is how
    long that pause is, 0 where it is a breath. ``weight`` is the pause's length by the usual pause between sentences
    of this episode.
    """

    pause: Silence
    words: tuple[Word, ...]
    phrase: int
    after_ms: int
    weight: float
    new_sentence: bool
    """Whether a sentence ends before the pause, as far as was heard."""
    numbered: bool = False

    @property
    def start_ms(self) -> int:
        """The onset of what is said."""
        return self.pause.end_ms

    def said(self, count: int) -> str:
        """The first words."""
        return " ".join(word.text for word in self.words[:count])


def openings(words: Sequence[Word], sound: Sound) -> list[Opening]:
    """What is said after each pause of at least SHORTEST_MS, in order of time. ``words`` fit the sound."""
    pauses = [silence for silence in sound.silences if silence.length_ms >= _BREATH_MS]
    usual_ms = usual_pause_ms(words, sound)
    found = []
    ends = [*pauses, Silence(sound.duration_ms, sound.duration_ms)]
    for place, pause in enumerate(pauses, 1):
        if pause.length_ms < SHORTEST_MS:
            continue
        first = _first_after(pause, words)
        number = number_before([word.text for word in words[first : first + 2]])
        said = tuple(words[first + number : first + number + _MOST_WORDS])
        following, phrase = ends[place], _until(ends[place], said)
        if number and not phrase and place + 1 < len(ends):  # a pause after the number
            following, phrase = ends[place + 1], _until(ends[place + 1], said)
        if not said or not phrase:
            continue
        after_ms = following.length_ms if phrase < _MOST_WORDS else 0
        new_sentence = first == 0 or words[first - 1].text[-1] in ".!?"
        found.append(Opening(pause, said, phrase, after_ms, pause.length_ms / usual_ms, new_sentence, bool(number)))
    return found


def _until(pause: Silence, said: Sequence[Word]) -> int:
    """How many words come before a pause."""
    return sum((word.start_ms + word.end_ms) // 2 <= pause.start_ms + 100 for word in said)


def usual_pause_ms(words: Sequence[Word], sound: Sound) -> float:
    """The median pause between sentences: after a word that ends one, where somebody speaks on."""
    pauses = [silence for silence in sound.silences if silence.length_ms >= _BREATH_MS]
    lengths = []
    for pause in pauses:
        first = _first_after(pause, words)
        if 0 < first < len(words) and re.search(r"[.!?]$", words[first - 1].text):
            lengths.append(pause.length_ms)
    return statistics.median(lengths) if len(lengths) >= 5 else _USUAL_MS


def _first_after(pause: Silence, words: Sequence[Word]) -> int:
    """The first word that is said after a pause: most of it, as far as times are right."""
    first = bisect_left(words, pause.end_ms - _EARLY_MS, key=lambda word: word.start_ms)
    while first < len(words) and (words[first].start_ms + words[first].end_ms) // 2 < pause.start_ms + 100:
        first += 1
    return first
