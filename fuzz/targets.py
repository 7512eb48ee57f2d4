"""What is fuzzed: a table of readers. A reader takes any bytes, and may raise no error but ours."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path

from podpipe import sanitise, transcripts
from podpipe.chapters import audacity, csv, ffmetadata, json, psc, reading, text, webvtt
from podpipe.errors import PodpipeError
from podpipe.models import MediaType, Notes
from podpipe.net import Page
from podpipe.notes import read_outline
from podpipe.sources import feed, page

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"

_NOTES: tuple[MediaType, ...] = ("text/html", "text/markdown", "text/plain")
_CHAPTERS: tuple[Callable[[bytes, str], object], ...] = (
    audacity.read, csv.read, ffmetadata.read, json.decode, psc.read, text.read, webvtt.read
)  # fmt: skip


def of_feed(data: bytes) -> None:
    """RSS, Atom and whatever calls itself so."""
    document = Page("https://example.org/feed", data, "application/rss+xml")
    feed.is_feed(data)
    with contextlib.suppress(PodpipeError):
        feed.read(document)


def of_notes(data: bytes) -> None:
    """Show notes of each kind, and the page that they are on. The first byte says of which kind."""
    kind = _NOTES[data[0] % len(_NOTES)] if data else "text/plain"
    document = Page("https://example.org/notes", data[1:], kind)
    with contextlib.suppress(PodpipeError):
        notes = page.notes_of(document)
        read_outline(notes)
        sanitise.notes(Notes(notes.text, kind), base="https://example.org/")
    with contextlib.suppress(PodpipeError):
        page.read(document)


def of_chapters(data: bytes) -> None:
    """Lists of chapters in each format."""
    for read in _CHAPTERS:
        with contextlib.suppress(PodpipeError):
            read(data, "chapters")


def of_transcripts(data: bytes) -> None:
    """Transcripts, whose format is told by what they hold."""
    with contextlib.suppress(PodpipeError):
        transcripts.read(data, "transcript")


def of_containers(data: bytes) -> None:
    """ID3, MP4, Ogg and FLAC: chapters within audio."""
    with contextlib.suppress(PodpipeError):
        reading.read_file(io.BytesIO(data))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "feed": of_feed,
    "notes": of_notes,
    "id3": of_containers,
    "mp4": of_containers,
    "ogg": of_containers,
    "chapters": of_chapters,
    "transcripts": of_transcripts,
}


def seeds(target: str) -> Iterator[bytes]:
    """Whole files to begin with: those of the tests and of the shared data, as far as they are here."""
    patterns = {
        "feed": ("feeds/**/*.xml", "feeds/**/*.rss", "feeds/**/*.atom"),
        "notes": ("episodes/**/notes.*", "episodes/**/*.html"),
        "id3": ("chapters/*.mp3",),
        "mp4": ("chapters/*.m4a",),
        "ogg": ("chapters/*.og*", "chapters/*.opus"),
        "chapters": ("**/*chapters*.json", "**/*.psc"),
        "transcripts": ("**/*.vtt", "**/*.srt", "**/transcript*.json"),
    }[target]
    prefix = b"\2" if target == "notes" else b""
    for pattern in patterns:
        for path in sorted(SHARED.glob(pattern))[:200]:
            yield prefix + path.read_bytes()[:16_000]
    for path in sorted((ROOT / "tests" / "fuzz" / "cases" / target).glob("*")):
        yield path.read_bytes()
    yield from _small(target)


def _small(target: str) -> Iterator[bytes]:
    """Small files that have a bit of everything: those in ``fuzz/seeds``."""
    for path in sorted((ROOT / "fuzz" / "seeds" / target).glob("*")):
        yield path.read_bytes()
