"""The topics that the host announces: "In today's issue: A, B and C."."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from podpipe.models import Word
from podpipe.notes.agenda import LISTING, NEXT, PROGRAMME, WHEN, parts
from podpipe.notes.vocabulary import is_starter
from podpipe.prose import NUMBERS
from podpipe.sound import Sound
from podpipe.topics.headings.names import is_topic
from podpipe.topics.headings.openings import LONG, usual_pause_ms

_AGENDA_WITHIN_MS = 300_000
_PAUSE_IN_LIST_MS = 250
_LEAST_NAMES = 0.6
"""So much of what the host lists are names; else it is a sentence with commas."""

_SENTENCE_END = re.compile(r"(?<=[.!?])(?<!\b[A-Z]\.) ")
"""No end is after an initial: "O.N. Killer"."""

_RUN_ON = re.compile(rf", (?=in (?:this|today['’]?s) (?:{PROGRAMME})\b)")
"""Where a host's list begins after a comma, as recognisers write what is said in one breath."""

_TELLS = r"(?:we|i)(?:['’]\w+)? (?:\w+ ){0,4}?(?:about|at|on|cover(?:ing)?|discuss(?:ing)?|have|got)"
_ANNOUNCES = re.compile(
    r"(?:\W*+\w++){0,3}?\W*+"
    rf"\b(?:(?:{WHEN})(?:['’]?s)?(?: (?:{LISTING}|{PROGRAMME}))?|"
    rf"(?:this|the) (?:{PROGRAMME})|{NEXT}|(?:the|our) (?:{LISTING}))"
    rf"(?: (?:are|is|include|includes)|,? {_TELLS})?(?: the)?[,:]?\s+(?P<list>.+)",
    re.IGNORECASE,
)
_COUNTS = re.compile(
    r"(?:[\w'’]++\W++){0,9}?"
    rf"(?:{NUMBERS}|several|some|a few)\s+(?:\w+\s+)?"
    rf"(?:things|subjects|points|segments|{LISTING})\b(?: [\w'’]+){{0,6}}[,:]\s+(?P<list>.+)",
    re.IGNORECASE,
)
"""Where a host says how many topics there are: "I've got four things for you: ..."."""


def announced(words: Sequence[Word], sound: Sound) -> list[str]:
    """The topics that the host announces: of the longest list near the beginning."""
    found: list[str] = []
    text = _RUN_ON.sub(". ", _with_pauses(words, sound))
    for sentence in _SENTENCE_END.split(text):
        match = _COUNTS.match(sentence) or _ANNOUNCES.match(sentence)
        items = [item.strip(" .,") for item in parts(re.sub(r",+", ",", match["list"]))] if match else []
        items = [item for item in items if len(re.sub(r"\W", "", item)) >= 3 and not is_starter(item)]
        names = sum(is_topic(item) for item in items)
        if len(items) > max(len(found), 1) and names >= max(2, _LEAST_NAMES * len(items)):
            found = items
    return found


def _with_pauses(words: Sequence[Word], sound: Sound) -> str:
    """The first minutes' text, with a comma for each pause and a full stop for each long one.

    After a comma that was heard, only a pause of twice that is one.
    """
    long_ms = LONG * usual_pause_ms(words, sound)
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
            goes_on = pause.length_ms < (2 if word.text[-1] == "," else 1) * long_ms
            text.append(f"{word.text.rstrip(',')}{',' if goes_on else '.'}")
        else:
            text.append(word.text)
    return " ".join(text)
