"""Whoosh: the default engine, and the one module that borders on it.

An index's table of contents is a pickle, and reading a crafted one runs code: the folder belongs to
the library's owner alone, is never taken from elsewhere, and can be made again at any time.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from whoosh import query as q
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.fields import ID, STORED, TEXT, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, EmptyIndexError, LockError
from whoosh.writing import OPTIMIZE

from podpipe.errors import SearchError
from podpipe.models import IndexedEpisode
from podpipe.search import Found, IndexShape, identity
from podpipe.search.alone import alone
from podpipe.search.documents import TEXTS, Document, candidate, documents, speaker_terms
from podpipe.search.postings import Counted, Postings
from podpipe.search.query import Query, Term
from podpipe.search.vocabulary import Vocabulary, remembered

T = TypeVar("T")

_TRIES = 20

_AT_ONCE, _FEW = 600, 4
"""A commit merges the smallest segments, at least so few, where they hold no more documents together: in a second."""

_MANY, _LARGE = 60, 20_000
"""Of more segments those that hold fewer documents are merged into one, now and then."""


def _schema() -> Schema:
    words = {"analyzer": SpaceSeparatedTokenizer(), "phrase": True}
    return Schema(
        episode=ID(stored=True),
        show=ID,
        day=ID,
        language=ID,
        text=TEXT(**words),
        title=TEXT(**words),
        topic=TEXT(**words),
        speakers=TEXT(**words),
        data=STORED,
    )


class WhooshIndex:
    """An ``Index``."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self._folder = folder
        self._index: Any = None
        self._searcher: Any = None
        self._generation = -1
        """What the searcher has seen of the index."""
        self._words: Vocabulary | None = None
        self._languages: tuple[str, ...] | None = None
        self._postings: Postings
        self._counted: Counted = {}
        if create:
            with alone(folder):
                _create(folder)
        self._open()

    def _open(self) -> None:
        with self._reading():
            self._close()
            self._index = _newest(self._folder)
        self._opened = identity.check(self._folder)

    @property
    def identity(self) -> str:
        """As in ``Index``."""
        return identity.read(self._folder)

    def __enter__(self) -> WhooshIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def _close(self) -> None:
        for opened in (self._searcher, self._index):
            if opened is not None:
                opened.close()
        self._searcher = self._index = None

    def add(self, episodes: Sequence[IndexedEpisode], on_wait: Callable[[], None] = lambda: None) -> None:
        """As in ``Index``: one commit."""
        with alone(self._folder, on_wait):
            self._reopen()
            self._add(episodes)

    def _add(self, episodes: Sequence[IndexedEpisode]) -> None:
        with self._writing(_merge_small) as writer:
            for episode in episodes:
                writer.delete_by_term("episode", episode.episode.id)
                for document in documents(episode):
                    writer.add_document(**_fields(document))

    def remove(self, episode_ids: Sequence[str], on_wait: Callable[[], None] = lambda: None) -> None:
        """As in ``Index``."""
        with alone(self._folder, on_wait):
            self._reopen()
            with self._writing(_merge_small) as writer:
                for episode_id in episode_ids:
                    writer.delete_by_term("episode", episode_id)

    def tidy(self, on_begin: Callable[[], None] = lambda: None) -> None:
        """As in ``Index``: half a minute, once in hundreds of episodes."""
        if self.shape().segments <= _MANY:
            return
        on_begin()
        with alone(self._folder, lambda: None):
            self._reopen()
            if self.shape().segments > _MANY:
                with self._writing(_merge_many):
                    pass

    def optimize(self, on_wait: Callable[[], None] = lambda: None) -> None:
        """As in ``Index``: one segment of all."""
        with alone(self._folder, on_wait):
            self._reopen()
            shape = self.shape()
            if shape.segments > 1 or shape.deleted:
                with self._writing(OPTIMIZE):
                    pass

    @contextlib.contextmanager
    def _writing(self, merge: Callable[[Any, Sequence[Any]], list[Any]]) -> Iterator[Any]:
        """A writer; what it was told is there when the block ends well, all at once."""
        try:
            writer = self._index.writer(limitmb=128)
        except (LockError, OSError) as error:
            raise SearchError(f"{self._folder} can't be written ({error or 'it is locked'}); try later") from error
        try:
            yield writer
        except BaseException:
            writer.cancel()
            raise
        try:
            writer.commit(mergetype=merge)
        except OSError as error:
            raise SearchError(
                f"the index in {self._folder} can't be written: {error.strerror}; free some space"
            ) from error

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """Where an index is damaged, Whoosh raises anything: its table of contents and its segments hold pickles."""
        try:
            yield
        except SearchError:
            raise
        except Exception as error:
            raise SearchError(
                f"the index in {self._folder} can't be read ({error or type(error).__name__}); "
                "podpipe reindex makes it again"
            ) from error

    def find(self, query: Query, *, any_term: bool, limit: int) -> list[Found]:
        """As in ``Index``."""
        with self._reading():
            searcher, within = self._fresh_searcher(), _filter(query)
            tree = query.either if any_term else query.tree
            return [
                Found(candidate(searcher.stored_fields(number)["data"]), score)
                for field in (("title",) if query.is_of_titles else ("text", "title"))
                for number, score in self._postings.best(tree, field, within, limit)
            ]

    def newest(self, query: Query) -> Iterator[bytes]:
        """As in ``Index``."""
        with self._reading():
            searcher, within = self._fresh_searcher(), _filter(query)
            reader = searcher.reader()
            left = set(reader.all_doc_ids() if within is None else searcher.docs_for_query(within))
            for day in reversed(list(reader.lexicon("day")) if left else []):
                numbers = [number for number in reader.postings("day", day).all_ids() if number in left]
                yield from (searcher.stored_fields(number)["data"] for number in numbers)
                left.difference_update(numbers)
            yield from (searcher.stored_fields(number)["data"] for number in sorted(left))

    def said(self, runs: Iterable[Sequence[str]]) -> Iterator[bool]:
        """As in ``Index``; of what ``find`` has just looked through."""
        with self._reading():
            if self._searcher is None:
                self._fresh_searcher()
            yield from self._postings.said(runs, "text")

    def count(self, term: str) -> int:
        """As in ``Index``; of what ``find`` has just looked through."""
        with self._reading():
            return int((self._searcher or self._fresh_searcher()).doc_frequency("text", term))

    def vocabulary(self) -> Vocabulary:
        """As in ``Index``."""
        with self._reading():
            self._fresh_searcher()
            if self._words is None:
                counts = functools.partial(self._postings.counts, "text")
                self._words = remembered(self._folder, self._postings.segments, counts)
        return self._words

    def rarity(self, term: Term) -> float:
        """As in ``Index``; of what ``find`` has just looked through."""
        with self._reading():
            reader = (self._searcher or self._fresh_searcher()).reader()
            count = min((reader.doc_frequency("text", word) for word in term.run), default=0)
            return math.log((reader.doc_count_all() + 1) / (count + 0.5))

    def _reopen(self) -> None:
        """Turn to the index that was made anew in the place of this one, if it was."""
        if self.identity not in ("", self._opened):
            self._open()

    def _fresh_searcher(self) -> Any:
        self._reopen()
        if self._searcher is not None and not self.identity:
            return self._searcher  # the index is just being replaced
        generation = self._index.latest_generation()
        if self._searcher is None or generation != self._generation:
            # Never Whoosh's own refresh(): it keeps segments that were merged away and sees no deletions.
            before, self._searcher = self._searcher, self._index.searcher()
            self._generation, self._postings = generation, Postings(self._searcher, self._counted)
            self._words = self._languages = None
            if before is not None:
                before.close()
        return self._searcher

    def languages(self) -> tuple[str, ...]:
        """As in ``Index``."""
        with self._reading():
            reader = self._fresh_searcher().reader()
            if self._languages is None:
                lexicon = reader.lexicon("language") if reader.doc_count_all() else ()
                self._languages = tuple(term.decode() for term in lexicon)
        return self._languages

    def episode_ids(self) -> set[str]:
        """As in ``Index``."""
        with self._reading(), self._index.reader() as reader:
            return {fields["episode"] for _, fields in reader.iter_docs()}

    def stored(self, episode_id: str | None = None) -> Iterator[bytes]:
        """As in ``Index``."""
        self._reopen()
        with self._reading(), self._index.reader() as reader:
            if episode_id is None:
                yield from (fields["data"] for _, fields in reader.iter_docs())
            elif ("episode", episode_id) in reader:
                numbers = reader.postings("episode", episode_id).all_ids()
                yield from (reader.stored_fields(number)["data"] for number in numbers)

    def shape(self) -> IndexShape:
        """As in ``Index``: by the table of contents alone."""
        self._reopen()
        with self._reading():
            segments = _patiently(lambda: TOC.read(self._index.storage, self._index.indexname).segments)
        documents = sum(segment.doc_count() for segment in segments)
        return IndexShape(documents, sum(s.doc_count_all() for s in segments) - documents, len(segments))


