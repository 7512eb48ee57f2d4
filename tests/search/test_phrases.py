from __future__ import annotations

from pathlib import Path

import pytest

from podpipe.models import Episode, IndexedEpisode, Passage, Sentence
from podpipe.search import open_index, search

SENTENCES = (
    Sentence("Nothing to see here.", 0, 1000),
    Sentence("We wrote io_uring in PostgreSQL and the state of the art.", 1000, 5000),
)


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ('"io_uring in PostgreSQL"', "io_uring in PostgreSQL"),
        ("state-of-the-art", "state of the art"),
        ('"the state of the art"', "state of the art"),
    ],
)
def test_a_phrase_with_stop_words_is_found(tmp_path: Path, query: str, marked: str | None) -> None:
    passage = Passage("e/0", "e", "", 0, 0, 5000, SENTENCES)
    with open_index(tmp_path / "index", create=True) as index:
        index.add([IndexedEpisode(Episode("e", "e", "Demo"), "en", passages=(passage,))])
        hits = search(index, query).hits
    (hit,) = hits
    assert hit.start_ms == 1000
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.marks] == [marked]
