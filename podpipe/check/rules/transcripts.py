"""S: transcripts with times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from podpipe import timecode
from podpipe.check.facts import Cue, Cues
from podpipe.check.model import Found, rule
from podpipe.check.rules.sources import NAMESPACE_TRANSCRIPTS, OWN, SUBRIP, WEBVTT

_LINE = {"vtt": 65, "srt": 32}
_LINES = 2
_LONGEST_MS = 15_000
_PAST_MS = 1000
_COVERED = 0.8


def _where(cues: Cues, cue: Cue) -> str:
    place = f"segment {cue.line}" if cues.format == "json" else f"line {cue.line}"
    return f"{place} ({timecode.clock(cue.start_ms)})"


@rule(
    "S01",
    "warning",
    "cues that overlap",
    hurts="Apple Podcasts, browsers: two texts at once, or one is skipped",
    mend="end each cue where the next starts",
    source=OWN,
    fixable=True,
)
def overlap(cues: Cues) -> Iterator[Found]:
    """A cue that ends after the next has started."""
    ordered = sorted(cues.cues, key=lambda cue: cue.start_ms)
    for cue, following in pairwise(ordered):
        if cue.end_ms > following.start_ms and cue.end_ms > cue.start_ms:
            over = (cue.end_ms - following.start_ms) / 1000
            yield _where(cues, cue), f"ends {over:.3f} s after the next has started"


@rule(
    "S02",
    "error",
    "cues past the end of the sound",
    hurts="Apple Podcasts refuses the transcript; is it another episode's?",
    mend="take the transcript of this very file (adverts put in later move everything)",
    source=OWN,
    fixable=True,
)
def past_end(cues: Cues) -> Iterator[Found]:
    """By more than a second."""
    late = [cue for cue in cues.cues if cues.duration_ms and cue.end_ms > cues.duration_ms + _PAST_MS]
    if late and cues.duration_ms:
        last = max(cue.end_ms for cue in late)
        text = f"{len(late)} cues run past the end of the sound: to {timecode.clock(last)}"
        yield _where(cues, late[0]), f"{text} of {timecode.clock(cues.duration_ms)}"


@rule(
    "S03",
    "error",
    "cues out of order",
    hurts="players that go from cue to cue: they skip",
    mend="sort the cues by time",
    source=WEBVTT,
    fixable=True,
)
def order(cues: Cues) -> Iterator[Found]:
    """By their start, in the file."""
    for before, cue in pairwise(cues.cues):
        if cue.start_ms < before.start_ms:
            yield _where(cues, cue), f"starts before the cue above it ({timecode.clock(before.start_ms)})"


@rule(
    "S04",
    "error",
    "a cue that ends before it starts",
    hurts="browsers: it is never shown",
    mend="give it an end; --fix lets it last up to the next",
    source=WEBVTT,
    fixable=True,
)
def backwards(cues: Cues) -> Iterator[Found]:
    """Or at the same moment. Segments in JSON need no end."""
    for cue in cues.cues:
        if cue.end_ms < cue.start_ms or (cue.end_ms == cue.start_ms and cues.format != "json"):
            yield _where(cues, cue), f"ends at {timecode.clock(cue.end_ms, decimals=3)}, not after its start"


@rule(
    "S05",
    "info",
    "lines that are too long",
    hurts="players that show the text over the picture: cut off, or small",
    mend="break it: VTT at 65 characters, SRT in two lines of 32 (podpipe transcript)",
    source=NAMESPACE_TRANSCRIPTS,
)
def long_lines(cues: Cues) -> Iterator[Found]:
    """The namespace's advice; voices and other marks don't count."""
    most = _LINE.get(cues.format)
    if most is None:
        return
    long = [cue for cue in cues.cues if any(len(line) > most for line in _shown(cue).split("\n"))]
    many = [cue for cue in cues.cues if cues.format == "srt" and _shown(cue).count("\n") >= _LINES]
    if long:
        yield _where(cues, long[0]), f"{len(long)} cues have lines of more than {most} characters"
    if many:
        yield _where(cues, many[0]), f"{len(many)} cues have more than {_LINES} lines"


@rule(
    "S06",
    "warning",
    "a cue without text",
    hurts="players: an empty box",
    mend="remove it",
    source=WEBVTT,
    fixable=True,
)
def empty(cues: Cues) -> Iterator[Found]:
    """Nothing but spaces and marks."""
    for cue in cues.cues:
        if not _shown(cue).strip():
            yield _where(cues, cue), "has no text"


@rule(
    "S07",
    "error",
    "a transcript without a cue",
    hurts="everybody who needs it",
    mend="make it again (podpipe ingest)",
    source=OWN,
)
def nothing(cues: Cues) -> Iterator[Found]:
    """Not one."""
    if not cues.cues:
        yield "the file", "has no cue that can be read"


@rule(
    "S08",
    "error",
    "no WEBVTT at the beginning",
    hurts="browsers, Apple Podcasts: the whole file is refused",
    mend="let the first line be WEBVTT, with an empty line after it",
    source=WEBVTT,
    fixable=True,
)
def header(cues: Cues) -> Iterator[Found]:
    """The signature."""
    if not cues.header:
        yield "line 1", "is not WEBVTT"


@rule(
    "S09",
    "info",
    "a cue of more than 15 seconds",
    hurts="players that show or mark a cue at a time: listeners lose the place",
    mend="cut it at the ends of sentences (podpipe transcript)",
    source=OWN,
)
def long_cues(cues: Cues) -> Iterator[Found]:
    """JSON may have a segment for each speaker's turn."""
    long = [cue for cue in cues.cues if cue.end_ms - cue.start_ms > _LONGEST_MS]
    if long and cues.format != "json":
        most = max(cue.end_ms - cue.start_ms for cue in long) / 1000
        yield _where(cues, long[0]), f"{len(long)} cues last more than 15 s, the longest {most:.1f} s"


