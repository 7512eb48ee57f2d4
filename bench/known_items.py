"""Is what was talked about found? Titles of links from show notes, each with the episode that it belongs to."""

from __future__ import annotations

import re
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from bench.corpus import ALL, built, indexed
from bench.episodes import shared_data
from bench.fit_ranking import crossed
from bench.items import Item, known_items, name_of
from bench.table import Settings, Table
from podpipe.errors import SearchError
from podpipe.models import IndexedEpisode
from podpipe.search import ENGINES, Index, open_index, search

EXPLANATION = """\
Titles of links in the show notes of real shows, as queries; each belongs to one episode, though others may talk
of it too, so compare the rows. MRR: mean reciprocal rank of that episode (Voorhees, 1999), 0 after the tenth;
S@1 and S@10: share of the queries with it in first place, in the first ten. The weights of the ranking were
fitted on every other query (*fitted*); *held out* are the rest. *Each half by the other*: all queries, by
weights that are fitted anew, from equal ones on, on the half that a query is not in, so that none has a part in
its own. SQLite's FTS5 is asked plainly: all words, and where that finds nothing any, by its BM25, an episode as
good as its best passage. Building is in seconds of CPU for the {passages:,} passages of {episodes:,} episodes;
a query's time is that of its whole answer, with snippets."""

HEADER = ("Search", "Queries", "MRR", "S@1", "S@10", "Query: median", "95th percentile", "Built in", "Target")

_TARGET = "≥ 0.67, ≥ 0.57, ≥ 0.85"

Answer = Callable[[str], Sequence[str]]
"""A query's episodes, best first."""


def run(settings: Settings) -> Table:
    """Ask each engine for all known items."""
    archive = shared_data("corpus", "changelog-transcripts.tar.xz")
    items = known_items()
    wanted = 10_000 if settings.quick else ALL
    rows: list[tuple[str, ...]] = []
    for engine in ENGINES:
        there = built(settings, engine, wanted)
        with open_index(there.folder) as index:
            here = {name_of(episode_id) for episode_id in index.episode_ids()}
            items = [item for item in items if item.episode in here]  # --quick leaves most episodes out
            rows += _rows(f"podpipe on {engine}", items, _pipeline(index), there.seconds)
            rows.append(_crossed(f"podpipe on {engine}", items, index))
    database = settings.folder / "known-fts5.db"
    database.unlink(missing_ok=True)
    plain = sqlite3.connect(database)
    seconds, episodes, passages = _build_fts5(plain, indexed(archive, wanted))
    rows += _rows("SQLite FTS5", items, _fts5(plain), seconds)
    explanation = EXPLANATION.format(passages=passages, episodes=episodes)
    return Table("Known items", explanation, HEADER, tuple(rows))


def _rows(name: str, items: Sequence[Item], answer: Answer, built_s: float) -> Iterator[tuple[str, ...]]:
    target = _TARGET if name.startswith("podpipe") else "–"
    for half, chosen in (("fitted", items[::2]), ("held out", items[1::2])):
        ranks, times = [], []
        for item in chosen:
            started = time.perf_counter()
            episodes = list(dict.fromkeys(answer(item.query)))[:10]
            times.append((time.perf_counter() - started) * 1000)
            ranks.append(episodes.index(item.episode) + 1 if item.episode in episodes else 0)
        p95 = statistics.quantiles(times, n=20)[-1]
        yield (
            name,
            half,
            *_figures(ranks),
            f"{statistics.median(times):.1f} ms",
            f"{p95:.1f} ms",
            f"{built_s:.0f} s",
            target,
        )


def _crossed(name: str, items: Sequence[Item], index: Index) -> tuple[str, ...]:
    return (name, "each half by the other", *_figures(crossed(index, items)), "", "", "", _TARGET)


def _figures(ranks: Sequence[int]) -> tuple[str, ...]:
    """MRR, S@1 and S@10 of ranks; 0 is none."""
    measures = (
        [1 / rank if rank else 0 for rank in ranks],
        [rank == 1 for rank in ranks],
        [rank > 0 for rank in ranks],
    )
    return tuple(f"{statistics.fmean(values):.3f}" for values in measures)


def _pipeline(index: Index) -> Answer:
    def answer(query: str) -> Sequence[str]:
        try:
            return [name_of(hit.episode_id) for hit in search(index, query, limit=40).hits]
        except SearchError:  # a query of nothing but common words
            return ()

    return answer


def _build_fts5(database: sqlite3.Connection, episodes: Iterable[IndexedEpisode]) -> tuple[float, int, int]:
    """Seconds of CPU, episodes and passages."""
    database.execute("CREATE VIRTUAL TABLE said USING fts5(episode UNINDEXED, text, tokenize='porter unicode61')")
    seconds, count, size = 0.0, 0, 0
    for episode in episodes:
        texts = [" ".join(sentence.text for sentence in passage.sentences) for passage in episode.passages]
        started = time.process_time()
        database.executemany("INSERT INTO said VALUES (?, ?)", [(episode.episode.id, text) for text in texts])
        seconds += time.process_time() - started
        count, size = count + 1, size + len(texts)
    database.commit()
    return seconds, count, size


def _fts5(database: sqlite3.Connection) -> Answer:
    question = "SELECT episode, snippet(said, 1, '*', '*', '…', 30) FROM said WHERE said MATCH ? ORDER BY rank LIMIT 40"

    def answer(query: str) -> Sequence[str]:
        words = [f'"{word}"' for word in re.findall(r"\w+", query)]
        for joint in (" AND ", " OR "):
            if found := [name_of(row[0]) for row in database.execute(question, (joint.join(words),))]:
                return found
        return ()

    return answer
