"""What is to be seen on a page: plain values, texts of one line and clean, notes as safe HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from markupsafe import Markup

from podpipe import sanitise, timecode
from podpipe.models import Chapter, Episode, Hit, Notes, Show, Snippet
from podpipe.pages import waveform
from podpipe.pages.material import Material
from podpipe.pages.text import direction, one_line
from podpipe.sound import HOP_MS
from podpipe.transcripts.lines import Atom
from podpipe.transcripts.telling import Paragraph, Telling, chaptered

UNTITLED = "(no title)"
NO_SHOW = "Single episodes"
"""What the shelf of episodes is called that belong to no show."""


@dataclass(frozen=True, slots=True)
class Card:
    """An episode in a list. ``show_id`` is '' for one that belongs to no show."""

    id: str
    title: str
    show: str = ""
    show_id: str = ""
    published: date | None = None
    duration_ms: int = 0
    has_cover: bool = False


@dataclass(frozen=True, slots=True)
class ShowView:
    """A show, its episodes newest first. ``description`` is safe HTML."""

    id: str
    title: str
    author: str = ""
    description: Markup = field(default_factory=Markup)
    page: str = ""
    episodes: tuple[Card, ...] = ()

    @property
    def latest(self) -> date | None:
        """The day of its newest episode."""
        return next((card.published for card in self.episodes if card.published), None)


@dataclass(frozen=True, slots=True)
class ChapterView:
    """A chapter, ``number`` from 1."""

    number: int
    title: str
    start_ms: int
    end_ms: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class ParagraphView:
    """What is said in one go. ``first`` is the number of its first word in ``EpisodeView.atoms``."""

    start_ms: int
    speaker: str
    text: str
    first: int


@dataclass(frozen=True, slots=True)
class SectionView:
    """A chapter (None before the first) and what is said in it."""

    chapter: ChapterView | None
    paragraphs: tuple[ParagraphView, ...]


@dataclass(frozen=True, slots=True)
class PersonView:
    """Somebody of the episode."""

    name: str
    role: str
    url: str


@dataclass(frozen=True, slots=True)
class SoundbiteView:
    """A stretch worth hearing by itself; without a title of its own it has the episode's (podcast namespace)."""

    title: str
    start_ms: int
    duration_ms: int


@dataclass(frozen=True)
class EpisodeView:
    """An episode's page. ``notes`` is safe HTML; ``wave`` the data of an SVG path (``waveform``)."""

    card: Card
    language: str
    direction: str
    chapters: tuple[ChapterView, ...]
    sections: tuple[SectionView, ...]
    notes: Markup
    summary: str
    wave: str
    persons: tuple[PersonView, ...]
    page: str
    audio_bytes: int
    atoms: tuple[Atom, ...]
    soundbites: tuple[SoundbiteView, ...] = ()

    def chapter_at(self, ms: int) -> ChapterView | None:
        """The chapter of a moment."""
        return next((chapter for chapter in reversed(self.chapters) if chapter.start_ms <= ms), None)

    def paragraph_at(self, ms: int) -> int:
        """When the paragraph of a moment begins: a place that the page has."""
        starts = (each.start_ms for section in self.sections for each in section.paragraphs)
        return max((start for start in starts if start <= ms), default=0)

    def places(self) -> dict[int, tuple[str, ...]]:
        """Where soundbites begin within a paragraph, as it stands in addresses, by the start of the paragraph."""
        starts = {each.start_ms for section in self.sections for each in section.paragraphs}
        taken = {moment(ms) for ms in (*starts, *(chapter.start_ms for chapter in self.chapters))}
        found: dict[int, tuple[str, ...]] = {}
        for place, ms in {moment(bite.start_ms): bite.start_ms for bite in self.soundbites}.items():
            if place not in taken:
                paragraph_ms = self.paragraph_at(ms)
                found[paragraph_ms] = (*found.get(paragraph_ms, ()), place)
        return found


