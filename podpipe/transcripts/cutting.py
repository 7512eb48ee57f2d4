"""Talk to cues: cut at sentences, pauses and clauses, balanced, and shown long enough to be read.

Of all ways to cut a sentence the cheapest is taken (dynamic programming over the cost of each cut,
as Knuth and Plass break lines: "Breaking paragraphs into lines", 1981). What a cut costs follows the
habits of subtitlers: Karamitroglou, "A proposed set of subtitling standards in Europe" (1998).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from podpipe.models import Cue, Transcript
from podpipe.transcripts.lines import Atom, atoms, text_of, width
from podpipe.transcripts.sentences import split

LONGEST_MS = 7000
_SHORTEST_MS = 833
"""Five sixths of a second: less can't be read."""

_READ_PER_SECOND = 20
"""Characters; a cue stays so long where nobody speaks after it, but at most ..."""
_LINGER_MS = 1500

_FLICKER_MS = 100
"""Gaps between cues that are shorter are closed."""

_FLASH_MS = 700
"""A sentence that is shown for less may share a cue."""

_PAUSE_MS = 1200
"""No cue runs over a pause of this length."""

_CUE, _SENTENCE_WITHIN, _FLASH, _EMPTY = 8.0, 30.0, 40.0, 8.0
_FEW = {1: 12.0, 2: 4.0}
_CLAUSE, _BEFORE, _PREPOSITION, _ANYWHERE, _TIED = 1.0, 3.0, 4.5, 6.0, 10.0

_CONJUNCTIONS = frozenset(
    "and but or nor so because although though unless until since while whereas when where which who whom whose that "
    "if whether as than then "
    "und oder aber denn sondern weil dass ob wenn als während obwohl damit sodass "
    "et ou mais donc car parce que qui dont où quand lorsque si puisque "
    "y o pero porque aunque cuando donde mientras quien e ma perché quando dove che mentre se ou mas porque quando "
    "en of maar want omdat terwijl toen och men eller eftersom når fordi".split()
)
_PREPOSITIONS = frozenset(
    "in on at of for from to by with about into over under after before between through during without against "
    "auf aus bei für gegen mit nach ohne seit um von vor zu zwischen dans sur avec pour sans sous par de entre vers "
    "con sin para por desde hasta sobre di da per su com em van voor met".split()
)
_LEANING = frozenset(
    "a an the such my your his her its our their this these those no some any every each very more most not "
    "i you he she it we they is are was were be been has have had will would can could should may might must do does "
    "don't isn't didn't i'm it's we're they're mr mrs ms dr "
    "der die das den dem des ein eine einen einem einer ich du er sie es wir ihr nicht ist sind war "
    "le la les un une des du ce cette ces mon ma mes il elle je tu nous vous ils ne est sont "
    "el los las lo una uno mi tu su es son il lo gli i uno het een de een o os as um uma".split()
)
_CLAUSE_END = re.compile(r"[,;:—–、，；：،؛][\"'”’»)\]」』）]*$")
_CAPITAL = re.compile(r"^[A-Z]\w")
_BARE = re.compile(r"[^\w']+")


@dataclass(frozen=True, slots=True)
class Lines:
    """How much a cue may hold: ``count`` lines of ``columns`` each."""

    columns: int
    count: int = 1


Group = tuple[Atom, ...]


def cut(talk: Sequence[Atom], room: Lines) -> list[Group]:
    """Atoms in groups that each fit the room, last up to seven seconds, and are spoken by one person.

    Only a word that is wider than a line makes a group that does not fit; it is alone.
    """
    return [group for run in _runs(talk) for group in _cheapest(run, room)]