def _newest(folder: Path) -> Any:
    """The index of a folder."""
    if not folder.exists():
        raise SearchError(f"{folder} does not exist; podpipe ingest or podpipe reindex makes it, or use --library")
    try:
        return _patiently(FileStorage(str(folder), supports_mmap=False).open_index)
    except EmptyIndexError as error:
        raise SearchError(f"{folder} holds no index yet; podpipe ingest or podpipe reindex makes one") from error


def _patiently(read: Callable[[], T]) -> T:
    """Read it again where a commit took the table of contents away between the listing and the reading of it."""
    for _ in range(_TRIES):
        try:
            return read()
        except FileNotFoundError:
            time.sleep(0.01)
    return read()


def _create(folder: Path) -> None:
    storage = FileStorage(str(folder), supports_mmap=False)
    if not storage.index_exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        identity.make(folder)  # before, so that no index is ever without
        storage.create_index(_schema())


def _merge_small(writer: Any, segments: Sequence[Any]) -> list[Any]:
    """Merge the smallest segments of past commits, as many as a commit has time for."""
    by_size = sorted(segments, key=lambda segment: segment.doc_count_all())
    sizes = itertools.accumulate(segment.doc_count_all() for segment in by_size)
    fitting = sum(size <= _AT_ONCE for size in sizes)
    return _merged(writer, segments, by_size[:fitting]) if fitting >= _FEW else list(segments)


