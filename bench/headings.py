"""Spoken headings found without the text of the notes: with their agenda only, and with no notes at all."""

from __future__ import annotations

from bench.episodes import truths
from bench.figures import Figures, measured, together
from bench.listening import outcome
from bench.table import Settings, Table

EXPLANATION = """\
Each episode is heard once, without hints. Then its chapters are found with nothing but the topics that its
notes announce, and with no notes: there the host's own list is all that tells, where he reads one, and the
pauses. A heading is found where a chapter begins within ±1 s of it, of its title where topics are known; an invented
chapter begins at none. F1 is the harmonic mean of the share of headings found and of chapters that are right; the
opening counts as neither, nor does a heading that may be missing."""

TARGETS = {"agenda only": "≥ 0.95", "no notes": "≥ 0.80"}


def run(settings: Settings) -> Table:
    """Find the headings of all episodes in both ways."""
    rows = []
    for known, target in TARGETS.items():
        found: dict[str, Figures] = {}
        for truth in truths():
            made = outcome(settings, truth, known)
            chapters = made.chapters.chapters
            found[truth.id] = measured(truth, made.transcript.words, chapters, titled=known == "agenda only")
        found["all together"] = together(found.values())
        rows += [
            (known, episode, f"{f.found} of {len(f.headings_ms)}", str(f.invented), f"{f.f1:.2f}", target)
            for episode, f in found.items()
        ]
    header = ("What is known", "Episode", "Headings found", "Invented chapters", "F1", "Target")
    return Table("Headings without the notes' text", EXPLANATION, header, tuple(rows))
