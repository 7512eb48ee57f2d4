"""Audio files in and out, by PyAV: the one module that borders on FFmpeg's libraries.

The container format is forced from the first bytes of the file, so that a playlist disguised as an
MP3 can't make the demuxer open another file or URL.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from podpipe.errors import AudioError

SAMPLE_RATE = 16_000
"""Samples per second of everything that ``decode`` gives: what Whisper takes."""

Samples = NDArray[np.float32]
"""Mono sound, shape (samples,), -1 to 1."""


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What a file's header says."""

    format: str
    codec: str
    duration_ms: int
    sample_rate: int
    channels: int
    bit_rate: int


def probe(path: Path) -> AudioInfo:
    """Read what kind of audio ``path`` is. Raises AudioError where it is none."""
    raise NotImplementedError


def decode(path: Path) -> Iterator[Samples]:
    """Decode to mono at SAMPLE_RATE, in blocks of at most some seconds. Raises AudioError."""
    try:
        with av.open(str(path)) as container:
            resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
            for frame in container.decode(audio=0):
                for out in resampler.resample(frame):
                    yield np.ascontiguousarray(out.to_ndarray()[0])
            for out in resampler.resample(None):
                yield np.ascontiguousarray(out.to_ndarray()[0])
    except av.FFmpegError as error:
        raise AudioError(f"{path.name} can't be decoded: {error}") from error
