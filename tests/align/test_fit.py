from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from podpipe.align.fit import fitted, parted, started, unburied
from podpipe.models import Word
from podpipe.sound import HOP_MS, Sound


def sound(*pauses: tuple[int, int], length_ms: int = 10_000) -> Sound:
    level = np.full(length_ms // HOP_MS, -20.0, np.float32)
    for start_ms, end_ms in pauses:
        level[start_ms // HOP_MS : end_ms // HOP_MS] = -90
    return Sound(level)


def test_a_word_keeps_the_part_of_its_time_that_sounds() -> None:
    words = (Word("eBPF.", 2000, 4000), Word("Alexei", 4000, 4800))
    assert fitted(words, sound((2100, 3200), (3900, 4300))) == (Word("eBPF.", 3200, 3900), Word("Alexei", 4300, 4800))


def test_a_word_is_said_in_the_last_part_of_its_time_that_is_no_rest() -> None:
    pauses = sound((2200, 3000))
    assert fitted((Word("and", 2000, 3150),), pauses) == (Word("and", 3000, 3150),)
    assert fitted((Word("and", 2000, 3050),), pauses) == (Word("and", 2000, 2200),)
    assert fitted((Word("Futexes.", 2000, 3150),), pauses) == (Word("Futexes.", 2000, 2200),)


def test_short_silences_belong_to_words() -> None:
    words = (Word("stop", 1000, 1500),)
    assert fitted(words, sound((1200, 1300))) == words


def test_a_word_in_a_pause_stays_where_it_was_put() -> None:
    words = (Word("hush", 1100, 1200),)
    assert fitted(words, sound((1000, 2000))) == words


def test_words_in_a_pause_were_said_before_it_where_no_other_word_is() -> None:
    words = (Word("lot.", 1000, 1400), Word("Open", 4000, 4200), Word("SSL,", 4200, 4600), Word("A", 4700, 5000))
    pauses = sound((1400, 2700), (3900, 4600))
    assert unburied(words, pauses) == (words[0], Word("Open", 2700, 3300), Word("SSL,", 3300, 3900), words[3])


def test_words_that_were_joined_over_a_pause_are_two() -> None:
    words = (Word("at", 1000, 1200), Word("icculus.org-f-Futexes.", 1200, 5900), Word("Darren", 6000, 6300))
    apart = (Word("icculus.org-f", 1200, 3500), Word("Futexes.", 4600, 5300))
    assert parted(words, sound((3500, 4600), (5300, 6000))) == (words[0], *apart, words[2])
    assert parted(words, sound((3500, 4600))) == words  # nothing sounds by itself
    ended = (words[0], Word("twenty-five.", 1200, 3500), words[2])
    assert parted(ended, sound((3500, 4600), (5300, 6000))) == ended  # a cough
    assert parted(words, sound((3500, 3800), (5300, 6000))) == words  # no rest
    busy = (words[0], Word("icculus.org-f-Futexes.", 1200, 4650), Word("So", 4700, 5000), words[2])
    assert parted(busy, sound((3500, 4600), (5300, 6000))) == busy  # another word is there


def test_sentences_that_were_joined_over_a_pause_are_two() -> None:
    words = (Word("space.", 1000, 1300), Word("EdgF.Alexis", 1300, 4200), Word("Star", 4200, 4600))
    pauses = sound((1500, 2400), (3100, 3800))
    assert parted(words, pauses) == (words[0], Word("EdgF.", 1300, 3100), Word("Alexis", 3800, 4200), words[2])
    for text in ("memory.high", "node.js", "U.S.A", "2.6.32", "EdgF.", "e.g.Alexis"):
        kept = (words[0], replace(words[1], text=text), words[2])
        assert parted(kept, pauses) == kept
    assert parted(words, sound((1000, 1300))) == words  # no rest


@given(
    st.lists(st.tuples(st.integers(0, 9000), st.integers(1, 900)), max_size=8),
    st.lists(st.tuples(st.integers(0, 9000), st.integers(10, 900)), max_size=5),
)
def test_words_that_are_parted_stay_in_order(times: list[tuple[int, int]], pauses: list[tuple[int, int]]) -> None:
    words: list[Word] = []
    for start, length in sorted(times):
        start = max(start, words[-1].end_ms if words else 0)
        words.append(Word(("w-w.", "ww.Ww")[len(words) % 2], start, start + length))
    found = parted(words, sound(*((start, start + length) for start, length in pauses), length_ms=20_000))
    assert "".join(word.text for word in words).replace("-", "") == "".join(w.text for w in found).replace("-", "")
    assert all(left.end_ms <= right.start_ms for left, right in itertools.pairwise(found))
    assert all(word.start_ms < word.end_ms for word in found)


def test_words_in_a_pause_stay_where_another_is_said_before_it() -> None:
    words = (Word("a", 1000, 1400), Word("lot.", 2750, 3000), Word("Hush", 4000, 4400), Word("A", 4700, 5000))
    assert unburied(words, sound((1400, 2700), (3900, 4600))) == words
    assert unburied(words[2:], sound((3900, 4600))) == words[2:]
    assert unburied((), sound((3900, 4600))) == ()


@given(
    st.lists(st.tuples(st.integers(0, 9000), st.integers(1, 900)), max_size=8),
    st.lists(st.tuples(st.integers(0, 9000), st.integers(10, 900)), max_size=5),
)
def test_words_stay_in_order_when_they_leave_a_pause(
    times: list[tuple[int, int]], pauses: list[tuple[int, int]]
) -> None:
    words: list[Word] = []
    for start, length in sorted(times):
        start = max(start, words[-1].end_ms if words else 0)
        words.append(Word("w", start, start + length))
    found = unburied(words, sound(*((start, start + length) for start, length in pauses), length_ms=20_000))
    assert len(found) == len(words)
    assert all(left.end_ms <= right.start_ms for left, right in itertools.pairwise(found))
    assert all(word.start_ms < word.end_ms for word in found)


@given(
    st.lists(st.tuples(st.integers(0, 9000), st.integers(1, 900)), max_size=8),
    st.lists(st.tuples(st.integers(0, 9000), st.integers(10, 900)), max_size=5),
)
def test_words_only_ever_shrink(times: list[tuple[int, int]], pauses: list[tuple[int, int]]) -> None:
    words = [Word("w", start, start + length) for start, length in sorted(times)]
    for before, after in zip(
        words, fitted(words, sound(*((start, start + length) for start, length in pauses))), strict=True
    ):
        assert before.start_ms <= after.start_ms < after.end_ms <= before.end_ms


def test_a_word_that_goes_on_begins_at_the_dip_that_is_near() -> None:
    words = (Word("in", 1000, 1400), Word("his", 1400, 1800), Word("power", 1800, 2300))
    found = started(words, sound((1460, 1490), (1990, 2010)))
    assert [word.start_ms for word in found] == [1030, 1470, 1830]
    assert [word.end_ms for word in found] == [1470, 1830, 2300]


def test_a_word_after_a_pause_begins_with_its_sound() -> None:
    words = (Word("stop.", 1000, 1500), Word("Go", 1500, 2500))
    assert started(words, sound((1500, 2000)))[1] == Word("Go", 2000, 2500)


@given(st.lists(st.tuples(st.integers(0, 9900), st.integers(1, 900)), max_size=8), st.integers(0, 1000))
def test_started_words_keep_their_length_and_order(times: list[tuple[int, int]], hops: int) -> None:
    words = [Word("w", start, start + length) for start, length in sorted(times)]
    found = started(words, Sound(np.random.default_rng(hops).uniform(-60, -10, hops).astype(np.float32)))
    assert len(found) == len(words)
    for word in found:
        assert 0 <= word.start_ms < word.end_ms
