from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe.models import Word
from podpipe.speech import echoes


def _said(text: str, each_ms: int) -> list[Word]:
    return [Word(word, n * each_ms, (n + 1) * each_ms, 0.9) for n, word in enumerate(text.split())]


@pytest.mark.parametrize(
    ("text", "each_ms", "left"),
    [
        ("more words words words words words and so on", 300, "more words words words words words and so on"),
        ("more words words words words words and so on", 60, "more words and so on"),
        ("no " * 9 + "he said", 300, "no he said"),
        ("thank you thank you thank you thank you", 300, "thank you"),
        ("to be or not to be", 300, "to be or not to be"),
    ],
)
def test_what_people_repeat_stays_and_loops_go(text: str, each_ms: int, left: str) -> None:
    assert " ".join(word.text for word in echoes.without(_said(text, each_ms), [])) == left


@given(st.integers(1, 8), st.integers(1, 60), st.integers(0, 9), st.integers(0, 9))
def test_what_is_said_in_a_row_is_counted(size: int, times: int, before: int, after: int) -> None:
    phrase = list(range(size))
    tokens = [*range(100, 100 + before), *phrase * times, *range(200, 200 + after)]
    assert echoes.most_in_a_row(tokens) == times


def test_nothing_is_said_once_in_a_row() -> None:
    assert echoes.most_in_a_row([]) == 1
