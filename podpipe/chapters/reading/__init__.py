"""Chapters out of audio files of any kind, whoever wrote them.

What the file is, is told by its first bytes. Each reader takes only the bytes that it needs (``source``); a
damaged or hostile file gives what can be read of it, or nothing, and never an error.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import BinaryIO

from podpipe.chapters.reading import flac, id3, id3_tag, mp4, ogg, riff
from podpipe.chapters.reading.source import FileSource, Joined, Pictures, Source
from podpipe.errors import AudioError
from podpipe.models import Chapter

_MP4_BOXES = frozenset((b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"))
_CHUNKED = {b"RIFF": (b"WAVE",), b"RF64": (b"WAVE",), b"BW64": (b"WAVE",), b"FORM": (b"AIFF", b"AIFC")}


def read(path: Path, *, pictures: bool = True) -> tuple[Chapter, ...]:
    """The chapters that an audio file carries, in order of time; () where there are none, or none that can be read.

    Titles and times are as in the file; a chapter that does not say when it ends, ends where the next
    begins, or with the sound. ``pictures`` tells whether embedded pictures are wanted too: at most 16 MB
    each and 64 MB together are.

    Raises:
        AudioError: the file can't be opened, or is no audio.
    """
    try:
        with path.open("rb") as file:
            found = read_file(file, pictures=pictures)
    except OSError as error:
        raise AudioError(f"{path} can't be read: {error.strerror}") from error
    return _otherwise(path, pictures) if found is None else found


def read_file(file: BinaryIO, *, pictures: bool = True) -> tuple[Chapter, ...] | None:
    """The chapters of an open file; None where none of our readers knows its kind. Raises OSError."""
    source = FileSource(file)
    wanted = Pictures(pictures)
    head = source.read(0, 16)
    at = 0
    if head[:3] == b"ID3":
        found = _of_mpeg(file, source, wanted)
        at = 0 if found else id3_tag.after_tags(source)
        head = source.read(at, 16)
        if found or head[:4] not in (b"fLaC", b"OggS"):
            return found
    if head[:4] == b"fLaC":
        return flac.read(source, at)
    if head[:4] == b"OggS":
        return ogg.read(source, at)
    if head[4:8] in _MP4_BOXES:
        return mp4.read(source, wanted)
    if head[8:12] in _CHUNKED.get(head[:4], ()):
        return _of_chunks(source, wanted)
    if head[:1] == b"\xff" and head[1:2] >= b"\xe0":
        return _of_mpeg(file, source, wanted)
    return None


def _of_mpeg(file: BinaryIO, source: Source, wanted: Pictures) -> tuple[Chapter, ...]:
    begins = id3_tag.after_tags(source)
    return id3.read(source, wanted, begins, cache(lambda: 0 if source.read(begins, 3) == b"ID3" else _mpeg_ms(file)))


def _mpeg_ms(file: BinaryIO) -> int:
    """How long MPEG audio is, by its first frames; 0 where that can't be told."""
    import mutagen
    from mutagen.aac import AACInfo
    from mutagen.mp3 import MPEGInfo

    for reader in (MPEGInfo, AACInfo):
        try:
            file.seek(0)
            return int(reader(file).length * 1000)
        except (mutagen.MutagenError, EOFError, ValueError, ArithmeticError):
            continue
    return 0


def _of_chunks(source: Source, wanted: Pictures) -> tuple[Chapter, ...]:
    """The chapters of the ID3 tag in a chunk of a WAV or AIFF file."""
    for chunk in riff.chunks(source):
        if chunk.name in (b"id3 ", b"ID3 "):
            tag = Joined(source, [(chunk.at, chunk.size)])
            found = id3.read(tag, wanted, 0, cache(lambda: riff.duration_ms(source)))
            if found:
                return found
    return ()


def _otherwise(path: Path, pictures: bool) -> tuple[Chapter, ...]:
    """Matroska and WebM, and whatever else turns out to be audio. Raises AudioError."""
    from podpipe import audio

    container = audio.sniff(path)
    if container == "matroska":
        return tuple(
            Chapter(title, start_ms, max(end_ms, start_ms), because="in the file")
            for title, start_ms, end_ms in audio.chapters(path)
        )
    if container in ("mp3", "aac"):
        with path.open("rb") as file:
            return _of_mpeg(file, FileSource(file), Pictures(pictures))
    return ()
