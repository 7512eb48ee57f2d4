from __future__ import annotations

import contextlib
import json as plain_json
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe.chapters import json
from podpipe.errors import ChaptersError, PodpipeError
from podpipe.models import Chapter, Chapters, Evidence, Missing

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
CHAPTERS = st.builds(
    Chapter,
    title=TEXT,
    start_ms=st.integers(0, 400_000_000),
    end_ms=st.integers(0, 400_000_000),
    confidence=st.floats(0, 1),
    evidence=st.sampled_from(get_args(Evidence)),
    because=TEXT,
    url=TEXT,
    image=TEXT,
    toc=st.booleans(),
)


@given(st.lists(CHAPTERS, max_size=300), st.lists(st.builds(Missing, TEXT, TEXT), max_size=5))
def test_what_is_written_is_read_again(found: list[Chapter], missing: list[Missing]) -> None:
    ordered = sorted(found, key=lambda chapter: chapter.start_ms)
    again = json.decode(json.encode(Chapters(tuple(found), tuple(missing))), "x")
    assert again.missing == tuple(missing)
    for chapter, before in zip(again.chapters, ordered, strict=True):
        expected = before.end_ms if before.end_ms > before.start_ms else chapter.end_ms
        assert (chapter.start_ms, chapter.end_ms) == (before.start_ms, expected)
        assert chapter.end_ms >= chapter.start_ms
        assert chapter.title == before.title
        assert (chapter.url, chapter.image, chapter.toc) == (before.url, before.image, before.toc)
        facts = (before.confidence, before.evidence, before.because)
        assert (chapter.confidence, chapter.evidence, chapter.because) == facts


def test_the_file_is_as_the_format_has_it() -> None:
    chapters = (
        Chapter("Öne", 0, 1500, 0.8, "script", "heard", "https://example.org/", "https://example.org/1.png"),
        Chapter("Two", 1500, 60_001, 0.5, toc=False),
    )
    data = plain_json.loads(json.encode(Chapters(chapters, (Missing("Three", "not spoken"),))))
    assert data == {
        "version": "1.2.0",
        "chapters": [
            {
                "startTime": 0.0,
                "title": "Öne",
                "endTime": 1.5,
                "url": "https://example.org/",
                "img": "https://example.org/1.png",
                "podpipe": {"confidence": 0.8, "evidence": "script", "because": "heard"},
            },
            {
                "startTime": 1.5,
                "title": "Two",
                "endTime": 60.001,
                "toc": False,
                "podpipe": {"confidence": 0.5},
            },
        ],
        "podpipe": {"missing": [{"title": "Three", "because": "not spoken"}]},
    }


def test_no_chapters_are_a_file_too() -> None:
    assert json.decode(json.encode(Chapters()), "x") == Chapters()


def test_people_can_read_the_file() -> None:
    text = json.encode(Chapters((Chapter("Žižkov 🎙", 0, 1),))).decode()
    assert "Žižkov 🎙" in text
    assert len(text.splitlines()) > 5


@pytest.mark.parametrize("name", ["chapters.json", "chapters-complex.json"])
def test_the_examples_of_the_format_are_read(shared_data: Path, name: str) -> None:
    path = shared_data / "feeds" / "namespace" / name
    expected = plain_json.loads(path.read_text())["chapters"]
    found = json.read(path).chapters
    assert [(c.title, c.start_ms, c.url, c.image, c.toc) for c in found] == [
        (
            chapter.get("title", ""),
            round(chapter["startTime"] * 1000),
            chapter.get("url", ""),
            chapter.get("img", ""),
            chapter.get("toc", True),
        )
        for chapter in expected
    ]
    assert {chapter.evidence for chapter in found} == {"publisher"}
    assert [chapter.end_ms for chapter in found[:-1]] == [chapter.start_ms for chapter in found[1:]]


def test_what_other_programs_write_is_read() -> None:
    data = b"""{"version": "1.0.0", "author": "x", "chapters": [
        {"startTime": "90.5", "title": "Two", "location": {"geo": "geo:1,2"}, "img": null},
        {"startTime": 0, "title": "One", "endTime": "30"}]}"""
    assert json.decode(data, "x").chapters == (Chapter("One", 0, 30_000), Chapter("Two", 90_500, 90_500))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"<html>",
        b'{"version": "1.2.0"}',
        b'{"version": "1.2.0", "chapters": [{"title": "no time"}]}',
        b'{"version": "1.2.0", "chapters": [{"startTime": -1}]}',
        b'{"version": "1.2.0", "chapters": [{"startTime": "later"}]}',
        b'{"version": "1.2.0", "chapters": [{"startTime": "nan"}]}',
        b'{"version": "1.2.0", "chapters": [{"startTime": "inf"}]}',
        b'{"version": "1.2.0", "chapters": [{"startTime": 1e999}]}',
        b'{"version": "1.2.0", "chapters": [{"startTime": 0, "title": "\xff"}]}',
        b'{"version": "1.2.0", "chapters": [{"startTime": 0}',
    ],
)
def test_what_is_no_chapters_file_is_one_clear_sentence(data: bytes) -> None:
    with pytest.raises(ChaptersError, match=r"^episodes/x/chapters\.json is no JSON chapters file: "):
        json.decode(data, "episodes/x/chapters.json")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PodpipeError, match=r"chapters\.json does not exist"):
        json.read(tmp_path / "chapters.json")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.sampled_from(["1", "inf", "1e400", "-0"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["startTime", "title", "endTime", "podpipe", "missing"]), inner)
    ),
    max_leaves=8,
)


@given(st.lists(VALUES, max_size=3), VALUES)
def test_any_json_is_read_or_refused(rows: list[object], ours: object) -> None:
    data = plain_json.dumps({"version": "1.2.0", "chapters": rows, "podpipe": ours}).encode()
    with contextlib.suppress(ChaptersError):
        assert isinstance(json.decode(data, "x"), Chapters)


@given(st.binary())
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ChaptersError):
        json.decode(data, "x")
