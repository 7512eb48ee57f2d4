"""Plain text: a sentence a line, with its time; and whatever text others publish."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from podpipe import timecode
from podpipe.models import Cue
from podpipe.transcripts import speakers
from podpipe.transcripts.faults import Faults
from podpipe.transcripts.lines import plain, text_of
from podpipe.transcripts.telling import Telling, by_sentence

_CLOCK = r"(?:\d{1,3}:)?\d{1,3}:[0-5]\d(?:[.,]\d{1,3})?(?![\d:])"
_STAMP = re.compile(rf"[\[(]?(?P<time>{_CLOCK})(?:\s*(?:-+>?|[–—])\s*{_CLOCK})?[\])]?\s*[-–—|:]?\s*")
_NAME = r"(?P<name>[^\d\W][^:\[\]()<>\n]{0,39}?)"
_LABELS = (
    re.compile(rf"{_NAME}\s*+[-–—|,]?\s*+[\[(](?P<time>{_CLOCK})[\])]\s*+:?\s*+(?P<text>.*)"),  # Sarah (0:53): Hello
    re.compile(rf"{_NAME}\s*+[-–—|,]?\s*+(?P<time>{_CLOCK})\s*+:?(?P<text>)"),  # Sarah 0:53
)
_ALONE = re.compile(rf"{_NAME}\s?[:：]")
_BOLD = re.compile(r"\*\*([^*]{1,60})\*\*")


def write(telling: Telling, *, words: bool = False) -> str:
    """A sentence a line, with its time and who begins to speak. ``words`` is of no use here."""
    lines, last = [], ""
    for run in by_sentence(telling.transcript):
        speaker = run[0].speaker
        name = f"{speaker}: " if speaker and speaker != last else ""
        last = speaker or last
        lines.append(f"[{timecode.clock(run[0].start_ms)}] {name}{text_of(run)}")
    return "\n".join(lines) + "\n" if lines else ""


def read(text: str, faults: Faults) -> list[Cue]:
    """A cue for each line, with the time and the name at its beginning where it has them."""
    lines = re.split(r"\r\n|\r|\n", text)
    return cues_of((number, plain(line)) for number, line in enumerate(lines, 1) if plain(line))


def cues_of(lines: Iterable[tuple[int, str]]) -> list[Cue]:
    """Lines of text as cues: "[0:53] Sarah: Hello" and "Sarah (0:53)", with what she says in the next line."""
    found: list[Cue] = []
    start_ms, speaker = None, ""
    for _, line in lines:
        line = _BOLD.sub(r"\1", line)
        if stamp := _STAMP.match(line):
            start_ms, line = timecode.parse(stamp["time"]), line[stamp.end() :]
        elif label := _label(line):
            start_ms, speaker, line = timecode.parse(label["time"]), label["name"], label["text"]
        elif (alone := _ALONE.fullmatch(line)) and speakers.is_name(alone["name"]):
            speaker, line = alone["name"], ""
        if line:
            found.append(Cue(start_ms, None, line, speaker))
            start_ms = None
    return _rising(speakers.named(found))


def _label(line: str) -> re.Match[str] | None:
    """Who speaks, and since when, at the beginning of a line."""
    found = next((match for label in _LABELS if (match := label.fullmatch(line))), None)
    return found if found and speakers.is_name(found["name"]) else None


def _rising(cues: list[Cue]) -> list[Cue]:
    """Times that run backwards are none."""
    latest = 0
    found = []
    for cue in cues:
        if cue.start_ms is not None and cue.start_ms < latest:
            cue = replace(cue, start_ms=None)
        latest = cue.start_ms if cue.start_ms is not None else latest
        found.append(cue)
    return found
