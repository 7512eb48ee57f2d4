"""What is made of the hits of a search: lists by episode, records for programs, tables, playlists, clips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from podpipe.models import Chapter, Hit

if TYPE_CHECKING:
    from podpipe.hits.clips import Clip
    from podpipe.hits.context import Context
    from podpipe.search.related import Related

Order = Literal["best", "newest", "oldest"]

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a query, as it is shown or written."""

    query: str
    hits: tuple[Hit, ...]
    """In their own order, best first unless another was asked for."""
    notes: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    contexts: tuple[Context, ...] = ()
    """Of each hit, where they are wanted."""
    related: Related | None = None
    clips: tuple[Clip, ...] = ()
    """By their numbers in ``shown``."""
    refused: tuple[str, ...] = ()
    """What could not be cut, and why."""

    @property
    def shown(self) -> tuple[Hit, ...]:
        """The hits as they are numbered, from 1: those of an episode together."""
        return tuple(hit for group in by_episode(self.hits) for hit in group)


def by_episode(hits: Sequence[Hit]) -> tuple[tuple[Hit, ...], ...]:
    """The hits of each episode together, the episode of the first hit first; within one they keep their order."""
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.episode_id, []).append(hit)
    return tuple(map(tuple, groups.values()))


def chapter_of(hit: Hit, chapters: Sequence[Chapter]) -> Chapter | None:
    """The chapter that a hit is in: its first sentence may begin a moment before it."""
    named = (chapter for chapter in chapters if chapter.start_ms == hit.chapter_start_ms and hit.chapter)
    around = (chapter for chapter in chapters if chapter.start_ms <= hit.start_ms < chapter.end_ms)
    return next(named, None) or next(around, None)


def in_order(hits: Sequence[Hit], order: Order) -> tuple[Hit, ...]:
    """Best first as they are, or by the day of their episode and then by time; those without a day come last."""
    if order == "best":
        return tuple(hits)
    dated = sorted((hit for hit in hits if hit.published), key=lambda hit: (hit.episode_id, hit.start_ms))
    undated = [hit for hit in hits if not hit.published]
    return (*sorted(dated, key=_day, reverse=order == "newest"), *undated)


def _day(hit: Hit) -> datetime:
    published = hit.published or _NEVER
    return published if published.tzinfo else published.replace(tzinfo=UTC)
