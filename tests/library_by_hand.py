"""A library that needs no listening: sentences as bursts of a tone, with a second of silence before each."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from podpipe import audio, storage
from podpipe.audio import SAMPLE_RATE
from podpipe.chapters import json as chapters_json
from podpipe.library import Library
from podpipe.models import Chapter, Chapters, Episode, Transcript, Word
from podpipe.reindex import reindex

WORD_MS, PAUSE_MS = 300, 1500


def add(
    library: Library,
    name: str,
    topics: dict[str, list[str]],
    *,
    title: str = "",
    show: str = "",
    day: tuple[int, int, int] | None = None,
    enclosure: str = "",
    sound: bool = False,
) -> None:
    """Put an episode into the library, as if it had been ingested; its sound only where that is wanted."""
    words: list[Word] = []
    chapters: list[Chapter] = []
    now_ms = 0
    for topic, sentences in topics.items():
        start_ms = now_ms + PAUSE_MS
        for sentence in sentences:
            now_ms += PAUSE_MS
            for text in sentence.split():
                words.append(Word(text, now_ms, now_ms + WORD_MS))
                now_ms += WORD_MS
        chapters.append(Chapter(topic, start_ms, now_ms, evidence="script", because="by hand"))
    ends = [chapter.start_ms for chapter in chapters[1:]] + [now_ms]
    chapters = [Chapter(c.title, c.start_ms, end, evidence="script") for c, end in zip(chapters, ends, strict=True)]
    folder = library.folder(name)
    folder.path.mkdir(parents=True)
    published = datetime(*day, tzinfo=UTC) if day else None
    facts = Episode(
        name, f"guid of {name}", title or name, show, published, enclosure or f"https://example.org/{name}.mp3"
    )
    ledger = folder.ledger()
    ledger.write(
        {
            "episode.json": storage.encode(facts),
            "transcript.json": storage.encode(Transcript("en", now_ms, tuple(words))),
            "chapters.json": chapters_json.encode(Chapters(tuple(chapters))),
        }
    )
    if sound:
        _write_sound(folder.path / "original.mp3", words, now_ms)
        (folder.path / "episode.mp3").write_bytes((folder.path / "original.mp3").read_bytes())
    ledger.finish("fetch", "by hand", ["original.mp3"] if sound else [], seconds=0)
    ledger.finish("align", "by hand", ["transcript.json", "chapters.json"], seconds=0)
    ledger.finish("index", "by hand", [], seconds=0)


def index(library: Library, engine: str = "whoosh") -> None:
    """Index what is there."""
    skipped: list[str] = []
    list(reindex(library, skipped, engine=engine))
    assert skipped == []


def _write_sound(path: Path, words: list[Word], duration_ms: int) -> None:
    samples = np.zeros(duration_ms * SAMPLE_RATE // 1000, np.float32)
    for word in words:
        first, last = (ms * SAMPLE_RATE // 1000 for ms in (word.start_ms, word.end_ms))
        samples[first:last] = 0.3 * np.sin(2 * np.pi * 600 * np.arange(last - first) / SAMPLE_RATE)
    audio.write_mp3(path, [samples], SAMPLE_RATE)
