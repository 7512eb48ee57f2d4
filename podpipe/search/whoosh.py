"""Whoosh: the default engine, and the one module that borders on it.

An index's table of contents is a pickle, and reading a crafted one runs code: the folder belongs to
the library's owner alone, is never taken from elsewhere, and can be made again at any time.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from whoosh import query as q
from whoosh.analysis import Token, Tokenizer
from whoosh.fields import ID, STORED, TEXT, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.index import EmptyIndexError, LockError

from podpipe.errors import SearchError
from podpipe.models import Episode, IndexedEpisode
from podpipe.search import Candidate, analysis
from podpipe.search.query import Query, Term

_LARGE = 20_000
"""Documents of a segment that a commit no longer merges."""


class TermTokenizer(Tokenizer):  # type: ignore[misc]  # whoosh carries no types
    """Terms of ``podpipe.search.analysis``, without stop words. Pickled into the index."""

    def __call__(self, value: str, positions: bool = False, mode: str = "", **_: Any) -> Iterator[Token]:
        """Tokens as Whoosh wants them: one object, changed at each step."""
        token = Token(positions=positions, mode=mode)
        for place, (term, start, end) in enumerate(analysis.spans(value)):
            token.text, token.original = term, value[start:end]
            token.boost, token.stopped = 1.0, False
            token.pos = place
            token.startchar, token.endchar = start, end
            yield token


def _schema() -> Schema:
    return Schema(
        episode=ID(stored=True), show=ID, day=ID, text=TEXT(analyzer=TermTokenizer(), phrase=True),
        title=TEXT(analyzer=TermTokenizer(), phrase=True), data=STORED,
    )  # fmt: skip


class WhooshIndex:
    """An ``Index``."""

    def __init__(self, folder: Path, *, create: bool = False, wait_s: float = 600) -> None:
        self._folder, self._wait_s = folder, wait_s
        storage = FileStorage(str(folder), supports_mmap=False)
        try:
            if create and not storage.index_exists():
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                storage.create_index(_schema())
                (folder / "identity").write_text(uuid.uuid4().hex)
            self._index = storage.open_index()
            self._identity = (folder / "identity").read_text() if (folder / "identity").exists() else ""
        except EmptyIndexError as error:
            raise SearchError(f"{folder} holds no index yet; podpipe ingest or podpipe reindex makes one") from error
        except FileNotFoundError as error:
            raise SearchError(f"{folder} does not exist; podpipe ingest makes it, or use --library") from error
        except Exception as error:  # a damaged pickle raises anything
            raise _unreadable(folder, error) from error

    @property
    def identity(self) -> str:
        """As in ``Index``."""
        return self._identity

    def __enter__(self) -> WhooshIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self._index.close()

    def add(self, episode: IndexedEpisode) -> None:
        """As in ``Index``."""
        self.add_all([episode])

    def add_all(self, episodes: Sequence[IndexedEpisode]) -> None:
        """As in ``Index``: one commit."""
        try:
            writer = self._writer()
        except (LockError, OSError) as error:
            raise SearchError(
                f"{self._folder} can't be written: {error or 'another podpipe holds it'}; try later"
            ) from error
        try:
            for episode in episodes:
                writer.delete_by_term("episode", episode.episode.id)
                for document in _documents(episode):
                    writer.add_document(**document)
        except BaseException:
            writer.cancel()
            raise
        try:
            writer.commit(mergetype=_merge_small)
        except OSError as error:
            raise SearchError(
                f"the index in {self._folder} can't be written: {error.strerror}; free some space"
            ) from error

    def _writer(self) -> Any:
        import time

        until = time.monotonic() + self._wait_s
        while True:
            try:
                return self._index.writer(limitmb=128)
            except LockError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def candidates(self, query: Query, *, any_term: bool, limit: int) -> list[Candidate]:
        """As in ``Index``."""
        wanted = [q.Or([_engine_query(term) for term in alternatives]) for alternatives in query.terms]
        tree = q.Or(wanted) if any_term else q.And(wanted)
        for term in query.without:
            tree = q.AndNot(tree, _engine_query(term))
        filters = []
        if query.show:
            filters.append(q.Wildcard("show", f"*{query.show.casefold()}*"))
        if query.since:
            filters.append(q.TermRange("day", query.since.isoformat(), None))
        try:
            with self._index.refresh().searcher() as searcher:
                found = searcher.search(tree, limit=limit, filter=q.And(filters) if filters else None)
                return [_candidate(hit.fields()["data"], hit.score or 0.0) for hit in found]
        except Exception as error:  # and so do damaged segments
            raise _unreadable(self._folder, error) from error

    def episode_ids(self) -> set[str]:
        """As in ``Index``."""
        with self._index.reader() as reader:
            return {fields["episode"] for _, fields in reader.iter_docs()}


def _unreadable(folder: Path, error: Exception) -> SearchError:
    return SearchError(
        f"the index in {folder} can't be read ({error or type(error).__name__}); podpipe reindex makes it again"
    )


def _merge_small(writer: Any, segments: Sequence[Any]) -> list[Any]:
    """Merge the small segments of past commits once there are ten; leave large ones alone."""
    small = [segment for segment in segments if segment.doc_count_all() < _LARGE]
    if len(small) < 10:
        return list(segments)
    from whoosh.reading import SegmentReader

    for segment in small:
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return [segment for segment in segments if segment not in small]


def _engine_query(term: Term) -> Any:
    fields = ["title"] if term.in_title else ["text", "title"]
    if len(term.run) > 1 and term.prefix:
        *words, last = term.run
        return q.Or([q.Sequence([*(q.Term(field, word) for word in words), q.Prefix(field, last)]) for field in fields])
    if len(term.run) > 1:
        return q.Or([q.Phrase(field, list(term.run)) for field in fields])
    kind = q.Prefix if term.prefix else q.Term
    return q.Or([kind(field, term.run[0]) for field in fields])


def _documents(indexed: IndexedEpisode) -> Iterator[dict[str, Any]]:
    """A document for each passage, for each chapter's title and for the episode's title."""
    episode = indexed.episode
    common: dict[str, Any] = {"episode": episode.id, "show": episode.show.casefold()}
    if episode.published:
        common["day"] = f"{episode.published:%Y-%m-%d}"
    for passage in indexed.passages:
        stored = _stored(episode, passage.chapter, passage.chapter_start_ms, passage.start_ms, passage.end_ms)
        stored["sentences"] = passage.sentences
        text = " ".join(sentence.text for sentence in passage.sentences)
        yield {**common, "text": text, "data": msgspec.json.encode(stored)}
    for chapter in indexed.chapters:
        if chapter.evidence != "opening":
            stored = _stored(episode, chapter.title, chapter.start_ms, chapter.start_ms, chapter.end_ms)
            yield {**common, "title": chapter.title, "data": msgspec.json.encode(stored)}
    yield {**common, "title": episode.title, "data": msgspec.json.encode(_stored(episode, "", 0, 0, 0))}


def _stored(episode: Episode, chapter: str, chapter_start_ms: int, start_ms: int, end_ms: int) -> dict[str, Any]:
    return {
        "episode_id": episode.id,
        "episode_title": episode.title,
        "show": episode.show,
        "published": episode.published.isoformat() if episode.published else "",
        "enclosure": episode.enclosure,
        "chapter": chapter,
        "chapter_start_ms": chapter_start_ms,
        "start_ms": start_ms,
        "end_ms": end_ms,
        "sentences": (),
    }


def _candidate(data: bytes, score: float) -> Candidate:
    from dataclasses import replace

    return replace(msgspec.json.decode(data, type=Candidate), score=score)
