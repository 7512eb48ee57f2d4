"""What engines keep of an episode: a document for each passage, chapter title and episode title.

An engine indexes terms that are ready to be compared (``podpipe.search.analysis``), parted by spaces, and
gives back ``data`` as it was: so all engines find the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import msgspec

from podpipe.models import Chapter, IndexedEpisode, Passage
from podpipe.search import analysis


class Spoken(msgspec.Struct, frozen=True, array_like=True):
    """A sentence with its times and its terms, parted by spaces."""

    text: str
    start_ms: int
    end_ms: int
    terms: str


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
    """Of the chapter, or of the episode where there is none."""


class Candidate(Head, frozen=True, array_like=True):
    """A passage, or a chapter or episode known by its title alone (then without sentences)."""

    sentences: tuple[Spoken, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """What an engine indexes: ``text`` and ``title`` are terms parted by spaces; ``data`` is a ``Candidate``."""

    episode_id: str
    show: str
    """Without upper case."""
    day: date | None
    language: str
    text: str
    title: str
    data: bytes


def documents(indexed: IndexedEpisode) -> Iterator[Document]:
    """The documents of an episode."""
    for passage in indexed.passages:
        yield _document(indexed, passage=passage)
    for chapter in indexed.chapters:
        if chapter.evidence != "opening":
            yield _document(indexed, chapter=chapter)
    yield _document(indexed)


def candidate(data: bytes) -> Candidate:
    """What was indexed. Raises msgspec.DecodeError where it was damaged."""
    return _DECODER.decode(data)


def head(data: bytes) -> Head:
    """The beginning of what was indexed. Raises msgspec.DecodeError where it was damaged."""
    return _HEAD_DECODER.decode(data)


_HEAD_DECODER = msgspec.msgpack.Decoder(Head)
_DECODER = msgspec.msgpack.Decoder(Candidate)
_ENCODER = msgspec.msgpack.Encoder()


def _document(indexed: IndexedEpisode, *, passage: Passage | None = None, chapter: Chapter | None = None) -> Document:
    episode, language = indexed.episode, indexed.language
    topic = passage.chapter if passage else (chapter.title if chapter else "")
    topic_start_ms = passage.chapter_start_ms if passage else (chapter.start_ms if chapter else 0)
    where = passage or chapter
    spoken = tuple(
        Spoken(sentence.text, sentence.start_ms, sentence.end_ms, _terms(sentence.text, language))
        for sentence in (passage.sentences if passage else ())
    )
    title = _terms(topic or ("" if passage else episode.title), language)
    data = Candidate(
        episode.id,
        episode.title,
        episode.show,
        episode.published.isoformat() if episode.published else "",
        episode.enclosure,
        language,
        topic,
        topic_start_ms,
        where.start_ms if where else 0,
        where.end_ms if where else 0,
        title,
        spoken,
    )
    return Document(
        episode.id,
        episode.show.casefold(),
        episode.published.date() if episode.published else None,
        language,
        " ".join(sentence.terms for sentence in spoken),
        "" if passage else title,
        _ENCODER.encode(data),
    )


def _terms(text: str, language: str) -> str:
    return " ".join(analysis.terms(text, language))
