"""What is measured of an episode against its truth: words, sentences, headings. Plain functions, no sound."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from bench.episodes import Spoken, Truth
from bench.table import percent
from podpipe.models import Chapter, Word

LOST_MS = 5000
"""The error of what was not found, and the largest of what was."""

NEAR_MS = 1000
"""A heading is found where a chapter begins so near to it."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How well one episode was heard, or several ``together``. Errors of starts are in milliseconds.

    ``written`` is how many words were spoken, ``errors`` the edits that make what was heard of them.
    ``headings_ms`` has LOST_MS for a heading without a chapter.
    """

    errors: int = 0
    written: int = 0
    sentences_ms: tuple[int, ...] = ()
    headings_ms: tuple[int, ...] = ()
    invented: int = 0

    @property
    def found(self) -> int:
        """How many headings have a chapter."""
        return sum(error <= NEAR_MS for error in self.headings_ms)

    @property
    def f1(self) -> float:
        """The harmonic mean of the share of headings found and of chapters that are right."""
        return 2 * self.found / max(self.found + self.invented + len(self.headings_ms), 1)

    @property
    def word_error_rate(self) -> float:
        """Edits by words spoken."""
        return self.errors / max(self.written, 1)


def measured(truth: Truth, words: Sequence[Word], chapters: Sequence[Chapter], *, titled: bool) -> Figures:
    """The figures of an episode. ``titled``: a heading is found only by a chapter of its title."""
    errors, written = word_errors(truth.sentences, words)
    return Figures(
        errors,
        written,
        tuple(sentence_errors(truth.sentences, words)),
        tuple(heading_errors(truth, chapters, titled=titled)),
        sum(not is_right(truth, chapter, titled=titled) for chapter in chapters if counts(truth, chapter)),
    )


def together(parts: Iterable[Figures]) -> Figures:
    """Several episodes as one."""
    parts = list(parts)
    return Figures(
        sum(part.errors for part in parts),
        sum(part.written for part in parts),
        tuple(error for part in parts for error in part.sentences_ms),
        tuple(error for part in parts for error in part.headings_ms),
        sum(part.invented for part in parts),
    )


def word_errors(sentences: Sequence[Spoken], words: Sequence[Word]) -> tuple[int, int]:
    """Insertions, deletions and substitutions, and how many words were spoken; symbols part words."""
    written = _parts(" ".join(sentence.text for sentence in sentences))
    return Levenshtein.distance(written, _parts(" ".join(word.text for word in words))), len(written)


def sentence_errors(sentences: Sequence[Spoken], words: Sequence[Word]) -> list[int]:
    """How far the first three words of each sentence are from its onset; LOST_MS where they are not written so."""
    said = [bare(word.text) for word in words]
    found = []
    for sentence in sentences:
        first = [bare(text) for text in sentence.text.split()[:3]]
        places = [place for place in range(len(said)) if said[place : place + len(first)] == first]
        nearest = min((abs(words[place].start_ms - sentence.start_ms) for place in places), default=LOST_MS)
        found.append(min(nearest, LOST_MS))
    return found


def heading_errors(truth: Truth, chapters: Sequence[Chapter], *, titled: bool) -> list[int]:
    """How far each heading is from the nearest chapter (``titled``: of its title)."""
    begun = [chapter for chapter in chapters if chapter.evidence != "opening"]
    return [
        min(
            (
                min(abs(chapter.start_ms - heading.start_ms), LOST_MS)
                for chapter in begun
                if not titled or same_title(chapter.title, heading.title)
            ),
            default=LOST_MS,
        )
        for heading in truth.headings
    ]


def counts(truth: Truth, chapter: Chapter) -> bool:
    """Whether a chapter is right or invented: an opening is neither, nor is a heading that may be missing."""
    return chapter.evidence != "opening" and not any(same_title(chapter.title, title) for title in truth.optional)


def is_right(truth: Truth, chapter: Chapter, *, titled: bool) -> bool:
    """Whether a chapter begins where a heading is spoken (``titled``: its own)."""
    return any(
        abs(chapter.start_ms - heading.start_ms) <= NEAR_MS and (not titled or same_title(chapter.title, heading.title))
        for heading in truth.headings
    )


def same_title(left: str, right: str) -> bool:
    """Whether two titles name one topic: "OOM killer" and "the OOM killer" do."""
    short, long = sorted((bare(title) for title in (left, right)), key=len)
    return bool(short) and short in long


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that this share of all does not exceed (nearest rank); the median is that of 0.5."""
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]


@dataclass(frozen=True, slots=True)
class Column:
    """A figure as a column of a table: its name, its target, how it is written."""

    name: str
    target: str
    cell: Callable[[Figures], str]


COLUMNS = (
    Column("Word errors", "≤ 1.5 %", lambda f: percent(f.word_error_rate, 1) if f.written else "–"),
    Column("Sentence start: median", "≤ 60 ms", lambda f: _ms(f.sentences_ms, 0.5)),
    Column("90th percentile", "≤ 200 ms", lambda f: _ms(f.sentences_ms, 0.9)),
    Column("Headings found", "all", lambda f: f"{f.found} of {len(f.headings_ms)}"),
    Column("Invented", "0", lambda f: str(f.invented)),
    Column("Chapter start: median", "≤ 30 ms", lambda f: _ms(f.headings_ms, 0.5)),
    Column("95th percentile", "≤ 150 ms", lambda f: _ms(f.headings_ms, 0.95)),
)


def _ms(errors: Sequence[int], share: float) -> str:
    if not errors:
        return "–"
    value = percentile(errors, share)
    return "lost" if value >= LOST_MS else f"{value:.0f} ms"


def bare(text: str) -> str:
    """A word or title as it is compared: its letters and digits."""
    return re.sub(r"[\W_]", "", text.casefold())


def _parts(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold().replace("’", "").replace("'", ""))
