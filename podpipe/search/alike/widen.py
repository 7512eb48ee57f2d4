"""Terms that were spelled or heard otherwise: asked for only where what was asked for is hardly found.

Recognisers write what they don't know in other words: "wire guard", "cooper netties", "kafca"; and people mistype.
What may stand for a term is looked for among the terms of the library, by sound (``ways``) and by letters
(``letters``), and how likely each is is told by what is known of both (``likely``).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Protocol

from podpipe.search import ENOUGH, analysis
from podpipe.search.alike.letters import misspelled, pieces
from podpipe.search.alike.likely import Way, chances, features, order
from podpipe.search.alike.pronounce import readings, said
from podpipe.search.alike.sounds import distance
from podpipe.search.alike.ways import SHORT, Nearest, alone, together
from podpipe.search.analysis import is_stop
from podpipe.search.query import All, Any, Node, Query, Term
from podpipe.search.vocabulary import Vocabulary

FIRST, _TRIED, _MOST = 400, 60, 6
"""So many ways, the nearest in sound, are looked at closely; so many, the likeliest, are looked for beside each other
in the library; so many at most stand for a term."""

_SPELLED = 200
"""So many parts of a word are looked for."""

_LEAST = 0.03
"""What is less likely does not stand for a term."""

_WRONG, _HITS, _FEW = 0.035, 10, 3
"""What is likely enough brings more than so many times as much right as wrong hits; of these so many at most, and so
many of words that are beside each other."""

_MISTYPED, _LONG = 0.3, 7
"""How likely a word of so many letters is one that is spelled nearly like it, at least."""

_AS_ALIKE, _AT_MOST = 0.5, 0.99
"""What stands for a term is worth as much, at least and at most."""

_SURE_ALONE = 0.8
"""A word so likely is what stands for another."""

_HALF_TYPED = 6
"""Letters of a word that may be half typed."""

_ALONE = 0.9
"""A word that is worth so much of what it is beside a common one stands alone."""

_SURELY = 0.75
"""What is worth so much is what stands for a term."""

_READ = 100
"""A word beside a common one, which is in no index, is looked for in so many passages at most."""

_SPLIT = 0.97
"""What is the same but for a space is hardly less than what was asked for."""

_NAME = re.compile(r"(?=.*[^\W\d_])\w[\w.'/ -]+\w")
"""What is looked for otherwise: three signs, a letter among them."""


class Library(Protocol):
    """What must be known of an index."""

    def count(self, term: str) -> int:
        """In how many passages a term is."""

    def vocabulary(self) -> Vocabulary:
        """Its terms."""

    def said(self, runs: Iterable[Sequence[str]]) -> Iterator[bool]:
        """Of each run of terms whether a passage has them beside each other."""


def widened(query: Query, library: Library, *, is_found: bool = False) -> Query:
    """The query, with what may stand for those of its terms that hardly are in the library.

    Two words are looked for together only where nothing ``is_found`` that has both.
    """
    return replace(query, tree=replace(query.tree, parts=_all(query.tree.parts, library, is_found=is_found)))


def _all(parts: tuple[Node, ...], library: Library, *, is_found: bool) -> tuple[Node, ...]:
    """Parts that are all wanted, each with what may stand for it, alone or together with its neighbour."""
    joined = _joined(parts, library)
    wider = [_widened(part, library, is_found=is_found) for part in joined]
    for place, (one, other) in enumerate(itertools.pairwise(joined)):
        if not is_found and len(joined) == 2 and isinstance(one, Term) and isinstance(other, Term):
            both = phrases(one, other, wider[place : place + 2], library)
            wider[place : place + 2] = [_any(wider[place], both), _any(wider[place + 1], both)]
    return tuple(wider)


def _widened(node: Node, library: Library, *, is_found: bool) -> Node:
    if isinstance(node, Term):
        return _any(node, alternatives(node, library))
    if isinstance(node, All):
        return replace(node, parts=_all(node.parts, library, is_found=is_found))
    wider = (_flat(_widened(part, library, is_found=is_found)) for part in node.parts)
    return Any(tuple(dict.fromkeys(itertools.chain.from_iterable(wider))))


def _any(node: Node, others: Sequence[Term]) -> Node:
    return Any((*_flat(node), *others)) if others else node


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


def _in_one(phrase: Term, library: Library) -> Term | None:
    word = analysis.normal("".join(phrase.form.split()).casefold())
    if phrase.prefix or not word.isalpha() or not library.count(word):
        return None
    return Term((word,), in_title=phrase.in_title, worth=_SPLIT)


def alternatives(term: Term, library: Library) -> tuple[Term, ...]:
    """What may stand for a term that hardly is in the library, the likeliest first; nothing for others."""
    if term.prefix or term.in_title:
        return ()
    joined = _in_one(term, library) if len(term.run) > 1 else None
    word = analysis.normal(term.form, "")
    if " " in word or not _NAME.fullmatch(word) or (len(term.run) == 1 and library.count(term.run[0]) >= ENOUGH):
        return (joined,) if joined else ()
    others = completed(term, library.vocabulary()) or _likely(word, term.run, library)
    return (*([joined] if joined else ()), *others)


def completed(term: Term, vocabulary: Vocabulary) -> tuple[Term, ...]:
    """What begins so, where a term is no word of a library and begins some: it is likelier half typed than misheard."""
    word = analysis.normal(term.form, "")
    if len(word) < _HALF_TYPED or term.run[0] in vocabulary.counts:
        return ()
    begun = [other for other in vocabulary.by_initial.get(word[0], ()) if other.startswith(word)]
    stems = [stem for stem in analysis.stems(word) if stem in vocabulary.counts]
    if sum(map(vocabulary.counts.__getitem__, (*begun, *stems))) < ENOUGH:
        return ()
    return (replace(term, run=(word,), prefix=True), *(replace(term, run=(stem,)) for stem in stems))


def phrases(one: Term, other: Term, wider: Sequence[Node], library: Library) -> tuple[Term, ...]:
    """What may stand for two neighbours that the library has nowhere beside each other ("get rebase").

    Not where it has one of the two, and surely what stands for the other (``wider``).
    """
    run = (*one.run, *other.run)
    text = analysis.normal(f"{one.form} {other.form}", "")
    if one.prefix or other.prefix or one.in_title or other.in_title or not _NAME.fullmatch(text):
        return ()
    alike = [part for node in wider for part in _flat(node) if isinstance(part, Term)]
    if any(map(library.count, run)) and any(_SURELY <= part.worth < 1 for part in alike):
        return ()
    return () if any(library.said([run])) else _likely(text, run, library)


def _likely(text: str, run: Sequence[str], library: Library) -> tuple[Term, ...]:
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
    places = list(_said(ways, order(known), library))
    for place, by_sound in zip(places, chances(known[places]), strict=True):
        chance, way = _chance(ways[place], by_sound), ways[place]
        if _is_likely(chance, way, vocabulary):
            yield chance, way


def _as_term(chance: float, way: Way) -> Term:
    return Term(way.run, worth=min(_AS_ALIKE + (1 - _AS_ALIKE) * chance, _AT_MOST), heard=way.heard)


def _chance(way: Way, by_sound: float) -> float:
    return max(float(by_sound), _MISTYPED) if way.mistyped else float(by_sound)


def _is_likely(chance: float, way: Way, vocabulary: Vocabulary) -> bool:
    return chance >= _LEAST and chance >= (1 - chance) * _WRONG * _passages(way, vocabulary)


def _passages(way: Way, vocabulary: Vocabulary) -> int:
    """In how many passages a way may be among the first hits, about."""
    return min(vocabulary.counts[way.run[0]], _HITS) if len(way.words) == 1 else _FEW


def _said(ways: Sequence[Way], places: Iterable[int], library: Library) -> Iterator[int]:
    """The places of those that the library has: of words it does; of several only the first are looked for."""
    several = [place for place in places if len(ways[place].run) > 1]
    tried = [place for place in several if ways[place].spelled][:_SPELLED]
    tried += [place for place in several if not ways[place].spelled][:_TRIED]
    yield from (place for place, way in enumerate(ways) if len(way.run) == 1)
    yield from itertools.compress(tried, library.said([ways[place].run for place in tried]))


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
