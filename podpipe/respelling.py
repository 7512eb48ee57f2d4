"""A transcript with other words in some places, as a person wants them: from values to values.

A ``Replacement`` says which words stood where and which stand there now, so that it can be taken back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from podpipe.align.merge import spread
from podpipe.errors import TranscriptError
from podpipe.models import Transcript, Word
from podpipe.prose import bare

_PARTS = re.compile(r"^(?P<lead>[^\w\s]*)(?P<core>.*?)(?P<owns>['’]s)?(?P<trail>[^\w\s]*)$", re.DOTALL)
LONGEST = 500
"""Characters that may stand in one place."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """From word number ``first`` on (from 0, in the new transcript), ``after`` stands in place of ``before``."""

    first: int
    before: tuple[Word, ...]
    after: tuple[Word, ...]


def respell(words: Sequence[Word], first: int, last: int, text: str) -> Replacement:
    """Words ``first`` to ``last`` (both included, from 0) as a person writes them; no text takes them out.

    Each new word keeps the time of the old one; where there are more or fewer, they share it by their lengths.

    Raises:
        TranscriptError: there are no such words, or the text is too long to be said there.
    """
    if not 0 <= first <= last < len(words):
        raise TranscriptError(f"there are no words {first} to {last}; the transcript has {len(words)}")
    if len(text) > LONGEST:
        raise TranscriptError(f"{len(text)} characters are too many for one place; at most {LONGEST}")
    before = tuple(words[first : last + 1])
    return Replacement(first, before, tuple(_edited(text.split(), before)))


def renamed(words: Sequence[Word], heard: str, name: str) -> tuple[Replacement, ...]:
    """Every place where ``heard`` is said, spelled as ``name``; what stands around it stays: commas, an ending 's.

    Capitals and punctuation don't count for finding it. Places that have the name already are left alone.

    Raises:
        TranscriptError: nothing is to be looked for, or no name is given.
    """
    wanted = [bare(part) for part in heard.split() if bare(part)]
    texts = name.split()
    if not wanted or not texts:
        raise TranscriptError("a name needs letters: what was heard, and how it is spelled")
    found: list[Replacement] = []
    grown = 0
    for first in _places(words, wanted):
        before = tuple(words[first : first + len(wanted)])
        after = tuple(_edited(_dressed(texts, before), before))
        if [word.text for word in after] != [word.text for word in before]:
            found.append(Replacement(first + grown, before, after))
            grown += len(after) - len(before)
    return tuple(found)


def applied(transcript: Transcript, replacements: Sequence[Replacement]) -> Transcript:
    """The transcript with these replacements, made one after the other."""
    words = list(transcript.words)
    for change in replacements:
        words[change.first : change.first + len(change.before)] = change.after
    return replace(transcript, words=tuple(words))


def undone(transcript: Transcript, replacements: Sequence[Replacement]) -> Transcript:
    """The transcript before these replacements.

    Raises:
        TranscriptError: where they were made, something else stands now.
    """
    words = list(transcript.words)
    for change in reversed(replacements):
        there = slice(change.first, change.first + len(change.after))
        if tuple(words[there]) != change.after:
            raise TranscriptError("the transcript was changed in the same place since; this can't be taken back")
        words[there] = change.before
    return replace(transcript, words=tuple(words))


def in_title(title: str, heard: str, name: str) -> str:
    """A title with the name in place of what was heard, as whole words."""
    words = [Word(text, 0, 1) for text in title.split()]
    changes = renamed(words, heard, name)
    return " ".join(word.text for word in applied(Transcript("", 1, tuple(words)), changes).words) if changes else title


def _edited(texts: Sequence[str], before: Sequence[Word]) -> list[Word]:
    return [replace(word, confidence=1.0) for word in spread(texts, before, "edited")]


def _places(words: Sequence[Word], wanted: Sequence[str]) -> Iterator[int]:
    """Where a run of words is said, none within another."""
    said = [bare(word.text) for word in words]
    cores = [bare(_PARTS.match(word.text)["core"]) for word in words]  # type: ignore[index]  # it matches any text
    first = 0
    while first + len(wanted) <= len(said):
        run = said[first : first + len(wanted) - 1]
        last = first + len(wanted) - 1
        if run == list(wanted[:-1]) and wanted[-1] in (said[last], cores[last]):
            yield first
            first += len(wanted)
        else:
            first += 1


def _dressed(texts: Sequence[str], before: Sequence[Word]) -> list[str]:
    """The name with what stood before and after what was heard."""
    lead, trail = _PARTS.match(before[0].text), _PARTS.match(before[-1].text)
    assert lead
    assert trail
    owns = trail["owns"] or ""
    owns = "" if bare(texts[-1]).endswith("s") and texts[-1].endswith(owns) else owns
    dressed = list(texts)
    dressed[0] = lead["lead"] + dressed[0]
    dressed[-1] = dressed[-1] + owns + trail["trail"]
    return dressed
