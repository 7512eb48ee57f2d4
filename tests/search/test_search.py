from __future__ import annotations

import gc
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from library_of_talk import EVERYTHING, KERNEL, STEP_MS, STORAGE, UNDATED, episode

from podpipe.errors import SearchError
from podpipe.models import Chapter, Hit, Sentence
from podpipe.search import ENGINES, Index, IndexShape, Results, analysis, open_index, search
from podpipe.search.alone import alone
from podpipe.search.documents import documents
from podpipe.search.passages import passages
from podpipe.search.query import parse


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, engine: str) -> Iterator[Index]:
    with open_index(tmp_path_factory.mktemp("search") / "index", create=True, engine=engine) as opened:
        opened.add(EVERYTHING)
        yield opened


def found(index: Index, query: str) -> set[tuple[str, str]]:
    """Episode and chapter of each hit that has all that was asked for."""
    results = search(index, query, limit=100)
    assert results.notes == () or not results.hits
    return {(hit.episode_id, hit.chapter) for hit in results.hits}


def exact(index: Index, query: str) -> set[tuple[str, str]]:
    """As ``found``, for a query whose words may also be found apart: only hits that have all of it marked."""
    return {(hit.episode_id, hit.chapter) for hit in search(index, query, limit=100).hits}


def marked(hit: Hit) -> list[str]:
    return [hit.snippet.text[start:end] for start, end in hit.snippet.marks]


def sentence_times(name: str) -> dict[str, int]:
    wanted = next(one for one in EVERYTHING if one.episode.id == name)
    return {sentence.text: sentence.start_ms for passage in wanted.passages for sentence in passage.sentences}


def test_a_word_is_found_in_every_chapter_that_has_it(index: Index) -> None:
    assert found(index, "killer") == {
        ("kernel", "OOM killer"),
        ("kernel", "Schedulers"),
        ("storage", "Café talk"),
    }


def test_all_words_come_before_some_words(index: Index) -> None:
    hits = search(index, "rebuild shingled").hits
    assert (hits[0].episode_id, hits[0].chapter) == ("storage", "Shingled drives")


def test_a_hit_begins_at_the_sentence_that_matches(index: Index) -> None:
    (hit,) = search(index, "containers").hits
    text = "Several people asked about containers, where seccomp profiles often forbid it."
    assert hit.start_ms == sentence_times("kernel")[text] == 6 * STEP_MS
    assert hit.end_ms == 7 * STEP_MS - 200
    assert hit.chapter_start_ms == 5 * STEP_MS


def test_a_hit_carries_what_is_known_of_its_episode(index: Index) -> None:
    (hit,) = search(index, "containers").hits
    assert (hit.episode_title, hit.show) == ("Episode kernel", "Kernel Daily")
    assert hit.published == datetime(2026, 3, 1, tzinfo=UTC)
    assert hit.enclosure == "https://example.org/kernel.mp3"
    assert hit.score > 0


@pytest.mark.parametrize(
    ("query", "chapter"),
    [
        ("c++", "Schedulers"),
        ("C++", "Schedulers"),
        ("c#", "Schedulers"),
        ("2.6.31", "Schedulers"),
        ("O(1)", "Schedulers"),
        ("io_uring", "io_uring"),
        ("iO_URING", "io_uring"),
        ("io uring", "io_uring"),
        ("io-uring", "io_uring"),
        ("/proc", "OOM killer"),
        ("/proc/self", "OOM killer"),
        ("oom_score_adj", "OOM killer"),
        ("page-fault", "Schedulers"),
        ("page fault", "Schedulers"),
        (".net", "Café talk"),
        ("PostgreSQL", "Café talk"),
        ("wi-fi", "Café talk"),
        ("owner's", "Café talk"),
        ("record’s", "ZFS send"),
        ("cafe", "Café talk"),
        ("CAFÉ", "Café talk"),
        ("naive", "Café talk"),
        ("stream", "ZFS send"),
        ("streams", "ZFS send"),
        ("resuming", "ZFS send"),
        ("databases", "OOM killer"),
    ],
)
def test_terms_are_found_however_they_are_written(index: Index, query: str, chapter: str) -> None:
    hit = search(index, query).hits[0]
    assert hit.chapter == chapter
    assert marked(hit)


