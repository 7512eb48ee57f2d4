"""What is read of Whoosh's postings in blocks, beside the documents themselves and Whoosh's own score of each word."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any as Foreign

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from library_of_talk import episode
from whoosh import query as q
from whoosh.filedb.filestore import FileStorage

from podpipe.search import open_index
from podpipe.search.documents import candidate
from podpipe.search.postings import Postings
from podpipe.search.query import All, Any, Node, Term

WORDS = ["kernel", "swap", "page", "cache", "driver", "kern", "zram", "fork"]
OFTEN = [40, 20, 10, 5, 3, 2, 1, 1]


@dataclass(frozen=True)
class Corpus:
    """An index of many blocks and segments, some of it deleted; the terms of its documents, and Whoosh's scores."""

    searcher: Foreign
    postings: Postings
    terms: dict[int, list[str]]
    scores: dict[str, dict[int, float]]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    folder = tmp_path_factory.mktemp("postings") / "index"
    chance = random.Random(7)
    with open_index(folder, create=True) as index:
        for part in range(3):
            index.add([_episode(f"{part}-{number}", chance) for number in range(30)])
        index.remove([f"{part}-{number}" for part in range(2) for number in range(0, 30, 4)])
    with FileStorage(str(folder), supports_mmap=False).open_index().searcher() as searcher:
        numbers = searcher.reader().all_doc_ids()
        terms = {number: candidate(searcher.stored_fields(number)["data"]).terms.split() for number in numbers}
        scores = {
            word: {hit.docnum: hit.score for hit in searcher.search(q.Term("text", word), limit=None)} for word in WORDS
        }
        assert len(list(searcher.leaf_searchers())) > 1 and max(map(len, scores.values())) > 300
        yield Corpus(searcher, Postings(searcher, {}), terms, scores)


def _episode(name: str, chance: random.Random) -> Foreign:
    topics = {
        f"Topic {number}": [" ".join(chance.choices(WORDS, OFTEN, k=chance.randrange(1, 7)))] for number in range(6)
    }
    return episode(name, topics)


def expected(node: Node, number: int, corpus: Corpus) -> float | None:
    """The score of a document by the definition of each node; None where it has not what is asked for."""
    if isinstance(node, Term):
        return _of_run(node, number, corpus)
    scores = [expected(part, number, corpus) for part in node.parts]
    has = [score for score in scores if score is not None]
    if isinstance(node, Any):
        return sum(has) if has else None
    gone = any(expected(part, number, corpus) is not None for part in node.without)
    return sum(has) if len(has) == len(scores) and not gone else None


def _of_run(term: Term, number: int, corpus: Corpus) -> float | None:
    there = corpus.terms[number]
    *words, last = ([word] for word in term.run)
    places = [*words, [word for word in WORDS if word.startswith(last[0])] if term.prefix else last]
    begins = range(len(there) - len(places) + 1)
    if not any(all(there[at + by] in choices for by, choices in enumerate(places)) for at in begins):
        return None
    return sum(corpus.scores[word].get(number, 0.0) for choices in places for word in choices)


words = st.sampled_from(WORDS)
terms = st.builds(Term, st.lists(words, min_size=1, max_size=3).map(tuple), prefix=st.booleans())
nodes: st.SearchStrategy[Node] = st.recursive(
    terms,
    lambda inner: st.one_of(
        st.builds(Any, st.lists(inner, min_size=1, max_size=4).map(tuple)),
        st.builds(All, st.lists(inner, min_size=1, max_size=3).map(tuple), st.lists(inner, max_size=2).map(tuple)),
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(node=nodes, limit=st.sampled_from([1, 5, 40, 10_000]), within=st.sampled_from([None, "1-7", "2-1"]))
def test_the_best_are_those_that_are_the_best_of_all(
    corpus: Corpus, node: Node, limit: int, within: str | None
) -> None:
    narrowed = q.Term("episode", within) if within else None
    found = corpus.postings.best(node, "text", narrowed, limit)
    ids = {number: corpus.searcher.stored_fields(number)["episode"] for number in corpus.terms}
    scores = {number: expected(node, number, corpus) for number, id in ids.items() if within in (None, id)}
    right = sorted(((number, score) for number, score in scores.items() if score is not None), key=_order)[:limit]
    assert [round(score, 6) for _, score in found] == [round(score, 6) for _, score in right]
    assert all(scores[number] == pytest.approx(score) for number, score in found)


def _order(pair: tuple[int, float]) -> tuple[float, int]:
    return -pair[1], pair[0]


def test_runs_are_said_or_not(corpus: Corpus) -> None:
    runs = [("kernel", "swap"), ("zram", "zram", "zram", "zram"), ("kernel", "nothing"), ("swap", "kernel")]
    said = [any(_of_run(Term(run), number, corpus) is not None for number in corpus.terms) for run in runs[:2]]
    assert list(corpus.postings.said(runs, "text")) == [*said, False, True]


@pytest.mark.parametrize("field", ["text", "title", "show", "speakers"])
def test_the_dictionary_is_as_whoosh_reads_it(corpus: Corpus, field: str) -> None:
    read = corpus.searcher.reader().iter_field(field)
    right = {word.decode(): info.doc_frequency() for word, info in read}
    assert list(corpus.postings.counts(field).items()) == list(right.items())


def test_words_are_counted_again_where_an_index_has_changed(tmp_path: Path) -> None:
    chance = random.Random(7)
    with open_index(tmp_path / "index", create=True) as index, open_index(tmp_path / "index") as other:
        for number in range(8):  # some commits merge what others wrote
            index.add([_episode(f"{number % 6}", chance)])
            with open_index(tmp_path / "index") as fresh:
                right = list(fresh.vocabulary().counts.items())
            assert list(other.vocabulary().counts.items()) == right
