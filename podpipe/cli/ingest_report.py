"""What ``podpipe ingest`` shows: progress while it works, a table at the end."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from podpipe import timecode
from podpipe.cli import console
from podpipe.models import FOUND_BY

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import Task, TaskID

    from podpipe.ingest import Outcome
    from podpipe.library import Library
    from podpipe.models import Chapter, Episode

_DOING = {
    "wait": "waiting for another podpipe",
    "fetch": "downloading",
    "published": "fetching the transcript",
    "describe": "reading notes",
    "cover": "downloading the cover",
    "transcribe": "transcribing",
    "align": "aligning",
    "transcripts": "writing transcripts",
    "tag": "tagging",
    "index": "indexing",
    "tidy": "tidying the index",
}


class Display:
    """A bar for each episode under way; safe to call from several threads."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[str, tuple[str, TaskID]] = {}
        self._lock = threading.Lock()
        self._all: TaskID | None = None

    def progress(self, episode: Episode, stage: str, done: int, total: int | None) -> None:
        """Move the episode's bar; a new stage starts a new bar."""
        with self._lock:
            known = self._tasks.get(episode.guid)
            if known is None or known[0] != stage:
                if known is not None:
                    self._bars.remove_task(known[1])
                if stage == "ready":  # it is here and has to wait for its turn: nothing moves
                    self._tasks.pop(episode.guid, None)
                    return
                title = console.clean(episode.title)[:40]
                task = self._bars.add_task(f"{title} · {_DOING.get(stage, stage)}", total=total, stage=stage)
                self._tasks[episode.guid] = (stage, task)
            else:
                task = known[1]
            self._bars.update(task, completed=done, total=total)

    def expect(self, count: int) -> None:
        """Show a bar for all episodes of a run."""
        if count > 1:
            self._all = self._bars.add_task(f"{count} episodes", total=count, stage="all")

    def finished(self, outcome: Outcome) -> Outcome:
        """Take the episode's bar away and say what became of it."""
        with self._lock:
            known = self._tasks.pop(outcome.episode.guid, None) if outcome.episode else None
            if known is not None:
                self._bars.remove_task(known[1])
            if self._all is not None:
                self._bars.advance(self._all)
        name = console.clean(outcome.episode.title if outcome.episode else outcome.source)
        if outcome.status == "failed":
            error = console.clean(outcome.error)
            self._say("✗", error if name in error else f"{name}: {error}", "red")
        for remark in outcome.remarks:
            self._say("!", f"{name}: {console.clean(remark)}", "yellow")
        return outcome

    def left_out(self, show: str, count: int) -> None:
        """Say that a feed has episodes that the user has removed."""
        what = "1 episode" if count == 1 else f"{count} episodes"
        self._say(
            "!", f"{console.clean(show)}: {what} that you removed left out; podpipe retry brings one back", "yellow"
        )

    def _say(self, mark: str, text: str, style: str) -> None:
        self._bars.console.print(f"{mark} {text}", style=style, markup=False, soft_wrap=True)


@contextlib.contextmanager
def display() -> Iterator[Display]:
    """Show progress on standard error while the block runs (nothing but failures where it is no terminal)."""
    from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        """Times real time for sound, bytes a second for downloads."""

        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            if task.fields.get("stage") == "all":
                return Text(f"{task.completed:.0f} of {task.total:.0f}")
            if not speed:
                return Text("")
            if task.fields.get("stage") == "fetch":
                return Text(f"{speed / 1e6:.1f} MB/s")
            return Text(f"{speed / 1000:.1f}× real time")

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), Rate(), TimeRemainingColumn())
    err = console.err()
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bars:
        yield Display(bars)


def print_summary(outcomes: Sequence[Outcome], library: Library) -> None:
    """A table of what became of each episode, then one line that sums up."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("Episode", overflow="fold")
    table.add_column("Length", justify="right", no_wrap=True)
    table.add_column("Chapters", justify="right", no_wrap=True)
    table.add_column("Found by")
    table.add_column("Sure", no_wrap=True)
    table.add_column("Result", no_wrap=True)
    for outcome in outcomes:
        if outcome.episode is not None:
            table.add_row(*_row(outcome))
    if table.row_count:
        console.out().print(table)
    console.out().print(_sum_up(outcomes, library), markup=False)


def print_as_json(outcomes: Sequence[Outcome]) -> None:
    """The same for programs: ``{"episodes": [...]}`` with an entry for each episode or failed source."""
    console.print_json({"episodes": [as_json(outcome) for outcome in outcomes]})


def _row(outcome: Outcome) -> list[str]:
    assert outcome.episode is not None
    name = console.clean(outcome.episode.id if outcome.status != "failed" else outcome.episode.title)
    if outcome.status == "failed":
        return [name, "", "", "", "", "failed"]
    topics = [chapter for chapter in outcome.chapters if chapter.evidence != "opening"]
    missing = f", {len(outcome.missing)} not found" if outcome.missing else ""
    result = "up to date" if outcome.status == "unchanged" else f"{sum(outcome.seconds.values()):.0f} s"
    return [
        name,
        timecode.clock(outcome.duration_ms),
        str(len(topics)),
        (_found_by(topics) or "–") + missing,
        f"≥ {min(chapter.confidence for chapter in topics):.2f}" if topics else "–",
        result,
    ]


def _found_by(chapters: Sequence[Chapter]) -> str:
    counts = Counter(FOUND_BY[chapter.evidence] for chapter in chapters)
    if len(counts) == 1:
        return next(iter(counts))
    return ", ".join(f"{number} {name}" for name, number in counts.most_common())


def _sum_up(outcomes: Sequence[Outcome], library: Library) -> str:
    counts = Counter(outcome.status for outcome in outcomes)
    parts = [f"{counts[status]} {status}" for status in ("done", "unchanged", "failed") if counts[status]]
    if counts["unchanged"] == len(outcomes):
        return "Nothing had to be done: everything is up to date."
    return f"{', '.join(parts)}. Library: {library.root}"


def as_json(outcome: Outcome) -> dict[str, Any]:
    """An outcome for programs."""
    episode = outcome.episode
    return {
        "source": outcome.source,
        "id": episode.id if episode else None,
        "title": episode.title if episode else None,
        "status": outcome.status,
        "error": outcome.error or None,
        "duration_ms": outcome.duration_ms,
        "chapters": outcome.chapters,
        "missing": outcome.missing,
        "stages": {stage: round(seconds, 3) for stage, seconds in outcome.seconds.items()},
        "remarks": outcome.remarks,
    }
