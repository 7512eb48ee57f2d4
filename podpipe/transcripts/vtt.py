"""WebVTT (W3C, https://www.w3.org/TR/webvtt1/), with voices as the Podcasting 2.0 namespace advises."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from podpipe import timecode
from podpipe.models import Cue
from podpipe.transcripts import cutting
from podpipe.transcripts.cutting import Lines
from podpipe.transcripts.faults import Faults
from podpipe.transcripts.lines import atoms, joined, plain
from podpipe.transcripts.telling import Telling

ROOM = Lines(65)
"""One line of at most 65 characters: what the namespace recommends."""

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_TIME = r"(?:(\d{1,9}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMING = re.compile(rf"[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}(?=[ \t]|$)")
_STAMP = re.compile(_TIME)
_OTHER_BLOCKS = re.compile(r"(?:NOTE|STYLE|REGION)(?=[ \t]|$)")


def write(telling: Telling, *, words: bool = False) -> str:
    """A cue is one line, and has its speaker's voice where that is known. With ``words``, each word is a cue.

    The standard has times within a cue too (``<00:00:01.000>``), but podcast players show them as text.
    """
    transcript = telling.transcript
    if words:
        cues = cutting.worded(cutting.by_word(transcript), transcript.duration_ms)
    else:
        cues = cutting.timed(cutting.cut(atoms(transcript), ROOM), transcript.duration_ms)
    parts = []
    for cue in cues:
        assert cue.start_ms is not None
        assert cue.end_ms is not None
        text = cue.text.translate(_ESCAPES)
        voice = f"<v {_annotation(cue.speaker)}>" if cue.speaker else ""
        parts.append(f"{timecode.vtt(cue.start_ms)} --> {timecode.vtt(cue.end_ms)}\n{voice}{text}\n")
    return "WEBVTT\n\n" + "\n".join(parts)


def read(text: str, faults: Faults) -> list[Cue]:
    """Cues as a browser would find them, and some that it would not: with hours of one digit, or commas.

    A speaker stays until another is named where the file names them only when they change, as the namespace
    allows. Comments, styles, regions and settings are passed over.
    """
    found: list[Cue] = []
    lines = re.split(r"\r\n|\r|\n", text.replace("\0", "\ufffd"))
    if not lines[0].startswith("WEBVTT"):
        faults.add(1, "the file does not begin with WEBVTT")
    for number, block in _blocks(lines):
        at = next((at for at, line in enumerate(block[:2]) if "-->" in line), None)
        if at is None:
            if not _OTHER_BLOCKS.match(block[0]) and number > 1:
                faults.add(number, "text that belongs to no cue")
            continue
        timing = _TIMING.match(block[at])
        if timing is None:
            faults.add(number + at, "no times like 00:01.000 --> 00:02.000")
            continue
        found += _cues(_ms(timing.groups()[:4]), _ms(timing.groups()[4:]), block[at + 1 :])
    return _carried(found)


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines that are not empty, each with its line number; a line with an arrow begins a new one."""
    block: list[str] = []
    first = 1
    for number, line in enumerate([*lines, ""], 1):
        begins = "-->" in line and any("-->" in other for other in block)
        if block and (not line.strip(" \t") or begins):
            yield first, block
            block = []
        if line.strip(" \t"):
            first = first if block else number
            block.append(line)


@dataclass
class _Voice:
    """What one voice says in a cue: (since when, pieces of text)."""

    speaker: str
    runs: list[tuple[int, list[str]]]


def _cues(start_ms: int, end_ms: int, lines: Sequence[str]) -> Iterator[Cue]:
    """The cue, or one for each of its voices."""
    head, *tags = "\n".join(lines).split("<")
    voices = [_Voice("", [(start_ms, [head])])]
    skipped = False
    for piece in tags:
        tag, _, text = piece.partition(">")
        name, *annotation = tag.split(None, 1) or [""]
        name = name.split(".", 1)[0]
        now_ms = voices[-1].runs[-1][0]
        skipped = name == "rt" or (skipped and name not in ("/rt", "/ruby"))  # small print above a word
        if stamp := _STAMP.fullmatch(tag.strip()):
            voices[-1].runs.append((_ms(stamp.groups()), []))
        elif name == "v":
            voices.append(_Voice(plain(html.unescape(annotation[0])) if annotation else "", [(now_ms, [])]))
        if not skipped:
            voices[-1].runs[-1][1].append(text)
    for voice in voices:
        parts = [(at, _text(pieces)) for at, pieces in voice.runs]
        parts = [(at, part) for at, part in parts if part]
        if parts:
            whole = _text([piece for _, pieces in voice.runs for piece in pieces])
            yield Cue(start_ms, end_ms, whole, voice.speaker, tuple(parts) if len(parts) > 1 else ())


def _text(pieces: Sequence[str]) -> str:
    return plain(html.unescape(joined("".join(pieces).split("\n"))))


def _carried(cues: Sequence[Cue]) -> list[Cue]:
    """Cues with their speakers, where the file names them only when they change."""
    named = [cue.speaker for cue in cues if cue.speaker]
    if len(named) == len(cues) or any(one == other for one, other in itertools.pairwise(named)):
        return list(cues)
    found: list[Cue] = []
    for cue in cues:
        speaker = cue.speaker or (found[-1].speaker if found else "")
        found.append(Cue(cue.start_ms, cue.end_ms, cue.text, speaker, cue.parts))
    return found


def _ms(fields: Sequence[str | None]) -> int:
    hours, minutes, seconds, fraction = fields
    whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    return whole * 1000 + int((fraction or "0").ljust(3, "0"))


def _annotation(speaker: str) -> str:
    return speaker.translate(_ESCAPES)
