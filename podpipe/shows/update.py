"""What there is to do for the shows that are followed, done; what becomes of each episode is kept at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from podpipe import addresses
from podpipe.errors import LibraryError
from podpipe.ingest import Failure, Outcome, work_through
from podpipe.library import Library
from podpipe.shows import Entry, Subscription
from podpipe.shows.following import backoff_s
from podpipe.shows.registry import LONGEST_WAIT_S, Registry
from podpipe.sources import Candidate
from podpipe.stages import Tools
from podpipe.work import Progress

_TRIES: dict[Failure, int] = {"gone": 1, "audio": 3, "bug": 3, "passing": 12}
"""So often a failing episode is tried, before it rests until its feed changes or the user says so."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an episode in this run, and what is kept of it."""

    outcome: Outcome
    entry: Entry


def work(
    registry: Registry,
    library: Library,
    due: Sequence[Entry],
    tools_of: Callable[[Candidate], Tools],
    progress: Progress,
    *,
    jobs: int = 1,
    clock: Callable[[], float] = time.time,
) -> Iterator[Done]:
    """Ingest episodes that are due, ``jobs`` at a time; results as they come.

    What another podpipe works on, or has done meanwhile, is left to it. Where something is wrong with this machine
    (no room on the disk, no weights), the run ends with that outcome, and no episode is to blame.
    """
    entries = {(entry.show_id, entry.guid): entry for entry in due}
    private = {sub.id for sub in registry.subscriptions() if sub.is_private}
    outcomes = work_through(_candidates(registry, due), library, tools_of, progress, jobs=jobs, wait=False)
    for outcome in outcomes:
        if outcome.status == "busy" or outcome.candidate is None:
            continue
        episode = outcome.candidate.episode
        entry = entries[episode.show_id, episode.guid]
        if entry.show_id in private:
            outcome = replace(
                outcome,
                error=addresses.only_hosts(outcome.error),
                remarks=tuple(map(addresses.only_hosts, outcome.remarks)),
            )
        settled = settle(entry, outcome, clock())
        if settled != entry:
            registry.settle(settled)
        yield Done(replace(outcome, candidate=None), settled)
        if outcome.failure == "here":
            return


def settle(entry: Entry, outcome: Outcome, now: float) -> Entry:
    """What is kept of an episode after a try."""
    if outcome.status in ("done", "unchanged"):
        name = outcome.episode.id if outcome.episode else entry.id
        return replace(entry, id=name, state="done", attempts=0, error="", next_try=None, since=now)
    if outcome.failure == "here":
        return entry
    attempts = entry.attempts + 1
    is_over = attempts >= _TRIES.get(outcome.failure, _TRIES["passing"])
    wait_s = max(backoff_s(attempts), outcome.retry_after_s or 0)
    return replace(
        entry,
        state="failed",
        attempts=attempts,
        error=outcome.error,
        next_try=None if is_over else now + wait_s,
        since=now if entry.state != "failed" else entry.since,
    )


def again(registry: Registry, entries: Iterable[Entry], now: float) -> list[Entry]:
    """Let episodes wait as if they were never tried; the feeds of those whose item is not kept are read whole again."""
    waiting = [replace(e, state="waiting", attempts=0, error="", next_try=None, since=now) for e in entries]
    unread: set[str] = set()
    for entry in waiting:
        kept = registry.candidate(entry)
        registry.put([(entry if kept else replace(entry, digest=""), kept)])
        if kept is None:
            unread.add(entry.show_id)
    for show_id in unread:
        subscription = registry.subscription(show_id)
        if subscription is not None:
            registry.save(replace(subscription, validators={}, is_complete=False))
    return waiting


def offered_no_longer(registry: Registry, waiting: Iterable[Entry]) -> list[Entry]:
    """Those that wait in vain, because their feed was read again and does not have them; they are failed then."""
    gone: list[Entry] = []
    for entry in waiting:
        now = registry.entry_by(entry.show_id, entry.guid)
        subscription = registry.subscription(entry.show_id)
        is_read = subscription is not None and subscription.is_complete
        if now is not None and now.state == "waiting" and is_read and registry.candidate(now) is None:
            gone.append(replace(now, state="failed", error="it is not in its feed any longer", next_try=None))
            registry.settle(gone[-1])
    return gone


def to_check(registry: Registry, names: Sequence[str], now: float) -> list[Subscription]:
    """The followed shows to ask: those that are named, or else all but those that failed and rest.

    Raises:
        LibraryError: a name fits no show, or several, or one that is not followed.
    """
    if not names:
        followed = registry.subscriptions(followed=True)
        return [sub for sub in followed if sub.next_check is None or not now < sub.next_check < now + LONGEST_WAIT_S]
    found = [registry.find(name) for name in names]
    for subscription in found:
        if not subscription.is_followed:
            raise LibraryError(f"{subscription.id} is not subscribed to; podpipe subscribe follows it again")
    return list({sub.id: sub for sub in found}.values())


def _candidates(registry: Registry, due: Sequence[Entry]) -> Iterator[Candidate]:
    """What is to be ingested, read one by one as there is room for it."""
    for entry in due:
        now = registry.entry_by(entry.show_id, entry.guid)
        candidate = registry.candidate(entry) if now and now.state in ("waiting", "failed") else None
        if candidate is not None:
            yield candidate