@dataclass(frozen=True, slots=True)
class HitView:
    """A moment that a search found. ``parts`` are the snippet's pieces, and whether each is marked."""

    chapter: str
    start_ms: int
    parts: tuple[tuple[str, bool], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class FoundEpisode:
    """An episode, and what was found in it: in order of rank."""

    card: Card
    hits: tuple[HitView, ...]


@dataclass(frozen=True, slots=True)
class SearchView:
    """A search and its answer. Days are ISO 8601, or ''. ``problem`` says why there is none."""

    query: str = ""
    show: str = ""
    since: str = ""
    until: str = ""
    shows: tuple[str, ...] = ()
    """Titles to choose from."""
    found: tuple[FoundEpisode, ...] = ()
    remarks: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    problem: str = ""

    @property
    def count(self) -> int:
        """How many moments were found."""
        return sum(len(each.hits) for each in self.found)


def card(episode: Episode, duration_ms: int = 0, *, has_cover: bool = False) -> Card:
    """An episode in a list."""
    show = one_line(episode.show)
    return Card(
        episode.id,
        one_line(episode.title) or UNTITLED,
        show,
        show_key(episode),
        episode.published.date() if episode.published else None,
        duration_ms,
        has_cover,
    )


def show_key(episode: Episode) -> str:
    """The id of the show that an episode belongs to, or one made of the show's name; '' where it has none."""
    name = "-".join(one_line(episode.show).casefold().replace("/", " ").split())
    return episode.show_id or name


def shelves(cards: Iterable[Card]) -> tuple[ShowView, ...]:
    """Cards by show, shows in order of title, those of none last; each show's episodes newest first."""
    by_show: dict[str, list[Card]] = {}
    for each in cards:
        by_show.setdefault(each.show_id, []).append(each)
    shows = [
        ShowView(key, (group[0].show if key else NO_SHOW) or UNTITLED, episodes=newest_first(group))
        for key, group in by_show.items()
    ]
    return tuple(sorted(shows, key=lambda show: (not show.id, show.title.casefold(), show.id)))


def described(show: ShowView, known: Show) -> ShowView:
    """A show with what its feed says of it."""
    about = Markup(sanitise.notes(Notes(known.description, "text/html"))) if known.description else Markup()
    return replace(
        show,
        title=one_line(known.title) or show.title,
        author=one_line(known.author),
        description=about,
        page=sanitise.link(known.page),
    )


def newest_first(cards: Iterable[Card]) -> tuple[Card, ...]:
    """Cards by day, newest first, those without one last."""
    return tuple(sorted(cards, key=lambda each: (each.published or date.min, each.id), reverse=True))


def episode(material: Material) -> EpisodeView:
    """Everything that an episode's page shows."""
    known, transcript = material.episode, material.transcript
    listed = chapters(material.chapters)
    numbers = {id(chapter): view for chapter, view in zip(material.chapters, listed, strict=True)}
    duration_ms = max(transcript.duration_ms, material.level_db.size * HOP_MS)
    sections: list[SectionView] = []
    atoms: list[Atom] = []
    for chapter, paragraphs in chaptered(Telling(transcript, chapters=material.chapters)):
        sections.append(SectionView(numbers.get(id(chapter)), tuple(_paragraphs(paragraphs, atoms))))
    notes = Markup(sanitise.notes(material.notes, base=known.page)) if material.notes else Markup()
    return EpisodeView(
        card(known, duration_ms, has_cover=material.has_cover),
        transcript.language,
        direction(transcript.language),
        listed,
        tuple(sections),
        notes,
        _summary(sections),
        waveform.path(material.level_db, duration_ms, HOP_MS),
        tuple(
            PersonView(one_line(person.name), one_line(person.role or "host"), sanitise.link(person.url))
            for person in known.persons
            if one_line(person.name)
        ),
        sanitise.link(known.page),
        material.audio_bytes,
        tuple(atoms),
        tuple(
            SoundbiteView(one_line(bite.title) or one_line(known.title) or UNTITLED, bite.start_ms, bite.duration_ms)
            for bite in material.soundbites
        ),
    )


def chapters(listed: Sequence[Chapter]) -> tuple[ChapterView, ...]:
    """Chapters as they are shown."""
    return tuple(
        ChapterView(number, one_line(each.title) or UNTITLED, each.start_ms, each.end_ms, sanitise.link(each.url) or "")
        for number, each in enumerate(listed, 1)
    )


def word_times(atoms: Sequence[Atom]) -> dict[str, Any]:
    """When each word of an ``EpisodeView`` begins, in as few characters as JSON allows.

    ``step``: milliseconds of a unit; ``starts``: when each word begins, in units after the one before;
    ``lengths``: how many UTF-16 code units of its paragraph's text it takes, white space left out; ``words``: which
    word of the transcript each is, where that isn't one after the other.
    """
    step = 10
    starts = [atom.start_ms // step for atom in atoms]
    found: dict[str, Any] = {
        "step": step,
        "starts": [start - before for start, before in zip(starts, [0, *starts], strict=False)],
        "lengths": [len(atom.text.encode("utf-16-le")) // 2 for atom in atoms],
    }
    numbers = [atom.word for atom in atoms]
    if numbers != list(range(len(numbers))):
        found["words"] = numbers
    return found


def found(hits: Sequence[Hit], cards: dict[str, Card]) -> tuple[FoundEpisode, ...]:
    """Hits by episode, each where its best is; ``cards`` by id knows more of them than hits do."""
    groups: dict[str, list[HitView]] = {}
    known: dict[str, Card] = {}
    for hit in hits:
        groups.setdefault(hit.episode_id, []).append(
            HitView(one_line(hit.chapter), hit.start_ms, tuple(parts(hit.snippet)), one_line(hit.note))
        )
        day = hit.published.date() if hit.published else None
        known.setdefault(
            hit.episode_id,
            cards.get(hit.episode_id)
            or Card(hit.episode_id, one_line(hit.episode_title) or UNTITLED, one_line(hit.show), published=day),
        )
    return tuple(FoundEpisode(known[key], tuple(group)) for key, group in groups.items())


def parts(snippet: Snippet) -> Iterator[tuple[str, bool]]:
    """A snippet's pieces, and whether each is marked."""
    position = 0
    for start, end in snippet.marks:
        yield _clean(snippet.text[position:start]), False
        yield _clean(snippet.text[start:end]), True
        position = end
    yield _clean(snippet.text[position:]), False


def moment(ms: int) -> str:
    """A time as it stands in an address: seconds, to a hundredth."""
    return timecode.seconds(ms // 10 * 10)


def _clean(text: str) -> str:
    """One line, the spaces at its ends kept as one each."""
    line = one_line(text)
    before, after = " " * text[:1].isspace(), " " * text[-1:].isspace()
    return f"{before}{line}{after}" if line else before


def _paragraphs(paragraphs: Iterable[Paragraph], atoms: list[Atom]) -> Iterator[ParagraphView]:
    """Paragraphs, their words added to ``atoms``."""
    for paragraph in paragraphs:
        shown = [(atom, text) for atom in paragraph.atoms if (text := one_line(atom.text))]
        if not shown:
            continue
        first = len(atoms)
        atoms += (Atom(text, atom.start_ms, atom.end_ms, glued=atom.glued, word=atom.word) for atom, text in shown)
        line = "".join(text if atom.glued or not number else f" {text}" for number, (atom, text) in enumerate(shown))
        yield ParagraphView(paragraph.start_ms, one_line(paragraph.speaker), line, first)


def _summary(sections: Sequence[SectionView], room: int = 200) -> str:
    """How the talk begins, for cards: cut between words."""
    text = " ".join(paragraph.text for section in sections for paragraph in section.paragraphs[:2])[: room + 1]
    return text if len(text) <= room else text[:room].rsplit(" ", 1)[0] + " …"
