"""Real talk with the chapters that people made: ``shared/data/topics/conversation``."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from bench.measure import ROOT
from podpipe.models import Word

FOLDER = ROOT.parent / "shared" / "data" / "topics" / "conversation"

_CUE = re.compile(r"(\d+):(\d+):(\d+),(\d+) --> (\d+):(\d+):(\d+),(\d+)\n(.*?)(?:\n\s*\n|\Z)", re.DOTALL)
_SPEAKER = re.compile(r"^[A-Z][\w.]*(?: [A-Z][\w.]*){0,2}: ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Told:
    """An episode: its words as a recogniser heard them, and when (ms) people say that each topic begins."""

    number: int
    duration_ms: int
    words: tuple[Word, ...]
    titles: tuple[str, ...]
    starts_ms: tuple[int, ...]


def load(folder: Path = FOLDER) -> list[Told]:
    """All episodes in order of their numbers; none where the data is absent."""
    listed = folder / "chapters.json"
    if not listed.exists():
        return []
    found = []
    for episode in sorted(json.loads(listed.read_text("utf-8")), key=lambda episode: episode["show"]):
        chapters = sorted(episode["chapters"], key=lambda chapter: chapter["t"])
        found.append(
            Told(
                episode["show"],
                1000 * episode["duration_s"],
                words((folder / episode["srt"]).read_text("utf-8", "replace")),
                tuple(chapter["title"] for chapter in chapters),
                tuple(1000 * chapter["t"] for chapter in chapters),
            )
        )
    return found


def words(srt: str) -> tuple[Word, ...]:
    """The words of SubRip cues without the names of speakers; a cue's time is shared by its letters."""
    found: list[Word] = []
    for match in _CUE.finditer(srt):
        start_ms, end_ms = (_ms(*match.group(*fields)) for fields in ((1, 2, 3, 4), (5, 6, 7, 8)))
        said = _SPEAKER.sub("", match[9]).split()
        letters, done = sum(len(word) + 1 for word in said), 0
        for word in said:
            begin = start_ms + (end_ms - start_ms) * done // letters
            done += len(word) + 1
            found.append(Word(word, begin, start_ms + (end_ms - start_ms) * done // letters))
    return tuple(found)


def _ms(hours: str, minutes: str, seconds: str, milliseconds: str) -> int:
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(milliseconds)
