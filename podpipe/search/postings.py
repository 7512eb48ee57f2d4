"""What Whoosh's postings answer, a block at a time.

Whoosh's own matchers go from document to document, each step some calls of Python. Here a block of postings is read
at once, and what several words have in common is found by sets of documents. What is found is the same, and so is
its score (BM25).
"""

from __future__ import annotations

import functools
import heapq
import io
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any as Foreign

from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.structfile import StructFile
from whoosh.reading import TermNotFound
from whoosh.scoring import bm25
from whoosh.util.numeric import byte_to_length

from podpipe.search.blocks import Block, Reader, document_lengths, word_counts
from podpipe.search.query import All, Any, Node, Term

Counted = dict[tuple[str, str], dict[str, int]]
"""Of a segment, which never changes, and a field: the words, and in how many documents each is."""

Scores = dict[int, float]
"""Documents of a segment in their order, and their scores."""

_K1, _B = 1.2, 0.75
"""Of BM25, as Whoosh has them."""

_REMEMBERED = 1000
"""Words of which a segment remembers where their postings are."""


class Postings:
    """The postings of an index, as a searcher of Whoosh's sees it; ``counted`` remembers the words of its segments."""

    def __init__(self, searcher: Foreign, counted: Counted) -> None:
        scoring = functools.lru_cache(_REMEMBERED)(functools.partial(_Scoring, searcher))
        self._segments = [
            (offset, leaf, _Segment(leaf.reader(), scoring))
            for leaf, offset in searcher.leaf_searchers()
            if leaf.reader().segment()  # an empty index has none
        ]
        self._counted = counted

    def best(self, node: Node, field: str, within: Foreign, limit: int) -> list[tuple[int, float]]:
        """Documents that have what is asked for and their scores, the best first; among equals the older.

        ``within`` is a query of Whoosh's that they must answer too, or None.
        """
        found: list[tuple[float, int]] = []
        bar = _Bar(limit)
        for offset, leaf, segment in self._segments:
            wanted = None if within is None else sorted(set(within.docs(leaf)))
            scores = segment.scores(node, field, wanted, bar)
            found += [(-score, offset + number) for number, score in scores.items() if score >= bar.least]
            found = heapq.nsmallest(limit, found)
            bar = bar.raised([-score for score, _ in found])
            segment.forget()
        return [(number, -score) for score, number in found]

    def said(self, runs: Iterable[Sequence[str]], field: str) -> Iterator[bool]:
        """Of each run of words whether a document has them beside each other."""
        try:
            for run in runs:
                yield any(segment.said(run, field) for _, _, segment in self._segments)
        finally:
            for _, _, segment in self._segments:
                segment.forget()

    @property
    def segments(self) -> str:
        """The names of the segments, none of which ever changes."""
        return " ".join(sorted(segment.name for _, _, segment in self._segments))

    def counts(self, field: str) -> dict[str, int]:
        """All words of a field in order, and in how many documents each is, with those that were deleted."""
        keys = {(segment.name, field): segment for _, _, segment in self._segments}
        for gone in self._counted.keys() - keys.keys():
            del self._counted[gone]
        for key in keys.keys() - self._counted.keys():
            self._counted[key] = dict(keys[key].counts(field))
        largest, *others = sorted(self._counted.values(), key=len, reverse=True) or [{}]
        counts = largest.copy()
        for words in others:
            for word, count in words.items():
                counts[word] = counts.get(word, 0) + count
        return {word: counts[word] for word in sorted(counts)}


@dataclass(frozen=True, slots=True)
class _Bar:
    """So many of the best are asked for; what can't have more than ``least`` is not among them."""

    limit: int
    least: float = 0.0

    def raised(self, scores: Collection[float]) -> _Bar:
        """The bar once there are documents that have so much."""
        if len(scores) < self.limit:
            return self
        return replace(self, least=max(self.least, heapq.nlargest(self.limit, scores)[-1]))


