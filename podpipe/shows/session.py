"""One run over the shows of a library: what ``podpipe update`` and ``podpipe retry`` do, told to whoever shows it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from podpipe.errors import LibraryError
from podpipe.library import Library
from podpipe.shows import Entry, Options, Subscription, following, removal, update
from podpipe.shows.following import Result
from podpipe.shows.registry import Registry
from podpipe.shows.update import Done
from podpipe.sources import Candidate
from podpipe.stages import Tools
from podpipe.work import Progress

if TYPE_CHECKING:
    from podpipe.net import Client
    from podpipe.search import Index
    from podpipe.speech.engine import Recogniser

DEFAULT_ENGINE, DEFAULT_MODEL = "faster-whisper", "base"


@dataclass(frozen=True, slots=True)
class Choice:
    """What to update: shows by name, all where there is none; of each the newest ``limit`` since a day."""

    shows: tuple[str, ...] = ()
    limit: int | None = None
    since: date | None = None


class Toolbox:
    """The tools for each show, as its options and the user have it; an engine is opened when it is first needed."""

    def __init__(
        self,
        client: Client,
        index: Index,
        open_recogniser: Callable[[str, str], Recogniser],
        *,
        engine: str = "",
        model: str = "",
    ) -> None:
        self._client, self._index, self._open = client, index, open_recogniser
        self._engine, self._model = engine, model
        self._opened: dict[tuple[str, str], Recogniser] = {}
        self._lock = threading.Lock()

    def of(self, options: Options) -> Tools:
        """Tools for a show's episodes. Raises SpeechError where its engine or weights are missing."""
        wanted = self._engine or options.engine or DEFAULT_ENGINE, self._model or options.model or DEFAULT_MODEL
        with self._lock:
            if wanted not in self._opened:
                self._opened[wanted] = self._open(*wanted)
            return Tools(self._client, self._opened[wanted], self._index, options.language or None)


@dataclass(frozen=True, slots=True)
class Session:
    """A library's shows, and what works on them."""

    library: Library
    registry: Registry
    client: Client
    toolbox: Toolbox
    progress: Progress
    on_checked: Callable[[Result], None]
    on_due: Callable[[int], None] = lambda count: None
    jobs: int = 1
    clock: Callable[[], float] = time.time

    def update(self, choice: Choice) -> Iterator[Done]:
        """Ask feeds, then ingest what is due; results as they come.

        Raises:
            LibraryError: a name fits no show that is followed, or the library can't be written.
        """
        removal.sweep(self.library)
        shows = update.to_check(self.registry, choice.shows, self.clock())
        self._check(shows)
        named = {sub.id for sub in shows} if choice.shows else None
        ids = [sub.id for sub in self.registry.subscriptions() if named is None or sub.id in named]
        due = self.registry.due(self.clock(), ids)
        return self._work(_chosen(due, choice))

    def retry(self, names: Sequence[str], *, skipped: bool = False) -> Iterator[Done]:
        """Try again now what failed: everything, or some shows' or episodes.

        Raises:
            LibraryError: a name fits nothing, or several things, or what was done already or is offered no longer.
        """
        wanted = self._failed(names, skipped=skipped)
        waiting = update.again(self.registry, wanted, self.clock())
        ids = {entry.show_id for entry in waiting}
        self._check([sub for sub in self.registry.subscriptions() if sub.id in ids])
        keys = {(entry.show_id, entry.guid) for entry in waiting}
        due = [e for e in self.registry.due(self.clock(), ids) if (e.show_id, e.guid) in keys]
        gone = update.offered_no_longer(self.registry, waiting)
        if gone and not due:
            raise LibraryError(f"{gone[0].id} is not in its feed any longer; podpipe ingest takes its audio's address")
        return self._work(due)

    def _check(self, shows: Sequence[Subscription]) -> None:
        for show in shows:
            if show.is_typed:
                self.client.allow(show.feed)
        for result in following.check_all(self.registry, self.client, shows, now=self.clock()):
            self.on_checked(result)

    def _work(self, due: Sequence[Entry]) -> Iterator[Done]:
        self.on_due(len(due))
        options = {sub.id: sub.options for sub in self.registry.subscriptions()}

        def tools_of(candidate: Candidate) -> Tools:
            return self.toolbox.of(options.get(candidate.episode.show_id, Options()))

        return update.work(self.registry, self.library, due, tools_of, self.progress, jobs=self.jobs, clock=self.clock)

    def _failed(self, names: Sequence[str], *, skipped: bool) -> list[Entry]:
        if not names:
            return [e for sub in self.registry.subscriptions() for e in self.registry.entries(sub.id, "failed")]
        found: list[Entry] = []
        for name in names:
            shows = self.registry.matches(name)
            if len(shows) == 1:
                states = ("failed", "skipped") if skipped else ("failed",)
                found += self.registry.entries(shows[0].id, *states)
                continue
            entry = self.registry.find_entry(name)
            if entry.state == "done":
                raise LibraryError(f"{entry.id} is done; podpipe ingest --force does it again")
            found.append(entry)
        return found


def _chosen(due: Sequence[Entry], choice: Choice) -> list[Entry]:
    counts: dict[str, int] = {}
    chosen: list[Entry] = []
    for entry in due:
        if choice.since is not None and (entry.published is None or entry.published.date() < choice.since):
            continue
        counts[entry.show_id] = counts.get(entry.show_id, 0) + 1
        if choice.limit is None or counts[entry.show_id] <= choice.limit:
            chosen.append(entry)
    return chosen


@contextlib.contextmanager
def opened(
    library: Library,
    progress: Progress,
    on_checked: Callable[[Result], None],
    on_due: Callable[[int], None],
    *,
    engine: str = "",
    model: str = "",
    device: str = "auto",
    allow_hosts: Sequence[str] = (),
    jobs: int = 1,
) -> Iterator[Session]:
    """A session with what the commands use."""
    from podpipe import config
    from podpipe.net import Client
    from podpipe.search import open_index
    from podpipe.speech import open_recogniser

    def recogniser(engine: str, model: str) -> Recogniser:
        return open_recogniser(engine, model, device=device)

    with (
        Registry(library.root) as registry,
        Client(allow_hosts=allow_hosts, config=config.load(library.root)) as client,
        open_index(library.index, create=True) as index,
    ):
        toolbox = Toolbox(client, index, recogniser, engine=engine, model=model)
        yield Session(library, registry, client, toolbox, progress, on_checked, on_due, jobs)
