"""Topics that are only named, in the notes or by the host, found where they are said as headings.

A heading opens what is said after a pause. How alike the two are, how long the pause is for this
episode and whether the phrase ends there are weighed for every topic at every pause; then all topics
are placed together, one to a place, mostly in the order in which they are named.
"""

from __future__ import annotations

import itertools
import math
import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from podpipe import timecode
from podpipe.models import Chapter, Missing, Outline, Word
from podpipe.notes.vocabulary import is_starter
from podpipe.sound import Sound
from podpipe.topics.announced import announced
from podpipe.topics.likeness import by_spelling, letters, likeness
from podpipe.topics.openings import LONG, SHORTEST_MS, Opening, led, openings

THRESHOLD = 0.5
"""Less sure, a topic has no chapter."""

_BEAM = 64
"""So many ways to place the topics so far are followed on."""

_NEXT = 0.8
"""What it is worth that a topic comes some time after the one that is named before it ..."""

_OUT_OF_ORDER = -0.7
"""... and that it comes right after one that is named later."""

_LEAST_APART = 2
"""Where so many topics, and most, are said after long pauses or on their own, none merely begins a sentence."""

_LED_TO = 0.3
"""By how much less a topic is worth that some words lead to ("Next up: ...") ..."""

_LED_OTHERWISE, _LEAST_LED, _LEAST_ALIKE_LED = 1.0, 8, 0.9
"""... and where they are none with which hosts announce topics: there a topic has so many letters, and is said in whole
and nearly as it is written."""

_GREETS = re.compile(
    r"\b(?:welcome|hello|hi|listening|episode|show|issue|program(?:me)?|podcast|my name|i['’]m|i am|today['’]s)\b",
    re.IGNORECASE,
)
"""What leads to the name of show or host, or to the list of all topics."""

_LEAST_WORTH = -0.8
"""Worth less, a topic is not followed on, whatever its neighbours."""

LEAST_ALIKE = 0.68
"""Less alike, a topic and what is heard are two."""

_LEAST_ALIKE_PART = 0.82
"""A part of a topic tells less, and must be heard better."""

_APART_MS = 4000
"""Topics named within so long of another, three or more in a row, are a list: the spoken agenda."""

_OVER_MS = 1500
"""After so long without a word a list is over."""

_LIST_MS = 20_000
"""How far from a possible heading a list that it belongs to is looked for."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A topic at an opening: ``worth`` is the logarithm of the odds that its heading is said there."""

    topic: int
    opening: Opening
    heard: str
    worth: float


def find(
    topics: Sequence[str],
    words: Sequence[Word],
    sound: Sound,
    *,
    only_alone: Collection[str] = (),
    already_found: int = 0,
) -> tuple[list[Chapter], list[Missing]]:
    """Where each topic's heading is said, and the topics without. ``words`` fit the sound.

    Topics of ``only_alone`` count only where they are said between two long pauses. ``already_found`` are other
    topics of the same notes that were found: they show that the host keeps to these.
    """
    topics = list(dict.fromkeys(topics))
    heard_as = _heard_as(topics, announced(words, sound))
    chosen = {topics[candidate.topic]: candidate for candidate in place(topics, words, sound, heard_as, only_alone)}
    found, missing = [], []
    for topic in topics:
        candidate = chosen.get(topic)
        share = (len(chosen) + already_found) / (len(topics) + already_found)
        sure = confidence(candidate.worth, share) if candidate else 0.0
        if candidate is None:
            missing.append(Missing(topic, "no such heading was heard after a pause"))
        elif sure < THRESHOLD:
            missing.append(Missing(topic, f"not sure enough ({sure:.2f}): {because(candidate)}"))
        else:
            start_ms = candidate.opening.start_ms
            found.append(Chapter(topic, start_ms, start_ms, sure, "agenda", because(candidate)))
    return found, missing


def place(
    topics: Sequence[str],
    words: Sequence[Word],
    sound: Sound,
    heard_as: Sequence[str] = (),
    only_alone: Collection[str] = (),
) -> tuple[Candidate, ...]:
    """The likeliest place of each topic that has one, in order of time; ``heard_as`` are other spellings of them."""
    places = [*openings(words, sound), *led(words, sound)]
    candidates = [
        candidate
        for spelled in (topics, heard_as)
        for opening in places
        for candidate in _candidates(spelled, opening)
        if topics[candidate.topic] not in only_alone or _is_alone(candidate)
    ]
    candidates.sort(key=lambda candidate: candidate.opening.start_ms)
    lists = spoken_lists(topics, _near(candidates, words))
    candidates = [candidate for candidate in candidates if not _is_among(candidate.opening, lists)]
    chosen = _chosen(candidates)
    apart = sum(map(_is_apart, chosen))
    is_rule = apart >= max(_LEAST_APART, len(chosen) / 2)
    return _chosen(list(filter(_is_apart, candidates))) if is_rule and apart < len(chosen) else chosen


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


