"""What docs/search.md shows is run on the bundled episode's talk, and where it shows an answer, that is the answer."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import library_by_hand
from podpipe.library import Library

PAGE = (Path(__file__).parents[1] / "docs" / "search.md").read_text()
BLOCKS = re.findall(r"^```\w*\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
SHOWN = [
    match for block in BLOCKS for match in re.findall(r"^\$ podpipe (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]
NAMED = sorted(set(re.findall(r"`podpipe (?!search`)([^`]+)`", PAGE)))
FORMS = re.findall(
    r"(?<=`)--(?:[a-z0-9]+)(?: \w+)?(?=`)", PAGE.partition("## What can be made of hits")[2].partition("\n\nWhat")[0]
)

EPISODE = "systems-news-episode-1-memory-files-e88405e9"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, demo: Path) -> Path:
    """A library with the bundled episode as its notes have it; its sound is tones."""
    root = tmp_path_factory.mktemp("search-docs")
    _, title, *sections = (demo / "notes.txt").read_text().split("\n\n")
    told = (section.partition(". ") for section in sections[2:8])
    topics = {heading: re.split(r"(?<=\.) ", talk) for heading, _, talk in told}
    audio = str(root / "demo" / "episode.mp3")
    library_by_hand.add(Library(root), EPISODE, topics, title=title, enclosure=audio, sound=True)
    library_by_hand.add(Library(root), "tunnels", {"WireGuard": topics["WireGuard"]}, title="Tunnels")
    library_by_hand.index(Library(root))
    return root


def podpipe(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "PODPIPE_LIBRARY"}
    return subprocess.run(
        f"{sys.executable} -m podpipe {command}",
        shell=True, cwd=folder, capture_output=True, text=True, env=environment, timeout=120,
    )  # fmt: skip


def test_the_page_has_commands() -> None:
    assert (len(SHOWN), len(NAMED), len(FORMS)) == (1, 9, 7)


@pytest.mark.parametrize(("command", "answer"), SHOWN)
def test_what_is_shown_is_what_is_printed(folder: Path, command: str, answer: str) -> None:
    done = podpipe(folder, command)
    assert _comparable(done.stdout, folder) == _comparable(answer, Path("/home/you/podcasts"))
    assert (done.returncode, done.stderr) == (0, "")


def test_a_wrong_query_is_answered_as_the_page_has_it(folder: Path) -> None:
    (shown,) = (block for block in BLOCKS if block.startswith("podpipe: "))
    done = podpipe(folder, f"search '{shown.splitlines()[1].strip()}'")
    assert (done.stderr, done.stdout, done.returncode) == (shown, "", 1)


@pytest.mark.parametrize("command", NAMED)
def test_every_command_that_is_named_runs(folder: Path, command: str) -> None:
    known = {"kvm": "kernel", "EPISODE#CHAPTER": f"'{EPISODE}#4'"}
    done = podpipe(folder, " ".join(known.get(word, word) for word in command.split()))
    assert (done.returncode, done.stdout.strip() != "") == (0, True), done.stderr


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_made(folder: Path, form: str) -> None:
    done = podpipe(folder, f"search 'OOM killer' {form}")
    assert (done.returncode, done.stdout.strip() != "") == (0, True), done.stderr


def _comparable(text: str, folder: Path) -> str:
    """Text without the times, which are the voice's, and where the library lies."""
    text = text.replace(str(folder), "HOME")
    for pattern, plain in ((r"\d:\d\d(\.\d)?", "M:SS"), (r"#t=[\d.]+", "#t=N"), (r"\d+%", "N%")):
        text = re.sub(pattern, plain, text)
    return text.strip()