class _Segment:
    """The postings of a segment; ``scoring`` gives a word's in a field."""

    def __init__(self, reader: Foreign, scoring: Callable[[str, str], _Scoring]) -> None:
        self._reader, self._scoring = reader, scoring
        self.name: str = reader.segment().segment_id()
        self._file = reader.segment().open_file(reader.storage(), W3Codec.POSTS_EXT)
        self._info = functools.lru_cache(_REMEMBERED)(self._read_info)
        self._lengths = functools.cache(functools.partial(document_lengths, reader))
        self._known: dict[tuple[str, str], dict[int, Block]] = {}
        self._known_numbers: dict[tuple[str, str], dict[int, Sequence[int]]] = {}

    def counts(self, field: str) -> Iterator[tuple[str, int]]:
        """The words of a field, and in how many documents each is."""
        return word_counts(self._reader, field)

    def forget(self) -> None:
        """Let go of the blocks that were read for phrases."""
        self._known.clear()
        self._known_numbers.clear()

    def said(self, run: Sequence[str], field: str) -> bool:
        """Whether a document has words beside each other; mostly none has all, which their numbers alone tell."""
        wanted: list[int] | None = None
        for word in sorted(run, key=lambda word: self._count(field, [word])):
            there = self._numbers(field, word, wanted)
            wanted = sorted(there if wanted is None else there.intersection(wanted))
            if not wanted:
                return False
        return bool(self._phrase([[word] for word in run], field, wanted))

    def scores(self, node: Node, field: str, wanted: Sequence[int] | None = None, bar: _Bar | None = None) -> Scores:
        """What has it among the documents that are wanted, which are in order (None: all).

        What can't reach the bar may be left out.
        """
        if isinstance(node, All):
            return self._all(node, field, wanted, bar)
        if isinstance(node, Any):
            return self._any(node, field, wanted, bar)
        field, words = _field(node, field), self._words(node, field)
        if len(words) == 1:
            return _sum([self._word(field, word, wanted) for word in words[0]])
        return self._phrase(words, field, wanted)

    def _all(self, node: All, field: str, wanted: Sequence[int] | None, bar: _Bar | None) -> Scores:
        """What has the rarest is looked through for the others."""
        if len(node.parts) == 1 and not node.without:
            return self.scores(node.parts[0], field, wanted, bar)
        first, *others = sorted(node.parts, key=lambda part: self._size(part, field))
        found = self.scores(first, field, wanted)
        for part in others:
            more = self.scores(part, field, list(found)) if found else {}
            found = {number: found[number] + score for number, score in more.items()}
        for part in node.without:
            gone = self.scores(part, field, list(found)) if found else {}
            found = {number: score for number, score in found.items() if number not in gone}
        return found

    def _any(self, node: Any, field: str, wanted: Sequence[int] | None, bar: _Bar | None) -> Scores:
        """What is worth most is looked for first; what alone can't reach the bar, only beside what was found.

        The rule is MaxScore (Turtle and Flood, 1995).
        """
        if bar is None:
            return _sum([self.scores(part, field, wanted) for part in node.parts])
        parts = sorted(((self._most(part, field), part) for part in node.parts), key=lambda pair: -pair[0])
        left = sum(most for most, _ in parts)
        found: Scores = {}
        for most, part in parts:
            bar = bar.raised(found.values())
            among = (
                wanted if left >= bar.least else [number for number, has in found.items() if has + left >= bar.least]
            )
            found = _sum([found, self.scores(part, field, among)])
            left -= most
        return found

    def _word(self, field: str, word: str, wanted: Sequence[int] | None) -> Scores:
        scoring, lengths, deleted = self._scoring(field, word), self._lengths(field), self._reader.deleted_docs_set
        counts: dict[int, float] = {}
        for block in self._blocks(field, word, wanted):
            counts.update(zip(block.numbers, block.counts, strict=True))
        numbers = counts if wanted is None else filter(counts.__contains__, wanted)
        return {number: scoring[counts[number], lengths[number]] for number in numbers if number not in deleted}

    def _phrase(self, words: Sequence[Sequence[str]], field: str, wanted: Sequence[int] | None) -> Scores:
        """Words beside each other; of those that may stand at a place, any."""
        there: list[dict[str, dict[int, tuple[float, bytes]]]] = [{} for _ in words]
        among = None if wanted is None else set(wanted)
        for place in sorted(range(len(words)), key=lambda place: self._count(field, words[place])):
            for word in words[place]:
                has = there[place][word] = {}
                for block in self._blocks(field, word, wanted, self._known.setdefault((field, word), {})):
                    pairs = zip(block.numbers, zip(block.counts, block.places, strict=True), strict=True)
                    has.update(pairs if among is None else (pair for pair in pairs if pair[0] in among))
            among = set().union(*there[place].values()) - self._reader.deleted_docs_set
            wanted = sorted(among)
            if not wanted:
                return {}
        decode, lengths = self._reader.schema[field].format.decode_positions, self._lengths(field)
        scores: Scores = {}
        for number in wanted or ():
            if _is_run(
                {p for has in these.values() if number in has for p in decode(has[number][1])} for these in there
            ):
                scores[number] = sum(
                    self._scoring(field, word)[has[number][0], lengths[number]]
                    for these in there
                    for word, has in these.items()
                    if number in has
                )
        return scores

    def _words(self, term: Term, field: str) -> list[Sequence[str]]:
        """What may stand at each place of a run: the word, or what begins so."""
        *words, last = term.run
        endings = [ending.decode() for ending in self._reader.expand_prefix(field, last)] if term.prefix else [last]
        return [*([word] for word in words), endings]

    def _size(self, node: Node, field: str) -> int:
        """At most so many documents have it."""
        if isinstance(node, Term):
            field = _field(node, field)
            return min(self._count(field, words) for words in self._words(node, field))
        sizes = [self._size(part, field) for part in node.parts]
        return min(sizes) if isinstance(node, All) else sum(sizes)

    def _most(self, node: Node, field: str) -> float:
        """No document has a higher score."""
        if isinstance(node, Term):
            field = _field(node, field)
            words = itertools.chain.from_iterable(self._words(node, field))
            return sum(self._scoring(field, word).most(info) for word in words if (info := self._info(field, word)))
        return sum(self._most(part, field) for part in node.parts)

    def _count(self, field: str, words: Sequence[str]) -> int:
        return sum(info.doc_frequency() for word in words if (info := self._info(field, word)))

    def _blocks(
        self, field: str, word: str, wanted: Sequence[int] | None, known: dict[int, Block] | None = None
    ) -> Iterator[Block]:
        """The postings of a word, in blocks that may have documents that are wanted (None: all)."""
        reader = self._postings(field, word)
        if reader is not None:
            yield from reader.blocks(wanted, known)

    def _numbers(self, field: str, word: str, wanted: Sequence[int] | None) -> set[int]:
        """The documents that have a word, of blocks that may have some that are wanted (None: all)."""
        reader = self._postings(field, word)
        known = self._known_numbers.setdefault((field, word), {})
        return set().union(*reader.numbers(wanted, known)) if reader else set()

    def _postings(self, field: str, word: str) -> Reader | None:
        """What reads the postings of a word; None where no document has it."""
        info = self._info(field, word)
        if info is None:
            return None
        offset, (length,) = info.extent()  # so it comes from Whoosh
        file = StructFile(io.BytesIO(self._file.get(offset, length)))
        return Reader(file, 0, length, self._reader.schema[field].format)

    def _read_info(self, field: str, word: str) -> Foreign:
        try:
            return self._reader.term_info(field, word)
        except TermNotFound:
            return None


