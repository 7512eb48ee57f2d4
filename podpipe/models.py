"""The values that flow through podpipe: frozen, plain, with every time in integer milliseconds.

Nothing here does any work. The stages (``sources``, ``speech``, ``notes``, ``align``, ``topics``,
``chapters``, ``transcripts``, ``search``) are functions from these values to these values.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

Origin = Literal["heard", "script", "vocabulary", "publisher", "edited"]
"""Where a word's spelling comes from: the recogniser, the notes' text or terms, a published transcript, a person."""

MediaType = Literal["text/plain", "text/markdown", "text/html"]
"""What kind of text show notes are."""

Evidence = Literal["edited", "publisher", "script", "agenda", "heading", "flow", "opening"]
"""What a chapter rests on, best first (see ``podpipe.topics``); ``opening`` comes before the first topic."""

OPENING = "Introduction"
"""The title of what comes before the first topic."""

FOUND_BY: dict[Evidence, str] = {
    "edited": "by hand",
    "publisher": "publisher's",
    "script": "script",
    "agenda": "agenda",
    "heading": "heard headings",
    "flow": "flow of the talk",
    "opening": "opening",
}
"""How a chapter was found, for people."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A file that the publisher links to: a transcript, chapters, a cover."""

    url: str
    type: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a show or episode, as ``podcast:person`` (Podcasting 2.0) has it; ``role`` is "host" or "guest"."""

    name: str
    role: str = ""
    group: str = ""
    url: str = ""
    image: str = ""


@dataclass(frozen=True, slots=True)
class Soundbite:
    """A stretch worth hearing by itself, as ``podcast:soundbite`` (Podcasting 2.0) has it.

    Without a ``title`` it goes by the episode's.
    """

    start_ms: int
    duration_ms: int
    title: str = ""

    @property
    def end_ms(self) -> int:
        """Where it ends, exclusive."""
        return self.start_ms + self.duration_ms


@dataclass(frozen=True, slots=True)
class Show:
    """What a feed says of itself: a podcast, whose episodes name it by ``id``.

    ``id`` names its folder and is chosen by podpipe alone (slug of the title, short hash of ``guid`` or ``feed``).
    """

    id: str
    title: str
    feed: str = ""
    """URL of the feed, without user and password."""
    guid: str = ""
    """``podcast:guid``."""
    page: str = ""
    description: str = ""
    author: str = ""
    owner: str = ""
    email: str = ""
    image: str = ""
    language: str = ""
    copyright: str = ""
    categories: tuple[str, ...] = ()
    """As Apple names them; a category below another as "Society & Culture > Documentary"."""
    explicit: bool | None = None
    kind: str = ""
    """"episodic" or "serial"; empty where the feed doesn't say."""
    persons: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Episode:
    """What is known of an episode before anyone has listened to it.

    ``id`` names its folder and is chosen by podpipe alone (date, slug of the title, short hash of
    ``guid``). ``guid`` is the publisher's identity for it, or its enclosure URL, or its file's path.
    """

    id: str
    guid: str
    title: str
    show: str = ""
    published: datetime | None = None
    enclosure: str = ""
    """URL of the audio, or the absolute path of a local file."""
    page: str = ""
    """URL of the web page for people."""
    language: str = ""
    """BCP 47, as published; empty where unknown."""
    image: str = ""
    chapters: Resource | None = None
    transcripts: tuple[Resource, ...] = ()
    show_id: str = ""
    """Of the ``Show`` whose feed it came in; empty where it came by itself."""
    season: int | None = None
    number: int | None = None
    kind: str = ""
    """"full", "trailer" or "bonus"; empty where the feed doesn't say."""
    explicit: bool | None = None
    author: str = ""
    persons: tuple[Person, ...] = ()
    soundbites: tuple[Soundbite, ...] = ()
    """As published, in the publisher's order; they need not lie within the sound (see ``podpipe.soundbites``)."""


@dataclass(frozen=True, slots=True)
class Notes:
    """Show notes as fetched: text, and what kind of text it is."""

    text: str
    media_type: MediaType = "text/plain"


