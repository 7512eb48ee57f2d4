"""What the commands about shows print: what came of feeds and episodes, in the morning and at any other time."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from podpipe.cli import console, ingest_report, moments

if TYPE_CHECKING:
    from podpipe.library import Library
    from podpipe.shows import Entry, Subscription
    from podpipe.shows.following import Result
    from podpipe.shows.registry import Registry
    from podpipe.shows.update import Done

T = TypeVar("T")


class Report:
    """Of one run: said as it comes, and summed up at its end."""

    def __init__(self) -> None:
        self.results: list[Result] = []
        self._shows: dict[str, Counter[str]] = {}
        self._titles: dict[str, str] = {}
        self._failed: list[Entry] = []
        self._episodes: list[dict[str, Any]] = []
        self._stopped_by = ""
        self._counts: dict[str, dict[Any, int]] = {}
        self._resting: list[Subscription] = []
        self._follows_any = False

    def checked(self, result: Result) -> None:
        """A feed was asked."""
        show = result.subscription
        self._titles[show.id] = show.title
        self.results.append(result)
        title = console.clean(show.title)
        if result.error:
            when = moments.relative(show.next_check, time.time())
            _say("✗", f"{title}: {console.clean(result.error)} (asked again {when})", "red")
        for remark in result.remarks:
            _say("!", f"{title}: {console.clean(remark)}", "yellow")
        if found := _found(result):
            _say("•", f"{title}: {found}")

    def done(self, done: Done) -> None:
        """An episode was done, or failed."""
        outcome, entry = done.outcome, done.entry
        if outcome.failure == "here":
            self._stopped_by = outcome.error
        elif outcome.status == "failed":
            self._failed.append(entry)
        else:
            self._say_done(done)
        status = "failed" if outcome.status == "failed" else "done"
        self._shows.setdefault(entry.show_id, Counter())[status] += outcome.failure != "here"
        self._episodes.append(ingest_report.as_json(outcome) | {"next_try": entry.next_try})

    def _say_done(self, done: Done) -> None:
        from podpipe import timecode

        outcome = done.outcome
        length = timecode.clock(outcome.duration_ms)
        seconds = sum(outcome.seconds.values())
        spent = f" in {seconds:.0f} s" if outcome.status == "done" else ", nothing had to be done"
        title = console.clean(done.entry.title)
        _say("✓", f"{title} · {length}, {len(outcome.chapters)} chapters{spent}", "green")

    def left_over(self, registry: Registry) -> None:
        """What is in the registry at the end."""
        self._counts = registry.counts()
        self._titles |= {show.id: show.title for show in registry.subscriptions()}
        followed = registry.subscriptions(followed=True)
        asked = {result.subscription.id for result in self.results}
        self._follows_any = bool(followed)
        self._resting = [show for show in followed if show.error and show.id not in asked]

    @property
    def has_news(self) -> bool:
        """Whether there is anything to tell that was not told before."""
        return bool(self._episodes or self._stopped_by or any(r.error or r.news.new for r in self.results))

    @property
    def is_fine(self) -> bool:
        """Whether nothing failed."""
        return not (self._failed or self._stopped_by or any(result.error for result in self.results))

    def print_summary(self, library: Library) -> None:
        """What was done of which show, what failed and why, and when it is tried again."""
        out = console.out()
        if self._shows:
            rows = table("Show", ">Done", ">Failed", ">Waiting")
            for show_id, counts in self._shows.items():
                waiting = self._counts.get(show_id, {}).get("waiting", 0)
                rows.add_row(
                    plain(self._titles.get(show_id, show_id)), str(counts["done"]), str(counts["failed"]), str(waiting)
                )
            out.print(rows)
        print_failed(self._failed)
        if self._stopped_by:
            out.print(f"Stopped: {console.clean(self._stopped_by)}", markup=False, soft_wrap=True)
        out.print(self._sum_up(library), markup=False, soft_wrap=True)

    def _sum_up(self, library: Library) -> str:
        total = sum(self._shows.values(), Counter[str]())
        unread = sum(bool(result.error) for result in self.results)
        parts = [f"{total[name]} {name}" for name in ("done", "failed") if total[name]]
        if unread:
            parts.append(f"{unread} {'feed' if unread == 1 else 'feeds'} could not be read")
        if not parts and not self._stopped_by:
            if not self._follows_any and not self._counts:
                return "No shows are followed yet; podpipe subscribe FEED adds one."
            asked = number(len(self.results), "show")
            return f"{f'Nothing new in {asked}.' if self.results else 'No feed was asked.'}{self._said_of_resting()}"
        return f"{', '.join(parts) or 'Nothing was done'}. Library: {library.root}"

    def _said_of_resting(self) -> str:
        if not self._resting:
            return ""
        first = min(self._resting, key=lambda show: show.next_check or 0)
        when = moments.relative(first.next_check, time.time())
        feeds = f"The feed of {first.title}" if len(self._resting) == 1 else f"{len(self._resting)} feeds"
        return console.clean(f" {feeds} could not be read; asked again {when}, or by podpipe update {first.id}")

    def print_as_json(self) -> None:
        """The same for programs."""
        shows = [_result_as_json(result) for result in self.results]
        console.print_json({"shows": shows, "episodes": self._episodes, "stopped": self._stopped_by or None})


def print_failed(failed: Sequence[Entry], most: int | None = None) -> None:
    """Episodes that failed: why, and when each is tried again."""
    if not failed:
        return
    out, now = console.out(), time.time()
    out.print("\nFailed:", markup=False)
    for entry in failed[:most]:
        title = console.clean(entry.title)
        error = console.clean(entry.error)
        said = error if title in error else f"{title}: {error}"
        out.print(f"  {said}", markup=False, soft_wrap=True)
        out.print(f"    {_next_try(entry, now)}", markup=False, soft_wrap=True, style="dim")
    if most is not None and len(failed) > most:
        out.print(f"  … and {len(failed) - most} more; podpipe status SHOW lists them", markup=False)
    out.print()


def _next_try(entry: Entry, now: float) -> str:
    tries = number(entry.attempts, "try", "tries")
    if entry.next_try is None:
        return f"{tries}; not tried again unless its feed changes, or by podpipe retry {entry.id}"
    return f"{tries}; next try {moments.relative(entry.next_try, now)}"


def print_subscribed(results: Sequence[Result]) -> None:
    """What came of subscribing."""
    out = console.out()
    for result in results:
        show = result.subscription
        title = console.clean(show.title)
        if result.error:
            out.print(
                f"Subscribed to {title}, which could not be read yet: {console.clean(result.error)}",
                markup=False,
                soft_wrap=True,
            )
            continue
        what = "Subscribed to" if result.is_new else "Already subscribed to"
        out.print(f"{what} {title}: {_found(result) or 'nothing new'}. {show.id}", markup=False, soft_wrap=True)
        for remark in result.remarks:
            _say("!", f"{title}: {console.clean(remark)}", "yellow")
    if any(result.news.new for result in results):
        out.print("podpipe update fetches what waits.", markup=False)


def _found(result: Result) -> str:
    """What a feed brought: "3 new episodes, 1 changed, 12 skipped"."""
    news = result.news
    skipped = sum(entry.state == "skipped" for entry, _ in news.changes)
    parts = [number(news.new, "new episode")] if news.new else []
    parts += [f"{news.changed} changed"] if news.changed else []
    if result.is_new:
        parts += [f"{skipped} skipped"] if skipped else []
        parts += [f"{result.silent} without audio left out"] if result.silent else []
        parts = parts or ["no episodes with audio yet"]
    return ", ".join(parts)


def print_subscriptions(followed: Sequence[Subscription], *, json: bool) -> None:
    """The shows that are followed."""
    if json:
        console.print_json([subscription_as_json(show) for show in followed])
        return
    if not followed:
        console.out().print("No shows are followed yet; podpipe subscribe FEED adds one.", markup=False)
        return
    rows = table("Show", "Title", "Feed", "Heard")
    for show in followed:
        rows.add_row(show.id, plain(show.title), plain(feed_of(show)), plain(_options(show)))
    console.out().print(rows)


def _options(show: Subscription) -> str:
    options = show.options
    selection = options.selection
    since = f"since {selection.since}" if selection.since else ""
    match = f"with {selection.match!r}" if selection.match else ""
    limit = f"newest {selection.limit} to begin with" if selection.limit is not None else ""
    return ", ".join(filter(None, (options.language, options.engine, options.model, limit, since, match))) or "all"


def feed_of(show: Subscription) -> str:
    """A feed's address as it may be shown."""
    from podpipe import addresses

    return f"{addresses.origin(show.feed)}/***" if show.is_private else addresses.mask(show.feed)


