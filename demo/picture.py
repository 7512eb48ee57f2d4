"""Draw ``docs/session.svg`` and ``docs/timeline.svg``: the bundled episode in a terminal, and its timeline.

Run ``python demo/picture.py``, with the extra ``plot`` installed.
"""

from __future__ import annotations

import os
import pty
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).parent
DOCS = HERE.resolve().parent / "docs"
COLUMNS = 116
COMMANDS = ("podpipe ingest demo/notes.txt", "podpipe show systems-news", 'podpipe search "OOM killer"')


def main() -> None:
    """Run the commands in a terminal of their own, draw what it shows, and the timeline of what they made."""
    console = Console(record=True, width=COLUMNS, file=Path(os.devnull).open("w"), force_terminal=True)  # noqa: SIM115
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "podcasts"
        shutil.copytree(HERE, home / "demo")
        for command in COMMANDS:
            shown = _run(command, home).replace(str(home), "~/podcasts")
            console.print(Text(f"$ {command}", style="bold"))
            console.print(Text.from_ansi("\n".join(line for line in shown.splitlines() if not _is_left_out(line))))
            console.print()
        _run(f"podpipe show systems-news --plot {shlex.quote(str(DOCS / 'timeline.svg'))}", home)
    picture = console.export_svg(title="podpipe", clear=False)
    (DOCS / "session.svg").write_text(picture)


def _run(command: str, folder: Path) -> str:
    """What a command prints on a terminal, with its colours."""
    shown = bytearray()

    def read(descriptor: int) -> bytes:
        data = os.read(descriptor, 65_536)
        shown.extend(data)
        return b" "  # echo nothing

    os.chdir(folder)
    os.environ |= {"COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    pty.spawn(["sh", "-c", f"{command} 2>/dev/null".replace("podpipe", f"{sys.executable} -m podpipe", 1)], read)
    return shown.decode().replace("\r\n", "\n")


def _is_left_out(line: str) -> bool:
    return line.startswith(("Files", "Folder", "Audio", "Heard", "Language"))


if __name__ == "__main__":
    main()
