"""What a script saves: the whole ingest of an episode with its notes, and without."""

from __future__ import annotations

import json
import resource
import shutil
import statistics
from dataclasses import dataclass
from pathlib import Path

from bench import measure
from bench.episodes import Truth, truths
from bench.table import Settings, Skipped, Table

EPISODE = "lkml_20091101"
TARGET = 3.0

EXPLANATION = """\
`podpipe ingest` of one file, each time a new process and a new library, in turn: without notes, so that everything
is recognised, and with the notes, which are the script. Wall time is from the command to its end, CPU time that of
all its threads; median of the rounds. The weights are the same, and are in the system's cache."""


@dataclass(frozen=True, slots=True)
class _Cost:
    """Seconds of a process, and of its transcription alone."""

    wall: float
    cpu: float
    transcribe: float


def run(settings: Settings) -> Table:
    """Ingest the episode in both ways, in turn."""
    truth = next((truth for truth in truths() if truth.id == EPISODE), None)
    if truth is None:
        raise Skipped(f"there is no ../shared/data/episodes/{EPISODE} beside the checkout")
    rounds = 1 if settings.quick else 3
    costs: dict[bool, list[_Cost]] = {False: [], True: []}
    for number in range(rounds):
        for with_notes, spent in costs.items():
            spent.append(_ingest(truth, settings.folder / f"{number}-{with_notes}", with_notes=with_notes))
    alone, script = costs[False], costs[True]
    rows = [
        (name, f"{before:.1f} s", f"{after:.1f} s", f"{before / after:.1f}×", target)
        for name, before, after, target in (
            ("wall time", _median(alone, "wall"), _median(script, "wall"), f"≥ {TARGET:.0f}×"),
            ("CPU time", _median(alone, "cpu"), _median(script, "cpu"), "–"),
            ("transcription, wall time", _median(alone, "transcribe"), _median(script, "transcribe"), "–"),
        )
    ]
    return Table(
        "A whole ingest with a script", EXPLANATION, ("", "No notes", "With notes", "Faster", "Target"), tuple(rows)
    )


def _median(costs: list[_Cost], what: str) -> float:
    return statistics.median(getattr(cost, what) for cost in costs)


def _ingest(truth: Truth, folder: Path, *, with_notes: bool) -> _Cost:
    folder.mkdir(parents=True)
    audio, notes = folder / "audio.mp3", folder / "show-notes.txt"
    shutil.copyfile(truth.audio, audio)
    shutil.copyfile(truth.notes, notes)
    before = _cpu()
    told = ("--notes", notes) if with_notes else ()
    run = measure.podpipe("ingest", audio, *told, "--library", folder / "library", "--json")
    stages = json.loads(run.output)["episodes"][0]["stages"]
    return _Cost(run.seconds, _cpu() - before, stages["transcribe"])


def _cpu() -> float:
    """CPU seconds of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
