"""Which index this is: made when, and of which version of documents."""

from __future__ import annotations

import uuid
from pathlib import Path

from podpipe.errors import SearchError
from podpipe.search.documents import VERSION

_FILE = "identity"


def make(folder: Path) -> None:
    """Give a new index its identity."""
    (folder / _FILE).write_text(f"{VERSION}-{uuid.uuid4().hex}")


def read(folder: Path) -> str:
    """The identity of the index in a folder; empty while it is being replaced."""
    path = folder / _FILE
    return path.read_text() if path.exists() else ""


def check(folder: Path) -> str:
    """As ``read``. Raises SearchError where the index holds other documents than this podpipe writes."""
    found = read(folder)
    if found and not found.startswith(f"{VERSION}-"):
        raise SearchError(
            f"the index in {folder} was made by another version of podpipe; podpipe reindex makes it anew"
        )
    return found
