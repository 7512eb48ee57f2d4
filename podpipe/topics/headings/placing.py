"""Where topics are said as headings: all of them placed together, one to a place.

A heading opens what is said after a pause. How alike the two are, how long the pause is for this episode, what
leads to it and whether the phrase ends there are weighed for every topic at every pause; then the topics are
placed, mostly in the order in which they are named (a beam search over the places in order of time).
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from podpipe.models import Word
from podpipe.notes.vocabulary import is_starter
from podpipe.topics.headings import leads, listed, turns
from podpipe.topics.headings.likeness import by_spelling, letters, likeness
from podpipe.topics.headings.openings import LONG, Opening
from podpipe.topics.headings.phrases import title_of

_BEAM = 64
"""So many ways to place the topics so far are followed on."""

_NEXT = 0.8
"""What it is worth that a topic comes some time after the one that is named before it ..."""

_OUT_OF_ORDER = -0.7
"""... and that it comes right after one that is named later."""

_LEAST_APART = 2
"""Where so many topics, and most, are said after long pauses or on their own, none merely begins a sentence."""

_COST_OF_LEAD: dict[leads.Kind, float] = {"": 0.0, "number": 0.0, "usual": 0.3, "other": 1.0}
"""By how much less a topic is worth for what leads to it."""

_LEAST_LED, _LEAST_ALIKE_LED = 8, 0.9
"""Where words lead to it with which no host announces topics, a topic has so many letters, and is said in whole and
nearly as it is written."""

_LEAST_TURNED = 2
"""Where fewer topics are found, that talk turns to one may be chance."""

_TURN_MS = 18_000
"""So long after a pause is said what tells that talk turns to a topic (45 words, see ``titles``)."""

_LEAST_WORTH = -0.8
"""Worth less, a topic is not followed on, whatever its neighbours."""

LEAST_ALIKE = 0.68
"""Less alike, a topic and what is heard are two."""

_LEAST_ALIKE_PART = 0.82
_LEAST_PART, _PART = 0.2, 0.3
"""A part of a topic tells less, and must be heard better; the less of it there is, the less it tells."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A topic at an opening: ``worth`` is the logarithm of the odds that its heading is said there."""

    topic: int
    opening: Opening
    heard: str
    worth: float
    is_turn: bool = False
    """Whether no heading is heard, but the talk turns to the topic."""


def place(
    topics: Sequence[str],
    openings: Sequence[Opening],
    words: Sequence[Word],
    heard_as: Sequence[str] = (),
    only_alone: Collection[str] = (),
) -> tuple[Candidate, ...]:
    """The likeliest place of each topic that has one, in order of time; ``heard_as`` are other spellings of them."""
    candidates = [
        candidate
        for spelled in (topics, heard_as)
        for opening in openings
        for candidate in _candidates(spelled, opening)
        if topics[candidate.topic] not in only_alone or _is_alone(candidate)
    ]
    candidates += _turns(topics, openings, words, only_alone)
    candidates.sort(key=lambda candidate: candidate.opening.start_ms)
    lists = listed.spoken_lists(topics, listed.near([candidate.opening.start_ms for candidate in candidates], words))
    candidates = [candidate for candidate in candidates if not _is_among(candidate, lists)]
    chosen = _chosen(candidates)
    if len(chosen) < _LEAST_TURNED:
        return tuple(candidate for candidate in chosen if not candidate.is_turn)
    apart = sum(map(_is_apart, chosen))
    is_rule = apart >= max(_LEAST_APART, len(chosen) / 2)
    return _chosen(list(filter(_is_apart, candidates))) if is_rule and apart < len(chosen) else chosen


def _turns(
    topics: Sequence[str], openings: Sequence[Opening], words: Sequence[Word], only_alone: Collection[str]
) -> list[Candidate]:
    """Where the talk may turn to a topic after a long pause, and not with a heading."""
    free = [number for number, topic in enumerate(topics) if topic not in only_alone]
    places = [opening for opening in turns.after_pauses(openings) if not _is_heading(opening)]
    worths = turns.worths([topics[number] for number in free], places, words, words[-1].end_ms if words else 0)
    return [
        Candidate(free[row], places[column], places[column].said(turns.OPENING), float(worths[row, column]), True)
        for row, column in np.argwhere(worths > _LEAST_WORTH)
    ]


def _is_heading(opening: Opening) -> bool:
    """Whether a short phrase that names something is said between two pauses."""
    return opening.after_ms > 0 and opening.words[opening.phrase - 1].text[-1] in ".!?" and bool(title_of(opening))


def _is_apart(candidate: Candidate) -> bool:
    """Whether a topic is said after a long pause, or the phrase ends with it."""
    opening, heard = candidate.opening, candidate.heard
    return opening.weight >= LONG or _ends(len(heard.split()), heard, opening)


def _ends(count: int, said: str, opening: Opening) -> bool:
    """Whether a phrase ends with so many words: a pause follows, or a sign was heard."""
    return count == opening.phrase or said[-1] in ".,:;!?"


def _is_alone(candidate: Candidate) -> bool:
    """Whether nothing else is said between this long pause and the next."""
    opening = candidate.opening
    return opening.weight >= LONG and opening.after_ms > 0 and len(candidate.heard.split()) == opening.phrase


