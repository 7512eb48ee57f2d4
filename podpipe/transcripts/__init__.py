"""Transcripts in the forms that players and people read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from podpipe import timecode
from podpipe.models import Transcript, Word
from podpipe.transcripts.sentences import split

_VTT_LINE, _SRT_LINE = 65, 32
_CUE_MS = 7000


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that are shown together."""

    start_ms: int
    end_ms: int
    text: str


def cues(transcript: Transcript, room: int) -> list[Cue]:
    """Cues of at most ``room`` characters and about seven seconds, cut at sentences first, never in a word."""
    found: list[Cue] = []
    for sentence in split(transcript.words):
        found += [
            Cue(run[0].start_ms, max(run[-1].end_ms, run[0].start_ms + 1), " ".join(word.text for word in run))
            for run in _runs(sentence, room)
        ]
    following = [*(cue.start_ms for cue in found[1:]), transcript.duration_ms + 1]
    return [
        Cue(c.start_ms, max(min(c.end_ms, end), c.start_ms + 1), c.text)
        for c, end in zip(found, following, strict=False)
    ]


def _runs(words: Sequence[Word], room: int) -> Iterator[list[Word]]:
    run: list[Word] = []
    for word in words:
        size = sum(len(w.text) + 1 for w in run) + len(word.text)
        if run and (size > room or word.end_ms - run[0].start_ms > _CUE_MS):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def vtt(transcript: Transcript) -> str:
    """WebVTT (W3C), one line of at most 65 characters a cue."""
    escaped = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
    parts = [
        f"{timecode.vtt(cue.start_ms)} --> {timecode.vtt(cue.end_ms)}\n{cue.text.translate(escaped)}\n"
        for cue in cues(transcript, _VTT_LINE)
    ]
    return "WEBVTT\n\n" + "\n".join(parts)


def srt(transcript: Transcript) -> str:
    """SubRip, at most two lines of 32 characters a cue."""
    parts = []
    for number, cue in enumerate(cues(transcript, 2 * _SRT_LINE - 8), 1):
        times = f"{timecode.srt(cue.start_ms)} --> {timecode.srt(cue.end_ms)}"
        parts.append(f"{number}\n{times}\n{_two_lines(cue.text)}\n")
    return "\n".join(parts)


def text(transcript: Transcript) -> str:
    """Plain text, a sentence a line, each with its time."""
    lines = [
        f"[{timecode.clock(sentence[0].start_ms)}] {' '.join(word.text for word in sentence)}"
        for sentence in split(transcript.words)
    ]
    return "\n".join(lines) + "\n" if lines else ""


def _two_lines(words: str) -> str:
    if len(words) <= _SRT_LINE:
        return words
    places = [place for place, character in enumerate(words) if character == " "]
    middle = min(places, key=lambda place: abs(2 * place - len(words)), default=None)
    return words if middle is None else f"{words[:middle]}\n{words[middle + 1 :]}"


FORMATS: dict[str, Callable[[Transcript], str]] = {"vtt": vtt, "srt": srt, "txt": text}
"""Writers by file ending."""
