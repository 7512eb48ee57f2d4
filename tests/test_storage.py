from __future__ import annotations

from pathlib import Path

import pytest

from podpipe import storage
from podpipe.errors import LibraryError
from podpipe.models import Episode, Word


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    episode = Episode(id="x", guid="g", title="Ünï \u2028 code 🎙")
    storage.write_bytes(tmp_path / "e.json", storage.encode(episode))
    assert storage.read_json(tmp_path / "e.json", Episode) == episode
    assert [path.name for path in tmp_path.iterdir()] == ["e.json"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a"
    storage.write_bytes(path, b"old")
    with pytest.raises(RuntimeError), storage.replacing(path) as temporary:
        temporary.write_bytes(b"half of the n")
        raise RuntimeError
    assert path.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_full_disk_is_one_sentence() -> None:
    full = Path("/dev/full")
    with pytest.raises(LibraryError, match="disk is full: /dev/full could not be written"), storage.explained(full):
        full.write_bytes(b"x")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"{", "truncated"),
        (b'{"id": 1, "guid": "g", "title": "t"}', r"Expected `str`, got `int` - at `\$.id`"),
        (b"[]", "Expected `object`, got `array`"),
    ],
)
def test_a_damaged_file_says_where_and_what(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "episode.json"
    path.write_bytes(content)
    with pytest.raises(LibraryError, match=complaint) as caught:
        storage.read_json(path, Episode)
    assert str(path) in str(caught.value)


def test_equal_values_have_equal_digests() -> None:
    word = Word("a", 0, 1)
    assert storage.digest([word, {"b": 1, "a": 2}]) == storage.digest([Word("a", 0, 1), {"a": 2, "b": 1}])
    assert storage.digest([word]) != storage.digest([Word("a", 0, 2)])
