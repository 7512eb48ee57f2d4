"""Transcripts as they stand: cues in the order of the file, with all that is wrong with them.

Readers for players are lenient and put things right; a linter must see what they pass over. Sources: WebVTT
(W3C), SubRip as players have it, the JSON transcripts of the podcast namespace.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from podpipe import encodings
from podpipe.check.facts import Cue, Cues

_TIME = r"(?:(\d{1,4}):)?(\d{1,3}):(\d{1,2})([.,])(\d{1,3})"
_TIMES = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}(?:\s+.*)?$")
_BLOCKS = re.compile(r"^(NOTE|STYLE|REGION)(\s|$)")


def read(data: bytes, name: str) -> Cues | None:
    """A transcript in VTT, SRT or JSON, told by its content and then its name; None where it is none."""
    text, utf8 = _text(data)
    ending = name.rpartition(".")[2].lower()
    if text.lstrip().startswith("{"):
        return _json(text, utf8)
    if text.startswith("WEBVTT") or ending == "vtt":
        return _timed(text, "vtt", utf8)
    if ending == "srt" or ("-->" in text and _times_in(text)):
        return _timed(text, "srt", utf8)
    return None


def _text(data: bytes) -> tuple[str, bool]:
    try:
        return data.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        return encodings.decode(data), False


def _times_in(text: str) -> bool:
    return any(_TIMES.match(line) for line in text.splitlines())


def _timed(text: str, kind: str, utf8: bool) -> Cues:
    lines = re.split(r"\r\n|\n|\r", text)
    header = kind != "vtt" or bool(re.match(r"WEBVTT([ \t]|$)", lines[0]))
    cues: list[Cue] = []
    faults: list[tuple[str, str]] = []
    wrong_signs: list[int] = []
    number, in_note = 0, False
    while number < len(lines):
        line = lines[number]
        if not line.strip():
            in_note = False
        elif kind == "vtt" and _BLOCKS.match(line) and not (number and lines[number - 1].strip()):
            in_note = True
        elif "-->" in line and not in_note:
            match = _TIMES.match(line)
            body, after = _body(lines, number + 1)
            if match is None:
                faults.append((f"line {number + 1}", f"“{line.strip()[:60]}” is no pair of times"))
            else:
                if (match[4] == ",") != (kind == "srt"):
                    wrong_signs.append(number + 1)
                cues.append(Cue(_ms(match.groups()[:5]), _ms(match.groups()[5:]), body, number + 1))
            number = after
            continue
        number += 1
    return Cues(kind, tuple(cues), None, header, utf8, tuple(faults), tuple(wrong_signs))


def _body(lines: list[str], number: int) -> tuple[str, int]:
    """The text below a line of times, and where it ends: at an empty line or the next times."""
    start = number
    while number < len(lines) and lines[number].strip():
        if "-->" in lines[number]:
            number -= 1 if lines[number - 1].strip().isdigit() and number > start else 0
            break
        number += 1
    return "\n".join(lines[start:number]), number


def _ms(parts: tuple[Any, ...]) -> int:
    hours, minutes, seconds, _, fraction = parts
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return whole * 1000 + int(str(fraction).ljust(3, "0"))


def _json(text: str, utf8: bool) -> Cues | None:
    try:
        file = msgspec.json.decode(text.encode())
    except (msgspec.DecodeError, RecursionError) as error:
        return Cues("json", (), None, True, utf8, (("the file", f"is no JSON: {error}"),))
    if not isinstance(file, dict) or not isinstance(file.get("segments"), list):
        return None
    cues: list[Cue] = []
    faults: list[tuple[str, str]] = []
    for number, segment in enumerate(file["segments"], 1):
        try:
            start_ms = round(float(segment["startTime"]) * 1000)
            end_ms = round(float(segment.get("endTime", segment["startTime"])) * 1000)
            cues.append(Cue(start_ms, end_ms, str(segment.get("body", "")), number))
        except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
            faults.append((f"segment {number}", "has no startTime that is a number"))
    return Cues("json", tuple(cues), None, True, utf8, tuple(faults))
