"""Short talk whose topics nobody announces: real news scripts and the scripts of ``fresh_episodes``, without headings.

The words are real, their times are not: words last as long as they are long, and pauses are made at random, some
talks with a longer one where a topic begins, some without.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import voice
from bench.episodes import shared_data
from bench.talks import Told
from podpipe.models import Word

FRESH = Path(__file__).with_name("fresh_episodes")

_LEAST = 3
"""So many topics with a title are a talk to learn from."""
_OF_WORD_MS, _OF_LETTER_MS, _SAID = 90, 60, 0.92
_SENTENCE_S, _PARAGRAPH_S, _TOPIC_S = (0.25, 0.6), (0.6, 1.0), (1.0, 2.0)
_AS_PARAGRAPH = (0.3, 0.5, 1.0)
"""The share of topics that begin as any paragraph does: in some talks all."""

Section = tuple[str | None, str]
"""A title, if it has one, and what is said."""


def load(seed: int = 1) -> tuple[list[Told], list[Told]]:
    """News, and fresh episodes, with pauses by a seed."""
    at_random = random.Random(seed)
    news = json.loads(shared_data("topics", "news_scripts.json").read_bytes())
    sections = [[(part["heading"], part["text"]) for part in script["segments"]] for script in news]
    fresh = [list(unannounced(folder)) for folder in sorted(FRESH.iterdir()) if (folder / "spoken.txt").exists()]
    return list(_told(sections, at_random)), list(_told(fresh, at_random))


def _told(talks: Sequence[Sequence[Section]], at_random: random.Random) -> Iterator[Told]:
    for number, sections in enumerate(talks):
        if sum(title is not None for title, _ in sections) >= _LEAST:
            yield spoken(number, sections, at_random)


def unannounced(folder: Path) -> Iterator[Section]:
    """The sections of a script, without what is but their titles."""
    title: str | None = None
    said: list[str] = []
    for line in voice.lines((folder / "spoken.txt").read_text("utf-8")):
        if line.title:
            if said:
                yield title, " ".join(said)
            title, said = line.title, []
            if len(line.text.split()) <= len(line.title.split()) + 2:
                continue
        said.append(line.text)
    if said:
        yield title, " ".join(said)


def spoken(number: int, sections: Sequence[Section], at_random: random.Random) -> Told:
    """Sections as if they were said, with pauses at random."""
    now = 1000.0
    words: list[Word] = []
    starts: list[tuple[str, int]] = []
    as_paragraph = at_random.choice(_AS_PARAGRAPH)
    for title, text in sections:
        for place, sentence in enumerate(re.split(r"(?<=[.!?])[\"”’']?\s+", text.strip())):
            if place == 0:
                pause = _PARAGRAPH_S if at_random.random() < as_paragraph else _TOPIC_S
            else:
                pause = _PARAGRAPH_S if place % at_random.choice((3, 4, 5)) == 0 else _SENTENCE_S
            now += 1000 * at_random.uniform(*pause)
            if place == 0 and title:
                starts.append((title, round(now)))
            for word in sentence.split():
                length = _OF_WORD_MS + _OF_LETTER_MS * len(re.sub(r"\W", "", word))
                words.append(Word(word, round(now), round(now + _SAID * length)))
                now += length
    return Told(
        number,
        round(now) + 1000,
        tuple(words),
        tuple(title for title, _ in starts),
        tuple(start for _, start in starts),
    )
