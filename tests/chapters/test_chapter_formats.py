"""Every format: what it holds is read again as it was written, and what it does not hold is said."""

from __future__ import annotations

import contextlib
import csv as plain_csv
import io
import subprocess
from dataclasses import replace
from itertools import accumulate, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podpipe.chapters import formats, psc
from podpipe.chapters.formats import FORMATS, Format, by_name, for_path
from podpipe.errors import ChaptersError
from podpipe.models import Chapter, Picture

NAMES = [known.name for known in FORMATS]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    [
        "=1+1",
        "'=x",
        "a;b#c\\",
        "a\nb",
        "12:34 x",
        "- x",
        "x <https://e.org>",
        "a --> b",
        "&amp; <b>",
        "\ttab ",
        "[CHAPTER]",
    ]
)
PLAIN = st.text("abcdefghij ÄÖß日本é", min_size=1, max_size=30).map(lambda text: " ".join(text.split()) or "x")
URL = st.just("") | st.sampled_from(["https://example.org/?a=1&b=2#c", "https://example.org/ü"])


@st.composite
def lists(draw: st.DrawFn, title: st.SearchStrategy[str] = TEXT, step: int = 1) -> tuple[list[Chapter], int]:
    """Chapters in order, and the length of the episode."""
    gaps = draw(st.lists(st.integers(step, 4_000_000), max_size=12))
    starts = [start - gaps[0] for start in accumulate(gaps)] if draw(st.booleans()) else list(accumulate(gaps))
    duration = (starts[-1] if starts else 0) + draw(st.integers(step, 100_000))
    ends = [*starts, duration][1 : len(starts) + 1]
    chapters = []
    for start, end in zip(starts, ends, strict=True):
        own = draw(st.integers(start + 1, duration)) if draw(st.integers(0, 5)) == 0 else end
        picture = Picture(b"x", "image/png") if draw(st.integers(0, 9)) == 0 else None
        chapters.append(
            Chapter(
                draw(title),
                start,
                own,
                url=draw(URL),
                image=draw(URL),
                toc=draw(st.integers(0, 5)) > 0,
                picture=picture,
            )
        )
    return chapters, duration


@pytest.mark.parametrize("name", ["json", "csv", "ffmetadata"])
@given(lists())
def test_formats_with_room_for_all_lose_nothing(name: str, case: tuple[list[Chapter], int]) -> None:
    chapters, duration = case
    chapters = [replace(c, title=c.title.replace("\0", ""), picture=None) for c in chapters]
    encoded = by_name(name).encode(chapters, duration)
    assert encoded.lost == ()
    assert list(by_name(name).decode(encoded.data, "x")) == chapters


