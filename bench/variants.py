"""The same episodes in worse sound: few bits, music, noise, haste. Made here, the same each time."""

from __future__ import annotations

import wave
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import av
import av.filter
import numpy as np

from bench.episodes import Truth
from podpipe import audio, sound
from podpipe.audio import Samples

CLEAN = "clean"
BIT_RATE = 32_000
MUSIC_S, MUSIC_DB = 10, -10
"""Seconds of music, and its level against the speech."""
NOISE_DB = -15
TEMPO = 1.2

_CHORDS = ((220.0, 277.2, 329.6), (146.8, 185.0, 220.0), (164.8, 207.7, 246.9), (220.0, 277.2, 329.6))
"""A, D, E and A major (Hz)."""


def made(truth: Truth, name: str, folder: Path) -> Truth:
    """The episode as that variant of ``NAMES``, its file in ``folder``; of another tempo, its times too."""
    if name == CLEAN:
        return truth
    make, tempo = _MAKERS[name]
    path = folder / f"{truth.id}-{name.replace(' ', '-').replace('/', '-')}{'.mp3' if make is _few_bits else '.wav'}"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        make(truth.audio, path)
    return _hastened(replace(truth, audio=path), tempo)


def _hastened(truth: Truth, tempo: float) -> Truth:
    return replace(
        truth,
        headings=tuple(replace(heading, start_ms=round(heading.start_ms / tempo)) for heading in truth.headings),
        sentences=tuple(replace(spoken, start_ms=round(spoken.start_ms / tempo)) for spoken in truth.sentences),
    )


def _few_bits(source: Path, path: Path) -> None:
    rate = audio.probe(source).sample_rate
    audio.write_mp3(path, [_samples(source, rate)], rate, bit_rate=BIT_RATE)


def _with_music(source: Path, path: Path) -> None:
    rate = audio.probe(source).sample_rate
    samples = _samples(source, rate)
    _write(path, mixed(samples, music(MUSIC_S, rate), speech_level(samples, rate), MUSIC_DB), rate)


def _with_noise(source: Path, path: Path) -> None:
    rate = audio.probe(source).sample_rate
    samples = _samples(source, rate)
    _write(path, mixed(samples, room_noise(samples.size), speech_level(samples, rate), NOISE_DB), rate)


def _fast(source: Path, path: Path) -> None:
    rate = audio.probe(source).sample_rate
    _write(path, np.concatenate(list(_filtered(_samples(source, rate), rate, "atempo", str(TEMPO)))), rate)


_MAKERS: dict[str, tuple[Callable[[Path, Path], None], float]] = {
    "32 kbit/s": (_few_bits, 1.0),
    "music": (_with_music, 1.0),
    "noise": (_with_noise, 1.0),
    f"{TEMPO}× tempo": (_fast, TEMPO),
}

NAMES = (CLEAN, *_MAKERS)


def speech_level(samples: Samples, rate: int) -> float:
    """Root mean square of what is not silence."""
    heard = sound.listen([_at_16k(samples, rate)])
    voiced = np.ones(heard.level_db.size, bool)
    for silence in heard.silences:
        voiced[silence.start_ms // sound.HOP_MS : silence.end_ms // sound.HOP_MS] = False
    return float(np.sqrt(np.mean(10 ** (heard.level_db[voiced] / 10))))


def mixed(samples: Samples, other: Samples, level: float, decibels: float) -> Samples:
    """Speech with another sound under its beginning, ``decibels`` against the level of the speech."""
    gain = level * 10 ** (decibels / 20) / np.sqrt(np.mean(np.square(other)))
    result = samples.copy()
    size = min(other.size, samples.size)
    result[:size] += (gain * other[:size]).astype(np.float32)
    return result


def music(seconds: int, rate: int) -> Samples:
    """Struck chords, one each 0.6 s, that decay, and fade out in the last second."""
    time_s = np.arange(seconds * rate) / rate
    result = np.zeros(time_s.size)
    for number, begin in enumerate(np.arange(0, seconds, 0.6)):
        since = np.maximum(time_s - begin, 0)
        for tone in _CHORDS[number // 4 % len(_CHORDS)]:
            for overtone in range(1, 6):
                strike = np.exp(-since * (1.5 + overtone)) * (1 - np.exp(-since * 200))
                result += strike * np.sin(2 * np.pi * tone * overtone * since) / overtone
    return (result * np.clip(seconds - time_s, 0, 1)).astype(np.float32)


def room_noise(size: int) -> Samples:
    """Noise whose power falls with its frequency, as that of a room does."""
    spectrum = np.fft.rfft(np.random.default_rng(0).standard_normal(size))
    spectrum /= np.sqrt(np.maximum(np.arange(spectrum.size), 1))
    return np.fft.irfft(spectrum, size).astype(np.float32)


def _samples(path: Path, rate: int) -> Samples:
    return np.concatenate(list(audio.decode(path, sample_rate=rate)))


def _at_16k(samples: Samples, rate: int) -> Samples:
    return np.concatenate(list(_filtered(samples, rate, "aresample", str(audio.SAMPLE_RATE))))


def _filtered(samples: Samples, rate: int, name: str, option: str) -> Iterator[Samples]:
    """Sound sent through one of FFmpeg's filters."""
    graph = av.filter.Graph()
    ends = [
        graph.add_abuffer(sample_rate=rate, format="flt", layout="mono"),
        graph.add(name, option),
        graph.add("abuffersink"),
    ]
    graph.link_nodes(*ends).configure()
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples, np.float32)[None], "flt", "mono")
    frame.sample_rate = rate
    graph.push(frame)
    graph.push(None)
    while True:
        try:
            yield graph.pull().to_ndarray()[0].astype(np.float32)
        except (av.EOFError, av.BlockingIOError):
            return


def _write(path: Path, samples: Samples, rate: int) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples.clip(-1, 1) * 32767).astype("<i2").tobytes())
