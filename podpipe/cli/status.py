"""``podpipe status``: what is done, what waits, what failed and why, and when it is tried again."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from podpipe.cli.options import JsonOption, LibraryOption

if TYPE_CHECKING:
    from podpipe.library import Library
    from podpipe.shows import Entry, Subscription
    from podpipe.shows.registry import Registry

_FAILED_SHOWN = 10


def command(
    name: Annotated[
        str, typer.Argument(metavar="[SHOW|EPISODE]", help="A show, an episode, or a part of their ids or titles.")
    ] = "",
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Show what has become of shows and episodes: done, waiting, failed and why, and the next try."""
    from podpipe.library import Library
    from podpipe.shows.registry import Registry

    place = Library.locate(library)
    with Registry(place.root, create=False) as registry:
        shows = registry.matches(name) if name else []
        if not name:
            _all(registry, json=json)
        elif len(shows) == 1:
            _show(registry, shows[0], json=json)
        else:
            _episode(place, registry, name, json=json)


def _all(registry: Registry, *, json: bool) -> None:
    from podpipe.cli import console, moments, shows_report

    shows, counts, now = registry.subscriptions(), registry.counts(), time.time()
    if json:
        rows = [shows_report.subscription_as_json(show) | {"episodes": counts.get(show.id, {})} for show in shows]
        console.print_json({"shows": rows, "next_try": registry.next_try()})
        return
    if not shows:
        console.out().print("No shows yet; podpipe subscribe FEED follows one.", markup=False)
        return
    table = shows_report.table("Show", "Title", ">Done", ">Waiting", ">Failed", ">Skipped", "Feed")
    for show in shows:
        found = counts.get(show.id, {})
        numbers = (str(found.get(state, 0)) for state in ("done", "waiting", "failed", "skipped"))
        table.add_row(show.id, shows_report.plain(show.title), *numbers, _feed(show, now))
    console.out().print(table)
    for show in shows:
        if show.error and show.is_followed:
            text = f"{console.clean(show.title)} could not be read: {console.clean(show.error)}"
            again = f"{shows_report.number(show.attempts, 'try', 'tries')}; asked again "
            console.out().print(
                f"\n{text}\n  {again}{moments.relative(show.next_check, now)}", markup=False, soft_wrap=True
            )
    failed = [entry for show in shows for entry in registry.entries(show.id, "failed")]
    shows_report.print_failed(sorted(failed, key=lambda entry: -entry.since), _FAILED_SHOWN)


def _feed(show: Subscription, now: float) -> str:
    from podpipe.cli import moments

    if not show.is_followed:
        return "not followed"
    if show.error:
        return "failing"
    return f"read {moments.relative(show.checked, now)}" if show.checked else "not read yet"


def _show(registry: Registry, show: Subscription, *, json: bool) -> None:
    from podpipe.cli import console, shows_report

    entries, now = registry.entries(show.id), time.time()
    if json:
        rows = [_as_json(entry) for entry in entries]
        console.print_json(shows_report.subscription_as_json(show) | {"episodes": rows})
        return
    out = console.out()
    out.print(console.clean(show.title), style="bold", markup=False)
    out.print(f"Feed  {console.clean(shows_report.feed_of(show))}, {_feed(show, now)}", markup=False, soft_wrap=True)
    if show.error:
        out.print(f"      {console.clean(show.error)}", markup=False, soft_wrap=True)
    table = shows_report.table("Episode", "Title", "State", "Why, and the next try")
    for entry in entries:
        table.add_row(entry.id, shows_report.plain(entry.title), entry.state, shows_report.plain(_why(entry, now)))
    out.print()
    out.print(table)


def _why(entry: Entry, now: float) -> str:
    from podpipe.cli import moments

    if entry.state != "failed":
        return ""
    if entry.next_try is None:
        return f"{entry.error}; not tried again by itself"
    return f"{entry.error}; next try {moments.relative(entry.next_try, now)}"


def _episode(library: Library, registry: Registry, name: str, *, json: bool) -> None:
    """One episode, also one that came from no feed. Raises LibraryError where none fits."""
    from podpipe.cli import console, moments, shows_report
    from podpipe.errors import LibraryError

    if registry.find_entries(name):
        entry: Entry | None = registry.find_entry(name)
    else:
        try:
            folder = library.find(name)
        except LibraryError as error:
            raise LibraryError(
                f"no show or episode fits {name!r}; podpipe status and podpipe list show them"
            ) from error
        entry = registry.entry(folder.id)
    episode_id = entry.id if entry else folder.id
    place = library.folder(episode_id)
    stages = _stages(library, episode_id)
    state = entry.state if entry else ("done" if place.is_complete() else "unfinished")
    if json:
        facts = _as_json(entry) if entry else {"id": episode_id, "title": place.episode().title, "state": state}
        console.print_json(facts | {"stages": stages, "path": str(place.path) if place.path.is_dir() else None})
        return
    out, now = console.out(), time.time()
    title = entry.title if entry else place.episode().title
    out.print(console.clean(title), style="bold", markup=False)
    facts = {"Episode": episode_id, "State": state}
    if entry is not None:
        facts["State"] += f", {moments.relative(entry.since, now)}"
        if entry.state == "failed":
            facts["Why"] = entry.error
            facts["Tries"] = str(entry.attempts)
            facts["Next try"] = moments.relative(entry.next_try, now)
    facts["Stages"] = ", ".join(stages) or "none is finished"
    for label, value in facts.items():
        out.print(f"{label:<10}{console.clean(value)}", markup=False, soft_wrap=True)
    shows_report.hint(out, entry)


def _stages(library: Library, episode_id: str) -> list[str]:
    """The stages that are finished."""
    from podpipe.work import STAGES

    folder = library.folder(episode_id)
    if not folder.path.is_dir():
        return []
    ledger = folder.ledger()
    return [stage for stage in STAGES if ledger.entry(stage) is not None]


def _as_json(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "title": entry.title,
        "published": entry.published,
        "state": entry.state,
        "since": datetime.fromtimestamp(entry.since, UTC),
        "attempts": entry.attempts,
        "error": entry.error or None,
        "next_try": datetime.fromtimestamp(entry.next_try, UTC) if entry.next_try else None,
    }
