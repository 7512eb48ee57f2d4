"""Every command that the README shows is run, and where it shows an answer, that is the answer."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from loopback import Loopback
from podpipe import audio
from podpipe.audio import SAMPLE_RATE

README = Path(__file__).parents[1] / "README.md"
BLOCKS = re.findall(r"^```console\n(.*?)^```", README.read_text(), re.MULTILINE | re.DOTALL)
SESSION = [block for block in BLOCKS if "systems-news" in block or "demo/" in block or 'killer"\n1.' in block]
OTHERS = [block for block in BLOCKS if block not in SESSION]

_ITEM = """<item><title>{title}</title><guid>{title}</guid><pubDate>{day} 2026 08:00:00 +0000</pubDate>
<description>{notes}</description><enclosure url="{audio}" type="audio/mpeg" length="1"/></item>"""


@pytest.fixture
def home(tmp_path: Path, demo: Path, tone: Path) -> Path:
    """A folder with what the README speaks of, and a player that plays nothing."""
    root = tmp_path / "home"
    (root / "bin").mkdir(parents=True)
    (root / "bin" / "mpv").write_text("#!/bin/sh\nexit 0\n")
    (root / "bin" / "mpv").chmod(0o755)
    (root / "bin" / "podpipe").write_text(f'#!/bin/sh\nexec {sys.executable} -m podpipe "$@"\n')
    (root / "bin" / "podpipe").chmod(0o755)
    shutil.copytree(demo, root / "demo")
    (root / "recordings").mkdir()
    shutil.copy(tone, root / "recordings" / "talk.mp3")
    (root / "talk-notes.md").write_text("# Talk\n\nA tone.")
    return root


@pytest.fixture
def example_org(site: Loopback, demo: Path, tone: Path) -> str:
    samples = np.concatenate(list(audio.decode(demo / "episode.mp3")))
    part = tone.with_name("part.mp3")
    audio.write_mp3(part, [samples[18 * SAMPLE_RATE : 48 * SAMPLE_RATE]], SAMPLE_RATE)
    site.serve("/show/1.mp3", part.read_bytes(), "audio/mpeg", etag='"1"')
    site.serve("/show/7.mp3", tone.read_bytes(), "audio/mpeg", etag='"7"')
    rows = [
        (
            "Memory",
            "Thu, 01 Jan",
            "/show/1.mp3",
            "Memory Pressure. The OOM killer, and what the kernel does before it.",
        ),
        ("Tone", "Sun, 01 Feb", "/show/7.mp3", "No kernel, a tone."),
    ]
    items = "".join(
        _ITEM.format(title=title, day=day, audio=site.url + path, notes=notes) for title, day, path, notes in rows
    )
    site.serve("/show/feed.xml", f"<rss version='2.0'><channel><title>Show</title>{items}</channel></rss>", "text/xml")
    site.serve("/show/7.html", "<h1>Tone</h1><audio src='7.mp3'></audio>", "text/html")
    return site.url


def test_the_readme_has_commands() -> None:
    assert (len(SESSION), len(OTHERS)) == (7, 3)


def test_the_session(home: Path) -> None:
    for block in SESSION:
        for command, shown in _commands(block):
            answer = _run(command, home)
            if shown:
                assert _comparable(answer, home) == _comparable(shown, Path("/home/you/podcasts"))


def test_the_other_commands(home: Path, example_org: str) -> None:
    for block in OTHERS:
        for command, _ in _commands(block):
            _run(command.replace("https://example.org", example_org), home)


def _commands(block: str) -> list[tuple[str, str]]:
    return re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)


def _run(command: str, folder: Path) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "PODPIPE_LIBRARY"}
    environment["PATH"] = f"{folder / 'bin'}:{environment['PATH']}"
    done = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


def _comparable(text: str, home: Path) -> str:
    """Text without what differs from machine to machine: paths, hashes of paths, speed, confidence, spaces."""
    text = text.replace(str(home), "HOME")
    for pattern, plain in (
        (r"-[0-9a-f]{8}\b", "-HASH"), (r"\d+ s(?= *\n)", "N s"), (r"\d\.\d\d(?=  )", "N.NN"), (r"\d+%", "N%"),
        (r" +", " "), (r" +\n", "\n"), (r"faster-whisper \S+", "faster-whisper"),
    ):  # fmt: skip
        text = re.sub(pattern, plain, text)
    return text.strip()
