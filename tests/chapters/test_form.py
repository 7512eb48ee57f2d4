"""The text in which chapters are edited."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from podpipe.chapters import form
from podpipe.models import Chapter

TITLE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=20) | st.sampled_from(
    ["a <b>", "\\", "# x", "<hidden>", "<image x>", "x \\< y <https://e.org>", "1:00 x"]
)
URL = st.sampled_from(["", "https://example.org/?q=1", "mailto:a@example.org"])


@given(
    st.lists(
        st.builds(
            Chapter,
            title=TITLE,
            start_ms=st.integers(0, 400_000_000),
            end_ms=st.just(0),
            url=URL,
            image=URL,
            toc=st.booleans(),
        ),
        max_size=10,
        unique_by=lambda chapter: chapter.start_ms,
    )
)
def test_what_is_written_is_read_again(chapters: list[Chapter]) -> None:
    expected = [
        replace(c, title=" ".join(c.title.split()), end_ms=c.start_ms)
        for c in sorted(chapters, key=lambda chapter: chapter.start_ms)
        if c.title.split() or not c.toc
    ]
    assert form.read(form.write(expected, "An episode\n# of mine", 500_000_000), 500_000_000) == (expected, [])


def test_the_text_explains_itself() -> None:
    text = form.write([Chapter("Intro", 19_050, 1, url="https://e.org", toc=False)], "Talk", 3_723_004)
    assert text.startswith("# Talk (1:02:03.004)\n")
    assert text.endswith("\n\n0:00:19.050 Intro  <https://e.org>  <hidden>\n")


def test_every_mistake_is_named_with_its_line() -> None:
    text = "# help\n\n0:00 A\nsoon B\n0:10\n9:00 C\n0:00.0 D\n0:20 E <https://a> <https://b>\n"
    found, wrong = form.read(text, 60_000)
    assert [chapter.title for chapter in found] == ["A"]
    assert wrong == [
        "line 4: 'soon' is no time; write it like 1:02:03.5, 62:03 or 90s",
        "line 5: there is no title after 0:10",
        "line 6: 9:00 is after the end, which is at 1:00.000",
        "line 7: line 3 begins at the same time",
        "line 8: it has two marks of a kind, <https://b> and <https://a>",
    ]


def test_lines_in_any_order_and_any_way_to_write_a_time() -> None:
    found, wrong = form.read("62:03  B \n\t90s\tA\n0 Z", 0)
    assert ([(c.title, c.start_ms) for c in found], wrong) == ([("Z", 0), ("A", 90_000), ("B", 3_723_000)], [])
