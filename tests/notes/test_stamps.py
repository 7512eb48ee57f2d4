from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe import timecode
from podpipe.models import Notes, Section
from podpipe.notes import read_outline, stamps

WANTED = [("Intro", 0), ("Topic one: a start", 310_000), ("Second & more", 754_000), ("The end", 3_723_000)]
ESCAPED = [(title.replace("&", "&amp;"), ms) for title, ms in WANTED]


def line(title: str, ms: int, shape: str) -> str:
    return shape.format(time=timecode.clock(ms), title=title)


def stamped(notes: Notes) -> list[tuple[str, int | None]]:
    return [
        (section.heading, section.start_ms) for section in read_outline(notes).sections if section.start_ms is not None
    ]


SHAPES = [
    "{time} {title}",
    "({time}) {title}",
    "[{time}] {title}",
    "{time} - {title}",
    "{time} – {title}",
    "{time}: {title}",
    "{time} | {title}",
    "- {time} {title}",
    "• {time} {title}",
    "▶ {time} {title}",
    "⏱️ {time} {title}",
    "3. {time} {title}",
    "{title} {time}",
    "{title} ({time})",
    "{title} - {time}",
    "{title} – [{time}]",
]


@pytest.mark.parametrize("shape", SHAPES)
def test_lists_in_plain_text(shape: str) -> None:
    rows = [line(title, ms, shape) for title, ms in WANTED]
    assert stamped(Notes("\n".join(rows))) == WANTED
    assert stamped(Notes("Welcome to the show.\n\n" + "\n".join(rows) + "\n\nThanks for listening.")) == WANTED
    assert stamped(Notes("\r\n".join(rows))) == WANTED


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if not shape.startswith(("- ", "3. "))])
@pytest.mark.parametrize(
    "whole",
    [
        ("<p>About this.</p><p>", "<br>", "</p>"),
        ("<p>About this.</p><p>", "<br />\n", "</p>"),
        ("<ul><li>", "</li><li>", "</li></ul>"),
        ("<ol>\n<li><p>", "</p></li>\n<li><p>", "</p></li>\n</ol>"),
        ("<div>", "</div><div>", "</div>"),
        ("<p>", "</p><p>", "</p>"),
        ("See <a href='https://e.org'>the page</a>.\n\n", "\n", ""),
    ],
)
def test_lists_in_html(shape: str, whole: tuple[str, str, str]) -> None:
    before, between, after = whole
    html = before + between.join(line(title, ms, shape) for title, ms in ESCAPED) + after
    assert stamped(Notes(html, "text/html")) == WANTED


@pytest.mark.parametrize(
    "row",
    [
        '<a href="https://e.org/#t={time}">{time}</a> {title}',
        "<strong>{time}</strong> {title}",
        "({time}) <b>{title}</b>",
        "<span>{time}</span>&nbsp;<span>{title}</span>",
    ],
)
def test_times_that_are_marked_up(row: str) -> None:
    html = "<ul>" + "".join(f"<li>{line(title, ms, row)}</li>" for title, ms in ESCAPED) + "</ul>"
    assert stamped(Notes(html, "text/html")) == WANTED


@pytest.mark.parametrize(
    ("before", "row", "after"),
    [
        ("<table>", "<tr><td>{time}</td><td>{title}</td></tr>", "</table>"),
        ("<dl>", "<dt>{time}</dt><dd>{title}</dd>", "</dl>"),
        ("<pre>", "{time} {title}\n", "</pre>"),
    ],
)
def test_cells_of_a_row(before: str, row: str, after: str) -> None:
    html = before + "".join(line(title, ms, row) for title, ms in ESCAPED) + after
    assert stamped(Notes(html, "text/html")) == WANTED


@pytest.mark.parametrize(
    "text",
    [
        "0:00 Intro 5:10 Topic one: a start 12:34 Second & more 1:02:03 The end",
        "Chapters: 0:00 Intro, 5:10 Topic one: a start, 12:34 Second & more, 1:02:03 The end",
        "0:00 Intro | 5:10 Topic one: a start | 12:34 Second & more | 1:02:03 The end",
        "(0:00) Intro (5:10) Topic one: a start (12:34) Second & more (1:02:03) The end",
        "Intro (0:00), Topic one: a start (5:10), Second & more (12:34), The end (1:02:03).",
        "0:00-5:10 Intro\n5:10-12:34 Topic one: a start\n12:34 – 1:02:03 Second & more\n1:02:03 The end",
    ],
)
def test_all_in_one_paragraph_and_from_when_to_when(text: str) -> None:
    assert stamped(Notes(text)) == WANTED


@pytest.mark.parametrize(
    "text",
    [
        "Our show airs at 20:00.\n\nCall us tomorrow.",
        "We met at 10:00, left at 11:30 and were home by 12:15.",
        "He won 3:16 and 4:02, and John 3:16 is a verse.",
        "Version 2:10:5 of https://e.org:8080/12:34 and a ratio of 16:9.",
        "12:34",
    ],
)
def test_prose_with_times_is_no_list(text: str) -> None:
    assert stamps.listed(read_outline(Notes(text)).sections, 10**9) == []


def sections(*starts: int | None) -> list[Section]:
    return [Section(f"Number {number}", start_ms=start) for number, start in enumerate(starts)]


@pytest.mark.parametrize(
    ("starts", "kept"),
    [
        ([0, 10, 20], [0, 1, 2]),
        ([None, 5, None, 20], [1, 3]),
        ([50], []),
        ([0, 0, 0], []),
        ([30, 20, 10], []),
        ([900, 0, 10, 20], [1, 2, 3]),  # a time of day before the list
        ([0, 10, 5, 20], [0, 2, 3]),
        ([0, 10, 2000], [0, 1]),
        ([0, 10, 2000, 3000, 4000], []),  # of another episode
    ],
)
def test_what_may_well_be_chapters(starts: list[int | None], kept: list[int]) -> None:
    made = sections(*starts)
    assert stamps.listed(made, 1000) == [made[number] for number in kept]


@given(st.lists(st.integers(0, 300) | st.none()), st.integers(0, 300))
def test_a_list_ascends_within_the_sound(starts: list[int | None], duration_ms: int) -> None:
    found = [section.start_ms or 0 for section in stamps.listed(sections(*starts), duration_ms)]
    assert all(before < after for before, after in pairwise(found))
    assert all(ms < duration_ms for ms in found)
    assert len(found) != 1
