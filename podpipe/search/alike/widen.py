"""A query made wider: terms that hardly are in the library, with what may stand for them.

Recognisers write what they don't know in other words: "wire guard", "cooper netties", "kafca"; and people mistype, or
type half a word.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from podpipe.search import ENOUGH, analysis
from podpipe.search.alike.instead import Library, instead
from podpipe.search.query import All, Any, Node, Query, Term
from podpipe.search.vocabulary import Vocabulary

_HALF_TYPED = 6
"""Letters of a word that may be half typed."""

_SURELY = 0.75
"""What is worth so much is what stands for a term."""

_SPLIT = 0.97
"""What is the same but for a space is hardly less than what was asked for."""

_NAME = re.compile(r"(?=.*[^\W\d_])\w[\w.'/ -]{1,38}\w")
"""What is looked for otherwise: three signs to forty, a letter among them; what is longer would take long."""


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
    begun = {part.form for part in node.parts if isinstance(part, Term) and part.prefix}
    wider = (
        (part,) if isinstance(part, Term) and part.form in begun else _flat(_widened(part, library, is_found=is_found))
        for part in node.parts
    )
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
    others = completed(term, library.vocabulary()) or instead(word, term.run, library)
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
    return () if any(library.said([run])) else instead(text, run, library)
