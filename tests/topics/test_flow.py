from __future__ import annotations

import itertools
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import folds, talks
from bench.conversation import matches, tiling, unnamed_f1, window_errors
from bench.talks import Told
from podpipe.models import Alignment, Chapter, Hypothesis, Outline, Transcript, Word
from podpipe.sound import Sound
from podpipe.topics import find_chapters
from podpipe.topics.free_talk import flow

Found = list[tuple[Told, tuple[Chapter, ...]]]


@pytest.fixture(scope="module")
def episodes(shared_data: Path) -> list[Told]:
    return talks.load(shared_data / "topics" / "conversation")


@pytest.fixture(scope="module")
def held_out(episodes: list[Told]) -> Found:
    """What is found in every other episode, by weights that were fitted without it."""
    held = folds.of_others("FLOW", episodes)[1::2]
    return [(told, flow.find(told.words, told.duration_ms, model=model)) for told, model in held]


def starts(chapters: tuple[Chapter, ...]) -> list[int]:
    return [chapter.start_ms for chapter in chapters]


def test_turns_are_found_in_episodes_held_out(held_out: Found) -> None:
    ours = unnamed_f1([(told, starts(found)) for told, found in held_out], flow.WITHIN_MS)
    plain = unnamed_f1([(told, tiling(told)) for told, _ in held_out], flow.WITHIN_MS)
    assert ours >= 0.59
    assert ours >= plain + 0.25


def test_windows_are_told_apart(held_out: Found) -> None:
    pk, difference = np.mean([window_errors(told, starts(found)) for told, found in held_out], axis=0)
    assert pk <= 0.29
    assert difference <= 0.32


def test_the_surest_are_right_as_often_as_said(held_out: Found) -> None:
    sure = [(told, chapter) for told, found in held_out for chapter in found if chapter.confidence >= 0.8]
    right = [min(abs(chapter.start_ms - ms) for ms in told.starts_ms) <= flow.WITHIN_MS for told, chapter in sure]
    assert len(right) >= 100
    assert np.mean(right) >= 0.83
    assert max(chapter.confidence for _, chapter in sure) < 0.9


def test_titles_are_words_of_the_part(held_out: Found) -> None:
    for told, found in held_out[:12]:
        for chapter in found:
            said = " ".join(w.text.casefold() for w in told.words if chapter.start_ms <= w.start_ms < chapter.end_ms)
            terms = chapter.title.casefold().split(", ")
            assert any(term[:4] in said for term in terms), chapter


def test_long_talk_without_notes_has_chapters_and_short_talk_none(episodes: list[Told]) -> None:
    told = next(told for told in episodes if told.number == 242)
    for minutes, evidence in ((60, {"opening", "flow"}), (9, set())):
        words = tuple(word for word in told.words if word.end_ms <= minutes * 60_000)
        duration_ms = min(told.duration_ms, minutes * 60_000)
        alignment = Alignment(Transcript("en", duration_ms, words))
        heard = Hypothesis("en", 1.0, "by hand", duration_ms, words)
        found = find_chapters(Outline(), alignment, heard, Sound(np.zeros(0, np.float32)))
        assert {chapter.evidence for chapter in found.chapters} == evidence
        assert all(chapter.confidence >= flow.LEAST for chapter in found.chapters)
        assert found.missing == ()  # nothing was looked for by name


def test_three_hours_take_a_few_seconds(episodes: list[Told]) -> None:
    words: list[Word] = []
    for told in episodes[60:64]:
        after = words[-1].end_ms if words else 0
        words += [replace(w, start_ms=w.start_ms + after, end_ms=w.end_ms + after) for w in told.words]
    started = time.perf_counter()
    assert flow.find(words, words[-1].end_ms)
    assert time.perf_counter() - started < 10


@settings(deadline=None, max_examples=60)
@given(
    said=st.lists(st.text(max_size=8) | st.sampled_from(["next", "question.", "React.", "so", "spread"]), max_size=80),
    step_ms=st.integers(0, 30_000),
    duration_ms=st.integers(0, 2_000_000),
    least=st.floats(0, 1),
)
def test_any_words_give_chapters_in_order(said: list[str], step_ms: int, duration_ms: int, least: float) -> None:
    words = [Word(text, step_ms * number, step_ms * number + step_ms // 2) for number, text in enumerate(said)]
    found = flow.find(words, duration_ms, least)
    assert all(chapter.title and chapter.because and least <= chapter.confidence + 0.01 for chapter in found)
    for chapter, following in itertools.pairwise(found):
        assert chapter.start_ms < chapter.end_ms == following.start_ms
    if found:
        assert found[0].start_ms >= 0
        assert found[-1].start_ms <= found[-1].end_ms == max(duration_ms, words_end(words))


def words_end(words: list[Word]) -> int:
    spoken = [word for word in words if word.text.strip(" .,:;!?-–—\"'“”‘()[]{}…*_`")]
    return spoken[-1].end_ms if spoken else 0


def test_without_words_there_is_no_flow() -> None:
    assert flow.find((), 0) == ()
    assert flow.find((), 3_600_000) == ()


@pytest.mark.parametrize(
    ("left", "right", "count"),
    [([], [1], 0), ([10], [12, 14], 1), ([10, 12], [11], 1), ([0, 100], [5, 95], 2), ([0, 50], [100], 0)],
)
def test_starts_are_matched_one_to_one(left: list[int], right: list[int], count: int) -> None:
    assert matches(left, right, 5) == count
