from __future__ import annotations

import io
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ogg_bytes import OPUS_HEAD, comments, cue_sheet, flac, opus, pages, stream_info, vorbis

from podpipe import timecode
from podpipe.chapters import reading
from podpipe.models import Chapter

PAIRS = [
    ("TITLE", "An episode"),
    ("CHAPTER001", "00:00:00.000"),
    ("CHAPTER001NAME", "One ❤️"),
    ("CHAPTER001URL", "https://e.org/1"),
    ("CHAPTER002", "00:00:05.250"),
    ("CHAPTER002NAME", "Two = 2"),
]
EXPECTED = [("One ❤️", 0, 5250, "https://e.org/1"), ("Two = 2", 5250, 60_000, "")]
TITLES = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def read(data: bytes) -> tuple[Chapter, ...]:
    found = reading.read_file(io.BytesIO(data))
    assert found is not None
    return found


def rows(data: bytes) -> list[tuple[str, int, int, str]]:
    return [(chapter.title, chapter.start_ms, chapter.end_ms, chapter.url) for chapter in read(data)]


def everywhere(pairs: Sequence[tuple[str, str | bytes]]) -> list[bytes]:
    block = comments(pairs)
    head = b"\x7fFLAC\x01\x00\x00\x01fLaC\x00\x00\x00\x22" + stream_info()
    in_ogg = pages([head, b"\x84" + len(block).to_bytes(3, "big") + block, b"sound"], position=60 * 44_100)
    speex = b"Speex   " + bytes(28) + (16_000).to_bytes(4, "little") + bytes(40)
    return [
        b"".join(opus(pairs)),
        b"".join(vorbis(pairs)),
        b"".join(in_ogg),
        b"".join(pages([speex, block, b"sound"], position=60 * 16_000)),
        flac((4, block)),
    ]


@pytest.mark.parametrize("container", range(5))
def test_comments_are_read_in_every_container(container: int) -> None:
    assert rows(everywhere(PAIRS)[container]) == EXPECTED


@given(st.lists(st.tuples(TITLES, st.integers(0, 359_999_999)), max_size=30), st.randoms())
def test_any_titles_in_any_order_and_case(chapters: list[tuple[str, int]], chance: random.Random) -> None:
    pairs = []
    for number, (title, ms) in enumerate(chapters):
        key = chance.choice(["CHAPTER", "chapter", "Chapter"]) + f"{number:0{chance.choice([2, 3, 4])}}"
        pairs += [(key, timecode.vtt(ms)), (key + chance.choice(["NAME", "name"]), title)]
    chance.shuffle(pairs)
    expected = sorted(((ms, number, title) for number, (title, ms) in enumerate(chapters)), key=lambda row: row[:2])
    for data in (b"".join(opus(pairs, seconds=400_000)), flac((4, comments(pairs)))):
        assert [(c.start_ms, c.title) for c in read(data)] == [(ms, title) for ms, _, title in expected]


@pytest.mark.parametrize("number", [99, 100, 999, 1000, 2500])
def test_many_chapters_over_many_pages(number: int) -> None:
    pairs = [
        pair
        for n in range(number)
        for pair in ((f"CHAPTER{n:03}", timecode.vtt(n * 1000)), (f"CHAPTER{n:03}NAME", f"Chapter {n} of many"))
    ]
    for data in (b"".join(vorbis(pairs, seconds=10_000)), flac((4, comments(pairs)), seconds=10_000)):
        found = read(data)
        assert [c.title for c in found] == [f"Chapter {n} of many" for n in range(number)]
        assert found[-1].end_ms == 10_000_000


def test_a_large_picture_before_the_chapters_is_hopped_over() -> None:
    pairs = [("METADATA_BLOCK_PICTURE", b"A" * 3_000_000), *PAIRS]
    for data in everywhere(pairs):
        assert rows(data) == EXPECTED


def test_times_as_they_are_written() -> None:
    times = ["00:00:00", "1:02", "0:1:2.5", "00:01:02.5004", "01:00:00,250", "soon", ""]
    pairs = [(f"CHAPTER{n:03}", time) for n, time in enumerate(times)]
    assert [c.start_ms for c in read(flac((4, comments(pairs))))] == [0, 62_000, 62_500, 62_500, 3_600_250]


def test_streams_side_by_side() -> None:
    video = pages([b"\x80theora a video", b"\x81theora its comments"], serial=7)
    first, *sound = opus(PAIRS, serial=9)
    assert rows(video[0] + first + video[1] + b"".join(sound)) == EXPECTED
    silent = opus([("TITLE", "x")], serial=3)
    assert rows(silent[0] + first + silent[1] + b"".join(sound) + silent[2]) == EXPECTED


def test_a_cut_file_gives_what_is_there() -> None:
    data = b"".join(pages([OPUS_HEAD, b"OpusTags" + comments(PAIRS)]))
    assert [c.title for c in read(data[:-4])] == ["One ❤️", "Two"][: len(read(data[:-4]))]
    assert [c.title for c in read(data[: data.index(b"Two")])][:1] == ["One ❤️"]


CUE = """REM made by hand
TITLE "The whole album"
FILE "all.flac" WAVE
  TRACK 01 AUDIO
    TITLE "One "quoted" title"
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    TITLE Bare
    INDEX 00 00:29:50
    INDEX 01 00:30:15
  TRACK 03 AUDIO
    INDEX 01 75:00:74
"""


def test_a_cue_sheet_in_a_comment() -> None:
    data = flac((4, comments([("CUESHEET", CUE)])), seconds=6000)
    assert [(c.title, c.start_ms, c.end_ms) for c in read(data)] == [
        ('One "quoted" title', 0, 30_200),
        ("Bare", 30_200, 4_500_987),
        ("Track 3", 4_500_987, 6_000_000),
    ]
    assert rows(flac((4, comments([("CUESHEET", CUE), *PAIRS])))) == EXPECTED


def test_a_cue_sheet_in_its_block_where_no_comments_tell() -> None:
    tracks = [("Track 1", 0, 10_000), ("Track 2", 10_000, 25_000), ("Track 3", 25_000, 60_000)]
    assert [row[:3] for row in rows(flac((5, cue_sheet([0, 10, 25]))))] == tracks
    assert rows(flac((5, cue_sheet([0, 10, 25])), (4, comments(PAIRS)))) == EXPECTED
