"""A piece of what was said, with the words that were asked for marked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from podpipe.models import Snippet
from podpipe.search import analysis
from podpipe.search.query import Query, Term

ROOM = 180
"""Characters of a snippet."""


def snippet(text: str, query: Query, language: str = "en") -> Snippet:
    """At most about 180 characters around the first match, cut at words, with the matches marked."""
    marks = _marks(text, query, language)
    if len(text) > ROOM:
        first = marks[0][0] if marks else 0
        start = 0 if first < ROOM // 2 else text.rfind(" ", 0, first - ROOM // 3) + 1
        end = len(text) if len(text) - start <= ROOM else max(text.rfind(" ", start, start + ROOM), start + 1)
        before, after = "…" if start else "", "…" if end < len(text) else ""
        text = before + text[start:end] + after
        marks = _marks(text, query, language)
    return Snippet(text, tuple(marks))


def _marks(text: str, query: Query, language: str) -> list[tuple[int, int]]:
    spans = list(analysis.spans(text, language))
    terms = [term for term, _, _ in spans]
    found = {
        (spans[place][1], spans[place + len(term.run) - 1][2])
        for alternatives in query.terms
        for term in alternatives
        for place in range(len(spans) - len(term.run) + 1)
        if _is_at(terms, place, term)
    }
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and (start <= merged[-1][1] or re.fullmatch(r"\s*", text[merged[-1][1] : start])):
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _is_at(terms: Sequence[str], place: int, term: Term) -> bool:
    run = tuple(terms[place : place + len(term.run)])
    return run == term.run or (term.prefix and run[:-1] == term.run[:-1] and run[-1].startswith(term.run[-1]))
