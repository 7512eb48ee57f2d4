"""SubRip, as the Podcasting 2.0 namespace advises: two lines of at most 32 characters, names with a colon."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from podpipe import timecode
from podpipe.models import Cue
from podpipe.transcripts import cutting, speakers
from podpipe.transcripts.cutting import Lines
from podpipe.transcripts.faults import Faults
from podpipe.transcripts.lines import Atom, atoms, joined, plain
from podpipe.transcripts.telling import Telling

ROOM = Lines(32, 2)

_TIME = r"(?:(\d{1,9}):)?(\d{1,2}):(\d{1,2})(?:[.,:](\d{1,3}))?"
_TIMING = re.compile(rf"[ \t]*{_TIME}[ \t]*-{{1,3}}>[ \t]*{_TIME}(?=[ \t]|$)")
_TAG = re.compile(r"</?(?:b|i|u|s|font|span|c|v)(?:[ .][^<>]{0,200})?>|\{\\[^{}]{0,100}\}", re.IGNORECASE)


def write(telling: Telling, *, words: bool = False) -> str:
    """A new speaker begins a new cue, with the name before a colon. With ``words``, each word is a cue."""
    transcript = telling.transcript
    talk = _with_names(atoms(transcript, whole=words))
    if words:
        groups = list(_words_with_names(talk))
        cues = cutting.worded(groups, transcript.duration_ms)
    else:
        groups = cutting.cut(talk, ROOM)
        cues = cutting.timed(groups, transcript.duration_ms)
    parts = []
    for number, (cue, group) in enumerate(zip(cues, groups, strict=True), 1):
        assert cue.start_ms is not None
        assert cue.end_ms is not None
        times = f"{timecode.srt(cue.start_ms)} --> {timecode.srt(cue.end_ms)}"
        parts.append(f"{number}\n{times}\n" + "\n".join(cutting.broken(group, ROOM)) + "\n")
    return "\n".join(parts)


def read(text: str, faults: Faults) -> list[Cue]:
    """Cues, whatever is missing around them: numbers, empty lines, thousandths, hours.

    Fonts and colours are left out; a name before a colon is the speaker, until another is named.
    """
    lines = re.split(r"\r\n|\r|\n", text)
    timings = [(number, timing) for number, line in enumerate(lines) if (timing := _TIMING.match(line))]
    begins = [_begin(lines, number) for number, _ in timings]
    for number in range(begins[0] if begins else len(lines)):
        if lines[number].strip("\ufeff \t"):
            faults.add(number + 1, "text before the first cue")
            break
    found: list[Cue] = []
    for (number, timing), end in zip(timings, [*begins, len(lines)][1:], strict=True):
        shown = plain(html.unescape(_TAG.sub("", joined(map(plain, lines[number + 1 : end])))))
        if shown:
            found.append(Cue(_ms(timing.groups()[:4]), _ms(timing.groups()[4:]), shown))
    return speakers.named(found)


def _begin(lines: Sequence[str], number: int) -> int:
    """The line where the cue with these times begins: its number, where it has one."""
    before = lines[number - 1].strip("\ufeff \t") if number else ""
    alone = number < 2 or not lines[number - 2].strip() or _TIMING.match(lines[number - 2]) is not None
    return number - 1 if before.isdecimal() and (alone or int(before[:9]) > 1) else number


def _ms(fields: Sequence[str | None]) -> int:
    hours, minutes, seconds, fraction = fields
    whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    return whole * 1000 + int((fraction or "0").ljust(3, "0"))


def _with_names(talk: Sequence[Atom]) -> list[Atom]:
    """The talk with the name of each speaker before what they say."""
    found: list[Atom] = []
    last = ""
    for atom in talk:
        if atom.speaker and atom.speaker != last:
            names = f"{atom.speaker}:".split()
            found += [Atom(name, atom.start_ms, atom.start_ms, atom.speaker, leads=True) for name in names]
        last = atom.speaker or last
        found.append(atom)
    return found


def _words_with_names(talk: Sequence[Atom]) -> Iterator[tuple[Atom, ...]]:
    lead: tuple[Atom, ...] = ()
    for atom in talk:
        lead += (atom,)
        if not atom.leads:
            yield lead
            lead = ()