@pytest.mark.parametrize("name", NAMES)
@given(lists(PLAIN, step=10_000))
def test_what_a_format_says_it_holds_is_there_again(name: str, case: tuple[list[Chapter], int]) -> None:
    chapters, duration = case
    chosen = by_name(name)
    listed = [c for c in chapters if c.toc or "hidden" in chosen.holds or name == "audacity"]
    if not listed or (listed[0].start_ms >= 1000 and "ms" not in chosen.holds):
        return
    again = chosen.decode(chosen.encode(listed, duration).data, "x")
    for before, after in zip(listed, again, strict=True):
        assert after.title == before.title
        assert after.start_ms == (before.start_ms if "ms" in chosen.holds else before.start_ms // 1000 * 1000)
        assert after.url == (before.url if "url" in chosen.holds else "")
        assert after.image == (before.image if "image" in chosen.holds else "")
        assert after.toc == (before.toc if "hidden" in chosen.holds else True)
        if "end" in chosen.holds:
            assert after.end_ms == before.end_ms


@pytest.mark.parametrize("name", NAMES)
@given(lists())
def test_what_is_not_read_again_is_said(name: str, case: tuple[list[Chapter], int]) -> None:
    chapters, duration = case
    encoded = by_name(name).encode(chapters, duration)
    again = by_name(name).decode(encoded.data, "x") if encoded.data.strip() and _has_any(by_name(name), encoded) else ()
    said = " ".join(encoded.lost)
    assert all("\n" not in sentence for sentence in encoded.lost)
    if len(again) != len(chapters) or "left out" in said:
        assert "left out" in said or "is added" in said or "can be read again" in said
        return
    for before, after in zip(chapters, again, strict=True):
        assert after.title == before.title or "title" in said
        assert after.start_ms == before.start_ms or "start" in said or "begins at 00:00" in said
        assert after.url == before.url or "link" in said or "title" in said
        assert after.image == before.image or "image" in said
        assert after.picture == before.picture or "picture" in said
        assert after.toc == before.toc or "hidden" in said


def _has_any(chosen: Format, encoded: formats.Encoded) -> bool:
    with contextlib.suppress(ChaptersError):
        return bool(chosen.decode(encoded.data, "x"))
    return False


@pytest.mark.parametrize("name", NAMES)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(max_examples=60)
def test_anything_is_read_or_refused_in_one_sentence(name: str, data: bytes) -> None:
    try:
        found = by_name(name).decode(data, "some/file")
    except ChaptersError as error:
        assert str(error).startswith("some/file")
        assert len(str(error)) < 300
    else:
        assert [c.start_ms for c in found] == sorted(c.start_ms for c in found)
        assert all(0 <= c.start_ms <= c.end_ms for c in found)


HOSTILE = (
    b"-" * 200_000, b" " * 200_000 + b"x", b"<br " * 50_000, b"<a" * 100_000, b"0:00 " * 50_000, b"(" * 100_000,
    b"1. " * 80_000, b"\\" * 200_000, b"'" * 200_000, b"x - " * 50_000 + b"1:00", b"- " * 90_000 + b"1:00",
    b"WEBVTT\n\n" + b"9" * 100_000 + b":00:00.000 --> 00:00.001\na\n", b"start,title\n" + b'"' * 100_000,
    b";FFMETADATA1\n[CHAPTER]\nSTART=" + b"9" * 100_000, b"0.1\t" + b"9" * 100_000 + b"\tx",
)  # fmt: skip


CUE = """FILE "a.mp3" MP3
  TRACK 01 AUDIO
    TITLE "One "two""
    INDEX 01 00:00:00
  TRACK 2 AUDIO
    INDEX 01 1:01:33
"""


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        # MKVToolNix's simple chapters, as HandBrake and mp4chaps exchange them
        ("description", "CHAPTER01=00:00:00.000\r\nCHAPTER01NAME=One = 1\r\nCHAPTER2=0:01:01.437\r\nCHAPTER2NAME=Two",
         [("One = 1", 0), ("Two", 61_437)]),
        ("description", CUE, [('One "two"', 0), ("Track 2", 61_440)]),
        # m4b-tool, mp3chaps
        ("description", "## total-length 00:02:29.149\n00:00:00.000 One\n00:01:01.437 Two words\n",
         [("One", 0), ("Two words", 61_437)]),
        # an Auphonic production
        ("json", '{"title": "x", "chapters": [{"start": "00:00:00.000", "title": "One", "url": "", "image": null}, '
         '{"start": "00:01:01.437", "title": "Two"}]}', [("One", 0), ("Two", 61_437)]),
    ],
)  # fmt: skip
def test_files_of_other_programs(name: str, text: str, wanted: list[tuple[str, int]]) -> None:
    assert [(c.title, c.start_ms) for c in by_name(name).decode(text.encode(), "x")] == wanted


@pytest.mark.parametrize("name", NAMES)
def test_long_lines_take_no_time_and_are_not_said_in_full(name: str) -> None:
    for data in HOSTILE:
        try:
            by_name(name).decode(data, "x")
        except ChaptersError as error:
            assert len(str(error)) < 300


MINE = (
    Chapter("Intro", 0, 19_050),
    Chapter("Memory & more", 19_050, 49_021, url="https://example.org/a", image="https://example.org/a.png"),
    Chapter("Advert", 49_021, 60_000, toc=False),
    Chapter("io_uring", 70_000, 3_723_456),
)


