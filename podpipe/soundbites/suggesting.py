"""Suggests soundbites: whole sentences, within a chapter, that name most of what the episode is about.

That is all it knows. Whether a stretch is witty, moving or wrong, only a person hears: nothing that is suggested is
kept or published by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from podpipe.prose import PAUSE_MS, ends_sentence
from podpipe.search import Index
from podpipe.search.digests import digests
from podpipe.search.documents import Candidate, Spoken, candidate
from podpipe.search.keyterms import spelled
from podpipe.search.trends import telling

SHORTEST_MS, LONGEST_MS = 15_000, 60_000
"""A minute is enough to be passed on; the podcast namespace allows two."""

LEAST = 3
"""Key terms that a suggestion names at least: with fewer, one stretch is as good as another."""

_KEY_TERMS = 12
"""Of an episode, the most telling ones."""
_BREATH_MS = 200
"""Is left before and after the words, as far as nobody else speaks there: their times are not exact to the sound."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A stretch, its chapter, what is said in it, and which of the key terms that is."""

    start_ms: int
    end_ms: int
    chapter: str
    text: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What an episode is about, most telling first, and the stretches that name most of it, best first."""

    terms: tuple[str, ...]
    listed: tuple[Suggestion, ...]


def suggest(index: Index, folder: Path, episode_id: str, openings: Collection[int], *, limit: int) -> Suggestions:
    """Stretches of 15 to 60 s that don't overlap; among those that name the same, the shorter one.

    ``folder`` is the index's. ``openings`` are starts (ms) of chapters that are left out: an opening names all topics
    and tells of none.

    Raises:
        SearchError: the index can't be read.
    """
    weights = telling(digests(index, folder)).get(episode_id, {})
    documents = sorted(map(candidate, index.stored(episode_id)), key=lambda one: one.start_ms)
    forms = spelled(weights, documents)
    keys = {term: weights[term] for term in [term for term in weights if term in forms][:_KEY_TERMS]}
    passages = [one for one in documents if one.text]
    has_chapters = any(one.chapter for one in passages)
    told = [one for one in passages if one.chapter_start_ms not in openings and (one.chapter or not has_chapters)]
    found: list[tuple[float, int, Suggestion]] = []
    for _, run in groupby(told, key=lambda one: one.chapter_start_ms):
        found += _stretches(list(run), keys, forms)
    found.sort(key=lambda each: (-each[0], each[1], each[2].start_ms))
    chosen: list[Suggestion] = []
    for _, _, one in found:
        is_apart = all(one.end_ms <= other.start_ms or other.end_ms <= one.start_ms for other in chosen)
        if is_apart and len(chosen) < limit:
            chosen.append(one)
    return Suggestions(tuple(forms[term] for term in keys), tuple(chosen))


def _stretches(
    chapter: Sequence[Candidate], keys: dict[str, float], forms: dict[str, str]
) -> Iterator[tuple[float, int, Suggestion]]:
    """All stretches of a chapter that may be suggested: what their key terms weigh, and how long they are."""
    sentences = [sentence for passage in chapter for sentence in passage.sentences]
    names = [{term for term in keys if f" {term} " in sentence.terms} for sentence in sentences]
    for first in range(len(sentences)):
        if first and not _is_end(sentences[first - 1], sentences[first]):
            continue
        named: set[str] = set()
        for last in range(first, len(sentences)):
            named |= names[last]
            length_ms = sentences[last].end_ms - sentences[first].start_ms
            if length_ms > LONGEST_MS:
                break
            is_whole = last + 1 == len(sentences) or _is_end(sentences[last], sentences[last + 1])
            if length_ms >= SHORTEST_MS and is_whole and len(named) >= LEAST:
                made = _made(sentences, first, last, chapter[0].chapter, tuple(forms[t] for t in keys if t in named))
                yield sum(keys[term] for term in named), length_ms, made


def _made(sentences: Sequence[Spoken], first: int, last: int, chapter: str, terms: tuple[str, ...]) -> Suggestion:
    before_ms = sentences[first - 1].end_ms if first else sentences[0].start_ms
    after_ms = sentences[last + 1].start_ms if last + 1 < len(sentences) else sentences[last].end_ms
    return Suggestion(
        max(sentences[first].start_ms - _BREATH_MS, before_ms),
        min(sentences[last].end_ms + _BREATH_MS, after_ms),
        chapter,
        " ".join(sentence.text for sentence in sentences[first : last + 1]),
        terms,
    )


def _is_end(sentence: Spoken, following: Spoken) -> bool:
    """Whether a sentence ends, and was not only cut because it is long."""
    return ends_sentence(sentence.text.rpartition(" ")[2]) or following.start_ms - sentence.end_ms >= PAUSE_MS
