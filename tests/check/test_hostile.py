"""Damaged and hostile files: a report, never a crash, never much memory or time."""

from __future__ import annotations

import random
import struct
import tracemalloc
from dataclasses import replace
from pathlib import Path

import check_samples as samples
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podpipe import check
from podpipe.check import Options, Report, cues, feeds, id3, mpeg, pictures
from podpipe.errors import PodpipeError
from podpipe.library import Library

QUIET = Options(listen=False)
RELAXED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def look(path: Path, options: Options = QUIET) -> Report:
    (report,) = check.check(str(path), Library(Path("/nowhere")), options)
    return report


def codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings}


@given(st.data())
@RELAXED
def test_a_damaged_mp3_is_reported_and_mending_never_touches_its_sound(tmp_path: Path, data: st.DataObject) -> None:
    version = data.draw(st.sampled_from([3, 4]))
    whole = bytearray(replace(samples.CLEAN, version=version, sound=samples.clean_sound()[:20_000]).write(
        tmp_path / "whole.mp3").read_bytes())  # fmt: skip
    for _ in range(data.draw(st.integers(1, 10))):
        whole[data.draw(st.integers(0, 2500))] = data.draw(st.integers(0, 255))
    path = tmp_path / "episode.mp3"
    given_bytes = bytes(whole[: data.draw(st.integers(0, len(whole)))] if data.draw(st.booleans()) else whole)
    path.write_bytes(given_bytes)
    assert isinstance(look(path), Report)
    try:
        check.mend(path, QUIET)
    except PodpipeError as error:
        assert str(path) in str(error)
    if len(given_bytes) > 10_000:
        assert path.read_bytes()[-5000:] == given_bytes[-5000:]


@given(st.binary(max_size=3000))
@RELAXED
def test_any_bytes_can_be_looked_at(tmp_path: Path, data: bytes) -> None:
    for tag in id3.tags(b"ID3" + data):
        for frame in tag.frames:
            id3.chap(frame, tag.version), id3.ctoc(frame), id3.text(frame), id3.picture(frame)
    assert mpeg.scan(data, 0, len(data)) is None or len(data) > 4
    pictures.look(data), pictures.look(b"\xff\xd8\xff" + data), pictures.look(b"\x89PNG\r\n\x1a\n" + data)
    cues.read(data, "x.vtt"), cues.read(data, "x.srt"), cues.read(b"{" + data, "x.json")
    feeds.read(data), feeds.read(b"<rss><channel>" + data)


@given(st.text(max_size=300), st.sampled_from(["vtt", "srt"]))
@RELAXED
def test_any_text_in_a_transcript_can_be_looked_at_and_mended(tmp_path: Path, text: str, ending: str) -> None:
    path = tmp_path / f"episode.{ending}"
    middle = samples.VTT.replace("Here is the news.", text)
    path.write_bytes(middle.encode("utf-8", "replace"))
    look(path)
    check.mend(path, QUIET)
    assert not any(finding.fixable for finding in look(path).findings)


@pytest.mark.parametrize("name", ["episode.mp3", "episode.m4a", "episode.vtt", "chapters.json", "feed.xml"])
def test_what_can_not_be_read_is_one_finding_that_says_why(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"")
    report = look(path)
    assert codes(report) & {"X01", "S07", "S08"}
    path.write_bytes(b'{"chapters": "none"' if name.endswith(".json") else random.Random(1).randbytes(5000))
    if name == "feed.xml":
        with pytest.raises(PodpipeError, match="nothing that podpipe can check"):
            look(path)
    else:
        assert codes(look(path)) & {"X01", "S07", "S08"}


def test_a_web_page_called_mp3(tmp_path: Path) -> None:
    path = tmp_path / "episode.mp3"
    path.write_text("<!DOCTYPE html><title>404</title>")
    (finding,) = look(path).findings
    assert finding.code == "X01" and "web page" in finding.message


def test_truncated_sound(tmp_path: Path) -> None:
    path = samples.CLEAN.write(tmp_path / "episode.mp3")
    path.write_bytes(path.read_bytes()[:-100_150])
    found = look(path, Options())
    assert {"A10", "A20"} <= codes(found)


def test_deep_and_circular_tables(tmp_path: Path) -> None:
    tables = tuple(samples.ctoc([f"t{n + 1}"], f"t{n}", 1) for n in range(400))
    path = replace(samples.CLEAN, contents=(*tables, samples.ctoc(["t0", "c0"], "t400"))).write(tmp_path / "e.mp3")
    assert "C22" in codes(look(path))
    check.mend(path, QUIET)
    assert "C22" not in codes(look(path))


def test_a_large_picture_takes_no_memory(tmp_path: Path) -> None:
    picture = samples.jpeg(size=60_000_000)
    path = replace(samples.CLEAN, images=(picture,)).write(tmp_path / "episode.mp3")
    del picture
    look(path)  # what is imported late is not what is measured
    tracemalloc.start()
    found = codes(look(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert {"T15", "T17"} <= found
    assert peak < 10_000_000


def test_a_compressed_frame_that_becomes_too_large_is_damage() -> None:
    import zlib

    bomb = zlib.compress(bytes(200_000_000), 9)
    data = struct.pack(">I", 200_000_000) + bomb
    frame = b"TXXX" + struct.pack(">I", len(data)) + b"\0\x80" + data
    (tag,) = id3.tags(samples.id3([frame]))
    assert "TXXX" in tag.damage and tag.frames == ()


def test_a_feed_of_entities_is_no_bomb(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(12))
    path.write_text(f'<!DOCTYPE rss [<!ENTITY e0 "boom">{entities}]><rss><channel><title>&e12;</title></channel></rss>')
    assert isinstance(look(path), Report)
