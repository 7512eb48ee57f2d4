"""Edits of a list of chapters."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe.chapters import edit
from podpipe.chapters.merge import merged
from podpipe.errors import ChaptersError
from podpipe.models import Chapter, Picture

LENGTH = 100_000
A, B, C = Chapter("Alpha", 0, 30_000), Chapter("Beta", 30_000, 60_500, url="u"), Chapter("Gamma", 60_500, LENGTH)
ABC = (A, B, C)


def spans(chapters: tuple[Chapter, ...]) -> list[tuple[str, int, int]]:
    return [(c.title, c.start_ms, c.end_ms) for c in chapters]


def test_a_new_chapter_takes_the_time_up_to_the_next() -> None:
    added = edit.add(ABC, 45_000, "  New\n one ", duration_ms=LENGTH, url="https://e.org", image="i")
    assert spans(added) == [
        ("Alpha", 0, 30_000),
        ("Beta", 30_000, 45_000),
        ("New one", 45_000, 60_500),
        ("Gamma", 60_500, LENGTH),
    ]
    assert (added[2].url, added[2].image) == ("https://e.org", "i")
    assert spans(edit.add((), 5, "Only", duration_ms=LENGTH)) == [("Only", 5, LENGTH)]
    assert spans(edit.add(ABC, 90_000, "Last"))[-2:] == [("Gamma", 60_500, 90_000), ("Last", 90_000, LENGTH)]


def test_a_moved_chapter_finds_its_place() -> None:
    assert spans(edit.move(ABC, 1, 70_000, duration_ms=LENGTH)) == [
        ("Beta", 30_000, 60_500),
        ("Gamma", 60_500, 70_000),
        ("Alpha", 70_000, LENGTH),
    ]
    assert edit.move(ABC, 2, 30_000, duration_ms=LENGTH) == ABC


def test_what_is_removed_leaves_its_time_to_the_one_before() -> None:
    assert spans(edit.remove(ABC, [2], duration_ms=LENGTH)) == [("Alpha", 0, 60_500), ("Gamma", 60_500, LENGTH)]
    assert spans(edit.remove(ABC, [3], duration_ms=LENGTH))[-1] == ("Beta", 30_000, LENGTH)
    assert edit.remove(ABC, [1, 2, 3], duration_ms=LENGTH) == ()


def test_a_rename_changes_what_is_given() -> None:
    assert edit.rename(ABC, 2, "B!")[1] == Chapter("B!", 30_000, 60_500, url="u")
    assert edit.rename(ABC, 2, "B", url="", image="i")[1] == Chapter("B", 30_000, 60_500, image="i")


def test_a_shift_moves_all_or_all_from_a_time_on() -> None:
    assert spans(edit.shift(ABC, 500, duration_ms=LENGTH)) == [
        ("Alpha", 500, 30_500),
        ("Beta", 30_500, 61_000),
        ("Gamma", 61_000, LENGTH),
    ]
    assert spans(edit.shift(ABC, -1000, from_ms=30_000, duration_ms=LENGTH)) == [
        ("Alpha", 0, 29_000),
        ("Beta", 29_000, 59_500),
        ("Gamma", 59_500, LENGTH),
    ]


def test_a_gap_after_a_chapter_stays() -> None:
    gap = (Chapter("A", 0, 10_000), Chapter("B", 30_000, LENGTH))
    assert spans(edit.shift(gap, 5, duration_ms=LENGTH)) == [("A", 5, 10_005), ("B", 30_005, LENGTH)]
    assert spans(edit.add(gap, 20_000, "N", duration_ms=LENGTH))[:2] == [("A", 0, 10_000), ("N", 20_000, 30_000)]
    assert spans(edit.add(gap, 5000, "N", duration_ms=LENGTH))[:2] == [("A", 0, 5000), ("N", 5000, 30_000)]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda: edit.add(ABC, 30_000, "New", duration_ms=LENGTH), "'Beta' begins at 0:30 already"),
        (
            lambda: edit.add(ABC, LENGTH, "New", duration_ms=LENGTH),
            "'New' would begin at 1:40, but all is over at 1:40",
        ),
        (lambda: edit.add(ABC, 5, " \n", duration_ms=LENGTH), "a chapter needs a title"),
        (lambda: edit.rename(ABC, 1, ""), "a chapter needs a title"),
        (lambda: edit.move(ABC, 3, 30_000, duration_ms=LENGTH), "'Beta' begins at 0:30 already"),
        (lambda: edit.move(ABC, 3, 200_000, duration_ms=LENGTH), "'Gamma' would begin at 3:20"),
        (lambda: edit.shift(ABC, -1, duration_ms=LENGTH), "'Alpha' would begin before the episode does; .*--from"),
        (lambda: edit.shift(ABC, 40_000, duration_ms=LENGTH), "'Gamma' would begin at 1:40.500"),
        (lambda: edit.shift(ABC, -30_000, from_ms=1, duration_ms=LENGTH), "'Beta' would come before 'Alpha'"),
        (lambda: edit.shift(ABC, 1, from_ms=90_000, duration_ms=LENGTH), "no chapter begins at 1:30 or later"),
        (lambda: edit.checked([A, Chapter("Twin", 0, 5)], LENGTH), "'Alpha' and 'Twin' both begin at 0:00"),
    ],
)
def test_what_can_not_be_is_one_sentence(change: object, complaint: str) -> None:
    with pytest.raises(ChaptersError, match=complaint):
        change()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("which", "number"),
    [("2", 2), ("beta", 2), ("GAM", 3), ("mm", 3), ("0:30", 2), ("1:00", 3), ("60.5s", 3), ("1:00.5", 3), ("0:00", 1)],
)
def test_a_chapter_is_found_by_number_time_or_title(which: str, number: int) -> None:
    assert edit.find(ABC, which) == number


@pytest.mark.parametrize(
    ("which", "complaint"),
    [
        ("mm", r"'mm' fits 2 chapters \(3 'Gamma', 4 'Summary'\); give the number or the time"),
        ("1:00", r"'1:00' fits 2 chapters"),
        ("9", r"no chapter is '9'; give a number \(there are 4\)"),
        ("1:00.4", "no chapter is"),
        ("", "no chapter is"),
    ],
)
def test_what_is_not_plain_is_an_error(which: str, complaint: str) -> None:
    with pytest.raises(ChaptersError, match=complaint):
        edit.find((*ABC, Chapter("Summary", 60_900, 71_000)), which)


def test_a_number_that_is_a_title_too_is_ambiguous() -> None:
    with pytest.raises(ChaptersError, match="'1' fits 2 chapters"):
        edit.find((Chapter("2", 0, 1), Chapter("1", 1, 2)), "1")
    assert edit.find((Chapter("2024", 0, 1),), "2024") == 1


STARTS = st.lists(st.integers(0, LENGTH - 1), min_size=1, max_size=20, unique=True)


@given(STARTS, st.integers(0, LENGTH - 1), st.integers(-LENGTH, LENGTH), st.integers(0, LENGTH), st.data())
def test_after_any_edit_the_list_is_sound(
    starts: list[int], time: int, by: int, start: int, data: st.DataObject
) -> None:
    chapters = edit.checked([Chapter(f"T{n}", n, n) for n in starts], LENGTH)
    number = data.draw(st.integers(1, len(chapters)))
    for change in (
        lambda: edit.add(chapters, time, "New", duration_ms=LENGTH),
        lambda: edit.move(chapters, number, time, duration_ms=LENGTH),
        lambda: edit.remove(chapters, [number], duration_ms=LENGTH),
        lambda: edit.shift(chapters, by, from_ms=start, duration_ms=LENGTH),
    ):
        try:
            after = change()
        except ChaptersError as error:
            assert "\n" not in str(error)
            continue
        assert all(a.end_ms == b.start_ms and a.start_ms < b.start_ms for a, b in pairwise(after))
        assert not after or (after[0].start_ms >= 0 and after[-1].end_ms == LENGTH)


@given(STARTS, st.integers(0, LENGTH - 1))
def test_what_is_added_and_removed_again_leaves_no_trace(starts: list[int], time: int) -> None:
    chapters = edit.checked([Chapter(f"T{n}", n, n) for n in starts], LENGTH)
    if time in starts:
        return
    added = edit.add(chapters, time, "New", duration_ms=LENGTH)
    assert edit.remove(added, [edit.find(added, "New")], duration_ms=LENGTH) == chapters


@given(STARTS, st.integers(-LENGTH, LENGTH))
def test_a_shift_and_back_is_none(starts: list[int], by: int) -> None:
    chapters = edit.checked([Chapter(f"T{n}", n, n) for n in starts], LENGTH)
    if chapters[0].start_ms + by >= 0 and chapters[-1].start_ms + by < LENGTH:
        assert edit.shift(edit.shift(chapters, by, duration_ms=LENGTH), -by, duration_ms=LENGTH) == chapters


def test_what_a_form_can_not_say_stays() -> None:
    old = (
        Chapter("A", 0, 10_400, url="u", image="i", picture=Picture(b"x", "image/png")),
        Chapter("Ad", 10_400, 12_000, toc=False),
        Chapter("B", 12_000, 15_000, url="v"),
        Chapter("C", 20_000, 30_000),
    )
    new = (Chapter("A renamed", 0, 0), Chapter("B", 13_000, 13_000), Chapter("New", 25_000, 25_000))
    assert merged(new, old, frozenset()) == (
        Chapter("A renamed", 0, 0, url="u", image="i", picture=Picture(b"x", "image/png")),
        Chapter("Ad", 10_400, 12_000, toc=False),
        Chapter("B", 13_000, 13_000, url="v"),
        Chapter("New", 25_000, 25_000),
    )
    everything = frozenset({"end", "url", "image", "hidden", "ms"})
    assert merged(new[1:], old, everything) == new[1:]
    assert merged((Chapter("B", 12_000, 12_000),), old[2:], frozenset()) == (old[2],)
