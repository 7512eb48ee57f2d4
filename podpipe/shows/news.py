"""What is new in a feed, beside what is known of its show: pure, so that every odd case is a plain test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

from podpipe import storage
from podpipe.addresses import file_key
from podpipe.shows import Entry, Options, State
from podpipe.sources import Candidate, feed

Change = tuple[Entry, Candidate | None]
"""An episode as it is to be kept, and what is to be ingested for it."""


@dataclass(frozen=True, slots=True)
class News:
    """What a feed brings: what is to be kept of it, and how many episodes are new and changed."""

    changes: tuple[Change, ...] = ()
    new: int = 0
    changed: int = 0


def read(show_id: str, candidates: Sequence[Candidate], known: Iterable[Entry], options: Options, now: float) -> News:
    """Compare the episodes that a feed offers with those that are known of its show.

    An episode is told by its guid. One whose guid is new is a known one all the same if that is not in the feed any
    longer and has the same file, or the same title and date: so a publisher may change hosts and all guids with them.
    Episodes that are gone from the feed stay as they are.
    """
    entries = {entry.guid: entry for entry in known}
    is_first = not entries
    offered = {candidate.episode.guid for candidate in candidates}
    others = _Others(entry for guid, entry in entries.items() if guid not in offered)
    changes: list[Change] = []
    new = changed = taken = 0
    for candidate in candidates:
        entry = entries.get(candidate.episode.guid) or others.same(candidate)
        if entry is None:
            state = _first_state(candidate, options, is_first=is_first, taken=taken)
            taken += state == "waiting"
            new += state == "waiting"
            fresh = _fresh(show_id, candidate, state, now)
            changes.append((fresh, _as_kept(candidate, fresh) if state == "waiting" else None))
            continue
        change = _change(entry, candidate, now)
        if change is not None:
            changed += change[0].digest != entry.digest
            changes.append(change)
    return News(tuple(changes), new, changed)


def digest(candidate: Candidate) -> str:
    """Of everything that a feed says of an episode; signatures and other parameters of its address don't count."""
    episode = candidate.episode
    facts = {field.name: getattr(episode, field.name) for field in fields(episode)}
    facts |= {"id": "", "show_id": "", "enclosure": episode.enclosure.partition("?")[0]}
    said = {name: value for name, value in facts.items() if value not in ("", None, ())}  # as if it had no new fields
    return storage.digest([said, candidate.notes, candidate.chapters, candidate.length])[:16]


class _Others:
    """Known episodes that a feed has no longer by their guids, to be found by what else they have."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by: dict[object, Entry | None] = {}
        for entry in entries:
            for key in (entry.file, (entry.published, entry.title) if entry.published else None):
                if key is not None:  # two of the same name are nobody's
                    self._by[key] = None if key in self._by else entry

    def same(self, candidate: Candidate) -> Entry | None:
        """The one that a candidate is, if it is one."""
        episode = candidate.episode
        by_title = self._by.pop((episode.published, episode.title), None)
        return self._by.pop(file_key(episode.enclosure), None) or by_title


def _first_state(candidate: Candidate, options: Options, *, is_first: bool, taken: int) -> State:
    limit = options.selection.limit if is_first else None
    if not feed.fits(candidate, options.selection) or (limit is not None and taken >= limit):
        return "skipped"
    return "waiting"


def _fresh(show_id: str, candidate: Candidate, state: State, now: float) -> Entry:
    episode = candidate.episode
    return Entry(
        show_id,
        episode.guid,
        episode.id,
        episode.title,
        state,
        published=episode.published,
        since=now,
        digest=digest(candidate),
        file=file_key(episode.enclosure),
    )


def _change(entry: Entry, candidate: Candidate, now: float) -> Change | None:
    """What becomes of a known episode; None where the feed says of it what it said before."""
    found, episode = digest(candidate), candidate.episode
    kept = _as_kept(candidate, entry)
    seen = replace(
        entry, title=episode.title, published=episode.published, digest=found, file=file_key(episode.enclosure)
    )
    if entry.state in ("skipped", "removed"):
        return (seen, None) if found != entry.digest else None
    if found != entry.digest:
        again = entry.state == "done" or entry.file != seen.file or entry.next_try is None
        if again:
            return replace(seen, state="waiting", attempts=0, error="", next_try=None, since=now), kept
        return seen, kept
    if entry.state in ("waiting", "failed"):
        return entry, kept  # its address may have been signed anew
    return None


def _as_kept(candidate: Candidate, entry: Entry) -> Candidate:
    """A candidate with the identity that the episode has here already."""
    return replace(candidate, episode=replace(candidate.episode, id=entry.id, guid=entry.guid, show_id=entry.show_id))
