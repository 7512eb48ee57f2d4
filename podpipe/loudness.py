"""How loud a file is (ITU-R BS.1770, EBU R 128), and what its channels hold: one pass, in little memory.

FFmpeg's ``ebur128`` filter measures; it hands the sound on in blocks of a tenth of a second.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from podpipe import audio
from podpipe.errors import AudioError

BLOCK_MS = 100
_SILENT_DB = -60.0
_FULL = 0.999
_FLAT_SAMPLES = 3
_NOTHING_LUFS = -70.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What was heard. ``true_peak_db`` in dBTP; silences in milliseconds.

    ``correlation`` of the two channels is 1 where they are the same, -1 where one is the other turned over;
    None for a file that has not two channels. ``quiet_channels`` are those that are silent while another is not.
    """

    duration_ms: int
    integrated_lufs: float
    true_peak_db: float
    clipped: int
    """Places where at least three samples in a row are at full scale."""
    lead_ms: int
    tail_ms: int
    pauses: tuple[tuple[int, int], ...]
    """Start and length of the silences in between that last five seconds or more."""
    correlation: float | None = None
    quiet_channels: tuple[int, ...] = ()
    faults: int = 0
    """Packets that could not be decoded."""

    @property
    def silent(self) -> bool:
        """Whether there is nothing to hear at all."""
        return self.integrated_lufs <= _NOTHING_LUFS or self.lead_ms >= self.duration_ms


def measure(path: Path) -> Measured:
    """Listen to a file from beginning to end.

    Raises:
        AudioError: nothing of it can be decoded.
    """
    name = audio.sniff(path)
    meter = _Meter()
    try:
        with audio.open_input(path, name) as container:
            if not container.streams.audio:
                raise AudioError(f"{path} has no audio stream")
            for frame in _measured(container, meter):
                meter.hear(frame)
    except (av.FFmpegError, OverflowError, ValueError) as error:
        if not meter.blocks:
            raise AudioError(f"{path} can't be decoded: {error}; download it again") from error
        meter.faults += 1
    if not meter.blocks:
        raise AudioError(f"{path} holds no sound that can be decoded; download it again")
    return meter.measured()


def _measured(container: av.container.InputContainer, meter: _Meter) -> Iterator[av.AudioFrame]:
    graph: av.filter.Graph | None = None
    for frame in _frames(container, meter):
        if graph is None:
            graph = _graph(frame)
        frame.pts = None
        graph.push(frame)
        yield from _ready(graph)
    if graph is not None:
        graph.push(None)
        yield from _ready(graph)


def _graph(frame: av.AudioFrame) -> av.filter.Graph:
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        sample_rate=frame.sample_rate,
        format=frame.format.name,
        layout=frame.layout.name,
        channels=len(frame.layout.channels),
    )
    meter = graph.add("ebur128", "peak=true:metadata=1:framelog=quiet")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    return graph


def _ready(graph: av.filter.Graph) -> Iterator[av.AudioFrame]:
    while True:
        try:
            frame = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        if isinstance(frame, av.AudioFrame):
            yield frame


def _frames(container: av.container.InputContainer, meter: _Meter) -> Iterator[av.AudioFrame]:
    first: tuple[int, str, str] | None = None
    resampler: av.AudioResampler | None = None
    try:
        for packet in container.demux(audio=0):
            try:
                frames = packet.decode()
            except av.InvalidDataError:
                meter.faults += 1
                continue
            for frame in frames:
                kind = (frame.sample_rate, frame.format.name, frame.layout.name)
                first = first or kind
                if kind == first:
                    yield frame
                    continue
                if resampler is None:  # the stream changes on the way: measure it as it began
                    resampler = av.AudioResampler(format=first[1], layout=first[2], rate=first[0])
                frame.pts = None
                yield from resampler.resample(frame)
    except av.EOFError:
        return


class _Meter:
    def __init__(self) -> None:
        self.blocks = 0
        self.faults = 0
        self._samples = 0
        self._rate = 0
        self._facts: dict[str, str] = {}
        self._levels: list[float] = []
        self._clipped = 0
        self._squares: NDArray[np.float64] = np.zeros(1)
        self._cross = 0.0

    def hear(self, frame: av.AudioFrame) -> None:
        channels = len(frame.layout.channels)
        samples = np.asarray(frame.to_ndarray(), np.float64).reshape(-1, channels)
        self.blocks += 1
        self._samples += len(samples)
        self._rate = frame.sample_rate
        self._facts = frame.metadata or self._facts
        squares = np.einsum("ij,ij->j", samples, samples)
        if self.blocks == 1:
            self._squares = np.zeros(channels)
        self._squares += squares
        self._levels.append(float(squares.max()) / max(len(samples), 1))
        if channels == 2:
            self._cross += float(samples[:, 0] @ samples[:, 1])
        if max(float(samples.max(initial=0)), -float(samples.min(initial=0))) >= _FULL:
            self._clipped += sum(_flats(samples[:, channel]) for channel in range(channels))

    def measured(self) -> Measured:
        loud = np.array(self._levels) >= 10 ** (_SILENT_DB / 10)
        duration_ms = round(self._samples * 1000 / self._rate)
        where = np.flatnonzero(loud)
        lead = int(where[0]) * BLOCK_MS if where.size else duration_ms
        tail = max(0, duration_ms - (int(where[-1]) + 1) * BLOCK_MS) if where.size else 0
        gaps = np.flatnonzero(np.diff(where) > 5000 // BLOCK_MS)
        pauses = tuple(
            ((int(where[gap]) + 1) * BLOCK_MS, (int(where[gap + 1] - where[gap]) - 1) * BLOCK_MS) for gap in gaps
        )
        return Measured(
            duration_ms,
            _number(self._facts.get("lavfi.r128.I"), _NOTHING_LUFS),
            self._true_peak_db(),
            self._clipped,
            lead,
            tail,
            pauses,
            self._correlation(),
            _quiet(self._squares / max(self._samples, 1)),
            self.faults,
        )

    def _true_peak_db(self) -> float:
        peaks = [_number(v, 0.0) for k, v in self._facts.items() if k.startswith("lavfi.r128.true_peaks_ch")]
        peak = max(peaks, default=0.0)
        return 20 * math.log10(peak) if peak > 0 else -math.inf

    def _correlation(self) -> float | None:
        if self._squares.size != 2 or not self._squares.all():
            return None
        return float(self._cross / math.sqrt(float(self._squares[0]) * float(self._squares[1])))


def _quiet(means: NDArray[np.float64]) -> tuple[int, ...]:
    """Channels that are silent while another is not, by their mean squares."""
    limit = 10 ** (_SILENT_DB / 10)
    return tuple(int(n) for n in np.flatnonzero(means < limit)) if means.size > 1 and means.max() >= limit else ()


def _flats(samples: NDArray[np.float64]) -> int:
    """How many runs of at least three samples are at full scale."""
    full = np.concatenate(([False], np.abs(samples) >= _FULL, [False]))
    edges = np.flatnonzero(np.diff(full.astype(np.int8)))
    return int(np.count_nonzero(edges[1::2] - edges[::2] >= _FLAT_SAMPLES))


def _number(text: str | None, otherwise: float) -> float:
    try:
        value = float(text) if text is not None else otherwise
    except ValueError:
        return otherwise
    return value if math.isfinite(value) else otherwise
