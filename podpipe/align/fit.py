"""Words fitted to the sound: a recogniser's times run over pauses, in which nobody speaks."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from podpipe.models import Word
from podpipe.sound import HOP_MS, Silence, Sound

PAUSE_MS = 200
"""Shorter silences belong to words: the closure before a "p" or a "t"."""

_LEAST_SAID_MS = 120
"""A word takes so long to say."""

_REST_MS = 400
"""A word that is joined to one before such a pause is said after it, where nothing else is."""

_REST = 0.3
"""Of what a word sounds beside its longest part, less than this share is not the word."""

_JOINT = re.compile(r"-(?=[^\W_])|(?<=[^\W\d_][^\W\d_][.!?])(?=[A-Z][a-z])")
"""Where two words may be joined: a hyphen, or the end of a sentence without a space behind it."""

_MARKS = (".", ",", ":", ";", "!", "?")

_EARLY_MS = 30
"""Whisper turns to a word so long before it begins (measured: ``python -m bench words``)."""

_BEFORE, _AFTER, _AROUND = 4, 8, 10
"""Hops in which a dip is looked for, and how many more tell whether it is one."""

_DIP_DB = 8
"""Where words meet, it is often quieter by so much."""


def unburied(words: Sequence[Word], sound: Sound) -> tuple[Word, ...]:
    """Words that were put into a pause, or mostly, said where it sounds before it and no other word is.

    A recogniser may see a word too late, and in the pause after it: "OpenSSL." where the next sentence is prepared.
    The others stay as they are.
    """
    pauses = [silence for silence in sound.silences if silence.length_ms >= PAUSE_MS]
    starts = [pause.start_ms for pause in pauses]
    result = list(words)
    for first, word in enumerate(result):
        place = bisect_right(starts, (word.start_ms + word.end_ms) // 2) - 1
        if place < 1 or not _is_buried(word, pauses[place]):
            continue
        said_ms, until_ms = pauses[place - 1].end_ms, pauses[place].start_ms
        last = first
        while last + 1 < len(result) and _is_buried(result[last + 1], pauses[place]):
            last += 1
        is_free = not first or result[first - 1].end_ms <= said_ms
        if is_free and until_ms - said_ms >= _LEAST_SAID_MS * (last + 1 - first):
            result[first : last + 1] = _spread(result[first : last + 1], said_ms, until_ms)
    return tuple(result)


def _is_buried(word: Word, pause: Silence) -> bool:
    """Whether at least half of a word, and its end, are in a pause."""
    return pause.start_ms < word.end_ms <= pause.end_ms and word.start_ms + word.end_ms >= 2 * pause.start_ms


def _spread(words: Sequence[Word], start_ms: int, end_ms: int) -> list[Word]:
    """Words one after the other between two times, each as long as its letters."""
    ends = np.cumsum([len(word.text) for word in words]) / sum(len(word.text) for word in words)
    times = [start_ms, *(start_ms + int(end * (end_ms - start_ms)) for end in ends)]
    return [replace(word, start_ms=a, end_ms=b) for word, (a, b) in zip(words, pairwise(times), strict=True)]


def parted(words: Sequence[Word], sound: Sound) -> tuple[Word, ...]:
    """Words, those in two that a recogniser joined though one rests between them: "org-Futexes.", "eBPF.Alexei".

    What stands behind a sentence's end was said after the last pause in its time; what stands behind a hyphen only
    where another pause follows, and no other word is between the two.
    """
    pauses = [silence for silence in sound.silences if silence.length_ms >= PAUSE_MS]
    starts = [pause.start_ms for pause in pauses]
    result: list[Word] = []
    for word, until_ms in zip(words, (*(word.start_ms for word in words[1:]), sound.duration_ms), strict=False):
        *_, joint = [None, *_JOINT.finditer(word.text)]
        if joint and joint.start():
            is_hyphen = bool(joint[0])
            place = bisect_right(starts, until_ms) - 2 if is_hyphen else bisect_right(starts, word.end_ms) - 1
            end_ms = pauses[place + 1].start_ms if is_hyphen and place >= 0 else word.end_ms
            if place >= 0 and _rests(word, pauses[place], end_ms):
                result.append(replace(word, text=word.text[: joint.start()], end_ms=pauses[place].start_ms))
                word = replace(word, text=word.text[joint.end() :], start_ms=pauses[place].end_ms, end_ms=end_ms)
        result.append(word)
    return tuple(result)


def _rests(word: Word, pause: Silence, end_ms: int) -> bool:
    """Whether one rests in a word's time, and speaks before and after it, until ``end_ms``."""
    is_said = end_ms - pause.end_ms >= _LEAST_SAID_MS <= pause.start_ms - word.start_ms
    return is_said and pause.length_ms >= _REST_MS and word.end_ms > pause.end_ms


