"""Terms that were spelled or heard otherwise: asked for only where what was asked for is hardly found.

Recognisers write what they don't know in other words: "wire guard", "cooper netties", "kafca"; and people mistype.
What may stand for a term is looked for among the terms of the library: words that it falls into, words that differ
in a letter or two (Levenshtein, 1966), words and pairs of words that sound alike (Metaphone; Philips, 1990).
"""

from __future__ import annotations

import functools
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from podpipe.prose import STOP
from podpipe.search import ENOUGH, analysis
from podpipe.search.analysis import is_stop
from podpipe.search.query import Any, Node, Query, Term
from podpipe.search.vocabulary import Vocabulary, sound_of

Run = tuple[str, ...]

_LEAST_LETTERS_OF_ONE, _LEAST_LETTERS = 60, 45
"""How alike in letters, of 100, a word must be that sounds alike, and two."""
_TRIED, _MOST = 100, 12
"""So many, the most alike, are looked for beside each other in the library; so many at most stand for a term."""

_LONG = 7
"""Letters of a word of which two may differ."""

_SHORTEST, _SHORT = 4, 6
"""Letters of a word that may be misspelled; and of one that is like so many that only a rare word stands for it."""

_AS_ALIKE, _AT_MOST, _ORDINARY = 0.5, 0.93, 0.08
"""How alike words are that sound the same and share no letter, and that share all; and by how much less two that are
ordinary ones."""

_READ, _EVERY = 100, 10**9
"""A word beside a common one, which is in no index, is looked for in so many passages at most."""

_SPLIT = 0.97
_IN_THREE = 0.95
"""What is the same but for a space is hardly less than what was asked for."""

_SPELLED = 4
"""Letters of a word of which each may be read out by its name ("kay vee em"); of others the first ("cue e mu")."""

_LETTERS = {
    "a": "eh", "b": "be bee", "c": "see sea", "d": "dee", "e": "he", "f": "eff", "g": "gee", "i": "eye", "j": "jay",
    "k": "kay", "l": "el ell", "m": "em", "n": "en", "o": "oh", "p": "pee pea", "q": "cue queue", "r": "are",
    "s": "es", "t": "tea tee", "u": "you", "v": "vee", "x": "ex", "y": "why", "z": "zee zed",
}  # fmt: skip
"""How recognisers write the names of letters."""


class Library(Protocol):
    """What must be known of an index."""

    def count(self, term: str) -> int:
        """In how many passages a term is."""

    def vocabulary(self) -> Vocabulary:
        """Its terms."""

    def said(self, runs: Iterable[Sequence[str]]) -> Iterator[bool]:
        """Of each run of terms whether a passage has them beside each other."""


def widened(query: Query, library: Library) -> Query:
    """The query, with what may stand for those of its terms that hardly are in the library."""
    parts = _joined(query.tree.parts, library)
    return replace(query, tree=replace(query.tree, parts=tuple(_widened(part, library) for part in parts)))


def _widened(node: Node, library: Library) -> Node:
    if isinstance(node, Term):
        others = alternatives(node, library)
        return Any((node, *others)) if others else node
    parts = tuple(_widened(part, library) for part in node.parts)
    if isinstance(node, Any):
        return Any(tuple(dict.fromkeys(itertools.chain.from_iterable(_flat(part) for part in parts))))
    return replace(node, parts=parts)


def _flat(node: Node) -> tuple[Node, ...]:
    return node.parts if isinstance(node, Any) else (node,)


def _joined(parts: tuple[Node, ...], library: Library) -> tuple[Node, ...]:
    """Neighbours that the library has in one word: "wire guard" as "wireguard" too."""
    result: list[Node] = []
    for part in parts:
        before = result[-1] if result else None
        if isinstance(part, Term) and isinstance(before, Term):
            phrase = Term((*before.run, *part.run), in_title=part.in_title, form=f"{before.form} {part.form}")
            if before.in_title == part.in_title and (word := _in_one(phrase, library)):
                result[-1] = Any((phrase, word))
                continue
        result.append(part)
    return tuple(result)


def alternatives(term: Term, library: Library) -> tuple[Term, ...]:
    """What may stand for a term that hardly is in the library, the most alike first; nothing for others."""
    if term.prefix or term.in_title:
        return ()
    if len(term.run) > 1:
        joined = _in_one(term, library)
        return (joined,) if joined else ()
    word, stem = term.form.casefold(), term.run[0]
    if len(word) < 3 or not word.isalpha() or library.count(stem) >= ENOUGH:
        return ()
    vocabulary = library.vocabulary()
    ways = [*_parts(word, vocabulary), *_spelled(stem, vocabulary), *_sounding(word, stem, vocabulary)]
    ways.sort(key=lambda way: -way.worth)
    return tuple(itertools.islice(_said([way for way in ways if way.run != term.run], library), _MOST))


