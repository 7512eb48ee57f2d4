"""A library made without listening: episodes put on its shelf as the stages would have left them.

For what reads a library, such as the web app: hearing three hours takes half an hour, this a second.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from podpipe import library as names
from podpipe import sound, stages, storage
from podpipe.chapters import json
from podpipe.library import EpisodeFolder, Library
from podpipe.models import Chapter, Chapters, Episode, Hypothesis, Notes, Transcript, Word
from podpipe.search import open_index
from podpipe.sound import Sound
from podpipe.work import Work

WORD_MS = 360
"""How long each word is, with its pause: 10,000 words an hour."""


@dataclass(frozen=True)
class Made:
    """An episode to put on the shelf. ``audio`` is any MP3 that is long enough."""

    episode: Episode
    audio: Path
    words: tuple[Word, ...]
    chapters: tuple[Chapter, ...] = ()
    notes: Notes | None = None
    level_db: tuple[float, ...] = ()


def spoken(text: str, *, start_ms: int = 500) -> tuple[Word, ...]:
    """A text as if it were said word by word, each ``WORD_MS`` long."""
    return tuple(
        Word(word, start_ms + number * WORD_MS, start_ms + number * WORD_MS + WORD_MS - 40)
        for number, word in enumerate(text.split())
    )


def talk(count: int, sentences: Sequence[str], *, seed: int = 7) -> tuple[Word, ...]:
    """So many words: sentences in any order, again and again, some words longer than others."""
    chance = random.Random(seed)
    words: list[Word] = []
    while len(words) < count:
        for text in chance.choice(sentences).split():
            start_ms = len(words) * WORD_MS + chance.randrange(WORD_MS // 2)
            words.append(Word(text, start_ms, start_ms + chance.randrange(80, WORD_MS // 2)))
    return tuple(words[:count])


def evenly(titles: Sequence[str], duration_ms: int) -> tuple[Chapter, ...]:
    """Chapters of equal lengths."""
    edges = [duration_ms * number // len(titles) for number in range(len(titles) + 1)]
    return tuple(
        Chapter(title, start, end, evidence="script", because="made so")
        for title, (start, end) in zip(titles, pairwise(edges), strict=True)
    )


def put(library: Library, made: Made) -> EpisodeFolder:
    """Put an episode on the shelf: tagged, and in the index."""
    library.prepare()
    folder = library.folder(made.episode.id)
    folder.path.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(made.audio, folder.path / "original.mp3")
    duration_ms = max([*(word.end_ms for word in made.words), *(chapter.end_ms for chapter in made.chapters), 1000])
    transcript = Transcript("en", duration_ms, made.words)
    files = {
        names.EPISODE: storage.encode(made.episode),
        names.HYPOTHESIS: storage.encode(Hypothesis("en", 1.0, "made up", duration_ms, made.words)),
        names.LOUDNESS: sound.encode(Sound(_levels(made, duration_ms))),
        names.TRANSCRIPT: storage.encode(transcript),
        names.CHAPTERS: json.encode(Chapters(made.chapters)),
    }
    if made.notes:
        files[names.notes_name(made.notes)] = made.notes.text.encode()
    ledger = folder.ledger()
    ledger.write(files)
    for stage, outputs in {
        "fetch": ["original.mp3"],
        "describe": [name for name in files if name == names.EPISODE or name.startswith("notes.")],
        "transcribe": [names.HYPOTHESIS, names.LOUDNESS],
        "align": [names.TRANSCRIPT, names.CHAPTERS],
    }.items():
        ledger.finish(stage, "made", outputs, seconds=0)
    work = Work(folder, made.episode, lambda *_: None)
    stages.transcripts(work)
    stages.tag(work)
    with open_index(library.index, create=True) as index:
        stages.index(work, index)
    return folder


def _levels(made: Made, duration_ms: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Louder where there are words, and never the same."""
    if made.level_db:
        return np.array(made.level_db, np.float32)
    chance = np.random.default_rng(3)
    level_db = np.full(duration_ms // sound.HOP_MS, -60, np.float32)
    for word in made.words:
        first, last = word.start_ms // sound.HOP_MS, word.end_ms // sound.HOP_MS
        level_db[first:last] = -28 + 9 * np.float32(chance.normal()) * 0.5
    return level_db
