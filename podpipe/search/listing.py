"""What is there, where no word is asked for: the episodes of a show, of some days or of a speaker, the newest first."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from podpipe.models import Hit
from podpipe.search import Index
from podpipe.search.documents import Candidate, candidate
from podpipe.search.query import Query
from podpipe.search.rank import said_by, unranked


def listed(index: Index, query: Query, limit: int) -> tuple[Hit, ...]:
    """One hit for each episode, at most ``limit``: its beginning, or where the speaker first says something.

    Raises:
        SearchError: the index can't be read.
    """
    chosen: dict[str, Candidate] = {}
    last = ""
    for (day, episode_id), group in groupby(map(candidate, index.newest(query)), key=_place):
        if len(chosen) >= limit and (day != last or not day):
            break
        last = day
        before = [chosen[episode_id]] if episode_id in chosen else []
        first = _first([*before, *group], query)
        if first is not None:
            chosen[episode_id] = first
    newest = sorted(chosen.values(), key=lambda one: one.published, reverse=True)
    return unranked(newest[:limit], query)


def _place(document: Candidate) -> tuple[str, str]:
    """The day that an index orders by, and the episode."""
    return document.published[:10], document.episode_id


def _first(documents: Iterable[Candidate], query: Query) -> Candidate | None:
    """The title of an episode; of a speaker what he says first."""
    if query.speaker is None:
        return min(documents, key=lambda one: (bool(one.text or one.chapter), one.start_ms), default=None)
    said = (said_by(one, query.speaker) for one in documents if one.text)
    return min((one for one in said if one.text), key=lambda one: one.start_ms, default=None)
