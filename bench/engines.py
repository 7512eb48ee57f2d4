"""faster-whisper against openai-whisper: same weights, same beam, same speech."""

from __future__ import annotations

import importlib.util
import itertools
import json
import wave
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

from bench import measure
from bench.episodes import shared_data
from bench.table import Settings, Table, percent
from podpipe import audio
from podpipe.audio import SAMPLE_RATE, Samples
from podpipe.speech import ENGINES, weights

SECONDS = 120
BEAMS = (1, 5)


EXPLANATION = """\
{seconds} s of human speech heard with the weights `base`, through `podpipe.speech.transcribe`, one process at
a time; the seconds of each round, without loading. faster-whisper computes in int8, as podpipe has it by
default; openai-whisper in float32, from the same weights. The last column compares the words with those of
the first row."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What one process heard, and what it cost."""

    load_s: float
    hear_s: float
    words: tuple[str, ...]
    peak_bytes: int


def run(settings: Settings) -> Table:
    """Have every engine hear the same two minutes, in turn, each time in a new process."""
    speech = settings.folder / "speech.wav"
    _write_speech(shared_data("speech"), speech)
    models = _models(settings.folder)
    heard: dict[tuple[str, int], list[Hearing]] = defaultdict(list)
    for _ in range(1 if settings.quick else 2):
        for beam, engine in itertools.product(BEAMS, models):
            heard[engine, beam].append(_hear(engine, models[engine], beam, speech))
    reference = heard[ENGINES[0], BEAMS[0]][0].words
    rows = [_row(engine, beam, heard[engine, beam], reference) for beam in BEAMS for engine in ENGINES]
    return Table(
        "Engines",
        EXPLANATION.format(seconds=SECONDS),
        ("Engine", "Beam", "Loading", "Hearing", "Times real time", "Peak memory", "Words alike"),
        tuple(rows),
    )


def _models(folder: Path) -> dict[str, str]:
    """The weights for each engine that is installed."""
    located = weights.locate("base")
    models = {"faster-whisper": located}
    if importlib.util.find_spec("whisper") and Path(located).is_dir():
        file = folder / "base.pt"
        measure.python("tests/whisper_pt.py", located, file)
        models["openai-whisper"] = str(file)
    return models


def _hear(engine: str, model: str, beam: int, speech: Path) -> Hearing:
    run = measure.python("-m", "bench.hear", engine, model, str(beam), speech)
    said = json.loads(run.output)
    return Hearing(said["load_s"], said["hear_s"], tuple(said["words"]), run.peak_bytes)


def _row(engine: str, beam: int, hearings: Sequence[Hearing], reference: Sequence[str]) -> tuple[str, ...]:
    name = "1 (greedy)" if beam == 1 else str(beam)
    if not hearings:
        return (engine, name, "skipped: needs openai-whisper and packaged weights", "", "", "", "")
    fastest = min(hearing.hear_s for hearing in hearings)
    return (
        engine,
        name,
        f"{min(hearing.load_s for hearing in hearings):.1f} s",
        ", ".join(f"{hearing.hear_s:.1f}" for hearing in hearings) + " s",
        f"{SECONDS / fastest:.1f}×",
        f"{max(hearing.peak_bytes for hearing in hearings) / 1e9:.2f} GB",
        percent(Levenshtein.normalized_similarity(_bare(reference), _bare(hearings[0].words)), 1),
    )


def _bare(words: Sequence[str]) -> list[str]:
    return [word.casefold().strip(".,;:!?'\"’“”-–—") for word in words]


def _write_speech(folder: Path, destination: Path) -> None:
    """The recordings of a folder in a row, with half a second between them, cut at SECONDS."""
    samples = np.concatenate(list(_recordings(folder)))[: SECONDS * SAMPLE_RATE]
    with wave.open(str(destination), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((samples.clip(-1, 1) * 32767).astype("<i2").tobytes())


def _recordings(folder: Path) -> Iterator[Samples]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".wav", ".mp3", ".flac"):
            yield from audio.decode(path)
            yield np.zeros(SAMPLE_RATE // 2, np.float32)
