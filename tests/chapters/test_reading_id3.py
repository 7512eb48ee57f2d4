from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from id3_bytes import NONE, chap, ctoc, frame, link, picture, synchsafe, tag, text, unsynchronised

from podpipe import audio, chapters
from podpipe.chapters import reading
from podpipe.models import Chapter, Picture

FRAME = b"\xff\xfb\x90\x00" + bytes(413)
"""A frame of MPEG 1 layer III, 128 kbit/s at 44.1 kHz."""

SOUND = FRAME * 40
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
TITLES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)


def read(data: bytes, *, pictures: bool = True) -> tuple[Chapter, ...]:
    found = reading.read_file(io.BytesIO(data), pictures=pictures)
    assert found is not None
    assert all(chapter.because == "in the file" for chapter in found)
    assert all(chapter.end_ms >= chapter.start_ms for chapter in found)
    assert all(before.start_ms <= after.start_ms for before, after in pairwise(found))
    return found


def rows(found: Sequence[Chapter]) -> list[tuple[str, int, int]]:
    return [(chapter.title, chapter.start_ms, chapter.end_ms) for chapter in found]


def marks(*titles: str, version: int = 3, encoding: int = 1, step: int = 1000, flags: int = 0) -> list[bytes]:
    """CHAP frames c0, c1, … one after the other."""
    return [
        frame(
            "CHAP",
            chap(f"c{n}", n * step, (n + 1) * step, frame("TIT2", text(title, encoding), version=version, flags=flags)),
            version=version,
        )
        for n, title in enumerate(titles)
    ]


@given(st.lists(TITLES, max_size=8), st.sampled_from([(3, 1), (4, 1), (4, 2), (4, 3)]))
def test_titles_of_any_script_in_any_encoding(titles: list[str], how: tuple[int, int]) -> None:
    version, encoding = how
    if encoding == 3:
        titles = [title.lstrip("\ufeff") or "x" for title in titles]
    if encoding == 2:
        titles = [title.lstrip("\ufeff\ufffe") or "x" for title in titles]
    found = read(tag(*marks(*titles, version=version, encoding=encoding), version=version) + SOUND)
    assert rows(found) == [(title, n * 1000, n * 1000 + 1000) for n, title in enumerate(titles)]


@given(st.text(st.characters(min_codepoint=1, max_codepoint=255), min_size=1))
def test_latin_1_is_read_by_the_standard(title: str) -> None:
    assert rows(read(tag(*marks(title, encoding=0)) + SOUND)) == [(title, 0, 1000)]


@pytest.mark.parametrize("title", ["Grüße", "Новости", "日本語のニュース", "A", "Ünïcödé ❤️😊", "שלום"])
@pytest.mark.parametrize(
    "data",
    [
        lambda title: b"\1" + b"\xfe\xff" + title.encode("utf-16-be"),
        lambda title: b"\1" + b"\xff\xfe" + title.encode("utf-16-le") + b"\0\0",
        lambda title: b"\2" + b"\xff\xfe" + title.encode("utf-16-le"),
        lambda title: b"\2" + title.encode("utf-16-be") + b"\0",
        lambda title: b"\3" + title.encode() + b"\0",
        lambda title: b"\3\xef\xbb\xbf" + title.encode(),
    ],
)
def test_text_as_programs_write_it(title: str, data: object) -> None:
    body = chap("c0", 0, 1000, frame("TIT2", data(title), version=4))  # type: ignore[operator]
    assert rows(read(tag(frame("CHAP", body, version=4), version=4) + SOUND)) == [(title, 0, 1000)]


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_told_by_its_zeros(order: str) -> None:
    body = chap("c0", 0, 1000, frame("TIT2", b"\1" + "Kernel: naïve".encode(order)))
    assert rows(read(tag(frame("CHAP", body)) + SOUND)) == [("Kernel: naïve", 0, 1000)]


