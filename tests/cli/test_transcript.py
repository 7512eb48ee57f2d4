"""``podpipe transcript``, run as a user runs it, on a library that needs no listening."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from podpipe import storage, transcripts
from podpipe.chapters import json as chapters_json
from podpipe.models import Chapter, Chapters, Episode, Transcript, Turn, Word

TEXT = "Welcome to the show. Today it is about memory, and about Søren’s patch. Ann here. Good night."


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "episodes" / "2026-one-abc"
    folder.mkdir(parents=True)
    words = tuple(Word(text, 400 * n, 400 * n + 350) for n, text in enumerate(TEXT.split()))
    said = Transcript("en", 400 * len(words), words, (Turn(0, "Bob \x1b[31m"), Turn(400 * 13, "Ann")))
    marks = (Chapter("Hello", 0, 1600), Chapter("Hidden", 100, 200, toc=False), Chapter("Memory", 1600, 6400))
    (folder / "episode.json").write_bytes(storage.encode(Episode("2026-one-abc", "1", "One & only", "Show")))
    (folder / "transcript.json").write_bytes(storage.encode(said))
    (folder / "chapters.json").write_bytes(chapters_json.encode(Chapters(marks)))
    unfinished = tmp_path / "episodes" / "2026-two-def"
    unfinished.mkdir()
    (unfinished / "episode.json").write_bytes(storage.encode(Episode("2026-two-def", "2", "Two")))
    return tmp_path


def podpipe(library: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[bytes]:
    environment = {key: value for key, value in os.environ.items() if key != "PODPIPE_LIBRARY"}
    environment |= {"PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "podpipe", "transcript", *arguments]
    done = subprocess.run(command, cwd=library, capture_output=True, env=environment, timeout=60)
    assert b"Traceback" not in done.stderr
    assert done.returncode == code, done.stderr
    return done


def test_to_the_terminal_it_is_text(library: Path) -> None:
    shown = podpipe(library, "one").stdout.decode()
    assert shown == (
        "[0:00] Bob [31m: Welcome to the show.\n[0:01] Today it is about memory, and about Søren’s patch.\n"
        "[0:05] Ann: Ann here.\n[0:06] Good night.\n"
    )


@pytest.mark.parametrize("kind", transcripts.WRITERS)
def test_each_format_by_name_and_by_ending(library: Path, kind: str) -> None:
    shown = podpipe(library, "2026-one", "--format", kind).stdout
    done = podpipe(library, "2026-one", "--output", f"out.{kind}")
    assert (library / f"out.{kind}").read_bytes() == shown
    assert done.stdout.decode().endswith(f"out.{kind}\n")
    assert "Søren’s".encode() in shown
    assert b"\x1b" not in shown
    assert podpipe(library, "2026-one", "-f", kind, "-o", "-").stdout == shown
    if kind in ("html", "md"):
        assert [b"Hello" in shown, b"Hidden" in shown, b"Memory" in shown] == [True, False, True]


def test_words(library: Path) -> None:
    found = json.loads(podpipe(library, "one", "-f", "json", "--words").stdout)
    assert [segment["body"] for segment in found["segments"]] == TEXT.split()
    assert podpipe(library, "one", "-f", "srt", "--words").stdout.count(b" --> ") == len(TEXT.split())
    assert podpipe(library, "one", "-f", "vtt", "--words").stdout.count(b" --> ") == len(TEXT.split())


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("one", "--words"), 2, "txt holds no times of words; use vtt, srt, json"),
        (("one", "-o", "x.docx"), 2, "'x.docx' tells no format by its ending; add --format"),
        (("one", "-f", "docx"), 2, "docx"),
        (("nothing",), 1, "podpipe: no episode in "),
        (("two",), 1, "podpipe: 2026-two-def has no transcript yet; ingest it again"),
        (("one", "-o", "no/where.vtt"), 1, "does not exist; make it, or write elsewhere"),
        (
            ("one", "-o", "episodes/2026-one-abc/transcript.json"),
            1,
            "is a file of the library; write to another folder",
        ),
    ],
)
def test_what_is_wrong_is_said(library: Path, arguments: tuple[str, ...], code: int, reason: str) -> None:
    before = (library / "episodes" / "2026-one-abc" / "transcript.json").read_bytes()
    said = " ".join(podpipe(library, *arguments, code=code).stderr.decode("utf-8", "replace").replace("│", " ").split())
    assert reason in said
    assert (library / "episodes" / "2026-one-abc" / "transcript.json").read_bytes() == before
    assert sorted(path.name for path in library.iterdir()) == ["episodes"]


def test_a_transcript_of_an_old_library_has_no_speakers(library: Path) -> None:
    path = library / "episodes" / "2026-one-abc" / "transcript.json"
    old = json.loads(path.read_text())
    del old["speakers"]
    path.write_text(json.dumps(old))
    assert podpipe(library, "one").stdout.startswith(b"[0:00] Welcome to the show.\n")
