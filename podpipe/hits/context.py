"""The sentences around a hit."""

from __future__ import annotations

import re
from dataclasses import dataclass

from podpipe.models import Hit, Snippet
from podpipe.search import Index
from podpipe.search.documents import Spoken, candidate


@dataclass(frozen=True, slots=True)
class Context:
    """What is said around a hit, and when."""

    snippet: Snippet
    start_ms: int
    end_ms: int


def around(index: Index, hit: Hit, count: int) -> Context:
    """The hit's sentence with so many before and after it, across passages and chapters; marked as the hit is.

    Raises:
        SearchError: the index can't be read.
    """
    sentences = spoken(index, hit.episode_id)
    first = next((n for n, sentence in enumerate(sentences) if sentence.end_ms > hit.start_ms), len(sentences))
    part = sentences[max(first - count, 0) : first + count + 1]
    if not part:
        return Context(hit.snippet, hit.start_ms, hit.end_ms)
    text = " ".join(sentence.text for sentence in part)
    return Context(_marked(text, hit.snippet), part[0].start_ms, part[-1].end_ms)


def spoken(index: Index, episode_id: str) -> list[Spoken]:
    """All sentences of an episode in order of time. Raises SearchError."""
    passages = map(candidate, index.stored(episode_id))
    return sorted((one for passage in passages for one in passage.sentences), key=lambda one: one.start_ms)


def _marked(text: str, snippet: Snippet) -> Snippet:
    """A longer text with the words marked that are marked in a snippet."""
    words = sorted({snippet.text[start:end] for start, end in snippet.marks}, key=len, reverse=True)
    if not words:
        return Snippet(text)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)
    return Snippet(text, tuple(match.span() for match in pattern.finditer(text)))
