"""Episodes with notes of many shapes, spoken for the bench from scripts (``fresh_episodes/``), ingested as users do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from bench import measure
from bench.episodes import Truth
from bench.figures import Figures, measured, percentile, together
from bench.table import Settings, Table, percent
from bench.voice import spoken
from podpipe import storage
from podpipe.chapters import json as chapters_json
from podpipe.models import Transcript

FOLDER = measure.ROOT / "bench" / "fresh_episodes"
NEAR_MS = 150

EXPLANATION = """\
Episodes that are spoken for this table by a synthetic voice, each with notes of another shape, and ingested by
`podpipe ingest NOTES` in three ways: with those notes; with nothing but a sentence that lists the topics in
alphabetical order, so not in that of the talk; and without notes. Hosts improvise, swap and repeat, and paragraphs of
the notes are left out, which must not become chapters. Found: a chapter begins within 150 ms of the heading, of its
title where the notes have titles; F1 is of those within 1 s.
Word errors count numbers that are written in another way ("20" for "twenty"). Most episodes were written
without knowledge of the rules by which headings are found, but the rules were mended where they failed here."""

OWN, AGENDA, NONE = "its own", "topics only", "none"
TARGETS = {OWN: "all, none invented", AGENDA: "F1 ≥ 0.95", NONE: "F1 ≥ 0.80"}
SHAPES = {
    "alps_blurb": 'a blurb; the host says "Chapter one"',
    "astronomy_upper": "headings in capitals; noise",
    "bees_script": "Markdown headings",
    "beige_contents": "an HTML list in another order; the host leads to them in sentences",
    "bikes_buzzsprout": 'an HTML list, others for sponsors and links; the host says "Next up"',
    "birds_nothing": "nothing; the host says the topics",
    "bread_dash": 'a Markdown list with descriptions; "let\'s talk about"',
    "canals_script": "Markdown script, one not spoken, two swapped; the host improvises",
    "chess_blurb": 'a blurb; the host says "Chapter one"',
    "clocks_plain": 'headings on lines of their own; "Number one"',
    "coffee_definitions": "an HTML definition list; the host takes them up within sentences",
    "cooking_bullets": "a Markdown list of topics, in other words than spoken",
    "council_html": "HTML list, bold headings; two swapped",
    "cycling_inline": "a numbered list in a paragraph",
    "databases_html": "HTML headings; two swapped",
    "flight_html": "HTML headings, questions; one not spoken",
    "football_spoken_agenda": "a blurb; the host says the topics",
    "games_comma": "a sentence that announces; music",
    "garden_markdown": "Markdown headings; one topic not spoken",
    "history_multiline": "underlined headings of two lines",
    "inspection_list": "a Markdown list, one not spoken; the host leads to them in sentences",
    "law_bullets": "a Markdown list; questions, signs",
    "letters_list": "a list of listeners and what they ask; the host reads their letters",
    "lighthouse_questions": "an interview: an HTML list of its questions",
    "linux_html": "an HTML list; the host says them in other words",
    "medicine_script": "Markdown headings; one not spoken; music",
    "mistakes_blurb": 'a blurb; the host says "Mistake number one"',
    "music_noise_html": "HTML headings; music and noise",
    "network_plain": "headings on lines of their own; numbers",
    "newsdesk_links": "a numbered list of links; the host reads these headlines",
    "november_spoken_agenda": "a blurb; the host says the topics",
    "ops_sentences": "a Markdown list with descriptions; the host takes them up in sentences",
    "python_agenda": "a sentence that announces",
    "rail_script": "headings on lines of their own; one not spoken; two swapped",
    "railway_guests": 'bold topics, guests and links; "First stop"',
    "reef_prose": "two sentences of prose; the host leads to them in sentences",
    "release_numbered": "numbered headings, symbols",
    "retro_emoji": 'a list behind pictures; "And now"',
    "science_no_notes": "nothing",
    "security_long_intro": "script after a long beginning; swaps, one not spoken",
    "seedbank_interview": "an interview: a Markdown list; the host asks in other words",
    "sky_order": 'a Markdown list in another order; "Right then"',
}
"""What each episode's notes are like."""


UNTITLED = (
    "alps_blurb",
    "birds_nothing",
    "chess_blurb",
    "football_spoken_agenda",
    "mistakes_blurb",
    "november_spoken_agenda",
    "science_no_notes",
)
"""Whose notes name no topic."""

IN_SENTENCES = (
    "beige_contents",
    "coffee_definitions",
    "inspection_list",
    "letters_list",
    "lighthouse_questions",
    "november_spoken_agenda",
    "ops_sentences",
    "reef_prose",
    "seedbank_interview",
)
"""Whose hosts say no headings, but take the topics up in sentences."""


def run(settings: Settings) -> Table:
    """Speak the episodes, ingest each in three ways, and compare with the truth."""
    truths = [spoken(FOLDER / name, _folder(settings, name) / "audio.mp3") for name in SHAPES]
    rows = []
    for notes, target in TARGETS.items():
        found = {truth.id: _figures(settings, truth, notes) for truth in truths}
        if notes == OWN:
            rows += [_row(name, SHAPES[name], figures, target) for name, figures in found.items()]
        if notes == NONE:
            said = [figures for name, figures in found.items() if name not in IN_SENTENCES]
            taken_up = [figures for name, figures in found.items() if name in IN_SENTENCES]
            rows.append(_row("all whose headings are said", notes, together(said), target))
            rows.append(_row("all that take topics up in sentences", notes, together(taken_up), "–"))
        else:
            rows.append(_row("all together", notes, together(found.values()), target))
    header = ("Episode", "Notes", "Headings found", "Start: median", "Invented", "F1", "Word errors", "Target")
    return Table("Fresh episodes", EXPLANATION, header, tuple(rows))


def _row(name: str, notes: str, figures: Figures, target: str) -> tuple[str, ...]:
    near = [error for error in figures.headings_ms if error <= NEAR_MS]
    return (
        name,
        notes,
        f"{len(near)} of {len(figures.headings_ms)}",
        f"{percentile(near, 0.5):.0f} ms" if near else "–",
        str(figures.invented),
        f"{figures.f1:.2f}",
        percent(figures.word_error_rate, 1),
        target,
    )


def _figures(settings: Settings, truth: Truth, notes: str) -> Figures:
    """Ingest an episode with some notes and compare what its folder has then."""
    folder = _folder(settings, truth.id)
    source = folder / truth.notes.name
    shutil.copyfile(truth.notes, source)
    if notes != OWN:
        source = folder / f"{notes.split()[0]}.txt"
        titles = sorted(heading.title for heading in truth.headings)
        agenda = f"In this episode: {'; '.join(titles)}.\n" if notes == AGENDA else ""
        source.write_text(f"Audio: audio.mp3\n\n{agenda}", "utf-8")
    library = folder / f"library-{source.stem}"
    answer = json.loads(measure.podpipe("ingest", source, "--library", library, "--json").output)
    kept = library / "episodes" / answer["episodes"][0]["id"]
    chapters = chapters_json.read(kept / "chapters.json").chapters
    words = storage.read_json(kept / "transcript.json", Transcript).words
    titled = notes == AGENDA or (notes == OWN and truth.id not in UNTITLED)
    return measured(truth, words, chapters, titled=titled)


def _folder(settings: Settings, name: str) -> Path:
    folder = settings.folder / "fresh" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
