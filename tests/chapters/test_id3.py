from __future__ import annotations

import json
import urllib.parse
from collections.abc import Sequence
from pathlib import Path

import av
import eyed3
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutagen import id3 as tags
from mutagen.mp3 import MP3

from podpipe import audio, chapters
from podpipe.chapters import id3
from podpipe.chapters.facts import Facts
from podpipe.chapters.writers import id3 as writer
from podpipe.errors import ChaptersError
from podpipe.models import Chapter

RATE = 44_100
LENGTH_MS = 3_600_000
FACTS = Facts("Ün épisode 🎙", "The Show", "2026-11-01")
FILES = (
    "auphonic.mp3",
    "hindenburg-journalist-pro.mp3",
    "mp3chaps-py.mp3",
    "auphonic.m4a",
    "auphonic.ogg",
    "auphonic.opus",
    "nero-chapters.m4a",
)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second of sound as an MP3 without any tag."""
    path = tmp_path_factory.mktemp("mp3") / "plain.mp3"
    time = np.arange(RATE, dtype=np.float32) / RATE
    audio.write_mp3(path, [0.2 * np.sin(2 * np.pi * 440 * time, dtype=np.float32)], RATE)
    path.write_bytes(path.read_bytes()[tag_size(path) :])
    return path


def in_a_row(titles: Sequence[str], *, url: str = "") -> list[Chapter]:
    step = LENGTH_MS // max(len(titles), 1)
    return [
        Chapter(title, number * step, (number + 1) * step, because="in the file", url=url)
        for number, title in enumerate(titles)
    ]


def write(source: Path, given_chapters: Sequence[Chapter], facts: Facts | None = FACTS) -> Path:
    destination = source.with_name("written.mp3")
    writer.write(source, destination, given_chapters, facts)
    return destination


def frames_in_order(path: Path) -> list[tuple[bytes, bytes]]:
    """Name and content of each frame of a v2.3 tag, as they stand in the file."""
    data = path.read_bytes()
    assert data[:4] == b"ID3\x03"
    end = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
    position, frames = 10, []
    while position < end and data[position]:
        size = int.from_bytes(data[position + 4 : position + 8], "big")
        frames.append((data[position : position + 4], data[position + 10 : position + 10 + size]))
        position += 10 + size
    assert not any(data[position:end])
    return frames


def tag_size(path: Path) -> int:
    data = path.read_bytes()
    if data[:3] != b"ID3":
        return 0
    return 10 + sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))


def sound_of(path: Path) -> bytes:
    return path.read_bytes()[tag_size(path) :]


TITLES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)


@given(st.lists(TITLES, max_size=300))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_what_is_written_is_read_again(plain: Path, titles: list[str]) -> None:
    expected = in_a_row(titles)
    assert id3.read(write(plain, expected)) == tuple(expected)


@given(st.lists(st.tuples(TITLES, st.integers(0, 2**32 - 1), st.booleans()), max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_times_and_listing_of_any_chapters_are_kept(plain: Path, rows: list[tuple[str, int, bool]]) -> None:
    wanted = [Chapter(title, ms, ms, because="in the file", toc=toc) for title, ms, toc in rows]
    path = write(plain, wanted)
    by_time = sorted(wanted, key=lambda chapter: chapter.start_ms)
    found = [(chapter.title, chapter.start_ms, chapter.end_ms) for chapter in id3.read(path)]
    assert found == [(chapter.title, chapter.start_ms, chapter.end_ms) for chapter in by_time]
    listed = [f"chp{number}" for number, chapter in enumerate(by_time) if chapter.toc]
    assert [entry for toc in tags.ID3(path).getall("CTOC") for entry in toc.child_element_ids] == listed


def test_links_are_kept(plain: Path) -> None:
    wanted = in_a_row(["One", "Two"], url="https://example.org/a%20b?c=d&e=f#g")
    assert id3.read(write(plain, wanted)) == tuple(wanted)


def test_links_and_titles_of_any_script_are_kept_or_escaped(plain: Path) -> None:
    wanted = in_a_row(["例え"], url="https://例え.example/パス?q=ü é")
    (found,) = id3.read(write(plain, wanted))
    assert found.title == "例え"
    assert urllib.parse.unquote(found.url) == "https://例え.example/パス?q=ü é"


def test_chapters_stand_in_the_file_in_order_of_time_after_their_table(plain: Path) -> None:
    titles = ["a long title that makes a long frame", "b", "another long title of the longest", "c"] * 4
    names = [(name, data.split(b"\0")[0]) for name, data in frames_in_order(write(plain, in_a_row(titles)))]
    own = [(name, element) for name, element in names if name in (b"CTOC", b"CHAP")]
    assert own == [(b"CTOC", b"toc"), *((b"CHAP", b"chp%d" % number) for number in range(16))]
    backwards = write(plain, in_a_row(titles)[::-1])
    assert [chapter.title for chapter in id3.read(backwards)] == titles


def test_the_table_is_ordered_and_at_the_top(plain: Path) -> None:
    table = tags.ID3(write(plain, in_a_row(["One", "Two", "Three"]))).getall("CTOC")
    assert len(table) == 1
    assert table[0].flags == tags.CTOCFlags.ORDERED | tags.CTOCFlags.TOP_LEVEL
    assert table[0].child_element_ids == ["chp0", "chp1", "chp2"]


def test_more_chapters_than_a_table_holds_go_to_tables_below_it(plain: Path) -> None:
    path = write(plain, in_a_row([f"Chapter {number}" for number in range(600)]))
    tables = {table.element_id: table for table in tags.ID3(path).getall("CTOC")}
    top = [table for table in tables.values() if table.flags & tags.CTOCFlags.TOP_LEVEL]
    assert len(top) == 1
    assert all(table.flags & tags.CTOCFlags.ORDERED for table in tables.values())
    entries = [entry for name in top[0].child_element_ids for entry in tables[name].child_element_ids]
    assert entries == [f"chp{number}" for number in range(600)]
    assert len(id3.read(path)) == 600


def test_the_tag_is_version_2_3(plain: Path) -> None:
    path = write(plain, in_a_row(["One"]))
    assert tags.ID3(path, translate=False).version == (2, 3, 0)
    assert MP3(path).info.length == pytest.approx(MP3(plain).info.length)


def test_no_chapters_leave_no_chapter_frames(plain: Path) -> None:
    path = write(plain, ())
    assert {name for name, _ in frames_in_order(path)} & {b"CHAP", b"CTOC"} == set()
    assert id3.read(path) == ()


def test_the_audio_is_the_same_bit_for_bit(plain: Path, shared_data: Path) -> None:
    for source in (plain, *(shared_data / "chapters").glob("*.mp3")):
        written = plain.with_name("same.mp3")
        writer.write(source, written, in_a_row(["One", "Two"]), FACTS)
        assert sound_of(written) == sound_of(source)
        assert len(sound_of(written)) > 1000


def test_facts_are_added_where_the_file_has_none(plain: Path) -> None:
    found = tags.ID3(write(plain, in_a_row(["One"])))
    assert found["TIT2"].text == ["Ün épisode 🎙"]
    assert found["TALB"].text == ["The Show"]
    assert str(found["TDRC"].text[0]) == "2026-11-01"


@pytest.mark.parametrize("version", [3, 4])
def test_the_tags_of_the_file_are_kept(plain: Path, tmp_path: Path, version: int) -> None:
    source = tmp_path / "tagged.mp3"
    source.write_bytes(plain.read_bytes())
    picture = bytes(range(256)) * 300
    old = tags.ID3()
    old.add(tags.TIT2(encoding=3, text="Its own title"))
    old.add(tags.TPE1(encoding=3, text="Ein Künstler"))
    old.add(tags.TDRC(encoding=3, text="2009-11-01"))
    old.add(tags.APIC(encoding=0, mime="image/png", type=3, desc="cover", data=picture))
    old.add(tags.COMM(encoding=3, lang="eng", desc="", text="A comment: “ü”"))
    old.add(tags.TXXX(encoding=3, desc="own", text="value"))
    old.add(tags.PRIV(owner="someone", data=b"\0\1\2\xff"))
    old.add(tags.CHAP(element_id="old", start_time=0, end_time=1, sub_frames=[tags.TIT2(encoding=3, text="Old")]))
    old.add(tags.CTOC(element_id="toc9", flags=3, child_element_ids=["old"], sub_frames=[]))
    old.save(source, v2_version=version)
    written = write(source, in_a_row(["New"]))
    new = tags.ID3(written)
    assert new["TIT2"].text == ["Its own title"]
    assert new["TPE1"].text == ["Ein Künstler"]
    assert str(new["TDRC"].text[0]) == "2009-11-01"
    assert (new["APIC:cover"].data, new["APIC:cover"].mime, new["APIC:cover"].type) == (
        picture,
        "image/png",
        3,
    )
    assert new["COMM::eng"].text == ["A comment: “ü”"]
    assert new["TXXX:own"].text == ["value"]
    assert new["PRIV:someone:\0\1\2\xff"].data == b"\0\1\2\xff"
    assert new["TALB"].text == ["The Show"]
    assert [chapter.title for chapter in id3.read(written)] == ["New"]
    assert [table.element_id for table in new.getall("CTOC")] == ["toc"]
    assert sound_of(written) == plain.read_bytes()


def test_writing_twice_gives_the_same_file(plain: Path, tmp_path: Path) -> None:
    once = tmp_path / "once.mp3"
    writer.write(plain, once, in_a_row(["One", "Two"]), FACTS)
    twice = tmp_path / "twice.mp3"
    writer.write(once, twice, in_a_row(["One", "Two"]), FACTS)
    assert once.read_bytes() == twice.read_bytes()


def test_mutagen_reads_what_was_written(plain: Path) -> None:
    found = MP3(write(plain, in_a_row(["Eins", "Zwei ❤️", "三"]))).tags
    chapters_found = sorted(found.getall("CHAP"), key=lambda frame: frame.start_time)
    assert [str(frame.sub_frames["TIT2"]) for frame in chapters_found] == ["Eins", "Zwei ❤️", "三"]
    assert [frame.start_time for frame in chapters_found] == [0, 1_200_000, 2_400_000]
    assert {frame.start_offset for frame in chapters_found} == {0xFFFFFFFF}


def test_eyed3_reads_what_was_written(plain: Path) -> None:
    loaded = eyed3.load(write(plain, in_a_row(["Eins", "Zwei ❤️", "三"], url="https://example.org/")))
    assert loaded.tag.version == (2, 3, 0)
    assert [(c.title, c.times.start, c.times.end) for c in loaded.tag.chapters] == [
        ("Eins", 0, 1_200_000),
        ("Zwei ❤️", 1_200_000, 2_400_000),
        ("三", 2_400_000, 3_600_000),
    ]
    table = loaded.tag.table_of_contents[b"toc"]
    assert (table.toplevel, table.ordered) == (True, True)
    assert [name.decode() for name in table.child_ids] == ["chp0", "chp1", "chp2"]


def test_ffmpeg_reads_what_was_written(plain: Path) -> None:
    with av.open(str(write(plain, in_a_row(["Eins", "Zwei ❤️", "三"])))) as container:
        found = [(c["metadata"]["title"], int(c["start"] * c["time_base"] * 1000)) for c in container.chapters()]
        assert container.metadata["title"] == "Ün épisode 🎙"
    assert found == [("Eins", 0), ("Zwei ❤️", 1_200_000), ("三", 2_400_000)]


@pytest.mark.parametrize("name", FILES)
def test_chapters_of_other_programs_are_read_exactly(shared_data: Path, name: str) -> None:
    expected = json.loads((shared_data / "chapters" / "expected.json").read_text())
    found = [{"start_ms": c.start_ms, "title": c.title} for c in chapters.read(shared_data / "chapters" / name)]
    assert found == expected[name]


def test_every_file_with_known_chapters_is_tested(shared_data: Path) -> None:
    assert set(json.loads((shared_data / "chapters" / "expected.json").read_text())) <= set(FILES)


def test_a_file_without_a_tag_has_no_chapters(plain: Path) -> None:
    assert id3.read(plain) == chapters.read(plain) == ()


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_tag_is_read_or_passed_over(plain: Path, data: st.DataObject) -> None:
    whole = bytearray(write(plain, in_a_row(["One", "Two", "Three"], url="https://example.org/")).read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(3, 700))] = data.draw(st.integers(0, 255))
    damaged = plain.with_name("damaged.mp3")
    damaged.write_bytes(whole[: data.draw(st.integers(0, 2000))] if data.draw(st.booleans()) else whole)
    assert isinstance(id3.read(damaged), tuple)
    try:
        written = write(damaged, in_a_row(["New"]))
    except ChaptersError as error:
        assert str(damaged) in str(error)
    else:
        assert [chapter.title for chapter in id3.read(written)] == ["New"]


def test_a_missing_file_has_no_chapters_and_cannot_be_written(tmp_path: Path) -> None:
    assert id3.read(tmp_path / "none.mp3") == ()
    with pytest.raises(ChaptersError, match=r"none\.mp3"):
        writer.write(tmp_path / "none.mp3", tmp_path / "out.mp3", (), FACTS)
