"""What is talked of together with what was asked for: terms and chapters to search for next."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from podpipe.models import OPENING
from podpipe.search import CANDIDATES, PLENTY, Index, analysis
from podpipe.search.documents import Candidate
from podpipe.search.keyterms import query_for, spelled, terms_of
from podpipe.search.query import Query, Term, parse

_TERMS, _CHAPTERS = 8, 5
_LEAST, _FEW = 3, 2
"""Passages in which a term must be; and where few match at all."""


@dataclass(frozen=True, slots=True)
class RelatedTerm:
    """A term as it is written, the query that finds it, and in how many of the best passages it is."""

    text: str
    query: str
    passages: int


@dataclass(frozen=True, slots=True)
class RelatedChapter:
    """A chapter in which what was asked for comes up, though its title does not say so."""

    title: str
    query: str
    episode_id: str
    episode_title: str
    start_ms: int


@dataclass(frozen=True, slots=True)
class Related:
    """What a user may try next."""

    terms: tuple[RelatedTerm, ...]
    chapters: tuple[RelatedChapter, ...]


def related(index: Index, text: str, *, show: str | None = None, since: date | None = None) -> Related:
    """Terms that are far more frequent in the passages that match than elsewhere, and chapters with such passages.

    A term is scored by the growth of its share times the factor of it (JLH, as Elasticsearch's significant terms
    have it).

    Raises:
        SearchError: the query can't be understood, or the index not be read.
    """
    query = parse(text, show=show, since=since, languages=index.languages())
    if not query.tree.parts:
        return Related((), ())
    found = index.find(query, any_term=False, limit=CANDIDATES)
    if len(found) < PLENTY and len(query.tree.parts) > 1:
        found = index.find(query, any_term=True, limit=CANDIDATES)
    passages = [match.candidate for match in found if match.candidate.text]
    return Related(_terms(passages, query, index.rarity), _chapters(passages, query))


def _terms(passages: Sequence[Candidate], query: Query, rarity: Callable[[Term], float]) -> tuple[RelatedTerm, ...]:
    asked = {stem for alternatives in query.terms for term in alternatives for stem in term.run}
    counts = Counter(
        term
        for passage in passages
        for term in {term for sentence in passage.sentences for term in terms_of(sentence)}
        if not asked & set(term.split())
    )
    least = min(_LEAST, max(len(passages) // 2, _FEW))
    scores = {}
    for term, count in counts.items():
        if count >= least:
            here, everywhere = count / len(passages), min(math.exp(-rarity(Term(tuple(term.split())))), 1.0)
            scores[term] = (here - everywhere) * here / everywhere
    best = sorted((term for term in scores if scores[term] > 0), key=lambda term: (-scores[term], term))[: 6 * _TERMS]
    forms = spelled(best, passages)
    chosen: list[str] = []
    taken: set[str] = set()
    for term in best:
        if term not in forms or taken & set(analysis.terms(forms[term])):
            continue
        parts = set(term.split())
        longer = [t for t in best if parts < set(t.split()) and t in forms and counts[t] >= 0.6 * counts[term]]
        chosen.append(longer[0] if longer else term)
        taken |= set(analysis.terms(forms[chosen[-1]]))
        if len(chosen) == _TERMS:
            break
    return tuple(RelatedTerm(forms[term], query_for(forms[term]), counts[term]) for term in chosen)


def _chapters(passages: Sequence[Candidate], query: Query) -> tuple[RelatedChapter, ...]:
    asked = [{term.run for term in alternatives} for alternatives in query.terms]
    seen: dict[tuple[str, int], RelatedChapter] = {}
    for passage in passages:
        title = f" {passage.title_terms} "
        names_it = all(any(f" {' '.join(run)} " in title for run in runs) for runs in asked)
        if passage.chapter not in ("", OPENING) and not names_it:
            seen.setdefault(
                (passage.episode_id, passage.chapter_start_ms),
                RelatedChapter(
                    passage.chapter,
                    'topic:"{}"'.format(passage.chapter.replace('"', " ")),
                    passage.episode_id,
                    passage.episode_title,
                    passage.chapter_start_ms,
                ),
            )
    return tuple(seen.values())[:_CHAPTERS]
