"""Whether chapters are right as often as they say: all ways to find them, and a picture of it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench import diagram, folds, listening, talks, variants
from bench.episodes import Truth, truths
from bench.figures import counts, is_right
from bench.listening import MODES, made_of, outline_of
from bench.measure import ROOT
from bench.table import Settings, Table, percent
from bench.talks import Told
from podpipe import sound
from podpipe.models import Outline
from podpipe.topics.free_talk import flow, titles
from podpipe.topics.free_talk.chain import Model

PICTURE = ROOT / "docs" / "calibration.svg"
SURE = 0.9
TARGET = 0.95
EDGES = (0.35, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Where the bins of confidence begin."""

EXPLANATION = """\
Every chapter that podpipe writes says how sure it is; here stands how often it is right. *script*, *agenda only* and
*no notes*: the episodes in clean and in worse sound (see “In worse sound”), each also with half of another episode's
topics put between its own; a chapter is right within ±1 s of its heading. *titles* and *nothing given*: talks by
weights that were fitted on others (see “Conversation”), titles also with two of other episodes between; right within 15
and 30 s. *Error* is how far confidence and share are apart, over the bins below, weighted (expected calibration error;
Naeini, Cooper and Hauskrecht, 2015). *Brier* is the mean square of confidence less truth; beside it that of a
confidence which is always the share of this row.

![Confidence said, and share that is right](calibration.svg)"""


@dataclass(frozen=True, slots=True)
class Said:
    """How sure a chapter is, and whether it is right."""

    confidence: float
    right: bool


def run(settings: Settings) -> Table:
    """Find chapters in all ways, and compare what they say of themselves with the truth."""
    said = {mode: spoken(settings, mode) for mode in MODES}
    every = talks.load()[: 12 if settings.quick else None]
    if every:
        given, nothing = (folds.of_others(name, every) for name in ("TITLES", "FLOW"))
        said["titles"] = [one for told, model in given for one in conversation(told, every, model)]
        said["nothing given"] = [one for told, model in nothing for one in turns(told, model)]
    said["all together"] = [one for mode in said.values() for one in mode]
    diagram.write(PICTURE, {mode: bins(ones) for mode, ones in said.items()})
    rows = [(mode, "all", *row(ones)) for mode, ones in said.items()]
    rows += [("all together", name, *row(ones)) for name, ones in _binned(said["all together"])]
    header = ("Mode", "Confidence", "Chapters", "Said", "Right", "≥ 0.9 are", "Of these right", "Target", "Error",
              "Brier", "Plain")  # fmt: skip
    return Table("Calibration", EXPLANATION, header, tuple(rows))


def spoken(settings: Settings, mode: str) -> list[Said]:
    """The chapters of all episodes, in all their variants, in one of MODES."""
    found: list[Said] = []
    all_of_them = truths()
    for number, truth in enumerate(all_of_them):
        other = all_of_them[number - 1]
        for name in variants.NAMES:
            heard = variants.made(truth, name, settings.folder / "variants")
            outlines = [outline_of(truth, mode)]
            if mode != "no notes":
                outlines.append(with_others(outlines[0], outline_of(other, mode)))
            for outline in outlines:
                found += _chapters(settings, heard, outline, mode)
    return found


def with_others(own: Outline, other: Outline) -> Outline:
    """Notes with every other topic of another episode between their own."""
    return replace(
        own,
        agenda=tuple(_between(own.agenda, other.agenda[::2])),
        sections=tuple(_between(own.sections, [s for s in other.sections if s.heading][::2])),
    )


def _between(own: Sequence, others: Sequence) -> Iterator:  # type: ignore[type-arg]  # of topics or of sections
    rest = list(others)
    for item in own:
        yield item
        if rest:
            yield rest.pop(0)


def _chapters(settings: Settings, truth: Truth, outline: Outline, mode: str) -> Iterator[Said]:
    hypothesis = listening.heard(settings, truth, notes=mode == "script")
    for chapter in made_of(outline, hypothesis, sound.listen(truth.audio)).chapters.chapters:
        if counts(truth, chapter):
            yield Said(chapter.confidence, is_right(truth, chapter, titled=mode != "no notes"))


def conversation(told: Told, others: Sequence[Told], model: Model) -> Iterator[Said]:
    """The chapters of a talk whose titles are given: alone, and with two of other talks."""
    at_random = random.Random(told.number)
    own: list[tuple[str, int | None]] = list(zip(told.titles, told.starts_ms, strict=True))
    more = list(own)
    for other in at_random.sample([other for other in others if other is not told], 2):
        more.insert(at_random.randrange(len(more) + 1), (at_random.choice(other.titles), None))
    for asked in (own, more):
        placed = titles.place(told.words, told.duration_ms, [title for title, _ in asked], model)
        for placement, (_, truth) in zip(placed, asked, strict=True):
            if placement.start_ms is not None and placement.confidence >= titles.LEAST:
                near = truth is not None and abs(placement.start_ms - truth) <= titles.WITHIN_MS
                yield Said(placement.confidence, near)


def turns(told: Told, model: Model) -> Iterator[Said]:
    """The chapters of a talk of which nothing is given."""
    for chapter in flow.find(told.words, told.duration_ms, model=model):
        near = min(abs(chapter.start_ms - start_ms) for start_ms in told.starts_ms) <= flow.WITHIN_MS
        yield Said(chapter.confidence, near)


def bins(said: Sequence[Said]) -> list[tuple[float, float, int]]:
    """For each bin that has any: the mean confidence, the share that is right, and how many."""
    return [(_mean(ones), _share(ones), len(ones)) for _, ones in _binned(said)]


def _binned(said: Sequence[Said]) -> list[tuple[str, list[Said]]]:
    ends = (*EDGES[1:], 1.01)
    parts = [
        (f"{low} to {min(high, 1):.2g}", [one for one in said if low <= one.confidence < high])
        for low, high in zip(EDGES, ends, strict=True)
    ]
    return [(name, ones) for name, ones in parts if ones]


def calibration_error(said: Sequence[Said]) -> float:
    """Expected calibration error over the bins."""
    return sum(abs(mean - share) * count for mean, share, count in bins(said)) / max(len(said), 1)


def brier(said: Sequence[Said], confidence: float | None = None) -> float:
    """Mean square of confidence less truth; of one ``confidence`` for all, where given."""
    of_each = [one.confidence if confidence is None else confidence for one in said]
    return float(np.mean([(sure - one.right) ** 2 for sure, one in zip(of_each, said, strict=True)]))


def row(said: Sequence[Said]) -> tuple[str, ...]:
    """The figures of some chapters."""
    if not said:
        return ("0", *[""] * 8)
    sure = [one for one in said if one.confidence >= SURE]
    return (
        str(len(said)),
        f"{_mean(said):.2f}",
        f"{_share(said):.2f}",
        str(len(sure)),
        percent(_share(sure), 1) if sure else "–",
        f"≥ {percent(TARGET)}" if sure else "–",
        f"{calibration_error(said):.3f}",
        f"{brier(said):.3f}",
        f"{brier(said, _share(said)):.3f}",
    )


def _mean(said: Sequence[Said]) -> float:
    return float(np.mean([one.confidence for one in said]))


def _share(said: Sequence[Said]) -> float:
    return float(np.mean([one.right for one in said]))