@pytest.mark.parametrize("query", ["c", "java", "2.6.32", "oom_score_max", '"uring io"'])
def test_what_was_not_said_is_not_found(index: Index, query: str) -> None:
    assert search(index, query).hits == ()


def test_phrases_stand_together_and_in_order(index: Index) -> None:
    assert found(index, '"resident memory"') == {("kernel", "OOM killer")}
    assert found(index, '"memory resident"') == set()
    assert found(index, '"page tables"') == {("kernel", "OOM killer")}


def test_stop_words_within_a_phrase_do_no_harm(index: Index) -> None:
    assert found(index, '"state of the art"') == {("storage", "ZFS send")}
    assert found(index, '"in the middle of a large record"') == {("storage", "ZFS send")}
    (hit,) = search(index, '"state of the art"').hits
    assert marked(hit) == ["state of the art"]


def test_a_phrase_does_not_pass_over_other_words(index: Index) -> None:
    assert found(index, '"nine days"') == {("storage", "Shingled drives")}
    assert found(index, '"nine report"') == found(index, '"rebuild nine"') == set()


def test_a_star_after_a_phrase_takes_any_ending_of_its_last_word(index: Index) -> None:
    assert found(index, '"resident mem*"') == {("kernel", "OOM killer")}
    assert found(index, '"memory mem*"') == set()


def test_minus_leaves_out(index: Index) -> None:
    assert found(index, "killer -jokes") == {("kernel", "OOM killer"), ("storage", "Café talk")}
    assert found(index, 'rebuild -"nine days"') == {("undated", "Memory")}
    assert found(index, 'rebuild -"days nine"') == found(index, "rebuild")
    assert found(index, "rebuild -shin*") == {("undated", "Memory")}


def test_or_takes_either(index: Index) -> None:
    assert found(index, "seccomp OR shingled") == {("kernel", "io_uring"), ("storage", "Shingled drives")}
    assert found(index, 'seccomp OR "nine days" OR café') == {
        ("kernel", "io_uring"),
        ("storage", "Shingled drives"),
        ("storage", "Café talk"),
    }


def test_a_star_takes_any_ending(index: Index) -> None:
    assert found(index, "post*") == {("storage", "Café talk")}
    assert found(index, "contain*") == {("kernel", "io_uring")}
    assert found(index, "oom_sc*") == {("kernel", "OOM killer")}
    assert found(index, "shin*") == {("storage", "Shingled drives")}


def test_show_narrows_to_a_show(index: Index) -> None:
    assert found(index, "killer show:storage") == {("storage", "Café talk")}
    assert found(index, 'killer show:"Storage Weekly"') == {("storage", "Café talk")}
    assert {hit.episode_id for hit in search(index, "killer", show="DAILY").hits} == {"kernel"}
    assert found(index, "killer show:nowhere") == set()


@pytest.mark.parametrize("show", ["*", "?", "[", "[!", "]", "a[", "\\", "**", "(", "[a-"])
def test_a_show_may_be_asked_for_with_any_sign(index: Index, show: str) -> None:
    assert isinstance(search(index, "killer", show=show), Results)


def test_since_narrows_to_days(index: Index) -> None:
    assert found(index, "killer since:2026") == {("kernel", "OOM killer"), ("kernel", "Schedulers")}
    assert found(index, "killer since:2026-03-01") == found(index, "killer since:2026")
    assert found(index, "killer since:2026-03-02") == set()
    assert found(index, "killer since:2025-12") == found(index, "killer")
    assert {hit.episode_id for hit in search(index, "rebuild", since=date(2020, 1, 1)).hits} == {"storage"}


