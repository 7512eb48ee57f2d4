"""All that a page of an episode is made of, read from its folder."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from podpipe import soundbites
from podpipe.errors import AudioError, LibraryError
from podpipe.library import EpisodeFolder
from podpipe.models import Chapter, Episode, Notes, Soundbite, Transcript


@dataclass(frozen=True)
class Material:
    """What is known of an episode. ``chapters`` are those that players list; ``audio_bytes`` is the MP3's size."""

    episode: Episode
    transcript: Transcript
    chapters: tuple[Chapter, ...]
    notes: Notes | None
    level_db: NDArray[np.float32]
    """Loudness in dBFS, one for each ``sound.HOP_MS``; empty where it is not known."""
    has_cover: bool = False
    audio_bytes: int = 0
    soundbites: tuple[Soundbite, ...] = ()


def read(folder: EpisodeFolder) -> Material:
    """Gather it.

    Raises:
        LibraryError: the episode was never ingested to the end, or a file of it can't be read.
        ChaptersError: its chapters can't be read.
    """
    if not folder.is_complete():
        raise LibraryError(f"{folder.id} is not finished; run podpipe ingest again")
    try:
        level_db = folder.sound().level_db
    except (AudioError, LibraryError):
        level_db = np.zeros(0, np.float32)
    transcript = folder.transcript()
    return Material(
        folder.episode(),
        transcript,
        tuple(chapter for chapter in folder.chapters().chapters if chapter.toc),
        folder.notes(),
        level_db,
        folder.cover() is not None,
        folder.tagged.stat().st_size if folder.tagged.is_file() else 0,
        soundbites.of(folder, transcript.duration_ms).listed,
    )
