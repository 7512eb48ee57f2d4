"""Audio files with an episode's chapters and tags in them, in the container that is wanted."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from podpipe import audio, chapters, encoding, library, storage
from podpipe.chapters.convert import convert, own_facts
from podpipe.chapters.facts import Facts
from podpipe.errors import AudioError, ChaptersError
from podpipe.languages import iso639_2
from podpipe.library import EpisodeFolder, Library
from podpipe.models import Chapter, Notes, Transcript
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

    ``kind`` is a key of ``encoding.ENCODERS``, or empty for the container that it has. None leaves chapters or
    tags as they are. ``destination`` is written in place: give a temporary path.

    Raises:
        AudioError, ChaptersError: the source can't be read, or the container holds no chapters.
    """
    from podpipe.chapters import writers

    here = encoding.kind(source)
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


def facts_of(folder: EpisodeFolder, *, lyrics: bool = True, transcript: Transcript | None = None) -> Facts:
    """What an episode's tags say; of its own transcript, or of the one given. Raises LibraryError."""
    episode, transcript = folder.episode(), transcript or folder.transcript()
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


@dataclass(frozen=True, slots=True)
class Wish:
    """What ``podpipe tag`` was asked for. ``kind`` is a key of ``encoding.ENCODERS``, or empty."""

    strip: bool = False
    id3_version: int = 3
    kind: str = ""
    lyrics: bool = True
    output: Path | None = None


def tag_target(place: Library, target: str, wish: Wish) -> tuple[Path, list[str]]:
    """Tag an audio file, or an episode of the library; where the result is, and what could not be held.

    A file keeps the chapters and tags that it has, unless they are stripped. An episode's file is made of its
    original. Nothing is half-written: the result takes its name when it is whole.

    Raises:
        PodpipeError: there is no such file or episode, or it can't be read, written or encoded.
    """
    listed: tuple[Chapter, ...] | None
    if is_file(target):
        source = Path(target).expanduser()
        listed, facts = ((), Facts()) if wish.strip else (None, None)
        destination = wish.output or _beside(source, wish.kind)
    else:
        folder = place.find(target)
        source = folder.original()
        listed = () if wish.strip else folder.chapters().chapters
        facts = Facts() if wish.strip else facts_of(folder, lyrics=wish.lyrics)
        if wish.strip and wish.output is None:
            raise ChaptersError("--strip of an episode needs --output FILE: its episode.mp3 has the chapters")
        destination = wish.output or folder.path / f"episode.{wish.kind or 'mp3'}"
    kind = wish.kind or _kind_of(destination, source)
    if destination.resolve().is_dir():
        raise ChaptersError(f"{destination} is a folder; give the name of a file")
    if destination.is_symlink():
        destination = destination.resolve()
    with storage.replacing(destination) as temporary:
        remarks = write(source, temporary, listed, facts, kind=kind, id3_version=wish.id3_version)
        temporary.chmod(source.stat().st_mode & 0o7777)
    return destination, remarks


def is_file(target: str) -> bool:
    """Whether EPISODE|FILE names a file; what looks like a path and is none is an error of its own.

    Raises:
        AudioError: it ends as audio does, or has a folder in it, and does not exist.
    """
    path = Path(target).expanduser()
    if path.is_file():
        return True
    if path.suffix.lower().removeprefix(".") in {*encoding.ENCODERS, *audio.ENDINGS.values()} or "/" in target:
        raise AudioError(f"{target} does not exist; give an audio file, or an episode's id or title")
    return False


def _beside(source: Path, kind: str) -> Path:
    """The file itself, or one of another kind beside it, which must not be there yet."""
    if not kind or kind == encoding.kind(source):
        return source
    path = source.with_suffix(f".{kind}")
    if path.exists():
        raise ChaptersError(f"{path} is there already; give --output FILE")
    return path


def _kind_of(destination: Path, source: Path) -> str:
    """What the ending asks for, where it is another kind than the source."""
    wanted = encoding.kind_of_name(destination)
    return wanted if wanted and wanted != encoding.kind(source) else ""
