"""VTT and SRT put right: order, ends, signs, header, encoding. Notes, styles and settings stay."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from podpipe import encodings, timecode

_TIME = r"(?:(\d{1,4}):)?(\d{1,3}):(\d{1,2})[.,](\d{1,3})"
_TIMES = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}(.*)$")
_MARK = re.compile(r"<[^<>\n]*>")


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines up to an empty line; with times where it is a cue."""

    before: tuple[str, ...]
    start_ms: int | None = None
    end_ms: int = 0
    settings: str = ""
    body: tuple[str, ...] = ()
    notes: tuple[tuple[str, ...], ...] = ()
    """Blocks that stand before it and are no cues."""


def mend(data: bytes, name: str, codes: frozenset[str], duration_ms: int | None) -> bytes | None:
    """The transcript put right; None where it is of no kind that can be."""
    text = encodings.decode(data).removeprefix("\ufeff")
    is_vtt = text.startswith("WEBVTT") or name.lower().endswith(".vtt")
    if text.lstrip().startswith("{"):
        return text.encode() if "S12" in codes else None
    blocks, rest = _blocks(re.split(r"\r\n|\n|\r", text))
    cues = _mended(blocks, codes, duration_ms)
    parts: list[list[str]] = []
    for number, block in enumerate(cues, 1):
        parts += [list(note) for note in block.notes]
        parts.append(_lines(block, is_vtt, number))
    parts += [list(note) for note in rest]
    if is_vtt and not (parts and re.match(r"WEBVTT([ \t]|$)", parts[0][0])):
        parts.insert(0, ["WEBVTT"])
    return ("\n\n".join("\n".join(part) for part in parts) + "\n").encode()


def _blocks(lines: list[str]) -> tuple[list[_Block], list[tuple[str, ...]]]:
    """Cues with what stands before them, and what stands after the last."""
    found: list[_Block] = []
    notes: list[tuple[str, ...]] = []
    for run in _runs(lines):
        at = next((n for n, line in enumerate(run[:2]) if _TIMES.match(line)), None)
        if at is None:
            notes.append(tuple(run))
            continue
        match = _TIMES.match(run[at])
        assert match is not None
        start, end = _ms(match.groups()[:4]), _ms(match.groups()[4:8])
        found.append(_Block(tuple(run[:at]), start, end, match[9].strip(), tuple(run[at + 1 :]), tuple(notes)))
        notes = []
    return found, notes


def _runs(lines: list[str]) -> list[list[str]]:
    runs: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            runs[-1].append(line)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _mended(blocks: list[_Block], codes: frozenset[str], duration_ms: int | None) -> list[_Block]:
    if "S03" in codes:
        notes = [note for block in blocks for note in block.notes]
        blocks = sorted((replace(b, notes=()) for b in blocks), key=lambda b: b.start_ms or 0)
        blocks[:1] = [replace(block, notes=tuple(notes)) for block in blocks[:1]]
    if "S06" in codes:
        blocks = [block for block in blocks if _MARK.sub("", "\n".join(block.body)).strip()]
    if "S02" in codes and duration_ms:
        blocks = [block for block in blocks if (block.start_ms or 0) < duration_ms]
        blocks = [replace(block, end_ms=min(block.end_ms, duration_ms)) for block in blocks]
    following = [*(block.start_ms or 0 for block in blocks[1:]), duration_ms or 0]
    return [_ended(block, after, codes) for block, after in zip(blocks, following, strict=True)]


def _ended(block: _Block, after: int, codes: frozenset[str]) -> _Block:
    start = block.start_ms or 0
    if "S04" in codes and block.end_ms <= start:
        return replace(block, end_ms=after if after > start else start + 1000)
    if "S01" in codes and start < after < block.end_ms:
        return replace(block, end_ms=after)
    return block


def _lines(block: _Block, is_vtt: bool, number: int) -> list[str]:
    clock = timecode.vtt if is_vtt else timecode.srt
    times = f"{clock(block.start_ms or 0)} --> {clock(block.end_ms)} {block.settings}".rstrip()
    before = list(block.before) if is_vtt else [str(number)]
    return [*before, times, *block.body]


def _ms(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, fraction = parts
    whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    return whole * 1000 + int((fraction or "0").ljust(3, "0"))
