"""Search: the seam that index engines fit into, and the one question that is asked of them."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from podpipe.errors import SearchError
from podpipe.models import Hit, IndexedEpisode
from podpipe.search.documents import Candidate
from podpipe.search.query import All, Query, Term, parse
from podpipe.search.vocabulary import Vocabulary

ENOUGH = 10
"""With fewer matches that have all of a query's words, what sounds like them is looked for too."""

PLENTY = 20
"""With fewer matches, those that have some of its words are taken too."""

_SUGGESTED = 3
"""So many other queries at most are suggested."""

CANDIDATES = 150
"""So many of an engine's best matches are looked at more closely."""


@dataclass(frozen=True, slots=True)
class Found:
    """A match, and the engine's score of it (BM25, Robertson and Zaragoza, 2009)."""

    candidate: Candidate
    score: float


@dataclass(frozen=True, slots=True)
class IndexShape:
    """How an index lies on the disk: what ``optimize`` may make less of."""

    documents: int
    deleted: int
    """Documents that were replaced or taken out, and still take room."""
    segments: int


class Index(Protocol):
    """An index engine. One process writes at a time, others wait; readers never do."""

    @property
    def identity(self) -> str:
        """Another one after the index was made anew, so that what was indexed can be told from what is."""

    def __enter__(self) -> Index: ...

    def __exit__(self, *_: object) -> None: ...

    def add(self, episodes: Sequence[IndexedEpisode], on_wait: Callable[[], None] = lambda: None) -> None:
        """Put episodes in place of what is known of them, all at once.

        Where another process writes, ``on_wait`` is called once, and then waited. Raises SearchError, LibraryError.
        """

    def remove(self, episode_ids: Sequence[str], on_wait: Callable[[], None] = lambda: None) -> None:
        """Take episodes out, all at once; waits as ``add`` does. Raises SearchError, LibraryError."""

    def tidy(self, on_begin: Callable[[], None] = lambda: None) -> None:
        """Do what adding leaves for later, so that no addition takes long; ``on_begin`` is called where that is much.

        Waits as ``add`` does. Raises SearchError.
        """

    def optimize(self, on_wait: Callable[[], None] = lambda: None) -> None:
        """Make searching as quick as it gets, without what was deleted; waits as ``add`` does. Raises SearchError."""

    def find(self, query: Query, *, any_term: bool, limit: int) -> list[Found]:
        """The best passages, and as many titles, by the engine's own score: with all parts of the query, or any.

        Raises SearchError.
        """

    def newest(self, query: Query) -> Iterator[bytes]:
        """The ``data`` of what a query is narrowed to: of the newest day first, in the end what has no day.

        Raises SearchError.
        """

    def rarity(self, term: Term) -> float:
        """Inverse document frequency of a term (natural logarithm; of a run that of its rarest)."""

    def said(self, runs: Iterable[Sequence[str]]) -> Iterator[bool]:
        """Of each run of terms whether a passage has them beside each other. Raises SearchError."""

    def count(self, term: str) -> int:
        """In how many passages a term is."""

    def vocabulary(self) -> Vocabulary:
        """All terms that passages have, as long as nothing changes the same object. Raises SearchError."""

    def episode_ids(self) -> set[str]:
        """Ids of all episodes that are indexed."""

    def languages(self) -> tuple[str, ...]:
        """Languages of the episodes that are indexed."""

    def stored(self, episode_id: str | None = None) -> Iterator[bytes]:
        """The ``data`` of all documents (``podpipe.search.documents``), or of one episode's. Raises SearchError."""

    def shape(self) -> IndexShape:
        """How it lies on the disk. Raises SearchError."""


@dataclass(frozen=True, slots=True)
class Results:
    """Hits, best first, and what the user should know of how they were found."""

    hits: tuple[Hit, ...]
    notes: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    """Queries like this one that would find something ("did you mean"), best first."""


ENGINES = ("whoosh", "tantivy")


def open_index(folder: Path, *, create: bool = False, engine: str | None = None) -> Index:
    """The index in a folder, by the engine that made it; ``engine`` is for one that is created (whoosh).

    Raises:
        SearchError: there is none, or it is damaged (``podpipe reindex`` makes it again), or its engine is missing;
            or it is somebody else's.
    """
    from podpipe.search import trust

    _await_swap(folder)
    trust.check(folder)
    if (engine_of(folder) or engine) == "tantivy":
        try:
            from podpipe.search.tantivy import TantivyIndex
        except ImportError as error:
            raise SearchError(f"{folder} needs tantivy; pip install 'podpipe[tantivy]'") from error
        return TantivyIndex(folder, create=create)
    from podpipe.search.whoosh import WhooshIndex

    return WhooshIndex(folder, create=create)