def test_several_values_are_joined_in_2_4_and_the_first_counts_in_2_3() -> None:
    for version, expected in ((4, "One / Two"), (3, "One")):
        assert rows(read(tag(*marks("One\0Two", version=version, encoding=0), version=version) + SOUND)) == [
            (expected, 0, 1000)
        ]


def test_an_unknown_encoding_is_no_reason_to_lose_a_title() -> None:
    assert rows(read(tag(frame("CHAP", chap("c", 0, 5, frame("TIT2", b"Bare title")))) + SOUND)) == [
        ("Bare title", 0, 5)
    ]


@pytest.mark.parametrize(
    ("element", "subs", "title"),
    [
        ("c0", [frame("TIT3", text("Sub")), frame("TIT2", text("Title"))], "Title"),
        ("c0", [frame("TIT3", text("Sub"))], "Sub"),
        ("c0", [frame("TIT2", text("")), frame("TIT3", text("Sub"))], "Sub"),
        ("Opening words", [], "Opening words"),
        ("chp0", [], ""),
        ("chapter 12", [], ""),
        ("", [], ""),
    ],
)
def test_a_title_is_found_where_there_is_one(element: str, subs: list[bytes], title: str) -> None:
    assert rows(read(tag(frame("CHAP", chap(element, 0, 5, *subs))) + SOUND)) == [(title, 0, 5)]


def test_frames_in_any_order_are_listed_by_time_and_equal_times_by_the_table() -> None:
    body = [
        frame("CHAP", chap(e, start, 9, frame("TIT2", text(e))))
        for e, start in (("b", 5), ("d", 5), ("a", 7), ("c", 0))
    ]
    assert [c.title for c in read(tag(*body) + SOUND)] == ["c", "b", "d", "a"]
    assert [c.title for c in read(tag(*body, frame("CTOC", ctoc("t", "cdba"))) + SOUND)] == ["c", "d", "b", "a"]


def test_nested_tables_list_their_chapters_and_others_are_hidden() -> None:
    tables = [
        frame("CTOC", ctoc("top", ["part1", "part2", "c5"], frame("TIT2", text("Contents")))),
        frame("CTOC", ctoc("part1", ["c0", "c1"], flags=1)),
        frame("CTOC", ctoc("part2", ["deep"], frame("TIT2", text("Part")), flags=1)),
        frame("CTOC", ctoc("deep", ["c3", "missing"], flags=0)),
        frame("CTOC", ctoc("nowhere", ["c2"], flags=1)),
    ]
    found = read(tag(*tables, *marks(*"abcdef")) + SOUND)
    assert [(chapter.title, chapter.toc) for chapter in found] == [
        ("a", True),
        ("b", True),
        ("c", False),
        ("d", True),
        ("e", False),
        ("f", True),
    ]


@pytest.mark.parametrize(
    ("tables", "listed"),
    [
        ([], "abc"),
        ([("t", ["c0"], 1)], "a"),  # no table says that it is at the top
        ([("t", [], 3)], ""),  # a table that lists nothing hides all
        ([("t", ["x", "y"], 3)], "abc"),  # one that lists what is not there says nothing
        ([("t", ["u", "c1"], 3), ("u", ["t", "c2"], 1)], "bc"),  # a loop below the top
        ([("t", ["u", "c1"], 1), ("u", ["t"], 1)], "b"),  # a loop and no top
        ([("t", ["t", "c0", "c0"], 3)], "a"),
        ([("t", ["c0"], 3), ("u", ["c1"], 3)], "ab"),  # two tops, against the standard
    ],
)
def test_tables_as_they_come(tables: list[tuple[str, list[str], int]], listed: str) -> None:
    made = [frame("CTOC", ctoc(name, children, flags=flags)) for name, children, flags in tables]
    found = read(tag(*marks(*"abc"), *made) + SOUND)
    assert [chapter.title for chapter in found] == list("abc")
    assert [chapter.title for chapter in found if chapter.toc] == list(listed)


