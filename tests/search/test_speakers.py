"""Who speaks, topics with words, and what is left out; on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from library_of_talk import KERNEL, STORAGE, episode

from podpipe.errors import SearchError
from podpipe.models import Sentence
from podpipe.search import ENGINES, Index, open_index, search
from podpipe.search.passages import passages

SAID = (
    ("Ana María López", "The zebra is faster than the llama."),
    ("Jon Masters", "A llama never runs from a zebra, I think."),
    ("Jon Masters", "Gnus do."),
    ("", "Somebody else said zebra."),
)
TALK = replace(
    episode("talk", {}),
    passages=passages(
        "talk", (), [Sentence(text, n * 5000, n * 5000 + 4800, speaker) for n, (speaker, text) in enumerate(SAID)]
    ),
)

FARM = episode("farm", {"Alpacas": ["They hum.", "Shear them in spring.", "Feed them hay."], "Geese": ["They honk."]})
BY = ("Ana María López", "Jon Masters", "Jon Masters", "Ana María López")
FARM = replace(
    FARM,
    passages=passages(
        "farm",
        FARM.chapters,
        [
            replace(sentence, speaker=speaker)
            for speaker, sentence in zip(BY, (s for p in FARM.passages for s in p.sentences), strict=True)
        ],
    ),
)


@pytest.fixture(scope="module", params=ENGINES)
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with open_index(tmp_path_factory.mktemp("speakers") / "index", create=True, engine=request.param) as opened:
        opened.add([TALK, FARM, KERNEL, STORAGE])
        yield opened


@pytest.mark.parametrize(
    ("query", "start_ms"),
    [
        ("speaker:jon zebra", 5000),
        ('speaker:"Jon Masters" zebra', 5000),
        ("zebra speaker:MASTERS", 5000),
        ("speaker:ana zebra", 0),
        ("speaker:maria zebra", 0),
        ('speaker:"ana maria" llama', 0),
        ("speaker:López llama", 0),
    ],
)
def test_a_hit_is_what_that_speaker_says(index: Index, query: str, start_ms: int) -> None:
    (hit,) = search(index, query).hits
    assert (hit.episode_id, hit.start_ms) == ("talk", start_ms)
    assert hit.snippet.text.startswith(SAID[start_ms // 5000][1])


@pytest.mark.parametrize("query", ["speaker:ana gnus", 'speaker:"masters jon" zebra', "speaker:linus zebra"])
def test_what_others_say_is_no_hit(index: Index, query: str) -> None:
    assert search(index, query).hits == ()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("topic:alpacas speaker:ana", "They hum."),
        ("topic:alpacas speaker:jon", "Shear them in spring."),
        ("topic:alpacas speaker:jon hay", "Feed them hay."),
        ("topic:geese speaker:ana", "They honk."),
        ("topic:geese speaker:jon", ""),
    ],
)
def test_what_somebody_says_of_a_topic(index: Index, query: str, said: str) -> None:
    starts = [hit.start_ms for hit in search(index, query).hits]
    sentences = [sentence for passage in FARM.passages for sentence in passage.sentences]
    assert starts == [sentence.start_ms for sentence in sentences if sentence.text == said]


def test_a_speaker_without_a_name_is_pointed_at(index: Index) -> None:
    with pytest.raises(SearchError, match="speaker: needs a name"):
        search(index, 'zebra speaker:"!?"')


def test_a_topic_with_words_is_what_is_said_in_that_topic(index: Index) -> None:
    (hit,) = search(index, "topic:schedulers page-fault").hits
    assert (hit.chapter, hit.snippet.text) == (
        "Schedulers",
        "A page-fault handler in C# would be quite something, said the killer of jokes.",
    )
    assert [hit.chapter for hit in search(index, "topic:uring fallback").hits] == ["io_uring"]
    assert {hit.chapter for hit in search(index, "topic:schedulers seccomp").hits} == set()


def test_a_topic_is_left_out_by_a_word_of_its_title(index: Index) -> None:
    assert {hit.chapter for hit in search(index, "killer -oom").hits} == {"Schedulers", "Café talk"}
    assert {hit.chapter for hit in search(index, "killer -topic:oom").hits} == {"Schedulers", "Café talk"}


@pytest.mark.parametrize(
    ("query", "chapter"),
    [
        ("c++", "Schedulers"),
        ("C#", "Schedulers"),
        (".net", "Café talk"),
        ("2.6.31", "Schedulers"),
        ("oom_score_adj", "OOM killer"),
        ("/proc/self", "OOM killer"),
        ("O(1)", "Schedulers"),
        ("page fault", "Schedulers"),
        ("pagefault", "Schedulers"),
        ("cafe", "Café talk"),
        ("naïve CAFÉ", "Café talk"),
        ("io uring", "io_uring"),
    ],
)
def test_terms_of_this_field_are_whole(index: Index, query: str, chapter: str) -> None:
    assert search(index, query).hits[0].chapter == chapter


def test_an_index_of_another_version_is_told_from_a_damaged_one(tmp_path: Path, index: Index) -> None:
    engine = type(index).__name__.removesuffix("Index").lower()
    folder = tmp_path / "index"
    with open_index(folder, create=True, engine=engine) as fresh:
        fresh.add([TALK])
    (folder / "identity").write_text("0123456789abcdef")
    with pytest.raises(SearchError, match="made by another version of podpipe; podpipe reindex"):
        open_index(folder)