@dataclass(frozen=True, slots=True)
class Term:
    """A name, acronym or identifier worth spelling right, and how much it matters (0 to 1).

    ``places`` tells where the notes use it, from 0 (their beginning) to 1 (their end).
    """

    text: str
    weight: float
    places: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One stretch of the notes: a heading (empty for text before any) and the text below it.

    ``text`` may be empty: then the notes only list the topic. ``start_ms`` is a timestamp that the
    notes give for it. ``lead`` is how the host opens it where that is more than the heading: "In today's
    announcements:".
    """

    heading: str
    text: str = ""
    start_ms: int | None = None
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """What the show notes say: the topics announced, the sections in order, the terms used."""

    agenda: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    vocabulary: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its punctuation, when it sounds, and how sure that is (0 to 1)."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float = 1.0
    origin: Origin = "heard"

    def shifted(self, by_ms: int) -> Word:
        """The word, so much later."""
        return replace(self, start_ms=self.start_ms + by_ms, end_ms=self.end_ms + by_ms)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What the recogniser heard, in order of time. ``words`` is empty where nobody speaks."""

    language: str
    language_confidence: float
    engine: str
    """Engine, its version, and the model: ``faster-whisper 1.2.1 base``."""
    duration_ms: int
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """From ``start_ms`` on until the next turn ``speaker`` speaks; '' where that is not known."""

    start_ms: int
    speaker: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said, spelled as well as is known. ``words`` and ``speakers`` are in order of time."""

    language: str
    duration_ms: int
    words: tuple[Word, ...] = ()
    speakers: tuple[Turn, ...] = ()
    """Who speaks when, as far as somebody has told; empty where nobody has."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Text that is shown together, as subtitles have it; of formats without times, a paragraph.

    ``parts`` are what is said from when on, (ms, text), where a cue tells more than its start.
    """

    start_ms: int | None
    end_ms: int | None
    text: str
    speaker: str = ""
    parts: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Placement:
    """A section of the notes, and where the sound has it.

    ``start_ms`` is the onset of its heading (or first words); None means that it was not spoken.
    ``because`` says in words what that rests on, or why it was not found.
    """

    section: Section
    start_ms: int | None
    end_ms: int | None
    confidence: float
    because: str
    is_heard: bool = True
    """Whether the heading itself was made out, or only the text below it."""
    share: float = 0.0
    """How much of its text was heard, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """The notes matched with the sound: the best transcript, and where each section is."""

    transcript: Transcript
    placements: tuple[Placement, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """An image that a file carries: its bytes, and their media type ("image/jpeg")."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A topic: ``start_ms`` inclusive, ``end_ms`` exclusive.

    ``because`` is the evidence in words: "heading heard at 1:44.7 after 0.6 s of silence".
    ``image`` is a URL, ``picture`` an image that the file itself carries.
    ``toc`` is False for a chapter that players should not list.
    """

    title: str
    start_ms: int
    end_ms: int
    confidence: float = 1.0
    evidence: Evidence = "publisher"
    because: str = ""
    url: str = ""
    image: str = ""
    toc: bool = True
    picture: Picture | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Missing:
    """A topic that was looked for and not found, and why."""

    title: str
    because: str


@dataclass(frozen=True, slots=True)
class Chapters:
    """The chapters of an episode in order of time, and what was looked for in vain."""

    chapters: tuple[Chapter, ...] = ()
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class Alias:
    """What words are likely to be a mishearing of: ``text`` for ``heard``, which stands so in its sentence."""

    text: str
    heard: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A run of words that ends at a full stop or a long pause, or where somebody else speaks."""

    text: str
    start_ms: int
    end_ms: int
    speaker: str = ""
    """Empty where nobody has told."""
    aliases: tuple[Alias, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """What is indexed: about 70 s of talk, never across a chapter.

    ``sentences`` carry the times, so that a hit starts at the sentence in which the words fall.
    """

    id: str
    episode_id: str
    chapter: str
    chapter_start_ms: int
    start_ms: int
    end_ms: int
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of text and the spans of it (start, end: characters) that match the query."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a hit's score: what speaks for it (of ``search.features.Features``), 0 to 1, and its weight."""

    name: str
    value: float
    weight: float


@dataclass(frozen=True, slots=True)
class Hit:
    """What a search returns: where in which episode, and why it matched."""

    episode_id: str
    episode_title: str
    show: str
    published: datetime | None
    chapter: str
    chapter_start_ms: int
    start_ms: int
    end_ms: int
    snippet: Snippet
    score: float
    enclosure: str = ""
    note: str = ""
    """Said to the user beside the hit, e.g. that it is a sound-alike."""
    heard: tuple[str, ...] = ()
    """What was heard in place of what was asked for: words of the snippet."""
    reasons: tuple[Reason, ...] = ()
    """What its score is the sum of."""


@dataclass(frozen=True, slots=True)
class IndexedEpisode:
    """An episode as the index takes it: its facts, chapters and passages."""

    episode: Episode
    language: str
    chapters: tuple[Chapter, ...] = ()
    passages: tuple[Passage, ...] = field(default=())
