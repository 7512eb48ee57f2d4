"""An engine's matches, looked at closely: the best first, each from the sentence in which the words fall."""

from __future__ import annotations

import itertools
import math
import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from podpipe.models import Hit, Reason
from podpipe.search import Found
from podpipe.search.documents import APART, Candidate, Spoken
from podpipe.search.query import Query, Term
from podpipe.search.snippets import snippet

_NEARLY_AS_GOOD = 0.75

Rarity = Callable[[Term], float]


class Features(NamedTuple):
    """What speaks for a passage, each from 0 to 1.

    Shares are of the query's terms, weighted by their rarity. ``engine``: BM25, beside the best; ``together``: the
    share that the best of its sentences has; ``adjacent``: neighbours in the query that are neighbours here;
    ``exact``: in the very forms of the query; ``named``: with a capital where the query has none; ``episode``: in
    all matches of its episode together; ``much``: how often there, beside the episode that has most; ``titled``:
    all are in the topic's title; ``title``: the match is the title itself.
    """

    engine: float
    share: float
    often: float
    together: float
    near: float
    adjacent: float
    whole: float
    exact: float
    named: float
    episode: float
    much: float
    scored: float
    passages: float
    titled: float
    title: float


WEIGHTS = Features(
    engine=0.1,
    share=0,
    often=0,
    together=0.4,
    near=0,
    adjacent=0.2,
    whole=0,
    exact=0.6,
    named=0.2,
    episode=0.4,
    much=0.2,
    scored=0,
    passages=0,
    titled=0.8,
    title=0.2,
)
"""The first seven were fitted on every other known item of a corpus of real shows (``bench.known_items``)."""


def ranked(found: Sequence[Found], query: Query, rarity: Rarity, limit: int) -> tuple[Hit, ...]:
    """One hit for each topic, best first, at most ``limit``; it starts at the first sentence that matches.

    Within a topic the earliest passage is taken that is nearly as good as the best.
    """
    matcher = Matcher(query, rarity)
    topics: dict[tuple[str, int], list[tuple[float, Candidate, Features]]] = defaultdict(list)
    for match, features in zip(found, matcher.features(found), strict=True):
        candidate = match.candidate
        topics[candidate.episode_id, candidate.chapter_start_ms].append((score(features), candidate, features))
    hits = []
    for group in topics.values():
        best, _, features = max(group, key=lambda match: match[0])
        good = [candidate for score, candidate, _ in group if score >= _NEARLY_AS_GOOD * best]
        spoken = [candidate for candidate in good if candidate.text]
        hits.append((best, min(spoken or good, key=lambda candidate: candidate.start_ms), features))
    hits.sort(key=lambda hit: (-hit[0], hit[1].episode_id, hit[1].start_ms))
    return tuple(
        replace(_hit(candidate, query, matcher, best), reasons=reasons(features))
        for best, candidate, features in hits[:limit]
    )


def reasons(features: Features) -> tuple[Reason, ...]:
    """What a score is the sum of."""
    return tuple(
        Reason(name, value, weight)
        for name, value, weight in zip(Features._fields, features, WEIGHTS, strict=True)
        if value and weight
    )


def score(features: Features) -> float:
    """One number of all features, weighted."""
    return math.fsum(map(operator.mul, features, WEIGHTS))


