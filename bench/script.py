"""What the notes are worth: Whisper alone, told the terms of the notes, and following the script."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.episodes import Truth, truths
from bench.figures import COLUMNS, Figures, measured, together
from bench.listening import made_of, outline_of
from bench.table import Settings, Skipped, Table
from podpipe import audio, sound, speech
from podpipe.align import follow
from podpipe.models import Hypothesis, Outline

EXPLANATION = """\
Each episode heard in three ways, one after the other in one process with the weights loaded: Whisper alone
(no notes at any stage), told the terms of the notes (and its words aligned with the notes), and following the
script. Seconds are those of hearing: decoding, voice activity, Whisper. A sentence's error is how far the start of
its first words is from when its sound begins; a heading is found within ±1 s, with notes only by a chapter of its
title, and an error of five seconds stands for what was not found ("lost", where that is the figure). Word errors are
counted against what was spoken, in the spelling of the script, numbers and symbols too. Targets are for `base`
following the script, all together."""

MODELS = ("base", "tiny.en")


@dataclass(frozen=True, slots=True)
class Heard:
    """What one way of hearing gave of one episode, its seconds and those of the episode."""

    seconds: float
    length_s: float
    figures: Figures


Way = Callable[[Truth, speech.Recogniser], Hypothesis]


def run(settings: Settings) -> Table:
    """Hear every episode whose sentences are known in each way, with all weights that are here."""
    known = [truth for truth in truths() if truth.sentences]
    if not known:
        raise Skipped("there is no ../shared/data/episodes beside the checkout")
    rows = [("base", "*target*", "", "", "", *(column.target for column in COLUMNS))]
    for model in MODELS:
        if not any(name.split()[0] == model for name in speech.weights.available()):
            rows.append((model, "skipped: its weights are not installed", *[""] * (len(COLUMNS) + 3)))
            continue
        recogniser = speech.open_recogniser(model=model)
        speech.transcribe(known[0].audio, recogniser, language="en")  # loads the weights
        for name, way in WAYS.items():
            heard = {truth.id: _heard(truth, recogniser, way, titled=way is not _alone) for truth in known}
            heard["all together"] = _together(list(heard.values()))
            rows += [_row(model, name, episode, one) for episode, one in heard.items()]
    header = ("Weights", "Heard", "Episode", "Time", "Times real time", *(column.name for column in COLUMNS))
    return Table("What the notes are worth", EXPLANATION, header, tuple(rows))


def _alone(truth: Truth, recogniser: speech.Recogniser) -> Hypothesis:
    return speech.transcribe(truth.audio, recogniser)


def _told(truth: Truth, recogniser: speech.Recogniser) -> Hypothesis:
    return speech.transcribe(truth.audio, recogniser, vocabulary=outline_of(truth, "script").vocabulary)


def _following(truth: Truth, recogniser: speech.Recogniser) -> Hypothesis:
    outline = outline_of(truth, "script")
    script = follow.reader_of(outline)
    return speech.transcribe(truth.audio, recogniser, vocabulary=outline.vocabulary, script=script)


WAYS: dict[str, Way] = {"Whisper alone": _alone, "told the terms": _told, "following the script": _following}


def _heard(truth: Truth, recogniser: speech.Recogniser, way: Way, *, titled: bool) -> Heard:
    started = time.perf_counter()
    hypothesis = way(truth, recogniser)
    seconds = time.perf_counter() - started
    outline = outline_of(truth, "script") if titled else Outline()
    made = made_of(outline, hypothesis, sound.listen(truth.audio))
    figures = measured(truth, made.transcript.words, made.chapters.chapters, titled=titled)
    return Heard(seconds, audio.probe(truth.audio).duration_ms / 1000, figures)


def _together(parts: list[Heard]) -> Heard:
    return Heard(
        sum(part.seconds for part in parts),
        sum(part.length_s for part in parts),
        together(part.figures for part in parts),
    )


def _row(model: str, way: str, episode: str, heard: Heard) -> tuple[str, ...]:
    times = f"{heard.length_s / heard.seconds:.0f}×"
    return (model, way, episode, f"{heard.seconds:.1f} s", times, *(column.cell(heard.figures) for column in COLUMNS))