def _near(candidates: Sequence[Candidate], words: Sequence[Word]) -> list[Word]:
    """The words within seconds of a candidate, in order of time: elsewhere it does not matter what is listed."""
    near: list[Word] = []
    last = 0
    for candidate in candidates:
        start_ms, end_ms = candidate.opening.start_ms - _LIST_MS, candidate.opening.start_ms + _LIST_MS
        first = max(last, bisect_left(words, start_ms, key=lambda word: word.start_ms))
        last = max(last, bisect_left(words, end_ms, key=lambda word: word.start_ms))
        near += words[first:last]
    return near


def _heard_as(topics: Sequence[str], listed: Sequence[str]) -> Sequence[str]:
    """How each topic was heard in the host's own list, whatever its order; () where that is not this one.

    Of what is like no topic, only what stands where the notes have it can be told, or the last one that is left.
    """
    if len(topics) != len(listed):
        return ()
    pairs = itertools.product(range(len(topics)), range(len(listed)))
    alike = sorted((-likeness(topics[topic], listed[place]), topic, place) for topic, place in pairs)
    places: dict[int, int] = {}
    for unlike, topic, place in alike:
        if -unlike >= LEAST_ALIKE and topic not in places and place not in places.values():
            places[topic] = place
    if len(places) < max(2, len(topics) / 2):
        return ()
    left = [topic for topic in range(len(topics)) if topic not in places]
    free = [place for place in range(len(listed)) if place not in places.values()]
    if len(left) == 1 or all(topic == place for topic, place in places.items()):
        places |= zip(left, free, strict=True)
    return [listed[places[topic]] if topic in places else title for topic, title in enumerate(topics)]


def confidence(worth: float, share: float) -> float:
    """How sure a heading is (0 to 1), where this share of all topics was found: one alone may be chance."""
    return round(min(1 / (1 + math.exp(2.5 - 3.5 * share - worth)), 0.97), 2)


def because(candidate: Candidate) -> str:
    """What a heading rests on, in words."""
    heard = re.sub(r"\W+$", "", candidate.heard)
    at, pause = timecode.clock(candidate.opening.start_ms, decimals=1), candidate.opening.pause.length_ms / 1000
    lead = f"{candidate.opening.lead} " if candidate.opening.lead else ""
    return f'"{lead}{heard}" heard at {at} after {pause:.1f} s of silence'


def named(outline: Outline, *, only_headings: bool) -> list[str]:
    """Topics that the notes name and do not tell: headings without text and, unless ``only_headings``, the agenda."""
    headings = [section.heading for section in outline.sections if section.heading and not section.text]
    if only_headings:
        return headings
    listed = outline.agenda or [section.heading for section in outline.sections if section.heading]
    return [*listed, *(heading for heading in headings if not any(_is_same(heading, item) for item in listed))]


def _is_same(heading: str, item: str) -> bool:
    return fuzz.token_set_ratio(heading.casefold(), item.casefold()) >= 85


def spoken_lists(topics: Sequence[str], words: Sequence[Word]) -> list[tuple[int, int]]:
    """Where at least three topics (or both of two) are named within seconds: (start, end) in milliseconds.

    A list names each topic once: where one is named again, its heading may be said.
    """
    runs: list[list[_Mention]] = []
    for mention in _mentions(topics, words):
        run = runs[-1] if runs else []
        is_far = bool(run) and mention.start_ms - run[-1].end_ms > _APART_MS
        if not run or is_far or mention.new_sentence or mention.topic in {other.topic for other in run}:
            runs.append([mention])
        else:
            run.append(mention)
    return [(run[0].start_ms, run[-1].end_ms) for run in runs if len(run) >= min(3, max(len(topics), 2))]


@dataclass(frozen=True, slots=True)
class _Mention:
    topic: int
    start_ms: int
    end_ms: int
    alike: float
    new_sentence: bool


def _mentions(topics: Sequence[str], words: Sequence[Word]) -> list[_Mention]:
    """Each place where a topic is named, in order of time; of those that overlap, the most alike."""
    found = sorted(_all_mentions(topics, words), key=lambda mention: -mention.alike)
    kept: list[_Mention] = []
    for mention in found:
        place = bisect_left(kept, mention.start_ms, key=lambda other: other.start_ms)
        is_free = place == 0 or kept[place - 1].end_ms <= mention.start_ms
        if is_free and (place == len(kept) or mention.end_ms <= kept[place].start_ms):
            kept.insert(place, mention)
    return kept


