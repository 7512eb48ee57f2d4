"""Chapters and tags into audio files: a writer for each container, all of one form."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from podpipe.chapters.facts import Facts
from podpipe.errors import AudioError, ChaptersError
from podpipe.models import Chapter


class Writer(Protocol):
    """Copies a file with these chapters and facts, its sound bit for bit; None leaves those that it has."""

    def __call__(
        self, source: Path, destination: Path, chapters: Sequence[Chapter] | None, facts: Facts | None = None
    ) -> list[str]:
        """Say, a sentence each, what the container can't hold. Raises ChaptersError."""


def write(
    source: Path,
    destination: Path,
    chapters: Sequence[Chapter] | None,
    facts: Facts | None = None,
    *,
    id3_version: int = 3,
) -> list[str]:
    """Copy a file of any container with these chapters and facts; ``id3_version`` 4 where v2.4 is wanted.

    ``destination`` is written in place: give a temporary path.

    Raises:
        ChaptersError, AudioError: as ``writer_of`` and the writers do.
    """
    from podpipe.chapters.writers import id3

    writer = writer_of(source)
    if writer is id3.write:
        return id3.write(source, destination, chapters, facts, version=4 if id3_version == 4 else 3)
    return writer(source, destination, chapters, facts)


def writer_of(path: Path) -> Writer:
    """The writer for what a file is, by its first bytes.

    Raises:
        ChaptersError: the container holds no chapters that players read.
        AudioError: it is no audio.
    """
    from podpipe.chapters.writers import flac, id3, mp4, ogg

    writers: dict[str, Writer] = {"mp3": id3.write, "aac": id3.write, "mp4": mp4.write, "ogg": ogg.write}
    writers["flac"] = flac.write
    container = _container(path)
    if container in writers:
        return writers[container]
    raise ChaptersError(
        f"{path}: chapters can't be written into {container}; podpipe tag {path} --format mp3 (or m4a, ogg, opus, "
        "flac) makes a file that holds them"
    )


def _container(path: Path) -> str:
    """Where a tag hides the sound, what follows it tells."""
    from podpipe import audio

    try:
        return audio.sniff(path)
    except AudioError:
        from podpipe.chapters.writers import id3_frames, mpeg

        with path.open("rb") as file, id3_frames.read_tags(file, path) as (tags, sound):
            if not tags or not mpeg.begins(file, sound):
                raise
            file.seek(sound)
            head = file.read(2)
        return "aac" if head[1] & 0xF6 == 0xF0 else "mp3"
