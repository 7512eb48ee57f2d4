"""What Whisper writes though nobody said it: vocabulary read back, and phrases in a loop."""

from __future__ import annotations

import itertools
import operator
import re
from collections.abc import Sequence

from podpipe.models import Word
from podpipe.prose import bare

_LOOP = 4
"""So many repetitions of a phrase in a row are a loop."""

_LONGEST = 8
"""Words or tokens of a phrase that is said in a loop."""

_WORDS = 8
"""... and of a single word so many: people do say "words, words, words, words", if they take their time for it."""

_SQUEEZED_MS = 150
"""Nobody says a word that fast again and again."""

_INSTANT = 6
"""So many words without length in a stretch are no accident."""

_UNSURE = 0.3
"""Below this confidence a word may be an invention."""

_PHANTOMS = (("thanks", "for", "watching"), ("thank", "you"), ("you",), ("them",), ("bye",))

_HOLE_MS = 3500
"""Stretches hold speech with short pauses; nobody is silent that long in one."""


def doubt(words: Sequence[Word], duration_ms: int) -> int:
    """How many milliseconds of a stretch of speech the words leave unexplained; 0 where they look right.

    Words without length were not spoken; speech that no word covers, or a word that is too short for it,
    was not heard.
    """
    instant = sum(_is_instant(word) for word in words)
    hole_ms = max((end_ms - start_ms for start_ms, end_ms in holes(words, duration_ms)), default=0)
    drawn = sum(_drawn_ms(word) for word in words)
    return hole_ms + drawn + (instant * 250 if instant >= _INSTANT else 0)


def holes(words: Sequence[Word], duration_ms: int) -> list[tuple[int, int]]:
    """From when to when no word covers a stretch of speech, for longer than anybody pauses in one."""
    edges = [0, *(edge for word in words for edge in (word.start_ms, word.end_ms)), duration_ms]
    between = zip(edges[::2], edges[1::2], strict=True)
    return [(start_ms, end_ms) for start_ms, end_ms in between if end_ms - start_ms > _HOLE_MS]


def without(words: Sequence[Word], vocabulary: Sequence[str]) -> list[Word]:
    """The words without loops, and without vocabulary read back while nothing sounds like it.

    A word that lasts under 40 ms was not spoken; Whisper gives such times to words that it adds. A
    stretch is an echo of the vocabulary when most of its words have no length and stand in its list.
    """
    terms = {bare(part) for term in vocabulary for part in re.findall(r"\w+", term)}
    instant = [word for word in words if _is_instant(word) and bare(word.text) in terms]
    if len(instant) >= _INSTANT and len(instant) * 2 > len(words):
        return []
    return _without_phantom(_without_loops(list(words)))


def most_in_a_row(tokens: Sequence[int]) -> int:
    """How often one or several tokens come again and again with nothing between, at the place where most often."""
    most = 1
    for size in range(1, _LONGEST + 1):
        same = map(operator.eq, tokens, tokens[size:])
        longest = max((len(list(run)) for is_same, run in itertools.groupby(same) if is_same), default=0)
        most = max(most, longest // size + 1)
    return most


def _without_phantom(words: list[Word]) -> list[Word]:
    """The words without the "Thank you." with which Whisper likes to fill the silence after the last."""
    if not words or not (_is_instant(words[-1]) or words[-1].confidence < _UNSURE):
        return words
    keys = tuple(bare(word.text) for word in words[-4:])
    for phrase in _PHANTOMS:
        if keys[-len(phrase) :] == phrase:
            return words[: -len(phrase)]
    return words


def _without_loops(words: list[Word]) -> list[Word]:
    keys = [bare(word.text) for word in words]
    result: list[Word] = []
    position = 0
    while position < len(words):
        for size in range(1, _LONGEST + 1):
            phrase = keys[position : position + size]
            count = 1
            while keys[position + count * size : position + (count + 1) * size] == phrase and len(phrase) == size:
                count += 1
            if any(phrase) and count >= _least(size, words[position : position + count]):
                result += words[position : position + size]
                position += count * size
                break
        else:
            result.append(words[position])
            position += 1
    return result


def _least(size: int, repeated: Sequence[Word]) -> int:
    """How many repetitions of a phrase of so many words are a loop."""
    is_squeezed = repeated[-1].end_ms - repeated[0].start_ms < _SQUEEZED_MS * len(repeated)
    return _LOOP if size > 1 or is_squeezed else _WORDS


def _drawn_ms(word: Word) -> int:
    """By how much a word lasts longer than anybody takes for it; 0 where it is within two seconds of that."""
    digits = sum(letter.isdigit() for letter in word.text)
    excess_ms = word.end_ms - word.start_ms - 250 * (len(word.text) + digits)
    return excess_ms if excess_ms > 2000 else 0


def _is_instant(word: Word) -> bool:
    return word.end_ms - word.start_ms < 40
