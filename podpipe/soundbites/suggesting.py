"""Suggests soundbites: in each chapter the whole sentences that name most of what it is about.

That is all it knows. Whether a stretch is witty, moving or wrong, only a person hears: nothing that is suggested is
kept or published by itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from podpipe.errors import SearchError
from podpipe.prose import PAUSE_MS, ends_sentence
from podpipe.search import Index
from podpipe.search.documents import Candidate, Spoken, candidate
from podpipe.search.keyterms import counted, names, spelled
from podpipe.search.query import Term

SHORTEST_MS, LONGEST_MS = 15_000, 60_000
"""A minute is enough to be passed on; the podcast namespace allows two."""

_KEY_TERMS = 12
"""Of a chapter, the most telling ones."""
_LEAST = 3
"""Key terms that a suggestion names at least: with fewer, one stretch is as good as another."""
_TWICE = 2
"""How often a key term is said at least."""
_NAME = 1.6
"""What a name counts more."""
_PART = 0.5
"""A term that is said so often within a longer one is a part of it."""
_BREATH_MS = 200
"""Is left before and after the words, as far as nobody else speaks there: their times are not exact to the sound."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A stretch and its chapter, what is said in it, which key terms of the chapter that names, of how many."""

    start_ms: int
    end_ms: int
    chapter: str
    text: str
    terms: tuple[str, ...]
    of_terms: int
    weight: float
    """Of those terms together; among all stretches of an episode, the most comes first."""


def suggest(index: Index, episode_id: str, openings: Collection[int], *, limit: int) -> list[Suggestion]:
    """Stretches of 15 to 60 s that don't overlap, best first; of those that name the same, the shorter one.

    A chapter's key terms are those said often in it and seldom in the library (tf-idf; Spärck Jones, 1972).
    ``openings`` are starts (ms) of chapters that are left out: an opening names all topics and tells of none.

    Raises:
        SearchError: the index can't be read, or lacks the episode.
    """
    documents = list(map(candidate, index.stored(episode_id)))
    if not documents:
        raise SearchError(f"{episode_id} is not in the index; podpipe index verify --fix puts it in")
    passages = [one for one in documents if one.text]
    has_chapters = any(one.chapter for one in passages)
    told = [one for one in passages if one.chapter_start_ms not in openings and (one.chapter or not has_chapters)]
    told.sort(key=lambda one: one.start_ms)
    found = [
        stretch
        for _, chapter in groupby(told, key=lambda one: one.chapter_start_ms)
        for stretch in _stretches(list(chapter), index.rarity)
    ]
    found.sort(key=lambda one: (-one.weight, one.end_ms - one.start_ms, one.start_ms))
    chosen: list[Suggestion] = []
    for one in found:
        is_apart = all(one.end_ms <= other.start_ms or other.end_ms <= one.start_ms for other in chosen)
        if is_apart and len(chosen) < limit and (not has_chapters or one.chapter not in {c.chapter for c in chosen}):
            chosen.append(one)
    return chosen


def _stretches(chapter: Sequence[Candidate], rarity: Callable[[Term], float]) -> Iterator[Suggestion]:
    """All stretches of a chapter that may be suggested."""
    keys, forms = _key_terms(chapter, rarity)
    sentences = [sentence for passage in chapter for sentence in passage.sentences]
    named_in = [{term for term in keys if f" {term} " in sentence.terms} for sentence in sentences]
    for first in range(len(sentences)):
        if first and not _is_end(sentences[first - 1], sentences[first]):
            continue
        named: set[str] = set()
        for last in range(first, len(sentences)):
            named |= named_in[last]
            length_ms = sentences[last].end_ms - sentences[first].start_ms
            if length_ms > LONGEST_MS:
                break
            is_whole = last + 1 == len(sentences) or _is_end(sentences[last], sentences[last + 1])
            if length_ms >= SHORTEST_MS and len(named) >= _LEAST and is_whole:
                yield Suggestion(
                    *_times(sentences, first, last),
                    chapter[0].chapter,
                    " ".join(sentence.text for sentence in sentences[first : last + 1]),
                    tuple(forms[term] for term in keys if term in named),
                    len(keys),
                    sum(keys[term] for term in named),
                )


def _key_terms(
    chapter: Sequence[Candidate], rarity: Callable[[Term], float]
) -> tuple[dict[str, float], dict[str, str]]:
    """The most telling terms with what each weighs, most first, and how they are written."""
    counts, named = counted(chapter, least=_TWICE), names(chapter)
    forms = spelled(counts, chapter)
    runs = [term for term in forms if " " in term]
    parts = {stem for run in runs for stem in run.split() if counts[run] >= _PART * counts[stem]}
    weights = {
        term: (1 + math.log(counts[term]))
        * max(rarity(Term(tuple(term.split()))), 0.0)
        * (_NAME if all(2 * named[stem] >= counts[stem] for stem in term.split()) else 1)
        for term in forms.keys() - parts
    }
    best: dict[str, str] = {}
    for term in sorted(weights, key=lambda term: (-weights[term], term)):
        best.setdefault(forms[term], term)
    keys = list(best.values())[:_KEY_TERMS]
    return {term: weights[term] for term in keys}, forms


def _times(sentences: Sequence[Spoken], first: int, last: int) -> tuple[int, int]:
    """Start and end (ms) of some sentences, with a breath where others of the chapter leave one."""
    before_ms = sentences[first - 1].end_ms if first else sentences[0].start_ms
    after_ms = sentences[last + 1].start_ms if last + 1 < len(sentences) else sentences[-1].end_ms
    return max(sentences[first].start_ms - _BREATH_MS, before_ms), min(sentences[last].end_ms + _BREATH_MS, after_ms)


def _is_end(sentence: Spoken, following: Spoken) -> bool:
    """Whether a sentence ends, and was not only cut because it is long."""
    return ends_sentence(sentence.text.rpartition(" ")[2]) or following.start_ms - sentence.end_ms >= PAUSE_MS
