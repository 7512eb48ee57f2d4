"""FLAC (RFC 9639): chapters in its Vorbis comments, else the tracks of its cue sheet."""

from __future__ import annotations

from podpipe.chapters.reading import vorbis
from podpipe.chapters.reading.source import Source
from podpipe.chapters.reading.spans import OPEN, closed
from podpipe.models import Chapter

_STREAM_INFO, _COMMENTS, _CUE_SHEET = 0, 4, 5
_MAX_BLOCKS = 1000
_LEAD_OUT = (170, 255)
"""Numbers of the track that ends a cue sheet: of a CD, and of anything else."""


def read(source: Source, at: int = 0) -> tuple[Chapter, ...]:
    """The chapters of a FLAC file that begins at ``at``."""
    rate = length = 0
    sheet: list[Chapter] = []

    def duration_ms() -> int:
        return length * 1000 // rate if rate else 0

    at += 4
    for _ in range(_MAX_BLOCKS):
        head = source.read(at, 4)
        if len(head) < 4:
            break
        kind, size = head[0] & 0x7F, int.from_bytes(head[1:], "big")
        if kind == _STREAM_INFO:
            info = source.read(at + 4, 18)
            rate = int.from_bytes(info[10:13], "big") >> 4
            length = int.from_bytes(info[13:18], "big") & (1 << 36) - 1
        elif kind == _COMMENTS:
            found = vorbis.read(source, at + 4, duration_ms)
            if found:
                return found
        elif kind == _CUE_SHEET and rate:
            sheet = _tracks(source.read(at + 4, min(size, 1 << 16)), rate)
        at += 4 + size
        if head[0] & 0x80:
            break
    return closed(sheet, duration_ms)


def _tracks(data: bytes, rate: int) -> list[Chapter]:
    """Catalogue number (128), lead-in (8), flags (259), the count, and the tracks with their indices (section 8.7)."""
    found: list[Chapter] = []
    at = 396
    for _ in range(data[395] if len(data) > 395 else 0):
        track = data[at : at + 36]
        if len(track) < 36:
            break
        number, indices = track[8], track[35]
        starts = {
            data[index + 8]: int.from_bytes(data[index : index + 8], "big")
            for index in range(at + 36, min(at + 36 + 12 * indices, len(data) - 11), 12)
        }
        at += 36 + 12 * indices
        if number not in _LEAD_OUT:
            samples = int.from_bytes(track[:8], "big") + starts.get(1, 0)
            found.append(Chapter(f"Track {number}", samples * 1000 // rate, OPEN, because="in the file"))
    return found
