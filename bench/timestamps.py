"""Does a hit start when its words are spoken? Phrases of the sentences of spoken episodes, searched for."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from bench.episodes import Ingested, Spoken, ingested, truths
from bench.table import Settings, Skipped, Table
from podpipe.search import analysis, open_index, search

EXPLANATION = """\
Each episode is ingested with its notes; then a phrase of each of its sentences is searched for: the four words around
its middle. The first hit's start against the moment at which the sentence that has these words really begins; 0.3 s is
less than it takes to turn one's ear to it."""

HEADER = ("Episode", "Phrases", "First hit is that sentence", "Median", "90th percentile", "Target")
TARGET = "median ≤ 0.3 s"
_NEAR_MS = 10_000
"""A hit that starts farther from the sentence is another place."""
_WORDS = 4


def run(settings: Settings) -> Table:
    """Search every episode whose sentences are known."""
    known = [truth for truth in truths() if truth.sentences]
    if not known:
        raise Skipped("there is no ../shared/data/episodes beside the checkout")
    rows, every = [], []
    for truth in known[: 1 if settings.quick else None]:
        off = list(_off_ms(ingested(settings, truth)))
        every += off
        rows.append(_row(truth.id, off))
    return Table("When a hit starts", EXPLANATION, HEADER, (*rows, _row("all together", every)))


def _row(name: str, off: list[int | None]) -> tuple[str, ...]:
    near = sorted(abs(ms) for ms in off if ms is not None)
    return (
        name,
        str(len(off)),
        str(len(near)),
        f"{statistics.median(near) / 1000:.2f} s",
        f"{statistics.quantiles(near, n=10)[-1] / 1000:.2f} s",
        TARGET,
    )


def _off_ms(episode: Ingested) -> Iterator[int | None]:
    """By how much each phrase's first hit is late; None where it is another place, or there is none."""
    with open_index(episode.library / "index") as index:
        for sentence, phrase in _phrases(episode.truth.sentences):
            hits = search(index, f'"{phrase}"').hits
            late = hits[0].start_ms - sentence.start_ms if hits else None
            yield late if late is not None and abs(late) <= _NEAR_MS else None


def _phrases(sentences: tuple[Spoken, ...]) -> Iterator[tuple[Spoken, str]]:
    """Each sentence that says something, and four words of its middle that no other sentence has."""
    for sentence in sentences:
        words = sentence.text.replace('"', "").split()
        first = max((len(words) - _WORDS) // 2, 0)
        phrase = " ".join(words[first : first + _WORDS])
        alone = sum(phrase in other.text for other in sentences) == 1
        if alone and len(analysis.terms(phrase)) > 1:
            yield sentence, phrase
