"""Terms of the notes, found by an exact search where they are spoken; and terms that nobody said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.episodes import Ingested, Spoken, Truth, ingested, truths
from bench.table import Settings, Skipped, Table, percent
from podpipe.models import Notes
from podpipe.notes import read_outline
from podpipe.search import analysis, open_index, search
from podpipe.search.query import parse

_NEAR_MS = 2000

EXPLANATION = """\
Each episode is ingested with four kinds of notes: the script; the list of topics and the names and terms, without a
sentence of the script; no notes at all, which is plain Whisper; and the names and terms of another episode alone.
*Mentions*: of all places where a sentence really has a term of the notes, the share at which the exact phrase is found
in the index, in a sentence that begins within the real one or at most 2 s before. *Terms*: of all terms that are
spoken, the share for which `podpipe search '"TERM"'` gives a hit that begins at such a place. *Invented*: terms of
the notes that the transcript has somewhere and nobody says. Names are listed in alphabetical order."""

TARGETS = {"script": "≥ 99 %", "topics and names": "≥ 85 %", "none": "–", "another episode's": "0 invented"}


@dataclass(frozen=True, slots=True)
class Mention:
    """A term of the notes, and the sentence in which it is spoken."""

    term: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class _Figures:
    """How many mentions, and terms, there are and were found; terms that nobody says, and those of them invented."""

    mentions: int
    mentions_found: int
    terms: int
    terms_found: int
    unsaid: int
    invented: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, str, str]:
        """As the table has them."""
        return (
            f"{percent(self.mentions_found / max(self.mentions, 1), 1)} of {self.mentions}",
            f"{percent(self.terms_found / max(self.terms, 1), 1)} of {self.terms}",
            f"{len(self.invented)} of {self.unsaid}{_listed(self.invented)}",
        )


def _together(parts: Sequence[_Figures]) -> _Figures:
    return _Figures(
        sum(part.mentions for part in parts),
        sum(part.mentions_found for part in parts),
        sum(part.terms for part in parts),
        sum(part.terms_found for part in parts),
        sum(part.unsaid for part in parts),
        tuple(name for part in parts for name in part.invented),
    )


def run(settings: Settings) -> Table:
    """Ingest every episode whose sentences are known with each kind of notes, and search for every term."""
    known = [truth for truth in truths() if truth.sentences]
    if not known:
        raise Skipped("there is no ../shared/data/episodes beside the checkout")
    rows = []
    every: dict[str, list[_Figures]] = {kind: [] for kind in TARGETS}
    for number, truth in enumerate(known):
        own, foreign = terms_of(truth), terms_of(known[number - 1])
        for kind, notes in {
            "script": truth.notes.read_text("utf-8"),
            "topics and names": listed(truth),
            "none": "",
            "another episode's": listed(known[number - 1], announces=False),
        }.items():
            episode = _ingested(settings, truth, kind, notes)
            asked = foreign if kind == "another episode's" else own
            figures = _figures(episode, own, asked)
            every[kind].append(figures)
            rows.append((truth.id, kind, *figures.cells, TARGETS[kind]))
    rows += [("all together", kind, *_together(each).cells, TARGETS[kind]) for kind, each in every.items()]
    header = ("Episode", "Notes", "Mentions found", "Terms found", "Invented", "Target")
    return Table("Terms", EXPLANATION, header, tuple(rows))


def terms_of(truth: Truth) -> list[str]:
    """The terms of an episode's notes."""
    return [term.text for term in read_outline(Notes(truth.notes.read_text("utf-8"))).vocabulary]


def listed(truth: Truth, *, announces: bool = True) -> str:
    """Notes that only list: the topics, then the names and terms in alphabetical order."""
    outline = read_outline(Notes(truth.notes.read_text("utf-8")))
    names = sorted(
        {term.text for term in outline.vocabulary} - {topic for topic in outline.agenda if announces}, key=str.casefold
    )
    agenda = f"In this episode: {', '.join(outline.agenda)}.\n\n" if announces else ""
    return f"{agenda}With: {', '.join(names)}.\n"


def mentions(truth: Truth, terms: Sequence[str]) -> list[Mention]:
    """Every sentence that has a term, once for each."""
    return [
        Mention(term, sentence.start_ms, _end_ms(truth.sentences, place))
        for term in terms
        for place, sentence in enumerate(truth.sentences)
        if _has(sentence.text, term)
    ]


def _ingested(settings: Settings, truth: Truth, kind: str, notes: str) -> Ingested:
    name = f"{truth.id}-{re.sub(r'[^a-z]+', '-', kind)}"
    file = settings.folder / "terms" / f"{name}.txt"
    file.parent.mkdir(exist_ok=True)
    file.write_text(notes, "utf-8")
    return ingested(settings, replace(truth, id=name, notes=file))


def _figures(episode: Ingested, own: Sequence[str], asked: Sequence[str]) -> _Figures:
    """Mentions found, terms found, and terms invented; the last of the terms that were asked for."""
    truth = episode.truth
    spoken = mentions(truth, own)
    with open_index(episode.library / "index") as index:
        lost = []
        for mention in spoken:
            query = parse(f'"{mention.term}"')
            runs = [
                sentence
                for match in index.find(query, any_term=False, limit=100)
                for sentence in match.candidate.sentences
                if _follows(analysis.terms(sentence.text), analysis.terms(mention.term))
            ]
            if not any(_is_at(mention, run.start_ms) for run in runs):
                lost.append(mention)
        terms = sorted({mention.term for mention in spoken})
        found = 0
        for term in terms:
            hits = search(index, f'"{term}"').hits
            found += any(_is_at(mention, hit.start_ms) for hit in hits for mention in spoken if mention.term == term)
    said = " ".join(sentence.text for sentence in truth.sentences)
    written = (episode.folder / "transcript.txt").read_text("utf-8")
    unsaid = [term for term in asked if not _says(said, term)]
    invented = tuple(term for term in unsaid if _says(written, term))
    return _Figures(len(spoken), len(spoken) - len(lost), len(terms), found, len(unsaid), invented)


def _is_at(mention: Mention, start_ms: int) -> bool:
    """Whether a sentence as it was heard begins within the one that was spoken, or at most 2 s before it."""
    return mention.start_ms - _NEAR_MS <= start_ms <= mention.end_ms


def _end_ms(sentences: Sequence[Spoken], place: int) -> int:
    return sentences[place + 1].start_ms - 1 if place + 1 < len(sentences) else sentences[place].start_ms + 60_000


def _has(text: str, term: str) -> bool:
    plain = text.replace("’", "'")
    return re.search(rf"(?<!\w){re.escape(term.replace('’', chr(39)))}(?!\w)", plain) is not None


def _says(text: str, term: str) -> bool:
    """Whether a text has a term, however its parts are joined and capitals set."""
    return _follows(re.findall(r"[^\W_]+", text.casefold()), re.findall(r"[^\W_]+", term.casefold()))


def _follows(words: Sequence[str], run: Sequence[str]) -> bool:
    return any(list(words[place : place + len(run)]) == list(run) for place in range(len(words) - len(run) + 1))


def _listed(names: Sequence[str]) -> str:
    return f" ({', '.join(names)})" if names else ""
