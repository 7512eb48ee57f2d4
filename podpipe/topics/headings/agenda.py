"""Topics that are only named, in the notes or by the host, found where they are said as headings."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Collection, Sequence

from rapidfuzz import fuzz

from podpipe import timecode
from podpipe.models import Chapter, Missing, Outline, Word
from podpipe.sound import Sound
from podpipe.topics.headings import placing
from podpipe.topics.headings.announced import announced
from podpipe.topics.headings.likeness import likeness
from podpipe.topics.headings.openings import openings
from podpipe.topics.headings.placing import LEAST_ALIKE, Candidate

THRESHOLD = 0.5
"""Less sure, a topic has no chapter."""

_OF_HEADING = (0.97, 0.7, 3.5)
_OF_TURN = (0.93, 0.8, 5.0)
"""How sure a place can be at most; the share of topics found that tells nothing; how much a greater one tells."""


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
    placed = placing.place(topics, openings(words, sound), words, heard_as, only_alone)
    chosen = {topics[candidate.topic]: candidate for candidate in placed}
    found, missing = [], []
    for topic in topics:
        candidate = chosen.get(topic)
        share = (len(chosen) + already_found) / (len(topics) + already_found)
        sure = confidence(candidate, share) if candidate else 0.0
        if candidate is None:
            missing.append(Missing(topic, "no such heading was heard after a pause"))
        elif sure < THRESHOLD:
            missing.append(Missing(topic, f"not sure enough ({sure:.2f}): {because(candidate)}"))
        else:
            start_ms = candidate.opening.start_ms
            found.append(Chapter(topic, start_ms, start_ms, sure, "agenda", because(candidate)))
    return found, missing


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


def confidence(candidate: Candidate, share: float) -> float:
    """How sure a topic's place is (0 to 1), where this share of all topics was found: one alone may be chance."""
    most, even, slope = _OF_TURN if candidate.is_turn else _OF_HEADING
    return round(min(1 / (1 + math.exp(slope * (even - share) - candidate.worth)), most), 2)


def because(candidate: Candidate) -> str:
    """What a topic's place rests on, in words."""
    heard = re.sub(r"\W+$", "", candidate.heard)
    at, pause = timecode.clock(candidate.opening.start_ms, decimals=1), candidate.opening.pause.length_ms / 1000
    if candidate.is_turn:
        return f"the talk turns to it at {at} after {pause:.1f} s of silence: “{heard} …”"
    lead = f"{candidate.opening.lead} " if candidate.opening.lead else ""
    return f'"{lead}{heard}" heard at {at} after {pause:.1f} s of silence'


def named(outline: Outline, *, is_told: bool) -> list[str]:
    """Topics that the notes name and, where the host tells what they say (``is_told``), have no text for."""
    headings = [section.heading for section in outline.sections if section.heading and not (is_told and section.text)]
    if is_told:
        return headings
    listed = [next((one for one in headings if _is_same(one, item)), item) for item in outline.agenda]
    return list(dict.fromkeys([*listed, *headings]))


def _is_same(heading: str, item: str) -> bool:
    return fuzz.token_set_ratio(heading.casefold(), item.casefold()) >= 85
