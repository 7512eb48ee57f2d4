"""Programs that nobody here wrote, asked for the chapters of files that we wrote.

``python -m bench.readers`` writes docs/readers.md; tests/chapters/test_readers.py holds every reader to it.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import feed_readers, node
from podpipe import audio, chapters, encoding
from podpipe.models import Chapter, Picture

ROOT = Path(__file__).parents[1]
SHOWN = ROOT / "docs" / "readers.md"
KINDS = tuple(encoding.ENCODERS)

Found = list[tuple[int, str]]
"""Start in milliseconds and title of each chapter, in the reader's order."""

_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


@dataclass(frozen=True, slots=True)
class Reader:
    """A program: ``version`` is empty where it isn't installed."""

    name: str
    kinds: tuple[str, ...]
    version: Callable[[], str]
    read: Callable[[Path], Found]


def cases() -> dict[str, list[Chapter]]:
    """What is written: chapter lists by what is hard about them."""
    alphabet = "Ünïcødé ✓ 三 🎙 "
    by_number = {_many(number): _row([f"Chapter {n + 1}" for n in range(number)]) for number in _NUMBERS}
    lengths = [1, 2, 63, 64, 65, 127, 128, 129, 254, 255, 256, 257, 500, 999, 1000]
    return by_number | {
        "emoji": _row(["🎙 One", "👩‍👩‍👧‍👦 family", "❤️", "🏳️‍🌈 flag"]),
        "right to left": _row(["שלום עולם", "مرحبا بالعالم", "mixed שלום 12"]),
        "CJK": _row(["第一章 始まり", "第二章：内核", "한국어 장"]),
        "titles of 1 to 1,000 characters": _row([("x" * length) for length in lengths]),
        "long titles in many scripts": _row([(alphabet * 100)[:length].rstrip() + "." for length in lengths]),
        "markup and marks": _row(["<b>bold</b> & more", "AT&amp;T; \\n", "“a” 'b' \"c\"", "#1 [x] {y} =z;"]),
        "first after 0": _row(["One", "Two", "Three"], first_ms=437),
        "links": _row(["One", "Two"], url="https://example.org/a?b=c&d=%C3%A9#e"),
        "pictures": _row(["One", "Two"], picture=Picture(_PNG, "image/png")),
        "zero length at the end": [*_row(["One", "Two"]), Chapter("End", _LENGTH, _LENGTH)],
        "odd milliseconds": [
            Chapter(f"At {a}", a, b) for a, b in [(0, 1), (1, 333), (333, 667), (667, 1001), (1001, 2999)]
        ],
    }


_NUMBERS = (1, 3, 40, 255, 256, 1000)
_LENGTH = 3000


def _many(number: int) -> str:
    return f"{number:,} chapter{'s' if number > 1 else ''}"


