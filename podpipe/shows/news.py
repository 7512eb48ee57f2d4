"""What is new in a feed, beside what is known of its show: pure, so that every odd case is a plain test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace

from podpipe import storage
from podpipe.addresses import file_key
from podpipe.shows import Entry, Options, State
from podpipe.sources import Candidate, feed
from podpipe.sources.identity import episode_id

Change = tuple[Entry, Candidate | None]
"""An episode as it is to be kept, and what is to be ingested for it."""


@dataclass(frozen=True, slots=True)
class News:
    """What a feed brings: what is to be kept of it, and how many episodes are new and changed."""

    changes: tuple[Change, ...] = ()
    new: int = 0
    changed: int = 0


def read(
    show_id: str,
    candidates: Sequence[Candidate],
    known: Iterable[Entry],
    options: Options,
    now: float,
    *,
    is_first: bool = False,
    is_taken: Callable[[str, str], bool] = lambda show_id, episode_id: False,
) -> News:
    """Compare the episodes that a feed offers with those that are known of its show.

    The first time, only the newest are wanted if ``options`` have a limit. ``is_taken`` tells whether another show
    has an episode's id.

    An episode is told by its guid. One whose guid is new is a known one all the same if that is not in the feed any
    longer and has the same file, or the same title and date: so a publisher may change hosts and all guids with them.
    Episodes that are gone from the feed stay as they are.
    """
    same = _Same(candidates, known)
    changes: list[Change] = []
    new = changed = fitting = 0
    limit = options.selection.limit
    for candidate in candidates:
        entry = same.as_known(candidate)
        is_wanted = feed.fits(candidate, options.selection) and not (
            is_first and limit is not None and fitting >= limit
        )
        fitting += is_wanted
        if entry is None:
            new += is_wanted
            fresh = _fresh(show_id, candidate, "waiting" if is_wanted else "skipped", now)
            if is_taken(show_id, fresh.id):
                episode = candidate.episode
                apart = episode_id(episode.published, episode.title, f"{show_id} {episode.guid}")
                fresh = replace(fresh, id=apart)
            changes.append((fresh, _as_kept(candidate, fresh) if is_wanted else None))
            continue
        change = _change(entry, candidate, now)
        if change is not None:
            changed += change[0].digest != entry.digest
            changes.append(change)
    return News(tuple(changes), new, changed)


def matched(candidates: Sequence[Candidate], known: Iterable[Entry]) -> Iterator[tuple[Entry, Candidate]]:
    """Episodes that a feed offers, each with what is known of it, under the identity that it has here."""
    same = _Same(candidates, known)
    for candidate in candidates:
        entry = same.as_known(candidate)
        if entry is not None:
            yield entry, _as_kept(candidate, entry)


def digest(candidate: Candidate) -> str:
    """Of everything that a feed says of an episode; signatures and other parameters of its address don't count."""
    episode = candidate.episode
    facts = {field.name: getattr(episode, field.name) for field in fields(episode)}
    facts |= {"id": "", "show_id": "", "enclosure": episode.enclosure.partition("?")[0]}
    said = {name: value for name, value in facts.items() if value not in ("", None, ())}  # as if it had no new fields
    return storage.digest([said, candidate.notes, candidate.chapters, candidate.length])[:16]


class _Same:
    """Which known episode an offered one is: by its guid, or by what else it has if the known guid is not offered."""

    def __init__(self, offered: Iterable[Candidate], known: Iterable[Entry]) -> None:
        self._by_guid = {entry.guid: entry for entry in known}
        guids = {candidate.episode.guid for candidate in offered}
        self._by: dict[object, Entry | None] = {}
        for guid, entry in self._by_guid.items():
            if guid in guids:
                continue
            for key in (entry.file, (entry.published, entry.title) if entry.published else None):
                if key is not None:  # two of the same name are nobody's
                    self._by[key] = None if key in self._by else entry

    def as_known(self, candidate: Candidate) -> Entry | None:
        """The known episode; None where it is none. What has no guid of its own is found once."""
        episode = candidate.episode
        if found := self._by_guid.get(episode.guid):
            return found
        by_title = self._by.pop((episode.published, episode.title), None)
        return self._by.pop(file_key(episode.enclosure), None) or by_title


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
