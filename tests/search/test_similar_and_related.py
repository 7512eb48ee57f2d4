"""More like this, and what is talked of together: on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from library_of_talk import episode

from podpipe.errors import SearchError
from podpipe.search import ENGINES, Index, open_index
from podpipe.search.related import related
from podpipe.search.similar import similar

EPISODES = (
    episode(
        "kernel",
        {
            "Page cache": ["The page cache holds what was read.", "Dirty pages of the page cache are written back."],
            "Scheduler": ["The scheduler gives each task its slice.", "A task waits in the runqueue."],
        },
    ),
    episode(
        "databases",
        {
            "Buffers": ["PostgreSQL leaves much to the page cache.", "Dirty pages are written back by the kernel."],
            "Vacuum": ["Vacuum takes dead rows away.", "Autovacuum does so by itself."],
        },
    ),
    episode("cooking", {"Soup": ["Onions are fried in butter.", "The soup simmers for an hour."]}),
    episode("more cooking", {"Stew": ["Onions and carrots are fried in butter.", "A stew simmers for longer."]}),
)


@pytest.fixture(scope="module", params=ENGINES)
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with open_index(tmp_path_factory.mktemp("like") / "index", create=True, engine=request.param) as opened:
        opened.add(EPISODES)
        yield opened


def test_the_episode_most_alike_comes_first(index: Index) -> None:
    first = similar(index, "kernel")[0]
    assert (first.episode_id, first.chapter, first.start_ms) == ("databases", "", 0)
    assert 0 < first.likeness < 1
    assert {"page cache", "Dirty pages"} <= set(first.shared)
    assert similar(index, "cooking")[0].episode_id == "more cooking"


def test_a_chapter_is_compared_with_chapters_of_other_episodes(index: Index) -> None:
    found = similar(index, "databases", 0)
    assert (found[0].episode_id, found[0].chapter, found[0].start_ms) == ("kernel", "Page cache", 0)
    assert all(one.episode_id != "databases" for one in found)


def test_an_episode_is_wholly_like_a_copy_of_itself(tmp_path: Path) -> None:
    talk = {"One": ["Zebras graze on the plain.", "Lions wait in the grass."]}
    with open_index(tmp_path, create=True) as opened:
        opened.add([episode("a", talk), episode("b", talk), episode("c", {"Two": ["Nothing of the kind."]})])
        (copy,) = similar(opened, "a")
    assert (copy.episode_id, round(copy.likeness, 6)) == ("b", 1.0)


def test_likeness_falls_and_the_limit_is_kept(index: Index) -> None:
    found = similar(index, "kernel", limit=2)
    assert [one.likeness for one in found] == sorted((one.likeness for one in found), reverse=True)
    assert len(found) <= 2


def test_what_is_not_indexed_can_not_be_compared(index: Index) -> None:
    with pytest.raises(SearchError, match="podpipe index verify"):
        similar(index, "no such")
    with pytest.raises(SearchError, match="podpipe index verify"):
        similar(index, "kernel", 123_456)


def test_terms_that_go_with_a_query_are_offered_without_its_own(index: Index) -> None:
    found = related(index, "onions")
    texts = {term.text.casefold() for term in found.terms}
    assert "butter" in texts or "fried in butter" in texts
    assert not any("onion" in text for text in texts)
    assert all(term.passages > 1 for term in found.terms)


def test_chapters_that_do_not_name_what_was_asked_for_are_offered(index: Index) -> None:
    found = related(index, '"page cache"')
    assert [(chapter.title, chapter.query) for chapter in found.chapters] == [("Buffers", 'topic:"Buffers"')]


def test_nothing_is_related_to_what_is_not_found(index: Index) -> None:
    assert related(index, "xylophone") == related(index, "trombone")
    assert related(index, "xylophone").terms == ()
