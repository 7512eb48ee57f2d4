"""Each command is loaded when it is asked for, and the help knows them all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cli.test_cli import podpipe
from podpipe.cli import COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_a_help(name: str, tmp_path: Path) -> None:
    assert f"Usage: podpipe {name}" in podpipe(name, "--help", cwd=tmp_path).stdout


def test_the_help_lists_all_commands(tmp_path: Path) -> None:
    lines = podpipe("--help", cwd=tmp_path).stdout.splitlines()
    listed = [line.split()[1] for line in lines if line.startswith("│ ") and line[2] not in " -"]
    assert listed == list(COMMANDS)


def test_a_mistyped_command_is_answered_with_what_is_like_it(tmp_path: Path) -> None:
    assert "Did you mean 'search'" in podpipe("serch", "x", cwd=tmp_path, code=2).stderr


def test_one_command_does_not_load_the_others(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom podpipe.cli import main\n"
        "try:\n    main(['list'])\n"
        "finally:\n    print(sorted(name for name in sys.modules if name.startswith('podpipe.cli.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert "podpipe.cli.library" in done.stdout
    assert "podpipe.cli.ingest" not in done.stdout
    assert "podpipe.cli.publish" not in done.stdout
