"""Words as lines of text: how wide they are, where spaces go, where a line may break."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from podpipe.models import Transcript, Word
from podpipe.writing import UNSPACED, characters

_ENDS_UNSPACED, _BEGINS_UNSPACED = re.compile(f"[{UNSPACED}]$"), re.compile(f"^[{UNSPACED}]")
_CLINGS = frozenset(
    "、。，．・：；？！）］｝〉》」』】〕ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々〜…‥,.!?:;)]}”’%％"
)
"""What begins no line (JIS X 4051, "kinsoku")."""
_OPENS = frozenset("（［｛〈《「『【〔([{“‘")
"""What ends no line."""
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Atom:
    """What is never cut: a word, or a character of writing without spaces. Times in milliseconds."""

    text: str
    start_ms: int
    end_ms: int
    speaker: str = ""
    glued: bool = False
    """No space before it."""
    leads: bool = False
    """The name of who speaks: not said, and never apart from what is."""
    word: int = -1
    """Which word of the transcript it is, or is of, from 0; -1 where it is none."""


def atoms(transcript: Transcript, *, whole: bool = False) -> list[Atom]:
    """All words of a transcript with who speaks them, without controls; ``whole`` leaves words in one."""
    turns = [(turn.start_ms, plain(turn.speaker)) for turn in transcript.speakers]
    starts = [start_ms for start_ms, _ in turns]
    found: list[Atom] = []
    for number, word in enumerate(transcript.words):
        turn = bisect_right(starts, word.start_ms)
        speaker, before = turns[turn - 1][1] if turn else "", found[-1].text if found else ""
        found += _pieces(word, number, speaker, before, whole)
    return found


def joined(texts: Iterable[str]) -> str:
    """Words, or lines, as one text: with spaces between them where their writing has spaces."""
    result: list[str] = []
    for text in texts:
        if text:
            result += [text] if not result or _is_glued(result[-1], text) else [" ", text]
    return "".join(result)


def text_of(run: Sequence[Atom]) -> str:
    """A run of atoms as text."""
    return "".join(atom.text if atom.glued or not number else f" {atom.text}" for number, atom in enumerate(run))


def width(text: str) -> int:
    """Columns that a text takes: two for each wide character (UAX #11), one for each other."""
    return len(text) if text.isascii() else len(text) + sum(unicodedata.east_asian_width(c) in "WF" for c in text)


def plain(text: str) -> str:
    """Text on one line, without controls and doubled spaces."""
    if text.isascii() and text.isprintable() and " " not in text:
        return text
    return " ".join(_CONTROLS.sub(" ", text).split())


def _is_glued(before: str, text: str) -> bool:
    return bool(_ENDS_UNSPACED.search(before) and _BEGINS_UNSPACED.match(text))


def _pieces(word: Word, place: int, speaker: str, before: str, whole: bool) -> Iterator[Atom]:
    text = plain(word.text)
    if not text:
        return
    if text.isascii():  # most words of most languages, and there are millions
        yield Atom(text, word.start_ms, word.end_ms, speaker, word=place)
        return
    length_ms, done = word.end_ms - word.start_ms, 0
    for number, piece in enumerate([text] if whole else _unspaced(text)):
        start_ms, end_ms = (word.start_ms + length_ms * at // len(text) for at in (done, done + len(piece)))
        yield Atom(piece, start_ms, end_ms, speaker, number > 0 or _is_glued(before, piece), word=place)
        done += len(piece)


def _unspaced(text: str) -> list[str]:
    """A word as parts between which a line may break: of "さようなら。" all but before the full stop."""
    parts: list[str] = []
    for part in characters(text):
        clings = part[0] in _CLINGS or unicodedata.category(part[0]).startswith("M")
        if parts and (clings or parts[-1][-1] in _OPENS):
            parts[-1] += part
        else:
            parts.append(part)
    return parts
