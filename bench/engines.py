"""faster-whisper against openai-whisper: same weights, same beam, same speech, in turn."""

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

from bench import measure
from bench.episodes import Spoken, shared_data, truths
from bench.figures import word_errors
from bench.hear import PLAIN
from bench.table import Settings, Table, percent
from podpipe import audio
from podpipe.audio import SAMPLE_RATE, Samples
from podpipe.models import Word
from podpipe.speech import ENGINES, weights

BEAMS = (1, 5)
EPISODE = "lkml_20091101"
_LONG_S = 180
"""Longer speech is heard once: start and warm-up no longer count."""
TARGET = "≥ 4×, errors no higher"

EXPLANATION = """\
Speech without notes heard with the weights `base`, one process at a time, in turn; the seconds of each round, without
loading. `faster-whisper` and `openai-whisper` are heard through `podpipe.speech.transcribe` (voice activity, stretches,
a second hearing where the first is in doubt), *openai-whisper alone* is its own `transcribe` on the whole sound, which
is what “Faster” compares with (the best round of each). faster-whisper computes in int8, as podpipe has it by default;
openai-whisper in float32, from the same weights. The longer speech is left out for openai-whisper through podpipe. Word
errors are counted against the texts."""


@dataclass(frozen=True, slots=True)
class Speech:
    """A recording and what is said in it."""

    name: str
    file: Path
    seconds: float
    text: str


@dataclass(frozen=True, slots=True)
class Hearing:
    """What one process heard, and what it cost."""

    load_s: float
    hear_s: float
    words: tuple[str, ...]
    peak_bytes: int


def run(settings: Settings) -> Table:
    """Have every engine hear the same speech, each time in a new process."""
    rows = []
    models = _models(settings.folder)
    for speech in _speeches(settings.folder)[: 1 if settings.quick else None]:
        heard: dict[tuple[str, int], list[Hearing]] = defaultdict(list)
        for _ in range(1 if settings.quick or speech.seconds > _LONG_S else 2):
            for beam, engine in itertools.product(BEAMS, models):
                if engine == ENGINES[1] and speech.seconds > _LONG_S:
                    continue
                heard[engine, beam].append(_hear(engine, models[engine], beam, speech.file))
        rows += [
            _row(speech, engine, beam, heard[engine, beam], heard[PLAIN, beam])
            for beam, engine in itertools.product(BEAMS, (*ENGINES, PLAIN))
            if heard[engine, beam] or engine not in models
        ]
    header = ("Speech", "Engine", "Beam", "Loading", "Hearing", "Times real time", "Faster", "Target", "Word errors",
              "Peak memory")  # fmt: skip
    return Table("Engines", EXPLANATION, header, tuple(rows))


def _models(folder: Path) -> dict[str, str]:
    """The weights for each engine that is installed."""
    located = weights.locate("base")
    models = {"faster-whisper": located}
    if importlib.util.find_spec("whisper") and Path(located).is_dir():
        file = folder / "base.pt"
        measure.python("tests/whisper_pt.py", located, file)
        models["openai-whisper"] = models[PLAIN] = str(file)
    return models


def _hear(engine: str, model: str, beam: int, speech: Path) -> Hearing:
    run = measure.python("-m", "bench.hear", engine, model, str(beam), speech)
    said = json.loads(run.output)
    return Hearing(said["load_s"], said["hear_s"], tuple(said["words"]), run.peak_bytes)


def _row(
    speech: Speech, engine: str, beam: int, hearings: Sequence[Hearing], plain: Sequence[Hearing]
) -> tuple[str, ...]:
    name = "1 (greedy)" if beam == 1 else str(beam)
    if not hearings:
        return (speech.name, engine, name, "skipped: needs openai-whisper and packaged weights", *[""] * 6)
    fastest = min(hearing.hear_s for hearing in hearings)
    usual = min((hearing.hear_s for hearing in plain), default=None)
    errors, written = word_errors([Spoken(speech.text, 0)], [Word(text, 0, 0) for text in hearings[0].words])
    return (
        speech.name,
        engine,
        name,
        f"{min(hearing.load_s for hearing in hearings):.1f} s",
        ", ".join(f"{hearing.hear_s:.1f}" for hearing in hearings) + " s",
        f"{speech.seconds / fastest:.1f}×",
        f"{usual / fastest:.1f}×" if usual else "–",
        TARGET if engine == ENGINES[0] else "–",
        percent(errors / written, 1),
        f"{max(hearing.peak_bytes for hearing in hearings) / 1e9:.2f} GB",
    )


def _speeches(folder: Path) -> list[Speech]:
    """Human speech in a row, and the episode with the most of it."""
    human = shared_data("speech")
    file = folder / "speech.wav"
    seconds = _write_speech(human, file)
    text = " ".join(path.with_suffix(".txt").read_text("utf-8").strip() for path in _recordings(human))
    found = [Speech("human speech", file, seconds, text)]
    for truth in truths():
        if truth.id == EPISODE:
            spoken = " ".join(sentence.text for sentence in truth.sentences)
            found.append(Speech(EPISODE, truth.audio, audio.probe(truth.audio).duration_ms / 1000, spoken))
    return found


def _write_speech(folder: Path, destination: Path) -> float:
    """The recordings of a folder in a row, with half a second between them; gives the seconds."""
    samples = np.concatenate([block for path in _recordings(folder) for block in _with_pause(path)])
    with wave.open(str(destination), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((samples.clip(-1, 1) * 32767).astype("<i2").tobytes())
    return samples.size / SAMPLE_RATE


def _recordings(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.suffix in (".wav", ".mp3", ".flac")]


def _with_pause(path: Path) -> Iterator[Samples]:
    yield from audio.decode(path)
    yield np.zeros(SAMPLE_RATE // 2, np.float32)