def write_opml(followed: Sequence[Subscription], path: Path, *, secrets: bool) -> None:
    """Subscriptions as OPML, private ones only if that is wanted. Raises LibraryError."""
    from podpipe import storage
    from podpipe.shows import opml

    listed = list(followed) if secrets else opml.public(followed)
    left_out = len(followed) - len(listed)
    if str(path) == "-":
        sys.stdout.buffer.write(opml.write(listed))
        sys.stdout.flush()
    else:
        before = os.umask(0o077) if secrets else None
        try:
            storage.write_bytes(path.expanduser().absolute(), opml.write(listed))
        finally:
            if before is not None:
                os.umask(before)
    if left_out:
        _say("!", f"{number(left_out, 'private feed')} left out; --secrets writes them with their passwords", "yellow")


def say_waiting() -> None:
    """Another process writes the index."""
    console.err().print("waiting for another podpipe, which writes the index …", markup=False)


def to_remove(shows: Sequence[str], episodes: Sequence[str]) -> str:
    """What is to be removed: "the show X and 12 episodes", "2009-11-01-…"."""
    parts = [f"the show {console.clean(title)}" for title in shows]
    if len(episodes) == 1 and not shows:
        parts.append(console.clean(episodes[0]))
    elif episodes:
        parts.append(number(len(episodes), "episode"))
    return " and ".join(parts)