class _Scoring(dict[tuple[float, int], float]):
    """BM25 of a word by how often a document has it, and by the document's length as Whoosh keeps it."""

    def __init__(self, searcher: Foreign, field: str, word: str) -> None:
        self._idf, self._average = searcher.idf(field, word), searcher.avg_field_length(field) or 1

    def __missing__(self, key: tuple[float, int]) -> float:
        weight, length = key
        self[key] = score = float(bm25(self._idf, weight, byte_to_length(length), self._average, _B, _K1))
        return score

    def most(self, info: Foreign) -> float:
        """The highest score that it has in a segment."""
        return float(bm25(self._idf, info.max_weight(), info.min_length() or 0, self._average, _B, _K1))


def _field(term: Term, field: str) -> str:
    """Where a term is looked for in documents of a text or a title."""
    return "topic" if term.in_title and field == "text" else field


def _sum(found: Sequence[Scores]) -> Scores:
    """Documents of all, in their order, with what they have in each."""
    if len(found) == 1:
        return found[0]
    scores: Scores = {}
    for some in found:
        for number, score in some.items():
            scores[number] = scores.get(number, 0.0) + score
    return dict(sorted(scores.items()))


def _is_run(places: Iterable[set[int]]) -> bool:
    """Whether there are places one after the other."""
    ends: set[int] | None = None
    for here in places:
        ends = here if ends is None else {end + 1 for end in ends} & here
        if not ends:
            return False
    return True
