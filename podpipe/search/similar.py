"""More like this: episodes and chapters that share rare terms with one."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from podpipe.errors import SearchError
from podpipe.search import Index
from podpipe.search.documents import Candidate, candidate
from podpipe.search.keyterms import counted, spelled
from podpipe.search.query import All, Query, Term

_ASKED = 30
"""Terms by which candidates are found, the most telling ones."""
_PASSAGES = 300
"""Passages that are looked at for where candidates are."""
_CLOSER = 3
"""Times as many as wanted are compared as a whole."""
_SHARED = 5
_LEAST = 0.05
"""Less alike are any two that have some common words of talk."""


@dataclass(frozen=True, slots=True)
class Similar:
    """An episode, or a chapter of one (``chapter`` is empty for a whole episode), that is like another."""

    episode_id: str
    episode_title: str
    show: str
    published: datetime | None
    enclosure: str
    chapter: str
    start_ms: int
    likeness: float
    """Cosine of the angle between the tf-idf weights of both (Salton, Wong and Yang, 1975), 0 to 1."""
    shared: tuple[str, ...]
    """The terms that make them alike, the most telling first."""


Place = tuple[str, int | None]
"""An episode's id, and the start (ms) of a chapter of it, or None for the whole."""


def similar(index: Index, episode_id: str, chapter_start_ms: int | None = None, *, limit: int = 10) -> list[Similar]:
    """Episodes like this one; or, with the start of a chapter, chapters of other episodes that are like it.

    Raises:
        SearchError: the index lacks the episode or chapter, or can't be read.
    """
    passages = _passages(index, (episode_id, chapter_start_ms))
    if not passages:
        raise SearchError(
            f"the index has nothing that is said in {episode_id} there; podpipe index verify looks into it"
        )
    weigh, counts = _Weigher(index.rarity), counted(passages)
    target = weigh(counts)
    by_chapter = chapter_start_ms is not None
    nearest = _nearest(index, episode_id, target, by_chapter=by_chapter)[: _CLOSER * limit]
    found = []
    for place in nearest:
        theirs = _passages(index, place)
        their_counts = counted(theirs)
        weights = weigh(their_counts)
        products = {term: weight * weights[term] for term, weight in target.items() if term in weights}
        likeness = sum(products.values())
        if likeness >= _LEAST:
            shared = _shared(products, {run for run in counts if " " in run and run in their_counts})
            found.append((likeness, theirs, shared))
    found.sort(key=lambda each: (-each[0], each[1][0].episode_id, each[1][0].start_ms))
    return [_similar(*each, by_chapter=by_chapter) for each in found[:limit]]


class _Weigher:
    """Counts to tf-idf weights of length 1; what the index says of a term is remembered."""

    def __init__(self, rarity: Callable[[Term], float]) -> None:
        self._rarity = rarity
        self._known: dict[str, float] = {}

    def __call__(self, counts: Counter[str]) -> dict[str, float]:
        """The weight of each single term."""
        weights = {term: (1 + math.log(count)) * self._of(term) for term, count in counts.items() if " " not in term}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {term: weight / length for term, weight in weights.items()}

    def _of(self, term: str) -> float:
        if term not in self._known:
            self._known[term] = max(self._rarity(Term((term,))), 0.0)
        return self._known[term]


def _passages(index: Index, place: Place) -> list[Candidate]:
    """What is said there, in order of time."""
    episode_id, start_ms = place
    documents = map(candidate, index.stored(episode_id))
    passages = [one for one in documents if one.text and start_ms in (None, one.chapter_start_ms)]
    return sorted(passages, key=lambda one: one.start_ms)


def _nearest(index: Index, episode_id: str, target: dict[str, float], *, by_chapter: bool) -> list[Place]:
    """Where the most telling terms are said, in other episodes, by the engine's own scores."""
    asked = sorted(target, key=lambda term: (-target[term], term))[:_ASKED]
    query = Query(All(tuple(Term((term,)) for term in asked)))
    scores: dict[Place, float] = defaultdict(float)
    for match in index.find(query, any_term=True, limit=_PASSAGES):
        one = match.candidate
        if one.episode_id != episode_id and one.text:
            scores[one.episode_id, one.chapter_start_ms if by_chapter else None] += match.score
    return sorted(scores, key=lambda place: (-scores[place], place[0], place[1] or 0))


def _shared(products: dict[str, float], runs: set[str]) -> list[str]:
    """The terms that make two alike, most first; where both have two of them together, those as one."""
    best = sorted(products, key=lambda term: (-products[term], term))[: 3 * _SHARED]
    found: dict[str, None] = {}
    for term in best:
        run = next((run for run in sorted(runs) if term in run.split() and set(run.split()) <= set(best)), term)
        if not any(term in other.split() for other in found):
            found[run] = None
    return list(found)[: 2 * _SHARED]


def _similar(likeness: float, passages: Sequence[Candidate], common: Sequence[str], *, by_chapter: bool) -> Similar:
    forms = spelled(common, passages)
    shared = dict.fromkeys(forms[term] for term in common if term in forms)
    first = passages[0]
    return Similar(
        first.episode_id,
        first.episode_title,
        first.show,
        datetime.fromisoformat(first.published) if first.published else None,
        first.enclosure,
        first.chapter if by_chapter else "",
        first.chapter_start_ms if by_chapter else 0,
        likeness,
        tuple(shared)[:_SHARED],
    )