@rule(
    "S10",
    "warning",
    "a transcript of only a part of the episode",
    hurts="everybody who needs it; search finds only that part",
    mend="make it again from the whole sound (podpipe ingest)",
    source=OWN,
)
def part(cues: Cues) -> Iterator[Found]:
    """Less than four fifths, from the first cue to the end of the last."""
    if cues.cues and cues.duration_ms:
        start, end = min(cue.start_ms for cue in cues.cues), max(cue.end_ms for cue in cues.cues)
        if end - start < _COVERED * cues.duration_ms:
            text = f"covers {timecode.clock(max(start, 0))} to {timecode.clock(max(end, 0))}"
            yield "the transcript", f"{text} of {timecode.clock(cues.duration_ms)}"


@rule(
    "S11",
    "error",
    "times that can't be read",
    hurts="every player: the cue is lost",
    mend="write them as 00:01:02.500 --> 00:01:05.000 (a comma in SRT)",
    source=WEBVTT,
)
def faults(cues: Cues) -> Iterator[Found]:
    """What the reader stumbled over."""
    yield from cues.faults


@rule(
    "S12",
    "warning",
    "a transcript that is not UTF-8",
    hurts="browsers, Apple Podcasts: wrong letters",
    mend="save it as UTF-8",
    source=WEBVTT,
    fixable=True,
)
def encoding(cues: Cues) -> Iterator[Found]:
    """WebVTT must be."""
    if not cues.utf8:
        yield "the file", "is not UTF-8"


@rule(
    "S13",
    "error",
    "times with the other format's decimal sign",
    hurts="browsers and Apple Podcasts (VTT with a comma): every such cue is lost",
    mend="VTT has a full stop before the milliseconds, SRT a comma",
    source=SUBRIP,
    fixable=True,
)
def separators(cues: Cues) -> Iterator[Found]:
    """00:00:01,000 in SRT, 00:00:01.000 in VTT."""
    if cues.separators:
        right, wrong = ("comma", "full stop") if cues.format == "srt" else ("full stop", "comma")
        text = f"{len(cues.separators)} cues have a {wrong} before the milliseconds, where {cues.format.upper()}"
        yield f"line {cues.separators[0]}", f"{text} has a {right}"


def _shown(cue: Cue) -> str:
    return re.sub(r"<[^<>\n]*>", "", cue.text)