def print_results_as_json(results: Sequence[Result]) -> None:
    """What came of subscribing, for programs."""
    console.print_json({"shows": [_result_as_json(result) for result in results]})


def track(things: Iterable[T], text: str, total: int) -> Iterable[T]:
    """The same things, with a bar in the terminal."""
    from rich.progress import track as bar

    err = console.err()
    return bar(things, text, total, console=err, transient=True, disable=not err.is_terminal)


def _result_as_json(result: Result) -> dict[str, Any]:
    return subscription_as_json(result.subscription) | {
        "new": result.news.new,
        "changed": result.news.changed,
        "without_audio": result.silent,
        "remarks": result.remarks,
    }


def subscription_as_json(show: Subscription) -> dict[str, Any]:
    """A show for programs, without the secrets of its address."""
    return {
        "id": show.id,
        "title": show.title,
        "feed": feed_of(show),
        "is_followed": show.is_followed,
        "checked": show.checked,
        "next_check": show.next_check,
        "error": show.error or None,
        "options": show.options,
    }


def hint(out: Any, entry: Entry | None) -> None:
    """What brings an episode back, where that is not the next update."""
    if entry is not None and entry.state in ("failed", "skipped", "removed"):
        out.print(f"podpipe retry {entry.id} tries it now.", markup=False)


def number(count: int, one: str, many: str = "") -> str:
    """A number of things: "1 episode", "2 episodes"."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def table(*columns: str) -> Any:
    """A table; a column whose name begins with > is of numbers."""
    from rich.table import Table

    found = Table(box=None, pad_edge=False)
    for column in columns:
        found.add_column(
            column.removeprefix(">"), justify="right" if column.startswith(">") else "left", overflow="fold"
        )
    return found


def plain(text: str) -> Any:
    """Text from outside as a table's cell."""
    from rich.text import Text

    return Text(console.clean(text), overflow="fold")


def _say(mark: str, text: str, style: str = "") -> None:
    console.err().print(f"{mark} {text}", style=style or None, markup=False, soft_wrap=True)
