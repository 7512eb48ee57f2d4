from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe import edits
from podpipe.edits import Inserted, Kept, Timeline
from podpipe.models import Chapter, Soundbite, Transcript, Turn, Word

CUT = edits.edit(10_000, [(2000, 3000), (5000, 6000)])
LENGTHS = st.integers(1, 60)


@st.composite
def timelines(draw: st.DrawFn, length_ms: int | None = None) -> Timeline:
    length = draw(LENGTHS) if length_ms is None else length_ms
    moments = st.integers(0, length)
    pairs = st.tuples(moments, moments).map(sorted).filter(lambda pair: pair[0] < pair[1]).map(tuple)
    cuts = draw(st.lists(pairs, max_size=4)) if length else []
    return edits.edit(length, cuts, draw(st.lists(st.tuples(moments, st.integers(0, 9), st.just("x")), max_size=3)))


def laid(timeline: Timeline) -> list[int | None]:
    """The new sound, millisecond by millisecond: which of the old, or None."""
    sound: list[int | None] = []
    for piece in timeline.pieces:
        sound += range(piece.start_ms, piece.end_ms) if isinstance(piece, Kept) else [None] * piece.length_ms
    return sound


def test_a_moment_is_where_the_cuts_before_it_leave_it() -> None:
    assert [CUT.at(ms) for ms in (0, 1999, 2000, 2999, 3000, 5000, 6000, 10_000)] == [
        0,
        1999,
        None,
        None,
        2000,
        None,
        4000,
        8000,
    ]
    assert CUT.new_ms == 8000


def test_what_is_inserted_moves_what_follows() -> None:
    timeline = edits.edit(1000, insertions=[(500, 200, "jingle"), (1000, 50, "end")])
    assert timeline.pieces == (Kept(0, 500), Inserted(200, "jingle"), Kept(500, 1000), Inserted(50, "end"))
    assert (timeline.at(499), timeline.at(500), timeline.origin(600), timeline.origin(700)) == (499, 700, None, 500)


@pytest.mark.parametrize("cut", [(5, 5), (6, 5), (-1, 5), (5, 1001)])
def test_a_cut_that_is_none_is_refused(cut: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no stretch of a sound of 1000 ms"):
        edits.edit(1000, [cut])


def test_an_insertion_outside_is_refused() -> None:
    with pytest.raises(ValueError, match="1001 ms is outside"):
        edits.edit(1000, insertions=[(1001, 5, "x")])


@given(timelines())
def test_at_and_origin_say_what_the_sound_has(timeline: Timeline) -> None:
    sound = laid(timeline)
    assert len(sound) == timeline.new_ms
    assert [timeline.origin(ms) for ms in range(timeline.new_ms)] == sound
    for ms in range(timeline.old_ms):
        assert timeline.at(ms) == (sound.index(ms) if ms in sound else None)


@given(timelines())
def test_every_moment_is_kept_in_its_order_at_most_once(timeline: Timeline) -> None:
    kept = [ms for ms in laid(timeline) if ms is not None]
    assert kept == sorted(set(kept))


@given(st.data())
def test_two_edits_as_one_are_the_same_as_one_after_the_other(data: st.DataObject) -> None:
    first = data.draw(timelines())
    second = data.draw(timelines(first.new_ms))
    once = laid(first)
    twice = [None if ms is None else once[ms] for ms in laid(second)]
    assert laid(first.then(second)) == twice


@given(timelines())
def test_the_inverse_puts_what_is_left_where_it_was(timeline: Timeline) -> None:
    back = timeline.inverse()
    assert back.new_ms == timeline.old_ms
    both = laid(timeline.then(back))
    sound = set(laid(timeline))
    assert both == [ms if ms in sound else None for ms in range(timeline.old_ms)]
    assert timeline.inverse().inverse().new_ms == timeline.new_ms


def test_edits_of_other_lengths_do_not_go_together() -> None:
    with pytest.raises(ValueError, match="8000"):
        CUT.then(CUT)


def test_chapters_go_with_the_sound() -> None:
    wanted = [
        Chapter("before", 0, 2000),
        Chapter("all of it cut", 2000, 3000),
        Chapter("begins at the cut", 2500, 4000, url="https://example.org/"),
        Chapter("ends at the cut", 4000, 5500),
        Chapter("around a cut", 4500, 9000),
        Chapter("a moment", 9000, 9000),
        Chapter("a moment that is cut", 2500, 2500),
    ]
    moved = edits.move_chapters(wanted, CUT)
    assert [(chapter.title, chapter.start_ms, chapter.end_ms) for chapter in moved] == [
        ("before", 0, 2000),
        ("begins at the cut", 2000, 3000),
        ("ends at the cut", 3000, 4000),
        ("around a cut", 3500, 7000),
        ("a moment", 7000, 7000),
    ]
    assert moved[1].url == "https://example.org/"


def test_what_is_inserted_between_two_chapters_is_in_the_first() -> None:
    timeline = edits.edit(2000, insertions=[(1000, 500, "advert")])
    moved = edits.move_chapters([Chapter("One", 0, 1000), Chapter("Two", 1000, 2000)], timeline)
    assert [(chapter.start_ms, chapter.end_ms) for chapter in moved] == [(0, 1500), (1500, 2500)]


def test_words_that_are_mostly_cut_are_gone() -> None:
    words = (Word("in", 1000, 1500), Word("half", 1700, 2200), Word("gone", 1900, 2900), Word("after", 3100, 3300))
    moved = edits.move_transcript(Transcript("en", 10_000, words), CUT)
    assert [(word.text, word.start_ms, word.end_ms) for word in moved.words] == [
        ("in", 1000, 1500),
        ("half", 1700, 2000),
        ("after", 2100, 2300),
    ]
    assert moved.duration_ms == 8000


def test_who_speaks_goes_with_the_sound() -> None:
    turns = (Turn(0, "Ann"), Turn(2100, "Bob"), Turn(2500, "Eve"), Turn(3500, "Ann"))
    moved = edits.move_transcript(Transcript("en", 10_000, (), turns), CUT)
    assert moved.speakers == (Turn(0, "Ann"), Turn(2000, "Eve"), Turn(2500, "Ann"))


def test_stretches_go_with_the_sound() -> None:
    assert edits.move_stretch(1500, 3500, CUT) == (1500, 2500)
    assert edits.move_stretch(2100, 2900, CUT) is None
    bites = [Soundbite(1500, 2000, "around a cut"), Soundbite(2100, 800), Soundbite(6000, 1000, "after")]
    assert edits.move_soundbites(bites, CUT) == (Soundbite(1500, 1000, "around a cut"), Soundbite(4000, 1000, "after"))


@given(timelines(), st.lists(st.integers(0, 60), min_size=2, max_size=6))
def test_moved_chapters_stay_in_order_and_within_the_sound(timeline: Timeline, edges: list[int]) -> None:
    edges = sorted(min(edge, timeline.old_ms) for edge in edges)
    listed = [Chapter(str(start), start, end) for start, end in pairwise(edges)]
    moved = edits.move_chapters(listed, timeline)
    times = [time for chapter in moved for time in (chapter.start_ms, chapter.end_ms)]
    assert times == sorted(times)
    assert all(0 <= time <= timeline.new_ms for time in times)