def test_what_follows_a_table_without_being_a_frame_is_not_listed() -> None:
    table = frame("CTOC", ctoc("t", ["c0", "c1"]) + b"c2\0")
    assert [chapter.toc for chapter in read(tag(table, *marks(*"abc")) + SOUND)] == [True, True, False]


@pytest.mark.parametrize("number", [255, 256, 257, 600])
def test_a_table_may_list_more_than_its_count_can_say(number: int) -> None:
    title = frame("TIT2", text("Contents"))
    table = frame("CTOC", ctoc("t", [f"c{n}" for n in range(number)], title))
    found = read(tag(table, *marks(*map(str, range(number + 1)))) + SOUND)
    assert [chapter.title for chapter in found if not chapter.toc] == [str(number)]


@pytest.mark.parametrize(
    ("sub", "url"),
    [
        (link(b"https://example.org/a"), "https://example.org/a"),
        (link(b"https://example.org/a\0\0", "a link", 1), "https://example.org/a"),
        (link(b"https://example.org/a", "\u0100\u0100", 1), "https://example.org/a"),
        (link("https://example.org/ü".encode("latin-1"), "a link", 3), "https://example.org/ü"),
        (link("https://example.org/ü".encode()), "https://example.org/ü"),
        (frame("WOAF", b"https://example.org/file"), "https://example.org/file"),
        (frame("WPUB", b"https://example.org/pub\0rest"), "https://example.org/pub"),
        (frame("WXXX", b""), ""),
        (frame("WXXX", b"\1no end"), ""),
    ],
)
def test_links(sub: bytes, url: str) -> None:
    (found,) = read(tag(frame("CHAP", chap("c0", 0, 5, frame("TIT2", text("A")), sub))) + SOUND)
    assert (found.title, found.url) == ("A", url)


def test_pictures_are_read_where_they_are_wanted() -> None:
    data = tag(frame("CHAP", chap("c0", 0, 5, frame("TIT2", text("A")), picture(PNG), link(b"https://e.org/")))) + SOUND
    assert read(data)[0].picture == Picture(PNG, "image/png")
    without = read(data, pictures=False)[0]
    assert (without.picture, without.url) == (None, "https://e.org/")


@pytest.mark.parametrize(
    ("said", "data", "found"),
    [
        ("image/png", b"\xff\xd8\xff\xe0 a JPEG", "image/jpeg"),
        ("JPG", b"something", "image/jpeg"),
        ("", PNG, "image/png"),
        ("image/webp", b"RIFF\0\0\0\0WEBPVP8", "image/webp"),
        ("text/html", b"<script>", None),
        ("", b"something", None),
    ],
)
def test_a_pictures_kind_is_told_by_its_bytes(said: str, data: bytes, found: str | None) -> None:
    (chapter,) = read(tag(frame("CHAP", chap("c0", 0, 5, picture(data, said)))) + SOUND)
    assert (chapter.picture.media_type if chapter.picture else None) == found


def test_a_picture_may_be_an_address() -> None:
    (chapter,) = read(tag(frame("CHAP", chap("c0", 0, 5, picture(b"https://e.org/1.png", "-->")))) + SOUND)
    assert (chapter.image, chapter.picture) == ("https://e.org/1.png", None)


def test_version_2_2_as_some_write_it() -> None:
    subs = frame("TT2", text("A"), version=2) + link(b"https://e.org/", name="WXX", version=2) + picture(PNG, version=2)
    short = frame("TT2", text("Episode"), version=2) + frame("CHA", chap("c0", 0, 5, subs), version=2)
    for body in (short, short.replace(b"CHA", b"CHP")):
        (found,) = read(tag(body, version=2) + SOUND)
        assert (found.title, found.start_ms, found.end_ms, found.url) == ("A", 0, 5, "https://e.org/")
        assert found.picture == Picture(PNG, "image/png")
    assert rows(read(tag(*marks("A", "B"), version=2) + SOUND)) == [("A", 0, 1000), ("B", 1000, 2000)]
    assert read(tag(frame("TT2", text("Episode"), version=2), version=2) + SOUND) == ()


