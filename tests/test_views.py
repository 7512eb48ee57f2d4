from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from podpipe.models import Chapter, Episode, Notes, Snippet, Transcript, Turn, Word
from podpipe.pages import views, waveform
from podpipe.pages.material import Material
from podpipe.pages.text import direction, one_line

_PIECES = st.sampled_from(
    ["Hello,", "io_uring", "New York", "さようなら。", "東京", "😀", "\u202eevil", "e\u0301", " ", "سلام"]
)


def material(words: tuple[Word, ...], **more) -> Material:
    end_ms = max([word.end_ms for word in words], default=1000)
    known = {"chapters": (), "notes": None, "level_db": np.zeros(0, np.float32)}
    return Material(Episode("id", "id", "Title"), Transcript("en", end_ms, words), **{**known, **more})


def spoken(texts: list[str]) -> tuple[Word, ...]:
    return tuple(Word(text, number * 500, number * 500 + 400) for number, text in enumerate(texts))


@given(st.lists(_PIECES, max_size=40))
def test_a_script_finds_each_word_by_its_length(texts: list[str]) -> None:
    view = views.episode(material(spoken(texts), chapters=(Chapter("One", 0, 5000), Chapter("Two", 5000, 99_000))))
    lengths = views.word_times(view.atoms)["lengths"]
    paragraphs = [paragraph for section in view.sections for paragraph in section.paragraphs]
    ends = [*(paragraph.first for paragraph in paragraphs), len(view.atoms)][1:]
    for paragraph, end in zip(paragraphs, ends, strict=True):
        units = paragraph.text.encode("utf-16-le")
        at = 0
        for atom, length in zip(view.atoms[paragraph.first : end], lengths[paragraph.first : end], strict=True):
            while units[2 * at : 2 * at + 2] == b" \0":
                at += 1
            assert units[2 * at : 2 * (at + length)].decode("utf-16-le") == atom.text
            at += length
        assert 2 * at == len(units)


def test_words_in_pieces_say_which_word_they_are_of() -> None:
    times = views.word_times(views.episode(material(spoken(["東京", "です。"]))).atoms)
    assert times["words"] == [0, 0, 1, 1]
    assert [sum(times["starts"][: n + 1]) * times["step"] for n in range(4)] == [0, 200, 500, 630]


def test_times_are_as_many_as_words_and_never_before_them() -> None:
    times = views.word_times(views.episode(material(spoken(["a", "b", "c"]))).atoms)
    assert times == {"step": 10, "starts": [0, 50, 50], "lengths": [1, 1, 1]}


def test_who_speaks_parts_paragraphs() -> None:
    words = spoken(["Hello,", "Ann.", "Hello,", "Bob."])
    speaking = Material(
        Episode("id", "id", "Title"),
        Transcript("en", 2000, words, (Turn(0, "Bob"), Turn(1000, "Ann\u202e"))),
        (),
        None,
        np.zeros(0, np.float32),
    )
    found = [(p.speaker, p.text) for s in views.episode(speaking).sections for p in s.paragraphs]
    assert found == [("Bob", "Hello, Ann."), ("Ann", "Hello, Bob.")]


def test_notes_are_safe_and_titles_of_one_line() -> None:
    view = views.episode(material((), notes=Notes("<p onclick='x()'>Hi<script>x()</script></p>", "text/html")))
    assert view.notes == "<p>Hi</p>"
    assert views.card(Episode("id", "id", " A\n\u202etitle ")).title == "A title"
    assert views.card(Episode("id", "id", "\u202e")).title == views.UNTITLED


def test_a_snippet_in_pieces_keeps_its_spaces() -> None:
    snippet = Snippet("the OOM killer, again", ((4, 14),))
    assert list(views.parts(snippet)) == [("the ", False), ("OOM killer", True), (", again", False)]


def test_the_waveform_is_as_high_as_it_is_loud() -> None:
    level_db = np.repeat(np.array([-60, -20, -60], np.float32), 1000)
    path = waveform.path(level_db, 30_000, 10)
    heights = [float(bar.partition("v")[2].partition("h")[0]) for bar in path.split("z") if bar]
    assert len(heights) == waveform.BARS
    assert max(heights[:99] + heights[201:]) < 5 < 60 < min(heights[101:199])
    assert waveform.path(np.zeros(0, np.float32), 1000, 10) == ""


def test_directions() -> None:
    assert (direction("ar-EG"), direction("en"), direction("")) == ("rtl", "ltr", "ltr")
    assert one_line("a\u200db \x1b[31m") == "a\u200db [31m"
