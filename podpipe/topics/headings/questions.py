"""Questions that a host asks after long pauses: the chapters of an interview without notes."""

from __future__ import annotations

import statistics
from bisect import bisect_left
from collections.abc import Sequence

from podpipe import timecode
from podpipe.models import Chapter, Word
from podpipe.prose import ends_sentence
from podpipe.sound import Sound
from podpipe.topics.headings.openings import Opening, openings
from podpipe.topics.headings.turns import after_pauses

_LEAST = 3
_LEAST_SHARE = 0.6
"""Questions are at least three; and of the pauses as long, from the first to the last, so many are followed by one."""

_AS_LONG = 0.8
"""So much of the usual pause before a question is one as long."""

_SENTENCES, _LONGEST = 2, 45
"""A question is among the first sentences, each of at most so many words."""

_FEWEST_WORDS, _MOST_WORDS = 3, 18
"""How many words of it make a title."""

_LEAST_APART_MS = 15_000


def find(words: Sequence[Word], sound: Sound) -> list[Chapter]:
    """Chapters that begin with a question, in order of time; none in other talk. ``words`` fit the sound."""
    places = [place for place in after_pauses(openings(words, sound)) if place.pause.start_ms > 0]
    asked = [(place, question) for place in places if (question := _question(place, words))]
    if len(asked) < _LEAST:
        return []
    as_long = _AS_LONG * statistics.median(place.weight for place, _ in asked)
    asked = [(place, question) for place, question in asked if place.weight >= as_long]
    first_ms, last_ms = asked[0][0].start_ms, asked[-1][0].start_ms
    among = sum(place.weight >= as_long and first_ms <= place.start_ms <= last_ms for place in places)
    share = len(asked) / among
    is_apart = last_ms - first_ms >= _LEAST_APART_MS * (len(asked) - 1)
    if len(asked) < _LEAST or share < _LEAST_SHARE or not is_apart:
        return []
    return [_chapter(place, question, share) for place, question in asked]


def _question(place: Opening, words: Sequence[Word]) -> str:
    """The first question among the sentences that open what is said; '' where there is none."""
    first = bisect_left(words, place.words[0].start_ms, key=lambda word: word.start_ms)
    for _ in range(_SENTENCES):
        ends = (n for n in range(first, min(first + _LONGEST, len(words))) if ends_sentence(words[n].text))
        last = next(ends, None)
        if last is None:
            return ""
        sentence = [word.text for word in words[first : last + 1]]
        if len(sentence) >= _FEWEST_WORDS and sentence[-1].endswith("?"):
            return _shortened(sentence)
        first = last + 1
    return ""


def _shortened(question: Sequence[str]) -> str:
    """A question without what leads to it, where it is long: from the first comma that leaves few enough words."""
    commas = [n for n, text in enumerate(question, 1) if text.endswith(",") and len(question) - n >= _FEWEST_WORDS]
    starts = [0, *commas]
    start = next((n for n in starts if len(question) - n <= _MOST_WORDS), starts[-1])
    text = " ".join(question[start:])
    return text[0].upper() + text[1:]


def _chapter(place: Opening, question: str, share: float) -> Chapter:
    at, pause = timecode.clock(place.start_ms, decimals=1), place.pause.length_ms / 1000
    because = f"question heard at {at} after {pause:.1f} s of silence, as are others"
    return Chapter(question, place.start_ms, place.start_ms, round(0.4 + 0.4 * share, 2), "heading", because)
