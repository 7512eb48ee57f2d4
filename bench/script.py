"""What the notes are worth: Whisper alone, told the terms of the notes, and following the script."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from bench.episodes import Truth, truths
from bench.table import Settings, Skipped, Table, percent
from podpipe import sound, speech, topics
from podpipe.align import align, follow
from podpipe.models import Chapters, Hypothesis, Notes, Outline, Transcript, Word
from podpipe.notes import read_outline

EXPLANATION = """\
Each episode heard in three ways, one after the other in one process with the weights loaded: Whisper alone
(no notes at any stage), told the terms of the notes (and its words aligned with the notes), and following the
script. Seconds are those of hearing: decoding, voice activity, Whisper. A sentence's error is how far the start of
its first words is from when its sound begins; a heading is found within ±500 ms. Word errors are counted against
what was spoken, in the spelling of the script, numbers and symbols too."""

HEADER = (
    "Episode", "Heard", "Time", "Times real time", "Word errors", "Sentence start: median", "90th percentile",
    "Headings found", "Invented", "Heading start: median", "worst",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heard:
    """What one way of hearing gave, and its seconds."""

    seconds: float
    transcript: Transcript
    chapters: Chapters


def run(settings: Settings) -> Table:
    """Hear every episode whose sentences are known in each way."""
    known = [truth for truth in truths() if truth.sentences]
    if not known:
        raise Skipped("there is no ../shared/data/episodes beside the checkout")
    recogniser = speech.open_recogniser()
    speech.transcribe(known[0].audio, recogniser, language="en")  # loads the weights
    rows = [_row(truth, name, way(truth, recogniser)) for truth in known for name, way in WAYS.items()]
    return Table("What the notes are worth", EXPLANATION, HEADER, tuple(rows))


def _alone(truth: Truth, recogniser: speech.Recogniser) -> Heard:
    return _heard(truth, Outline(), lambda: speech.transcribe(truth.audio, recogniser))


def _told(truth: Truth, recogniser: speech.Recogniser) -> Heard:
    outline = _outline(truth)
    return _heard(truth, outline, lambda: speech.transcribe(truth.audio, recogniser, vocabulary=outline.vocabulary))


def _following(truth: Truth, recogniser: speech.Recogniser) -> Heard:
    outline = _outline(truth)
    script = follow.reader_of(outline)
    return _heard(
        truth,
        outline,
        lambda: speech.transcribe(truth.audio, recogniser, vocabulary=outline.vocabulary, script=script),
    )


WAYS: dict[str, Callable[[Truth, speech.Recogniser], Heard]] = {
    "Whisper alone": _alone,
    "told the terms": _told,
    "following the script": _following,
}


def _outline(truth: Truth) -> Outline:
    return read_outline(Notes(truth.notes.read_text("utf-8")))


def _heard(truth: Truth, outline: Outline, hear: Callable[[], Hypothesis]) -> Heard:
    started = time.perf_counter()
    hypothesis = hear()
    seconds = time.perf_counter() - started
    loudness = sound.listen(truth.audio)
    alignment = align(outline, hypothesis, loudness)
    return Heard(seconds, alignment.transcript, topics.find_chapters(outline, alignment, hypothesis, loudness))


def _row(truth: Truth, name: str, heard: Heard) -> tuple[str, ...]:
    starts = _sentence_errors(truth, heard.transcript.words)
    found = [_nearest(heading.start_ms, heard.chapters) for heading in truth.headings]
    near = [error for error in found if error <= 500]
    known = [heading.start_ms for heading in truth.headings]
    others = [
        chapter
        for chapter in heard.chapters.chapters
        if chapter.evidence != "opening"
        and chapter.title not in truth.optional
        and min(abs(chapter.start_ms - start) for start in known) > 500
    ]
    return (
        truth.id,
        name,
        f"{heard.seconds:.1f} s",
        f"{heard.transcript.duration_ms / 1000 / heard.seconds:.0f}×",
        percent(_word_errors(truth, heard.transcript.words), 1),
        f"{statistics.median(starts):.0f} ms",
        f"{statistics.quantiles(starts, n=10)[-1]:.0f} ms",
        f"{len(near)} of {len(found)}",
        str(len(others)),
        f"{statistics.median(near):.0f} ms" if near else "–",
        f"{max(near):.0f} ms" if near else "–",
    )


def _nearest(start_ms: int, chapters: Chapters) -> int:
    return min((abs(chapter.start_ms - start_ms) for chapter in chapters.chapters), default=10**9)


def _word_errors(truth: Truth, words: Sequence[Word]) -> float:
    written = _parts(" ".join(sentence.text for sentence in truth.sentences))
    return Levenshtein.distance(written, _parts(" ".join(word.text for word in words))) / len(written)


def _sentence_errors(truth: Truth, words: Sequence[Word]) -> list[float]:
    """Errors (ms) of the sentences whose first three words are in the transcript within five seconds; else 5000."""
    said = [_bare(word.text) for word in words]
    errors = []
    for sentence in truth.sentences:
        first = [_bare(text) for text in sentence.text.split()[:3]]
        places = [place for place in range(len(said)) if said[place : place + len(first)] == first]
        errors.append(min((abs(words[p].start_ms - sentence.start_ms) for p in places), default=5000))
    return [min(error, 5000.0) for error in errors]


def _bare(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def _parts(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold().replace("’", "").replace("'", ""))
