"""What podpipe writes: nothing that a publisher says becomes script, formula or command in it."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_run import Run
from loopback import Loopback
from podpipe import playing
from podpipe.chapters import csv as csv_chapters
from podpipe.library import Library
from podpipe.models import Chapter

SCRIPT = "</title></script></style>'\"><script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture
def library(tmp_path: Path, site: Loopback, tone: Path) -> Path:
    """A library whose one episode says script wherever it can."""
    site.serve("/a.mp3", tone.read_bytes(), "audio/mpeg")
    chapters = [
        {"startTime": 0, "title": SCRIPT, "url": "javascript:alert(1)", "img": "javascript:alert(1)"},
        {"startTime": 1, "title": SCRIPT, "url": f"https://e.org/{SCRIPT}"},
    ]
    site.serve("/c.json", json.dumps({"version": "1.2.0", "chapters": chapters}))
    escaped = SCRIPT.replace("&", "&amp;").replace("<", "&lt;")
    run = Run(tmp_path / "library")
    run(site.serve("/feed", f"""<rss xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel>
        <title>{escaped}</title><item><title>{escaped}</title><guid>1</guid><link>javascript:alert(1)</link>
        <podcast:chapters url="/c.json" type="application/json+chapters"/><description>{escaped}</description>
        <enclosure url="/a.mp3" type="audio/mpeg"/></item></channel></rss>""", "text/xml"))  # fmt: skip
    (folder,) = run.library
    for name in ("title", "show"):
        path = folder.path / "episode.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), name: SCRIPT}))
    transcript = json.loads((folder.path / "transcript.json").read_text())
    words = [{"text": SCRIPT, "start_ms": 0, "end_ms": 500, "confidence": 1.0, "origin": "heard"}]
    speakers = [{"start_ms": 0, "speaker": SCRIPT}]
    (folder.path / "transcript.json").write_text(json.dumps({**transcript, "words": words, "speakers": speakers}))
    return run.library.root


def podpipe(library: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "podpipe", *arguments, "--library", str(library)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "arguments",
    [("transcript", "--output", "out.html"), ("show", "--plot", "out.html")],
    ids=["transcript", "timeline"],
)
def test_no_page_that_is_written_runs_what_a_publisher_says(
    arguments: tuple[str, ...], library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (episode,) = (path.name for path in (library / "episodes").iterdir() if not path.name.startswith("."))
    podpipe(library, arguments[0], episode, *arguments[1:])
    check_page((tmp_path / "out.html").read_text("utf-8"))


def check_page(page: str) -> None:
    """No script but ours, no handler, no address that runs."""
    tree = lxml.html.fromstring(page)
    for node in tree.iter():
        if not isinstance(node.tag, str):
            continue
        assert not [name for name in node.attrib if name.startswith("on")]
        for name in ("href", "src", "xlink:href", "action"):
            address = re.sub(r"\s", "", node.get(name, "")).casefold()
            assert not address.startswith(("javascript:", "data:text/html", "vbscript:"))
    assert not [script for script in tree.iter("script") if (script.text or "").strip() == "alert(1)"]
    assert not tree.xpath("//img[@src='x']")


FORMULAS = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1", " =cmd|' /C calc'!A0", "'=1", "''=1"]


@given(st.text() | st.sampled_from(FORMULAS))
def test_no_cell_of_a_table_is_a_formula(title: str) -> None:
    data = csv_chapters.write((Chapter(title, 0, 10, url="=HYPERLINK(1)"),))
    cells = [cell for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in row]
    assert not [cell for cell in cells if re.match(r"\s*[=+\-@\t\r＝＋－＠]", cell) and not re.match(r"-?\d", cell)]


@pytest.mark.parametrize("name", playing.PLAYERS)
def test_a_players_command_is_a_list_in_which_a_path_is_no_option(name: str) -> None:
    path = Path("/library/$(touch pwned);`x`/-rf episode.mp3")
    command = playing.PLAYERS[name]("1.5", path)
    assert command[-1] == str(path)
    assert path.is_absolute()


def test_the_line_that_plays_a_hit_is_quoted_for_the_shell(tmp_path: Path) -> None:
    root = tmp_path / "lib $(touch pwned); 'x'"
    words = shlex.split(playing.play_command(Library(root), "2026-01-01-a-1234", 1500))
    assert words == ["podpipe", "play", "2026-01-01-a-1234", "--at", "0:01.5", "--library", str(root)]
