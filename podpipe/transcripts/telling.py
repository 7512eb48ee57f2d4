"""What a transcript's file may tell: the words, and what is known of their episode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from podpipe.models import Chapter, Transcript
from podpipe.transcripts.lines import Atom, atoms, text_of
from podpipe.transcripts.sentences import split


@dataclass(frozen=True, slots=True)
class Telling:
    """A transcript, and what those who read it want to know besides."""

    transcript: Transcript
    title: str = ""
    show: str = ""
    published: datetime | None = None
    chapters: tuple[Chapter, ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences that belong together: of one speaker and one chapter."""

    start_ms: int
    speaker: str
    text: str
    atoms: tuple[Atom, ...] = ()
    """What ``text`` is made of."""


_LONG, _LONGEST = 350, 900
"""Letters: from the first on a paragraph ends at a pause, at the latter after the sentence."""

_PAUSE_MS = 700


def by_sentence(transcript: Transcript) -> list[list[Atom]]:
    """Sentences, each by one speaker."""
    found: list[list[Atom]] = []
    for sentence in split(atoms(transcript)):
        for number, atom in enumerate(sentence):
            if not number or atom.speaker != found[-1][-1].speaker:
                found.append([])
            found[-1].append(atom)
    return found


def chaptered(telling: Telling) -> Iterator[tuple[Chapter | None, list[Paragraph]]]:
    """Each chapter with what is said in it; without a chapter what comes before the first.

    A sentence belongs to the chapter in which its middle is.
    """
    sentences = by_sentence(telling.transcript)
    chapters: list[Chapter | None] = [None, *sorted(telling.chapters, key=lambda chapter: chapter.start_ms)]
    for number, chapter in enumerate(chapters):
        following = chapters[number + 1] if number + 1 < len(chapters) else None
        end = len(sentences)
        if following is not None:
            until = following.start_ms
            end = next((at for at, run in enumerate(sentences) if _middle_ms(run) >= until), len(sentences))
        own, sentences = sentences[:end], sentences[end:]
        if own or chapter is not None:
            yield chapter, list(_paragraphs(own))


def _middle_ms(run: Sequence[Atom]) -> int:
    return (run[0].start_ms + run[-1].end_ms) // 2


def _paragraphs(sentences: Sequence[list[Atom]]) -> Iterator[Paragraph]:
    run: list[Atom] = []
    size = 0
    for sentence in sentences:
        paused = bool(run) and sentence[0].start_ms - run[-1].end_ms >= _PAUSE_MS
        if run and (sentence[0].speaker != run[-1].speaker or size > _LONGEST or (size > _LONG and paused)):
            yield Paragraph(run[0].start_ms, run[0].speaker, text_of(run), tuple(run))
            run, size = [], 0
        run += sentence
        size += sum(len(atom.text) + 1 for atom in sentence)
    if run:
        yield Paragraph(run[0].start_ms, run[0].speaker, text_of(run), tuple(run))
