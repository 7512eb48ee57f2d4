"""What may stand for a word by its letters: what it falls into, letters by their names, and how people mistype it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from podpipe.search.vocabulary import Vocabulary

_LONG = 7
"""Letters of a word of which two may differ."""

_SHORTEST, _SHORT = 4, 6
"""Letters of a word that may be misspelled; and of one that is like so many that only a rare word stands for it."""

_MOST = 12
"""So many words at most, the most alike, are taken for one that is misspelled."""

_SPELLED = 4
"""Letters of a word of which each may be read out by its name ("kay vee em"); of others the first ("cue e mu")."""

_NAMES = {
    "a": "eh", "b": "be bee", "c": "see sea", "d": "dee", "e": "he", "f": "eff", "g": "gee", "i": "eye", "j": "jay",
    "k": "kay", "l": "el ell", "m": "em", "n": "en", "o": "oh", "p": "pee pea", "q": "cue queue", "r": "are",
    "s": "es", "t": "tea tee", "u": "you", "v": "vee", "x": "ex", "y": "why", "z": "zee zed",
}  # fmt: skip
"""How recognisers write the names of letters."""


def pieces(word: str) -> Iterator[Sequence[str]]:
    """A word in two or three, in letters, in letters around a word, with its first letter or any of few by name."""
    yield tuple(word)
    for at in range(1, len(word)):
        yield word[:at], word[at:]
    for first, last in itertools.combinations(range(len(word) + 1), 2):
        if 1 < last - first < len(word):
            yield *word[:first], word[first:last], *word[last:]
    for name in _NAMES.get(word[0], "").split():
        for at in (1, 2):
            yield name, *word[1:at], word[at:]
    if len(word) <= _SPELLED:
        named = [(letter, *_NAMES.get(letter, "").split()) for letter in word]
        yield from (names for names in itertools.product(*named) if names != tuple(word))
    for one, two in itertools.combinations(range(2, len(word) - 1), 2):
        if two > one + 1:
            yield word[:one], word[one:two], word[two:]


def misspelled(stem: str, vocabulary: Vocabulary) -> Iterator[tuple[str, int]]:
    """Words that begin with the same letter and differ in one (Levenshtein, 1966), or in two where they are long.

    With each in how many.
    """
    if len(stem) < _SHORTEST:
        return
    others = vocabulary.by_initial.get(stem[0], ())
    most = 2 if len(stem) >= _LONG else 1
    for other, distance, _ in process.extract(stem, others, scorer=OSA.distance, score_cutoff=most, limit=_MOST):
        if len(stem) > _SHORT or vocabulary.is_rare(other):
            yield other, int(distance)
