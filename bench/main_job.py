"""The main job: topics to the half second, search to the sentence, names spelled right."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from bench import measure
from bench.episodes import Heading, Ingested, Truth, ingested, truths
from bench.figures import same_title
from bench.table import Settings, Table, percent
from podpipe.models import Notes
from podpipe.notes import read_outline
from podpipe.search import open_index, search

TOLERANCE_MS = 500
QUESTION = ("lkml_20091101", "OOM killer", "Memory Overcommit")
"""An episode, a query, and the chapter that its first hit should be in."""

Row = tuple[str, str, str, str]


EXPLANATION = """\
`podpipe ingest URL` on show notes with an audio link, served from loopback, compared with what is really
spoken. A heading is found where a chapter of that title begins within ±500 ms of it. An invented chapter is none
of the headings (nor that of the announcements, which may be one) and not the opening. A name is a term of the
notes that is spoken: it counts as found when the exact phrase finds the episode and the transcript has exactly
that spelling."""


def run(settings: Settings) -> Table:
    """Ingest the episodes whose truth is known and compare what podpipe says with it."""
    rows: list[Row] = []
    for truth in truths():
        episode = ingested(settings, truth)
        rows += _chapters(episode)
        if truth.sentences:
            rows += _names(episode)
        if truth.id == QUESTION[0]:
            rows += _search(episode)
    return Table(
        "Main job",
        EXPLANATION,
        ("Episode", "What", "Target", "Measured"),
        tuple(rows),
    )


def _chapters(episode: Ingested) -> Iterator[Row]:
    truth, name = episode.truth, episode.truth.id
    chapters = [c for c in episode.answer["chapters"] if c["evidence"] != "opening"]
    placed = {heading: _chapter_of(heading, chapters) for heading in truth.headings}
    errors = {heading: abs(c["start_ms"] - heading.start_ms) for heading, c in placed.items() if c}
    lost = [heading.title for heading in truth.headings if errors.get(heading, TOLERANCE_MS + 1) > TOLERANCE_MS]
    invented = [c["title"] for c in chapters if c not in placed.values() and not _is_optional(c, truth)]
    total = len(truth.headings)
    yield name, "headings within ±500 ms", f"{total} of {total}", f"{total - len(lost)} of {total}{_listed(lost)}"
    yield name, "worst error of a heading", "≤ 500 ms", f"{max(errors.values())} ms" if errors else "none placed"
    yield name, "invented chapters", "0", f"{len(invented)}{_listed(invented)}"


def _chapter_of(heading: Heading, chapters: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The nearest chapter of this title; None where there is none."""
    titled = [chapter for chapter in chapters if same_title(chapter["title"], heading.title)]
    return min(titled, key=lambda chapter: abs(chapter["start_ms"] - heading.start_ms), default=None)


def _is_optional(chapter: dict[str, Any], truth: Truth) -> bool:
    return any(same_title(chapter["title"], title) for title in truth.optional)


def _names(episode: Ingested) -> Iterator[Row]:
    """Whether the terms of the notes that are spoken are written and found as the notes spell them."""
    spoken = _plain(" ".join(sentence.text for sentence in episode.truth.sentences))
    transcript = (episode.folder / "transcript.txt").read_text("utf-8")
    written = _plain(" ".join(line.partition("] ")[2] for line in transcript.splitlines()))
    outline = read_outline(Notes(episode.truth.notes.read_text("utf-8")), title=episode.answer["title"])
    terms = [term.text for term in outline.vocabulary if _has(spoken, term.text)]
    with open_index(episode.library / "index") as index:
        lost = [term for term in terms if not (_has(written, term) and search(index, f'"{term}"').hits)]
    share = (len(terms) - len(lost)) / max(len(terms), 1)
    yield (
        episode.truth.id,
        "spoken names findable as spelled",
        "100 %",
        f"{percent(share)} of {len(terms)}{_listed(lost)}",
    )


def _has(text: str, term: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(_plain(term))}(?!\w)", text) is not None


def _plain(text: str) -> str:
    return text.replace("’", "'").replace("“", '"').replace("”", '"')


def _search(episode: Ingested) -> Iterator[Row]:
    name, words, chapter = QUESTION
    hits = json.loads(measure.podpipe("search", words, "--library", episode.library, "--json").output)
    said = next(sentence for sentence in episode.truth.sentences if words in sentence.text)
    first = hits[0] if hits else {"chapter": "nothing found", "start_ms": 0}
    yield name, f"search “{words}”: topic of the first hit", chapter, first["chapter"]
    yield (
        name,
        f"search “{words}”: start against the sentence's",
        "≤ 500 ms",
        f"{abs(first['start_ms'] - said.start_ms)} ms" if hits else "–",
    )


def _listed(names: Sequence[str]) -> str:
    return f" ({', '.join(names)})" if names else ""
