"""How words are said, how far sounds are from each other, and which words sound like one together."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe.search.alike.pronounce import PHONES, readings, said
from podpipe.search.alike.sounds import LONGEST, Sounds, backwards, distance, encoded
from podpipe.search.alike.ways import Nearest, Words, alone, together

SOUND = st.text(PHONES, min_size=1, max_size=9)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("kafka", "kafca"),
        ("phase", "fase"),
        ("psyllium", "silium"),
        ("knight", "nite"),
        ("quick", "kwik"),
        ("4", "for"),
    ],
)
def test_words_that_are_said_alike_have_one_sound(one: str, other: str) -> None:
    assert distance(said(one), said(other)) <= 0.2


def test_letters_without_a_vowel_are_read_out() -> None:
    assert said("fs") == said("f") + said("s")
    assert said("v8") == said("v") + said("8")


@pytest.mark.parametrize(
    ("word", "heard"),
    [
        ("ebpf", "e b p f"),
        ("rsync", "r sync"),
        ("bcachefs", "b cachefs"),
        ("containerd", "container d"),
        ("log4j", "log 4 j"),
        ("postgresql", "postgre sequel"),
        ("io_uring", "i o uring"),
    ],
)
def test_a_name_may_be_read_in_part_letter_by_letter(word: str, heard: str) -> None:
    sound = "".join(map(said, heard.split()))
    assert min(distance(reading, sound) for reading in readings(word)) <= 0.5


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789-_.'/ +#é", max_size=20))
def test_whatever_is_read_has_phones_alone(text: str) -> None:
    for reading in (said(text), *readings(text)):
        assert set(reading) <= set(PHONES)


@given(SOUND, SOUND)
def test_a_distance_is_the_same_both_ways_and_none_to_itself(one: str, other: str) -> None:
    assert distance(one, one) == 0
    assert distance(one, other) == pytest.approx(distance(other, one), abs=1e-4)


@given(st.lists(SOUND, min_size=1, max_size=30), SOUND, st.floats(0, 3))
def test_the_tree_finds_what_is_near_each_beginning_and_nothing_else(words: list[str], sound: str, most: float) -> None:
    begins = Sounds(encoded(words)).begins(sound, most)
    assert len(begins) == len(sound) + 1
    for size, near in enumerate(begins):
        found = dict(zip(near.words.tolist(), near.costs.tolist(), strict=True))
        costs = [_distance(word, sound[:size]) for word in words]
        assert all(found[number] == pytest.approx(costs[number], abs=1e-3) for number in found)
        assert {number for number, cost in enumerate(costs) if cost <= most - 1e-3} <= found.keys()


@functools.cache
def _distance(one: str, other: str) -> float:
    """By the definition, cut at the last phone of either."""
    if not one or not other:
        return sum(distance(phone, "") for phone in one + other)
    return min(
        _distance(one[:-1], other[:-1]) + distance(one[-1], other[-1]),
        _distance(one[:-1], other) + distance(one[-1], ""),
        _distance(one, other[:-1]) + distance(other[-1], ""),
    )


@given(st.lists(SOUND, max_size=9))
def test_sounds_are_told_from_their_ends_too(words: list[str]) -> None:
    assert backwards(encoded(words)).tolist() == encoded([word[::-1] for word in words]).tolist()


def test_a_word_that_is_too_long_is_left_out() -> None:
    near = Sounds(encoded(["K" * (LONGEST + 1), "KaT"])).begins("KaT", 0.5)
    assert near[-1].words.tolist() == [1]


@pytest.mark.parametrize(
    ("word", "heard"),
    [
        ("wireguard", ("wire", "guard")),
        ("kubernetes", ("cooper", "netties")),
        ("contango", ("can", "tango")),
        ("betelgeuse", ("beetle", "juice")),
        ("postgresql", ("post", "gray", "sequel")),
        ("django", ("jango",)),
        ("hugging face", ("hugging", "phase")),
        ("risc-v", ("risk", "v")),
    ],
)
def test_words_that_together_sound_like_one_are_the_nearest(word: str, heard: tuple[str, ...]) -> None:
    others = (
        "kernel memory talk water beet guild wired coop nettle container tangle postage grace jungle hug risky".split()
    )
    words = [*heard, *others]
    found = nearest(word, Words.of({one: said(one) for one in words}, np.full(len(words), -3.0, np.float32)))
    assert min(found, key=lambda way: way.far / way.length).words == heard


def test_nothing_sounds_like_what_has_no_sound() -> None:
    words = Words.of({"kernel": said("kernel")}, np.zeros(1, np.float32))
    assert nearest("日本", words) == []
    assert nearest("kernel", Words.of({}, np.zeros(0, np.float32))) == []


def nearest(word: str, words: Words) -> list[Nearest]:
    return [*alone(word, words, 50), *together(word, words, 50)]
