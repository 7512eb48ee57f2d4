"""A text in the user's editor: $VISUAL, $EDITOR, or one that is installed."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

from podpipe.errors import ChaptersError

_USUAL = ("sensible-editor", "editor", "nano", "vim", "vi", "notepad")


def keep(text: str) -> Path:
    """A new file of its own with the text in it."""
    handle, name = tempfile.mkstemp(prefix="podpipe-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return Path(name)


def open_file(path: Path) -> str:
    """Have the user edit a file and wait for the end; the text that it holds then.

    Raises:
        ChaptersError: there is no editor, it failed, or the text is gone or no UTF-8. A file that is as it was is
            removed then.
    """
    before = path.read_bytes()
    try:
        return _opened(path)
    except ChaptersError:
        if path.is_file() and path.read_bytes() == before:
            path.unlink()
        raise


def _opened(path: Path) -> str:
    command = _command()
    try:
        finished = subprocess.run([*command, str(path)], check=False)
    except OSError as error:
        raise ChaptersError(f"the editor {command[0]!r} can't be started: {error.strerror}; set $EDITOR") from error
    if finished.returncode:
        raise ChaptersError(f"the editor {command[0]!r} ended with code {finished.returncode}; nothing was changed")
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ChaptersError(f"what the editor left in {path} can't be read: {error}; nothing was changed") from error


def _command() -> list[str]:
    for variable in ("VISUAL", "EDITOR"):
        if os.environ.get(variable, "").strip():
            try:
                return shlex.split(os.environ[variable])
            except ValueError as error:
                raise ChaptersError(f"${variable} can't be read as a command: {error}") from error
    for name in _USUAL:
        if shutil.which(name):
            return [name]
    raise ChaptersError("no editor was found; set $EDITOR, for example EDITOR=nano")