def timed(groups: Sequence[Group], duration_ms: int) -> list[Cue]:
    """Cues that never overlap nor run past the end of the sound, long enough to be read where there is time."""
    starts, limit = _starts(groups, duration_ms)
    found: list[Cue] = []
    for group, start_ms, next_ms in zip(groups, starts, [*starts, limit][1:], strict=True):
        text = text_of(group)
        spoken_ms = group[-1].end_ms
        readable_ms = start_ms + max(_SHORTEST_MS, width(text) * 1000 // _READ_PER_SECOND)
        end_ms = max(spoken_ms, min(readable_ms, spoken_ms + _LINGER_MS))
        if next_ms - end_ms < _FLICKER_MS:
            end_ms = next_ms
        end_ms = max(min(end_ms, start_ms + LONGEST_MS), start_ms + 1)
        found.append(Cue(start_ms, end_ms, text, group[-1].speaker))
    return found


def worded(groups: Sequence[Group], duration_ms: int) -> list[Cue]:
    """A cue for each group, for as long as it sounds."""
    starts, limit = _starts(groups, duration_ms)
    return [
        Cue(start_ms, max(min(group[-1].end_ms, next_ms), start_ms + 1), text_of(group), group[-1].speaker)
        for group, start_ms, next_ms in zip(groups, starts, [*starts, limit][1:], strict=True)
    ]


def by_word(transcript: Transcript) -> list[Group]:
    """A group for each word."""
    return [(atom,) for atom in atoms(transcript, whole=True)]


def broken(group: Sequence[Atom], room: Lines) -> list[str]:
    """A group's text in at most two lines, as even and as well broken as can be."""
    whole = text_of(group)
    if room.count == 1 or width(whole) <= room.columns:
        return [whole]
    costs = _cut_costs(group, _sentence_ends(group))
    ways = []
    for at in range(1, len(group)):
        first, second = text_of(group[:at]), text_of(group[at:])
        longest = max(width(first), width(second))
        ways.append((max(longest - room.columns, 0), abs(width(first) - width(second)) / 2 + costs[at], first, second))
    return list(min(ways)[2:]) if ways else [whole]


def _starts(groups: Sequence[Group], duration_ms: int) -> tuple[list[int], int]:
    """When each group is shown, rising, and where the sound ends."""
    limit = duration_ms or max((group[-1].end_ms for group in groups), default=0)
    starts: list[int] = []
    for group in groups:
        starts.append(max(group[0].start_ms, starts[-1] + 1 if starts else 0))
    for number, back in zip(reversed(range(len(starts))), itertools.count(1), strict=False):
        if starts[number] <= limit - back:
            break
        starts[number] = max(limit - back, number)
    return starts, max(limit, starts[-1] + 1 if starts else 0)


def _runs(talk: Sequence[Atom]) -> Iterator[Sequence[Atom]]:
    """Parts of the talk that no cue bridges: each by one speaker, without a long pause."""
    first = 0
    for number in range(1, len(talk) + 1):
        if number < len(talk):
            before, atom = talk[number - 1], talk[number]
            if not atom.leads and atom.speaker == before.speaker and atom.start_ms - before.end_ms < _PAUSE_MS:
                continue
            if before.leads:
                continue
        yield talk[first:number]
        first = number


def _cheapest(run: Sequence[Atom], room: Lines) -> Iterator[Group]:
    """The groups of a run that cost the least together."""
    ends = _sentence_ends(run)
    costs = _cut_costs(run, ends)
    price = _price(run, ends, room)
    best: list[tuple[float, int]] = [(0.0, 0)]
    """For each place, the cost of everything before, and where the last group begins."""
    for end in range(1, len(run) + 1):
        ways = [(best[start][0] + cost + costs[end], start) for start, cost in price(end)]
        best.append(min(ways))
    places = [len(run)]
    while places[-1]:
        places.append(best[places[-1]][1])
    for end, start in itertools.pairwise(places[::-1]):
        yield tuple(run[end:start])


def _sentence_ends(run: Sequence[Atom]) -> list[bool]:
    """For each place before an atom (and at the end), whether a sentence ends there."""
    ends = [False] * (len(run) + 1)
    at = 0
    for sentence in split(run):
        at += len(sentence)
        ends[at] = True
    return ends


def _cut_costs(run: Sequence[Atom], ends: Sequence[bool]) -> list[float]:
    """What a cut before each atom costs; at the end it costs nothing."""
    costs = [0.0]
    for number, (before, atom) in enumerate(itertools.pairwise(run), 1):
        if before.leads:
            costs.append(1e6)
        elif ends[number]:
            costs.append(0.0)
        else:
            costs.append(max(_cost(before, atom) - min(max(atom.start_ms - before.end_ms, 0), 600) / 120, 0.0))
    return [*costs, 0.0]


def _cost(before: Atom, atom: Atom) -> float:
    last, following = _BARE.sub("", before.text).casefold(), _BARE.sub("", atom.text).casefold()
    if _CLAUSE_END.search(before.text):
        return _CLAUSE
    if atom.glued:  # of writing without spaces only this is seen: a word often begins after kana
        return _BEFORE if "\u3040" <= before.text[-1] <= "\u309f" and atom.text[0] > "\u30a0" else _ANYWHERE
    is_name = _CAPITAL.match(before.text) and _CAPITAL.match(atom.text)
    if is_name or last in _LEANING or last in _PREPOSITIONS or last in _CONJUNCTIONS or last.isdecimal():
        return _TIED
    if following in _CONJUNCTIONS:
        return _BEFORE
    return _PREPOSITION if following in _PREPOSITIONS else _ANYWHERE


def _price(run: Sequence[Atom], ends: Sequence[bool], room: Lines) -> Callable[[int], Iterator[tuple[int, float]]]:
    """A function that gives, for the end of a group, each possible beginning and what the group costs."""
    widths = [width(atom.text) for atom in run]
    spaces = [0 if atom.glued else 1 for atom in run]
    shown_until = [*(atom.start_ms for atom in run[1:]), run[-1].end_ms + _LINGER_MS]
    columns = room.columns * room.count

    def price(end: int) -> Iterator[tuple[int, float]]:
        used = within = 0
        pauses = 0.0
        for start in range(end - 1, -1, -1):
            used += widths[start] + (spaces[start + 1] if start < end - 1 else 0)
            is_unit = start == end - 1 or run[end - 2].leads
            spoken_ms = run[end - 1].end_ms - run[start].start_ms
            if not is_unit and (spoken_ms > LONGEST_MS or not _fits(widths, spaces, start, end, used, room)):
                return
            if start < end - 1:
                within += ends[start + 1]
                pauses += max(run[start + 1].start_ms - run[start].end_ms - 400, 0) / 200
            cost = _CUE + _SENTENCE_WITHIN * within + pauses
            shown_ms = shown_until[end - 1] - run[start].start_ms
            if shown_ms < _FLASH_MS:
                cost += _FLASH * (1 - shown_ms / _FLASH_MS)
            if not (ends[end] and (start == 0 or ends[start])):
                cost += _EMPTY * max(1 - used / columns, 0) ** 2 + _FEW.get(end - start, 0.0)
            yield start, cost

    return price


def _fits(widths: Sequence[int], spaces: Sequence[int], start: int, end: int, used: int, room: Lines) -> bool:
    """Whether atoms fit so many lines, each filled before the next."""
    if used <= room.columns:
        return True
    if room.count == 1 or used > (room.columns + 1) * room.count:
        return False
    lines, filled = 1, 0
    for number in range(start, end):
        size = widths[number]
        if filled and filled + spaces[number] + size <= room.columns:
            filled += spaces[number] + size
        else:
            lines += filled > 0
            filled = size
            if size > room.columns:
                return False
    return lines <= room.count
