"""Sound encoded: the kinds of files that podpipe makes, of other files or of PCM. Borders on PyAV, as audio does."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from podpipe import audio
from podpipe.errors import AudioError


@dataclass(frozen=True, slots=True)
class Encoder:
    """How a kind of file is made: container, codecs (the first that is there), bits a second for each channel."""

    container: str
    codecs: tuple[str, ...]
    bit_rate: int
    options: dict[str, str] = field(default_factory=dict)


ENCODERS = {
    "mp3": Encoder("mp3", ("libmp3lame",), 64_000),
    "m4a": Encoder("ipod", ("aac",), 64_000, {"movflags": "+faststart"}),
    "ogg": Encoder("ogg", ("libvorbis", "vorbis"), 80_000),
    "opus": Encoder("opus", ("libopus",), 40_000),
    "flac": Encoder("flac", ("flac",), 0),
}
"""The kinds of files that are made, by their ending."""

_RUN_UP_MS = 500
"""Decoded before a time that is sought: an MP3's frames lean on those before them."""

_MP3_RATES = (16_000, 22_050, 24_000, 32_000, 44_100, 48_000)


@dataclass(frozen=True, slots=True)
class Shape:
    """What PCM is like: samples a second, and channels (1 or 2), which take turns; 16 bits, signed, native order."""

    rate: int
    channels: int

    @property
    def layout(self) -> str:
        """FFmpeg's name for the channels."""
        return "stereo" if self.channels == 2 else "mono"

    def size(self, ms: int) -> int:
        """Bytes of so many milliseconds."""
        return ms * self.rate // 1000 * self.channels * 2


def kind(path: Path) -> str:
    """What a file is: a key of ENCODERS (``opus`` for Opus in Ogg), or another ending. Raises AudioError."""
    info = audio.probe(path)
    return "opus" if info.codec in ("opus", "libopus") and info.format == "ogg" else audio.ENDINGS[info.format]


def kind_of_name(path: Path) -> str:
    """The kind that a file's ending asks for; empty where it is none of ENCODERS."""
    ending = path.suffix.lower().removeprefix(".")
    ending = {"m4b": "m4a", "mp4": "m4a", "oga": "ogg"}.get(ending, ending)
    return ending if ending in ENCODERS else ""


def shape(path: Path, kind: str) -> Shape:
    """PCM as a file has it, within what a kind of file can hold. Raises AudioError."""
    info = audio.probe(path)
    codec = _codec(ENCODERS[kind])
    channels = 2 if codec == "vorbis" else min(info.channels or 1, 2)  # FFmpeg's own Vorbis is stereo alone
    return Shape(_rate(codec, info.sample_rate), channels)


def convert(source: Path, destination: Path, kind: str) -> None:
    """Encode a file as ``kind``, in blocks; at most two channels.

    Raises:
        AudioError: the source can't be decoded, or not encoded so.
    """
    like = shape(source, kind)
    write(destination, kind, pcm(source, like), like)


def pcm(path: Path, like: Shape, *, start_ms: int = 0) -> Iterator[bytes]:
    """The sound of a file from a time on, in blocks. Raises AudioError where nothing can be decoded."""
    some = False
    try:
        with audio.open_input(path, audio.sniff(path)) as container:
            if not container.streams.audio:
                raise AudioError(f"{path} has no audio stream")
            resampler = av.AudioResampler(format="s16", layout=like.layout, rate=like.rate)
            frames, early_ms = _from(container, start_ms)
            early = like.size(early_ms)
            for frame in _and_none(frames):
                for out in resampler.resample(frame):
                    some = True
                    data = out.to_ndarray().tobytes()
                    yield data[early:]
                    early = max(early - len(data), 0)
    except (av.FFmpegError, ValueError) as error:
        if not some:
            raise AudioError(f"{path} can't be decoded: {error}; download it again") from error
    if not some:
        raise AudioError(f"{path} holds no sound that can be decoded; download it again")


def write(path: Path, kind: str, blocks: Iterable[bytes], like: Shape, *, bit_rate: int = 0) -> None:
    """Encode PCM as a file of this kind; ``bit_rate`` in bits per second, or what suits speech. Raises AudioError."""
    encoder = ENCODERS[kind]
    codec = _codec(encoder)
    try:
        with av.open(str(path), "w", format=encoder.container, options=encoder.options) as container:
            options = {"strict": "experimental"} if codec == "vorbis" else {}
            stream = container.add_stream(codec, rate=like.rate, layout=like.layout, options=options)
            assert isinstance(stream, av.AudioStream)
            if encoder.bit_rate:
                stream.bit_rate = bit_rate or encoder.bit_rate * like.channels
            position = 0
            for block in blocks:
                samples = np.frombuffer(block, np.int16)[None]
                if samples.size:
                    frame = av.AudioFrame.from_ndarray(samples, "s16", like.layout)
                    frame.sample_rate, frame.pts, frame.time_base = like.rate, position, Fraction(1, like.rate)
                    position += frame.samples
                    container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    except av.FFmpegError as error:
        raise AudioError(f"{path} can't be encoded as {kind}: {error}") from error


def _from(container: av.container.InputContainer, start_ms: int) -> tuple[Iterator[av.AudioFrame], int]:
    """The frames from a time on, and how much of them (ms) is before it. What comes before is not decoded."""
    frames = audio.frames(container)
    if start_ms <= 0:
        return frames, 0
    first_ms = (container.start_time or 0) // 1000
    container.seek((max(start_ms - _RUN_UP_MS, 0) + first_ms) * 1000)
    for frame in frames:
        begin_ms = round((frame.time or 0.0) * 1000) - first_ms
        if begin_ms + frame.samples * 1000 // frame.sample_rate > start_ms:
            return itertools.chain([frame], frames), max(start_ms - begin_ms, 0)
    return iter(()), 0


def _and_none(frames: Iterator[av.AudioFrame]) -> Iterator[av.AudioFrame | None]:
    """The frames, their own times (which may have gaps) left out, and None at the end, if there were any."""
    some = False
    for frame in frames:
        some = True
        frame.pts = None
        yield frame
    if some:
        yield None


def _codec(encoder: Encoder) -> str:
    for codec in encoder.codecs:
        try:
            av.codec.Codec(codec, "w")
            return codec
        except av.codec.codec.UnknownCodecError:
            continue
    raise AudioError(f"this PyAV can't encode {encoder.container}; install one that has {encoder.codecs[0]}")


def _rate(codec: str, rate: int) -> int:
    if codec == "libopus":
        return 48_000
    if codec == "libmp3lame":
        return next((known for known in _MP3_RATES if known >= rate), 48_000)
    return min(rate, 96_000 if codec == "flac" else 48_000)