def _said(ways: Sequence[Term], library: Library) -> Iterator[Term]:
    """Each way once: words, and of the first that are several words those that the library has beside each other."""
    several = [way.run for way in ways if len(way.run) > 1]
    said = iter(library.said(list(dict.fromkeys(several[:_TRIED]))))
    first = {way.run: way for way in reversed(ways)}
    return (first[run] for run in dict.fromkeys(way.run for way in ways) if len(run) == 1 or next(said, False))


def _in_one(phrase: Term, library: Library) -> Term | None:
    word = analysis.normal("".join(phrase.form.split()).casefold())
    if phrase.prefix or not word.isalpha() or not library.count(word):
        return None
    return Term((word,), in_title=phrase.in_title, worth=_SPLIT)


def _parts(word: str, vocabulary: Vocabulary) -> Iterator[Term]:
    """A word in two or three, in letters, in letters and a word, with its first letter or any of few by name."""
    ways: list[tuple[Sequence[str], float]] = [((word[:at], word[at:]), _SPLIT) for at in range(1, len(word))]
    ways += [((*word[:at], word[at:]), _IN_THREE) for at in range(2, len(word))]
    for name in _LETTERS.get(word[0], "").split():
        ways += [((name, *word[1:at], word[at:]), _IN_THREE) for at in (1, 2)]
    if len(word) <= _SPELLED:
        named = [(letter, *_LETTERS.get(letter, "").split()) for letter in word]
        ways += [(pieces, _IN_THREE) for pieces in itertools.product(*named) if pieces != tuple(word)]
    ways += [((word[:at], *word[at:]), _IN_THREE) for at in range(2, len(word) - 1)]
    ways += [
        ((word[:one], word[one:two], word[two:]), _IN_THREE)
        for one, two in itertools.combinations(range(2, len(word) - 1), 2)
        if two > one + 1
    ]
    for pieces, worth in ways:
        yield from _beside(pieces, worth, vocabulary)


def _beside(pieces: Sequence[str], worth: float, vocabulary: Vocabulary) -> Iterator[Term]:
    """Words beside each other, if the library has them all; of common words among them only the text tells."""
    text = " ".join(pieces)
    run = tuple(analysis.terms(text))
    most_read = _READ if len(run) == 1 else _EVERY
    if run and all(0 < vocabulary.counts.get(piece, 0) <= most_read for piece in run):
        yield Term(run, worth=worth, heard=text)


def _spelled(stem: str, vocabulary: Vocabulary) -> Iterator[Term]:
    """Words that begin with the same letter and differ in one, or in two where they are long."""
    if len(stem) < _SHORTEST:
        return
    others = vocabulary.by_initial.get(stem[0], ())
    most = 2 if len(stem) >= _LONG else 1
    for other, distance, _ in process.extract(stem, others, scorer=OSA.distance, score_cutoff=most, limit=_MOST):
        if len(stem) > _SHORT or vocabulary.is_rare(other):
            yield Term((other,), worth=1 - 1.1 * distance / (len(stem) + 1))


def _sounding(word: str, stem: str, vocabulary: Vocabulary) -> Iterator[Term]:
    """Words, and words beside each other, that sound alike."""
    if not word.isascii():
        return
    by_sound = vocabulary.by_sound
    words: dict[str, None] = {}
    pairs: dict[tuple[str, str], None] = {}
    for sound in {sound_of(stem), sound_of(word)}:
        words |= dict.fromkeys(by_sound.get(sound, ()))
        for at in range(1, len(sound)):
            firsts = [*by_sound.get(sound[:at], ()), *_common_by_sound().get(sound[:at], ())]
            for second in (sound[at:], "A" + sound[at:], sound[at - 1 :]):  # "fan notify"
                pairs |= dict.fromkeys(itertools.product(firsts, by_sound.get(second, ())))
    for other in words:
        letters = max(fuzz.ratio(word, other), fuzz.ratio(stem, other))
        may_be = vocabulary.is_rare if len(stem) <= _SHORT else vocabulary.is_uncommon
        if len(stem) >= _SHORTEST and letters >= _LEAST_LETTERS_OF_ONE and may_be(other):
            yield Term((other,), worth=_AS_ALIKE + (1 - _AS_ALIKE) * letters / 100)
    listed = list(pairs)
    texts = ["".join(pair) for pair in listed]
    for _, letters, at in process.extract(word, texts, scorer=fuzz.ratio, score_cutoff=_LEAST_LETTERS, limit=_TRIED):
        worth = min(_AS_ALIKE + (1 - _AS_ALIKE) * letters / 100, _AT_MOST)
        first, second = listed[at]
        if is_stop(first):
            yield from _beside((first, second), worth, vocabulary)
        else:
            yield Term((first, second), worth=worth - _ORDINARY * (not any(map(vocabulary.is_rare, listed[at]))))


@functools.cache
def _common_by_sound() -> dict[str, list[str]]:
    """English words that say nothing, and so are in no vocabulary, by their sound."""
    found: dict[str, list[str]] = defaultdict(list)
    for word in STOP:
        if word.isalpha():
            found[sound_of(word)].append(word)
    return found