def test_each_loss_is_a_sentence_with_the_chapter() -> None:
    said = by_name("audacity").encode(MINE, 3_723_456).lost
    assert said == (
        "the link of 'Memory & more' is lost",
        "the image of 'Memory & more' is lost",
        "'Advert' is hidden, and will be shown",
    )
    assert by_name("psc").encode(MINE, 3_723_456).lost == ("'Advert' is left out, hidden",)
    assert "the end of 'Advert' is lost" in by_name("psc").encode([replace(c, toc=True) for c in MINE], 3_723_456).lost
    assert by_name("csv").encode(MINE, 3_723_456).lost == ()


def test_a_title_that_a_line_can_not_hold_is_said() -> None:
    (said,) = by_name("webvtt").encode([Chapter("a\nb", 0, 5)], 5).lost
    assert said == "white space in the title of 'a b' is folded"


def test_endings_and_names() -> None:
    assert for_path(Path("x.JSON")).name == "json"
    assert by_name("VTT").name == "webvtt"
    with pytest.raises(ChaptersError, match=r"x\.txt may be description or audacity; say which with --format"):
        for_path(Path("x.txt"))
    assert for_path(Path("x.txt"), b"0.000000\t5.000000\tIntro\n").name == "audacity"
    assert for_path(Path("x.txt"), b"\n00:00 Intro\n").name == "description"
    assert for_path(Path("x.html"), b"").name == "description"
    for path in (Path("x.doc"), Path("x"), Path("x.html")):
        with pytest.raises(ChaptersError, match="give --format: json, psc"):
            for_path(path)
    with pytest.raises(ChaptersError, match="unknown format 'word'; podpipe knows json, psc"):
        by_name("word")


def test_json_is_plain_for_others_to_read() -> None:
    data = by_name("json").encode(MINE).data
    assert b"podpipe" not in data
    assert by_name("json").decode(data, "x") == MINE
    old = b'{"version":"1.0.0","chapters":[{"startTime":"1:30","title":"B"},{"startTime":"0","title":null}]}'
    assert [(c.title, c.start_ms) for c in by_name("json").decode(old, "x")] == [("", 0), ("B", 90_000)]


@pytest.mark.parametrize(
    ("start", "ms"),
    [
        ("0", 0),
        ("62.5", 62_500),
        ("1:02:03.456", 3_723_456),
        ("02:03", 123_000),
        ("npt=8:26.250", 506_250),
        ("26:00:00", 93_600_000),
    ],
)
def test_normal_play_time(start: str, ms: int) -> None:
    data = f'<psc:chapters xmlns:psc="{psc.NAMESPACE}"><psc:chapter start="{start}" title="x"/></psc:chapters>'
    assert by_name("psc").decode(data.encode(), "x")[0].start_ms == ms


def test_psc_inside_a_feed_item_without_its_declaration(shared_data: Path) -> None:
    feed = (shared_data / "feeds/podcastparser/chapters.rss").read_bytes()
    found = by_name("psc").decode(feed, "x")
    assert [c.start_ms for c in found] == [0, 1000, 62_000, 3_723_000, 3_723_400]
    assert found[-1].url == "http://example.net/psc"
    piece = feed[feed.index(b"<psc:chapters") : feed.index(b"</item>")]
    assert by_name("psc").decode(piece, "x") == found


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"<a/>", "x has no psc:chapters"),
        (b"<psc:chapters><psc:chapter start='soon'/></psc:chapters>", r"x, line 1: start='soon' is no time"),
        (b"<psc:chapters>", "x is no Podlove Simple Chapters file: "),
        (b"<r><psc:chapters/><psc:chapters/></r>", "x holds the chapters of 2 episodes; give one item"),
    ],
)
def test_psc_that_can_not_be_read(data: bytes, complaint: str) -> None:
    data = data.replace(b"<r>", f'<r xmlns:psc="{psc.NAMESPACE}">'.encode())
    with pytest.raises(ChaptersError, match=complaint):
        by_name("psc").decode(data, "x")


