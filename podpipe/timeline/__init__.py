"""An episode's timeline: what is to be seen of it, second by second, and how much of that a picture can show.

``layout`` says where on the sheet everything goes, ``podpipe.plot`` draws it, ``page`` makes a web page of it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from podpipe.errors import LibraryError
from podpipe.models import Chapter, Missing, Origin, Word
from podpipe.sound import HOP_MS, Silence

if TYPE_CHECKING:
    from podpipe.library import EpisodeFolder

ORIGINS: tuple[Origin, ...] = ("edited", "script", "vocabulary", "publisher", "heard")
"""Where words come from, in the order in which they are drawn."""

_JOINERS = "\u200c\u200d"
"""Characters without a shape that emoji and some scripts need."""


@dataclass(frozen=True)
class Timeline:
    """What is to be seen of an episode. Texts are of one line, without control characters."""

    title: str
    about: tuple[str, ...]
    """Show, day, language: what there is of it."""
    duration_ms: int
    level_db: NDArray[np.float32]
    """Loudness in dBFS, one for each ``HOP_MS``."""
    pauses: tuple[Silence, ...] = ()
    words: tuple[Word, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    missing: tuple[Missing, ...] = ()
    audio: Path | None = None

    @property
    def origins(self) -> tuple[Origin, ...]:
        """Where its words come from, without what there is none of."""
        found = {word.origin for word in self.words}
        return tuple(origin for origin in ORIGINS if origin in found)


def read(folder: EpisodeFolder) -> Timeline:
    """Gather what is known of an episode.

    Raises:
        LibraryError: it was never ingested to the end, or a file of it can't be read.
        AudioError, ChaptersError: its audio or its chapters can't be read.
    """
    if not folder.is_complete():
        raise LibraryError(f"{folder.id} is not finished; ingest it again, and its timeline can be drawn")
    episode, transcript, chapters, sound = folder.episode(), folder.transcript(), folder.chapters(), folder.sound()
    about = (episode.show, f"{episode.published:%Y-%m-%d}" if episode.published else "", transcript.language)
    return Timeline(
        one_line(episode.title) or folder.id,
        tuple(one_line(fact) for fact in about if fact),
        max(sound.duration_ms, transcript.duration_ms, 1000),
        sound.level_db,
        sound.silences,
        transcript.words,
        tuple(
            replace(c, title=one_line(c.title) or "(no title)", because=one_line(c.because)) for c in chapters.chapters
        ),
        tuple(Missing(one_line(missing.title), one_line(missing.because)) for missing in chapters.missing),
        next((path for path in (folder.tagged, _original(folder)) if path is not None and path.is_file()), None),
    )


def one_line(text: str) -> str:
    """Text without control characters, direction marks and line breaks, which a picture can't hold."""
    return " ".join("".join(c if _is_drawn(c) else " " for c in text).split())


def levels(
    level_db: NDArray[np.float32], start_ms: int, end_ms: int, count: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The loudest and the mean of each of ``count`` equal parts of a stretch, in dB; fewer parts where sound ends."""
    edges = np.linspace(start_ms / HOP_MS, end_ms / HOP_MS, count, endpoint=False).astype(int)
    edges = edges[edges < level_db.size]
    if not edges.size:
        return np.zeros(0, np.float32), np.zeros(0, np.float32)
    heard = level_db[: max(end_ms // HOP_MS, int(edges[-1]) + 1)]
    sizes = np.maximum(np.diff(edges, append=heard.size), 1)
    mean = (np.add.reduceat(heard, edges) / sizes).astype(np.float32)
    return np.maximum.reduceat(heard, edges), mean


def joined(spans: Iterable[tuple[int, int]], gap_ms: float) -> list[tuple[int, int]]:
    """Spans (start, end: ms) in order, those made one that are no more than ``gap_ms`` apart."""
    result: list[tuple[int, int]] = []
    for start, end in spans:
        if result and start - result[-1][1] <= gap_ms:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def _is_drawn(character: str) -> bool:
    if character in _JOINERS:
        return True
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp") and ord(character) & 0xFFFE != 0xFFFE


def _original(folder: EpisodeFolder) -> Path | None:
    try:
        return folder.original()
    except LibraryError:
        return None
