"""How long the command line takes from nothing to its answer."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from pathlib import Path

from bench import measure
from bench.episodes import ingested, shared_data, truths
from bench.table import Settings, Skipped, Table

HELP_S, SEARCH_S = 0.25, 0.4

QUERIES = ("kubernetes", '"garbage collection"', "open source money")
"""A frequent word, a phrase, words that are everywhere: asked of the large index."""


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
        ("Command", "Where", "Target", "Best", "Median"),
        tuple(rows),
    )


def _times(settings: Settings) -> int:
    return 3 if settings.quick else 10


def _timed(
    settings: Settings, name: str, target_s: float | None, *command: str | Path, where: str = ""
) -> tuple[str, ...]:
    measure.python(*command)
    seconds = [measure.python(*command).seconds for _ in range(_times(settings))]
    return (
        name,
        where,
        f"≤ {target_s} s" if target_s else "–",
        f"{min(seconds):.2f} s",
        f"{statistics.median(seconds):.2f} s",
    )


def _searches(settings: Settings, where: str, library: Path, queries: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for query in queries:
        command = ("-m", "podpipe", "search", query, "--library", library)
        yield _timed(settings, f"`podpipe search '{query}'`", SEARCH_S, *command, where=where)


def _in_corpus(settings: Settings) -> Iterator[tuple[str, ...]]:
    library = settings.folder / "corpus"
    wanted = min(settings.passages, 20_000) if settings.quick else settings.passages
    try:
        archive = shared_data("corpus", "changelog-transcripts.tar.xz")
    except Skipped as reason:
        yield ("`podpipe search`", f"large index skipped: {reason}", "", "", "")
        return
    built = json.loads(measure.python("-m", "bench.corpus", archive, library / "index", str(wanted)).output)
    size = sum(file.stat().st_size for file in (library / "index").iterdir())
    where = (
        f"{built['episodes']:,} episodes, {built['passages']:,} passages "
        f"({size / 1e6:.0f} MB, indexed in {built['seconds'] / 60:.1f} min)"
    )
    yield from _searches(settings, where, library, QUERIES)