LONG = "A title that is long enough for its size to need more than seven bits, twice that in UTF-16 " * 3


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("written", [3, 4])
def test_sizes_are_read_as_they_were_meant(version: int, written: int) -> None:
    """ITunes wrote the plain sizes of v2.3 into v2.4; others did the reverse."""
    data = tag(frame("TIT2", text(LONG), version=written), *marks(LONG, "B", LONG, version=written), version=version)
    assert [chapter.title for chapter in read(data + SOUND)] == [LONG, "B", LONG]
    padded = tag(*marks(LONG, "B", LONG, version=written), version=version, padding=300)
    assert [chapter.title for chapter in read(padded + SOUND)] == [LONG, "B", LONG]


TRICKY = "\xff\xfe\u0100\u00ff\x00"[:4] + "ÿ ÿà ÿ"


def test_unsynchronisation_of_a_whole_tag_and_of_a_frame() -> None:
    whole = tag(*marks(LONG, TRICKY, encoding=1), frame("APIC", b"\0image/png\0\0\0" + bytes((0xFF, 0, 0xFF, 0xE0))))
    coded = tag(*marks(LONG, TRICKY, encoding=1), flags=0x80)
    assert len(coded) > len(tag(*marks(LONG, TRICKY, encoding=1)))
    assert [c.title for c in read(coded + SOUND)] == [c.title for c in read(whole + SOUND)] == [LONG, TRICKY]
    bodies = [chap(f"c{n}", n, n + 1, frame("TIT2", text(t), version=4)) for n, t in enumerate((LONG, TRICKY))]
    for tag_flags, flags, extra in ((0, 2, False), (0x80, 2, False), (0x80, 3, True), (0x80, 0, False)):
        made = [
            frame(
                "CHAP",
                (synchsafe(len(body)) if extra else b"") + unsynchronised(body),
                version=4,
                flags=flags,
            )
            for body in bodies
        ]
        assert [c.title for c in read(tag(*made, version=4, flags=tag_flags) + SOUND)] == [LONG, TRICKY]


def test_what_is_called_unsynchronised_and_is_not_is_read_as_it_is() -> None:
    made = [frame("CHAP", chap("c0", 0, 5, frame("TIT2", text("ÿA", 1), version=4)), version=4, flags=2)]
    assert [c.title for c in read(tag(*made, version=4, flags=0x80) + SOUND)] == ["ÿA"]


def test_where_both_readings_of_a_size_lead_on_the_standards_counts() -> None:
    """200 bytes, synchsafe, read as 328 if plain: that would end in the padding, and swallow the next frame."""
    title = "x" * (200 - 11 - len(chap("c0", 0, 5)))
    first = frame("CHAP", chap("c0", 0, 5, frame("TIT2", text(title, 3), version=4)), version=4)
    assert first[4:8] == b"\0\0\1\x48"
    second = frame("CHAP", chap("c1", 5, 9, frame("TIT2", text("B", 3), version=4)), version=4)
    assert [c.title for c in read(tag(first, second, version=4, padding=500) + SOUND)] == [title, "B"]


@pytest.mark.parametrize(
    ("version", "header"),
    [
        (3, struct.pack(">IHI", 6, 0, 0)),
        (3, struct.pack(">IHII", 10, 0x8000, 0, 0x12345678)),
        (4, synchsafe(6) + b"\1\0"),
        (4, synchsafe(12) + b"\1\x20\5" + bytes(5)),
        (3, b""),  # the flag is set and there is none
        (4, b""),
    ],
)
def test_extended_headers_are_passed_over(version: int, header: bytes) -> None:
    data = tag(*marks("A", "B", version=version), version=version, flags=0x40, before=header, padding=20)
    assert [chapter.title for chapter in read(data + SOUND)] == ["A", "B"]


