"""One chapter of an episode as an MP3 of its own: made when it is asked for, and kept for a while."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import platformdirs

from podpipe import audio, encoding, library, storage, tagging
from podpipe.chapters import writers
from podpipe.errors import ChaptersError
from podpipe.library import EpisodeFolder
from podpipe.models import Chapter

_KEPT_BYTES = 500_000_000
_VERSION = 1
_one_at_a_time = threading.Lock()
"""Encoding takes a whole core."""


def clip(folder: EpisodeFolder, number: int, cache: Path | None = None) -> Path:
    """The sound of the listed chapter ``number`` (from 1), in a file of the cache (the user's, unless given).

    Only that stretch is decoded and encoded. The oldest clips go when the cache takes more than 500 MB.

    Raises:
        ChaptersError: there is no such chapter.
        AudioError, LibraryError: the original can't be read, or the clip not written.
    """
    listed = [chapter for chapter in folder.chapters().chapters if chapter.toc]
    if not 1 <= number <= len(listed):
        raise ChaptersError(f"{folder.id} has {len(listed)} chapters; there is no chapter {number}")
    chapter = listed[number - 1]
    ledger = folder.ledger()
    inputs = [ledger.digest_of(name) for name in (folder.original().name, library.EPISODE)]
    told = [chapter.title, chapter.start_ms, chapter.end_ms, chapter.url]
    home = cache or platformdirs.user_cache_path("podpipe") / "clips"
    path = home / f"{storage.digest([_VERSION, inputs, told])[:32]}.mp3"
    with _one_at_a_time:
        if not path.is_file():
            with storage.explained(home):
                home.mkdir(parents=True, exist_ok=True)
            _make(folder, chapter, path)
            _forget_oldest(home, path)
    return path


def _make(folder: EpisodeFolder, chapter: Chapter, path: Path) -> None:
    source = folder.original()
    like = encoding.shape(source, "mp3")
    bit_rate = audio.probe(source).bit_rate if encoding.kind(source) == "mp3" else 0
    facts = replace(tagging.facts_of(folder, lyrics=False), title=chapter.title, comment="", link=chapter.url)
    with storage.replacing(path) as temporary:
        bare = temporary.with_name(temporary.name + ".bare")
        try:
            encoding.write(bare, "mp3", _stretch(source, like, chapter), like, bit_rate=bit_rate)
            writers.write(bare, temporary, (), facts)
        finally:
            bare.unlink(missing_ok=True)


def _stretch(source: Path, like: encoding.Shape, chapter: Chapter) -> Iterator[bytes]:
    from podpipe.edits import sound

    blocks = _first(encoding.pcm(source, like, start_ms=chapter.start_ms), like, chapter)
    yield from sound.faded(blocks, like, opens=chapter.start_ms > 0, closes=True)


def _first(blocks: Iterator[bytes], like: encoding.Shape, chapter: Chapter) -> Iterator[bytes]:
    """So much of the sound as the chapter is long."""
    left = like.size(chapter.end_ms - chapter.start_ms)
    for block in blocks:
        yield block[:left]
        left -= len(block)
        if left <= 0:
            return


def _forget_oldest(home: Path, but: Path) -> None:
    files = sorted(((file.stat().st_mtime, file) for file in home.glob("*.mp3") if file != but), reverse=True)
    room = _KEPT_BYTES - but.stat().st_size
    for _, file in files:
        room -= file.stat().st_size
        if room < 0:
            file.unlink(missing_ok=True)
