"""tantivy: the engine for large archives, and the one module that borders on it.

Its index is data alone: reading one runs no code.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import tantivy as t

from podpipe.errors import SearchError
from podpipe.models import IndexedEpisode
from podpipe.search import Found, IndexShape, identity
from podpipe.search.alone import alone
from podpipe.search.documents import TEXTS, Document, candidate, documents, speaker_terms
from podpipe.search.query import All, Node, Query, Term
from podpipe.search.vocabulary import Vocabulary, remembered

_TERMS = "terms"
"""The name of the analyzer that only parts at spaces."""

_HEAP = 128_000_000

_PAGE = 1000
"""So many documents are listed at once."""


def _schema() -> t.Schema:
    builder = t.SchemaBuilder()
    for name in ("episode", "show", "language"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=name != "episode")
    builder.add_unsigned_field("day", indexed=True, fast=True)
    for name in TEXTS:
        builder.add_text_field(name, tokenizer_name=_TERMS, index_option="position")
    builder.add_bytes_field("data", stored=True)
    return builder.build()


class TantivyIndex:
    """An ``Index``."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self._folder, self._schema = folder, _schema()
        self._seen = "", 0
        """The state that searches see."""
        self._words: tuple[tuple[str, int], Vocabulary] | None = None
        if create:
            with alone(folder):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._open()
                if not self.identity:
                    identity.make(folder)
        elif not t.Index.exists(str(folder)):
            raise SearchError(f"{folder} holds no index yet; podpipe ingest or podpipe reindex makes one")
        self._open()

    def _open(self) -> None:
        with self._reading():
            self._index = t.Index(self._schema, path=str(self._folder), reuse=True)
            self._index.register_tokenizer(_TERMS, t.TextAnalyzerBuilder(t.Tokenizer.whitespace()).build())
        self._opened = identity.check(self._folder)

    @property
    def identity(self) -> str:
        """As in ``Index``."""
        return identity.read(self._folder)

    def __enter__(self) -> TantivyIndex:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing stays open."""

    def add(self, episodes: Sequence[IndexedEpisode], on_wait: Callable[[], None] = lambda: None) -> None:
        """As in ``Index``: one commit."""
        with alone(self._folder, on_wait):
            self._reopen()
            self._add(episodes)

    def _add(self, episodes: Sequence[IndexedEpisode]) -> None:
        with self._writing() as writer:
            for episode in episodes:
                made = [_document(document) for document in documents(episode)]  # the writer's thread waits busily
                writer.delete_documents_by_term("episode", episode.episode.id)
                for document in made:
                    writer.add_document(document)

    def remove(self, episode_ids: Sequence[str], on_wait: Callable[[], None] = lambda: None) -> None:
        """As in ``Index``."""
        with alone(self._folder, on_wait):
            self._reopen()
            with self._writing() as writer:
                for episode_id in episode_ids:
                    writer.delete_documents_by_term("episode", episode_id)

    def tidy(self, on_begin: Callable[[], None] = lambda: None) -> None:
        """As in ``Index``: tantivy does so by itself, in threads of its own."""

    def optimize(self, on_wait: Callable[[], None] = lambda: None) -> None:
        """As in ``Index``: tantivy merges segments itself, after each commit; what it no longer needs goes."""
        with alone(self._folder, on_wait):
            self._reopen()
            with self._writing() as writer:
                writer.garbage_collect_files()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Any]:
        """A writer; what it was told is there when the block ends well, all at once."""
        try:
            writer = self._index.writer(_HEAP, 1)
        except (ValueError, OSError) as error:
            raise SearchError(f"{self._folder} can't be written: {error}; try later") from error
        try:
            yield writer
            writer.commit()
            writer.wait_merging_threads()
        except (ValueError, OSError) as error:
            raise SearchError(f"the index in {self._folder} can't be written: {error}; free some space") from error

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """Where an index is damaged, tantivy may also panic, which is no ordinary exception."""
        try:
            yield
        except BaseException as error:
            if isinstance(error, ValueError | OSError) or type(error).__name__ == "PanicException":
                raise _unreadable(self._folder, error) from error
            raise

    def find(self, query: Query, *, any_term: bool, limit: int) -> list[Found]:
        """As in ``Index``."""
        with self._reading():
            searcher = self._searcher()
            narrowed = self._filters(query)
            found: list[Found] = []
            for field in ("title",) if query.is_of_titles else ("text", "title"):
                asked = self._query(query.either if any_term else query.tree, field)
                asked = t.Query.boolean_query([(t.Occur.Must, asked), *narrowed])
                hits = searcher.search(asked, limit, count=False).hits
                found += [Found(candidate(searcher.doc(address)["data"][0]), score) for score, address in hits]
            return found

    def newest(self, query: Query) -> Iterator[bytes]:
        """As in ``Index``."""
        with self._reading():
            searcher = self._searcher()
            asked = t.Query.boolean_query([(t.Occur.Must, t.Query.all_query()), *self._filters(query)])
            for offset in itertools.count(0, _PAGE):
                hits = searcher.search(asked, _PAGE, count=False, order_by_field="day", offset=offset).hits
                yield from (searcher.doc(address)["data"][0] for _, address in hits)
                if len(hits) < _PAGE:
                    return

    def said(self, runs: Iterable[Sequence[str]]) -> Iterator[bool]:
        """As in ``Index``; of what ``find`` has just looked through."""
        with self._reading():
            searcher = self._index.searcher()
            for run in runs:
                yield bool(searcher.search(self._in_field(Term(tuple(run)), "text"), 1, count=False).hits)

    def count(self, term: str) -> int:
        """As in ``Index``; of what ``find`` has just looked through."""
        with self._reading():
            return int(self._index.searcher().doc_freq("text", term))

    def vocabulary(self) -> Vocabulary:
        """As in ``Index``."""
        searcher = self._searcher()
        state = self._state()
        if self._words is None or self._words[0] != state:
            with self._reading():
                terms = functools.partial(searcher.terms_with_prefix, "text", "")
                self._words = state, remembered(self._folder, f"{state}", lambda: dict(terms()))
        return self._words[1]

    def rarity(self, term: Term) -> float:
        """As in ``Index``."""
        with self._reading():
            searcher = self._index.searcher()  # as it was when ``find`` looked
            count = min((searcher.doc_freq("text", word) for word in term.run), default=0)
        return math.log((searcher.num_docs + 1) / (count + 0.5))

    def _reopen(self) -> None:
        """Turn to the index that was made anew in the place of this one, if it was."""
        if self.identity not in ("", self._opened):
            self._open()

    def _state(self) -> tuple[str, int]:
        """Changes with every commit; empty while the index is being replaced."""
        try:
            return self.identity, (self._folder / "meta.json").stat().st_mtime_ns
        except FileNotFoundError:
            return "", 0

    def _searcher(self) -> Any:
        self._reopen()
        with self._reading():
            if (state := self._state()) != self._seen and state[0]:  # else the index is just being replaced
                self._index.reload()
                self._seen = state
            return self._index.searcher()

    def episode_ids(self) -> set[str]:
        """As in ``Index``."""
        return set(self._values("episode"))

    def languages(self) -> tuple[str, ...]:
        """As in ``Index``."""
        return tuple(sorted(self._values("language")))

    def stored(self, episode_id: str | None = None) -> Iterator[bytes]:
        """As in ``Index``."""
        wanted = t.Query.all_query()
        if episode_id is not None:
            wanted = t.Query.term_query(self._schema, "episode", episode_id, "basic")
        with self._reading():
            searcher = self._searcher()
            for _, address in searcher.search(wanted, max(searcher.num_docs, 1), count=False).hits:
                yield searcher.doc(address)["data"][0]

    def shape(self) -> IndexShape:
        """As in ``Index``."""
        try:
            segments = json.loads((self._folder / "meta.json").read_bytes())["segments"]
            deleted = sum((segment.get("deletes") or {}).get("num_deleted_docs", 0) for segment in segments)
            return IndexShape(sum(segment["max_doc"] for segment in segments) - deleted, deleted, len(segments))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise _unreadable(self._folder, error) from error

    def _values(self, field: str) -> list[str]:
        with self._reading():
            return [term for term, _ in self._searcher().terms_with_prefix(field, "")]

    def _query(self, node: Node, field: str) -> Any:
        """What passages ("text") or titles ("title") must have; those of passages are in their topic."""
        if isinstance(node, Term):
            return self._in_field(node, "topic" if node.in_title and field == "text" else field)
        occurs = t.Occur.Must if isinstance(node, All) else t.Occur.Should
        parts = [(occurs, self._query(part, field)) for part in node.parts]
        return t.Query.boolean_query([*parts, *self._without(node, field)] if isinstance(node, All) else parts)

    def _without(self, node: All, field: str) -> list[tuple[Any, Any]]:
        return [(t.Occur.MustNot, self._query(part, field)) for part in node.without]

    def _in_field(self, term: Term, field: str) -> Any:
        if term.prefix and len(term.run) > 1:
            return t.Query.phrase_prefix_query(self._schema, field, list(term.run))
        if term.prefix:
            escaped = "".join(f"\\{character}" if _is_sign(character) else character for character in term.run[0])
            return t.Query.regex_query(self._schema, field, f"{escaped}.*")
        if len(term.run) > 1:
            return t.Query.phrase_query(self._schema, field, list(term.run))
        return t.Query.term_query(self._schema, field, term.run[0], "freq")

    def _filters(self, query: Query) -> list[tuple[Any, Any]]:
        found = []
        if query.show:
            shows = [show for show in self._values("show") if query.show.casefold() in show]
            found.append(t.Query.term_set_query(self._schema, "show", shows))
        if query.since or query.until:
            first, last = (query.since or date.min).toordinal(), (query.until or date.max).toordinal()
            found.append(t.Query.range_query(self._schema, "day", t.FieldType.Unsigned, first, last))
        if query.speaker:
            found.append(self._in_field(Term(tuple(speaker_terms(query.speaker).split())), "speakers"))
        if query.episode_id:
            found.append(t.Query.term_query(self._schema, "episode", query.episode_id, "basic"))
        return [(t.Occur.Must, t.Query.const_score_query(part, 0.0)) for part in found]


def _document(document: Document) -> t.Document:
    made = t.Document()
    texts = {"episode": document.episode_id, "show": document.show, "language": document.language}
    for field, text in {**texts, **{name: getattr(document, name) for name in TEXTS}}.items():
        if text:
            made.add_text(field, text)
    if document.day:
        made.add_unsigned("day", document.day.toordinal())
    made.add_bytes("data", document.data)
    return made


def _unreadable(folder: Path, error: BaseException) -> SearchError:
    return SearchError(f"the index in {folder} can't be read ({error}); podpipe reindex makes it again")


def _is_sign(character: str) -> bool:
    """Whether a character may mean something in a regular expression; no other may be escaped there."""
    return character.isascii() and not character.isalnum()
