"""An index in figures, and when it is time for another engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from podpipe.search import Index, engine_of
from podpipe.search.documents import candidate

CHANGE_AT = 300_000
"""Passages from which on Whoosh takes more than 100 ms for one query in twenty (``docs/benchmarks.md``)."""

SOON_AT = CHANGE_AT * 2 // 3


@dataclass(frozen=True, slots=True)
class Stats:
    """An index in figures."""

    engine: str
    episodes: int
    passages: int
    titles: int
    deleted: int
    """Documents that were replaced or taken out, and still take room until ``podpipe index optimize``."""
    segments: int
    size_bytes: int
    hours: float
    """What is spoken, from the beginning of each episode to its last word."""
    languages: tuple[str, ...]
    shows: int
    first_day: str
    last_day: str
    advice: str


def stats(index: Index, folder: Path) -> Stats:
    """Count what is in the index in this folder.

    Raises:
        SearchError: it can't be read.
    """
    passages = titles = 0
    ends_ms: dict[str, int] = {}
    shows: set[str] = set()
    days: set[str] = set()
    for data in index.stored():
        one = candidate(data)
        if one.text:
            passages += 1
        else:
            titles += 1
        ends_ms[one.episode_id] = max(ends_ms.get(one.episode_id, 0), one.end_ms)
        shows.add(one.show)
        days.add(one.published[:10])
    shape = index.shape()
    engine = engine_of(folder) or ""
    return Stats(
        engine,
        len(ends_ms),
        passages,
        titles,
        shape.deleted,
        shape.segments,
        sum(path.stat().st_size for path in folder.iterdir() if path.is_file()),
        round(sum(ends_ms.values()) / 3_600_000, 2),
        index.languages(),
        len(shows - {""}),
        min(days - {""}, default=""),
        max(days - {""}, default=""),
        advice(engine, passages),
    )


def advice(engine: str, passages: int) -> str:
    """Whether another engine would do better, a sentence."""
    if engine == "tantivy":
        return "tantivy is the engine for large archives; there is none to change to."
    change = "pip install 'podpipe[tantivy]', then podpipe reindex --engine tantivy"
    if passages >= CHANGE_AT:
        return f"Whoosh is slow with so many passages: {change}."
    if passages >= SOON_AT:
        return f"From {CHANGE_AT:,} passages on Whoosh gets slow, and that is near: {change}."
    return f"Whoosh is quick enough up to some {CHANGE_AT:,} passages; from then on tantivy is the engine."
