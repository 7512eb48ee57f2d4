"""Words to sentences: at full stops and long pauses."""

from __future__ import annotations

import re
from collections.abc import Sequence

from podpipe.models import Sentence, Transcript, Word

_PAUSE_MS = 1200
_LONGEST = 60
_END = re.compile(r"[.!?…。！？]+[\"'”’»)\]]*$")
_NO_END = re.compile(r"^(?:[A-Z]|Dr|Mr|Mrs|Ms|Prof|St|vs|etc|e\.g|i\.e|No|approx|Inc|Jr|Sr)\.$", re.IGNORECASE)


def sentences(transcript: Transcript) -> tuple[Sentence, ...]:
    """All sentences of a transcript; every word is in exactly one."""
    return tuple(
        Sentence(" ".join(word.text for word in run), run[0].start_ms, run[-1].end_ms)
        for run in split(transcript.words)
    )


def split(words: Sequence[Word]) -> list[list[Word]]:
    """Words in runs, each to a full stop (not of an initial or abbreviation), a pause of 1.2 s, or 60 words."""
    runs: list[list[Word]] = []
    for number, word in enumerate(words):
        before = words[number - 1] if number else None
        if (
            before is None
            or (_END.search(before.text) and not _NO_END.match(before.text))
            or word.start_ms - before.end_ms >= _PAUSE_MS
            or len(runs[-1]) >= _LONGEST
        ):
            runs.append([])
        runs[-1].append(word)
    return runs
