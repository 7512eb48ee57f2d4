"""How long a search takes as the library grows: podpipe on both engines, each engine used plainly, SQLite's FTS5."""

from __future__ import annotations

import json
import re
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import diagram
from bench.corpus import ALL, again_and_again, built, indexed
from bench.episodes import shared_data
from bench.measure import ROOT
from bench.table import Settings, Table
from podpipe.search import ENGINES, open_index, search

PLOT = ROOT / "docs" / "searching.svg"
SIZES = (12_000, 30_000, 60_000, ALL, 240_000, 480_000)
_ROUNDS = 5
SLOW_ENGINES_UP_TO = 120_000
"""Whoosh builds for minutes: larger indexes of it only where ``--passages`` asks for them."""

TARGETS = {("podpipe on whoosh", ALL): "≤ 20 / 60 ms; ≤ 140 s", ("podpipe on tantivy", 480_000): "≤ 5 / 20 ms",
           ("podpipe on tantivy", ALL): "≤ 15 s"}  # fmt: skip

EXPLANATION = """\
{queries} queries (terms, several words, phrases, beginnings of words, misspelt words) asked one after the other of an
index that is open, {rounds} times after a round that is not counted; the best of each counts, as other work may run on
the machine. It is the whole answer, ten hits with snippets. The passages are those of the corpus; beyond 120,000 the
same again under other ids. *Plainly*: the engine's own analyzer for English, its own query parser and its own
highlighter, as its documentation has it, one document a passage; it finds no misspelt word and groups nothing. FTS5 is
asked for all words, with `snippet()`. *Built in* is seconds of CPU, without reading the transcripts.

![Time of a search against the number of passages](searching.svg)"""

HEADER = ("Search", "Passages", "Median", "95th percentile", "Built in", "Target")

Ask = Callable[[str, str], object]
"""Answers a query (its kind, its text)."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One contender at one size; times in ms."""

    name: str
    size: int
    passages: int
    median: float
    late: float
    built_s: float


def run(settings: Settings) -> Table:
    """Every contender at every size that was asked for."""
    queries = [
        (row["kind"], row["q"]) for row in json.loads(shared_data("search", "latency_queries.json").read_bytes())
    ]
    sizes = SIZES[:1] if settings.quick else [n for n in SIZES if n <= max(settings.passages, 480_000) or n == ALL]
    found: list[Measured] = []
    for size in sizes:
        for contender in (*map(_podpipe, ENGINES), _plain_whoosh, _plain_tantivy, _fts5):
            found += _measured(contender, settings, size, queries)
    if not settings.quick:
        lines: dict[str, list[tuple[float, float]]] = {}
        for one in found:
            lines.setdefault(one.name, []).append((one.passages, one.late))
        diagram.write_growth(PLOT, lines)
    rows = sorted(found, key=lambda one: one.passages)
    return Table("Searching", EXPLANATION.format(queries=len(queries), rounds=_ROUNDS), HEADER, tuple(map(_row, rows)))


Contender = Callable[[Settings, int], tuple[str, Ask, float, int] | None]
"""Its name, how it is asked, the CPU seconds of building, and the passages; None where it is too slow to build."""


def _measured(
    contender: Contender, settings: Settings, size: int, queries: Sequence[tuple[str, str]]
) -> Iterator[Measured]:
    there = contender(settings, size)
    if there is None:
        return
    name, ask, seconds, passages = there
    for kind, query in queries:
        ask(kind, query)
    times = [min(_asked(ask, kind, query) for _ in range(_ROUNDS)) for kind, query in queries]
    yield Measured(name, size, passages, statistics.median(times), statistics.quantiles(times, n=20)[-1], seconds)


def _asked(ask: Ask, kind: str, query: str) -> float:
    started = time.perf_counter()
    ask(kind, query)
    return (time.perf_counter() - started) * 1000


def _row(one: Measured) -> tuple[str, ...]:
    return (
        one.name,
        f"{one.passages:,}",
        f"{one.median:.1f} ms",
        f"{one.late:.1f} ms",
        f"{one.built_s:.0f} s",
        TARGETS.get((one.name, one.size), "–"),
    )


def _is_too_slow(settings: Settings, size: int) -> bool:
    return size != ALL and size > max(SLOW_ENGINES_UP_TO, settings.passages)


def _podpipe(engine: str) -> Contender:
    def contender(settings: Settings, size: int) -> tuple[str, Ask, float, int] | None:
        if engine == "whoosh" and _is_too_slow(settings, size):
            return None
        there = built(settings, engine, size)
        index = open_index(there.folder)

        def ask(kind: str, query: str) -> object:
            return search(index, {"phrase": f'"{query}"', "prefix": f"{query}*"}.get(kind, query))

        return f"podpipe on {engine}", ask, there.seconds, there.passages

    return contender