def compressed(data: bytes, version: int) -> bytes:
    size = synchsafe(len(data)) if version == 4 else struct.pack(">I", len(data))
    return frame("CHAP", size + zlib.compress(data), version=version, flags=9 if version == 4 else 0x80)


@pytest.mark.parametrize("version", [3, 4])
def test_compressed_and_grouped_frames_are_read_and_encrypted_ones_left_out(version: int) -> None:
    bodies = [chap(t, n, n + 1, frame("TIT2", text(t), version=version)) for n, t in enumerate("abcd")]
    group, crypt = (0x40, 0x04) if version == 4 else (0x20, 0x40)
    data = tag(
        compressed(bodies[0], version),
        frame("CHAP", b"\1" + bodies[1], version=version, flags=group),
        frame("CHAP", b"\1" + bodies[2], version=version, flags=crypt),
        frame("CHAP", bodies[3], version=version),
        frame("CTOC", ctoc("t", ["a", "b", "d"]), version=version),
        version=version,
    )
    assert [(chapter.title, chapter.toc) for chapter in read(data + SOUND)] == [("a", True), ("b", True), ("d", True)]


def test_flags_of_frames_within_count_too() -> None:
    title = frame("TIT2", synchsafe(len(text(LONG))) + zlib.compress(text(LONG)), version=4, flags=9)
    assert [c.title for c in read(tag(frame("CHAP", chap("c", 0, 5, title), version=4), version=4) + SOUND)] == [LONG]


def test_the_first_tag_with_chapters_counts() -> None:
    cover = tag(frame("TIT2", text("Episode")), frame("APIC", b"\0image/png\0\0\0" + PNG))
    assert [c.title for c in read(cover + tag(*marks("A", version=4), version=4) + SOUND)] == ["A"]
    assert [c.title for c in read(tag(*marks("A")) + tag(*marks("old", "older")) + SOUND)] == ["A"]


APE = b"APETAGEX" + struct.pack("<4I", 2000, 32 + 5, 1, 1 << 31) + bytes(8)
AT_THE_END = {
    "nothing": b"",
    "v1": b"TAG" + bytes(125),
    "ape": APE + b"items" + APE,
    "ape and v1": APE + b"items" + APE + b"TAG" + bytes(125),
    "lyrics and v1": b"LYRICSBEGIN" + b"IND00002" + b"10" + b"000021LYRICS200" + b"TAG" + bytes(125),
}


@pytest.mark.parametrize("after", AT_THE_END)
def test_a_tag_at_the_end_with_a_footer_is_found(after: str) -> None:
    appended = tag(*marks("A", "B", version=4), version=4, flags=0x10)
    assert [c.title for c in read(SOUND + appended + AT_THE_END[after])] == ["A", "B"]
    first = tag(frame("TIT2", text("Episode")))
    assert [c.title for c in read(first + SOUND + appended + AT_THE_END[after])] == ["A", "B"]
    assert read(first + SOUND + AT_THE_END[after]) == ()
    assert [c.title for c in read(tag(*marks("C")) + SOUND + AT_THE_END[after])] == ["C"]


def test_seek_points_to_the_next_tag() -> None:
    first = tag(frame("SEEK", struct.pack(">I", len(SOUND)), version=4), version=4)
    assert [c.title for c in read(first + SOUND + tag(*marks("A", version=4), version=4) + SOUND)] == ["A"]


def ends(*spans: tuple[int, int], hidden: Sequence[int] = ()) -> list[tuple[int, int]]:
    made = [frame("CHAP", chap(f"c{n}", *span, frame("TIT2", text(str(n))))) for n, span in enumerate(spans)]
    listed = frame("CTOC", ctoc("t", [f"c{n}" for n in range(len(spans)) if n not in hidden]))
    return [(c.start_ms, c.end_ms) for c in read(tag(listed, *made) + SOUND)]


