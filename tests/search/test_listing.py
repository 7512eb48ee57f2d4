"""A field alone lists what there is, the newest first; on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from library_of_talk import STORAGE, episode

from podpipe.errors import SearchError
from podpipe.models import IndexedEpisode, Sentence
from podpipe.search import ENGINES, Index, open_index, search
from podpipe.search.passages import passages
from podpipe.search.related import Related, related


def spoken(name: str, day: tuple[int, int, int], *said: tuple[str, str]) -> IndexedEpisode:
    """An episode of sentences with their speakers, a minute apart, so that each is a passage."""
    sentences = [
        Sentence(text, number * 60_000, number * 60_000 + 50_000, speaker)
        for number, (speaker, text) in enumerate(said)
    ]
    return replace(episode(name, {}, day=day, show="Talks"), passages=passages(name, (), sentences))


def at(indexed: IndexedEpisode, hour: int) -> IndexedEpisode:
    published = indexed.episode.published or datetime(2026, 1, 1, tzinfo=UTC)
    return replace(indexed, episode=replace(indexed.episode, published=published.replace(hour=hour)))


LIBRARY = (
    episode("march", {"A": ["A zebra."], "B": ["A llama."]}, day=(2026, 3, 1)),
    episode("may", {"A": ["A gnu."]}, day=(2026, 5, 9)),
    at(episode("april-evening", {"A": ["A gnu."]}, day=(2026, 4, 2)), 20),
    at(episode("april-noon", {"A": ["A gnu."]}, day=(2026, 4, 2)), 12),
    episode("undated", {"A": ["A gnu."]}, day=None),
    spoken(
        "old-talk", (2025, 1, 1), ("Ana López", "Hello."), ("Jon Masters", "A zebra ran."), ("Jon Masters", "It did.")
    ),
    spoken("new-talk", (2025, 6, 1), ("Jon Masters", "Good morning."), ("Ana López", "Good evening.")),
)


@pytest.fixture(scope="module", params=ENGINES)
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with open_index(tmp_path_factory.mktemp("listing") / "index", create=True, engine=request.param) as opened:
        for indexed in LIBRARY:
            opened.add([indexed])
        opened.add([STORAGE])
        opened.remove([STORAGE.episode.id])
        yield opened


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("show:kernel", ["may", "april-evening", "april-noon", "march", "undated"]),
        ("show:kernel since:2026-04", ["may", "april-evening", "april-noon"]),
        ("since:2026-04 until:2026-04-30", ["april-evening", "april-noon"]),
        ("until:2026-04", ["april-evening", "april-noon", "march", "new-talk", "old-talk"]),
        ("show:nothing", []),
        ("since:2030", []),
    ],
)
def test_episodes_are_listed_the_newest_first(index: Index, query: str, names: list[str]) -> None:
    results = search(index, query)
    assert [hit.episode_id for hit in results.hits] == names
    assert all((hit.start_ms, hit.chapter, hit.note) == (0, "", "") for hit in results.hits)
    assert [hit.snippet.text for hit in results.hits] == [hit.episode_title for hit in results.hits]
    assert ("No word is asked for; here are the newest episodes." in results.notes) == bool(names)


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("show:nothing", "No show here is called “nothing”."),
        ("speaker:nobody", "No speaker here is called “nobody”."),
        ("since:2030 kernel", "No episode here is of these days."),
        ("until:1990", "No episode here is of these days."),
        ("xylophone show:kernel since:2026", None),
    ],
)
def test_what_a_query_is_narrowed_to_in_vain_is_told(index: Index, query: str, note: str | None) -> None:
    results = search(index, query)
    assert results.hits == ()
    assert results.notes == ((note,) if note else ())


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_as_many_as_are_wanted(index: Index, limit: int) -> None:
    wanted = ["may", "april-evening", "april-noon", "march"][:limit]
    assert [hit.episode_id for hit in search(index, "since:2026", limit=limit).hits] == wanted


def test_options_narrow_as_fields_do(index: Index) -> None:
    assert search(index, "", show="kernel", since=date(2026, 4, 1)) == search(index, "show:kernel since:2026-04-01")


def test_a_speaker_is_listed_where_he_first_speaks(index: Index) -> None:
    hits = search(index, "speaker:jon").hits
    assert [(hit.episode_id, hit.start_ms, hit.snippet.text) for hit in hits] == [
        ("new-talk", 0, "Good morning."),
        ("old-talk", 60_000, "A zebra ran."),
    ]
    hits = search(index, "speaker:lopez").hits
    assert [(hit.episode_id, hit.start_ms) for hit in hits] == [("new-talk", 60_000), ("old-talk", 0)]


@pytest.mark.parametrize("query", ["the show:kernel", "show:kernel -zebra", "", "-zebra"])
def test_where_words_were_meant_there_must_be_one(index: Index, query: str) -> None:
    with pytest.raises(SearchError, match="there is nothing to search for"):
        search(index, query)


def test_nothing_is_related_to_no_word(index: Index) -> None:
    assert related(index, "show:kernel") == Related((), ())
