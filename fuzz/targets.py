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
    yield from _written(target)


def _written(target: str) -> Iterator[bytes]:
    match target:
        case "feed":
            yield (
                b"<?xml version='1.0'?><rss version='2.0' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' "
                b"xmlns:podcast='https://podcastindex.org/namespace/1.0'><channel><title>T</title><item><title>x</title>"
                b"<guid>1</guid><pubDate>Thu, 01 Jan 2026 08:00:00 GMT</pubDate><description>&lt;p&gt;x&lt;/p&gt;"
                b"</description><itunes:duration>1:02:03</itunes:duration><podcast:chapters url='/c.json'/>"
                b"<enclosure url='/a.mp3' type='audio/mpeg' length='1'/></item></channel></rss>"
            )
            yield (
                b"<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title><entry><id>1</id><title type='html'>x</title>"
                b"<link rel='enclosure' href='/a.mp3' type='audio/mpeg'/><updated>2026-01-01T00:00:00Z</updated></entry></feed>"
            )
        case "notes":
            text = b"# Topics\n\nIn today's issue: the OOM killer, Btrfs and io_uring.\n\n0:00 Hello\n1:02:03 - More [x](y)\n"
            yield from (bytes([kind]) + text for kind in range(3))
            yield b"\0<html><body><article><h2>A</h2><ul><li>(0:10) B<li><a href='/x.mp3'>C</a></ul><p>x</p></article>"
        case "chapters":
            yield b'{"version": "1.2.0", "chapters": [{"startTime": 0, "title": "A", "url": "https://e.org"}]}'
            yield b'<psc:chapters xmlns:psc="http://podlove.org/simple-chapters"><psc:chapter start="0:01" title="A"/></psc:chapters>'
            yield b"WEBVTT\n\n00:00.000 --> 00:10.000\nA\n"
            yield b"start,end,title,url\n0:00,0:10,A,https://e.org\n"
            yield b";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=10\ntitle=A\n"
            yield b"0:00 A <https://e.org>\n1:02:03.5 B\n"
            yield b"1.000\t2.000\tA\n"
        case "transcripts":
            yield b"WEBVTT - x\n\nNOTE x\n\n1\n00:00:01.000 --> 00:00:02.000 align:start\n<v Sarah>Hi &amp; <00:00:01.500>you\n"
            yield b"1\n00:00:01,000 --> 00:00:02,000\n- Hi\n\n2\n00:00:03,000 --> 00:00:04,000\nyou\n"
            yield b'{"version": "1.0.0", "segments": [{"speaker": "A", "startTime": 0.5, "endTime": 0.75, "body": "Hi"}]}'
            yield b"<cite>A:</cite><time>0:01</time><p>Hi</p>"
            yield b"[0:53] Sarah: Hello\nSarah (0:55):\nyou\n"
        case _:
            return