def test_ends_that_are_missing_or_impossible_are_closed() -> None:
    length = len(SOUND) * 8 // 128
    assert ends((0, NONE), (500, NONE)) == [(0, 500), (500, length)]
    assert ends((0, 0), (200, 0), (500, 0)) == [(0, 200), (200, 500), (500, length)]
    assert ends((0, 300), (200, 100)) == [(0, 300), (200, length)]
    assert ends((0, 100), (200, 300)) == [(0, 100), (200, 300)]
    assert ends((0, 0), (0, 10)) == [(0, 0), (0, 10)]
    assert ends((90_000, NONE)) == [(90_000, 90_000)]
    assert ends((0, NONE), (100, 200), (500, NONE), hidden=[1]) == [(0, 500), (100, 200), (500, length)]


def test_places_in_bytes_are_times_where_no_times_are_given() -> None:
    body = [
        frame("CHAP", chap(f"c{n}", NONE, NONE, frame("TIT2", text(str(n))), start_byte=at, end_byte=at + 10 * 417))
        for n, at in enumerate((0, 1))
    ]
    size = len(tag(*body))
    body = [
        frame("CHAP", chap(f"c{n}", NONE, NONE, frame("TIT2", text(str(n))), start_byte=size + n * 20 * 417))
        for n in range(2)
    ]
    first, second = read(tag(*body) + SOUND)
    assert (first.start_ms, first.end_ms) == (0, second.start_ms)
    assert abs(second.start_ms - 20 * 1152 / 44.1) <= 2


def test_chapters_are_found_in_aac_wav_aiff_and_before_flac(tmp_path: Path) -> None:
    made = tag(*marks("A", "B"))
    adts = b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(9)
    assert [c.title for c in read(made + adts * 20)] == ["A", "B"]
    wav = tmp_path / "a.wav"
    wav.write_bytes(riff(made))
    assert rows(chapters.read(wav)) == [("A", 0, 1000), ("B", 1000, 2000)]
    assert [c.title for c in read(aiff(made))] == ["A", "B"]
    assert [c.title for c in read(rf64(made))] == ["A", "B"]
    assert read(tag(frame("TIT2", text("x"))) + b"fLaC" + bytes(50)) == ()


def test_the_last_chapter_of_wav_and_aiff_ends_with_the_sound() -> None:
    made = tag(frame("CHAP", chap("c", 100, NONE, frame("TIT2", text("A")))))
    for data in (riff(made), rf64(made), aiff(made)):
        assert rows(read(data)) == [("A", 100, 2000)]


def chunk(name: bytes, data: bytes, order: str = "<") -> bytes:
    return name + struct.pack(order + "I", len(data)) + data + bytes(len(data) % 2)


FORMAT = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8))


def riff(made: bytes) -> bytes:
    body = FORMAT + chunk(b"LIST", b"odd") + chunk(b"data", bytes(16_000)) + chunk(b"id3 ", made)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body


def rf64(made: bytes) -> bytes:
    sizes = chunk(b"ds64", struct.pack("<QQQI", 0, 16_000, 16_000, 0))
    body = sizes + FORMAT + b"data" + b"\xff" * 4 + bytes(16_000) + chunk(b"ID3 ", made)
    return b"RF64" + b"\xff" * 4 + b"WAVE" + body


def aiff(made: bytes) -> bytes:
    rate = struct.pack(">HQ", 16383 + 12, 8000 << 51)
    common = chunk(b"COMM", struct.pack(">HIH", 1, 16_000, 8) + rate, ">")
    body = common + chunk(b"SSND", bytes(16_008), ">") + chunk(b"ID3 ", made, ">")
    return b"FORM" + struct.pack(">I", len(body) + 4) + b"AIFF" + body


def test_a_real_mp3_with_an_open_end_ends_with_its_sound(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    audio.write_mp3(path, [np.zeros(44_100 * 3, np.float32)], 44_100)
    path.write_bytes(tag(frame("CHAP", chap("c", 0, NONE, frame("TIT2", text("A"))))) + path.read_bytes())
    ((_, _, end_ms),) = rows(chapters.read(path))
    assert abs(end_ms - audio.probe(path).duration_ms) <= 60
