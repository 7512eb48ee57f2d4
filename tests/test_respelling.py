from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.shelf import spoken
from podpipe.errors import TranscriptError
from podpipe.models import Transcript
from podpipe.respelling import Replacement, applied, in_title, renamed, respell, undone


def text(transcript: Transcript) -> str:
    return " ".join(word.text for word in transcript.words)


def said(words: str) -> Transcript:
    return Transcript("en", 60_000, spoken(words))


def rename(words: str, heard: str, name: str) -> str:
    transcript = said(words)
    return text(applied(transcript, renamed(transcript.words, heard, name)))


@pytest.mark.parametrize(
    ("words", "heard", "name", "right"),
    [
        ("the oil and killer ends it", "oil and killer", "OOM killer", "the OOM killer ends it"),
        ("Oil and killer! Oil, and killer?", "oil and killer", "OOM killer", "OOM killer! OOM killer?"),
        ("the oil and killer's choice", "oil and killer", "OOM killer", "the OOM killer's choice"),
        ("(veterans) year", "Veterans year", "Vedran Furac", "(Vedran Furac"),
        ("fetixes, fetixes", "fetixes", "Futexes", "Futexes, Futexes"),
        ("an oily killer", "oil", "OOM", "an oily killer"),
        ("It is “IO uring”.", "io uring", "io_uring", "It is “io_uring”."),
        ("io_uring and io_uring", "io_uring", "io_uring", "io_uring and io_uring"),
        ("no no no", "no no", "yes", "yes no"),
    ],
)
def test_a_name_is_spelled_right_everywhere(words: str, heard: str, name: str, right: str) -> None:
    assert rename(words, heard, name) == right


def test_what_is_right_already_is_no_correction() -> None:
    assert renamed(said("the OOM killer").words, "oom killer", "OOM killer") == ()


def test_new_words_share_the_time_of_the_old() -> None:
    change = respell(said("the oil and killer ends").words, 1, 3, "OOM killer")
    assert [word.text for word in change.after] == ["OOM", "killer"]
    assert (change.after[0].start_ms, change.after[-1].end_ms) == (change.before[0].start_ms, change.before[-1].end_ms)
    assert {(word.origin, word.confidence) for word in change.after} == {("edited", 1.0)}


def test_as_many_words_keep_their_times() -> None:
    change = respell(said("one too three").words, 1, 1, "two")
    assert (change.after[0].start_ms, change.after[0].end_ms) == (change.before[0].start_ms, change.before[0].end_ms)


def test_no_text_takes_words_out() -> None:
    transcript = said("so um yes")
    assert text(applied(transcript, [respell(transcript.words, 1, 1, " ")])) == "so yes"


@pytest.mark.parametrize(("first", "last"), [(-1, 0), (2, 1), (0, 3), (9, 9)])
def test_there_are_no_such_words(first: int, last: int) -> None:
    with pytest.raises(TranscriptError, match="there are no words"):
        respell(said("one two three").words, first, last, "x")


def test_too_long_or_empty() -> None:
    with pytest.raises(TranscriptError, match="too many"):
        respell(said("one").words, 0, 0, "x" * 501)
    with pytest.raises(TranscriptError, match="letters"):
        renamed(said("one").words, "...", "x")


def test_a_title_has_the_name_too() -> None:
    assert in_title("The oil and killer, again", "oil and killer", "OOM killer") == "The OOM killer, again"
    assert in_title("Another", "oil and killer", "OOM killer") == "Another"


_WORDS = st.lists(st.sampled_from("a b an' a's b, “c” c".split()), min_size=1, max_size=20).map(" ".join)


@given(_WORDS, st.sampled_from(["a", "b c", "a a", "c"]), st.sampled_from(["X", "X Y", "a b c", "b"]))
def test_what_was_renamed_can_be_taken_back(words: str, heard: str, name: str) -> None:
    transcript = said(words)
    changes = renamed(transcript.words, heard, name)
    after = applied(transcript, changes)
    assert undone(after, changes) == transcript
    starts = [word.start_ms for word in after.words]
    assert starts == sorted(starts)


def test_what_was_changed_since_is_not_taken_back() -> None:
    transcript = said("one two")
    change = Replacement(0, transcript.words[:1], transcript.words[1:])
    with pytest.raises(TranscriptError, match="changed in the same place"):
        undone(transcript, [change])
