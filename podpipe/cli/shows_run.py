"""Runs over shows in the terminal: ``podpipe update``, ``retry``, ``remove``, and ``--watch``."""

from __future__ import annotations

import contextlib
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from podpipe.cli import console, ingest_report, shows_report
from podpipe.errors import LibraryError, PodpipeError
from podpipe.shows import session
from podpipe.shows.session import Choice, Session

if TYPE_CHECKING:
    from podpipe.library import Library
    from podpipe.shows.update import Done

_LONGEST_WAIT_S = 3600.0
"""Between two looks at what is due, however seldom feeds are asked."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a run works and what it prints."""

    jobs: int
    engine: str
    model: str
    device: str
    allow_hosts: tuple[str, ...]
    is_json: bool


def update(library: Library, settings: Settings, choice: Choice, *, is_quiet: bool = False) -> bool:
    """One update, shown; whether all went well. ``is_quiet``: nothing is printed where nothing happened."""
    return _run(library, settings, lambda run: run.update(choice), is_quiet=is_quiet)


def retry(library: Library, settings: Settings, names: Sequence[str], *, skipped: bool) -> bool:
    """One more try of what failed, shown; whether all went well."""
    return _run(library, settings, lambda run: run.retry(names, skipped=skipped))


def _run(
    library: Library, settings: Settings, work: Callable[[Session], Iterator[Done]], *, is_quiet: bool = False
) -> bool:
    report = shows_report.Report()
    with (
        ingest_report.display() as display,
        session.opened(
            library,
            display.progress,
            report.checked,
            display.expect,
            engine=settings.engine,
            model=settings.model,
            device=settings.device,
            allow_hosts=settings.allow_hosts,
            jobs=settings.jobs,
        ) as run,
    ):
        for done in work(run):
            display.finished(done.outcome)
            report.done(done)
        report.left_over(run.registry)
    if settings.is_json:
        report.print_as_json()
    elif not is_quiet or report.has_news:
        report.print_summary(library)
    return report.is_fine


def watch(library: Library, settings: Settings, choice: Choice, minutes: float) -> None:
    """Update again and again, at moments that are no two machines' same; Ctrl-C or SIGTERM while it waits ends it."""
    signal.signal(signal.SIGTERM, _stop)
    while True:
        try:
            update(library, settings, choice, is_quiet=True)
        except PodpipeError as error:  # such as a network that is away: the next time is another time
            console.err().print(f"✗ {console.clean(str(error))}", style="red", markup=False, soft_wrap=True)
        pause_s = min(minutes * 60 * random.uniform(0.9, 1.1), _until_due(library))
        try:
            with _waiting(pause_s):
                time.sleep(pause_s)
        except KeyboardInterrupt:
            console.err().print("stopped", markup=False)
            return


def _until_due(library: Library) -> float:
    """Seconds until an episode that failed is to be tried again, at most as long as nothing is looked at."""
    from podpipe.shows.registry import Registry

    with Registry(library.root, create=False) as registry:
        following = registry.next_try()
    return _LONGEST_WAIT_S if following is None else min(max(following - time.time(), 60.0), _LONGEST_WAIT_S)


@contextlib.contextmanager
def _waiting(pause_s: float) -> Iterator[None]:
    """Say in a terminal when the next look is; a log is not told."""
    if not console.err().is_terminal:
        yield
        return
    when = time.strftime("%H:%M", time.localtime(time.time() + pause_s))
    with console.err().status(f"Waiting; the next look is at {when}. Ctrl-C stops."):
        yield


def _stop(*_: Any) -> None:
    raise KeyboardInterrupt


def remove(library: Library, names: Sequence[str], *, is_sure: bool) -> None:
    """Remove episodes and shows after asking. Raises LibraryError where a name fits nothing, or several things."""
    from podpipe.search import open_index
    from podpipe.shows import removal
    from podpipe.shows.registry import Registry

    with Registry(library.root, create=False) as registry:
        shows, episodes = _meant(library, registry, names)
        what = shows_report.to_remove([show.title for show in shows], episodes)
        if not is_sure:
            if not sys.stdin.isatty():
                raise LibraryError(f"podpipe would remove {what}; add --yes, as nobody can be asked here")
            typer.confirm(f"Remove {what} with all files?", abort=True)
        with open_index(library.index, create=True) as index:
            busy = removal.remove(registry, library, index, episodes, shows_report.say_waiting)
        for show in shows:
            if not busy:
                registry.forget(show.id)
    if busy:
        raise LibraryError(f"another podpipe works on {', '.join(busy)}; stop it and remove again")
    console.out().print(f"Removed {console.clean(what)}.", markup=False)


def _meant(library: Library, registry: Any, names: Sequence[str]) -> tuple[list[Any], list[str]]:
    """The shows and the episodes' ids that names mean, the episodes of these shows among them."""
    shows, episodes = [], []
    for name in names:
        matches = registry.matches(name)
        if len(matches) == 1:
            shows.append(matches[0])
            ids = (entry.id for entry in registry.entries(matches[0].id))
            episodes += [episode_id for episode_id in ids if library.folder(episode_id).path.is_dir()]
            continue
        try:
            episodes.append(library.find(name).id)
        except LibraryError:
            episodes.append(registry.find_entry(name).id)
    return shows, list(dict.fromkeys(episodes))
