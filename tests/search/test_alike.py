"""What was misheard or mistyped is found where little else is, and labelled; on both engines."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from library_of_talk import KERNEL, episode

from podpipe.models import Alias, IndexedEpisode, Sentence
from podpipe.search import ENGINES, ENOUGH, Index, open_index, search
from podpipe.search.alike.pronounce import said
from podpipe.search.passages import passages
from podpipe.search.vocabulary import Vocabulary, remembered

MISHEARD = episode(
    "misheard",
    {
        "Tunnels": [
            "The wire guard tunnel came up at once.",
            "We looked at cooper netties for a whole week.",
            "Somebody asked about kafca and rabbit mq in one breath.",
            "The e b p f programs were verified again.",
            "Then a go routine was started and never ended.",
            "It runs in a guest under kay vee em on that machine.",
            "He wrote the kernel in Rust, and a type of script was there too.",
            "They link against g lib c on that machine.",
        ]
    },
)
SPELLED = episode("spelled", {"Talk": ["Prometheus is what we monitor with.", "The dataset is in PostgreSQL now."]})


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def index(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with open_index(tmp_path_factory.mktemp("alike") / "index", create=True, engine=engine) as opened:
        opened.add([KERNEL, MISHEARD, SPELLED])
        yield opened


@pytest.fixture
def fresh(engine: str, tmp_path: Path) -> Iterator[Index]:
    """An index with nothing in it."""
    with open_index(tmp_path / "index", create=True, engine=engine) as opened:
        yield opened


@pytest.mark.parametrize(
    ("query", "heard"),
    [
        ("wireguard", "wire guard"),
        ("WireGuard", "wire guard"),
        ("kubernetes", "cooper netties"),
        ("kafka", "kafca"),
        ("rabbitmq", "rabbit mq"),
        ("ebpf", "e b p f"),
        ("goroutine", "go routine"),
        ("kvm", "kay vee em"),
        ("glibc", "g lib c"),
        ("promethius", "Prometheus"),
        ("prometehus", "Prometheus"),
        ("postgrsql", "PostgreSQL"),
        ('"data set"', "dataset"),
        ("data set", "dataset"),
    ],
)
def test_what_was_heard_otherwise_is_found_and_labelled(index: Index, query: str, heard: str) -> None:
    hit = search(index, query).hits[0]
    assert hit.note == f"heard: {heard}"
    assert hit.heard == (heard,)
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.marks] == [heard]
    assert hit.start_ms == next(start for text, start in _sentences(hit.episode_id) if heard in text)


def _sentences(episode_id: str) -> Iterator[tuple[str, int]]:
    wanted = next(one for one in (MISHEARD, SPELLED) if one.episode.id == episode_id)
    return ((sentence.text, sentence.start_ms) for passage in wanted.passages for sentence in passage.sentences)


def test_what_was_said_as_it_was_asked_for_has_no_label(index: Index) -> None:
    assert {hit.note for query in ("tunnel", "killer", '"wire guard"') for hit in search(index, query).hits} == {""}


@pytest.mark.parametrize("query", ["typescript", "zzyzx", "qqq", "xylophone", "q", "42", "日本"])
def test_words_that_only_seem_alike_are_not_found(index: Index, query: str) -> None:
    assert search(index, query).hits == ()


def test_what_is_not_in_the_library_is_suggested_as_the_library_has_it(index: Index) -> None:
    assert search(index, "wireguard").suggestions == ('"wire guard"',)
    assert search(index, "promethius").suggestions == ("prometheus",)
    assert search(index, "tunnel").suggestions == ()
    assert search(index, "OOM kilelr").suggestions == ('"oom killer"',)
    assert search(index, "wire gard").suggestions == ('"wire guard"',)


def test_two_words_found_as_one_phrase_are_no_closer_than_they_can_be(index: Index) -> None:
    (hit,) = search(index, "OOM kilelr").hits
    assert 0.5 < next(reason.value for reason in hit.reasons if reason.name == "close") <= 1


def test_words_are_joined_only_beside_each_other(index: Index) -> None:
    assert search(index, "wireguard tunnel").hits[0].note == "heard: wire guard"


def test_an_alias_finds_what_was_heard_and_is_never_shown_as_spoken(fresh: Index) -> None:
    heard = "Once more the oil and killer ended a process."
    aliased = _with_aliases("aliased", Sentence(heard, 0, 4000, aliases=(Alias("OOM killer", "oil and killer"),)))
    fresh.add([aliased])
    (hit,) = search(fresh, '"OOM killer"').hits
    assert (hit.note, hit.snippet.text, hit.start_ms) == ("heard: oil and killer", heard, 0)
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.marks] == ["oil and killer"]
    assert search(fresh, '"process OOM"').hits == ()  # what stands beside the text is no part of it
    assert search(fresh, "oil").hits[0].note == ""


def test_what_has_all_words_though_one_is_alike_comes_before_what_has_one_of_them(fresh: Index) -> None:
    talk = {"Introduction": ["The pressure is on."], "PSI": ["It is what pressure stall information tells."]}
    fresh.add([episode("psi", talk)])
    hit = search(fresh, "pressure stall informatoin").hits[0]
    assert (hit.chapter, hit.note) == ("PSI", "heard: information")


def test_where_a_word_is_said_as_asked_what_only_may_stand_for_it_is_no_hit(fresh: Index) -> None:
    said, alike = "It was the router all along.", "The history of that bug is long."
    fresh.add([episode("said", {"Routers": [said]}), episode("alike", {"Bugs": [alike, "Nothing more."]})])
    for query in ("along", "router all along"):
        assert [hit.episode_id for hit in search(fresh, query).hits] == ["said"]


def test_a_half_typed_word_finds_what_begins_so(fresh: Index) -> None:
    talk = {f"Part {n}": [f"Benchmark {n} is about virtualization here."] for n in range(ENOUGH)}
    fresh.add([episode("bench", talk)])
    for beginning, word in (("benchm", "Benchmark"), ("virtualiz", "virtualization")):
        results = search(fresh, beginning)
        assert results.notes == (f"Nothing has the word “{beginning}”; here is what has words that begin so.",)
        hit = results.hits[0]
        assert [hit.snippet.text[start:end] for start, end in hit.snippet.marks] == [word]
        assert hit.note == ""
    assert [hit.note for hit in search(fresh, "virtualiza*").hits[:1]] == [""]
    assert search(fresh, "virtuallza*").hits == ()  # what is to begin so is not looked for otherwise


def test_what_was_said_as_asked_is_the_hit_though_a_sound_alike_stands_before_it(fresh: Index) -> None:
    both = _with_aliases(
        "both",
        Sentence("They looked at cafca for a while.", 0, 3000),
        Sentence("The cafca of old is what kafka was made for.", 3000, 6000),
    )
    fresh.add([both])
    (hit,) = search(fresh, "kafka").hits
    assert (hit.start_ms, hit.note) == (3000, "")
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.marks] == ["kafka"]


def test_words_that_may_have_been_heard_have_their_turns_however_often_said(fresh: Index) -> None:
    often = {f"Part {n}": [f"The native code of number {n} is native."] for n in range(30)}
    fresh.add([episode("often", often), episode("once", {"Services": ["Then all of that moved to k native."]})])
    assert {"heard: k native", "heard: native"} <= {hit.note for hit in search(fresh, "knative").hits[:3]}


def _with_aliases(name: str, *sentences: Sentence) -> IndexedEpisode:
    return replace(episode(name, {}), passages=passages(name, (), sentences))


def test_a_vocabulary_knows_its_words_by_initial_and_sound() -> None:
    words = Vocabulary.of({"kafca": 1, "kernel": 500, "2": 3, "猫": 1})
    assert words.sounds["kafca"] == said("kafka")
    assert words.sounds["the"] == said("the")  # in no index, but part of what a name is heard as
    assert "猫" not in words.sounds
    assert words.by_initial["k"] == ["kafca", "kernel"]
    assert words.is_rare("kafca")
    assert not words.is_rare("kernel")
    assert 0 > words.share("kernel") > words.share("kafca") > words.share("none")


@pytest.mark.parametrize("engine", ENGINES)
def test_words_are_remembered_until_the_index_changes(tmp_path: Path, engine: str) -> None:
    folder = tmp_path / "index"
    with open_index(folder, create=True, engine=engine) as opened:
        opened.add([MISHEARD])
        assert search(opened, "kafka").hits[0].heard == ("kafca",)
    before = (folder / "vocabulary.msgpack").read_bytes()
    with open_index(folder) as opened:
        assert opened.vocabulary().sounds["kafca"] == said("kafka")
        assert (folder / "vocabulary.msgpack").read_bytes() == before
        opened.add([SPELLED])
        assert search(opened, "promethius").hits[0].heard == ("Prometheus",)
    assert (folder / "vocabulary.msgpack").read_bytes() != before


@pytest.mark.parametrize("damaged", [b"", b"\x93nonsense", b"\x93\x01\xa0\x92\x80\x91\x80"])
def test_a_damaged_memory_of_words_is_made_again(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / "vocabulary.msgpack").write_bytes(damaged)
    words = remembered(tmp_path, "now", lambda: {"kafca": 1})
    assert words.counts == {"kafca": 1}
    assert remembered(tmp_path, "now", dict) == words
    assert remembered(tmp_path, "later", lambda: {"kernel": 2}).counts == {"kernel": 2}


def test_where_nothing_can_be_written_words_are_counted_each_time(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    assert remembered(gone, "now", lambda: {"kafca": 1}).counts == {"kafca": 1}
    assert not gone.exists()


def test_a_name_of_many_letters_that_is_read_out_is_found(tmp_path: Path) -> None:
    with open_index(tmp_path / "index", create=True, engine="tantivy") as fresh:
        fresh.add([episode("letters", {"Names": ["They spell it b c d f g h j k l m n p q r s t v w x z there."]})])
        assert search(fresh, "bcdfghjklmnp").hits[0].note == "heard: b c d f g h j k l m n p"


def test_a_word_of_a_thousand_letters_takes_no_time(tmp_path: Path) -> None:
    word = "fanotifywireguard" * 60
    with open_index(tmp_path / "index", create=True, engine="tantivy") as fresh:
        fresh.add([KERNEL, MISHEARD])
        started = time.perf_counter()
        assert search(fresh, word).hits == search(fresh, f"{word} wire{word}").hits == ()
        assert time.perf_counter() - started < 2
