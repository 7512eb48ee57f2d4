"""Whose an index is. Reading one runs code if it was crafted to, so it must be its reader's own."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from podpipe.errors import SearchError


def check(folder: Path) -> None:
    """Raises SearchError where somebody else owns an index, or anybody could write it."""
    for path in _files(folder):
        found = _stat(path)
        if found is None:
            continue
        if found.st_uid != os.geteuid():
            raise SearchError(
                f"{path} belongs to another user (number {found.st_uid}), who could have it run code; "
                f"delete {folder}, and podpipe reindex makes it your own"
            )
        if found.st_mode & stat.S_IWOTH:
            raise SearchError(
                f"{path} can be written by everybody, who could have it run code; "
                f"chmod -R go-rwx {folder}, and podpipe reindex if you did not do that yourself"
            )


def is_shared(folder: Path) -> bool:
    """Whether a group or everybody may write to the folder."""
    found = _stat(folder)
    return found is not None and bool(found.st_mode & (stat.S_IWGRP | stat.S_IWOTH))


def _files(folder: Path) -> Iterator[Path]:
    """The folder, and the files in it that are unpickled."""
    if hasattr(os, "geteuid"):  # there are no such owners and modes on Windows
        yield folder
        yield from folder.glob("*.toc")


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None  # whoever opens it will say so
