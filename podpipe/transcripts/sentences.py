"""Words to sentences: at full stops and long pauses."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Protocol, TypeVar

from podpipe.models import Sentence, Transcript, Word
from podpipe.prose import LONGEST, PAUSE_MS, ends_sentence


class _Spoken(Protocol):
    """A word, or a part of one."""

    @property
    def text(self) -> str: ...
    @property
    def start_ms(self) -> int: ...
    @property
    def end_ms(self) -> int: ...


Spoken = TypeVar("Spoken", bound=_Spoken)


def sentences(transcript: Transcript) -> tuple[Sentence, ...]:
    """All sentences of a transcript; every word is in exactly one."""
    return tuple(
        Sentence(" ".join(word.text for word in run), run[0].start_ms, run[-1].end_ms, speaker)
        for speaker, run in spoken(transcript)
    )


def spoken(transcript: Transcript) -> Iterator[tuple[str, list[Word]]]:
    """The words of each sentence, and who says them; a sentence ends where somebody else speaks."""
    starts = [turn.start_ms for turn in transcript.speakers]
    turns = groupby(transcript.words, key=lambda word: bisect_right(starts, (word.start_ms + word.end_ms) // 2) - 1)
    for number, words in turns:
        speaker = transcript.speakers[number].speaker if number >= 0 else ""
        for run in split(list(words)):
            yield speaker, run


def split(words: Sequence[Spoken]) -> list[list[Spoken]]:
    """Words in runs, each to a full stop (not of an initial or abbreviation) or a pause of 1.2 s.

    Runs of more than 60 words are cut at the last comma, semicolon or colon before that, or at the longest pause.
    """
    runs: list[list[Spoken]] = []
    for number, word in enumerate(words):
        before = words[number - 1] if number else None
        if before is None or ends_sentence(before.text) or word.start_ms - before.end_ms >= PAUSE_MS:
            runs.append([])
        elif len(runs[-1]) >= LONGEST:
            at = _cut(runs[-1])
            runs[-1:] = [runs[-1][:at], runs[-1][at:]] if at < len(runs[-1]) else [runs[-1], []]
        runs[-1].append(word)
    return runs


def _cut(run: Sequence[_Spoken]) -> int:
    """Where a run that is too long is best cut: so many words from its beginning, at least a third of it."""
    first = len(run) // 3
    commas = [number for number in range(first, len(run)) if run[number - 1].text[-1:] in ",;:–—"]
    if commas:
        return commas[-1]
    return max(range(first, len(run)), key=lambda number: run[number].start_ms - run[number - 1].end_ms)
