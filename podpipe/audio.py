"""Audio files in and out, by PyAV: the one module that borders on FFmpeg's libraries.

The container format is found from the first bytes of the file and forced on the demuxer, and no protocol
but that of files is there, so that a playlist disguised as an MP3 can't make it open another file or URL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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

ENDINGS = {
    "mp3": "mp3",
    "mp4": "m4a",
    "ogg": "ogg",
    "flac": "flac",
    "wav": "wav",
    "aac": "aac",
    "aiff": "aiff",
    "matroska": "mka",
}
"""Each container that is read, by its demuxer's name, and the file ending that we give it."""

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (8, b"WAVE", "wav"),
    (8, b"AIFF", "aiff"),
    (8, b"AIFC", "aiff"),
    (4, b"ftyp", "mp4"),
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
)

av.logging.set_level(av.logging.PANIC)


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What a file's header says. ``bit_rate`` is in bits per second, 0 where unknown."""

    format: str
    codec: str
    duration_ms: int
    sample_rate: int
    channels: int
    bit_rate: int


def sniff(path: Path) -> str:
    """The container of a file, by its first bytes: a key of ENDINGS.

    Raises:
        AudioError: the file is missing, empty, or begins like nothing that is audio.
    """
    try:
        with path.open("rb") as file:
            head = file.read(10)
            if head[:3] == b"ID3":
                file.seek(10 + _synchsafe(head[6:10]))
                head = b""
            head += file.read(65_536)
    except OSError as error:
        raise AudioError(f"{path} can't be read: {error.strerror}") from error
    if not head:
        raise AudioError(f"{path} is empty; download it again")
    for offset, magic, name in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return name
    mpeg = _mpeg_audio(head)
    if mpeg is None:
        raise AudioError(f"{path} is not audio{_looks_like(head)}; expected MP3, M4A, Ogg, Opus, FLAC or WAV")
    return mpeg


def open_input(path: Path, name: str) -> av.container.InputContainer:
    """Open a file as the container ``name`` (of ``sniff``) and nothing else: no other file, no address.

    FFmpeg takes names like ``concat:…`` and ``http:…`` for what they say, so the name is told to be a file's. Raises
    av.FFmpegError.
    """
    return av.open(f"file:{path}", format=name, metadata_errors="replace", options={"protocol_whitelist": "file"})


def probe(path: Path) -> AudioInfo:
    """Read what kind of audio ``path`` is. Raises AudioError where it is none."""
    name = sniff(path)
    try:
        with open_input(path, name) as container:
            if not container.streams.audio:
                raise AudioError(f"{path} has no audio stream")
            stream = container.streams.audio[0]
            codec = stream.codec_context
            length = container.duration or 0
            return AudioInfo(
                format=name,
                codec=codec.name,
                duration_ms=length // 1000,
                sample_rate=codec.sample_rate or 0,
                channels=codec.channels or 0,
                bit_rate=codec.bit_rate or container.bit_rate or 0,
            )
    except (av.FFmpegError, OverflowError) as error:
        raise AudioError(f"{path} can't be read as {name}: {error}; download it again") from error


def decode(path: Path, *, sample_rate: int = SAMPLE_RATE) -> Iterator[Samples]:
    """Decode to mono at ``sample_rate``, in blocks of a second, the last one shorter.

    Damaged packets are left out; a truncated file is decoded to where it ends.

    Raises:
        AudioError: nothing of the file can be decoded.
    """
    name = sniff(path)
    some = False
    try:
        with open_input(path, name) as container:
            if not container.streams.audio:
                raise AudioError(f"{path} has no audio stream")
            for block in _resampled(container, sample_rate):
                some = True
                yield block
    except av.FFmpegError as error:
        if not some:
            raise AudioError(f"{path} can't be decoded: {error}; download it again") from error
    if not some:
        raise AudioError(f"{path} holds no sound that can be decoded; download it again")


def write_mp3(path: Path, blocks: Iterable[Samples], sample_rate: int, *, bit_rate: int = 64_000) -> None:
    """Encode mono blocks as an MP3 (constant ``bit_rate`` in bits per second). Raises AudioError."""
    try:
        with av.open(str(path), "w", format="mp3") as container:
            stream = container.add_stream("libmp3lame", rate=sample_rate, layout="mono", bit_rate=bit_rate)
            position = 0
            for block in blocks:
                frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block, np.float32)[None], "fltp", "mono")
                frame.sample_rate, frame.pts = sample_rate, position
                position += block.size
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    except av.FFmpegError as error:
        raise AudioError(f"{path} can't be encoded: {error}") from error


def _resampled(container: av.container.InputContainer, sample_rate: int) -> Iterator[Samples]:
    """Blocks of a second, the last one shorter; what came before an error is given first."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=sample_rate, frame_size=sample_rate)
    error: av.FFmpegError | None = None
    some = False
    try:
        for frame in frames(container):
            some = True
            for block in resampler.resample(frame):
                yield block.to_ndarray()[0]
    except av.FFmpegError as found:
        error = found
    if some:  # an untouched resampler has nothing to give back
        for block in resampler.resample(None):
            yield block.to_ndarray()[0]
    if error is not None:
        raise error


def frames(container: av.container.InputContainer) -> Iterator[av.AudioFrame]:
    """The decoded sound of an open file; damaged packets are left out."""
    try:
        for packet in container.demux(audio=0):
            try:
                yield from packet.decode()
            except av.InvalidDataError:
                continue
    except av.EOFError:
        return


def _synchsafe(size: bytes) -> int:
    value = 0
    for byte in size:
        value = value << 7 | byte & 0x7F
    return value


def _mpeg_audio(head: bytes) -> str | None:
    """``mp3`` or ``aac`` where a frame header is found (ISO 11172-3 sync word; ADTS has layer 0)."""
    for position in range(len(head) - 3):
        if head[position] != 0xFF or head[position + 1] & 0xE0 != 0xE0:
            continue
        version, layer = head[position + 1] >> 3 & 3, head[position + 1] >> 1 & 3
        if head[position + 1] & 0xF6 == 0xF0 and position == 0:
            return "aac"
        if version != 1 and layer == 1 and head[position + 2] >> 4 not in (0, 15) and head[position + 2] >> 2 & 3 != 3:
            return "mp3"
    return None


def _looks_like(head: bytes) -> str:
    start = head[:512].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return " but a web page"
    if start.startswith((b"<?xml", b"<rss")):
        return " but XML"
    if start.startswith(b"#extm3u"):
        return " but a playlist"
    return ""


def chapters(path: Path) -> list[tuple[str, int, int]]:
    """Title, start and end (ms) of the chapters that a container carries. Raises AudioError."""
    try:
        with open_input(path, sniff(path)) as container:
            return [
                (
                    str(chapter["metadata"].get("title", "")),
                    round(chapter["start"] * (chapter["time_base"] or 0) * 1000),
                    round(chapter["end"] * (chapter["time_base"] or 0) * 1000),
                )
                for chapter in container.chapters()
            ]
    except av.FFmpegError as error:
        raise AudioError(f"{path} can't be read: {error}; download it again") from error