def fitted(words: Sequence[Word], sound: Sound) -> tuple[Word, ...]:
    """Words that run over a pause keep one part of theirs that sounds; the others stay as they are.

    It is the last that is no mere rest, as words are put too early; before a sign, after which one pauses, the longest.
    """
    result: list[Word] = []
    for word, parts in zip(words, sounding(words, sound), strict=True):
        longest_ms = max((end - start for start, end in parts), default=0)
        least_ms = longest_ms * (1 if word.text.endswith(_MARKS) else _REST)
        said = next((part for part in reversed(parts) if part[1] - part[0] >= least_ms), None)
        result.append(replace(word, start_ms=said[0], end_ms=said[1]) if said else word)
    return tuple(result)


def sounding(words: Sequence[Word], sound: Sound) -> Iterator[list[tuple[int, int]]]:
    """The parts of each word's time between pauses, from and to when (ms); none of a word that is in a pause."""
    pauses = [silence for silence in sound.silences if silence.length_ms >= PAUSE_MS]
    starts, ends = [pause.start_ms for pause in pauses], [pause.end_ms for pause in pauses]
    for word in words:
        parts: list[tuple[int, int]] = []
        start_ms = word.start_ms
        first, last = bisect_right(ends, word.start_ms), bisect_left(starts, word.end_ms)
        for pause in pauses[first:last]:
            parts.append((start_ms, pause.start_ms))
            start_ms = pause.end_ms
        parts.append((start_ms, word.end_ms))
        yield [(start, end) for start, end in parts if start < end]


def started(words: Sequence[Word], sound: Sound) -> tuple[Word, ...]:
    """``fitted`` words, those that go on without a pause begun where they are heard to.

    Their starts are too early by some hundredths of a second: they move to the dip of the level that is near
    where they should be, if there is one. A word that ended there ends there still.
    """
    fit = fitted(words, sound)
    if not sound.level_db.size:
        return fit
    onsets = {silence.end_ms for silence in sound.silences}
    level = np.convolve(np.pad(sound.level_db, 1, mode="edge"), np.ones(3) / 3, "valid").astype(np.float32)
    result: list[Word] = []
    for word in fit:
        start_ms = word.start_ms if word.start_ms in onsets else _started(word, level)
        if result and result[-1].end_ms == word.start_ms:
            start_ms = max(start_ms, result[-1].start_ms + 1)
            result[-1] = replace(result[-1], end_ms=start_ms)
        result.append(replace(word, start_ms=start_ms))
    return tuple(result)


def _started(word: Word, level: NDArray[np.float32]) -> int:
    latest_ms = word.end_ms - 2 * HOP_MS
    start_ms = min(word.start_ms + _EARLY_MS, latest_ms)
    if start_ms <= word.start_ms:
        return word.start_ms
    middle, last = start_ms // HOP_MS, min((start_ms + _AFTER * HOP_MS), latest_ms) // HOP_MS
    first = max(middle - _BEFORE, word.start_ms // HOP_MS - 1, 0)
    hops = np.arange(first, min(last + 1, level.size))
    if not hops.size:
        return start_ms
    lowest = int(hops[np.argmin(level[hops] + np.abs(hops - middle))])
    usual = np.median(level[max(first - _AROUND, 0) : last + _AROUND])
    return lowest * HOP_MS if level[lowest] < usual - _DIP_DB else start_ms