def _all_mentions(topics: Sequence[str], words: Sequence[Word]) -> Iterator[_Mention]:
    for at, (number, topic) in itertools.product(range(len(words)), enumerate(topics)):
        size = len(letters(topic))
        article = at > 0 and is_starter(words[at - 1].text)
        new_sentence = _begins_anew(words, at) or (article and _begins_anew(words, at - 1))
        for count in range(1, min(len(topic.split()) + 2, len(words) - at) + 1):
            said = " ".join(word.text for word in words[at : at + count])
            if len(letters(said)) > size * 1.5 + 2:
                break
            alike = likeness(topic, said)
            if alike >= _LEAST_ALIKE_PART:
                yield _Mention(number, words[at].start_ms, words[at + count - 1].end_ms, alike, new_sentence)


def _begins_anew(words: Sequence[Word], at: int) -> bool:
    """Whether a word begins a sentence after a pause, or anything after a long one."""
    before = words[at - 1] if at else words[at]
    gap_ms = words[at].start_ms - before.end_ms
    return gap_ms >= (SHORTEST_MS if before.text[-1] in ".!?" else _OVER_MS)


def _is_among(opening: Opening, lists: Sequence[tuple[int, int]]) -> bool:
    at_ms = opening.words[0].start_ms if opening.lead else opening.start_ms
    return any(start_ms - 500 <= at_ms <= end_ms - 100 for start_ms, end_ms in lists)


def _candidates(topics: Sequence[str], opening: Opening) -> list[Candidate]:
    found = []
    for number, topic in enumerate(topics):
        alike, heard = _best_beginning(topic, opening, topics)
        if alike >= LEAST_ALIKE:
            worth = 16 * (alike - 0.78) + _worth_of_pause(opening) - _cost_of_lead(opening)
            if worth > _LEAST_WORTH and (not opening.lead or _is_led_to(topic, heard, opening)):
                found.append(Candidate(number, opening, heard, worth))
    return found


def _cost_of_lead(opening: Opening) -> float:
    """By how much less a topic is worth for what is said before it."""
    return 0.0 if not opening.lead else _LED_TO if opening.announces else _LED_OTHERWISE


def _is_led_to(topic: str, heard: str, opening: Opening) -> bool:
    """Whether what leads to a topic leads to nothing else: the sentence ends with it, or a pause follows."""
    count = len(heard.split())
    ends = heard[-1] in ".!?" or (count == opening.phrase and opening.after_ms > 0)
    is_whole = likeness(topic, heard) >= _LEAST_ALIKE_LED and len(letters(topic)) >= _LEAST_LED
    return ends and (opening.announces or (is_whole and not _GREETS.search(opening.lead)))


def _worth_of_pause(opening: Opening) -> float:
    """A heading's pause is longer than the usual one between sentences, and follows the end of one."""
    return max(-2.0, min(2.5 * math.log2(opening.weight), 2.0)) - (0.0 if opening.new_sentence else 1.0)


def _best_beginning(topic: str, opening: Opening, topics: Sequence[str]) -> tuple[float, str]:
    """How alike a topic and the first words of an opening are, and those words."""
    best = (0.0, "")
    size = len(letters(topic))
    for count in range(1, len(opening.words) + 1):
        said = opening.said(count)
        if count > 1 and (len(letters(said)) > size * 1.6 + 2 or count > opening.phrase):
            break
        is_whole = _ends(count, said, opening)
        alike = likeness(topic, said) - (0 if is_whole else 0.08 + 0.3 * max(1 - len(letters(said)) / size, 0))
        if is_whole:
            alike = max(alike, _of_part(topic, said, topics))
        best = max(best, (alike, said))
    return best


def _of_part(topic: str, said: str, topics: Collection[str]) -> float:
    """How alike a whole phrase and a part of a topic are: "HTC." for "HTC Dream".

    A part that other topics share, or that is a common word, tells nothing.
    """
    words = topic.split()
    best = 0.0
    for first, last in itertools.combinations(range(len(words) + 1), 2):
        part = " ".join(words[first:last])
        if last - first == len(words) or len(letters(part)) < 3 or is_starter(part):
            continue
        if any(part.casefold() in other.casefold() for other in topics if other != topic):
            continue
        alike = by_spelling(part, said)
        if alike >= _LEAST_ALIKE_PART:
            best = max(best, alike - 0.1 * (1 - len(letters(part)) / len(letters(topic))))
    return best


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
