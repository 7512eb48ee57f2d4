"""The episodes of the shared data as a recogniser would hear them, made from when each sentence is spoken."""

from __future__ import annotations

import functools
import json
import random
import string
from dataclasses import dataclass, replace
from pathlib import Path

from podpipe.models import Hypothesis, Notes, Outline, Word
from podpipe.notes import read_outline
from podpipe.sound import Sound, listen

EPISODES = ("kernel_daily_adlib", "lkml_20091101", "weekly_storage")


@dataclass(frozen=True)
class Spoken:
    name: str
    notes: Notes
    outline: Outline
    sound: Sound
    hypothesis: Hypothesis
    sentences: tuple[tuple[str, int, int], ...]
    headings: dict[str, int]
    """When each heading that must be found begins (ms)."""
    unsure: frozenset[str]
    """Headings that may be missing."""
    not_spoken: frozenset[str]


@functools.cache
def load(folder: Path) -> Spoken:
    truth = json.loads((folder / "chapters.json").read_text())
    notes = Notes((folder / "notes.txt").read_text())
    sound = listen(folder / "audio.mp3")
    sentences = tuple(
        (sentence["text"], round(sentence["start"] * 1000), round(sentence["end"] * 1000))
        for sentence in json.loads((folder / "sentences.json").read_text())
    )
    return Spoken(
        folder.name,
        notes,
        read_outline(notes),
        sound,
        heard(sentences, sound.duration_ms),
        sentences,
        {c["title"]: round(c["start"] * 1000) for c in truth["chapters"] if not c["optional"]},
        frozenset(c["title"] for c in truth["chapters"] if c["optional"]),
        frozenset(truth.get("in_notes_but_not_spoken", ())),
    )


def heard(sentences: tuple[tuple[str, int, int], ...], duration_ms: int) -> Hypothesis:
    """Every word as written, the words of a sentence spread evenly over its time."""
    words: list[Word] = []
    for text, start_ms, end_ms in sentences:
        parts = text.split()
        times = [start_ms + (end_ms - start_ms) * number // len(parts) for number in range(len(parts) + 1)]
        words += map(Word, parts, times, times[1:])
    return Hypothesis("en", 1.0, "by hand", duration_ms, tuple(words))


def misheard(hypothesis: Hypothesis, seed: int, *, share: float = 0.2, wholly: bool = False) -> Hypothesis:
    """A share of the words with some other letters, or ``wholly`` other ones."""
    chance = random.Random(seed)
    words = [
        replace(word, text=_misspelt(word.text, chance, wholly), confidence=0.4) if chance.random() < share else word
        for word in hypothesis.words
    ]
    return replace(hypothesis, words=tuple(words))


def _misspelt(text: str, chance: random.Random, wholly: bool) -> str:
    letters = list(text)
    changed = range(len(letters)) if wholly else chance.sample(range(len(letters)), -(-len(letters) // 4))
    for place in changed:
        letters[place] = chance.choice(string.ascii_lowercase)
    return "".join(letters)
