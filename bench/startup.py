"""How long the command line takes from nothing to its answer."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path

from bench import measure
from bench.corpus import ALL, built
from bench.episodes import ingested, truths
from bench.table import Settings, Skipped, Table

HELP_S, SEARCH_S = 0.25, 0.4

QUERIES = ("kubernetes", '"garbage collection"', "open source money", "javscript")
"""A frequent word, a phrase, words that are everywhere, and a misspelt word, for which the words of the whole library
are looked through: asked of the large index."""

EXPLANATION = """\
Each command in a new process, {times} times after one that is not counted (so files are in the system's
cache). The large index holds transcripts of real podcasts in passages of about 70 s."""


def run(settings: Settings) -> Table:
    """Start commands again and again, in a small library and in a large one."""
    rows = [
        _timed(settings, "Python alone", None, "-c", "pass"),
        _timed(settings, "`podpipe --help`", HELP_S, "-m", "podpipe", "--help"),
        *_searches(settings, "one episode", ingested(settings, truths()[0]).library, ("OOM killer",)),
        *_in_corpus(settings),
    ]
    return Table(
        "From command to answer",
        EXPLANATION.format(times=_times(settings)),
        ("Command", "Where", "Target", "Best", "Median", "Peak memory"),
        tuple(rows),
    )


def _times(settings: Settings) -> int:
    return 3 if settings.quick else 10


def _timed(
    settings: Settings, name: str, target_s: float | None, *command: str | Path, where: str = ""
) -> tuple[str, ...]:
    measure.python(*command)
    runs = [measure.python(*command) for _ in range(_times(settings))]
    seconds = [run.seconds for run in runs]
    return (
        name,
        where,
        f"≤ {target_s} s{', ≤ 120 MB' if target_s == SEARCH_S else ''}" if target_s else "–",
        f"{min(seconds):.2f} s",
        f"{statistics.median(seconds):.2f} s",
        f"{max(run.peak_bytes for run in runs) / 1e6:.0f} MB",
    )


def _searches(settings: Settings, where: str, library: Path, queries: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for query in queries:
        command = ("-m", "podpipe", "search", query, "--library", library)
        yield _timed(settings, f"`podpipe search '{query}'`", SEARCH_S, *command, where=where)


def _in_corpus(settings: Settings) -> Iterator[tuple[str, ...]]:
    wanted = 20_000 if settings.quick else ALL
    try:
        there = built(settings, "whoosh", wanted)
    except Skipped as reason:
        yield ("`podpipe search`", f"large index skipped: {reason}", "", "", "", "")
        return
    size = sum(file.stat().st_size for file in there.folder.iterdir())
    where = f"{there.episodes:,} episodes, {there.passages:,} passages ({size / 1e6:.0f} MB)"
    yield from _searches(settings, where, there.folder.parent, QUERIES)