def _plain_whoosh(settings: Settings, size: int) -> tuple[str, Ask, float, int] | None:
    from whoosh import index
    from whoosh.analysis import StemmingAnalyzer
    from whoosh.fields import ID, TEXT, Schema
    from whoosh.qparser import QueryParser

    if _is_too_slow(settings, size):
        return None
    folder = settings.folder / f"plain-whoosh-{size}"

    def build(texts: _Reading) -> None:
        folder.mkdir()
        made = index.create_in(folder, Schema(id=ID(stored=True), text=TEXT(StemmingAnalyzer(), stored=True)))
        writer = made.writer(limitmb=128)
        for name, text in texts:
            writer.add_document(id=name, text=text)
        writer.commit()

    seconds, passages = _once(folder, size, build, lambda: index.open_dir(folder).doc_count())
    opened = index.open_dir(folder)
    searcher, parser = opened.searcher(), QueryParser("text", opened.schema)

    def ask(kind: str, query: str) -> object:
        hits = searcher.search(parser.parse(_as_typed(kind, query)), limit=10)
        return [(hit["id"], hit.highlights("text")) for hit in hits]

    return "Whoosh plainly", ask, seconds, passages


def _plain_tantivy(settings: Settings, size: int) -> tuple[str, Ask, float, int]:
    import tantivy

    folder = settings.folder / f"plain-tantivy-{size}"
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True)
    builder.add_text_field("text", stored=True, tokenizer_name="en_stem")
    schema = builder.build()

    def build(texts: _Reading) -> None:
        folder.mkdir()
        writer = tantivy.Index(schema, path=str(folder)).writer()
        for name, text in texts:
            writer.add_document(tantivy.Document(id=name, text=text))
        writer.commit()
        writer.wait_merging_threads()

    seconds, passages = _once(folder, size, build, lambda: tantivy.Index.open(str(folder)).searcher().num_docs)
    opened = tantivy.Index.open(str(folder))

    def ask(kind: str, query: str) -> object:
        searcher = opened.searcher()
        parsed, _ = opened.parse_query_lenient(_as_typed(kind, query), ["text"], conjunction_by_default=True)
        snippets: Any = tantivy.SnippetGenerator.create(searcher, parsed, schema, "text")
        documents = [searcher.doc(address) for _, address in searcher.search(parsed, 10).hits]
        return [(found["id"], snippets.snippet_from_doc(found).to_html()) for found in documents]

    return "tantivy plainly", ask, seconds, passages


def _fts5(settings: Settings, size: int) -> tuple[str, Ask, float, int]:
    path = settings.folder / f"fts5-{size}" / "said.db"

    def build(texts: _Reading) -> None:
        path.parent.mkdir()
        database = sqlite3.connect(path)
        database.execute("CREATE VIRTUAL TABLE said USING fts5(id UNINDEXED, text, tokenize='porter unicode61')")
        database.executemany("INSERT INTO said VALUES (?, ?)", texts)
        database.commit()
        database.close()

    def count() -> int:
        return int(sqlite3.connect(path).execute("SELECT count(*) FROM said").fetchone()[0])

    seconds, passages = _once(path.parent, size, build, count)
    opened = sqlite3.connect(path)
    question = "SELECT id, snippet(said, 1, '*', '*', '…', 30) FROM said WHERE said MATCH ? ORDER BY rank LIMIT 10"

    def ask(kind: str, query: str) -> object:
        words = [f'"{word}"' for word in re.findall(r"\w+", query)]
        asked = {"phrase": f'"{query}"', "prefix": f"{' '.join(words)}*"}.get(kind, " ".join(words))
        return opened.execute(question, (asked,)).fetchall()

    return "SQLite FTS5", ask, seconds, passages


def _as_typed(kind: str, query: str) -> str:
    return {"phrase": f'"{query}"', "prefix": f"{query}*", "and": " AND ".join(query.split())}.get(kind, query)


def _texts(size: int) -> Iterator[tuple[str, str]]:
    archive = shared_data("corpus", "changelog-transcripts.tar.xz")
    for episode in indexed(archive, ALL) if size == ALL else again_and_again(archive, size):
        for passage in episode.passages:
            yield passage.id, " ".join(sentence.text for sentence in passage.sentences)


class _Reading:
    """Passages with their ids, and the CPU seconds that reading them takes."""

    def __init__(self, size: int) -> None:
        self._rest = _texts(size)
        self.seconds = 0.0

    def __iter__(self) -> _Reading:
        return self

    def __next__(self) -> tuple[str, str]:
        started = time.process_time()
        try:
            return next(self._rest)
        finally:
            self.seconds += time.process_time() - started


def _once(folder: Path, size: int, build: Callable[[_Reading], None], count: Callable[[], int]) -> tuple[float, int]:
    """CPU seconds and passages of what is built in a folder, unless it is there; without the reading."""
    said = folder / "built.json"
    if not said.exists():
        started, reading = time.process_time(), _Reading(size)
        build(reading)
        seconds = time.process_time() - started - reading.seconds
        said.write_text(json.dumps({"seconds": seconds, "passages": count()}))
    figures = json.loads(said.read_bytes())
    return figures["seconds"], figures["passages"]
