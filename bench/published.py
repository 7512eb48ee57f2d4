"""What a publisher's transcript is worth: right, with wrong words, shifted, halved, of something else."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

from bench.episodes import Spoken, Truth, truths
from bench.table import Settings, Skipped, Table, percent
from podpipe import audio, sound, speech
from podpipe.align import align, published
from podpipe.audio import SAMPLE_RATE
from podpipe.models import Cue, Outline, Word

EXPLANATION = """\
A transcript as a publisher may have it: a cue a sentence, its times off by up to a second. Wrong words are other words
of the same episodes; the advertisement is half a minute of another one, put into the sound alone. Each episode is
heard without notes, as if there were no transcript, and following it; then the words are checked against it. Word
errors over all episodes, against what was spoken, numbers and symbols too. Time is that of hearing (CPU, all
episodes)."""

HEADER = (
    "The publisher's transcript",
    "Words confirmed",
    "Word errors, only checked",
    "Word errors, followed",
    "Time",
    "Faster",
)

Script = Callable[[Truth, random.Random], list[Cue]]


@dataclass(frozen=True, slots=True)
class _Heard:
    """The words of each episode, and the CPU seconds of hearing them all."""

    words: tuple[tuple[Word, ...], ...]
    seconds: float


def run(settings: Settings) -> Table:
    """Hear every episode whose sentences are known with each transcript."""
    known = [truth for truth in truths() if truth.sentences]
    if not known:
        raise Skipped("there is no ../shared/data/episodes beside the checkout")
    recogniser = speech.open_recogniser()
    speech.transcribe(known[0].audio, recogniser, language="en")  # loads the weights
    with_ad = [_with_ad(truth, known, settings.folder) for truth in known]
    alone = {id(episodes): _heard(episodes, recogniser) for episodes in (known, with_ad)}
    rows = []
    for name, script in _scripts(known).items():
        episodes = with_ad if name.endswith("advertisement") else known
        cues = [script(truth, random.Random(number)) for number, truth in enumerate(known)]
        plain = alone[id(episodes)]
        followed = _heard(episodes, recogniser, cues) if any(cues) else plain
        shares = [published.check(own, words).share for own, words in zip(cues, plain.words, strict=True)]
        errors = (_errors(episodes, cues, heard.words) for heard in (plain, followed))
        rows.append(
            (
                name,
                percent(sum(shares) / len(shares), 0),
                *(percent(error, 1) for error in errors),
                f"{followed.seconds:.1f} s",
                f"{plain.seconds / followed.seconds:.1f}×",
            )
        )
    return Table("What a publisher's transcript is worth", EXPLANATION, HEADER, tuple(rows))


def _heard(
    episodes: Sequence[Truth], recogniser: speech.Recogniser, cues: Sequence[Sequence[Cue]] | None = None
) -> _Heard:
    started = time.process_time()
    found = [
        speech.transcribe(truth.audio, recogniser, script=published.reader_of(own))
        for truth, own in zip(episodes, cues or [()] * len(episodes), strict=True)
    ]
    seconds = time.process_time() - started
    words = (
        align(Outline(), heard, sound.listen(truth.audio)).transcript.words
        for truth, heard in zip(episodes, found, strict=True)
    )
    return _Heard(tuple(words), seconds)


def _with_ad(truth: Truth, known: Sequence[Truth], folder: Path) -> Truth:
    """The episode with half a minute of the next one between two sentences in its middle."""
    other = known[(known.index(truth) + 1) % len(known)]
    own, put_in = (np.concatenate(list(audio.decode(each.audio))) for each in (truth, other))
    last = next(number for number, sentence in enumerate(other.sentences) if sentence.start_ms > 30_000)
    middle = len(truth.sentences) // 2
    length_ms, at_ms = other.sentences[last].start_ms, truth.sentences[middle].start_ms
    cut, end = at_ms * SAMPLE_RATE // 1000, length_ms * SAMPLE_RATE // 1000
    path = folder / f"advertised-{truth.id}.mp3"
    audio.write_mp3(path, [np.concatenate([own[:cut], put_in[:end], own[cut:]])], SAMPLE_RATE)
    heard = [Spoken(sentence.text, sentence.start_ms + at_ms) for sentence in other.sentences[:last]]
    later = [Spoken(sentence.text, sentence.start_ms + length_ms) for sentence in truth.sentences[middle:]]
    return replace(truth, audio=path, sentences=(*truth.sentences[:middle], *heard, *later))


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
        "20 % of its words wrong": offered(wrong=0.2),
        "of another episode": of_the_next,
        "right, and the sound has an advertisement": offered(),
    }


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
