from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe import timecode

MS = st.integers(0, 359_999_999)


@given(MS)
def test_what_is_written_is_read_again(ms: int) -> None:
    assert timecode.parse(timecode.vtt(ms)) == ms
    assert timecode.parse(timecode.srt(ms)) == ms
    assert timecode.parse(timecode.clock(ms, decimals=3)) == ms
    assert timecode.parse(timecode.seconds(ms)) == ms


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1:02:03.5", 3_723_500),
        ("62:03", 3_723_000),
        ("0:05,25", 5_250),
        ("90", 90_000),
        ("90s", 90_000),
        ("1h2m3.5s", 3_723_500),
        ("2 min", 120_000),
        (" 7.0004 ", 7_000),
    ],
)
def test_reads_what_people_write(text: str, ms: int) -> None:
    assert timecode.parse(text) == ms


@pytest.mark.parametrize("text", ["", "x", "1:2:3:4", "1:75", "-5", "12:", ":30", "1:02:3x"])
def test_refuses_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        timecode.parse(text)


@given(st.text(max_size=20))
def test_never_fails_otherwise(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert timecode.parse(text) >= 0


def test_clock_never_rounds_up() -> None:
    assert timecode.clock(59_999) == "0:59"
    assert timecode.clock(3_599_999, decimals=1) == "59:59.9"
