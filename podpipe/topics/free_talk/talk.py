"""Free talk, prepared for finding where its topics begin: words, stems, and the places where one may."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from podpipe.models import Word
from podpipe.topics.free_talk.text import beginnings, is_stop, stemmed

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_MOST_PLACES = 3000
_BLOCK = 60
"""Words in a block, for telling how common a stem is in this talk."""
_MOST_STEMS = 1500
_OPENING = 14
"""So many words tell whether a sentence turns to something else."""

_TURNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:next|another|following) (?:\w+ )?(?:question|one|up|thing|topic|tip|item|section|point|story|part)\b",
        r"\bnext\b|\bmov(?:e|ing) (?:on|along)\b|\bup now\b|\bon to\b",
        r"\b(?:let's|let us|we'll|wanna|want to|gonna|going to) (?:\w+ )?(?:talk|get|jump|move|go|start|dive|kick|keep|"
        r"head|look|begin|finish|wrap|hit|cover)\b",
        r"\b(?:first|second|third|fourth|fifth|last|final|other|number \w+) (?:\w+ )?"
        r"(?:question|one|up|thing|topic|tip|item|section|point|story|part|is)\b",
        r"\bquestion|\basks?\b|\b(?:is|it's|comes|one|this) from\b|\bwrites\b",
        r"^(?:\w+ ){0,2}(?:all right|alright|okay|ok|cool|great|nice|anyways?|perfect|awesome|well)\b",
        r"^(?:\w+ ){0,2}(?:so|now)\b",
        r"\b(?:we have|we've got|we got|there's|there is|comes?|talk(?:ing)? about|speaking of|what about|how about|"
        r"as for|what (?:is|are)|do you|how do)\b",
        r"\bsponsor|\bcoupon|\bfree trial\b|\bpromo code",
    )
)
"""What people say when they turn from one thing to another, kind by kind."""


@dataclass(frozen=True)
class Talk:
    """Words, and the places (numbers of words) where sentences begin, with what speaks for a turn there.

    ``stems`` are empty for words that say nothing. ``turns`` has shape (places, kinds of evidence):
    phrases of turning, the pause before, the change of words (see ``TURN_KINDS``).
    """

    words: tuple[Word, ...]
    forms: tuple[str, ...]
    stems: tuple[str, ...]
    places: Ints
    times_ms: Ints
    duration_ms: int
    turns: Floats


def prepare(words: Sequence[Word], duration_ms: int, starts_ms: Sequence[int] = ()) -> Talk:
    """Read words in order of time as free talk, which begins anew at its sentences, or at given times."""
    told = [(word, _plain(word.text)) for word in words]
    kept = tuple(word for word, form in told if form)
    forms = tuple(form for _, form in told if form)
    stems = tuple("" if is_stop(form) else stemmed(form) for form in forms)
    duration_ms = max(duration_ms, kept[-1].end_ms if kept else 0)
    places = _nearest(kept, starts_ms) if starts_ms else _places(kept, duration_ms)
    times = np.array([kept[place].start_ms for place in places], np.int64)
    return Talk(kept, forms, stems, places, times, duration_ms, _turns(kept, forms, stems, places))


def _plain(text: str) -> str:
    return text.casefold().replace("’", "'").strip(" .,:;!?-–—\"'“”‘()[]{}…*_`")


def _places(words: Sequence[Word], duration_ms: int) -> Ints:
    """The first word of each sentence, but no more places than a table of all pairs of them has room for."""
    found: list[int] = []
    last_ms = -math.inf
    for number in beginnings(words):
        if words[number].start_ms - last_ms >= duration_ms / _MOST_PLACES:
            found.append(number)
            last_ms = words[number].start_ms
    return np.array(found, np.int64)


def _nearest(words: Sequence[Word], starts_ms: Sequence[int]) -> Ints:
    """The word that begins nearest to each time."""
    begun = np.array([word.start_ms for word in words], np.int64)
    return np.array([np.abs(begun - start_ms).argmin() for start_ms in starts_ms], np.int64)


def rarity(talk: Talk) -> dict[str, float]:
    """How telling each stem is: the logarithm of the inverse share of blocks that have it."""
    blocks = [set(talk.stems[first : first + _BLOCK]) for first in range(0, len(talk.stems), _BLOCK)]
    counts = Counter(stem for block in blocks for stem in block)
    return {stem: math.log((len(blocks) + 1) / (count + 0.5)) for stem, count in counts.items() if stem}


def _turns(words: Sequence[Word], forms: Sequence[str], stems: Sequence[str], places: Ints) -> Floats:
    if not places.size:
        return np.zeros((0, 2 * len(_TURNS) + 4), np.float32)
    ends = np.append(places[1:], len(forms))
    said = np.zeros((places.size, len(_TURNS)), np.float32)
    for row, (first, end) in enumerate(zip(places, ends, strict=True)):
        opening = " ".join(forms[first : min(end, first + _OPENING)])
        said[row] = [bool(pattern.search(opening)) for pattern in _TURNS]
    soon = np.zeros_like(said)  # said in the next sentence or the one after: "Yeah. Cool. Next question."
    soon[:-1] = said[1:]
    soon[:-2] = np.maximum(soon[:-2], said[2:])
    pauses = [words[place].start_ms - words[place - 1].end_ms if place else 0 for place in places]
    pause = np.log1p(np.clip(np.array(pauses, np.float32), 0, 4000) / 200)[:, None]
    short = (np.diff(np.append(places, len(forms))) <= 3).astype(np.float32)[:, None]
    return np.hstack((said, soon, pause, short, _changes(stems, places))).astype(np.float32)


def _changes(stems: Sequence[str], places: Ints) -> Floats:
    """How unlike the words before and after each place are, over 80 and over 250 words (0 to 1).

    The cosine of their stems, as in TextTiling (Hearst, 1997), with square roots in place of counts.
    """
    common = [stem for stem, count in Counter(filter(None, stems)).most_common(_MOST_STEMS) if count >= 2]
    column = {stem: number for number, stem in enumerate(common)}
    numbers = np.array([column.get(stem, -1) for stem in stems], np.int64)
    changes = [_change(numbers, len(common), places, width) for width in (80, 250)]
    return np.stack(changes, 1).astype(np.float32)


def _change(numbers: Ints, size: int, places: Ints, width: int) -> Floats:
    found = np.zeros(places.size, np.float32)
    for row, place in enumerate(places):
        left, right = numbers[max(place - width, 0) : place], numbers[place : place + width]
        before = np.sqrt(np.bincount(left[left >= 0], minlength=size))
        after = np.sqrt(np.bincount(right[right >= 0], minlength=size))
        norm = math.sqrt(float(before.sum() and before @ before) * float(after.sum() and after @ after))
        found[row] = 1 - float(before @ after) / norm if norm else 0.5
    return found
