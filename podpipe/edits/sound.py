"""Sound cut and joined as a Timeline says: streamed, with short fades at the joins (pydub)."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from podpipe import encoding
from podpipe.edits import Kept, Timeline
from podpipe.encoding import Shape

with warnings.catch_warnings():  # of the audioop that it needs, and of the ffmpeg that we don't
    warnings.simplefilter("ignore")
    from pydub import AudioSegment

_FADE_MS = 8
"""At each join, out and in: long enough that nothing clicks, too short to hear. It takes no time away."""


def lay(source: Path, timeline: Timeline, inserted: Mapping[str, Path], like: Shape) -> Iterator[bytes]:
    """The new sound as PCM, in blocks; memory does not grow with its length.

    ``inserted`` says which file each name of an Inserted is; its sound is cut or filled with silence to the
    length that the timeline has for it.

    Raises:
        AudioError: a file can't be decoded.
    """
    old = _Reader(encoding.pcm(source, like))
    last = len(timeline.pieces) - 1
    for number, piece in enumerate(timeline.pieces):
        size = like.size(piece.length_ms)
        if isinstance(piece, Kept):
            # Counted from the beginning of the file, so that no rounding adds up.
            old.skip_to(like.size(piece.start_ms))
            blocks = old.take(like.size(piece.end_ms) - like.size(piece.start_ms))
        else:
            blocks = _Reader(encoding.pcm(inserted[piece.name], like)).take(size)
        yield from faded(blocks, like, opens=number > 0, closes=number < last)


def parts(
    source: Path, stretches: Sequence[tuple[int, int]], like: Shape, write: Callable[[int, Iterator[bytes]], None]
) -> None:
    """Give ``write`` each stretch (start and end, ms) of a sound with its number, as PCM that fades in and out.

    The stretches are in order and don't overlap, so the sound is read once, however many they are.

    Raises:
        AudioError: the file can't be decoded.
    """
    reader = _Reader(encoding.pcm(source, like))
    for number, (start_ms, end_ms) in enumerate(stretches):
        reader.skip_to(like.size(start_ms))
        blocks = reader.take(like.size(end_ms) - like.size(start_ms))
        write(number, faded(blocks, like, opens=True, closes=True))


def length_ms(path: Path, like: Shape) -> int:
    """How long a file's sound really is, by decoding it. Raises AudioError."""
    return sum(map(len, encoding.pcm(path, like))) * 1000 // like.size(1000)


def faded(blocks: Iterable[bytes], like: Shape, *, opens: bool, closes: bool) -> Iterator[bytes]:
    """The same sound, fading in where it ``opens`` at a join and out where it ``closes`` at one."""
    room = like.size(_FADE_MS)
    held = b""
    for block in blocks:
        held += block
        if opens and len(held) >= room:
            held = _fade(held[:room], like, inwards=True) + held[room:]
            opens = False
        if not opens and len(held) > room:
            yield held[: len(held) - room]
            held = held[len(held) - room :]
    if opens:
        held = _fade(held, like, inwards=True)
    yield _fade(held, like, inwards=False) if closes else held


def _fade(data: bytes, like: Shape, *, inwards: bool) -> bytes:
    clip = AudioSegment(data, sample_width=2, frame_rate=like.rate, channels=like.channels)
    faded = clip.fade_in(len(clip)) if inwards else clip.fade_out(len(clip))
    result: bytes = faded.raw_data
    return result if len(result) == len(data) else data


class _Reader:
    """Blocks of PCM, read forwards to given places."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._held = b""
        self._done = 0

    def skip_to(self, place: int) -> None:
        """Pass over what comes before a place, in bytes from the beginning."""
        for _ in self._next(place - self._done):
            pass

    def take(self, size: int) -> Iterator[bytes]:
        """So many bytes; silence where the sound ends before."""
        got = 0
        for block in self._next(size):
            got += len(block)
            yield block
        while got < size:
            silence = bytes(min(size - got, 1 << 16))
            got += len(silence)
            yield silence

    def _next(self, size: int) -> Iterator[bytes]:
        while size > 0:
            block = self._held or next(self._blocks, b"")
            if not block:
                return
            part, self._held = block[:size], block[size:]
            size -= len(part)
            self._done += len(part)
            yield part
