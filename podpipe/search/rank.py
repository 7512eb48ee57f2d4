"""Candidates to hits: the same over every engine, on the stored text."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime

from podpipe.models import Hit, Sentence, Snippet
from podpipe.search import Candidate, analysis
from podpipe.search.query import Query, Term

_ROOM = 180
_NEARLY_AS_GOOD = 0.75


def ranked(candidates: Sequence[Candidate], query: Query) -> tuple[Hit, ...]:
    """One hit for each chapter, best first; it starts at the first sentence that matches.

    Within a chapter the earliest passage is taken that is nearly as good as the best.
    """
    share = Counter(candidate.episode_id for candidate in candidates)
    chapters: dict[tuple[str, int], list[tuple[float, Candidate]]] = defaultdict(list)
    for candidate in candidates:
        score = _score(candidate, query) + 0.1 * share[candidate.episode_id] / len(candidates)
        chapters[candidate.episode_id, candidate.chapter_start_ms].append((score, candidate))
    hits = []
    for group in chapters.values():
        best = max(score for score, _ in group)
        good = [candidate for score, candidate in group if score >= _NEARLY_AS_GOOD * best]
        spoken = [candidate for candidate in good if candidate.sentences]
        chosen = min(spoken or good, key=lambda candidate: candidate.start_ms)
        hits.append((best, _hit(chosen, query, best)))
    return tuple(hit for _, hit in sorted(hits, key=lambda pair: (-pair[0], pair[1].episode_id, pair[1].start_ms)))


def _score(candidate: Candidate, query: Query) -> float:
    """The engine's score, tempered, and for each alternative found: how often, how near, whether in the title."""
    stems = [stem for stem, _, _ in _spans(candidate)]
    title = [stem for stem, _, _ in analysis.spans(candidate.chapter)]
    found = titled = 0.0
    for alternatives in query.terms:
        times = max(_count(stems, term) for term in alternatives)
        found += min(times, 5) / 5 * 0.5 + 0.5 * bool(times)
        titled += any(_count(title, term) for term in alternatives)
    wanted = len(query.terms)
    return (
        candidate.score / (candidate.score + 10)
        + found / wanted
        + 0.8 * (titled == wanted)
        + 0.4 * _adjacent(stems, query)
        + 0.2 * (not candidate.sentences)
    )


def _spans(candidate: Candidate) -> list[tuple[str, int, int]]:
    text = " ".join(sentence.text for sentence in candidate.sentences) or candidate.chapter
    return list(analysis.spans(text))


def _count(stems: Sequence[str], term: Term) -> int:
    size = len(term.run)
    return sum(_is_at(stems, place, term) for place in range(len(stems) - size + 1))


def _is_at(stems: Sequence[str], place: int, term: Term) -> bool:
    run = tuple(stems[place : place + len(term.run)])
    return run == term.run or (term.prefix and run[:-1] == term.run[:-1] and run[-1].startswith(term.run[-1]))


def _adjacent(stems: Sequence[str], query: Query) -> float:
    """Share of neighbouring query terms that are neighbours in the text."""
    firsts = [alternatives[0].run for alternatives in query.terms]
    pairs = list(itertools.pairwise(firsts))
    joined = sum(_count(stems, Term((*left, *right))) > 0 for left, right in pairs)
    return joined / len(pairs) if pairs else 0.0


def _hit(candidate: Candidate, query: Query, score: float) -> Hit:
    sentence = _first_match(candidate.sentences, query)
    text = _around(candidate.sentences, sentence) if sentence else candidate.chapter or candidate.episode_title
    return Hit(
        episode_id=candidate.episode_id,
        episode_title=candidate.episode_title,
        show=candidate.show,
        published=datetime.fromisoformat(candidate.published) if candidate.published else None,
        chapter=candidate.chapter,
        chapter_start_ms=candidate.chapter_start_ms,
        start_ms=sentence.start_ms if sentence else candidate.start_ms,
        end_ms=sentence.end_ms if sentence else candidate.end_ms,
        snippet=snippet(text, query),
        score=score,
        enclosure=candidate.enclosure,
    )


def _first_match(sentences: Sequence[Sentence], query: Query) -> Sentence | None:
    """The first of the sentences that have most of the query's terms."""
    counts = [sum(any(_in(s, term) for term in alternatives) for alternatives in query.terms) for s in sentences]
    return sentences[counts.index(max(counts))] if sentences else None


def _in(sentence: Sentence, term: Term) -> bool:
    return _count([stem for stem, _, _ in analysis.spans(sentence.text)], term) > 0


def _around(sentences: Sequence[Sentence], sentence: Sentence) -> str:
    """The sentence, and while there is room those after it."""
    text = ""
    for following in sentences[sentences.index(sentence) :]:
        if text and len(text) + len(following.text) > _ROOM:
            break
        text = f"{text} {following.text}".strip()
    return text


def snippet(text: str, query: Query) -> Snippet:
    """At most about 180 characters around the first match, cut at words, with the matches marked."""
    marks = _marks(text, query)
    if len(text) > _ROOM:
        first = marks[0][0] if marks else 0
        start = 0 if first < _ROOM // 2 else text.rfind(" ", 0, first - _ROOM // 3) + 1
        end = len(text) if len(text) - start <= _ROOM else max(text.rfind(" ", start, start + _ROOM), start + 1)
        before, after = "…" if start else "", "…" if end < len(text) else ""
        text = before + text[start:end] + after
        marks = _marks(text, query)
    return Snippet(text, tuple(marks))


def _marks(text: str, query: Query) -> list[tuple[int, int]]:
    spans = list(analysis.spans(text))
    stems = [stem for stem, _, _ in spans]
    found = {
        (spans[place][1], spans[place + len(term.run) - 1][2])
        for alternatives in query.terms
        for term in alternatives
        for place in range(len(stems) - len(term.run) + 1)
        if _is_at(stems, place, term)
    }
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and (start <= merged[-1][1] or re.fullmatch(r"\s*", text[merged[-1][1] : start])):
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
