"""Topics of short talk that nobody announces, by their titles: found in order, none of other talk."""

from __future__ import annotations

import random
from functools import cache

import numpy as np
import pytest

from bench import short_talks, unannounced
from bench.talks import Told
from podpipe import minilm
from podpipe.models import Placement
from podpipe.topics.free_talk import short, titles
from podpipe.topics.free_talk.meaning import Encoder
from podpipe.topics.free_talk.talk import prepare

IN_ORDER = ("georgia_train", "glacier_expert", "pension_two", "rowing_sport", "release_two", "wall_howto")


@cache
def talk(name: str) -> Told:
    return short_talks.spoken(1, list(short_talks.unannounced(unannounced.FOLDER / name)), random.Random(1))


@pytest.fixture(params=["words", "meaning"], scope="module")
def encoder(request: pytest.FixtureRequest) -> Encoder | None:
    return minilm.find() if request.param == "meaning" else None


def place(told: Told, titles: tuple[str, ...], encoder: Encoder | None) -> dict[str, Placement]:
    return dict(zip(titles, short.place(told.words, told.duration_ms, titles, encoder), strict=True))


def found(told: Told, titles: tuple[str, ...], encoder: Encoder | None) -> dict[str, int]:
    placed = place(told, titles, encoder)
    return {title: one.start_ms for title, one in placed.items() if one.start_ms is not None}


def test_topics_are_found_where_the_talk_turns_to_them(encoder: Encoder | None) -> None:
    right = wrong = asked = 0
    for name in IN_ORDER:
        told = talk(name)
        starts = dict(zip(told.titles, told.starts_ms, strict=True))
        for title, start_ms in found(told, told.titles, encoder).items():
            is_right = abs(start_ms - starts[title]) <= short.WITHIN_MS
            right, wrong = right + is_right, wrong + (not is_right)
        asked += len(starts)
    assert right >= 0.6 * asked
    assert wrong <= 0.15 * asked


@pytest.mark.parametrize("name", IN_ORDER)
def test_topics_of_other_talk_are_not_found(name: str, encoder: Encoder | None) -> None:
    others = [title for other in IN_ORDER if other != name for title in talk(other).titles]
    for seed in range(5):
        assert found(talk(name), tuple(random.Random(seed).sample(others, 6)), encoder) == {}


def test_titles_put_into_another_order_are_told_as_if_asked_so(encoder: Encoder | None) -> None:
    told = talk(IN_ORDER[0])
    prepared, order = prepare(told.words, told.duration_ms), np.arange(len(told.titles))[::-1]
    backwards = short.features(prepared, told.titles[::-1], encoder)
    assert np.allclose(titles.reordered(short.features(prepared, told.titles, encoder), prepared, order), backwards)


def test_each_placement_says_why(encoder: Encoder | None) -> None:
    told = talk("rowing_sport")
    for title, placement in place(told, (*told.titles, "Sourdough starters"), encoder).items():
        assert placement.section.heading == title
        assert placement.because
        assert (placement.start_ms is None) == (placement.confidence == 0)
    first = place(told, told.titles, encoder)[told.titles[0]]
    assert "the talk turns to it at" in first.because


def test_nothing_is_found_where_nothing_is_said() -> None:
    assert [one.because for one in short.place((), 60_000, ("A", "B"))] == ["nothing is said"] * 2
    assert short.place(talk("rowing_sport").words, 60_000, ()) == ()


def test_titles_in_another_order_are_found_by_their_words(encoder: Encoder | None) -> None:
    right = wrong = asked = 0
    for name in IN_ORDER:
        told = talk(name)
        starts = dict(zip(told.titles, told.starts_ms, strict=True))
        for title, start_ms in found(told, tuple(sorted(told.titles)), encoder).items():
            is_right = abs(start_ms - starts[title]) <= short.WITHIN_MS
            right, wrong = right + is_right, wrong + (not is_right)
        asked += len(starts)
    assert right >= 0.4 * asked
    assert wrong <= 0.15 * asked


def test_a_long_list_is_taken_to_be_in_the_order_of_the_talk() -> None:
    told = talk("glacier_expert")
    strange = tuple(f"Sourdough and starters {n}" for n in range(20))
    starts = list(found(told, (*sorted(told.titles), *strange), None).values())
    assert starts == sorted(starts)
