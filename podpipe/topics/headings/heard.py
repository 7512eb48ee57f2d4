"""Headings that are heard, where no notes tell what to listen for.

The host may announce the topics ("In today's issue: A, B and C."): then they are looked for as an
agenda. Else a heading is a short phrase that names something, after a pause that is clearly longer than
those between sentences of this episode. Where most long pauses are followed by something else, the
episode is talk without headings, and none is taken.
"""

from __future__ import annotations

import itertools
import math
import re
import statistics
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from podpipe import timecode
from podpipe.models import Chapter, Missing, Word
from podpipe.notes.vocabulary import is_starter
from podpipe.sound import Sound
from podpipe.topics.headings import agenda
from podpipe.topics.headings.announced import announced
from podpipe.topics.headings.likeness import likeness
from podpipe.topics.headings.names import is_topic
from podpipe.topics.headings.openings import LONG, Opening, openings
from podpipe.topics.headings.phrases import MOST_WORDS, title_of
from podpipe.topics.headings.placing import LEAST_ALIKE, place

_LEAST_PHRASES = 3
_LEAST_SPAN = 0.3
_LEAST_SHARE = 0.5
"""Headings are at least three; where nobody announces them, over this share of the episode; and of the long pauses
from the first to the last, at least this share is followed by one. Else it is talk without headings."""

_LEAST_ANNOUNCED = 2
"""Where so many topics that the host announces are said as short phrases after long pauses, he keeps to headings."""

_LEAST_ALIKE_PHRASES, _AS_LONG, _LEAST_SHARED = 2, 0.8, 0.5
"""Where at least two topics of an agenda, and half of those found, are said as short phrases after long pauses, others
after such pauses (nearly as long) are headings too: of a missing topic, where half of what tells is the same."""

NEAR_MS = 300
_LEAST_APART_MS = 6000
_SPEECH_AFTER = 12
"""A topic has at least so many words."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What may be a heading: ``worth`` is the logarithm of the odds that it is."""

    title: str
    opening: Opening
    worth: float
    is_doubtful: bool
    """Whether it would be no name, but for a mishearing."""


def find(words: Sequence[Word], sound: Sound) -> list[Chapter]:
    """Chapters that begin with headings as they were heard, in order of time. ``words`` fit the sound."""
    places = openings(words, sound)
    confirmed = _of_announced(places, words, sound)
    phrases = _phrases(places, words, sound, is_announced=bool(confirmed))
    found = [*confirmed, *map(_chapter, phrases)]
    kept: list[Chapter] = []
    for chapter in sorted(found, key=lambda chapter: -chapter.confidence):
        if all(abs(chapter.start_ms - other.start_ms) >= _LEAST_APART_MS for other in kept):
            kept.append(chapter)
    return sorted(kept, key=lambda chapter: chapter.start_ms) if len(kept) >= 2 else []


def beside(
    found: Sequence[Chapter], missing: Sequence[Missing], words: Sequence[Word], sound: Sound
) -> tuple[list[Chapter], list[Missing]]:
    """Chapters of an agenda, with headings spoken alike, in other words or not in it; and what is missing still.

    None are added where those found are no short phrases after long pauses.
    """
    phrases = _phrases(openings(words, sound), words, sound, is_announced=True)
    phrases = [phrase for phrase in phrases if phrase.opening.after_ms]
    known = [phrase for phrase in phrases if any(_is_at(phrase, chapter) for chapter in found)]
    if len(known) < max(_LEAST_ALIKE_PHRASES, _LEAST_SHARE * len(found)):
        return list(found), list(missing)
    least = _AS_LONG * min(phrase.opening.weight for phrase in known)
    free = [
        phrase
        for phrase in phrases
        if phrase.opening.weight >= least
        and all(abs(phrase.opening.start_ms - chapter.start_ms) >= _LEAST_APART_MS for chapter in found)
    ]
    chapters, lost = list(found), []
    for topic in missing:
        alike, phrase = max(((_shared(topic.title, one.title), one) for one in free), key=lambda pair: pair[0],
                            default=(0.0, None))  # fmt: skip
        if phrase is None or alike < _LEAST_SHARED:
            lost.append(topic)
            continue
        free.remove(phrase)
        at = timecode.clock(phrase.opening.start_ms, decimals=1)
        because = f'"{phrase.title}" heard at {at}, where a heading is, and in other words'
        chapters.append(_heading(topic.title, phrase.opening.start_ms, round(0.5 + 0.3 * alike, 2), because))
    chapters += [_chapter(phrase) for phrase in free if not phrase.is_doubtful]
    return chapters, lost


def _is_at(phrase: Phrase, chapter: Chapter) -> bool:
    return abs(phrase.opening.start_ms - chapter.start_ms) < NEAR_MS


def _shared(topic: str, said: str) -> float:
    """How alike a topic and a heading in other words are: as a whole, or their words that tell something."""
    ours, theirs = (
        [word for word in re.findall(r"\w{3,}", text.casefold()) if not is_starter(word)] for text in (topic, said)
    )
    same = sum(any(fuzz.ratio(word, other) >= 80 for other in theirs) for word in ours)
    return max(likeness(topic, said), 2 * same / max(len(ours) + len(theirs), 1))


