"""What episodes are about, over time: on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from library_of_talk import episode

from podpipe.models import IndexedEpisode
from podpipe.search import ENGINES, Index, open_index
from podpipe.search.digests import digests
from podpipe.search.trends import Topics, topics, trend_z

FILLER = ["We met on the way, and it was a good day.", "He said that he would come and see us."]


def library() -> Iterator[IndexedEpisode]:
    """Four years of a show: of Zig ever more, of Gopher ever less, of Emacs Lisp always."""
    for year in range(2020, 2024):
        for number in range(8):
            said = [*FILLER, "I wrote a parser in Emacs Lisp, and Emacs Lisp is fine."]
            if number < 2 * (year - 2020):
                said += ["The compiler of Zig is quick.", "Everyone writes Zig now, and Zig runs anywhere."]
            if number < 2 * (2023 - year):
                said += ["The servers speak Gopher.", "Our Gopher clients know no other Gopher than this."]
            name = f"{year}-{number}"
            yield episode(name, {"Opening words": said}, day=(year, 1 + number, 1), title=f"Number {number}")


@pytest.fixture(scope="module", params=ENGINES)
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Index, Path]]:
    folder = tmp_path_factory.mktemp("topics") / "index"
    with open_index(folder, create=True, engine=request.param) as opened:
        opened.add(list(library()))
        yield opened, folder


def found(index: tuple[Index, Path], **more: object) -> Topics:
    return topics(index[0], digests(*index), **more)  # type: ignore[arg-type]  # any option


def test_topics_are_counted_by_episodes_in_periods(index: tuple[Index, Path]) -> None:
    result = found(index)
    assert (result.episodes, result.undated, result.unit) == (32, 0, "quarter")
    by_year = found(index, unit="year")
    assert [(period.label, period.episodes) for period in by_year.periods] == [(str(y), 8) for y in range(2020, 2024)]
    topic = {topic.text: topic for topic in by_year.topics}
    assert (topic["Zig"].episodes, topic["Zig"].counts, topic["Zig"].trend) == (12, (0, 2, 4, 6), "rising")
    assert (topic["Gopher"].episodes, topic["Gopher"].counts, topic["Gopher"].trend) == (12, (6, 4, 2, 0), "falling")
    assert [one.text for one in by_year.rising] == ["Zig"]
    assert [one.text for one in by_year.falling] == ["Gopher"]


def test_what_all_of_many_episodes_say_is_no_topic(index: tuple[Index, Path]) -> None:
    assert not {"Emacs Lisp", "Opening words", "good", "way"} & {topic.text for topic in found(index).topics}


def test_a_topic_can_be_searched_for_and_names_an_episode(index: tuple[Index, Path]) -> None:
    for topic in found(index).topics:
        assert topic.best_episode_id in index[0].episode_ids()
        assert topic.query


def test_what_is_remembered_follows_the_index(tmp_path: Path) -> None:
    with open_index(tmp_path, create=True) as opened:
        opened.add([episode("one", {"Zebras": ["Zebras run.", "Zebras eat."]})])
        assert [set(digest.titled) for digest in digests(opened, tmp_path)] == [{"zebra"}]
        opened.add([episode("one", {"Okapis": ["Okapis hide."]}), episode("two", {"Lions": ["Lions sleep."]})])
        assert [set(digest.titled) for digest in digests(opened, tmp_path)] == [{"okapi"}, {"lion"}]
        (tmp_path / "digests.msgpack").write_bytes(b"\x93nonsense")
        assert len(digests(opened, tmp_path)) == 2
        assert digests(opened, tmp_path) == digests(opened, tmp_path)
        opened.remove(["one"])
        assert [digest.episode_id for digest in digests(opened, tmp_path)] == ["two"]


def test_in_few_episodes_names_titles_and_pairs_are_topics(tmp_path: Path) -> None:
    said = ["The boundary condition is strange.", "A boundary condition is what Dirichlet had.", "So Dirichlet wrote."]
    with open_index(tmp_path, create=True) as opened:
        opened.add([episode("one", {"Heat": said}, day=None)])
        result = topics(opened, digests(opened, tmp_path))
    assert {topic.text for topic in result.topics} == {"Heat", "Dirichlet", "boundary condition"}
    assert (result.undated, result.periods, result.rising, result.falling) == (1, (), (), ())


def test_a_topic_is_written_as_a_whole_and_its_parts_are_none_beside_it(tmp_path: Path) -> None:
    said = ["Andres posted io_uring in PostgreSQL.", "They merged io_uring in PostgreSQL.", "We buy SMR drives."]
    with open_index(tmp_path, create=True) as opened:
        opened.add([episode("one", {"io_uring in PostgreSQL": said, "SMR drives": said}, day=None)])
        texts = {topic.text for topic in topics(opened, digests(opened, tmp_path)).topics}
    assert {"io_uring in PostgreSQL", "SMR drives"} <= texts
    assert not texts & {"uring in PostgreSQL", "drives", "SMR"}


def test_who_speaks_or_is_called_out_is_no_topic(tmp_path: Path) -> None:
    said = [
        "Thanks, Wilma.",
        "Wilma, you wrote Quux?",
        "I met Quux with Wilma.",
        "Yes, I wrote Quux.",
        "And Fred met Fred.",
    ]
    one = episode("one", {"Talk": said})
    speaking = replace(one.passages[0].sentences[0], speaker="Fred Flint")
    passage = replace(one.passages[0], sentences=(speaking, *one.passages[0].sentences[1:]))
    with open_index(tmp_path, create=True) as opened:
        opened.add([replace(one, passages=(passage,))])
        assert {topic.text for topic in topics(opened, digests(opened, tmp_path)).topics} == {"Quux"}


def test_one_topic_however_it_is_joined(tmp_path: Path) -> None:
    with open_index(tmp_path, create=True) as opened:
        for number, form in enumerate(["Web Assembly", "WebAssembly", "web-assembly"]):
            opened.add([episode(f"e{number}", {form: [f"I like {form} here.", f"The {form} of today."]}, day=None)])
        texts = [topic.text for topic in topics(opened, digests(opened, tmp_path)).topics]
    assert len([text for text in texts if text.casefold().replace("-", "").replace(" ", "") == "webassembly"]) == 1


def test_the_test_for_trend_is_that_of_the_textbook() -> None:
    """Cochran–Armitage on a table whose statistic is worked out by hand: chi² = z²."""
    counts, totals = [2, 5, 9], [10, 10, 10]
    share = 16 / 30
    moved = -1 * (2 - 10 * share) + 1 * (9 - 10 * share)
    assert trend_z(counts, totals) == pytest.approx(moved / (share * (1 - share) * 20) ** 0.5)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=12))
def test_a_trend_turns_round_with_time(rows: list[tuple[int, int]]) -> None:
    counts, totals = [min(row) for row in rows], [max(row) for row in rows]
    there, back = trend_z(counts, totals), trend_z(counts[::-1], totals[::-1])
    assert there == pytest.approx(-back, abs=1e-9)


@pytest.mark.parametrize(
    ("days", "unit", "count"),
    [
        ([date(2024, 1, 31), date(2024, 12, 1)], "month", 12),
        ([date(2022, 12, 31), date(2024, 12, 1)], "quarter", 9),
        ([date(2010, 5, 5), date(2024, 1, 1)], "year", 15),
    ],
)
def test_periods_fit_the_time_that_they_span(tmp_path: Path, days: list[date], unit: str, count: int) -> None:
    with open_index(tmp_path, create=True) as opened:
        made = [episode(f"e{n}", {"Topic": FILLER}, day=(d.year, d.month, d.day)) for n, d in enumerate(days)]
        opened.add(made)
        result = topics(opened, digests(opened, tmp_path))
    assert (result.unit, len(result.periods)) == (unit, count)
    assert sum(period.episodes for period in result.periods) == len(days)
