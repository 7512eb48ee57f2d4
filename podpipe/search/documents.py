"""What engines keep of an episode: a document for each passage, chapter title and episode title.

An engine indexes terms that are ready to be compared (``podpipe.search.analysis``), parted by spaces, and
gives back ``data`` as it was: so all engines find the same.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import NamedTuple

import msgspec

from podpipe import typed
from podpipe.models import Chapter, IndexedEpisode, Passage, Sentence
from podpipe.search import analysis

VERSION = 2
"""Of what is indexed; an index of another version is to be made again."""

APART = "¦"
"""Stands between what is indexed beside each other and is no phrase."""

TEXTS = ("text", "title", "topic", "speakers")
"""Fields of a document that are terms parted by spaces."""


class Spoken(NamedTuple):
    """A sentence with its times and its terms: each between spaces, those of its aliases behind them."""

    text: str
    start_ms: int
    end_ms: int
    terms: str
    speaker: str = ""


class Misheard(msgspec.Struct, frozen=True, array_like=True):
    """An alias (``podpipe.models.Alias``) of words in a sentence, which is told by its number."""

    sentence: int
    terms: str
    text: str
    heard: str


class Head(msgspec.Struct, frozen=True, array_like=True):
    """What a document says before its text: quick to read of very many."""

    episode_id: str
    episode_title: str
    show: str
    published: str
    """ISO 8601; empty where unknown."""
    enclosure: str
    language: str
    chapter: str
    chapter_start_ms: int
    start_ms: int
    end_ms: int
    title_terms: str
    """Of the chapter, or of the episode where there is none; each between spaces."""


class Candidate(Head, frozen=True, array_like=True):
    """A passage, or a chapter or episode known by its title alone (then without text).

    ``terms`` and ``text`` hold a line for each sentence; every term stands between spaces. Few long strings are
    read several times as fast as many short ones, and a hundred candidates are read for each query.
    """

    terms: str = ""
    text: str = ""
    times_ms: tuple[int, ...] = ()
    """Of each sentence its start and its end."""
    speakers: tuple[str, ...] = ()
    """Of each sentence; empty where nobody has told."""
    aliases: tuple[Misheard, ...] = ()

    @property
    def sentences(self) -> tuple[Spoken, ...]:
        """What was said; nothing of a title."""
        if not self.text:
            return ()
        speakers = self.speakers or ("",) * (len(self.times_ms) // 2)
        rows = zip(self.text.split("\n"), self.times_ms[::2], self.times_ms[1::2], self.lines, speakers, strict=True)
        return tuple(Spoken(*row) for row in rows)

    @property
    def lines(self) -> list[str]:
        """The terms of each sentence, with its aliases."""
        lines = self.terms.split("\n")
        for alias in self.aliases:
            lines[alias.sentence] += f"{APART}{alias.terms}"
        return lines


@dataclass(frozen=True, slots=True)
class Document:
    """What an engine indexes; ``data`` is a ``Candidate``.

    ``text``, ``title``, ``topic`` and ``speakers`` are terms parted by spaces. A document has text or a title, never
    both; ``topic`` is the title under which it stands.
    """

    episode_id: str
    show: str
    """Without upper case."""
    day: date | None
    language: str
    text: str
    title: str
    topic: str
    speakers: str
    data: bytes


def documents(indexed: IndexedEpisode) -> Iterator[Document]:
    """The documents of an episode."""
    facts = _facts(indexed)
    for passage in indexed.passages:
        yield _passage(indexed, facts, passage)
    for chapter in indexed.chapters:
        if chapter.evidence != "opening":
            yield _titled(indexed, facts, chapter)
    yield _titled(indexed, facts, None)


def candidate(data: bytes) -> Candidate:
    """What was indexed. Raises msgspec.DecodeError where it was damaged."""
    return typed.from_msgpack(data, Candidate)


def head(data: bytes) -> Head:
    """The beginning of what was indexed. Raises msgspec.DecodeError where it was damaged."""
    return typed.from_msgpack(data, Head)


_TIMES, _SPEAKER = attrgetter("start_ms", "end_ms"), attrgetter("speaker")

_Facts = tuple[str, str, str, str, str, str]

_ENCODER = msgspec.msgpack.Encoder()


def _passage(indexed: IndexedEpisode, facts: _Facts, passage: Passage) -> Document:
    language = indexed.language
    topic = _terms(passage.chapter, language)
    sentences = passage.sentences
    text = "\n".join([sentence.text.replace("\n", " ") for sentence in sentences])
    speakers = tuple(map(_SPEAKER, sentences))
    kept = Candidate(
        *facts,
        passage.chapter,
        passage.chapter_start_ms,
        passage.start_ms,
        passage.end_ms,
        topic,
        analysis.lines(text, language),
        text,
        tuple(itertools.chain.from_iterable(map(_TIMES, sentences))),
        speakers if any(speakers) else (),
        tuple(_aliases(sentences, language)),
    )
    terms = APART.join((kept.terms, *(alias.terms for alias in kept.aliases)))
    names = dict.fromkeys(filter(None, kept.speakers))
    return _document(indexed, kept, text=terms, topic=topic, speakers=f" {APART} ".join(map(speaker_terms, names)))


def _titled(indexed: IndexedEpisode, facts: _Facts, chapter: Chapter | None) -> Document:
    """The title of a chapter, or of the episode."""
    title = _terms(chapter.title if chapter else indexed.episode.title, indexed.language)
    times_ms = (chapter.start_ms, chapter.start_ms, chapter.end_ms) if chapter else (0, 0, 0)
    kept = Candidate(*facts, chapter.title if chapter else "", *times_ms, title)
    return _document(indexed, kept, title=title, topic=title)


def _facts(indexed: IndexedEpisode) -> _Facts:
    """What every document says of its episode."""
    episode = indexed.episode
    published = episode.published.isoformat() if episode.published else ""
    return episode.id, episode.title, episode.show, published, episode.enclosure, indexed.language


def _document(
    indexed: IndexedEpisode, kept: Candidate, *, text: str = "", title: str = "", topic: str = "", speakers: str = ""
) -> Document:
    episode = indexed.episode
    day = episode.published.date() if episode.published else None
    text, title, topic = text.strip(), title.strip(), topic.strip()
    data = _ENCODER.encode(kept)
    return Document(episode.id, episode.show.casefold(), day, indexed.language, text, title, topic, speakers, data)


def _aliases(sentences: Sequence[Sentence], language: str) -> Iterator[Misheard]:
    for number, sentence in enumerate(sentences):
        for alias in sentence.aliases:
            yield Misheard(number, _terms(alias.text, language), alias.text, alias.heard)


def speaker_terms(name: str) -> str:
    """A name as it is compared: its words as they are, without accents."""
    return " ".join(analysis.terms(name, ""))


@functools.lru_cache(maxsize=1000)  # many passages stand under one title
def _terms(text: str, language: str) -> str:
    return analysis.lines(text.replace("\n", " "), language)
