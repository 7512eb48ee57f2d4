"""What a publisher's transcript is worth: right, with wrong words, shifted, halved, of something else."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from rapidfuzz.distance import Levenshtein

from bench.episodes import Truth, truths
from bench.table import Settings, Skipped, Table, percent
from podpipe import sound, speech
from podpipe.align import align, follow, published
from podpipe.models import Cue, Notes, Outline, Word
from podpipe.notes import read_outline

EXPLANATION = """\
Each episode heard by Whisper alone, and following its notes; then checked against a transcript as a publisher may have
it: a cue a sentence, its times off by up to a second. Wrong words are other words of the same episodes. Word errors
over all episodes, against what was spoken, numbers and symbols too."""

HEADER = ("The publisher's transcript", "Words confirmed", "Word errors, no notes", "Word errors, with the notes")

Script = Callable[[Truth, random.Random], list[Cue]]


def run(settings: Settings) -> Table:
    """Check every episode whose sentences are known against each transcript."""
    known = [truth for truth in truths() if truth.sentences]
    if not known:
        raise Skipped("there is no ../shared/data/episodes beside the checkout")
    recogniser = speech.open_recogniser()
    alone = [_words(truth, recogniser, Outline()) for truth in known]
    noted = [_words(truth, recogniser, read_outline(Notes(truth.notes.read_text("utf-8")))) for truth in known]
    rows = []
    for name, script in _scripts(known).items():
        cues = [script(truth, random.Random(number)) for number, truth in enumerate(known)]
        shares = [published.check(own, words).share for own, words in zip(cues, alone, strict=True)]
        errors = (_errors(known, cues, words) for words in (alone, noted))
        rows.append((name, percent(sum(shares) / len(shares), 0), *(percent(error, 1) for error in errors)))
    return Table("What a publisher's transcript is worth", EXPLANATION, HEADER, tuple(rows))


def _scripts(known: Sequence[Truth]) -> dict[str, Script]:
    pool = [word for truth in known for sentence in truth.sentences for word in sentence.text.split()]

    def offered(wrong: float = 0, late_ms: int = 0, share: float = 1) -> Script:
        def script(truth: Truth, chance: random.Random) -> list[Cue]:
            cues = []
            for sentence in truth.sentences[: round(share * len(truth.sentences))]:
                texts = [chance.choice(pool) if chance.random() < wrong else text for text in sentence.text.split()]
                shift_ms = chance.randint(-1000, 1000) + (late_ms if sentence.start_ms > 60_000 else 0)
                cues.append(Cue(max(sentence.start_ms + shift_ms, 0), None, " ".join(texts)))
            return cues

        return script

    def of_the_next(truth: Truth, chance: random.Random) -> list[Cue]:
        return offered()(known[(known.index(truth) + 1) % len(known)], chance)

    return {
        "none": lambda truth, chance: [],
        "right": offered(),
        "right, 30 s late after the first minute": offered(late_ms=30_000),
        "its first half": offered(share=0.5),
        "5 % of its words wrong": offered(wrong=0.05),
        "10 % of its words wrong": offered(wrong=0.1),
        "20 % of its words wrong": offered(wrong=0.2),
        "of another episode": of_the_next,
    }


def _words(truth: Truth, recogniser: speech.Recogniser, outline: Outline) -> tuple[Word, ...]:
    heard = speech.transcribe(
        truth.audio,
        recogniser,
        vocabulary=outline.vocabulary,
        script=follow.reader_of(outline) if outline.sections else None,
    )
    return align(outline, heard, sound.listen(truth.audio)).transcript.words


def _errors(known: Sequence[Truth], cues: Sequence[list[Cue]], words: Sequence[tuple[Word, ...]]) -> float:
    """The share of wrong words over all episodes."""
    wrong = total = 0
    for truth, own, heard in zip(known, cues, words, strict=True):
        spoken = _parts(" ".join(sentence.text for sentence in truth.sentences))
        wrong += Levenshtein.distance(spoken, _parts(" ".join(word.text for word in published.check(own, heard).words)))
        total += len(spoken)
    return wrong / total


def _parts(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold().replace("’", "").replace("'", ""))
