"""What is said after each pause: there a spoken heading is to be found."""

from __future__ import annotations

import re
import statistics
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from podpipe.models import Word
from podpipe.sound import Silence, Sound
from podpipe.topics.headings import leads

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

    ``words`` are the first after the pause, without a ``lead`` that is said before them after the same pause;
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
    lead: str = ""
    """What leads to ``words``: "Right then,", "Number three."."""
    leads_as: leads.Kind = ""

    @property
    def start_ms(self) -> int:
        """The onset of what is said."""
        return self.pause.end_ms

    def said(self, count: int) -> str:
        """The first words."""
        return " ".join(word.text for word in self.words[:count])


def openings(words: Sequence[Word], sound: Sound) -> list[Opening]:
    """What is said after each pause of at least SHORTEST_MS, in order of time. ``words`` fit the sound.

    A number is taken for a heading's. What follows a long pause is there once as it is, and once without each number
    of words that may lead to it, the likeliest first.
    """
    usual_ms = usual_pause_ms(words, sound)
    pauses = _pauses(sound)
    firsts = {n: _first_after(pause, words) for n, pause in enumerate(pauses) if pause.length_ms >= SHORTEST_MS}
    begun = {n: [word.text for word in words[first : first + leads.MOST_WORDS + 1]] for n, first in firsts.items()}
    long = {n for n in firsts if pauses[n].length_ms >= LONG * usual_ms}
    own = leads.repeated(texts for n, texts in begun.items() if n in long)
    ends = [*pauses, Silence(sound.duration_ms, sound.duration_ms)]
    return [
        opening
        for n, first in firsts.items()
        for lead in (leads.number(begun[n], own), *(leads.words(begun[n], own) if n in long else ()))
        if (opening := _opening(ends[n : n + 3], words, first, lead, usual_ms))
    ]


def _opening(
    pauses: Sequence[Silence], words: Sequence[Word], first: int, lead: leads.Lead, usual_ms: float
) -> Opening | None:
    """What is said after the first of some pauses and what leads to it, which another may follow; None for nothing."""
    pause, *ends = pauses
    begins = first + lead.size
    said = tuple(words[begins : begins + _MOST_WORDS])
    following = ends[0]
    if lead.size and not _until(following, said) and len(ends) > 1:
        following = ends[1]
    phrase = _until(following, said)
    if not said or not phrase:
        return None
    after_ms = following.length_ms if phrase < _MOST_WORDS else 0
    new_sentence = first == 0 or words[first - 1].text[-1] in ".!?"
    leading = " ".join(word.text for word in words[first:begins])
    return Opening(pause, said, phrase, after_ms, pause.length_ms / usual_ms, new_sentence, leading, lead.kind)


def _pauses(sound: Sound) -> list[Silence]:
    return [silence for silence in sound.silences if silence.length_ms >= _BREATH_MS]


def _until(pause: Silence, said: Sequence[Word]) -> int:
    """How many words come before a pause."""
    return sum((word.start_ms + word.end_ms) // 2 <= pause.start_ms + 100 for word in said)


def usual_pause_ms(words: Sequence[Word], sound: Sound) -> float:
    """The median pause between sentences: after a word that ends one, where somebody speaks on."""
    lengths = []
    for pause in _pauses(sound):
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
