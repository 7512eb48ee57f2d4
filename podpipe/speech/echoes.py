"""What Whisper writes though nobody said it: vocabulary read back, and phrases in a loop."""

from __future__ import annotations

import re
from collections.abc import Sequence

from podpipe.models import Word

_LOOP = 4
"""So many repetitions of a phrase in a row are a loop."""


def without(words: Sequence[Word], vocabulary: Sequence[str]) -> list[Word]:
    """The words without loops, and without vocabulary read back while nothing sounds like it.

    A word that lasts under 40 ms was not spoken; Whisper gives such times to words that it adds. A
    stretch is an echo of the vocabulary when most of its words have no length and stand in its list.
    """
    terms = {part for term in vocabulary for part in re.findall(r"\w+", term.casefold())}
    instant = [w for w in words if w.end_ms - w.start_ms < 40 and _bare(w.text) in terms]
    if len(instant) >= 6 and len(instant) * 2 > len(words):
        return []
    return _without_loops(list(words))


def _without_loops(words: list[Word]) -> list[Word]:
    keys = [_bare(word.text) for word in words]
    result: list[Word] = []
    position = 0
    while position < len(words):
        for size in range(1, 9):
            phrase = keys[position : position + size]
            count = 1
            while (
                keys[position + count * size : position + (count + 1) * size] == phrase
                and len(phrase) == size
            ):
                count += 1
            if count >= _LOOP and any(phrase):
                result += words[position : position + size]
                position += count * size
                break
        else:
            result.append(words[position])
            position += 1
    return result


def _bare(text: str) -> str:
    return re.sub(r"\W", "", text.casefold())