def test_topic_looks_only_at_titles(index: Index) -> None:
    assert found(index, "topic:killer") == {("kernel", "OOM killer")}
    assert found(index, "topic:send") == {("storage", "ZFS send")}
    assert found(index, 'topic:"shingled drives"') == {("storage", "Shingled drives")}
    assert found(index, "topic:containers") == set()


def test_a_topic_tells_what_is_said_of_it_first(index: Index) -> None:
    (hit,) = search(index, "topic:killer").hits
    (passage, *_) = (passage for passage in KERNEL.passages if passage.chapter == hit.chapter)
    assert hit.start_ms == hit.chapter_start_ms
    assert hit.snippet.text.startswith(passage.sentences[0].text)


def test_an_episode_is_found_by_its_title(index: Index) -> None:
    hits = search(index, "topic:undated").hits
    assert [(hit.episode_id, hit.start_ms, hit.snippet.text) for hit in hits] == [("undated", 0, "Episode undated")]


def test_a_chapter_called_so_comes_before_one_that_mentions_it(index: Index) -> None:
    hits = search(index, "killer").hits
    assert hits[0].chapter == "OOM killer"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize("query", ["the", "the of and", '"to be or not to be"', "I’m", "", "   ", "!?", "-killer"])
def test_a_query_of_nothing_to_find_says_so(index: Index, query: str) -> None:
    with pytest.raises(SearchError, match="there is nothing to search for"):
        search(index, query)


def test_a_quote_left_open_is_pointed_at(index: Index) -> None:
    with pytest.raises(SearchError, match="the quote is never closed") as caught:
        search(index, 'one "two three')
    _, query, pointer = str(caught.value).splitlines()
    assert query[pointer.index("^")] == '"'


def test_where_nothing_has_all_words_what_has_some_is_labelled(index: Index) -> None:
    results = search(index, "shingled kubernetes")
    assert results.notes == ("Nothing has all of these words; here is what has some of them.",)
    assert [hit.chapter for hit in results.hits] == ["Shingled drives"]
    assert search(index, "shingled drives").notes == ()


def test_one_hit_for_a_chapter(tmp_path: Path, engine: str) -> None:
    long = episode("long", {"One": [f"Sentence {n} on zebras." for n in range(60)], "Two": ["No zebras here."]})
    assert len(long.passages) > 3
    with open_index(tmp_path, create=True, engine=engine) as index:
        index.add([long])
        hits = search(index, "zebras").hits
    assert sorted((hit.chapter, hit.start_ms) for hit in hits) == [("One", 0), ("Two", 60 * STEP_MS)]


def test_the_limit_is_kept(index: Index) -> None:
    assert len(search(index, "killer", limit=2).hits) == 2
    assert search(index, "killer", limit=2).hits == search(index, "killer").hits[:2]


@pytest.mark.parametrize(
    ("query", "marks"),
    [
        ("browser", ["browser"]),
        ("tables swap", ["tables", "swap"]),
        ("oom_score_adj", ["oom_score_adj"]),
        ('"resident memory"', ["resident memory"]),
        ("killed", ["killed"]),
        ("leak*", ["leaking"]),
        ("c++", ["C++"]),
        ("O(1)", ["O(1"]),
        ("doesn't", ["doesn’t"]),
    ],
)
def test_marks_are_at_the_match(index: Index, query: str, marks: list[str]) -> None:
    hit = search(index, query).hits[0]
    assert marked(hit)[: len(marks)] == marks


def test_a_long_sentence_is_cut_around_the_match(tmp_path: Path, engine: str) -> None:
    text = " ".join(["filler"] * 80 + ["needle"] + ["padding"] * 80)
    with open_index(tmp_path, create=True, engine=engine) as index:
        index.add([episode("cut", {"Topic": [text]})])
        (hit,) = search(index, "needle").hits
    assert marked(hit) == ["needle"]
    assert len(hit.snippet.text) <= 190
    assert hit.snippet.text.startswith("…")
    assert hit.snippet.text.endswith("…")
    assert hit.snippet.text.strip("…") in text


