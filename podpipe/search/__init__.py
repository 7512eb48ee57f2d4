"""Search: the seam that index engines fit into, and the one question that is asked of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from podpipe.models import Hit, IndexedEpisode, Sentence
from podpipe.search.query import Query, parse


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage, or a chapter known by its title alone (then without sentences), and the engine's score."""

    episode_id: str
    episode_title: str
    show: str
    published: str
    enclosure: str
    chapter: str
    chapter_start_ms: int
    start_ms: int
    end_ms: int
    sentences: tuple[Sentence, ...]
    score: float = 0.0


class Index(Protocol):
    """An index engine. One process writes at a time, others wait; readers never do."""

    @property
    def identity(self) -> str:
        """Another one after the index was made anew, so that what was indexed can be told from what is."""

    def __enter__(self) -> Index: ...

    def __exit__(self, *_: object) -> None: ...

    def add(self, episode: IndexedEpisode) -> None:
        """Put an episode in place of what is known of it. Raises SearchError."""

    def add_all(self, episodes: Sequence[IndexedEpisode]) -> None:
        """The same for many at once."""

    def candidates(self, query: Query, *, any_term: bool, limit: int) -> list[Candidate]:
        """The best matches by the engine's own score, with all terms or any. Raises SearchError."""

    def episode_ids(self) -> set[str]:
        """Ids of all episodes that are indexed."""


@dataclass(frozen=True, slots=True)
class Results:
    """Hits, best first, and what the user should know of how they were found."""

    hits: tuple[Hit, ...]
    notes: tuple[str, ...] = ()


def open_index(folder: Path, *, create: bool = False) -> Index:
    """The index in a folder.

    Raises:
        SearchError: there is none, or it is damaged; ``podpipe reindex`` makes it again.
    """
    from podpipe.search.whoosh import WhooshIndex

    return WhooshIndex(folder, create=create)


def search(index: Index, text: str, *, limit: int = 10, show: str | None = None, since: date | None = None) -> Results:
    """Answer a query: all terms, and where too few have them, any of them.

    Raises:
        SearchError: the query can't be understood.
    """
    from podpipe.search.rank import ranked

    query = parse(text, show=show, since=since)
    notes: list[str] = []
    found = index.candidates(query, any_term=False, limit=100)
    if len(found) < 10 and len(query.terms) > 1:
        seen = {(c.episode_id, c.start_ms, bool(c.sentences)) for c in found}
        more = index.candidates(query, any_term=True, limit=100)
        if not found and more:
            notes.append("Nothing has all of these words; here is what has some of them.")
        found += [c for c in more if (c.episode_id, c.start_ms, bool(c.sentences)) not in seen]
    return Results(ranked(found, query)[:limit], tuple(notes))
