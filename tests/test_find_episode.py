"""An episode is named by its id, a part of it, or its title, however its words are parted."""

from __future__ import annotations

from pathlib import Path

import pytest

from podpipe import library, storage
from podpipe.errors import LibraryError
from podpipe.library import Library
from podpipe.models import Episode
from podpipe.sources.identity import episode_id


@pytest.fixture
def shelf(tmp_path: Path) -> Library:
    titles = (
        "Storage Weekly 40: disks", "Storage Weekly 41: tapes", "Café & Crème, or how a very long title ends in Zürich",
        "カーネル入門",
    )  # fmt: skip
    made = Library(tmp_path)
    for title in titles:
        one = Episode(episode_id(None, title, title), title, title)
        made.folder(one.id).path.mkdir(parents=True)
        (made.folder(one.id).path / library.EPISODE).write_bytes(storage.encode(one))
    return made


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("storage-weekly-40", "Storage Weekly 40: disks"),
        ("storage_weekly_40", "Storage Weekly 40: disks"),
        ("Storage Weekly 41", "Storage Weekly 41: tapes"),
        ("tapes", "Storage Weekly 41: tapes"),
        ("weekly 40, disks", "Storage Weekly 40: disks"),
        ("cafe", "Café & Crème, or how a very long title ends in Zürich"),
        ("Café, crème", "Café & Crème, or how a very long title ends in Zürich"),
        ("in zürich", "Café & Crème, or how a very long title ends in Zürich"),
        ("カーネル", "カーネル入門"),
    ],
)
def test_an_episode_is_found(shelf: Library, text: str, title: str) -> None:
    assert shelf.find(text).episode().title == title


@pytest.mark.parametrize("text", ["", " ", "?!", "storage daily"])
def test_nothing_fits(shelf: Library, text: str) -> None:
    with pytest.raises(LibraryError, match="podpipe list shows"):
        shelf.find(text)


def test_too_much_fits(shelf: Library) -> None:
    with pytest.raises(LibraryError, match="fits 2 episodes"):
        shelf.find("Storage_Weekly")