def test_adding_an_episode_again_replaces_it(tmp_path: Path, engine: str) -> None:
    with open_index(tmp_path, create=True, engine=engine) as index:
        index.add([KERNEL, STORAGE])
        index.add([episode("kernel", {"Replaced": ["Nothing but llamas."]}, title="Renamed")])
        assert index.episode_ids() == {"kernel", "storage"}
        assert found(index, "containers") == set()
        assert found(index, "llamas") == {("kernel", "Replaced")}
        assert found(index, "topic:uring") == set()
        assert [hit.episode_title for hit in search(index, "llamas").hits] == ["Renamed"]
        assert found(index, "shingled") == {("storage", "Shingled drives")}


def test_adding_many_times_keeps_one_of_each(tmp_path: Path, engine: str) -> None:
    with open_index(tmp_path, create=True, engine=engine) as index:
        for number in range(25):
            index.add([episode(f"e{number % 5}", {"Topic": [f"Round {number} of zebras."]})])
        assert index.episode_ids() == {f"e{number}" for number in range(5)}
        hits = search(index, "zebras").hits
    assert sorted(hit.snippet.text for hit in hits) == sorted(f"Round {n} of zebras." for n in range(20, 25))


def test_what_one_opening_adds_another_finds(tmp_path: Path, engine: str) -> None:
    with open_index(tmp_path, create=True, engine=engine) as first, open_index(tmp_path) as second:
        assert second.episode_ids() == set()
        first.add([UNDATED])
        assert found(second, "memory") == {("undated", "Memory")}
        assert first.identity == second.identity != ""


def test_an_index_made_anew_has_another_identity(tmp_path: Path, engine: str) -> None:
    with (
        open_index(tmp_path / "a", create=True, engine=engine) as one,
        open_index(tmp_path / "b", create=True, engine=engine) as other,
    ):
        assert one.identity != other.identity


def test_without_an_index_the_error_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(SearchError, match="podpipe ingest"):
        open_index(tmp_path / "none")
    with pytest.raises(SearchError, match="holds no index yet; podpipe ingest or podpipe reindex"):
        open_index(tmp_path)


def test_a_search_without_episodes_finds_nothing(tmp_path: Path, engine: str) -> None:
    with open_index(tmp_path, create=True, engine=engine) as index:
        assert search(index, "anything at hand") == Results(())
        assert index.episode_ids() == set()