def test_an_entity_opens_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    data = (
        f'<!DOCTYPE r [<!ENTITY e SYSTEM "{secret.as_uri()}">]><psc:chapters xmlns:psc="{psc.NAMESPACE}">'
        '<psc:chapter start="0" title="a"/>&e;</psc:chapters>'
    )
    assert by_name("psc").decode(data.encode(), "x")[0].title == "a"


def test_webvtt_by_its_algorithm() -> None:
    data = (
        "\ufeffWEBVTT - chapters\r\nKind: chapters\r\n\r\nNOTE a comment\r\nof two lines\r\n\r\n"
        "STYLE\r\n::cue {}\r\n\r\n"
        "intro\r\n00:00.000 --> 00:19.050 align:start line:0\r\nA &amp; <b>bold</b>\r\nsecond line\r\n\r\n\r\n"
        "100:00:01.000 --> 100:00:02.000\r\n<v Roger>Late\r\n00:19.050\t-->\t00:20.000\nNo blank line before"
    ).encode()
    assert by_name("webvtt").decode(data, "x") == (
        Chapter("A & bold second line", 0, 19_050),
        Chapter("No blank line before", 19_050, 20_000),
        Chapter("Late", 360_001_000, 360_002_000),
    )
    with pytest.raises(ChaptersError, match=r"x, line 3: '0:1 --> 2' is no time"):
        by_name("webvtt").decode(b"WEBVTT\n\n0:1 --> 2\nx\n", "x")


def test_a_table_is_safe_in_a_spreadsheet_and_comes_back() -> None:
    titles = ["=HYPERLINK(1)", "+1", "-1", "@x", "'=x", "'tis", " =1", "\t=1", "ok", "＝1"]
    chapters = tuple(Chapter(title, n * 1000, n * 1000 + 1000) for n, title in enumerate(titles))
    data = by_name("csv").encode(chapters).data
    for row in plain_csv.DictReader(io.StringIO(data.decode("utf-8-sig"))):
        assert row["title"].lstrip()[0] not in "=+-@＝"
    assert by_name("csv").decode(data, "x") == chapters


def test_tables_of_others() -> None:
    expected = (Chapter("Intro", 0, 0), Chapter("A, B", 62_500, 62_500, url="https://e.org"))
    for table in (
        "Start;Title;Link\n0;Intro;\n62,5;A, B;https://e.org\n",
        "title\ttime\turl\nIntro\t0:00\t\nA, B\t1:02.5\thttps://e.org\n",
        '0:00,Intro\n1:02.500,"A, B",https://e.org\n',
    ):
        assert by_name("csv").decode(table.encode(), "x") == expected
    with pytest.raises(ChaptersError, match="x, line 3: 'soon' is no time"):
        by_name("csv").decode(b"start,title\n0,a\nsoon,b\n", "x")
    with pytest.raises(ChaptersError, match="has the columns start and title"):
        by_name("csv").decode(b"a,b\n1,2\n", "x")


def test_labels() -> None:
    data = b"0.000000\t19.050000\tIntro\r\n\\\t100.0\t200.0\r\n19,05\t19,05\tPoint\r\n30\tOld form\r\n"
    assert by_name("audacity").decode(data, "x") == (
        Chapter("Intro", 0, 19_050),
        Chapter("Point", 19_050, 19_050),
        Chapter("Old form", 30_000, 30_000),
    )
    with pytest.raises(ChaptersError, match="x, line 1: 'Intro' is no label"):
        by_name("audacity").decode(b"Intro\n", "x")


def test_ffmpeg_reads_the_metadata(tmp_path: Path, tone: Path) -> None:
    titles = ["a=b; #c \\ d", "two\nlines", "Ünï 日本"]
    chapters = [Chapter(title, n * 500, n * 500 + 400) for n, title in enumerate(titles)]
    (tmp_path / "c.ffmeta").write_bytes(by_name("ffmetadata").encode(chapters).data)
    found = _ffmpeg_chapters(tmp_path / "c.ffmeta")
    assert found == [(c.title, c.start_ms, c.end_ms) for c in chapters]


