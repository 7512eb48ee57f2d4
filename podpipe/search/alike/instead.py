"""What may stand for a text in a library: words that sound like it, or are spelled like it, the likeliest first.

What may is looked for among the terms of the library, by sound (``ways``) and by letters (``letters``), and how likely
each is is told by what is known of both (``likely``).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Protocol

from podpipe.search import analysis
from podpipe.search.alike.letters import misspelled, pieces
from podpipe.search.alike.likely import Way, chances, features, order
from podpipe.search.alike.pronounce import readings, said
from podpipe.search.alike.sounds import distance
from podpipe.search.alike.ways import SHORT, Nearest, alone, together
from podpipe.search.analysis import is_stop
from podpipe.search.query import Term
from podpipe.search.vocabulary import Vocabulary

FIRST, _TRIED, _MOST = 400, 60, 6
"""So many ways, the nearest in sound, are looked at closely; so many, the likeliest, are looked for beside each other
in the library; so many at most stand for a term."""

_SPELLED = 200
"""So many parts of a word are looked for."""

_LEAST = 0.03
"""What is less likely does not stand for a term."""

_WRONG, _HITS, _FEW = 0.05, 10, 3
"""What is likely enough brings more than so many times as much right as wrong hits; of these so many at most, and so
many of words that are beside each other."""

_MISTYPED, _LONG = 0.3, 7
"""How likely a word of so many letters is one that is spelled nearly like it, at least."""

_AS_ALIKE, _AT_MOST = 0.5, 0.99
"""What stands for a term is worth as much, at least and at most."""

_SURE_ALONE = 0.8
"""A word so likely is what stands for another."""

_ALONE = 0.9
"""A word that is worth so much of what it is beside a common one stands alone."""

_READ = 100
"""A word beside a common one, which is in no index, is looked for in so many passages at most."""


class Library(Protocol):
    """What must be known of an index."""

    def count(self, term: str) -> int:
        """In how many passages a term is."""

    def vocabulary(self) -> Vocabulary:
        """Its terms."""

    def said(self, runs: Iterable[Sequence[str]]) -> Iterator[bool]:
        """Of each run of terms whether a passage has them beside each other."""


def instead(text: str, run: Sequence[str], library: Library) -> tuple[Term, ...]:
    """What may stand for a text of these terms and is in the library, the likeliest first.

    Where a single word surely does, several are not looked for by sound, which takes longest.
    """
    vocabulary = library.vocabulary()
    told = list(_told(text, run, ways_of(text, run, vocabulary), library))
    if not any(chance >= _SURE_ALONE for chance, _ in told):
        told += _told(text, run, several_of(text, run, vocabulary), library)
    found = [_as_term(chance, way) for chance, way in sorted(told, key=itemgetter(0), reverse=True)]
    plain = [term for term in found if not term.heard]
    known_alone = {term.run: term.worth for term in plain}
    beside_common = [term for term in found if term.heard and known_alone.get(term.run, 0) < _ALONE * term.worth]
    return (*list(dict.fromkeys(plain))[:_MOST], *beside_common[:_MOST])


def _told(text: str, run: Sequence[str], found: Iterable[Way], library: Library) -> Iterator[tuple[float, Way]]:
    """The ways that the library has and that are likely enough, with how likely each is."""
    vocabulary = library.vocabulary()
    ways = [way for way in found if way.run != tuple(run)]
    if not ways:
        return
    known = features(text, "".join(run), ways, vocabulary)
    tried = [ways[place] for place in _tried(ways, order(known))]
    chance = dict(zip(ways, map(_chance, ways, chances(known)), strict=True))
    likely = [way for way in tried if _is_likely(chance[way], way, vocabulary)]
    several = [way for way in likely if len(way.run) > 1]
    yield from ((chance[way], way) for way in likely if len(way.run) == 1)
    yield from ((chance[way], way) for way in itertools.compress(several, library.said([way.run for way in several])))


def _as_term(chance: float, way: Way) -> Term:
    return Term(way.run, worth=min(_AS_ALIKE + (1 - _AS_ALIKE) * chance, _AT_MOST), heard=way.heard)


def _chance(way: Way, by_sound: float) -> float:
    return max(float(by_sound), _MISTYPED) if way.mistyped else float(by_sound)


def _is_likely(chance: float, way: Way, vocabulary: Vocabulary) -> bool:
    return chance >= _LEAST and chance >= (1 - chance) * _WRONG * _passages(way, vocabulary)


def _passages(way: Way, vocabulary: Vocabulary) -> int:
    """In how many passages a way may be among the first hits, about."""
    return min(vocabulary.counts[way.run[0]], _HITS) if len(way.words) == 1 else _FEW


def _tried(ways: Sequence[Way], places: Iterable[int]) -> Iterator[int]:
    """The places of words, and of the first of several words, by which it is looked at more closely."""
    several = [place for place in places if len(ways[place].run) > 1]
    yield from (place for place, way in enumerate(ways) if len(way.run) == 1)
    yield from [place for place in several if ways[place].spelled][:_SPELLED]
    yield from [place for place in several if not ways[place].spelled][:_TRIED]


def ways_of(text: str, run: Sequence[str], vocabulary: Vocabulary) -> Iterator[Way]:
    """Words that sound like a text; and of a word, what it falls into, and as it may be misspelled; each once."""
    found = {way.words: way for way in _by_sound(alone(text, vocabulary.words, FIRST))}
    if text.isalnum():
        found |= {way.words: way for way in _by_letters(text, vocabulary)}
        found |= {way.words: way for way in _misspelled(text, run[0], vocabulary)}
    return (way for way in found.values() if _may_be(way, run, vocabulary))


def several_of(text: str, run: Sequence[str], vocabulary: Vocabulary) -> Iterator[Way]:
    """Words beside each other that together sound like a text."""
    return (way for way in _by_sound(together(text, vocabulary.words, FIRST)) if _may_be(way, run, vocabulary))


def _by_sound(found: Iterable[Nearest]) -> Iterator[Way]:
    for near in found:
        run = tuple(piece for piece in near.words if not is_stop(piece))
        yield Way(near.words, run, near.far, near.length)


def _may_be(way: Way, run: Sequence[str], vocabulary: Vocabulary) -> bool:
    return bool(way.run) and _has_all(way, run) and _is_telling(way, vocabulary)


def _has_all(way: Way, run: Sequence[str]) -> bool:
    """Whether a way has as many words as a text, if it has any of them as it is."""
    return len(way.run) >= len(run) or not any(word in way.run for word in run)


def _by_letters(word: str, vocabulary: Vocabulary) -> Iterator[Way]:
    for split in pieces(word):
        run = tuple(analysis.terms(" ".join(split)))
        if run and all(piece in vocabulary.counts for piece in run):
            yield Way(tuple(split), run, 0.0, max(len(word), SHORT), spelled=True)


def _misspelled(word: str, stem: str, vocabulary: Vocabulary) -> Iterator[Way]:
    sounds = readings(word)
    length = max(len(sounds[0]) if sounds else 0, SHORT)
    for other, letters in misspelled(stem, vocabulary):
        far = min((distance(sound, said(other)) for sound in sounds), default=0.0)
        yield Way((other,), (other,), far, length, mistyped=letters == 1 and len(stem) >= _LONG)


def _is_telling(way: Way, vocabulary: Vocabulary) -> bool:
    """Whether a word beside common ones, of which only the text tells whether they are there, is in few passages."""
    return len(way.run) != 1 or len(way.words) == 1 or vocabulary.counts[way.run[0]] <= _READ
