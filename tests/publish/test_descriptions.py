from __future__ import annotations

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podpipe.models import Chapter
from podpipe.publish import descriptions

CHAPTERS = [Chapter(f"Topic {n}", n * 60_000, (n + 1) * 60_000) for n in range(4)]
LENGTH_MS = 240_000
LINES = "<p>00:00 Topic 0<br/>01:00 Topic 1<br/>02:00 Topic 2<br/>03:00 Topic 3</p>"


def test_chapters_stand_below_the_notes() -> None:
    assert descriptions.whole("<p>Notes</p>", CHAPTERS, LENGTH_MS) == f"<p>Notes</p>\n{LINES}"
    assert descriptions.short("<p>Notes</p>", CHAPTERS, LENGTH_MS) == f"<p>Notes</p>\n{LINES}"
    assert descriptions.whole("", CHAPTERS, LENGTH_MS) == LINES


def test_hidden_chapters_and_lists_too_short_for_apps_are_left_out() -> None:
    hidden = [*CHAPTERS[:2], Chapter("Secret", 120_000, 240_000, toc=False)]
    assert descriptions.whole("<p>Notes</p>", hidden, LENGTH_MS) == "<p>Notes</p>"


@pytest.mark.parametrize(
    "notes",
    [
        "<p>Hello</p><p>00:00 Opening<br>00:50 Middle<br>02:00 End</p>",
        "<ul><li>(0:00) Opening</li><li>(0:50) Middle</li><li>(2:00) End</li></ul>",
    ],
)
def test_notes_that_list_the_chapters_stay_as_they_are(notes: str) -> None:
    assert descriptions.whole(notes, CHAPTERS, LENGTH_MS) == notes


@pytest.mark.parametrize(
    "notes",
    [
        "<p>We meet at 10:30, 12:00 and 14:00.</p>",
        "<p>10:30 Breakfast<br>12:00 Lunch<br>14:00 Tea</p>",
        "<p>0:00 Opening</p><p>0:50 End</p>",
    ],
)
def test_other_times_in_notes_are_no_list_of_chapters(notes: str) -> None:
    assert descriptions.whole(notes, CHAPTERS, LENGTH_MS) == f"{notes}\n{LINES}"


def test_long_notes_are_cut_after_a_paragraph_and_keep_the_chapters() -> None:
    notes = "".join(f"<p>{number} {'word ' * 50}</p>" for number in range(40))
    found = descriptions.short(f"<div>{notes}</div>", CHAPTERS, LENGTH_MS)
    assert len(found.encode()) <= 4000
    assert found.endswith(f"word </p><p>…</p>\n{LINES}")
    assert found.startswith("<p>0 word")
    assert descriptions.whole(notes, CHAPTERS, LENGTH_MS) == f"{notes}\n{LINES}"


def test_one_endless_paragraph_is_cut_between_words() -> None:
    found = descriptions.short(f"<p>{'wörter &amp; ' * 2000}</p>", [], LENGTH_MS)
    assert 3900 < len(found.encode()) <= 4000
    assert found.endswith(("wörter</p><p>…</p>", "&amp;</p><p>…</p>"))


def test_chapters_that_would_fill_it_all_are_left_out_of_the_short_one() -> None:
    many = [Chapter("x" * 40, n * 20_000, (n + 1) * 20_000) for n in range(200)]
    assert descriptions.short("<p>Notes</p>", many, 4_000_000) == "<p>Notes</p>"
    assert descriptions.whole("<p>Notes</p>", many, 4_000_000).count("<br/>") == 199


PIECES = st.sampled_from(
    ["<p>Text &amp; more</p>", "<ul><li>a</li><li>b</li></ul>", "<br>", "plain ", "三 🎙 ", "<b>x</b>"]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES, max_size=400).map("".join), st.integers(0, 60))
def test_the_short_one_is_never_too_long_and_always_whole_html(notes: str, number: int) -> None:
    chapters = [Chapter("Topic " * 5, n * 20_000, (n + 1) * 20_000) for n in range(number)]
    found = descriptions.short(notes, chapters, number * 20_000)
    assert len(found.encode()) <= 4000
    if found:
        lxml.html.fragments_fromstring(found)
        assert found.count("<p>") == found.count("</p>")