def _await_swap(folder: Path) -> None:
    """Wait for the moment between the two renames by which ``podpipe.reindex`` puts a new index in place."""
    for _ in range(500):
        if folder.exists() or not folder.with_name(".index-old").exists():
            return
        time.sleep(0.01)


def engine_of(folder: Path) -> str | None:
    """Which engine made the index in a folder; None where there is none."""
    if (folder / "meta.json").exists():
        return "tantivy"
    return "whoosh" if next(folder.glob("_*.toc"), None) else None


def search(
    index: Index,
    text: str,
    *,
    limit: int = 10,
    show: str | None = None,
    since: date | None = None,
    episode_id: str | None = None,
) -> Results:
    """Answer a query: all terms, and where too few have them, any of them; without terms the newest episodes.

    Raises:
        SearchError: the query can't be understood, or the index not be read.
    """
    from podpipe.search.listing import listed
    from podpipe.search.rank import ranked

    query = parse(text, show=show, since=since, languages=index.languages())
    query = replace(query, episode_id=episode_id)
    if not query.tree.parts:
        hits = listed(index, query, limit)
        notes = ["No word is asked for; here are the newest episodes."] if hits else _unknown(index, query)
        return Results(hits, tuple(notes))
    query, found, has_all = matches(index, query)
    hits = ranked(found, query, index.rarity, limit)
    if query.is_of_titles:
        from podpipe.search.beginnings import told

        hits = told(index, query, hits)
    notes = _notes(query, has_all=has_all) if hits else _unknown(index, query)
    return Results(hits, tuple(notes), _suggestions(text, query, hits))


def matches(index: Index, query: Query) -> tuple[Query, list[Found], bool]:
    """What may answer a query with terms: the query, made wider if need be, matches, and whether any has all terms.

    Raises:
        SearchError: the index can't be read.
    """
    from podpipe.search.alike.widen import widened

    found = index.find(query, any_term=False, limit=CANDIDATES)
    if len(found) < ENOUGH and (wider := widened(query, index, is_found=bool(found))) != query:
        query = wider
        found = _together(found, index.find(query, any_term=False, limit=CANDIDATES))
    has_all = bool(found)
    if len(found) < PLENTY and len(query.tree.parts) > 1:
        found = _together(found, index.find(query, any_term=True, limit=CANDIDATES))
    return query, found, has_all


def _notes(query: Query, *, has_all: bool) -> Iterator[str]:
    if not has_all:
        yield "Nothing has all of these words; here is what has some of them."
    for asked, *others in query.terms:
        if not asked.prefix and any(other.prefix and other.form == asked.form for other in others):
            yield f"Nothing has the word “{asked.form}”; here is what has words that begin so."


def _unknown(index: Index, query: Query) -> Iterator[str]:
    """What a query is narrowed to that is nowhere in the index."""
    anything = Query(All(()))
    if query.show and not any(index.newest(replace(anything, show=query.show))):
        yield f"No show here is called “{query.show}”."
    if query.speaker and not any(index.newest(replace(anything, speaker=query.speaker))):
        yield f"No speaker here is called “{query.speaker}”."
    is_of_days = query.since or query.until
    if is_of_days and not any(index.newest(replace(anything, since=query.since, until=query.until))):
        yield "No episode here is of these days."


def _suggestions(text: str, query: Query, hits: Sequence[Hit]) -> tuple[str, ...]:
    """The query, with what was found in place of a word, or two, that nobody said as it is spelled here."""
    heard = Counter(words.casefold() for hit in hits for words in hit.heard)
    said = dict.fromkeys(alternatives[0].form.casefold() for alternatives in query.terms if len(alternatives) > 1)
    if len(said) not in (1, 2) or any(len(hit.heard) == 0 for hit in hits):
        return ()
    asked = re.compile(rf"(?<!\w){r' +'.join(map(re.escape, said))}(?!\w)", re.IGNORECASE)
    found = []
    for words, _ in heard.most_common(_SUGGESTED):
        instead = f'"{words}"' if re.search(r"\W", words) and '"' not in text else words
        if len(said) == 1 or instead != words:
            found.append(instead.join(asked.split(text)))
    return tuple(query for query in dict.fromkeys(found) if query.casefold() != text.casefold())


def _together(found: list[Found], more: list[Found]) -> list[Found]:
    """Matches and those of others that are not among them."""
    seen = {match.candidate for match in found}
    return [*found, *(match for match in more if match.candidate not in seen)]
