from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from podpipe.audio import SAMPLE_RATE
from podpipe.models import Word
from podpipe.speech.gaps import Gaps, Joined
from podpipe.speech.vad import Stretch


def _gap(start_ms: int, length_ms: int) -> Stretch:
    return Stretch(start_ms, np.full(length_ms * SAMPLE_RATE // 1000, 0.5, np.float32))


def _loud_words(stretch: Stretch) -> list[Word]:
    """A word for each loud part of a sound."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], stretch.samples > 0.1, [0])).astype(np.int8)))
    times = [int(edge) * 1000 // SAMPLE_RATE for edge in edges]
    return [Word("said", start, end) for start, end in zip(times[::2], times[1::2], strict=True)]


@given(st.lists(st.tuples(st.integers(1000, 90_000), st.integers(400, 9_000)), min_size=1, max_size=8))
def test_every_piece_gets_its_own_words_at_its_own_time(pieces: list[tuple[int, int]]) -> None:
    gaps: list[Stretch] = []
    at_ms = 0
    for pause_ms, length_ms in pieces:
        gaps.append(_gap(at_ms + pause_ms, length_ms))
        at_ms = gaps[-1].end_ms
    joined = Joined(tuple(gaps))
    for gap, words in zip(gaps, joined.parted(_loud_words(joined.stretch)), strict=True):
        (word,) = words
        assert word.start_ms <= 2
        assert abs(word.end_ms - gap.duration_ms) <= 2


def test_pieces_are_heard_together_as_long_as_there_is_room() -> None:
    lengths: list[list[int]] = []

    def hear(several: Sequence[Joined]) -> list[list[Word]]:
        lengths.append([len(joined.gaps) for joined in several])
        assert all(joined.stretch.duration_ms <= 28_000 for joined in several)
        return [_loud_words(joined.stretch) for joined in several]

    gaps = Gaps(hear, lambda gap, words: [word.shifted(gap.start_ms) for word in words], 1, 2)
    said = [Word("read", 60_000 * number + 30_000, 60_000 * number + 31_000) for number in range(10)]
    for number in range(11):
        gaps.add(number, _gap(60_000 * number, 6000))
    gaps.fill(said)
    gaps.close()
    assert lengths == [[4, 4], [3]]
    assert [word.start_ms for word in said] == [30_000 * number for number in range(21)]
