from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe.chapters import pictures
from podpipe.chapters.published import Offer, broken, choose
from podpipe.models import Chapter, Picture

LENGTH_MS = 100_000
FIRST = Chapter(
    "First", 10_000, 40_000, because="in the file", toc=False, url="https://e.org/1", image="https://e.org/1.png"
)
SECOND = Chapter("  Second ", 50_000, 60_001, because="in the file", picture=Picture(b"\x89PNG", "image/png"))
THIRD = Chapter("", 60_001, 60_001, because="in the file")
GOOD = (FIRST, SECOND, THIRD)
PNG, JPEG = b"\x89PNG and so on", b"\xff\xd8\xff and so on"


def chosen(
    *lists: tuple[Chapter, ...], duration_ms: int | None = LENGTH_MS
) -> tuple[tuple[Chapter, ...], tuple[str, ...]]:
    return choose(
        [Offer(f"list {number}", lambda made=made: made) for number, made in enumerate(lists, 1)], duration_ms
    )


def test_everything_of_a_chapter_stays_and_the_last_ends_with_the_sound() -> None:
    assert chosen(GOOD) == ((FIRST, SECOND, replace(THIRD, end_ms=LENGTH_MS)), ())
    assert chosen(GOOD, duration_ms=None) == (GOOD, ())


def test_the_first_sound_list_is_taken_and_no_later_one_is_read() -> None:
    def never() -> tuple[Chapter, ...]:
        raise AssertionError

    other = (Chapter("A", 0, 1), Chapter("B", 5, 6))
    assert chosen((), other, GOOD)[0] == other
    assert choose([Offer("a", lambda: other), Offer("b", never)], LENGTH_MS)[0] == other
    assert choose([], LENGTH_MS) == chosen((), ()) == ((), ())


@pytest.mark.parametrize(
    ("chapters", "fault"),
    [
        ((Chapter("A", 0, 9),), "there is only one"),
        ((Chapter("A", 0, 9), Chapter("B", 9, 10, toc=False)), "there is only one"),
        ((Chapter("A", 0, 9, toc=False), Chapter("B", 9, 10, toc=False)), "none is to be listed"),
        ((Chapter("A", 0, 0), Chapter("B", 0, 0), Chapter("C", 0, 0)), "all begin at the same time"),
        ((Chapter("", 0, 5), Chapter(" ", 5, 9)), "none has a title"),
        (
            tuple(Chapter("x", ms, ms) for ms in (0, 9_000, 200_000, 300_000, 400_000)),
            "3 of 5 begin after the end of the sound",
        ),
        ((Chapter("A", 0, 5), Chapter("B", 200_000, 300_000)), "1 of 2 begin after the end of the sound"),
    ],
)
def test_what_is_obviously_broken_is_passed_over_with_a_remark(chapters: tuple[Chapter, ...], fault: str) -> None:
    assert broken(chapters, LENGTH_MS) == fault
    assert chosen(chapters) == ((), (f"list 1 are left out: {fault}",))
    assert chosen(chapters, GOOD) == (chosen(GOOD)[0], (f"list 1 are left out: {fault}",))


def test_a_chapter_beyond_the_end_is_left_out_and_none_ends_there() -> None:
    late = Chapter("Late", LENGTH_MS, LENGTH_MS + 5)
    long = Chapter("Long", 70_000, LENGTH_MS + 5)
    assert chosen((FIRST, SECOND, long, late))[0] == (FIRST, SECOND, replace(long, end_ms=LENGTH_MS))


@given(
    st.lists(st.builds(Chapter, st.text(), st.integers(0, 150_000), st.integers(0, 150_000), toc=st.booleans())),
    st.integers(0, 120_000),
)
def test_what_is_chosen_is_in_order_and_within_the_sound(chapters: list[Chapter], duration_ms: int) -> None:
    found, remarks = chosen(tuple(chapters), duration_ms=duration_ms)
    assert bool(found) != bool(remarks) or not chapters
    assert [c.start_ms for c in found] == sorted(c.start_ms for c in found)
    assert all(c.start_ms < duration_ms and c.end_ms <= duration_ms for c in found)
    kept = [(c.title, c.start_ms) for c in sorted(chapters, key=lambda c: c.start_ms) if c.start_ms < duration_ms]
    assert not found or [(c.title, c.start_ms) for c in found] == kept


def test_pictures_become_files_and_come_back(tmp_path: Path) -> None:
    given_chapters = (
        Chapter("A", 0, 1, picture=Picture(PNG, "image/png")),
        Chapter("B", 1, 2, picture=Picture(JPEG, "image/jpeg")),
        Chapter("C", 2, 3, picture=Picture(PNG, "image/png")),
        Chapter("D", 3, 4, image="https://e.org/d.png"),
    )
    kept, files = pictures.as_files(given_chapters)
    assert sorted(files.values()) == sorted([PNG, JPEG])
    assert [chapter.image == "" or chapter.picture is None for chapter in kept] == [True] * 4
    assert kept[0].image == kept[2].image != kept[1].image
    assert {Path(name).suffix for name in files} == {".png", ".jpg"}
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert sorted(pictures.names(tmp_path, kept)) == sorted(files)
    assert pictures.attached(tmp_path, kept) == given_chapters


@pytest.mark.parametrize(
    "image",
    [
        "../secret.png",
        "images/../secret.png",
        "/etc/passwd",
        "images/",
        "images/none.png",
        "images/text.png",
        "images/.png",
    ],
)
def test_a_reference_leads_to_a_picture_in_the_folder_and_nowhere_else(tmp_path: Path, image: str) -> None:
    (tmp_path / "secret.png").write_bytes(PNG)
    folder = tmp_path / "episode"
    (folder / "images").mkdir(parents=True)
    (folder / "images" / "text.png").write_text("no picture")
    (found,) = pictures.attached(folder, [Chapter("A", 0, 1, image=image)])
    assert found.picture is None
    assert "secret.png" not in "".join(pictures.names(folder, [Chapter("A", 0, 1, image=image)]))


def test_a_url_stays_and_a_picture_of_ones_own_is_taken(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "my-own.jpeg").write_bytes(JPEG)
    mine, far = Chapter("A", 0, 1, image="images/my-own.jpeg"), Chapter("B", 1, 2, image="https://e.org/b.png")
    assert pictures.attached(tmp_path, [mine, far]) == (
        replace(mine, image="", picture=Picture(JPEG, "image/jpeg")),
        far,
    )
