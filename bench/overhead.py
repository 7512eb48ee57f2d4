"""What podpipe costs beside Whisper."""

from __future__ import annotations

from bench import measure
from bench.episodes import Ingested, ingested, truths
from bench.table import Settings, Table, percent

_HEAR = """
import sys, time
from pathlib import Path
from podpipe import speech
recogniser = speech.open_recogniser()
started = time.perf_counter()
speech.transcribe(Path(sys.argv[1]), recogniser)
print(time.perf_counter() - started)
"""

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
Whisper is the time that it takes to recognise the file, with the loading of the weights, less decoding and
voice activity detection, which are measured alone. `podpipe ingest` needs less of it where it follows the
script: that is Whisper's part of it. The other stages are fetching, notes, alignment, transcripts, tags and index;
the start of the process is the rest of its time: Python, imports, the end.
Target: everything else ≤ 5 % of the time that Whisper takes on the same file."""


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
            "Whisper in ingest",
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
    whisper = float(measure.python("-c", _HEAR, episode.truth.audio).output) - listening
    others = sum(seconds for stage, seconds in stages.items() if stage != "transcribe")
    start = episode.run.seconds - sum(stages.values())
    return (
        episode.truth.id,
        f"{episode.answer['duration_ms'] / 1000:.0f} s",
        f"{whisper:.1f} s",
        f"{stages['transcribe'] - listening:.1f} s",
        f"{listening:.2f} s",
        f"{others:.2f} s",
        percent((listening + others) / whisper, 1),
        f"{start:.2f} s",
        percent((listening + others + start) / whisper, 1),
        "≤ 5 %",
    )
