"""A piece of what was said, with the words that were asked for marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from podpipe.models import Snippet
from podpipe.search import analysis
from podpipe.search.query import Query, Term

ROOM = 180
"""Characters of a snippet."""


def snippet(text: str, query: Query, language: str = "en", also: Sequence[str] = ()) -> Snippet:
    """At most about 180 characters around the first match, cut at words, with the matches marked.

    ``also`` are words of the text that match though they are not of the query.
    """
    found = _merged([*_said(text, query, language), *_places(text, also)], text)
    if len(text) <= ROOM:
        return Snippet(text, tuple(found))
    first = found[0][0] if found else 0
    start = 0 if first < ROOM // 2 else text.rfind(" ", 0, first - ROOM // 3) + 1
    end = len(text) if len(text) - start <= ROOM else max(text.rfind(" ", start, start + ROOM), start + 1)
    before, after = "…" if start else "", "…" if end < len(text) else ""
    by = len(before) - start
    inside = [(max(a, start) + by, min(b, end) + by) for a, b in found if b > start and a < end]
    return Snippet(before + text[start:end] + after, tuple(inside))


def _said(text: str, query: Query, language: str) -> Iterator[tuple[int, int]]:
    """Where a text has the words of a query; what sounds like one only where that itself is not there.

    What is only heard beside common words is told by who has looked for these.
    """
    spans = list(analysis.spans(text, language))
    for alternatives in query.said:
        as_asked = list(_runs(spans, [term for term in alternatives if term.worth == 1]))
        yield from as_asked or _runs(spans, [term for term in alternatives if term.worth < 1 and not term.heard])


def marks(text: str, terms: Sequence[Term], language: str = "en") -> list[tuple[int, int]]:
    """Where a text has one of these terms, in order; those that touch, or that a hyphen or the like joins, are one."""
    return _merged(_runs(list(analysis.spans(text, language)), terms), text)


def _runs(spans: Sequence[tuple[str, int, int]], terms: Sequence[Term]) -> Iterator[tuple[int, int]]:
    words = [word for word, _, _ in spans]
    for term in terms:
        for place in range(len(spans) - len(term.run) + 1):
            if _is_at(words, place, term):
                yield spans[place][1], spans[place + len(term.run) - 1][2]


def _merged(found: Iterable[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(set(found)):
        if merged and (start <= merged[-1][1] or re.fullmatch(r"\s*|[-_./]", text[merged[-1][1] : start])):
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _places(text: str, pieces: Sequence[str]) -> Iterator[tuple[int, int]]:
    for piece in pieces:
        start = text.find(piece)
        if start >= 0:
            yield start, start + len(piece)


def _is_at(words: Sequence[str], place: int, term: Term) -> bool:
    first = words[place]
    if term.run[0] != first and not (term.prefix and first.startswith(term.run[0])):
        return False
    run = tuple(words[place : place + len(term.run)])
    return run == term.run or (term.prefix and run[:-1] == term.run[:-1] and run[-1].startswith(term.run[-1]))