def _merge_many(writer: Any, segments: Sequence[Any]) -> list[Any]:
    """Merge all segments but the large ones."""
    return _merged(writer, segments, [segment for segment in segments if segment.doc_count_all() < _LARGE])


def _merged(writer: Any, segments: Sequence[Any], chosen: Sequence[Any]) -> list[Any]:
    """Put the documents of some segments into the one that is written; gives the others."""
    from whoosh.reading import SegmentReader

    for segment in chosen:
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return [segment for segment in segments if segment not in chosen]


def _filter(query: Query) -> Any:
    filters = []
    if query.show:
        filters.append(q.Wildcard("show", f"*{query.show.casefold()}*"))
    if query.since or query.until:
        first, last = (day and day.isoformat() for day in (query.since, query.until))
        filters.append(q.TermRange("day", first, last))
    if query.speaker:
        words = speaker_terms(query.speaker).split()
        filters.append(q.Phrase("speakers", words) if len(words) > 1 else q.Term("speakers", words[0]))
    if query.episode_id:
        filters.append(q.Term("episode", query.episode_id))
    return q.And(filters) if filters else None


def _fields(document: Document) -> dict[str, Any]:
    day = document.day and document.day.isoformat()
    texts = {name: getattr(document, name) for name in TEXTS}
    return {
        "episode": document.episode_id,
        "show": document.show,
        "language": document.language,
        "data": document.data,
        **{name: text for name, text in (*texts.items(), ("day", day)) if text},
    }
