"""Audio as a source: a URL, a file, a folder of files with notes beside them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

from podpipe import addresses, audio
from podpipe.errors import AudioError, SourceError
from podpipe.models import Episode, Resource
from podpipe.net import Page
from podpipe.sources import Candidate, dates
from podpipe.sources.identity import episode_id, plain, telling_name

SUFFIXES = {
    ".mp3",
    ".m4a",
    ".m4b",
    ".mp4",
    ".aac",
    ".ogg",
    ".oga",
    ".opus",
    ".flac",
    ".wav",
    ".aiff",
    ".mka",
    ".webm",
}
NOTES_SUFFIXES = {".txt": "text/plain", ".md": "text/markdown", ".html": "text/html", ".htm": "text/html"}

TRANSCRIPT_SUFFIXES = {".vtt": "text/vtt", ".srt": "application/x-subrip"}


def is_audio(document: Page) -> bool:
    """Whether what a URL gave is audio, by its type or its first bytes."""
    if document.media_type.startswith(("audio/", "video/")):
        return "mpegurl" not in document.media_type
    return (
        document.data[:4] in (b"OggS", b"fLaC", b"RIFF")
        or document.data[:3] == b"ID3"
        or (
            document.data[4:8] == b"ftyp"
            or (document.data[:1] == b"\xff" and document.data[1:2] >= b"\xe0" and b"\0" in document.data[:4096])
        )
    )


def is_audio_file(path: Path) -> bool:
    """Whether a file should be audio: by its ending, else by its first bytes.

    One that is called audio and is none fails later with a sentence that says so.
    """
    if path.suffix.lower() in SUFFIXES:
        return True
    if path.suffix.lower() in NOTES_SUFFIXES or path.suffix.lower() in (".xml", ".rss", ".atom"):
        return False
    try:
        return audio.sniff(path) != "mp3" or path.stat().st_size > 4096
    except AudioError:
        return False


def from_url(url: str, source: str) -> Candidate:
    """Audio at an address; its file's name is its title, or that of the folder where that tells nothing."""
    path = Path(unquote(addresses.path(url)))
    return Candidate(_episode(source, telling_name(path) or addresses.host(url) or "episode"))


def from_file(path: Path) -> Candidate:
    """A local file, with the notes and the transcript that lie beside it under the same name."""
    beside = [path.with_suffix(suffix) for suffix in TRANSCRIPT_SUFFIXES]
    transcripts = tuple(Resource(str(file), TRANSCRIPT_SUFFIXES[file.suffix]) for file in beside if file.is_file())
    found = _episode(str(path), telling_name(path.absolute()), _tags(path))
    candidate, notes = Candidate(replace(found, transcripts=transcripts)), _notes_beside(path)
    if notes is None:
        return candidate
    from podpipe.sources import page

    return page.named(candidate, notes)


def from_folder(path: Path) -> tuple[Candidate, ...]:
    """Every audio file of a folder, in the order in which people count. Raises SourceError."""
    files = [file for file in path.iterdir() if file.is_file() and file.suffix.lower() in SUFFIXES]
    if not files:
        raise SourceError(f"{path} holds no audio files ({', '.join(sorted(SUFFIXES))})")
    return tuple(from_file(file) for file in sorted(files, key=lambda file: _natural(file.name)))


def read_document(path: Path) -> Page:
    """A local page, feed or notes. Raises SourceError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} can't be read: {error.strerror}") from error
    if not data.strip():
        raise SourceError(f"{path} is empty")
    return Page(path.as_uri(), data, NOTES_SUFFIXES.get(path.suffix.lower(), ""))


def _episode(source: str, name: str, tags: dict[str, str] | None = None) -> Episode:
    tags = tags or {}
    title = plain(tags.get("title")) or plain(name.replace("_", " "))
    published = dates.in_name(tags.get("date", "")) or dates.in_name(name)
    return Episode(
        id=episode_id(published, title, source),
        guid=source,
        title=title,
        show=plain(tags.get("album") or tags.get("artist")),
        published=published,
        enclosure=source,
    )


def _tags(path: Path) -> dict[str, str]:
    import mutagen

    try:
        tags = mutagen.File(path, easy=True)
    except (mutagen.MutagenError, OSError):
        return {}
    return {key: str(tags[key][0]) for key in ("title", "album", "artist", "date") if tags and tags.get(key)}


def _notes_beside(path: Path) -> Page | None:
    for suffix in NOTES_SUFFIXES:
        beside = path.with_suffix(suffix)
        if beside.is_file() and beside.stat().st_size:
            return read_document(beside)
    return None


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part.casefold()) for part in re.split(r"(\d+)", name) if part]
