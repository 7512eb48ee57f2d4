"""The same episodes in worse sound: how each figure moves."""

from __future__ import annotations

from collections.abc import Sequence

from bench import variants
from bench.episodes import Truth, truths
from bench.figures import COLUMNS, Column, Figures, measured, together
from bench.listening import MODES, outcome
from bench.table import Settings, Skipped, Table

EXPLANATION = """\
The episodes as they are, encoded at 32 kbit/s (MP3), with music under the first ten seconds (chords, 10 dB below the
speech), with noise of a room (pink, 15 dB below), and at 1.2 times their tempo. They are heard with their notes
(script), and without; the latter gives chapters with the topics that the notes announce (agenda only), and with no
notes. The row with no notes is Whisper alone. Figures are as in “What the notes are worth”; a heading is found within
±1 s, with notes only by a chapter of its title. Behind each figure stands how it moves from that of the clean sound,
where it does."""


def run(settings: Settings) -> Table:
    """Hear every episode whose sentences are known in every variant and mode."""
    known = [truth for truth in truths() if truth.sentences]
    if not known:
        raise Skipped("there is no ../shared/data/episodes beside the checkout")
    rows: list[tuple[str, ...]] = []
    for mode in MODES:
        clean: list[Figures] = []
        for name in variants.NAMES:
            found = [
                _figures(settings, variants.made(truth, name, settings.folder / "variants"), mode) for truth in known
            ]
            found.append(together(found))
            clean = clean or found
            names = [*(truth.id for truth in known), "all together"]
            rows += [
                (mode, name, episode, *_cells(figures, before))
                for episode, figures, before in zip(names, found, clean, strict=True)
            ]
    header = ("Known", "Sound", "Episode", *(column.name for column in COLUMNS))
    return Table("In worse sound", EXPLANATION, header, (_targets(), *rows))


def _figures(settings: Settings, truth: Truth, mode: str) -> Figures:
    made = outcome(settings, truth, mode)
    return measured(truth, made.transcript.words, made.chapters.chapters, titled=mode != "no notes")


def _targets() -> tuple[str, ...]:
    return ("script", variants.CLEAN, "*target*", *(column.target for column in COLUMNS))


def _cells(figures: Figures, clean: Figures) -> Sequence[str]:
    return [_cell(column, figures, clean) for column in COLUMNS]


def _cell(column: Column, figures: Figures, clean: Figures) -> str:
    now, before = column.cell(figures), column.cell(clean)
    return now if now == before else f"{now} (from {before})"
