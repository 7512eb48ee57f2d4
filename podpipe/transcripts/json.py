"""The Podcasting 2.0 namespace's JSON transcripts 1.0.0 (application/json)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from json import JSONDecodeError, loads
from typing import Any

from podpipe import storage, timecode
from podpipe.models import Cue
from podpipe.transcripts import cutting
from podpipe.transcripts.faults import Faults
from podpipe.transcripts.lines import joined, plain
from podpipe.transcripts.telling import Telling, by_sentence

_LATEST_MS = 10**12
_BODIES, _STARTS, _ENDS = ("body", "text"), ("startTime", "start_time", "start"), ("endTime", "end_time", "end")


def write(telling: Telling, *, words: bool = False) -> str:
    """A segment a sentence, or with ``words`` a word: the highest fidelity that the format knows."""
    transcript = telling.transcript
    talk = cutting.by_word(transcript) if words else [tuple(run) for run in by_sentence(transcript)]
    segments = [_segment(cue) for cue in cutting.worded(talk, transcript.duration_ms)]
    return storage.encode({"version": "1.0.0", "segments": segments}).decode()


def read(text: str, faults: Faults) -> list[Cue]:
    """Segments as cues; times may also be text ("1.5" or "00:01.5"), and the end missing."""
    try:
        document = loads(text)
    except JSONDecodeError as error:
        faults.add(error.lineno, f"no JSON: {error.msg}")
        return []
    except (ValueError, RecursionError):
        faults.add(1, "no JSON that can be read: numbers too long, or nested too deep")
        return []
    segments = document.get("segments") if isinstance(document, dict) else document
    if not isinstance(segments, list):
        faults.add(1, 'no list of "segments"')
        return []
    found: list[Cue] = []
    for number, segment in enumerate(segments, 1):
        cue = _cue(segment)
        if isinstance(cue, str):
            faults.add(number, cue, "segment")
        elif cue is not None:
            found.append(cue)
    return found


def _segment(cue: Cue) -> dict[str, Any]:
    assert cue.start_ms is not None
    assert cue.end_ms is not None
    speaker = {"speaker": cue.speaker} if cue.speaker else {}
    return {**speaker, "startTime": cue.start_ms / 1000, "endTime": cue.end_ms / 1000, "body": cue.text}


def _cue(segment: object) -> Cue | str | None:
    """The cue, None where it is empty, or what is wrong."""
    if not isinstance(segment, dict):
        return "not an object"
    body = _first(segment, _BODIES)
    if not isinstance(body, str):
        return 'no "body"'
    text = plain(joined(map(plain, body.split("\n"))))
    try:
        start_ms, end_ms = _ms(_first(segment, _STARTS)), _ms(_first(segment, _ENDS))
    except (ValueError, OverflowError):
        return "a time that is no number of seconds"
    speaker = segment.get("speaker")
    return Cue(start_ms, end_ms, text, plain(speaker) if isinstance(speaker, str) else "") if text else None


def _first(segment: dict[str, Any], names: Sequence[str]) -> object:
    return next((segment[name] for name in names if segment.get(name) is not None), None)


def _ms(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, str):
        return timecode.parse(value)
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError(value)
    ms = round(value * 1000)
    if not 0 <= ms <= _LATEST_MS:
        raise ValueError(value)
    return ms
