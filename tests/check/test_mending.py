"""What --fix does: the finding is gone, nothing new comes, the sound and all that was not asked for stay."""

from __future__ import annotations

import json
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import av
import check_samples as samples
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutagen import id3 as tags

from podpipe import chapters, check
from podpipe.check import RULES, Options, Report
from podpipe.check.episodes import sound_digest
from podpipe.check.mending import container
from podpipe.library import Library
from podpipe.models import Chapter

FIXABLE = sorted(code for code, rule in RULES.items() if rule.fixable)


def look(path: Path) -> Report:
    (report,) = check.check(str(path), Library(Path("/nowhere")), Options(listen=False))
    return report


def codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings}


@pytest.mark.parametrize("code", FIXABLE)
def test_what_can_be_mended_is(code: str, tmp_path: Path) -> None:
    path = samples.bad(code, tmp_path)
    assert path is not None
    before = codes(look(path))
    sound = sound_digest(path) if path.suffix == ".mp3" else ""
    mended, after = check.mend(path, Options(listen=False))
    assert code in mended
    assert code not in codes(after)
    assert codes(after) <= before, "it made something worse"
    assert codes(look(path)) == codes(after)
    if sound:
        assert sound_digest(path) == sound
    assert check.mend(path, Options(listen=False))[0] == ()


@pytest.mark.parametrize("code", ["C02", "C05", "C06", "C09", "C10"])
def test_json_chapters_are_mended_and_keep_what_others_put_there(code: str, tmp_path: Path) -> None:
    rows = [
        {"startTime": start / 1000, "endTime": end / 1000, "title": title, "own": title}
        for _, start, end, title in samples.ID3_FILES[code].chapters
    ]
    samples.CLEAN.write(tmp_path / "episode.mp3")
    path = tmp_path / "episode.json"
    path.write_text(json.dumps({**samples.CHAPTERS_FILE, "chapters": rows}))
    assert code in codes(look(path))
    mended, after = check.mend(path, Options())
    assert mended == (code,)
    assert codes(after) == set()
    written = json.loads(path.read_text())
    assert written["own"] == {"kept": True}
    assert {row["title"]: row["own"] for row in written["chapters"] if "own" in row} == {
        row["title"]: row["title"] for row in rows
    }


def test_a_first_chapter_is_put_before_one_that_starts_late_and_an_early_one_is_moved(tmp_path: Path) -> None:
    late = samples.bad("C02", tmp_path)
    check.mend(late, Options(listen=False))
    assert [(c.title, c.start_ms, c.end_ms) for c in chapters.read(late)][:2] == [
        ("Introduction", 0, 12_000),
        ("Hello", 12_000, 24_000),
    ]
    rows = [(start + 500, end, title) for _, start, end, title in samples.CHAPTERS]
    early = samples.with_chapters(*rows).write(tmp_path / "early.mp3")
    check.mend(early, Options(listen=False))
    assert [(c.title, c.start_ms) for c in chapters.read(early)] == [
        ("Hello", 0),
        ("News", 15_500),
        ("Goodbye", 30_500),
    ]


def test_a_table_of_contents_is_made_for_players(tmp_path: Path) -> None:
    path = samples.bad("C19", tmp_path)
    check.mend(path, Options(listen=False))
    tables = tags.ID3(path).getall("CTOC")
    top = next(table for table in tables if table.flags & tags.CTOCFlags.TOP_LEVEL)
    below = {table.element_id: table.child_element_ids for table in tables}
    assert [child for name in top.child_element_ids for child in below[name]] == [f"c{n}" for n in range(300)]


def test_frames_that_nobody_knows_survive_the_way_from_v24_to_v23(tmp_path: Path) -> None:
    more = (
        samples.frame("XYZW", b"whatever \xff\0\xfe", 4),
        samples.frame("PRIV", b"someone\0\1\2\xff", 4),
        samples.text("TDRL", "2026-01-02", 4),
        samples.text("TSOP", "Host, Its", 4),
        samples.frame("TXXX", b"\3own\0value \xe2\x9c\x93", 4),
        samples.frame("USLT", b"\3eng\0All the words: \xe7\x88\xb1", 4),
        samples.frame("CHAP", b"rich\0" + bytes(4) + b"\0\0\x3a\x98" + b"\xff" * 8
                      + samples.text("TIT2", "Rich " * 40, 4)
                      + samples.frame("WXXX", b"\0chapter url\0https://example.org/", 4)
                      + samples.apic(samples.png(9, 9), "image/png", 4), 4),
    )  # fmt: skip
    path = replace(
        samples.CLEAN, version=4, chapters=(), contents=(samples.ctoc(["rich"], version=4),), more=more
    ).write(tmp_path / "episode.mp3")
    sound = sound_digest(path)
    mended, _ = check.mend(path, Options(listen=False))
    assert {"T04", "T05"} <= set(mended)
    found = tags.ID3(path, translate=False)
    assert found.version == (2, 3, 0)
    assert found["TIT2"].text == ["An episode"]
    assert found["PRIV:someone:\1\2\xff"].data == b"\1\2\xff"
    assert found["TXXX:own"].text == ["value ✓"]
    assert found["USLT::eng"].text == "All the words: 爱"
    assert (found["TDRL"].text[0].text, found["TSOP"].text) == ("2026-01-02", ["Host, Its"])
    assert any(b"XYZW" in raw and b"whatever \xff\0\xfe" in raw for raw in found.unknown_frames)
    (chapter,) = found.getall("CHAP")
    assert str(chapter.sub_frames["TIT2"]) == "Rich " * 40
    assert chapter.sub_frames["WXXX:chapter url"].url == "https://example.org/"
    assert chapter.sub_frames["APIC:"].data == samples.png(9, 9)
    assert sound_digest(path) == sound


