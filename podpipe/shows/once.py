"""A feed ingested once, by ``podpipe ingest``: its show and episodes are noted as those of a subscription are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from podpipe.ingest import Outcome, Request, discovered, work_through
from podpipe.library import Library
from podpipe.shows.following import adopt
from podpipe.shows.registry import Registry
from podpipe.shows.update import settle
from podpipe.sources import Candidate
from podpipe.stages import Tools
from podpipe.work import Progress

if TYPE_CHECKING:
    from podpipe.net import Client


def ingest(
    request: Request, library: Library, tools: Tools, progress: Progress, on_left_out: Callable[[str, int], None]
) -> Iterator[Outcome]:
    """As ``podpipe.ingest.ingest``; ``on_left_out`` is told of a show how many of its episodes the user has removed."""
    noted = _Noted(library, tools.client, on_left_out)
    try:
        found = noted.all(discovered(request, tools))
        outcomes = work_through(found, library, lambda _: tools, progress, jobs=request.jobs, force=request.force)
        for outcome in outcomes:
            noted.settle(outcome)
            yield replace(outcome, candidate=None)
    finally:
        noted.close()


class _Noted:
    """The registry, opened when the first feed comes."""

    def __init__(self, library: Library, client: Client, on_left_out: Callable[[str, int], None]) -> None:
        self._library = library
        self._client = client
        self._on_left_out = on_left_out
        self._registry: Registry | None = None

    def all(self, items: Iterable[Candidate | Outcome]) -> Iterator[Candidate | Outcome]:
        """The same items, those of feeds as they are known here."""
        for feed, group in groupby(items, key=_feed):
            if not feed:
                yield from group
                continue
            candidates = [item for item in group if isinstance(item, Candidate)]
            self._registry = self._registry or Registry(self._library.root)
            wanted, left_out = adopt(self._registry, self._client, candidates)
            if left_out:
                self._on_left_out(candidates[0].episode.show, left_out)
            yield from wanted

    def settle(self, outcome: Outcome) -> None:
        """Keep what became of an episode of a feed."""
        candidate = outcome.candidate
        if self._registry is None or candidate is None or not candidate.from_feed:
            return
        entry = self._registry.entry_by(candidate.episode.show_id, candidate.episode.guid)
        if entry is not None:
            self._registry.settle(settle(entry, outcome, time.time()))

    def close(self) -> None:
        """Close the registry if it was opened."""
        if self._registry is not None:
            self._registry.close()


def _feed(item: Candidate | Outcome) -> str:
    return item.show.feed if isinstance(item, Candidate) and item.show is not None else ""
