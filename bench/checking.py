"""What it costs to look a long file over."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

from bench import measure
from bench.episodes import truths
from bench.memory import repeat
from bench.table import Settings, Table
from podpipe import audio, timecode
from podpipe.models import Chapter

EXPLANATION = """\
`podpipe check` of a three-hour MP3 with 40 chapters (the frames of `{id}` again and again): with all rules, and with
those alone that need not listen. Beside it what listening costs at the least: the file decoded by libavformat and
thrown away, and ffmpeg's own meter of loudness and true peak (`ebur128=peak=true`). Each in a new process; the fastest
of the rounds. No target was set."""

_DECODE = """
import sys, av
with av.open(sys.argv[1]) as file:
    for frame in file.decode(audio=0):
        pass
"""
_FFMPEG = """
import subprocess, sys
meter = ["-af", "ebur128=peak=true", "-f", "null", "-"]
subprocess.run(["ffmpeg", "-hide_banner", "-nostats", "-loglevel", "error", "-i", sys.argv[1], *meter], check=True)
"""


def run(settings: Settings) -> Table:
    """Check one file in turn with its baselines."""
    from podpipe import chapters

    truth = max(truths(), key=lambda truth: audio.probe(truth.audio).duration_ms)
    folder = settings.folder / "checking"
    folder.mkdir()
    source = folder / "long.mp3"
    repeat(truth.audio, source, math.ceil(3 * 3_600_000 / audio.probe(truth.audio).duration_ms))
    length_ms = audio.probe(source).duration_ms
    step = length_ms // 40
    chapters.write(source, [Chapter(f"Chapter {n}", n * step, (n + 1) * step) for n in range(40)])
    command = ("-m", "podpipe", "check", source, "--fail-on", "error", "--json")
    ways: dict[str, tuple[str | Path, ...]] = {
        "podpipe check": command,
        "podpipe check --no-loudness": (*command, "--no-loudness"),
        "decoded and thrown away": ("-c", _DECODE, source),
    }
    if shutil.which("ffmpeg"):
        ways["ffmpeg's loudness meter"] = ("-c", _FFMPEG, source)
    runs: dict[str, list[measure.Run]] = {name: [] for name in ways}
    for _ in range(1 if settings.quick else 2):
        for name, arguments in ways.items():
            runs[name].append(measure.python(*arguments))
    assert json.loads(runs["podpipe check"][0].output)
    file = f"{timecode.clock(length_ms)}, {source.stat().st_size / 1e6:.0f} MB"
    rows = []
    for name, each in runs.items():
        best = min(each, key=lambda run: run.seconds)
        times = f"{length_ms / 1000 / best.seconds:,.0f}×"
        rows.append((name, file, f"{best.seconds:.2f} s", times, f"{best.peak_bytes / 1e6:.0f} MB"))
    header = ("", "File", "Time", "Times real time", "Peak memory")
    return Table("Checking", EXPLANATION.format(id=truth.id), header, tuple(rows))
