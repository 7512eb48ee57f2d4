"""What is said first under a title: the snippet of a hit whose title alone was asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from podpipe.models import Hit
from podpipe.search import Index
from podpipe.search.documents import Candidate, candidate
from podpipe.search.query import Query
from podpipe.search.rank import around
from podpipe.search.snippets import snippet


def told(index: Index, query: Query, hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """The hits, those of a chapter with its first sentences in place of its title. Raises SearchError."""
    return tuple(_told(index, query, hit) if hit.chapter else hit for hit in hits)


def _told(index: Index, query: Query, hit: Hit) -> Hit:
    said = [one for one in map(candidate, index.stored(hit.episode_id)) if one.text and _is_of(one, hit)]
    first = min(said, key=lambda one: one.start_ms, default=None)
    if first is None:
        return hit
    text = around(first.sentences, first.sentences[0])
    return replace(hit, snippet=snippet(text, query, first.language))


def _is_of(passage: Candidate, hit: Hit) -> bool:
    return (passage.chapter, passage.chapter_start_ms) == (hit.chapter, hit.chapter_start_ms)
