"""What it costs to write chapters and tags into a long file."""

from __future__ import annotations

import json
import math
import statistics
from pathlib import Path

from bench import measure
from bench.episodes import truths
from bench.memory import repeat
from bench.table import Settings, Table
from podpipe import audio, timecode

_PAIRS = """
import json, os, shutil, sys, time
from pathlib import Path
from podpipe import chapters
from podpipe.chapters import writers
from podpipe.chapters.facts import Facts
from podpipe.models import Chapter, Picture, Sentence

source, rounds = Path(sys.argv[1]), int(sys.argv[2])
copy, ours = source.with_name("copy.mp3"), source.with_name("ours.mp3")
length = 10_800_000
listed = [Chapter(f"Chapter {n}", n * length // 40, (n + 1) * length // 40) for n in range(40)]
words = ("so it goes on and on, " * 4).strip() + "."
lines = tuple(Sentence(words, n * 5000, n * 5000 + 5000) for n in range(length // 5000))
cover = Picture(b"\\x89PNG\\r\\n\\x1a\\n" + bytes(500_000), "image/png")
facts = Facts("A title", "A show", "2026-11-01", "eng", "https://example.org/", "A comment", cover,
              "\\n".join(line.text for line in lines), lines)

def plain():
    shutil.copyfile(source, copy)

def flushed():
    shutil.copyfile(source, copy)
    with copy.open("rb+") as file:
        os.fsync(file.fileno())

def to_copy():
    writers.write(source, ours, listed, facts)

def in_place():
    chapters.write(ours, listed, facts)

def cost(action):
    os.sync()
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - wall, time.process_time() - cpu

to_copy()
for action in (plain, flushed):
    action()
print(json.dumps([[cost(action) for action in (plain, to_copy, flushed, in_place)] for _ in range(rounds)]))
"""

EXPLANATION = """\
A three-hour MP3 (the frames of `{id}` again and again) gets 40 chapters, a cover of 500 kB and its transcript as
lyrics with and without times: to a copy, against a plain copy of the file; and in place (a copy that is flushed to
the disk and takes the file's name), against a plain copy that is flushed. In pairs, in turn, in one process; medians.
Peak memory is the largest resident set of the process, Python, PyAV and all."""


def run(settings: Settings) -> Table:
    """Tag a long file in turn with plain copies of it."""
    truth = max(truths(), key=lambda truth: audio.probe(truth.audio).duration_ms)
    times = math.ceil(3 * 3_600_000 / audio.probe(truth.audio).duration_ms)
    folder = settings.folder / "tagging"
    folder.mkdir()
    source = folder / "long.mp3"
    repeat(truth.audio, source, times)
    measured = measure.python("-c", _PAIRS, source, str(3 if settings.quick else 15))
    rounds = json.loads(measured.output)
    rows = (
        _row("to a copy", source, rounds, 0, 1, measured),
        _row("in place", source, rounds, 2, 3, measured),
    )
    head = (
        "Tagging",
        "File",
        "Copy",
        "Tagging takes",
        "Ratio",
        "Processor time, ratio",
        "Target",
        "Peak memory",
        "Target ",
    )
    return Table("Tagging", EXPLANATION.format(id=truth.id), head, rows)


def _row(
    name: str, source: Path, rounds: list[list[tuple[float, float]]], plain: int, ours: int, run: measure.Run
) -> tuple[str, ...]:
    def median(which: int, what: int) -> float:
        return statistics.median(each[which][what] for each in rounds)

    ratios = [statistics.median(each[ours][what] / each[plain][what] for each in rounds) for what in (0, 1)]
    length = timecode.clock(audio.probe(source).duration_ms)
    return (
        name,
        f"{length}, {source.stat().st_size / 1e6:.0f} MB",
        f"{median(plain, 0) * 1000:.0f} ms",
        f"{median(ours, 0) * 1000:.0f} ms",
        f"{ratios[0]:.2f}×",
        f"{ratios[1]:.2f}×",
        "≤ 2×",
        f"{run.peak_bytes / 1e6:.0f} MB",
        "≤ 100 MB",
    )