def test_two_tags_become_one_with_what_either_has(tmp_path: Path) -> None:
    path = samples.bad("T07", tmp_path)
    check.mend(path, Options(listen=False))
    found = tags.ID3(path)
    assert (found["TIT2"].text, found["TCOP"].text, found["TALB"].text) == (["Old"], ["Nobody"], ["The Show"])
    assert [chapter.title for chapter in chapters.read(path)] == ["Hello", "News", "Goodbye"]


def test_ffmpeg_reads_what_was_mended(tmp_path: Path) -> None:
    path = samples.bad("C05", tmp_path)
    check.mend(path, Options(listen=False))
    with av.open(str(path)) as container:
        found = [(c["metadata"]["title"], int(c["start"] * c["time_base"] * 1000)) for c in container.chapters()]
    assert found == [("Hello", 0), ("News", 15_000), ("Goodbye", 30_000)]


def test_a_damaged_tag_is_left_alone(tmp_path: Path) -> None:
    path = replace(samples.ID3_FILES["T11"], contents=()).write(tmp_path / "episode.mp3")
    before = path.read_bytes()
    mended, report = check.mend(path, Options(listen=False))
    assert mended == () and {"T11", "C16"} <= codes(report)
    assert path.read_bytes() == before


def test_only_what_is_selected_is_mended(tmp_path: Path) -> None:
    path = replace(samples.ID3_FILES["C16"], version=4).write(tmp_path / "episode.mp3")
    assert check.mend(path, Options(False, select=("C16",)))[0] == ("C16",)
    again = replace(samples.ID3_FILES["C16"], offset=0).write(tmp_path / "episode.mp3")
    assert check.mend(again, Options(False, ignore=("C16",)))[0] == ("C24",)
    assert "C16" in codes(look(again))


def test_loudness_is_never_mended(tmp_path: Path) -> None:
    path = samples.bad("A01", tmp_path)
    before = path.read_bytes()
    assert check.mend(path, Options())[0] == ()
    assert not RULES["A01"].fixable and "ffmpeg" in RULES["A01"].mend
    assert path.read_bytes() == before


def test_a_file_keeps_its_permissions_and_its_place_behind_a_link(tmp_path: Path) -> None:
    path = samples.bad("C16", tmp_path)
    path.chmod(0o640)
    link = tmp_path / "link.mp3"
    link.symlink_to(path)
    check.mend(link, Options(listen=False))
    assert link.is_symlink() and "C16" not in codes(look(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(file.name for file in tmp_path.iterdir()) == ["episode.mp3", "link.mp3"]


def test_notes_and_settings_of_a_transcript_stay(tmp_path: Path) -> None:
    path = samples.bad("S13", tmp_path)
    check.mend(path, Options())
    assert (
        path.read_text().replace("00:00:00.000", "00:00.000").replace("00:00:15.000\n<", "00:15.000\n<") == samples.VTT
    )


@pytest.mark.skipif(container.writer() is None, reason="chapters are not written into this container yet")
@pytest.mark.parametrize("name", ["auphonic.m4a", "auphonic.ogg"])
def test_chapters_of_other_containers_are_mended(shared_data: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    shutil.copyfile(shared_data / "chapters" / name, path)
    write = container.writer()
    assert write is not None
    write(path, [Chapter("Hello", 1000, 4000), Chapter("News", 4000, 8000), Chapter("Goodbye", 8000, 10_000)])
    assert "C02" in codes(look(path))
    assert "C02" in check.mend(path, Options())[0]
    assert [(chapter.title, chapter.start_ms) for chapter in chapters.read(path)][:2] == [("Hello", 0), ("News", 4000)]


TITLES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60)
TIMES = st.integers(0, samples.LENGTH_MS)


@given(st.lists(st.tuples(TIMES, TIMES, TITLES), min_size=1, max_size=12), st.sampled_from([3, 4]), st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_chapters_become_orderly_and_none_is_lost(
    tmp_path: Path, rows: list[tuple[int, int, str]], version: int, listed: bool
) -> None:
    made = replace(samples.with_chapters(*rows), version=version)
    path = replace(made, contents=None if listed else ()).write(tmp_path / "episode.mp3")
    sound = sound_digest(path)
    _, after = check.mend(path, Options(listen=False))
    assert not any(finding.fixable for finding in after.findings)
    assert sound_digest(path) == sound
    found = [chapter.title for chapter in chapters.read(path)]
    added = found.count("Introduction") - sum(title == "Introduction" for *_, title in rows)
    assert added in (0, 1)
    assert sorted(found) == sorted([title for *_, title in rows] + ["Introduction"] * added)
