"""What episodes need by their length: time and memory, with a script and without."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import av

from bench import measure
from bench.episodes import Truth, truths
from bench.table import Settings, Table
from podpipe import audio, timecode

TARGET = "≤ 1 GB"
MINUTES = (5, 30)
"""Lengths besides that of the longest file."""

EXPLANATION = """\
`podpipe ingest` of MP3s of several lengths: the audio frames of `{id}` again and again, with its notes, the whole
script, repeated as often; and with no notes. Time is linear where “CPU an hour” stays the same (of all cores, which
other work on the machine hardly changes; loading the weights weighs more in short files), memory flat where the peak
does: the largest resident set of the process."""


def run(settings: Settings) -> Table:
    """Ingest files made of a short one again and again, with notes as long and without."""
    truth = max(truths(), key=lambda truth: audio.probe(truth.audio).duration_ms)
    hours = [minutes / 60 for minutes in MINUTES if minutes / 60 < settings.hours]
    rows = []
    for known in ("script", "no notes"):
        rows += [_row(settings, truth, known, length) for length in (*hours, settings.hours)]
    header = ("Known", "Length", "Target", "Peak memory", "Time", "CPU an hour", "Whisper", "Alignment",
              "Times real time")  # fmt: skip
    return Table("Length: time and memory", EXPLANATION.format(id=truth.id), header, tuple(rows))


def _row(settings: Settings, truth: Truth, known: str, hours: float) -> tuple[str, ...]:
    folder = settings.folder / f"long-{known.replace(' ', '-')}-{hours:.2f}"
    folder.mkdir()
    times = max(math.floor(hours * 3_600_000 / audio.probe(truth.audio).duration_ms), 1)
    repeat(truth.audio, folder / "long.mp3", times)
    if known == "script":
        (folder / "long.txt").write_text(_notes(truth, times), "utf-8")
    ingest = measure.podpipe("ingest", folder / "long.mp3", "--library", folder / "library", "--json")
    (episode,) = json.loads(ingest.output)["episodes"]
    stages, seconds = episode["stages"], episode["duration_ms"] / 1000
    return (
        known,
        timecode.clock(episode["duration_ms"]),
        TARGET,
        ingest.peak,
        f"{ingest.seconds:.0f} s",
        f"{ingest.cpu_s / seconds * 3600:.0f} s",
        f"{stages['transcribe']:.0f} s",
        f"{stages['align']:.0f} s",
        f"{seconds / ingest.seconds:.1f}×",
    )


def _notes(truth: Truth, times: int) -> str:
    notes = re.sub(r"^Audio:.*\n+", "", truth.notes.read_text("utf-8"), flags=re.MULTILINE)
    return "\n\n".join([notes.strip()] * times)


def repeat(source: Path, destination: Path, times: int) -> None:
    """The packets of an MP3 in a row, undecoded, with a header that tells the whole length."""
    with av.open(str(destination), "w", format="mp3") as out:
        stream = None
        end = 0
        for _ in range(times):
            with av.open(str(source), format="mp3") as file:
                template = file.streams.audio[0]
                stream = stream or out.add_stream_from_template(template)
                for packet in file.demux(template):
                    if packet.size and packet.duration:
                        packet.pts = packet.dts = end
                        end += packet.duration
                        packet.stream = stream
                        out.mux(packet)
