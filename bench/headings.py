"""Spoken headings found without the text of the notes: with their agenda only, and with no notes at all."""

from __future__ import annotations

from collections.abc import Sequence

from bench import measure
from bench.episodes import Truth, truths
from bench.table import Settings, Table
from podpipe import sound, storage
from podpipe.align import align
from podpipe.models import Chapter, Hypothesis, Notes, Outline
from podpipe.notes import read_outline
from podpipe.topics import find_chapters

_NEAR_MS = 1000

_HEAR = """
import sys
from pathlib import Path
from podpipe import speech, storage
hypothesis = speech.transcribe(Path(sys.argv[1]), speech.open_recogniser())
Path(sys.argv[2]).write_bytes(storage.encode(hypothesis))
"""

EXPLANATION = """\
Each episode is heard once, without hints. Then its chapters are found with nothing but the topics that its
notes announce, and with no notes: there the host's own list is all that tells, where he reads one, and the
pauses. A heading is found where a chapter begins within ±1 s of it; an invented chapter begins at none. F1 is
the harmonic mean of the share of headings found and of chapters that are right; the opening counts as neither,
nor does a heading that may be missing."""

_TARGETS = {"agenda only": "≥ 0.95", "no notes": "≥ 0.80"}


def run(settings: Settings) -> Table:
    """Find the headings of all episodes in both ways."""
    rows = tuple(row for truth in truths() for row in _rows(settings, truth))
    return Table(
        "Headings without the notes' text",
        EXPLANATION,
        ("Episode", "What is known", "Headings found", "Invented chapters", "F1", "Target"),
        rows,
    )


def _rows(settings: Settings, truth: Truth) -> list[tuple[str, ...]]:
    hypothesis, heard = _heard(settings, truth), sound.listen(truth.audio)
    agenda = read_outline(Notes(truth.notes.read_text("utf-8"))).agenda
    rows = []
    for known, outline in (("agenda only", Outline(agenda)), ("no notes", Outline())):
        found = find_chapters(outline, align(outline, hypothesis, heard), hypothesis, heard)
        rows.append((truth.id, known, *_figures(truth, found.chapters), _TARGETS[known]))
    return rows


def _heard(settings: Settings, truth: Truth) -> Hypothesis:
    """What is heard without hints; the engine is large, and so runs in a process of its own."""
    path = settings.folder / "headings" / f"{truth.id}.json"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        measure.python("-c", _HEAR, truth.audio, path)
    return storage.read_json(path, Hypothesis)


def _figures(truth: Truth, chapters: Sequence[Chapter]) -> tuple[str, str, str]:
    """Headings found, chapters invented, and F1."""
    needed = [heading.start_ms for heading in truth.headings]
    begun = [chapter for chapter in chapters if chapter.evidence != "opening"]
    found = sum(any(abs(start_ms - chapter.start_ms) <= _NEAR_MS for chapter in begun) for start_ms in needed)
    others = [chapter for chapter in begun if all(abs(at - chapter.start_ms) > _NEAR_MS for at in needed)]
    invented = sum(not _is_optional(chapter, truth) for chapter in others)
    f1 = 2 * found / (found + invented + len(needed))
    return f"{found} of {len(needed)}", str(invented), f"{f1:.2f}"


def _is_optional(chapter: Chapter, truth: Truth) -> bool:
    return any(title.casefold() in chapter.title.casefold() for title in truth.optional)
