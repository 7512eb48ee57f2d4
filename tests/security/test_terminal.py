"""Text from outside on the terminal: nothing that a terminal would obey, whoever prints it."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table
from rich.text import Text

import podpipe
from ingest_run import Run
from loopback import loopback
from podpipe.cli import console, main

EVIL = "Evil\x1b]0;pwned\x07\x1b[2J\x9b31m\u202egnp\u2066\x7f title"
HARMFUL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, tone: Path) -> Path:
    """A library whose one episode has harmful text wherever a publisher can put it."""
    escaped = EVIL.replace("\x1b", "&#27;").replace("\x07", "&#7;").replace("\x9b", "&#155;")
    listed = [{"startTime": 0, "title": EVIL}, {"startTime": 1, "title": EVIL, "url": f"https://e.org/{EVIL}"}]
    html = f"<html><head><title>{EVIL}</title></head><body><h1>{EVIL}</h1><audio src='/a.mp3'></audio><p>{EVIL}</p>"
    run = Run(tmp_path_factory.mktemp("terminal") / "library")
    with loopback() as site:
        site.serve("/a.mp3", tone.read_bytes(), "audio/mpeg")
        site.serve("/c.json", json.dumps({"version": "1.2.0", "chapters": listed}))
        run(site.serve("/page", html, "text/html"))
        run(site.serve("/feed", f"""<rss xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel>
            <title>{escaped}</title><item><title>{escaped}</title><guid>{escaped}</guid>
            <podcast:chapters url="/c.json" type="application/json+chapters"/><description>{escaped}</description>
            <enclosure url="/a.mp3?x" type="audio/mpeg"/></item></channel></rss>""", "text/xml"))  # fmt: skip
    for folder in run.library:  # as if an older podpipe, or somebody's hand, had left it there
        path = folder.path / "episode.json"
        known = json.loads(path.read_text())
        path.write_text(json.dumps({**known, "title": EVIL, "show": EVIL, "author": EVIL}))
    return run.library.root


COMMANDS = (
    ["list"], ["list", "--json"], ["show", "evil"], ["show", "evil", "--json"], ["status"], ["chapters", "evil"],
    ["search", "evil"], ["doctor"], ["reindex"], ["play", "evil", "--player", "none"], ["ingest", f"./{EVIL}.mp3"],
    ["show", EVIL], ["transcript", EVIL],
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:1]))
def test_no_command_prints_a_control(command: list[str], library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with contextlib.suppress(SystemExit):
        main([*command, "--library", str(library)])
    said = "".join(capsys.readouterr())
    assert said or command[0] == "transcript"  # nobody speaks
    assert not HARMFUL.search(said), HARMFUL.findall(said)


def test_a_console_cleans_what_nobody_has_cleaned(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    guarded = console._guarded(Console(file=file, force_terminal=True, color_system=None, width=200))
    table = Table()
    table.add_column(EVIL)
    table.add_row(EVIL)
    for thing in (EVIL, Text(EVIL), table):
        guarded.print(thing, markup=False)
    guarded.print(EVIL, style="red", markup=False, soft_wrap=True)
    assert not HARMFUL.search(file.getvalue())
    assert file.getvalue().count("pwned") == 5


def test_json_means_the_same_and_obeys_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    console.print_json({"title": EVIL})
    console.print_json_line({"title": EVIL})
    said = capsys.readouterr().out
    assert not HARMFUL.search(said)
    assert json.loads(said.splitlines()[-1]) == {"title": EVIL}


def test_nothing_prints_past_the_console() -> None:
    """``print`` and ``typer.echo`` know nothing of controls: what they are given is ours, or cleaned."""
    for path in (Path(podpipe.__file__).parent / "cli").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "typer.echo"):
                given = ast.unparse(node.args[0])
                assert "clean(" in given or "{" not in given or "__version__" in given, f"{path}: {given}"