class Matcher:
    """The terms of a query, and how to find them in terms that each stand between spaces."""

    def __init__(self, query: Query, rarity: Rarity) -> None:
        self._patterns = [tuple(_pattern(term) for term in alternatives) for alternatives in query.terms]
        weights = [max(rarity(term) for term in alternatives) for alternatives in query.terms]
        self._weights: list[float] = [weight / (sum(weights) or 1) for weight in weights]
        firsts = [alternatives[0].run for alternatives in query.terms]
        self._pairs = [_pattern(Term((*left, *right))) for left, right in itertools.pairwise(firsts)]
        self._whole = _pattern(Term(tuple(itertools.chain.from_iterable(firsts))))
        self._forms = [tuple(term.form.lower() for term in alternatives) for alternatives in query.terms]

    def features(self, found: Sequence[Found]) -> list[Features]:
        """The features of each match."""
        best = max((match.score for match in found), default=1.0) or 1.0
        texts = [_joined(match.candidate) for match in found]
        counts = list(map(self._counts, texts))
        episodes: dict[str, list[int]] = {}
        scores: dict[str, float] = defaultdict(float)
        numbers: dict[str, int] = defaultdict(int)
        for match, row in zip(found, counts, strict=True):
            name = match.candidate.episode_id
            before = episodes.get(name)
            episodes[name] = [a + b for a, b in zip(before, row, strict=True)] if before else row
            scores[name] += match.score
            numbers[name] += 1
        much = {episode: self._sum(map(math.log1p, row)) for episode, row in episodes.items()}
        whole = {episode: self._sum(map(bool, row)) for episode, row in episodes.items()}
        most = max(much.values(), default=0.0) or 1.0
        most_score = max(scores.values(), default=0.0) or 1.0
        made = []
        for match, text, row in zip(found, texts, counts, strict=True):
            candidate = match.candidate
            exact, named = self._forms_in(candidate)
            together, near = self._together(candidate, row)
            made.append(
                Features(
                    engine=match.score / best,
                    share=self._sum(map(bool, row)),
                    often=self._sum(n / (n + 1.0) for n in row),
                    together=together,
                    near=near,
                    adjacent=sum(pair in text for pair in self._pairs) / len(self._pairs) if self._pairs else 0.0,
                    whole=float(self._whole in text),
                    exact=exact,
                    named=named,
                    episode=whole[candidate.episode_id],
                    much=much[candidate.episode_id] / most,
                    scored=scores[candidate.episode_id] / most_score,
                    passages=1 - 1 / numbers[candidate.episode_id],
                    titled=float(self._share(candidate.title_terms) > 0.999),
                    title=float(not candidate.text),
                )
            )
        return made

    def share(self, sentence: Spoken) -> float:
        """How much of the query a sentence has."""
        return self._share(sentence.terms)

    def _share(self, text: str) -> float:
        found = 0.0
        for patterns, weight in zip(self._patterns, self._weights, strict=True):
            for pattern in patterns:
                if pattern in text:
                    found += weight
                    break
        return found

    def _together(self, candidate: Candidate, counts: Sequence[int]) -> tuple[float, float]:
        """The share that the best sentence has, and the best two that follow each other."""
        if sum(map(bool, counts)) < 2 or not candidate.text:
            share = max((weight for weight, count in zip(self._weights, counts, strict=True) if count), default=0.0)
            return (share, share) if candidate.text else (0.0, 0.0)
        lines = candidate.lines
        one = max(map(self._share, lines))
        two = max((self._share(a + b) for a, b in itertools.pairwise(lines)), default=one)
        return one, max(one, two)

    def _counts(self, text: str) -> list[int]:
        return [max(map(text.count, patterns)) for patterns in self._patterns]

    def _sum(self, values: Iterable[float]) -> float:
        return sum(map(operator.mul, self._weights, values))

    def _forms_in(self, candidate: Candidate) -> tuple[float, float]:
        """Which terms are here in a form that was typed; and which of them with a capital."""
        text = candidate.text or candidate.chapter
        lower = text.lower()
        exact = named = 0.0
        for forms, weight in zip(self._forms, self._weights, strict=True):
            places = [place for form in forms for place in _places(lower, form)]
            if places:
                exact += weight
                if len(lower) == len(text) and any(text[place].isupper() for place in places):
                    named += weight
        return exact, named


def _places(text: str, form: str) -> Iterator[int]:
    """Where a form stands in a text as whole words."""
    place = text.find(form) if form else -1
    while place >= 0:
        end = place + len(form)
        if not text[place - 1 : place].isalnum() and not text[end : end + 1].isalnum():
            yield place
        place = text.find(form, end)


def _pattern(term: Term) -> str:
    return " " + " ".join(term.run) + ("" if term.prefix else " ")


def _joined(candidate: Candidate) -> str:
    """The terms of a candidate, one after the other, each between spaces."""
    text = candidate.terms.replace("\n ", "") if candidate.text else candidate.title_terms
    return APART.join((text, *(alias.terms for alias in candidate.aliases))) if candidate.aliases else text


def _hit(candidate: Candidate, query: Query, matcher: Matcher, score: float) -> Hit:
    sentences = candidate.sentences
    sentence = max(sentences, key=matcher.share, default=None)
    text = _around(sentences, sentence) if sentence else candidate.chapter or candidate.episode_title
    return Hit(
        episode_id=candidate.episode_id,
        episode_title=candidate.episode_title,
        show=candidate.show,
        published=datetime.fromisoformat(candidate.published) if candidate.published else None,
        chapter=candidate.chapter,
        chapter_start_ms=candidate.chapter_start_ms,
        start_ms=sentence.start_ms if sentence else candidate.start_ms,
        end_ms=sentence.end_ms if sentence else candidate.end_ms,
        snippet=snippet(text, query, candidate.language),
        score=score,
        enclosure=candidate.enclosure,
    )


def _around(sentences: Sequence[Spoken], sentence: Spoken) -> str:
    """The sentence, and while there is room those after it."""
    text = ""
    for following in sentences[sentences.index(sentence) :]:
        if text and len(text) + len(following.text) > 180:
            break
        text = f"{text} {following.text}".strip()
    return text
