"""What podpipe costs beside Whisper."""

from __future__ import annotations

from bench import measure
from bench.episodes import Ingested, ingested, truths
from bench.table import Settings, Table, percent

_LISTEN = """
import sys, time
from pathlib import Path
import faster_whisper.vad
from podpipe import audio
from podpipe.speech import vad
started = time.perf_counter()
for _ in vad.stretches(audio.decode(Path(sys.argv[1]))):
    pass
print(time.perf_counter() - started)
"""


EXPLANATION = """\
Seconds of `podpipe ingest`. Whisper is the stage `transcribe` (with the loading of the weights) less decoding
and voice activity detection, which are measured alone; the other stages are fetching, notes, alignment,
transcripts, tags and index. The start of the process is the rest of its time: Python, imports, the end.
Target: everything else ≤ 5 % of Whisper."""


def run(settings: Settings) -> Table:
    """Compare the stages of an ingest with the time that Whisper takes of it."""
    rows = tuple(_row(ingested(settings, truth)) for truth in truths())
    return Table(
        "Overhead beside Whisper",
        EXPLANATION,
        (
            "Episode",
            "Length",
            "Whisper",
            "Decoding and VAD",
            "Other stages",
            "Share of Whisper",
            "Start of the process",
            "Share with it",
            "Target",
        ),
        rows,
    )


def _row(episode: Ingested) -> tuple[str, ...]:
    stages = episode.answer["stages"]
    listening = float(measure.python("-c", _LISTEN, episode.truth.audio).output)
    whisper = stages["transcribe"] - listening
    others = sum(seconds for stage, seconds in stages.items() if stage != "transcribe")
    start = episode.run.seconds - sum(stages.values())
    return (
        episode.truth.id,
        f"{episode.answer['duration_ms'] / 1000:.0f} s",
        f"{whisper:.1f} s",
        f"{listening:.2f} s",
        f"{others:.2f} s",
        percent((listening + others) / whisper, 1),
        f"{start:.2f} s",
        percent((listening + others + start) / whisper, 1),
        "≤ 5 %",
    )
