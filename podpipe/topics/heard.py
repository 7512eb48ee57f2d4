"""Headings that are heard, where no notes tell what to listen for.

The host may announce the topics ("In today's issue: A, B and C."): then they are looked for as an
agenda. Else a heading is a short phrase that names something, after a pause that is clearly longer than
those between sentences of this episode. Where most long pauses are followed by something else, the
episode is talk without headings, and none is taken.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rapidfuzz import fuzz

from podpipe import timecode
from podpipe.models import Chapter, Word
from podpipe.notes.agenda import parts
from podpipe.notes.headings import is_name
from podpipe.sound import Sound
from podpipe.topics import agenda
from podpipe.topics.openings import Opening, openings, usual_pause_ms

_LONG = 1.35
"""A long pause, by the usual one between sentences."""

_MOST_WORDS = 7
_MOST_WORDS_RUN_ON = 5
"""So many words may a heading have that a pause follows; and one that only a comma or full stop does."""

_LONGEST_MS = 3500
_LEAST_PHRASES = 3
_LEAST_SPAN = 0.3
_LEAST_SHARE = 0.5
"""Headings that nobody announces are at least three, over this share of the episode; and of the long pauses
from the first to the last, at least this share is followed by one. Else it is talk without headings."""

_LEAST_APART_MS = 6000
_SPEECH_AFTER = 12
"""A topic has at least so many words."""

_AGENDA_WITHIN_MS = 300_000
_PAUSE_IN_LIST_MS = 250
_LEAST_NAMES = 0.6
"""So much of what the host lists are names; else it is a sentence with commas."""

_DISCOURSE = re.compile(
    r"\W*(?:yeah|yes|yep|no|nope|ok|okay|right|so|well|um|uh|hmm|exactly|absolutely|anyway|anyways|sure|great|cool|wow|"
    r"alright|all right|oh|ah|hey|really|honestly|actually|basically|typically|usually|however|otherwise|meanwhile|"
    r"finally|first|second|third|secondly|thirdly|next|later|again|once again|also|still|indeed|of course|for example|"
    r"like|just|not|nobody|everybody|somebody|others|another|other|some|many|most|one|two|three|even|though|"
    r"because|since|although|back in|today|tonight|tomorrow|yesterday|sorry|send|good|let|let's|let’s|"
    r"to|from|of|about|without|within|each|every|all|any|both|either|neither|what|who|how|why|where|which|whose|"
    r"my|your|his|her|our|their|me|him|us|them|now|then|until|unless|despite|during|over|under|instead|including|"
    r"having|using|given|according|perhaps|maybe|sometimes|often|never|always|only|i’m|i'm|\w+ly)\b",
    re.IGNORECASE,
)
"""How talk goes on, and no topic begins."""

_TALKS = re.compile(
    r"\b(?:i|you|we|he|she|they|it|me|us|him|them|my|your|our|i'm|i've|it's|that's|don't|didn't|can't|am|be|been|get|"
    r"gets|got|go|going|make|makes|know|think|thought|want|wanted|see|let|shall|took|take|takes|came|come|comes|"
    r"had|put|told|tell|say|gave|give|gives|suggested|reported|wrote|followed|led|lead)\b(?!-)",
    re.IGNORECASE,
)
_LITTLE = re.compile("the|that|be|then|for|a", re.IGNORECASE)
_LISTING = "items|topics|agenda|headlines|stories|menu"
_PROGRAMME = "issue|episode|show|program(?:me)?|edition|bulletin"
_ANNOUNCES = re.compile(
    r"(?:\W*\w+){0,3}?\W*"
    rf"\b(?:(?:today|tonight|this (?:week|month|time))(?:['’]?s)?(?: (?:{_LISTING}|{_PROGRAMME}))?|"
    rf"(?:this|the) (?:{_PROGRAMME})|coming up|up next|(?:the|our) (?:{_LISTING}))"
    r"(?: (?:are|is|we have|we cover|include|includes))?(?: the)?[,:]?\s+(?P<list>.+)",
    re.IGNORECASE,
)


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
    confirmed = _of_announced(words, sound)
    found = [*confirmed, *(_chapter(phrase) for phrase in _phrases(words, sound, is_announced=bool(confirmed)))]
    kept: list[Chapter] = []
    for chapter in sorted(found, key=lambda chapter: -chapter.confidence):
        if all(abs(chapter.start_ms - other.start_ms) >= _LEAST_APART_MS for other in kept):
            kept.append(chapter)
    return sorted(kept, key=lambda chapter: chapter.start_ms) if len(kept) >= 2 else []


def announced(words: Sequence[Word], sound: Sound) -> list[str]:
    """The topics that the host announces: of the longest list near the beginning."""
    found: list[str] = []
    for sentence in re.split(r"(?<=[.!?]) ", _with_pauses(words, sound)):
        match = _ANNOUNCES.match(sentence)
        items = [item.strip(" .,") for item in parts(re.sub(r",+", ",", match["list"]))] if match else []
        items = [item for item in items if len(re.sub(r"\W", "", item)) >= 3]
        names = sum(is_name(item) and not _TALKS.search(item) for item in items)
        if len(items) > max(len(found), 1) and names >= max(2, _LEAST_NAMES * len(items)):
            found = items
    return found


def _with_pauses(words: Sequence[Word], sound: Sound) -> str:
    """The first minutes' text, with a comma for each pause and a full stop for each long one."""
    long_ms = _LONG * usual_pause_ms(words, sound)
    pauses = [pause for pause in sound.silences if pause.length_ms >= _PAUSE_IN_LIST_MS]
    text, place = [], 0
    for word, following in zip_longest(words, words[1:]):
        if word.start_ms > _AGENDA_WITHIN_MS:
            break
        while place < len(pauses) and pauses[place].end_ms <= word.end_ms:
            place += 1
        pause = pauses[place] if place < len(pauses) else None
        is_before_pause = following is None or (pause and pause.end_ms <= following.start_ms + 100)
        if pause and is_before_pause and word.text[-1] not in ".!?":
            text.append(f"{word.text.rstrip(',')}{'.' if pause.length_ms >= long_ms else ','}")
        else:
            text.append(word.text)
    return " ".join(text)


