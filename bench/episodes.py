"""Episodes whose truth is known, served on loopback and ingested by the command line."""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import measure
from bench.table import Settings, Skipped

SHARED_DATA = measure.ROOT.parent / "shared" / "data"
DEMO = measure.ROOT / "demo"

_AUDIO_LINE = re.compile(r"^Audio:.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Heading:
    """A topic, and when it is really spoken."""

    title: str
    start_ms: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence, and when it is really spoken."""

    text: str
    start_ms: int


@dataclass(frozen=True, slots=True)
class Truth:
    """An episode's files and what is true of it; without ``sentences`` only its headings are known.

    A chapter may also have a title of ``optional``; one of any other title is invented.
    """

    id: str
    audio: Path
    notes: Path
    headings: tuple[Heading, ...]
    optional: tuple[str, ...] = ()
    sentences: tuple[Spoken, ...] = ()


@dataclass(frozen=True, slots=True)
class Ingested:
    """What ``podpipe ingest --json`` said of an episode, and what it cost."""

    truth: Truth
    library: Path
    answer: dict[str, Any]
    run: measure.Run

    @property
    def folder(self) -> Path:
        """The episode's folder in its library."""
        return self.library / "episodes" / str(self.answer["id"])


def truths() -> tuple[Truth, ...]:
    """The demo episode, and those of the shared data where it is there."""
    folders = sorted((SHARED_DATA / "episodes").glob("*/chapters.json"))
    return (_demo(), *(_shared(path.parent) for path in folders))


def shared_data(*parts: str) -> Path:
    """A file or folder of the shared data. Raises Skipped where it is absent."""
    path = SHARED_DATA.joinpath(*parts)
    if not path.exists():
        raise Skipped(f"there is no ../shared/data/{'/'.join(parts)} beside the checkout")
    return path


@functools.cache
def ingested(settings: Settings, truth: Truth) -> Ingested:
    """The episode, ingested from its notes' URL into a library of its own; once for all benches of a run."""
    site, library = settings.folder / "site" / truth.id, settings.folder / "libraries" / truth.id
    site.mkdir(parents=True)
    shutil.copyfile(truth.audio, site / "audio.mp3")
    with served(site) as url:
        notes = _with_audio(truth.notes.read_text("utf-8"), f"{url}/audio.mp3")
        (site / "notes.txt").write_text(notes, "utf-8")
        run = measure.podpipe("ingest", f"{url}/notes.txt", "--library", library, "--json")
    return Ingested(truth, library, json.loads(run.output)["episodes"][0], run)


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback while the block runs; gives its URL, without a slash at the end."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _with_audio(notes: str, url: str) -> str:
    """Notes whose "Audio:" line names this URL."""
    if _AUDIO_LINE.search(notes):
        return _AUDIO_LINE.sub(f"Audio: {url}", notes, count=1)
    return f"Audio: {url}\n\n{notes}"


def _demo() -> Truth:
    truth = json.loads((DEMO / "truth.json").read_bytes())
    return Truth(
        "demo",
        DEMO / "episode.mp3",
        DEMO / "notes.txt",
        tuple(Heading(heading["title"], heading["start_ms"]) for heading in truth["headings"]),
        tuple(truth["optional"]),
    )


def _shared(folder: Path) -> Truth:
    truth = json.loads((folder / "chapters.json").read_bytes())
    headings = truth["chapters"]
    sentences = json.loads((folder / "sentences.json").read_bytes())
    return Truth(
        folder.name,
        folder / "audio.mp3",
        folder / "notes.txt",
        tuple(Heading(h["title"], round(h["start"] * 1000)) for h in headings if not h["optional"]),
        tuple(heading["title"] for heading in headings if heading["optional"]),
        tuple(Spoken(sentence["text"], round(sentence["start"] * 1000)) for sentence in sentences),
    )