def _ffmpeg_chapters(path: Path) -> list[tuple[str, int, int]]:
    import av

    with av.open(str(path), format="ffmetadata") as container:
        return [
            (c["metadata"]["title"], round(c["start"] * c["time_base"] * 1000), round(c["end"] * c["time_base"] * 1000))
            for c in container.chapters()
        ]


def test_metadata_of_others() -> None:
    data = (
        b";FFMETADATA1\r\ntitle=Show\r\n; note\r\n[STREAM]\r\ntitle=x\r\n"
        b"[CHAPTER]\r\nTIMEBASE=1/44100\r\nSTART=22050\r\nEND=44100\r\ntitle=A\\=B\r\n"
    )
    assert by_name("ffmetadata").decode(data, "x") == (Chapter("A=B", 500, 1000),)
    with pytest.raises(ChaptersError, match="x, line 2: the chapter has no whole START"):
        by_name("ffmetadata").decode(b";FFMETADATA1\n[CHAPTER]\ntitle=x\n", "x")


NOTES = {
    "plain": "00:00 Intro\n01:30 Second\n1:02:03 Third",
    "brackets": "(00:00) Intro\n(01:30) Second\n(01:02:03) Third",
    "square": "[00:00] Intro\n[01:30] Second\n[1:02:03] Third",
    "dashes": "00:00 - Intro\n01:30 – Second\n1:02:03: Third",
    "after": "Intro – 0:00\nSecond - 01:30\nThird (1:02:03)",
    "after, in brackets": "Intro [00:00]\nSecond [01:30]\nThird [1:02:03]",
    "bullets": "• 00:00 Intro\n* 01:30 Second\n- 1:02:03 Third",
    "numbers": "1. 00:00 Intro\n2. 01:30 Second\n3) 1:02:03 Third",
    "ranges": "00:00 - 01:30 Intro\n01:30-1:02:03 Second\n(1:02:03 – 1:10:00) Third",
    "emoji": "⏱️ 00:00 Intro\n▶️ 01:30 Second\n➡ 1:02:03 Third",
    "minutes": "00:00 Intro\n01:30 Second\n62:03 Third",
    "markdown": "- **00:00** Intro\n- [01:30](https://e.org/?t=90) Second\n- **1:02:03**: Third",
    "html": "<ul><li>00:00 Intro</li><li><a href='#t=90'>01:30</a> <b>Second</b></li><li>1:02:03 Third</li></ul>",
    "breaks": "Chapters:<br>(00:00) Intro<br/>(01:30) Second<br />(1:02:03) Third<br>Thanks to all.",
    "below": "00:00\nIntro\n\n01:30\nSecond\n\n1:02:03\nThird",
    "around": "We met at 10:30 today.\n\nChapters\n00:00 Intro\n01:30 Second\n1:02:03 Third\n\nWe meet at 5:00 pm",
    "before": "12:00 is when we met.\n\nNow:\n00:00 Intro\n01:30 Second\n1:02:03 Third",
    "clocks": "10:30 on Monday\n\n00:00 Intro\n01:30 Second\n1:02:03 Third\n\n7:00 pm Eastern\n8:00 a.m. on Tuesday",
    "windows": "00:00 Intro\r\n01:30 Second\r\n1:02:03 Third\r\n",
    "chaptertool": "00:00:00.000 Intro\n00:01:30.000 Second <https://e.org/a>\n01:02:03.000 Third",
}


@pytest.mark.parametrize("notes", NOTES.values(), ids=NOTES.keys())
def test_timestamps_as_hosts_write_them(notes: str) -> None:
    found = by_name("description").decode(notes.encode(), "x")
    assert [(c.title, c.start_ms) for c in found] == [("Intro", 0), ("Second", 90_000), ("Third", 3_723_000)]


