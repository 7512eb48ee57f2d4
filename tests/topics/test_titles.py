from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import folds, talks
from bench.conversation import named_f1
from bench.talks import Told
from podpipe.models import Alignment, Hypothesis, Outline, Placement, Section, Transcript, Word
from podpipe.sound import Sound
from podpipe.topics import find_chapters
from podpipe.topics.free_talk import titles
from podpipe.topics.free_talk.chain import Model

Placed = list[tuple[Told, tuple[Placement, ...]]]


@pytest.fixture(scope="module")
def episodes(shared_data: Path) -> list[Told]:
    return talks.load(shared_data / "topics" / "conversation")


@pytest.fixture(scope="module")
def held(episodes: list[Told]) -> list[tuple[Told, Model]]:
    """Every other episode, with weights that were fitted without it."""
    return folds.of_others("TITLES", episodes)[1::2]


@pytest.fixture(scope="module")
def held_out(held: list[tuple[Told, Model]]) -> Placed:
    """What is found in these."""
    return [(told, titles.place(told.words, told.duration_ms, told.titles, model)) for told, model in held]


def written(placements: tuple[Placement, ...]) -> list[int | None]:
    return [placement.start_ms if placement.confidence >= titles.LEAST else None for placement in placements]


@pytest.mark.parametrize(("within_ms", "least"), [(15_000, 0.77), (30_000, 0.81)])
def test_titles_are_found_in_episodes_held_out(held_out: Placed, within_ms: int, least: float) -> None:
    assert named_f1([(told, written(placed)) for told, placed in held_out], within_ms) >= least


def test_titles_in_no_order_are_mostly_found(held: list[tuple[Told, Model]]) -> None:
    found = []
    for told, model in held[::2]:
        order = np.random.default_rng(told.number).permutation(len(told.titles))
        asked = [told.titles[number] for number in order]
        placed = titles.place(told.words, told.duration_ms, asked, model)
        found.append((told, written(tuple(placed[number] for number in np.argsort(order)))))
    assert named_f1(found, titles.WITHIN_MS) >= 0.65


def test_a_recogniser_that_writes_no_full_stops_does_little_harm(held: list[tuple[Told, Model]]) -> None:
    found = []
    for told, model in held[::3]:
        bare = [replace(word, text=word.text.lower().rstrip(".,?!")) for word in told.words]
        found.append((told, written(titles.place(bare, told.duration_ms, told.titles, model))))
    assert named_f1(found, titles.WITHIN_MS) >= 0.7


def test_what_is_sure_is_right(held_out: Placed) -> None:
    right = [
        abs((placement.start_ms or 0) - truth) <= titles.WITHIN_MS
        for told, placed in held_out
        for placement, truth in zip(placed, told.starts_ms, strict=True)
        if placement.confidence >= 0.9
    ]
    assert len(right) >= 150
    assert np.mean(right) >= 0.95


def test_titles_of_other_episodes_are_mostly_not_found(held: list[tuple[Told, Model]]) -> None:
    some = held[:36]
    lost = 0
    for (told, model), (other, _) in zip(some, some[1:] + some[:1], strict=True):
        middle = len(told.titles) // 2
        asked = (*told.titles[:middle], other.titles[0], *told.titles[middle:])
        lost += titles.place(told.words, told.duration_ms, asked, model)[middle].confidence < titles.LEAST
    assert lost >= 0.75 * len(some)


def test_three_hours_take_a_few_seconds(episodes: list[Told]) -> None:
    words: list[Word] = []
    for told in episodes[60:64]:
        after = words[-1].end_ms if words else 0
        words += [replace(w, start_ms=w.start_ms + after, end_ms=w.end_ms + after) for w in told.words]
    asked = [title for told in episodes[60:64] for title in told.titles]
    started = time.perf_counter()
    titles.place(words, words[-1].end_ms, asked)
    assert time.perf_counter() - started < 10


def test_topics_that_the_notes_only_name_become_chapters(episodes: list[Told]) -> None:
    told = next(told for told in episodes if told.number == 242)
    hypothesis = Hypothesis("en", 1.0, "by hand", told.duration_ms, told.words)
    outline = Outline(sections=tuple(map(Section, told.titles)))
    alignment = Alignment(Transcript("en", told.duration_ms, told.words))
    found = find_chapters(outline, alignment, hypothesis, Sound(np.zeros(0, np.float32)))
    assert {chapter.evidence for chapter in found.chapters} == {"opening", "agenda"}
    assert {c.title for c in found.chapters[1:]} | {lost.title for lost in found.missing} == set(told.titles)
    assert len(found.chapters) >= len(told.titles) - 1
    assert all(chapter.confidence >= titles.LEAST and chapter.because for chapter in found.chapters)


@settings(deadline=None, max_examples=60)
@given(
    said=st.lists(st.text(max_size=8) | st.sampled_from(["next", "question", "React.", "so", "spread"]), max_size=60),
    asked=st.lists(st.text(max_size=20) | st.sampled_from(["React", "Spread", "Why?"]), max_size=6),
    step_ms=st.integers(0, 30_000),
    duration_ms=st.integers(0, 2_000_000),
)
def test_any_words_and_titles_give_placements(
    said: list[str], asked: list[str], step_ms: int, duration_ms: int
) -> None:
    words = [Word(text, step_ms * number, step_ms * number + step_ms // 2) for number, text in enumerate(said)]
    placed = titles.place(words, duration_ms, asked)
    assert [placement.section.heading for placement in placed] == asked
    assert all(0 <= placement.confidence <= 1 and placement.because for placement in placed)
    starts = [placement.start_ms for placement in placed if placement.start_ms is not None]
    assert len(starts) == len(set(starts))
    assert all(0 <= start <= max(duration_ms, step_ms * len(said)) for start in starts)


def test_without_words_or_titles_nothing_is_placed() -> None:
    assert titles.place((), 0, ()) == ()
    assert titles.place((Word("Hello.", 0, 500),), 1000, ()) == ()
    (placement,) = titles.place((), 60_000, ("A topic",))
    assert (placement.start_ms, placement.confidence) == (None, 0.0)
