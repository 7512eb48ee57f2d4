from __future__ import annotations

import io
import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mp4_bytes import SOUND, Track, box, chpl, movie, text

from podpipe.chapters import reading
from podpipe.models import Chapter, Picture

JPEG = b"\xff\xd8\xff\xe0 a picture"
PNG = b"\x89PNG another"
TITLES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), min_size=1, max_size=300)


def read(data: bytes, *, pictures: bool = True) -> tuple[Chapter, ...]:
    found = reading.read_file(io.BytesIO(data), pictures=pictures)
    assert found is not None
    return found


def rows(data: bytes) -> list[tuple[str, int, int]]:
    return [(chapter.title, chapter.start_ms, chapter.end_ms) for chapter in read(data)]


TITLED = Track(2, samples=[(text("One"), 5000), (text("Zwei ❤️"), 7500), (text("三"), 47_500)])
EXPECTED = [("One", 0, 5000), ("Zwei ❤️", 5000, 12_500), ("三", 12_500, 60_000)]


@given(
    st.lists(st.tuples(TITLES, st.integers(0, 100_000)), min_size=1, max_size=20),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_a_chapter_track_is_read_wherever_it_lies(
    chapters: list[tuple[str, int]], first: bool, wide: bool, wide_data: bool, one_chunk: bool
) -> None:
    track = Track(2, samples=[(text(t), ms) for t, ms in chapters], wide=wide, one_chunk=one_chunk)
    data = movie(SOUND, track, moov_first=first, wide=wide_data, length_ms=10**7)
    now, expected = 0, []
    for title, ms in chapters:
        expected.append((title, now, now + ms))
        now += ms
    assert rows(data) == expected


def test_text_in_other_encodings() -> None:
    titles = [
        (b"\xfe\xff" + "日本語".encode("utf-16-be"), "日本語"),
        (b"\xff\xfe" + "日本語".encode("utf-16-le"), "日本語"),
        (b"\xef\xbb\xbfGr\xc3\xbc\xc3\x9fe", "Grüße"),
        ("Café".encode("mac_roman"), "Café"),
        (b"Plain\0", "Plain"),
    ]
    track = Track(2, samples=[(text(data), 1000) for data, _ in titles])
    assert [title for title, *_ in rows(movie(SOUND, track))] == [title for _, title in titles]


def test_samples_without_text_fill_gaps() -> None:
    track = Track(2, samples=[(text(""), 3000), (text("One"), 5000), (text(""), 2000), (text("Two"), 1000)])
    assert rows(movie(SOUND, track)) == [("One", 3000, 8000), ("Two", 10_000, 11_000)]


def test_edit_lists_move_a_track() -> None:
    late = replace(TITLED, edits=[(2000, -1), (58_000, 0)])
    assert [start for _, start, _ in rows(movie(SOUND, late))] == [2000, 7000, 14_500]
    early = replace(TITLED, edits=[(60_000, 1000)])
    assert [start for _, start, _ in rows(movie(SOUND, early))] == [0, 4000, 11_500]


def test_links_come_with_the_titles_or_in_a_track_of_their_own() -> None:
    linked = Track(2, samples=[(text("One", "https://e.org/1"), 5000), (text("Two"), 5000)])
    assert [(c.title, c.url) for c in read(movie(SOUND, linked))] == [("One", "https://e.org/1"), ("Two", "")]
    links = Track(3, samples=[(text("Link 1", "https://e.org/1"), 5000), (text("Link 2", "https://e.org/2"), 7500)])
    for order in ([2, 3], [3, 2]):
        found = read(movie(replace(SOUND, chapters=order), TITLED, links))
        assert [(c.title, c.url) for c in found] == [
            ("One", "https://e.org/1"),
            ("Zwei ❤️", "https://e.org/2"),
            ("三", ""),
        ]
    assert [c.title for c in read(movie(SOUND, replace(links, number=2)))] == ["Link 1", "Link 2"]


def test_pictures_are_those_shown_when_a_chapter_begins() -> None:
    shown = Track(3, b"vide", [(JPEG, 6000), (PNG, 10_000)])
    data = movie(replace(SOUND, chapters=[2, 3]), TITLED, shown)
    assert [c.picture for c in read(data)] == [
        Picture(JPEG, "image/jpeg"),
        Picture(JPEG, "image/jpeg"),
        Picture(PNG, "image/png"),
    ]
    assert [c.picture for c in read(data, pictures=False)] == [None] * 3
    coded = Track(3, b"vide", [(b"\0\0\0\1 a frame of H.264", 60_000)])
    assert [c.picture for c in read(movie(replace(SOUND, chapters=[2, 3]), TITLED, coded))] == [None] * 3


@pytest.mark.parametrize("version", [0, 1])
def test_neros_list(version: int) -> None:
    chapters = [("One", 0), ("Zwei ❤️", 5000), ("x" * 255, 12_501)]
    data = movie(Track(1, b"soun", [(b"sound", 60_000)]), listed=chpl(chapters, version))
    assert rows(data) == [("One", 0, 5000), ("Zwei ❤️", 5000, 12_501), ("x" * 255, 12_501, 60_000)]


def test_neros_list_may_be_long_and_its_titles_cut_within_a_letter() -> None:
    many = [(f"Chapter {number}", number * 100) for number in range(400)]
    assert len(rows(movie(listed=chpl(many)))) == 400
    cut = ("é" * 200).encode()[:255]
    assert [title for title, *_ in rows(movie(listed=chpl([(cut, 0), ("Caf\xe9".encode("latin-1"), 5)])))] == [
        "é" * 127,
        "Café",
    ]


def test_the_track_wins_where_both_are_there_and_the_finer_clock_counts() -> None:
    long = "A long title " * 40
    coarse = Track(2, samples=[(text(long), 3003), (text("Two"), 3597)], timescale=600)
    listed = chpl([(long.encode()[:255], 0), ("Two", 5006)])
    assert rows(movie(SOUND, coarse)) == [(long, 0, 5005), ("Two", 5005, 11_000)]
    assert rows(movie(SOUND, coarse, listed=listed)) == [(long, 0, 5006), ("Two", 5006, 11_000)]
    other = chpl([("Something", 0), ("else", 5006)])
    assert rows(movie(SOUND, coarse, listed=other)) == [(long, 0, 5005), ("Two", 5005, 11_000)]
    assert (
        rows(movie(SOUND, TITLED, listed=chpl([("One", 500), ("Zwei ❤️", 5000), ("三", 12_500)])))
        == [
            ("One", 500, 5000),  # FFmpeg's tracks begin at 0, whenever the first chapter does
            *EXPECTED[1:],
        ]
    )


@pytest.mark.parametrize(
    "broken",
    [
        replace(TITLED, samples=[(text(""), 5000)]),
        replace(TITLED, number=9),
        replace(TITLED, kind=b"meta"),
        replace(TITLED, timescale=0),
    ],
)
def test_neros_list_helps_out_where_the_track_says_nothing(broken: Track) -> None:
    listed = chpl([("One", 0), ("Two", 5000)])
    assert rows(movie(SOUND, broken, listed=listed)) == [("One", 0, 5000), ("Two", 5000, 60_000)]


def test_a_text_track_that_nothing_refers_to_holds_no_chapters() -> None:
    assert read(movie(Track(1, b"soun", [(b"sound", 60_000)]), TITLED)) == ()


def test_chapters_in_movie_fragments() -> None:
    """ISO/IEC 14496-12, section 8.8: the track's own table is empty, and its samples are in moof boxes."""
    samples = [text("One"), text("Two", "https://e.org/"), text("三")]
    extends = box(b"mvex", box(b"trex", struct.pack(">6I", 0, 2, 1, 4000, 0, 0)))
    start = movie(SOUND, Track(2), moov_first=True)
    at = start.index(b"moov") - 4
    size = int.from_bytes(start[at : at + 4], "big")
    start = (
        start[:at] + struct.pack(">I", size + len(extends)) + start[at + 4 : at + size] + extends + start[at + size :]
    )
    data, now = start, 0
    for sample, duration in zip(samples, (5000, 4000, 1000), strict=True):
        has_own = duration != 4000

        def fragment(
            place: int, sample: bytes = sample, now: int = now, duration: int = duration, has_own: bool = has_own
        ) -> bytes:
            times = struct.pack(">I", duration) if has_own else b""
            run = struct.pack(">IIi", 0x201 | (0x100 if has_own else 0), 1, place) + times
            run += struct.pack(">I", len(sample))
            header = box(b"tfhd", struct.pack(">II", 0x20000, 2))
            return box(b"moof", box(b"traf", header, box(b"tfdt", struct.pack(">IQ", 1 << 24, now)), box(b"trun", run)))

        data += fragment(len(fragment(0)) + 8) + box(b"mdat", sample)
        now += duration
    assert rows(data) == [("One", 0, 5000), ("Two", 5000, 9000), ("三", 9000, 10_000)]
    assert [chapter.url for chapter in read(data)] == ["", "https://e.org/", ""]


def test_sizes_that_lie_end_where_the_file_does() -> None:
    whole = movie(SOUND, TITLED)
    assert rows(whole) == EXPECTED
    at = whole.index(b"moov") - 4
    for size in (0, 0x7FFFFFFF):  # to the end of the file, and beyond it
        assert rows(whole[:at] + struct.pack(">I", size) + whole[at + 4 :]) == EXPECTED
    assert read(whole[:at]) == ()


def test_a_quicktime_file_without_a_type_is_read() -> None:
    whole = movie(SOUND, TITLED)
    start = int.from_bytes(whole[:4], "big")
    same_size = box(b"free", bytes(start - 8))
    assert rows(same_size + whole[start:]) == EXPECTED
