"""Libraries of older versions: the number that a library has, and what brings it up to date.

``episodes/.library.json`` holds the number. A library without it is of version 1, or new. What reads a library reads
all versions up to ours; what writes brings it up to date first. Each step leaves the library whole wherever it is
killed, and may be done again. The ledgers say themselves which stages are to be done anew, so that most changes of
podpipe need no step here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from podpipe import storage
from podpipe.errors import LibraryError

NAME = ".library.json"


@dataclass(frozen=True, slots=True)
class _Library:
    version: int


def version_of(episodes: Path) -> int:
    """The version of the library whose ``episodes`` folder this is; ours where there is none yet.

    Raises:
        LibraryError: a newer podpipe wrote it, or the number can't be read.
    """
    path = episodes / NAME
    if path.exists():
        found = storage.read_json(path, _Library).version
    else:
        found = 1 if any(episodes.glob("*/stages.json")) else VERSION
    if found > VERSION:
        raise LibraryError(
            f"the library in {episodes.parent} was written by a newer podpipe (version {found}, and this one knows "
            f"{VERSION}); update podpipe"
        )
    return found


def migrate(episodes: Path) -> None:
    """Bring a library up to date, alone. Raises LibraryError."""
    if (episodes / NAME).exists() and version_of(episodes) == VERSION:
        return
    with storage.explained(episodes), FileLock(episodes / ".library.lock"):
        for step in range(version_of(episodes), VERSION):
            _STEPS[step](episodes)
        storage.write_bytes(episodes / NAME, storage.encode(_Library(VERSION)))


def _private_index(episodes: Path) -> None:
    """From 1 to 2: the index is its owner's alone, and what killed processes have left is gone."""
    index = episodes.parent / "index"
    if index.is_dir() and not index.is_symlink():
        index.chmod(0o700)
    for folder in (episodes, *episodes.glob("*/")):
        for left in folder.glob(".*.tmp"):
            left.unlink(missing_ok=True)


_STEPS: dict[int, Callable[[Path], None]] = {1: _private_index}
"""What brings a library from a version to the next."""

VERSION = max(_STEPS) + 1
