"""Pauses that music or noise fills: nobody speaks, though it is never quiet."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from podpipe.models import Word
from podpipe.sound import HOP_MS, Silence, Sound

_GAP_MS = 600
"""So long nothing is heard between two words where a pause may be filled."""

_EDGE_MS = 100
"""What a word may still sound, or sound already, beyond its times."""

_MOSTLY = 0.5
"""A pause is quiet where so much of it is: music has rests, too."""

_QUIETER_DB = 4.0
"""What fills a pause is quieter than speech by so much at least."""

_SOUNDING = 3
"""Hops (30 ms) in a row that are loud: there somebody speaks again."""


def unmasked(words: Sequence[Word], sound: Sound) -> Sound:
    """The sound, with the pauses that are filled among its silences."""
    found = tuple(_filled(words, sound))
    return replace(sound, filled=found) if found else sound


def _filled(words: Sequence[Word], sound: Sound) -> Iterator[Silence]:
    starts, ends = [silence.start_ms for silence in sound.silences], [silence.end_ms for silence in sound.silences]
    for word, following in itertools.pairwise(words):
        gap_ms = following.start_ms - word.end_ms
        if gap_ms < _GAP_MS:
            continue
        quiet_ms = 0
        first, last = bisect_right(ends, word.end_ms), bisect_left(starts, following.start_ms)
        for silence in sound.silences[first:last]:
            quiet_ms += min(silence.end_ms, following.start_ms) - max(silence.start_ms, word.end_ms)
        if quiet_ms < _MOSTLY * gap_ms and (onset_ms := _onset(word, following, sound)) is not None:
            yield Silence(word.end_ms, onset_ms)


def _onset(word: Word, following: Word, sound: Sound) -> int | None:
    """When somebody speaks again (ms): where it gets clearly louder than before; None where it doesn't."""
    first, last = (word.end_ms + _EDGE_MS) // HOP_MS, (following.start_ms - _EDGE_MS) // HOP_MS
    between, after = sound.level_db[first:last], sound.level_db[last : following.end_ms // HOP_MS + 1]
    if not between.size or not after.size:
        return None
    filling, speech = float(np.percentile(between, 90)), float(np.percentile(after, 75))
    if speech - filling < _QUIETER_DB:
        return None
    is_loud = after > filling + 0.35 * (speech - filling)
    runs = np.convolve(is_loud, np.ones(_SOUNDING), "valid") == _SOUNDING
    return (last + int(np.argmax(runs))) * HOP_MS if runs.any() else None
