"""Names before a colon, in formats that have no other place for who speaks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from podpipe.models import Cue

_NAME = re.compile(
    r"(?:>>+\s*|[-–—]\s+)?\[?(?P<name>[^\W\d_a-z][^:\[\]<>.!?,;\n]{0,39}?)\s?\]?[:：]\s+(?P<text>\S.*)", re.S
)
_MOST_WORDS = 4
_PARTICLES = frozenset("van de von der da di al el la of the and".split())
_NO_NAMES = frozenset(
    "note notes question answer example warning tip remember music narration update ps http https first second third "
    "finally also and but so well now then here chapter part step the this that these those it what why how".split()
)


def named(cues: Sequence[Cue]) -> list[Cue]:
    """Cues with the names before their colons as speakers, each until another is named.

    A name is believed where it comes more than once, or where the first cue has one: then the file names its
    speakers. "And he said: no" is no name, as names have a capital in each word.
    """
    split = [_split(cue.text) for cue in cues]
    counts = Counter(found[0] for found in split if found)
    names = bool(split) and split[0] is not None
    result: list[Cue] = []
    for cue, found in zip(cues, split, strict=True):
        if found and (names or counts[found[0]] > 1):
            result.append(replace(cue, speaker=found[0], text=found[1]))
        else:
            result.append(cue if cue.speaker or not result else replace(cue, speaker=result[-1].speaker))
    return result


def is_name(text: str) -> bool:
    """Whether a text may be somebody's name: a few words, each with a capital."""
    words = text.split()
    return (
        0 < len(words) <= _MOST_WORDS
        and words[0].casefold() not in _NO_NAMES
        and not any(word[0].islower() and word not in _PARTICLES for word in words)
    )


def _split(text: str) -> tuple[str, str] | None:
    """Who speaks, and what, where a text begins with a name and a colon."""
    match = _NAME.match(text)
    return (match["name"].strip(), match["text"]) if match and is_name(match["name"]) else None
