"""What is said after each pause: there a spoken heading is to be found."""

from __future__ import annotations

import itertools
import re
import statistics
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from podpipe.models import Word
from podpipe.prose import bare, number_before
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

_MOST_LEADING = 6
"""So many words may lead to a heading ("And so that brings us to ...")."""

_LEADING = frozenset(
    """ok okay right alright so well and now then next up finally lastly firstly secondly thirdly first second third
    fourth fifth sixth last final stop topic story item question point subject number chapter part segment one two
    three four five six seven eight nine ten let's lets let us we i we'll i'll we're i'm want going like to talk speak
    turn move moving go begin start continue look looking finish end close kick off about with at on into that this
    brings leads takes me is comes coming there there's here here's time for our my today""".split()
)
"""Words with which hosts lead to a heading, and that name nothing."""

_LITTLE = frozenset("and so well we i me us to is at on for our my that this about with like one".split())
"""Of these, words that alone announce nothing."""

_LEAST_REPEATED = 3
"""What so many openings begin with leads to headings, whatever it is."""


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
    lead: str = ""
    """What is said before ``words`` after the same pause, and leads to them: "Right then,"."""
    announces: bool = False
    """Whether hosts announce topics with such a ``lead``, or this one does."""

    @property
    def start_ms(self) -> int:
        """The onset of what is said."""
        return self.pause.end_ms

    def said(self, count: int) -> str:
        """The first words."""
        return " ".join(word.text for word in self.words[:count])


def openings(words: Sequence[Word], sound: Sound) -> list[Opening]:
    """What is said after each pause of at least SHORTEST_MS, in order of time. ``words`` fit the sound."""
    pauses, usual_ms = _pauses(sound), usual_pause_ms(words, sound)
    found = []
    for place, pause in enumerate(pauses):
        if pause.length_ms < SHORTEST_MS:
            continue
        first = _first_after(pause, words)
        number = number_before([word.text for word in words[first : first + 2]])
        if opening := _opening(pauses, place, words, first, number, usual_ms, sound):
            found.append(replace(opening, numbered=bool(number)))
    return found


def led(words: Sequence[Word], sound: Sound) -> list[Opening]:
    """What is said after each long pause and some words that may lead to it, for each number of these.

    The first that ``announces`` is the likeliest of a pause.
    """
    pauses, usual_ms = _pauses(sound), usual_pause_ms(words, sound)
    firsts = {n: _first_after(p, words) for n, p in enumerate(pauses) if p.length_ms >= LONG * usual_ms}
    begun = [tuple(bare(word.text) for word in words[first : first + _MOST_LEADING]) for first in firsts.values()]
    repeated = Counter(texts[:count] for texts in begun for count in range(2, len(texts) + 1))
    found = []
    for (place, first), texts in zip(firsts.items(), begun, strict=True):
        usual = _leading([word.text for word in words[first : first + _MOST_LEADING]])
        usual += [n for n in range(len(texts), 1, -1) if repeated[texts[:n]] >= _LEAST_REPEATED and n not in usual][:1]
        for count in [*usual, *(n for n in range(1, len(texts) + 1) if n not in usual)]:
            if opening := _opening(pauses, place, words, first, count, usual_ms, sound):
                lead = " ".join(word.text for word in words[first : first + count])
                found.append(replace(opening, lead=lead, announces=count in usual))
    return found


def _leading(texts: Sequence[str]) -> list[int]:
    """How many of the first words may lead to a heading, the likeliest first: up to a sign, or all that can."""
    known = list(
        itertools.takewhile(lambda text: text.casefold().replace("’", "'").strip(" .,:;!?-") in _LEADING, texts)
    )
    signs = [count for count, text in enumerate(known, 1) if text[-1] in ".,:;!?"]
    counts = dict.fromkeys([*signs[-1:], len(known)])
    return [count for count in counts if any(bare(text) not in _LITTLE for text in known[:count])]


def _opening(
    pauses: Sequence[Silence], place: int, words: Sequence[Word], first: int, skip: int, usual_ms: float, sound: Sound
) -> Opening | None:
    """What is said after a pause and ``skip`` words more, which another pause may follow; None for nothing."""
    pause, ends = pauses[place], [*pauses[place + 1 : place + 3], Silence(sound.duration_ms, sound.duration_ms)]
    said = tuple(words[first + skip : first + skip + _MOST_WORDS])
    following = ends[0]
    if skip and not _until(following, said) and len(ends) > 1:
        following = ends[1]
    phrase = _until(following, said)
    if not said or not phrase:
        return None
    after_ms = following.length_ms if phrase < _MOST_WORDS else 0
    new_sentence = first == 0 or words[first - 1].text[-1] in ".!?"
    return Opening(pause, said, phrase, after_ms, pause.length_ms / usual_ms, new_sentence)


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