def test_times_out_of_order_are_a_mistake_with_its_line() -> None:
    with pytest.raises(ChaptersError, match=r"x, line 3: 0:30 'C' comes after 1:00"):
        by_name("description").decode(b"00:00 A\n01:00 B\n00:30 C\n", "x")
    with pytest.raises(ChaptersError, match="x has no line with a time and a title"):
        by_name("description").decode(b"Nothing here.\n", "x")


def test_descriptions_keep_the_rules_of_their_readers() -> None:
    chapters = [
        Chapter("Cold open", 0, 4000),
        Chapter("Intro", 4000, 60_500),
        Chapter("A <b>", 60_500, 70_000),
        Chapter("Sting", 70_000, 73_000),
        Chapter("B", 73_000, 3_700_000),
        Chapter("Bye", 3_700_000, 3_705_000),
    ]
    youtube = by_name("youtube").encode(chapters, 3_705_000)
    assert youtube.data.decode() == "00:00 Intro\n01:00 A ‹b›\n01:13 B\n"
    assert youtube.lost == (
        "'Cold open', 'Sting' and 'Bye' are left out, shorter than 10 s: with such a chapter, YouTube would show none",
        "'Intro' begins at 00:00 here, where YouTube must find the first chapter",
        "the start of 'A <b>' is cut to a whole second",
        "the title of 'A <b>' is changed",
    )
    apple = by_name("apple").encode(chapters[:3], 70_000).data.decode()
    assert apple == "00:00:00 Cold open\n00:00:04 Intro\n00:01:00 A <b>\n"
    assert (
        by_name("spotify").encode(chapters[:3], 70_000).data.decode() == "00:00 Cold open\n00:04 Intro\n01:00 A <b>\n"
    )


def test_a_description_begins_at_zero_and_says_when_it_is_too_short() -> None:
    late = by_name("description").encode([Chapter("A", 30_000, 60_000)], 60_000)
    assert late.data == b"00:00 Introduction\n00:30 A\n"
    assert late.lost == (
        'a line "00:00 Introduction" is added, where Apple Podcasts, Spotify and YouTube must find the first chapter',
        "fewer than 3 chapters are not shown by Apple Podcasts, Spotify and YouTube, and this has 2",
    )
    assert by_name("description").encode([], 60_000).data == b""


@given(st.lists(st.integers(0, 200_000), min_size=1, max_size=30, unique=True), st.integers(200_001, 300_000))
def test_no_line_of_a_description_is_too_short(starts: list[int], duration: int) -> None:
    chapters = [Chapter(f"T{start}", start, start) for start in sorted(starts)]
    data = by_name("youtube").encode(chapters, duration).data.decode()
    times = [int(m) * 60 + int(s) for m, s in (line.split()[0].split(":") for line in data.splitlines())]
    assert times[0] == 0
    assert all(b - a >= 10 for a, b in pairwise(times))


def test_ffprobe_agrees_where_it_is_there(tmp_path: Path) -> None:
    path = tmp_path / "c.ffmeta"
    path.write_bytes(by_name("ffmetadata").encode(MINE).data)
    try:
        done = subprocess.run(
            ["ffprobe", "-v", "error", "-show_chapters", "-of", "compact", "-f", "ffmetadata", str(path)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip("ffprobe is not installed")
    assert done.stdout.count("tag:title=") == len(MINE)


def test_the_table_in_the_docs_is_true() -> None:
    page = (Path(__file__).parents[2] / "docs" / "formats.md").read_text()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| `")][
        1:
    ]
    shown = {row[0].strip("`"): row for row in rows}
    assert list(shown) == [*NAMES, "id3"]
    for known in FORMATS:
        _, endings, *holds, _ = shown[known.name]
        told = {key for key, cell in zip(("end", "ms", "url", "image", "hidden"), holds, strict=True) if cell == "yes"}
        assert told == known.holds, known.name
        assert all(f"`{ending}`" in endings or ending == ".htm" for ending in (*known.endings, *known.only_read))
