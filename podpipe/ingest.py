"""From sources to searchable, chapter-tagged episodes: the main job, on one screen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Literal

from podpipe import fetching, stages
from podpipe.errors import PodpipeError
from podpipe.library import Library
from podpipe.models import Chapter, Episode, Missing
from podpipe.sources import Candidate, Selection, discover
from podpipe.stages import Tools
from podpipe.work import Progress, Work


@dataclass(frozen=True, slots=True)
class Request:
    """What to ingest. ``jobs`` episodes are worked on at a time; ``force`` names stages to do again."""

    sources: tuple[str, ...]
    notes: str | None = None
    selection: Selection = field(default_factory=Selection)
    jobs: int = 1
    force: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one episode, or of a source that gave none (then ``episode`` is None).

    ``seconds`` holds the time of each stage that had to run.
    """

    source: str
    episode: Episode | None
    status: Literal["done", "unchanged", "failed"]
    duration_ms: int = 0
    chapters: tuple[Chapter, ...] = ()
    missing: tuple[Missing, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    error: str = ""


def ingest_episode(
    candidate: Candidate,
    library: Library,
    tools: Tools,
    progress: Progress,
    force: frozenset[str] = frozenset(),
) -> Outcome:
    """Take one episode through all stages that are not yet done.

    Raises:
        PodpipeError: a stage failed; what was finished before stays, and a later run goes on there.
    """
    episode = replace(candidate.episode, id=library.id_of(candidate.episode))
    with library.lock(episode.id, on_wait=lambda: progress(episode, "wait", 0, None)) as folder:
        work = Work(folder, episode, progress, force)
        fetching.fetch(work, tools.client, candidate)
        fetching.fetch_transcript(work, tools.client, candidate)
        outline = stages.describe(work, candidate.notes)
        fetching.cover(work, tools.client)
        stages.transcribe(work, tools, outline)
        stages.align(work, outline)
        stages.outlived(work)
        stages.transcripts(work)
        stages.tag(work)
        stages.index(work, tools.index)
        found = folder.chapters()
        return Outcome(
            episode.enclosure,
            work.episode,
            "done" if work.seconds else "unchanged",
            duration_ms=folder.transcript().duration_ms,
            chapters=found.chapters,
            missing=found.missing,
            seconds=work.seconds,
            remarks=tuple(work.remarks),
        )


def ingest(request: Request, library: Library, tools: Tools, progress: Progress) -> Iterator[Outcome]:
    """Ingest everything that the sources name; what fails does not stop the rest.

    Yields outcomes as they come. KeyboardInterrupt stops all jobs at their next sign of progress.
    """
    stop = threading.Event()

    def watched(episode: Episode, stage: str, done: int, total: int | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        progress(episode, stage, done, total)

    def one(found: Candidate | Outcome) -> Outcome:
        if isinstance(found, Outcome):
            return found
        try:
            return ingest_episode(found, library, tools, watched, request.force)
        except PodpipeError as error:
            return Outcome(found.episode.enclosure, found.episode, "failed", error=str(error))

    try:
        yield from _map(one, _discover(request, tools), request.jobs)
    finally:
        stop.set()


def _discover(request: Request, tools: Tools) -> Iterator[Candidate | Outcome]:
    for source in request.sources:
        try:
            yield from discover(source, client=tools.client, notes=request.notes, selection=request.selection)
        except PodpipeError as error:
            yield Outcome(source, None, "failed", error=str(error))


def _map(
    one: Callable[[Candidate | Outcome], Outcome], found: Iterable[Candidate | Outcome], jobs: int
) -> Iterator[Outcome]:
    """``map`` with ``jobs`` calls at a time, results as they come."""
    if jobs == 1:
        yield from map(one, found)
        return
    rest = iter(found)
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="episode")
    try:
        running: set[Future[Outcome]] = set()
        while fresh := {pool.submit(one, item) for item in islice(rest, jobs - len(running))} | running:
            finished, running = wait(fresh, return_when=FIRST_COMPLETED)
            for future in finished:
                yield future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
