"""Short talk that announces none of its topics, whose notes list them (``unannounced_episodes/``)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from bench import measure
from bench.episodes import Truth
from bench.listening import made_of
from bench.table import Settings, Table
from bench.voice import BEFORE_HEADING_S, PARAGRAPH_S, spoken
from podpipe.chapters import json as chapters_json
from podpipe.library import EpisodeFolder
from podpipe.models import Chapter, Notes
from podpipe.notes import read_outline
from podpipe.prose import bare

FOLDER = measure.ROOT / "bench" / "unannounced_episodes"
EXACT_MS, NEAR_MS = 1000, 15_000

IN_ANOTHER_ORDER = ("piano_music", "salt_history")

EXPLANATION = """\
Talk of three to four minutes in which nobody says a heading: hosts turn to a topic in other words than its title,
whose own words come some sentences later, and some are mentioned elsewhere too. Spoken by a synthetic voice (0.45 s
of silence between sentences, 0.8 s between paragraphs, two of which are in a topic, and before a topic 1.3 s, or 0.8
s too), ingested by `podpipe ingest NOTES` with notes that list the topics. *Found*: a chapter of that title begins
within 1 s, within 15 s of the first sentence; invented chapters have a title that is none, or begin farther away.
*By words alone*: without the sentence encoder (all-MiniLM-L6-v2). Written without knowledge of podpipe; bounds were
set with half of them in view (those marked *), weights with none."""

IN_VIEW = ("georgia_train", "glacier_expert", "pension_two", "piano_music", "science_brief", "wall_howto")


def run(settings: Settings) -> Table:
    """Speak the episodes, ingest each, and compare with the truth."""
    rows = []
    for before_s in (BEFORE_HEADING_S, PARAGRAPH_S):
        made = {folder.name: _counts(settings, folder, before_s) for folder in sorted(FOLDER.glob("*/"))}
        pause = f"{before_s} s"
        if before_s == BEFORE_HEADING_S:
            rows += [
                _row(f"{name} *" if name in IN_VIEW else name, pause, counts) for name, (counts, _) in made.items()
            ]
        for place, by in enumerate(("", ", by words alone")):
            found = {name: counts[place] for name, counts in made.items()}
            in_order = [counts for name, counts in found.items() if name not in IN_ANOTHER_ORDER]
            others = [counts for name, counts in found.items() if name in IN_ANOTHER_ORDER]
            rows.append(_row(f"all in order{by}", pause, tuple(map(sum, zip(*in_order, strict=True)))))
            rows.append(_row(f"all in another order{by}", pause, tuple(map(sum, zip(*others, strict=True)))))
    header = ("Episode", "Before a topic", "Within 1 s", "Within 15 s", "Invented", "F1 within 15 s", "Target")
    return Table("Topics that nobody announces", EXPLANATION, header, tuple(rows))


def _row(name: str, pause: str, counts: tuple[int, ...]) -> tuple[str, ...]:
    exact, near, invented, topics = counts
    f1 = 2 * near / (topics + near + invented)
    return name, pause, f"{exact} of {topics}", f"{near} of {topics}", str(invented), f"{f1:.2f}", "–"


def _counts(settings: Settings, folder: Path, before_s: float) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """How many topics begin within 1 s, within 15 s, how many are invented, how many there are; and by words alone."""
    made = settings.folder / f"unannounced-{before_s}" / folder.name
    made.mkdir(parents=True, exist_ok=True)
    truth = spoken(folder, made / "audio.mp3", before_s)
    source = made / truth.notes.name
    shutil.copyfile(truth.notes, source)
    answer = json.loads(measure.podpipe("ingest", source, "--library", made / "library", "--json").output)
    kept = EpisodeFolder(made / "library" / "episodes" / answer["episodes"][0]["id"])
    ingested = chapters_json.read(kept.path / "chapters.json").chapters
    outline = read_outline(kept.notes() or Notes(""), title=kept.episode().title, show=kept.episode().show)
    by_words = made_of(outline, kept.hypothesis(), kept.sound(), by_meaning=False).chapters.chapters
    return _compared(ingested, truth), _compared(by_words, truth)


def _compared(chapters: Sequence[Chapter], truth: Truth) -> tuple[int, ...]:
    away = [_away_ms(chapter, truth) for chapter in chapters if chapter.evidence != "opening"]
    near = [one for one in away if one <= NEAR_MS]
    exact = [one for one in near if one <= EXACT_MS]
    return len(exact), len(near), len(away) - len(near), len(truth.headings)


def _away_ms(chapter: Chapter, truth: Truth) -> float:
    starts = {bare(heading.title): heading.start_ms for heading in truth.headings}
    start_ms = starts.get(bare(chapter.title))
    return float("inf") if start_ms is None else abs(chapter.start_ms - start_ms)