def _of_announced(words: Sequence[Word], sound: Sound) -> list[Chapter]:
    topics = announced(words, sound)
    chosen = agenda.place(topics, words, sound)
    if len(chosen) < max(min(3, len(topics)), 0.5 * len(topics)):
        return []
    chapters = []
    for candidate in chosen:
        opening, sure = candidate.opening, agenda.confidence(candidate.worth, len(chosen) / len(topics))
        title = title_of(opening) or candidate.heard.strip(" .,:;!?-")
        because = f"announced by the host, and {agenda.because(candidate)}"
        if sure >= agenda.THRESHOLD:
            chapters.append(_heading(title, opening.start_ms, sure, because))
    return chapters


def _phrases(words: Sequence[Word], sound: Sound, *, is_announced: bool) -> list[Phrase]:
    """What may be headings after long pauses; none where talk mostly goes on after these."""
    places = [place for place in openings(words, sound) if place.pause.start_ms > 0]
    least = _least_weight(places)
    long = [place for place in places if place.weight >= least and _is_followed(place, words)]
    found = [phrase for place in long if (phrase := _phrase(place, words))]
    sure = [phrase.opening.start_ms for phrase in found if not phrase.is_doubtful]
    few = len(sure) < _LEAST_PHRASES or sure[-1] - sure[0] < _LEAST_SPAN * sound.duration_ms
    if not sure or (few and not is_announced):
        return []
    among = sum(sure[0] <= place.start_ms <= sure[-1] for place in long)
    return found if len(sure) >= (_LEAST_SHARE / 2 if is_announced else _LEAST_SHARE) * among else []


def _least_weight(places: Sequence[Opening]) -> float:
    """How long a pause must be here: beyond the middle half of those between sentences, and LONG."""
    weights = [math.log(place.weight) for place in places if place.new_sentence]
    if len(weights) < 5:
        return _LONG
    middle = statistics.median(weights)
    return max(_LONG, math.exp(middle + statistics.median(abs(weight - middle) for weight in weights)))


def _is_followed(place: Opening, words: Sequence[Word]) -> bool:
    """Whether somebody speaks on for long enough; else it is the end of the episode."""
    after = [word for word in words if place.start_ms <= word.start_ms <= place.start_ms + 60_000]
    return len(after) > _SPEECH_AFTER


def _phrase(place: Opening, words: Sequence[Word]) -> Phrase | None:
    title = title_of(place)
    is_doubtful = not is_name(title)
    if not title or (is_doubtful and not place.after_ms):
        return None
    size = len(title.split())
    worth = 2.5 * math.log2(place.weight / _LONG) + (1.0 if place.after_ms and place.phrase <= _MOST_WORDS else 0.0)
    worth += 0.5 * (size <= 3) + 0.5 * _is_taken_up(title, place, words) - 0.5 * (not place.new_sentence) - is_doubtful
    return Phrase(title, place, worth, is_doubtful)


def title_of(place: Opening) -> str:
    """The short phrase that opens what is said, cut at the first end of a sentence; '' where there is none."""
    alone = place.after_ms > 0 and place.phrase <= _MOST_WORDS
    size = place.phrase if alone else 0
    for count in range(1, min(place.phrase, _MOST_WORDS if alone else _MOST_WORDS_RUN_ON) + 1):
        if place.words[count - 1].text[-1] in (".!?" if alone else ".,!?"):
            size = count
            break
    title = place.said(size).strip(" .,:;!?-")
    if not title or place.words[size - 1].end_ms - place.start_ms > _LONGEST_MS:
        return ""
    names = not _TALKS.search(title) and not _DISCOURSE.match(title) and is_name(title)
    return title[0].upper() + title[1:] if names or _is_misheard_name(title) else ""


def _is_misheard_name(title: str) -> bool:
    """Whether a name may have been heard as a little word and another: "That health", "Be host user"."""
    first, _, rest = title.partition(" ")
    names = not _TALKS.search(rest) and not _DISCOURSE.match(rest) and is_name(rest)
    return bool(_LITTLE.fullmatch(first)) and 1 <= len(rest.split()) <= 2 and names


def _is_taken_up(title: str, place: Opening, words: Sequence[Word]) -> bool:
    """Whether a word of a heading returns in the minute after it."""
    after_ms = place.words[len(title.split()) - 1].end_ms
    text = [word.text.casefold() for word in words if after_ms <= word.start_ms <= after_ms + 60_000]
    stems = re.findall(r"\w{3,}", title.casefold())
    return any(fuzz.ratio(stem, word.strip(".,!?")) >= 80 for stem in stems for word in text)


def _chapter(phrase: Phrase) -> Chapter:
    place = phrase.opening
    at, pause = timecode.clock(place.start_ms, decimals=1), place.pause.length_ms / 1000
    because = f"short phrase heard at {at} after {pause:.1f} s of silence"
    sure = min(0.5 + 0.4 / (1 + math.exp(-phrase.worth)), 0.85)
    return _heading(phrase.title, place.start_ms, round(sure, 2), because)


def _heading(title: str, start_ms: int, sure: float, because: str) -> Chapter:
    return Chapter(title, start_ms, start_ms, sure, "heading", because)
