"""Audio files with an episode's chapters and tags in them, in the container that is wanted."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from podpipe import audio, chapters, library
from podpipe.chapters.convert import convert, own_facts
from podpipe.chapters.facts import Facts
from podpipe.languages import iso639_2
from podpipe.library import EpisodeFolder
from podpipe.models import Chapter, Notes
from podpipe.notes.blocks import read_blocks
from podpipe.transcripts.sentences import sentences

_COMMENT = 500
"""Characters of a comment at most."""
_LONGEST_LYRICS = 1_000_000
"""Characters of a transcript in a tag: some players give up on tags of a few megabytes (Android at three)."""


def tag(folder: EpisodeFolder, destination: Path) -> list[str]:
    """The original as an MP3 with chapters and tags; what could not be held, a sentence each.

    Raises:
        AudioError, ChaptersError, LibraryError: the original can't be read, or its tag not written.
    """
    return write(folder.original(), destination, folder.chapters().chapters, facts_of(folder), kind="mp3")


def write(
    source: Path,
    destination: Path,
    listed: tuple[Chapter, ...] | None,
    facts: Facts | None,
    *,
    kind: str = "",
    id3_version: int = 3,
) -> list[str]:
    """Copy ``source`` with these chapters and facts; encode it anew where ``kind`` is another container.

    ``kind`` is a key of ``audio.ENCODERS``, or empty for the container that it has. None leaves chapters or
    tags as they are. ``destination`` is written in place: give a temporary path.

    Raises:
        AudioError, ChaptersError: the source can't be read, or the container holds no chapters.
    """
    from podpipe.chapters import writers

    here = audio.kind(source)
    if not kind or kind == here:
        return writers.write(source, destination, listed, facts, id3_version=id3_version)
    encoded = destination.with_name(destination.name + ".encoded")
    try:
        remarks = convert(source, encoded, kind)
        shown = chapters.read(source) if listed is None else listed
        own, ours = own_facts(source), facts or Facts()
        both = replace(
            ours,
            cover=own.cover or ours.cover,
            comment=own.comment or ours.comment,
            lyrics=own.lyrics or ours.lyrics,
        )
        return remarks + writers.write(encoded, destination, shown, both, id3_version=id3_version)
    finally:
        encoded.unlink(missing_ok=True)


def extras(folder: EpisodeFolder) -> list[str]:
    """The files beside the chapters and the transcript that tags are made of."""
    names = [*library.COVERS.values(), *library.NOTES.values()]
    return [name for name in names if (folder.path / name).is_file()]


def facts_of(folder: EpisodeFolder, *, lyrics: bool = True) -> Facts:
    """What an episode's tags say. Raises LibraryError."""
    episode, transcript = folder.episode(), folder.transcript()
    spoken = sentences(transcript) if lyrics else ()
    text = "\n".join(sentence.text for sentence in spoken)
    if len(text) > _LONGEST_LYRICS:
        text, spoken = "", ()
    return Facts(
        title=episode.title,
        show=episode.show,
        date=f"{episode.published:%Y-%m-%d}" if episode.published else "",
        language=iso639_2(transcript.language or episode.language),
        link=episode.page,
        comment=_comment(folder.notes(), episode.title),
        cover=folder.cover(),
        lyrics=text,
        lines=spoken,
    )


def _comment(notes: Notes | None, title: str) -> str:
    """The first paragraph of the notes, cut between words."""
    if notes is None:
        return ""
    for block in read_blocks(notes):
        is_text = len(block.text) >= 40 and not (block.is_heading or block.is_title or block.is_item)
        if is_text and block.text != title and not re.match(r"\w+: ?\S+$", block.text):
            return block.text if len(block.text) <= _COMMENT else block.text[: _COMMENT - 1].rsplit(" ", 1)[0] + " …"
    return ""
