"""Lists, tables, playlists and explanations of hits."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe.hits import by_episode, explain, in_order
from podpipe.hits.playlists import edl, m3u
from podpipe.hits.records import COLUMNS, record, table
from podpipe.library import Library
from podpipe.models import Hit, Reason, Snippet
from podpipe.search.features import Features
from podpipe.spreadsheets import guarded, unguarded


def hit(episode: str = "one", start_ms: int = 61_500, **more: object) -> Hit:
    title, snippet, url = f"Title of {episode}", Snippet("A b.", ((2, 3),)), f"https://example.org/{episode}.mp3"
    facts = Hit(episode, title, "Show", None, "Topic", 60_000, start_ms, start_ms + 2000, snippet, 1.5, url)
    return replace(facts, **more)  # type: ignore[arg-type]  # any field


A, B, C = hit("a", score=3.0), hit("b", score=2.5), hit("a", 5000, score=2.0)


def test_hits_of_an_episode_stand_together_the_best_episode_first() -> None:
    assert by_episode([A, B, C]) == ((A, C), (B,))
    assert by_episode([]) == ()


def test_by_day_those_without_one_come_last_and_an_episode_goes_by_time() -> None:
    old, new = (datetime(year, 1, 1, tzinfo=UTC) for year in (2020, 2024))
    hits = [hit("x"), hit("old", 9000, published=old), hit("new", 9000, published=new), hit("new", 50, published=new)]
    assert in_order(hits, "best") == tuple(hits)
    assert [(h.episode_id, h.start_ms) for h in in_order(hits, "newest")] == [
        ("new", 50), ("new", 9000), ("old", 9000), ("x", 61_500)
    ]  # fmt: skip
    assert [h.episode_id for h in in_order(hits, "oldest")] == ["old", "new", "new", "x"]


def test_every_part_of_a_score_has_words() -> None:
    assert set(explain.WORDS) == set(Features._fields)
    for name in Features._fields:
        said = explain.words(Reason(name, 0.5, 1.0))
        assert not said.startswith(name)
        assert "{" not in said


def test_the_parts_of_a_score_come_greatest_first() -> None:
    reasons = (Reason("engine", 0.5, 0.1), Reason("together", 1.0, 0.4))
    assert explain.lines(hit(reasons=reasons))[:2] == ("score 1.50", "+0.40  all of the query is in one sentence")


def test_a_playlist_begins_each_entry_at_its_hit(tmp_path: Path) -> None:
    lines = m3u([hit(), hit("two", 3_600_000)], Library(tmp_path)).splitlines()
    assert lines == [
        "#EXTM3U",
        "#EXTINF:-1,Title of one · 1:01 · Topic",
        "#EXTVLCOPT:start-time=61.5",
        "https://example.org/one.mp3",
        "#EXTINF:-1,Title of two · 1:00:00 · Topic",
        "#EXTVLCOPT:start-time=3600",
        "https://example.org/two.mp3",
    ]


def test_a_title_can_not_add_lines_to_a_playlist(tmp_path: Path) -> None:
    wicked = hit(episode_title="A\n/etc/passwd\r#EXTINF:0,x\u2028y", chapter="B\nfile:///etc/shadow")
    for text, count in ((m3u([wicked], Library(tmp_path)), 4), (edl([wicked], Library(tmp_path)), 2)):
        assert len(text.splitlines()) == count


def test_values_of_a_timeline_are_written_with_their_length_in_bytes(tmp_path: Path) -> None:
    _, line = edl([hit(chapter="A, B; é=%3%")], Library(tmp_path)).splitlines()
    title = "Title of one · 1:01 · A, B; é=%3%"
    assert line == f"%27%https://example.org/one.mp3,start=61.5,title=%{len(title.encode())}%{title}"


def test_a_table_has_a_row_for_each_hit(tmp_path: Path) -> None:
    published = datetime(2026, 3, 1, tzinfo=UTC)
    rows = list(csv.DictReader(io.StringIO(_table(tmp_path, hit(published=published, note="heard: x")).decode())))
    assert tuple(rows[0]) == COLUMNS
    assert (rows[0]["number"], rows[0]["time"], rows[0]["start"], rows[0]["end"]) == ("1", "1:01", "61.5", "63.5")
    assert (rows[0]["published"], rows[0]["note"]) == ("2026-03-01", "heard: x")
    assert rows[0]["link"] == "https://example.org/one.mp3#t=61.5"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", " =", "'="])
def test_no_cell_is_a_formula(tmp_path: Path, start: str) -> None:
    text = f'{start}HYPERLINK("http://x","y")'
    wicked = hit(episode_title=text, chapter=text, show=text, snippet=Snippet(text), note=text)
    (row,) = csv.DictReader(io.StringIO(_table(tmp_path, wicked).decode(), newline=""))
    for name in ("episode_title", "chapter", "show", "snippet", "note"):
        assert row[name] == f"'{text}"


@given(st.text())
def test_a_guarded_cell_is_harmless_and_can_be_had_back(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell
    assert guarded(cell)[:1] not in ("=", "+", "-", "@", "\t", "\r")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r")), min_size=1, max_size=4))
def test_a_table_reads_back_whatever_the_titles_are(titles: list[str]) -> None:
    hits = [hit(episode_title=title) for title in titles]
    data = table([record(one, number, Library(Path("/nowhere"))) for number, one in enumerate(hits, 1)])
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    assert [unguarded(row["episode_title"]) for row in rows] == titles


def _table(folder: Path, *hits: Hit) -> bytes:
    return table([record(one, number, Library(folder)) for number, one in enumerate(hits, 1)])