def _is_among(candidate: Candidate, lists: Sequence[tuple[int, int]]) -> bool:
    """Whether a topic is but listed: where talk turns to it, in what is looked through for its words."""
    opening = candidate.opening
    first_ms = opening.words[0].start_ms if _is_led(opening) else opening.start_ms
    last_ms = first_ms + _TURN_MS if candidate.is_turn else first_ms
    return any(start_ms - 500 <= last_ms and first_ms <= end_ms - 100 for start_ms, end_ms in lists)


def _is_led(opening: Opening) -> bool:
    """Whether words lead to a heading, and no number."""
    return opening.leads_as in ("usual", "other")


class _Beginning(NamedTuple):
    """The first words of an opening, and whether a phrase ends with them."""

    said: str
    size: int
    """Letters and digits."""
    is_whole: bool


def _beginnings(opening: Opening) -> Iterator[_Beginning]:
    """What may be a heading at an opening: a phrase's first words, or where some lead to it, nothing else after it."""
    for count in range(1, max(opening.phrase, 1) + 1):
        said = opening.said(count)
        ends = said[-1] in ".!?" or (count == opening.phrase and opening.after_ms > 0)
        if ends or not _is_led(opening):
            yield _Beginning(said, len(letters(said)), _ends(count, said, opening))


def _candidates(topics: Sequence[str], opening: Opening) -> list[Candidate]:
    beginnings = list(_beginnings(opening))
    found = []
    for number, topic in enumerate(topics):
        alike, heard = _best_beginning(topic, beginnings, topics)
        if alike >= LEAST_ALIKE and (opening.leads_as != "other" or _is_surely(topic, heard)):
            worth = 16 * (alike - 0.78) + _worth_of_pause(opening) - _COST_OF_LEAD[opening.leads_as]
            if worth > _LEAST_WORTH:
                found.append(Candidate(number, opening, heard, worth))
    return found


def _is_surely(topic: str, heard: str) -> bool:
    """Whether a topic was heard in whole and nearly as it is written, and is long enough to tell."""
    return len(letters(topic)) >= _LEAST_LED and likeness(topic, heard) >= _LEAST_ALIKE_LED


def _worth_of_pause(opening: Opening) -> float:
    """A heading's pause is longer than the usual one between sentences, and follows the end of one."""
    return max(-2.0, min(2.5 * math.log2(opening.weight), 2.0)) - (0.0 if opening.new_sentence else 1.0)


def _best_beginning(topic: str, beginnings: Sequence[_Beginning], topics: Sequence[str]) -> tuple[float, str]:
    """How alike a topic and the first words of an opening are, and those words."""
    best = (0.0, "")
    size = len(letters(topic))
    for said, said_size, is_whole in beginnings:
        if said_size > size * 1.6 + 2 and " " in said:
            break
        alike = likeness(topic, said) - (0 if is_whole else 0.08 + 0.3 * max(1 - said_size / size, 0))
        if is_whole:
            alike = max(alike, _of_part(topic, said, topics))
        best = max(best, (alike, said))
    return best


def _of_part(topic: str, said: str, topics: Sequence[str]) -> float:
    """How alike a whole phrase and a part of a topic are: "HTC." for "HTC Dream"."""
    whole = len(letters(topic))
    likenesses = ((part, by_spelling(part, said)) for part in _telling_parts(topic, tuple(topics)))
    return max(
        (alike - _PART * (1 - len(letters(part)) / whole) for part, alike in likenesses if alike >= _LEAST_ALIKE_PART),
        default=0.0,
    )


@functools.lru_cache(1024)
def _telling_parts(topic: str, topics: tuple[str, ...]) -> tuple[str, ...]:
    """The parts of a topic that tell it: not one that other topics share, or that is a common word."""
    words = topic.split()
    parts = [
        " ".join(words[first:last])
        for first, last in itertools.combinations(range(len(words) + 1), 2)
        if last - first < len(words)
    ]
    others = [other.casefold() for other in topics if other != topic]
    return tuple(
        part
        for part in parts
        if len(letters(part)) >= max(3, _LEAST_PART * len(letters(topic)))
        and not is_starter(part)
        and not any(part.casefold() in other for other in others)
    )


def _chosen(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The placing of all topics that is worth most: each topic and each opening at most once."""
    beam: list[tuple[float, tuple[Candidate, ...]]] = [(0.0, ())]
    by_time = itertools.groupby(candidates, key=lambda candidate: candidate.opening.start_ms)
    for _, group in by_time:
        beam += [
            (worth + placed.worth, (*before, placed))
            for candidate in list(group)
            for worth, before in list(beam)
            if all(candidate.topic != other.topic for other in before)
            for placed in [_placed(candidate, before)]
        ]
        beam = sorted(beam, key=lambda way: -way[0])[:_BEAM]
    return beam[0][1]


def _placed(candidate: Candidate, before: Sequence[Candidate]) -> Candidate:
    """A candidate with what its place among the others is worth."""
    earlier = {other.topic for other in before}
    follows = candidate.topic == 0 or candidate.topic - 1 in earlier
    swapped = bool(before) and before[-1].topic > candidate.topic
    return replace(candidate, worth=candidate.worth + _NEXT * follows + _OUT_OF_ORDER * swapped)