def _row(titles: Sequence[str], *, first_ms: int = 0, **more: Any) -> list[Chapter]:
    step = max((_LENGTH - first_ms) // len(titles), 1)
    starts = [first_ms + number * step for number in range(len(titles))]
    ends = [*starts[1:], max(_LENGTH, starts[-1])]
    return [Chapter(title, start, end, **more) for title, start, end in zip(titles, starts, ends, strict=True)]


def wanted(listed: Sequence[Chapter]) -> Found:
    """What every reader should find."""
    return [(chapter.start_ms, chapter.title) for chapter in listed]


def _mutagen(path: Path) -> Found:
    import mutagen
    from mutagen.id3 import ID3
    from mutagen.mp4 import MP4

    file = mutagen.File(path)
    if isinstance(file, MP4):
        return [(round(chapter.start * 1000), chapter.title) for chapter in file.chapters or ()]
    if isinstance(file.tags, ID3):
        return [(frame.start_time, str(frame.sub_frames["TIT2"])) for frame in file.tags.getall("CHAP")]
    return _comments({key.upper(): values[0] for key, values in (file.tags or {}).items()})


def _comments(tags: dict[str, str]) -> Found:
    found = []
    for key, value in tags.items():
        if re.fullmatch(r"CHAPTER\d{3}", key):
            hours, minutes, seconds = value.split(":")
            ms = (int(hours) * 60 + int(minutes)) * 60_000 + round(float(seconds) * 1000)
            found.append((key, ms, tags[f"{key}NAME"]))
    return [(ms, title) for _, ms, title in sorted(found)]


def _eyed3(path: Path) -> Found:
    import logging

    import eyed3

    logging.getLogger("eyed3").setLevel(logging.CRITICAL)
    return [(frame.times.start, frame.title) for frame in eyed3.load(path).tag.chapters]


def _libav(path: Path) -> Found:
    return [(start, title) for title, start, _ in audio.chapters(path)]


def _ffprobe(program: str) -> Callable[[Path], Found]:
    def read(path: Path) -> Found:
        command = [program, "-v", "error", "-show_chapters", "-of", "json", str(path)]
        found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["chapters"]
        return [(round(float(c["start_time"]) * 1000), c.get("tags", {}).get("title", "")) for c in found]

    return read


def _ffprobe_version(program: str) -> str:
    if not shutil.which(program):
        return ""
    said = subprocess.run([program, "-version"], capture_output=True, text=True, check=True).stdout
    return said.split()[2]


def _mpv(path: Path) -> Found:
    """Its property chapter-list, over its IPC (JSON lines on a socket)."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"{folder}/mpv"
        options = ["--no-config", "--no-terminal", "--vo=null", "--ao=null", "--pause", "--idle=yes", "--no-video"]
        options.append("--rebase-start-time=no")
        process = subprocess.Popen(["mpv", *options, f"--input-ipc-server={address}"])
        try:
            with _connected(address) as client:
                _say(client, "loadfile", str(path))
                lines = _lines(client)
                next(line for line in lines if line.get("event") == "file-loaded")
                _say(client, "get_property", "chapter-list")
                answer = next(line for line in lines if "data" in line)
        finally:
            process.terminate()
            process.wait()
    return [(round(chapter["time"] * 1000), chapter.get("title", "")) for chapter in answer["data"]]


def _connected(address: str) -> socket.socket:
    import time

    client = socket.socket(socket.AF_UNIX)
    client.settimeout(30)
    for _ in range(300):
        try:
            client.connect(address)
            return client
        except (FileNotFoundError, ConnectionRefusedError):
            time.sleep(0.05)
    raise RuntimeError("mpv does not listen")


def _say(client: socket.socket, *command: str) -> None:
    client.sendall(json.dumps({"command": command}).encode() + b"\n")


def _lines(client: socket.socket) -> Iterator[dict[str, Any]]:
    with client.makefile("rb") as stream:
        for line in stream:
            yield json.loads(line)


def _music_metadata(path: Path) -> Found:
    script = ROOT / "bench" / "music_metadata.mjs"
    module = node.MODULES / "music-metadata" / "lib" / "index.js"
    run = subprocess.run(["node", script, module, path], capture_output=True, check=True)
    return [(start, title) for start, title in json.loads(run.stdout)]


def _music_metadata_version() -> str:
    return node.version("music-metadata") if shutil.which("node") else ""


_NPM_FFPROBE = str(node.MODULES / "@ffprobe-installer" / "linux-x64" / "ffprobe")

READERS = (
    Reader("mutagen", KINDS, lambda: version("mutagen"), _mutagen),
    Reader("eyeD3", ("mp3",), lambda: version("eyed3"), _eyed3),
    Reader("libavformat (PyAV)", KINDS, lambda: version("av"), _libav),
    Reader("ffprobe", KINDS, lambda: _ffprobe_version("ffprobe"), _ffprobe("ffprobe")),
    Reader("ffprobe (npm)", KINDS, lambda: _ffprobe_version(_NPM_FFPROBE), _ffprobe(_NPM_FFPROBE)),
    Reader("mpv", KINDS, lambda: _mpv_version(), _mpv),
    Reader("music-metadata", KINDS, _music_metadata_version, _music_metadata),
)


def _mpv_version() -> str:
    if not shutil.which("mpv"):
        return ""
    return subprocess.run(["mpv", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]


@dataclass(frozen=True, slots=True)
class Errs:
    """Where a reader is known to differ from what is in the file, and why."""

    reader: str
    kind: str
    case: str
    """A pattern that the whole name of the case matches."""
    why: str


KNOWN = (
    Errs("mutagen", "m4a", r"256 chapters|1,000 chapters", "it reads Nero's list alone, which holds 255 chapters"),
    Errs("mutagen", "m4a", r".*titles.*", "it reads Nero's list alone, whose titles have 255 bytes"),
    Errs("music-metadata", "m4a", r"first after 0", "it passes over the edit list, so the first chapter begins at 0"),
)
_MPV = """\
mpv counts from the first sample that is heard: in an MP3 with a LAME header its times are earlier by the encoder's
delay, some 23 ms, unless it is started with `--rebase-start-time=no`, as here."""


def known(reader: str, kind: str, case: str) -> Errs | None:
    """Why this reader may differ here."""
    return next(
        (e for e in KNOWN if e.reader == reader and e.kind == kind and re.fullmatch(e.case, case)),
        None,
    )


def plain_files(folder: Path, volume: float = 0.2) -> dict[str, Path]:
    """Three seconds of a tone as a file of each kind."""
    import numpy as np

    time_s = np.arange(3 * 48_000) / 48_000
    first = folder / "plain.mp3"
    audio.write_mp3(first, [(volume * np.sin(2 * np.pi * 440 * time_s)).astype(np.float32)], 48_000)
    made = {kind: folder / f"plain.{kind}" for kind in KINDS}
    for kind, path in made.items():
        if kind != "mp3":
            encoding.convert(first, path, kind)
    return made


def written(plain: Path, listed: Sequence[Chapter], folder: Path) -> Path:
    """A copy of a file with these chapters."""
    path = folder / f"written{plain.suffix}"
    shutil.copyfile(plain, path)
    chapters.write(path, listed)
    return path


def main() -> int:
    """Ask every reader that is here, and write the table; 1 where one differs and nobody knows why."""
    here = [(reader, reader.version()) for reader in READERS if reader.version()]
    unknown: list[str] = []
    rows: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = plain_files(folder)
        for kind in KINDS:
            agree = dict.fromkeys((reader.name for reader, _ in here if kind in reader.kinds), 0)
            for case, listed in cases().items():
                path = written(plain[kind], listed, folder)
                for reader, _ in here:
                    if kind in reader.kinds:
                        same = _same(reader, path, listed)
                        agree[reader.name] += same
                        if not same and not known(reader.name, kind, case):
                            unknown.append(f"{reader.name}, {kind}, {case}")
            cells = [f"{agree[reader.name]} of {len(cases())}" if reader.name in agree else "–" for reader, _ in here]
            rows.append(f"| {kind} | {' | '.join(cells)} |")
        feeds = _feed_rows(folder, unknown)
    _write_page(here, rows, feeds)
    for line in unknown:
        print(f"differs, and nobody knows why: {line}", file=sys.stderr)
    return int(bool(unknown))


def _feed_rows(folder: Path, unknown: list[str]) -> list[str]:
    rows = []
    for reader in feed_readers.FEED_READERS:
        if not reader.version():
            continue
        right = 0
        for case, listed in cases().items():
            found, wanted = feed_readers.found_and_wanted(reader, listed, folder)
            right += found == wanted
            if found != wanted:
                unknown.append(f"{reader.name}, feed, {case}")
        rows.append(f"| {reader.name} {reader.version()} | {right} of {len(cases())} | {reader.about} |")
    return rows


def _same(reader: Reader, path: Path, listed: Sequence[Chapter]) -> bool:
    try:
        return reader.read(path) == wanted(listed)
    except (subprocess.CalledProcessError, RuntimeError, StopIteration, TimeoutError):
        return False


def _write_page(here: Sequence[tuple[Reader, str]], rows: Sequence[str], feeds: Sequence[str]) -> None:
    head = "| | " + " | ".join(f"{reader.name} {said}" for reader, said in here) + " |"
    errs = [f"- **{e.reader}**, {e.kind}, {e.case.replace('.*', '…').replace('|', ' or ')}: {e.why}." for e in KNOWN]
    names = ", ".join(cases())
    text = f"""# Who reads our chapters

Files that podpipe wrote, read by programs that nobody here wrote: how many of {len(cases())} lists each reads as they
are, in number, order, start (to the millisecond) and title. `python -m bench.readers` makes this page.

The lists: {names}.

{head}
|{"---|" * (len(here) + 1)}
{chr(10).join(rows)}

Where a reader differs:

{chr(10).join(errs)}

{_MPV}

## In a feed

The same lists, stretched to ten hours, in a feed that podpipe wrote (`podpipe/publish/feed.py`). What else these
readers find of a show and its episodes is compared field by field in `tests/publish/test_feed_writer.py`.

| | as they are | where it finds them |
|---|---|---|
{chr(10).join(feeds)}

feedparser does not know the `true` and `false` that Apple asks for in `itunes:explicit`; podcast-partytime
passes over a soundbite that begins at 0, and reads the HTML of notes once too often (`&amp;lt;` as `<`).
"""
    SHOWN.write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