DAMAGES = {
    "emptied": lambda data: b"",
    "cut in half": lambda data: data[: len(data) // 2],
    "overwritten": lambda data: b"\xff" * len(data),
    "a web page": lambda data: b"<html>not found</html>",
    "a bit flipped": lambda data: bytes([data[0] ^ 0x40]) + data[1:],
    "end lost": lambda data: data[:-3],
}


ASKED: dict[str, Callable[[Index], object]] = {
    "search": lambda index: search(index, 'killer "resident memory" post*'),
    "languages": lambda index: index.languages(),
    "episode_ids": lambda index: index.episode_ids(),
    "stored": lambda index: list(index.stored()),
    "shape": lambda index: index.shape(),
    "vocabulary": lambda index: index.vocabulary().share("killer"),
    "count": lambda index: index.count("killer"),
    "newest": lambda index: list(index.newest(parse("since:2000-01-01"))),
}


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # Whoosh leaves what it can't read open
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_gives_a_clear_error(tmp_path: Path, engine: str, damage: str) -> None:
    folder = tmp_path / "index"
    with open_index(folder, create=True, engine=engine) as index:
        index.add(EVERYTHING)
    refused = 0
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        if not data or path.name in ("identity", ".tantivy-meta.lock", ".tantivy-writer.lock", ".managed.json"):
            continue
        broken = tmp_path / path.name
        shutil.copytree(folder, broken)  # files that are being read are never written to
        (broken / path.name).unlink()
        (broken / path.name).write_bytes(DAMAGES[damage](data))
        for ask in ASKED.values():
            try:
                with open_index(broken) as index:
                    ask(index)
            except SearchError as error:
                refused += 1
                assert str(error).count(str(broken)) == 1
                assert "podpipe reindex" in str(error)
    gc.collect()
    assert refused
    with open_index(folder) as index:
        assert search(index, "killer").hits


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_a_lost_file_of_the_index_gives_a_clear_error(tmp_path: Path, engine: str) -> None:
    folder = tmp_path / "index"
    with open_index(folder, create=True, engine=engine) as index:
        index.add(EVERYTHING)
    for path in (*folder.glob("*.seg"), *folder.glob("*.store")):
        path.unlink()
    with pytest.raises(SearchError, match="podpipe reindex"), open_index(folder) as index:
        search(index, "killer")
    gc.collect()


SIGNS = (
    '" - OR AND * show: since: topic: since:2026 ( ) [ ] { } \\ / ? : ~ ^ + c++ # . _ '
    "' ’ the killer Oom 2.6.31 I İ ß ﬁ ½ ² ٣"
)
PIECES = st.sampled_from(SIGNS.split(" ")) | st.text(max_size=4)


@given(st.text() | st.lists(PIECES, max_size=10).map(" ".join) | st.lists(PIECES, max_size=10).map("".join))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("show:[ killer")
@example("since:0000 killer")
@example("killer -" + "x" * 5000)
@example("a* " * 300)
@example("¼*")
def test_no_query_fails_otherwise(index: Index, query: str) -> None:
    try:
        hits = search(index, query).hits
    except SearchError as error:
        assert "can't be read" not in str(error)
    else:
        for hit in hits:
            assert all(0 <= start < end <= len(hit.snippet.text) for start, end in hit.snippet.marks)


SPOKEN = [sentence.text for one in EVERYTHING for passage in one.passages for sentence in passage.sentences]


@given(st.sampled_from(SPOKEN), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_run_of_spoken_words_is_found_as_a_phrase(index: Index, text: str, data: st.DataObject) -> None:
    words = text.split()
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    run = " ".join(words[first : last + 1])
    if analysis.terms(run):
        assert any(run in hit.snippet.text or run in text for hit in search(index, f'"{run}"').hits)


@given(
    st.lists(st.tuples(st.text("ab .", max_size=30), st.integers(0, 90_000)), max_size=60),
    st.lists(st.integers(0, 900_000), max_size=5),
)
def test_each_sentence_is_in_one_passage(rows: list[tuple[str, int]], starts: list[int]) -> None:
    sentences, at = [], 0
    for text, length in rows:
        sentences.append(Sentence(text, at, at + length))
        at += length
    chapters = [Chapter(f"Topic {start}", start, start + 1) for start in sorted(set(starts))]
    cut = passages("e", chapters, sentences)
    assert [sentence for passage in cut for sentence in passage.sentences] == sentences
    assert len({passage.id for passage in cut}) == len(cut)
    for passage in cut:
        assert passage.end_ms - passage.start_ms <= 70_000 or len(passage.sentences) == 1
        assert {chapter_of(chapters, sentence) for sentence in passage.sentences} == {passage.chapter}


def chapter_of(chapters: list[Chapter], sentence: Sentence) -> str:
    middle = (sentence.start_ms + sentence.end_ms) // 2
    return next((chapter.title for chapter in reversed(chapters) if chapter.start_ms <= middle), "")


def test_an_index_that_is_replaced_is_followed_by_those_who_have_it_open(tmp_path: Path, engine: str) -> None:
    with open_index(tmp_path / "index", create=True, engine=engine) as opened:
        opened.add([KERNEL])
        with open_index(tmp_path / "new", create=True, engine=engine) as new:
            new.add([STORAGE])
        assert found(opened, "killer")
        (tmp_path / "index").rename(tmp_path / "old")
        assert found(opened, "killer") == {("kernel", "OOM killer"), ("kernel", "Schedulers")}
        (tmp_path / "new").rename(tmp_path / "index")
        assert found(opened, "killer") == {("storage", "Café talk")}
        opened.add([UNDATED])
    with open_index(tmp_path / "index") as index:
        assert index.episode_ids() == {"storage", "undated"}


def test_a_second_writer_waits_and_says_so(tmp_path: Path, engine: str) -> None:
    waited: list[str] = []
    with open_index(tmp_path / "index", create=True, engine=engine) as index:
        with alone(tmp_path / "index"):
            thread = threading.Thread(target=lambda: index.add([KERNEL], lambda: waited.append("waiting")))
            thread.start()
            while not waited:
                assert thread.is_alive()
            assert index.episode_ids() == set()
        thread.join()
        assert index.episode_ids() == {"kernel"}
    assert waited == ["waiting"]


def test_texts_of_other_languages_are_found_by_their_own_stems(tmp_path: Path, engine: str) -> None:
    german = replace(episode("de", {"Häuser": ["Wir sprechen über alte Häuser und neue Straßen."]}), language="de")
    thai = replace(episode("th", {"แมว": ["ฉันรักแมวดำมาก"]}), language="th")
    with open_index(tmp_path, create=True, engine=engine) as index:
        index.add([KERNEL, german, thai])
        assert index.languages() == ("de", "en", "th")
        assert found(index, "Haus") == found(index, "häusern") == {("de", "Häuser")}
        assert found(index, "Strasse") == {("de", "Häuser")}
        assert found(index, "แมวดำ") == {("th", "แมว")}
        assert found(index, "killers") == {("kernel", "OOM killer"), ("kernel", "Schedulers")}


def test_a_running_searcher_sees_what_was_replaced_merged_and_taken_out(tmp_path: Path, engine: str) -> None:
    with open_index(tmp_path, create=True, engine=engine) as writer, open_index(tmp_path) as reader:
        for number in range(25):
            writer.add([episode(f"e{number % 5}", {"Topic": [f"Round {number} of zebras."]})])
            texts = [hit.snippet.text for hit in search(reader, "zebras").hits]
            assert len(texts) == len(set(texts)) == min(number + 1, 5)
            assert f"Round {number} of zebras." in texts
        writer.remove(["e0", "e3", "no such"])
        assert {hit.episode_id for hit in search(reader, "zebras").hits} == reader.episode_ids() == {"e1", "e2", "e4"}
        writer.optimize()
        assert {hit.episode_id for hit in search(reader, "zebras").hits} == {"e1", "e2", "e4"}
        assert reader.shape().documents == 9


def test_what_was_indexed_can_be_read_again(index: Index) -> None:
    everything = sorted(document.data for one in EVERYTHING for document in documents(one))
    assert sorted(index.stored()) == everything
    assert sorted(index.stored("storage")) == sorted(document.data for document in documents(STORAGE))
    assert list(index.stored("no such")) == []
    assert index.shape() == IndexShape(len(everything), 0, 1)


def test_one_episode_alone_can_be_searched(index: Index) -> None:
    assert {hit.episode_id for hit in search(index, "killer", episode_id="storage").hits} == {"storage"}
    assert search(index, "killer", episode_id="no such").hits == ()


def test_the_reasons_of_a_hit_add_up_to_its_score(index: Index) -> None:
    for hit in search(index, "oom killer").hits:
        assert sum(reason.value * reason.weight for reason in hit.reasons) == pytest.approx(hit.score)
        assert all(0 < reason.value <= 1 for reason in hit.reasons)
