"""From sources to searchable, chapter-tagged episodes: the main job, on one screen."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from podpipe import fetching, stages
from podpipe.errors import AudioError, BusyError, GoneError, PodpipeError, SpeechError
from podpipe.library import Library
from podpipe.models import Chapter, Episode, Missing
from podpipe.pipeline import Over, two_steps
from podpipe.sources import Candidate, Selection, discover
from podpipe.stages import Tools
from podpipe.work import Progress, Work

Failure = Literal["", "passing", "gone", "audio", "here", "bug"]
"""Why an episode failed: it may pass; there is nothing at its address; what is there is no audio that can be used;
something is wrong with this machine, so that every other episode would fail too; podpipe itself went wrong."""

_AHEAD = 2
"""So many more episodes than are worked on are downloaded ahead."""

_HERE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


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

    ``seconds`` holds the time of each stage that had to run. ``busy``: another podpipe works on it.
    """

    source: str
    episode: Episode | None
    status: Literal["done", "unchanged", "failed", "busy"]
    duration_ms: int = 0
    chapters: tuple[Chapter, ...] = ()
    missing: tuple[Missing, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    error: str = ""
    failure: Failure = ""
    retry_after_s: float | None = None
    """In how long it may work, where a server has said so."""
    candidate: Candidate | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Fetched:
    """An episode whose audio is here; ``work`` is what was done of it so far."""

    candidate: Candidate
    work: Work
    is_waiting: bool
    """Whether another process that works on it is waited for."""


def fetch_episode(
    candidate: Candidate,
    library: Library,
    tools: Tools,
    progress: Progress,
    force: frozenset[str] = frozenset(),
    *,
    wait: bool = True,
) -> Fetched:
    """Take one episode through the stages that need the network alone.

    Raises:
        BusyError: another process works on it, and it is not to be waited for.
        PodpipeError: a stage failed.
    """
    episode = replace(candidate.episode, id=library.id_of(candidate.episode))
    with library.lock(episode.id, on_wait=_on_wait(episode, progress, wait)) as folder:
        work = Work(folder, episode, progress, force)
        fetching.fetch(work, tools.client, candidate)
        fetching.fetch_transcript(work, tools.client, candidate)
        return Fetched(candidate, work, wait)


def finish_episode(fetched: Fetched, library: Library, tools: Tools, progress: Progress) -> Outcome:
    """Take an episode that was fetched through all stages that are not yet done.

    Raises:
        BusyError: another process works on it, and it is not to be waited for.
        PodpipeError: a stage failed; what was finished before stays, and a later run goes on there.
    """
    candidate, before = fetched.candidate, fetched.work
    with library.lock(before.episode.id, on_wait=_on_wait(before.episode, progress, fetched.is_waiting)) as folder:
        work = Work(folder, before.episode, progress, before.force)  # the ledger as it is now
        work.seconds, work.remarks = dict(before.seconds), list(before.remarks)
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
            candidate.episode.enclosure,
            work.episode,
            "done" if work.seconds else "unchanged",
            duration_ms=folder.transcript().duration_ms,
            chapters=found.chapters,
            missing=found.missing,
            seconds=work.seconds,
            remarks=tuple(work.remarks),
            candidate=candidate,
        )


def _on_wait(episode: Episode, progress: Progress, wait: bool) -> Callable[[], None] | None:
    return (lambda: progress(episode, "wait", 0, None)) if wait else None


def ingest(request: Request, library: Library, tools: Tools, progress: Progress) -> Iterator[Outcome]:
    """Ingest everything that the sources name; what fails does not stop the rest.

    Yields outcomes as they come. KeyboardInterrupt stops all jobs at their next sign of progress.
    """
    return work_through(
        discovered(request, tools), library, lambda _: tools, progress, jobs=request.jobs, force=request.force
    )


def discovered(request: Request, tools: Tools) -> Iterator[Candidate | Outcome]:
    """The episodes that the sources name; a source that gives none is an outcome already."""
    for source in request.sources:
        try:
            yield from discover(source, client=tools.client, notes=request.notes, selection=request.selection)
        except PodpipeError as error:
            yield Outcome(source, None, "failed", error=str(error), failure=_failure(error))


def work_through(
    found: Iterable[Candidate | Outcome],
    library: Library,
    tools_of: Callable[[Candidate], Tools],
    progress: Progress,
    *,
    jobs: int = 1,
    force: frozenset[str] = frozenset(),
    wait: bool = True,
) -> Iterator[Outcome]:
    """Ingest episodes, ``jobs`` at a time; while they are heard, the next are downloaded.

    An outcome among them is passed on. Without ``wait``, an episode that another process works on is left to it.
    """
    stop = threading.Event()

    def watched(episode: Episode, stage: str, done: int, total: int | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        progress(episode, stage, done, total)

    def first(item: Candidate | Outcome) -> Fetched | Over[Outcome]:
        if isinstance(item, Outcome):
            return Over(item)
        try:
            fetched = fetch_episode(item, library, tools_of(item), watched, force, wait=wait)
            watched(fetched.work.episode, "ready", 0, None)
            return fetched
        except Exception as error:  # whatever happens to one episode, the others go on
            return Over(_failed(item, error))

    def second(item: Fetched) -> Outcome:
        try:
            return finish_episode(item, library, tools_of(item.candidate), watched)
        except Exception as error:  # the same
            return _failed(item.candidate, error)

    try:
        yield from two_steps(found, first, second, ahead=jobs + _AHEAD, jobs=jobs)
    finally:
        stop.set()


def _failed(candidate: Candidate, error: Exception) -> Outcome:
    failure = _failure(error)
    said = str(error) if isinstance(error, PodpipeError) else f"podpipe went wrong: {type(error).__name__}: {error}"
    return Outcome(
        candidate.episode.enclosure,
        candidate.episode,
        "busy" if isinstance(error, BusyError) else "failed",
        error=said,
        failure=failure,
        retry_after_s=getattr(error, "retry_after_s", None),
        candidate=candidate,
    )


def _failure(error: Exception) -> Failure:
    match error:
        case GoneError():
            return "gone"
        case AudioError():
            return "audio"
        case SpeechError():
            return "here"
        case PodpipeError():
            is_here = isinstance(error.__cause__, OSError) and error.__cause__.errno in _HERE
            return "here" if is_here else "passing"
        case _:
            return "bug"
