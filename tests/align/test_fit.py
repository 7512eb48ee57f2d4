from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from podpipe.align.fit import fitted
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


def test_short_silences_belong_to_words() -> None:
    words = (Word("stop", 1000, 1500),)
    assert fitted(words, sound((1200, 1300))) == words


def test_a_word_in_a_pause_stays_where_it_was_put() -> None:
    words = (Word("hush", 1100, 1200),)
    assert fitted(words, sound((1000, 2000))) == words


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
