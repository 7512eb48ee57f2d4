"""What a long episode needs."""

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


EXPLANATION = """\
`podpipe ingest` of a long MP3: the audio frames of `{id}` {times} times in a row, with its notes, the whole
script, repeated as often. Peak memory is the largest resident set of the process."""


def run(settings: Settings) -> Table:
    """Ingest a file of some hours, made of a short one again and again, with notes as long."""
    truth = max(truths(), key=lambda truth: audio.probe(truth.audio).duration_ms)
    times = math.ceil(settings.hours * 3_600_000 / audio.probe(truth.audio).duration_ms)
    folder = settings.folder / "long"
    folder.mkdir()
    repeat(truth.audio, folder / "long.mp3", times)
    (folder / "long.txt").write_text(_notes(truth, times), "utf-8")
    ingest = measure.podpipe("ingest", folder / "long.mp3", "--library", folder / "library", "--json")
    (episode,) = json.loads(ingest.output)["episodes"]
    stages = episode["stages"]
    return Table(
        "Memory",
        EXPLANATION.format(id=truth.id, times=times),
        ("Length", "Target", "Peak memory", "Time", "Whisper", "Alignment", "Times real time"),
        (
            (
                timecode.clock(episode["duration_ms"]),
                TARGET,
                ingest.peak,
                f"{ingest.seconds:.0f} s",
                f"{stages['transcribe']:.0f} s",
                f"{stages['align']:.0f} s",
                f"{episode['duration_ms'] / 1000 / ingest.seconds:.1f}×",
            ),
        ),
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
