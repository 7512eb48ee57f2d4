"""Searches for many at once: an index is for one thread at a time, so there are a few, lent out in turn."""

from __future__ import annotations

import queue
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

from podpipe.errors import PodpipeError, SearchError
from podpipe.library import Library
from podpipe.pages import views
from podpipe.pages.views import Card, SearchView, ShowView
from podpipe.search import Index, Results, open_index, search

_READERS = 2
"""More only wait for Python's lock, and keep the sound of others waiting with them."""

_LIMIT = 40
"""Moments on a page."""

_FEW = 3
_BEGUN = re.compile(r"(?:^|\s)[^\W_]{2,}$")
"""A query whose last word may not be finished."""


class UnavailableError(SearchError):
    """There is no index that could be searched."""


@dataclass(frozen=True, slots=True)
class Question:
    """A search: days and show narrow it. ``is_typing``: its last word may be a beginning."""

    query: str
    show: str = ""
    since: date | None = None
    until: date | None = None
    is_typing: bool = False

    @property
    def text(self) -> str:
        """The query, with what narrows it in its own language."""
        return f"until:{self.until} {self.query}" if self.until else self.query


class Searcher:
    """The library's index, for many threads."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._free: queue.LifoQueue[Index | None] = queue.LifoQueue()
        for _ in range(_READERS):
            self._free.put(None)

    def close(self) -> None:
        """Close what is open and not lent out."""
        while not self._free.empty():
            index = self._free.get_nowait()
            if index is not None:
                index.__exit__(None, None, None)

    def ask(self, question: Question, *, limit: int = _LIMIT) -> Results:
        """Answer. Raises SearchError, LibraryError."""
        if not question.query.strip():
            return Results(())
        with self._lent() as index:
            results = self._search(index, question, limit)
            if question.is_typing and len(results.hits) < _FEW and _BEGUN.search(question.query):
                begun = self._search(index, replace(question, query=question.query + "*"), limit)
                results = begun if len(begun.hits) > len(results.hits) else results
        return results

    def view(
        self, question: Question, cards: dict[str, Card], shows: tuple[ShowView, ...], *, limit: int = _LIMIT
    ) -> SearchView:
        """A search as its page shows it; what is wrong with it is said there."""
        titles = tuple(dict.fromkeys(show.title for show in shows if show.id))
        since, until = (day.isoformat() if day else "" for day in (question.since, question.until))
        view = SearchView(question.query.strip(), question.show, since, until, titles if len(titles) > 1 else ())
        try:
            results = self.ask(question, limit=limit)
        except PodpipeError as error:
            return replace(view, problem="" if question.is_typing else str(error).partition("\n")[0].rstrip(":"))
        found = views.found(results.hits, cards)
        return replace(view, found=found, remarks=results.notes, suggestions=results.suggestions)

    @staticmethod
    def _search(index: Index, question: Question, limit: int) -> Results:
        return search(index, question.text, limit=limit, show=question.show or None, since=question.since)

    @contextmanager
    def _lent(self) -> Iterator[Index]:
        index = self._free.get()
        try:
            try:
                index = index or open_index(self._library.index)
            except SearchError as error:
                raise UnavailableError(str(error)) from error
            yield index
        finally:
            self._free.put(index)
