"""The audio that a page names, and its title."""

from __future__ import annotations

import pytest

from podpipe.errors import SourceError
from podpipe.net import Page
from podpipe.sources import Candidate, page

HERE = "https://show.example/41/notes"


def read(text: str, media_type: str = "text/plain", url: str = HERE) -> Candidate:
    found = page.read(Page(url, text.encode(), media_type))
    assert isinstance(found, Candidate)
    return found


@pytest.mark.parametrize("media_type", ["text/plain", "text/markdown"])
@pytest.mark.parametrize(
    "text",
    [
        "Audio: seeds.mp3",
        "**Audio:** seeds.mp3",
        "[Audio](seeds.mp3)",
        "Listen: [seeds.mp3](<seeds.mp3>)",
        '[Listen](seeds.mp3 "31 MB") or [read](https://show.example/41)',
        '<audio controls src="seeds.mp3"></audio>',
        "It is at https://show.example/41/seeds.mp3.",
        "Audio: soon\n\n[Photos](photos.html), [audio](seeds.mp3), [the trailer](https://show.example/0.mp3)",
    ],
)
def test_text_names_its_audio(text: str, media_type: str) -> None:
    assert read(f"# Seeds\n\n{text}\n", media_type).episode.enclosure == "https://show.example/41/seeds.mp3"


def test_a_markdown_file_names_a_file_beside_it() -> None:
    assert read("[Audio](a%20b.mp3)", "text/markdown", "file:///shows/x.md").episode.enclosure == "/shows/a b.mp3"


def test_a_page_on_the_web_names_no_file_of_ours() -> None:
    with pytest.raises(SourceError, match="http and https only"):
        read("[Audio](file:///etc/secret.mp3)", "text/markdown")


@pytest.mark.parametrize(
    ("audio", "notes", "title"),
    [
        ("audio.mp3", "seeds_of_41.md", "seeds of 41"),
        ("seeds.mp3", "notes.md", "seeds"),
        ("audio.mp3", "notes.md", "shows"),
        ("07.mp3", "notes.md", "07"),
        ("ep-12.mp3", "index.md", "ep-12"),
    ],
)
def test_an_episode_without_a_title_is_called_as_the_file_that_tells_something(
    audio: str, notes: str, title: str
) -> None:
    text = f"Audio: {audio}\n\nToday we talk about seeds, and about those who keep them."
    assert read(text, "text/markdown", f"file:///shows/{notes}").episode.title == title
