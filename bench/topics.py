"""What a library talks about, what is like an episode, and what is related: how long that takes."""

from __future__ import annotations

import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import islice

from bench.corpus import indexed
from bench.episodes import shared_data
from bench.table import Settings, Table
from podpipe.models import IndexedEpisode
from podpipe.search import open_index
from podpipe.search.digests import digests
from podpipe.search.related import related
from podpipe.search.similar import similar
from podpipe.search.trends import topics

EXPLANATION = """\
On tantivy, {passages:,} passages of {episodes:,} episodes of real shows; seconds of CPU, medians of {rounds} where
there are several. *First* is without anything remembered, *again* with what the first has left beside the index.
*Counting* is the plain way: every word of every transcript is counted anew, by episodes."""

HEADER = ("What", "CPU", "Target")

_ROUNDS = 20
_ALL = 10**9
_AT_ONCE = 100
_QUERIES = ("kubernetes", "memory leak", "open source funding", "code review", '"machine learning"')


def run(settings: Settings) -> Table:
    """Ask an index of the corpus for its topics, and for what is like some of its episodes."""
    archive = shared_data("corpus", "changelog-transcripts.tar.xz")
    folder = settings.folder / "topics"
    wanted = 10_000 if settings.quick else _ALL
    words: list[str] = []
    with open_index(folder, create=True, engine="tantivy") as index:
        rest = iter(indexed(archive, wanted))
        passages = 0
        while some := list(islice(rest, _AT_ONCE)):
            index.add(some)
            passages += sum(len(episode.passages) for episode in some)
            words += map(_text, some)
        ids = sorted(index.episode_ids())
        some_ids = ids[:: max(len(ids) // _ROUNDS, 1)][:_ROUNDS]
        rows = (
            ("podpipe topics, first", _seconds(lambda: topics(index, digests(index, folder))), "≤ 30 s"),
            ("podpipe topics, again", _seconds(lambda: topics(index, digests(index, folder))), "≤ 3 s"),
            ("Counting", _seconds(lambda: _count(words)), "–"),
            ("podpipe similar EPISODE", _median(lambda name: similar(index, name), some_ids), "≤ 0.5 s"),
            ("podpipe search --related", _median(lambda query: related(index, query), _QUERIES), "≤ 0.2 s"),
        )
    explanation = EXPLANATION.format(passages=passages, episodes=len(ids), rounds=_ROUNDS)
    return Table("Topics and likeness", explanation, HEADER, rows)


def _text(episode: IndexedEpisode) -> str:
    return " ".join(sentence.text for passage in episode.passages for sentence in passage.sentences)


def _count(texts: Iterable[str]) -> Counter[str]:
    return Counter(word for text in texts for word in set(re.findall(r"\w+", text.casefold())))


def _seconds(work: Callable[[], object]) -> str:
    started = time.process_time()
    work()
    return f"{time.process_time() - started:.2f} s"


def _median(work: Callable[[str], object], asked: Iterable[str]) -> str:
    times = []
    for one in asked:
        started = time.process_time()
        work(one)
        times.append(time.process_time() - started)
    return f"{statistics.median(times):.2f} s"