def _of_announced(places: Sequence[Opening], words: Sequence[Word], sound: Sound) -> list[Chapter]:
    topics = announced(words, sound)
    chosen = [
        candidate
        for candidate in place(topics, places, words)
        if candidate.is_turn or title_of(candidate.opening) or _is_whole(topics[candidate.topic], candidate.heard)
    ]
    are_set_apart = all(c.opening.weight >= LONG and c.opening.after_ms and not c.is_turn for c in chosen)
    if len(chosen) < (_LEAST_ANNOUNCED if are_set_apart else max(_LEAST_PHRASES, 0.5 * len(topics))):
        return []
    chapters = []
    for candidate in chosen:
        opening, sure = candidate.opening, agenda.confidence(candidate, len(chosen) / len(topics))
        title = topics[candidate.topic] if candidate.is_turn else title_of(opening) or candidate.heard.strip(" .,:;!?-")
        because = f"announced by the host, and {agenda.because(candidate)}"
        if sure >= agenda.THRESHOLD:
            chapters.append(_heading(title, opening.start_ms, sure, because))
    return chapters


def _is_whole(topic: str, said: str) -> bool:
    """Whether a topic was heard again in whole, and is no sentence: a part of it may be any word."""
    return len(said.split()) <= MOST_WORDS and likeness(topic, said) >= LEAST_ALIKE


def _phrases(places: Sequence[Opening], words: Sequence[Word], sound: Sound, *, is_announced: bool) -> list[Phrase]:
    """What may be headings after long pauses: those that are counted, or all; none where talk mostly goes on there."""
    by_pause = [list(ways) for _, ways in itertools.groupby(places, key=lambda place: place.start_ms)]
    by_pause = [ways for ways in by_pause if ways[0].pause.start_ms > 0]
    least = _least_weight([place for place, *_ in by_pause])
    long = [ways for ways in by_pause if ways[0].weight >= least and _is_followed(ways[0], words)]
    found = [phrase for ways in long if (phrase := _first_phrase(ways, words))]
    counted = [phrase for phrase in found if phrase.opening.leads_as == "number"]
    if len(counted) >= _LEAST_PHRASES:
        return counted
    sure = [phrase.opening.start_ms for phrase in found if not phrase.is_doubtful]
    few = len(sure) < _LEAST_PHRASES or sure[-1] - sure[0] < _LEAST_SPAN * sound.duration_ms
    if not sure or (few and not is_announced):
        return []
    among = sum(sure[0] <= ways[0].start_ms <= sure[-1] for ways in long)
    return found if len(sure) >= (_LEAST_SHARE / 2 if is_announced else _LEAST_SHARE) * among else []


def _least_weight(places: Sequence[Opening]) -> float:
    """How long a pause must be here: beyond the middle half of those between sentences, and LONG."""
    weights = [math.log(place.weight) for place in places if place.new_sentence]
    if len(weights) < 5:
        return LONG
    middle = statistics.median(weights)
    return max(LONG, math.exp(middle + statistics.median(abs(weight - middle) for weight in weights)))


def _is_followed(place: Opening, words: Sequence[Word]) -> bool:
    """Whether somebody speaks on for long enough; else it is the end of the episode."""
    return len(_minute_from(place.start_ms, words)) > _SPEECH_AFTER


def _minute_from(start_ms: int, words: Sequence[Word]) -> Sequence[Word]:
    first, last = (bisect_left(words, at, key=lambda word: word.start_ms) for at in (start_ms, start_ms + 60_000))
    return words[first:last]


def _first_phrase(ways: Sequence[Opening], words: Sequence[Word]) -> Phrase | None:
    """What may be a heading after a pause, as it is or behind what leads to it."""
    return next(filter(None, (_phrase(way, words) for way in ways if way.leads_as != "other")), None)


def _phrase(place: Opening, words: Sequence[Word]) -> Phrase | None:
    title = title_of(place) or _number_of(place)
    is_doubtful = not is_topic(title) and place.leads_as != "number"
    if not title or (is_doubtful and not place.after_ms):
        return None
    size = len(title.split())
    worth = 2.5 * math.log2(place.weight / LONG) + (1.0 if place.after_ms and place.phrase <= MOST_WORDS else 0.0)
    worth += 0.5 * (size <= 3) + 0.5 * _is_taken_up(title, place, words) - 0.5 * (not place.new_sentence) - is_doubtful
    return Phrase(title, place, worth, is_doubtful)


def _number_of(place: Opening) -> str:
    """What counts a heading that is no short phrase: "Mistake number three"; '' where that is a number only."""
    lead = place.lead.strip(" .,:;!?-") if place.leads_as == "number" else ""
    return lead[:1].upper() + lead[1:] if " " in lead else ""


def _is_taken_up(title: str, place: Opening, words: Sequence[Word]) -> bool:
    """Whether a word of a heading returns in the minute after it."""
    after = _minute_from(place.words[len(title.split()) - 1].end_ms, words)
    heard = {word.text.casefold().strip(".,!?") for word in after}
    return any(fuzz.ratio(stem, word) >= 80 for stem in re.findall(r"\w{3,}", title.casefold()) for word in heard)


def _chapter(phrase: Phrase) -> Chapter:
    place = phrase.opening
    at, pause = timecode.clock(place.start_ms, decimals=1), place.pause.length_ms / 1000
    because = f"short phrase heard at {at} after {pause:.1f} s of silence"
    sure = min(0.5 + 0.4 / (1 + math.exp(-phrase.worth)), 0.85)
    return _heading(phrase.title, place.start_ms, round(sure, 2), because)


def _heading(title: str, start_ms: int, sure: float, because: str) -> Chapter:
    return Chapter(title, start_ms, start_ms, sure, "heading", because)
