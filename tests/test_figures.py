"""What the benches measure with: plain functions, tried on what is plainly right or wrong."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from bench import diagram, fit, variants
from bench.calibration import Said, bins, brier, calibration_error, row, with_others
from bench.episodes import Heading, Spoken, Truth
from bench.figures import LOST_MS, Figures, measured, percentile, sentence_errors, together, word_errors
from bench.words import differences, sphinx_words, textgrid_words
from podpipe.models import Chapter, Outline, Section, Word

TRUTH = Truth(
    "one",
    Path("a.mp3"),
    Path("a.txt"),
    (Heading("OOM killer", 10_000), Heading("eBPF", 60_000)),
    ("Announcements",),
    (Spoken("It is killed.", 1000), Spoken("Nobody objected, which is rare.", 5000)),
)


def said(*parts: tuple[str, int]) -> list[Word]:
    return [Word(text, start_ms, start_ms + 100) for text, start_ms in parts]


def chapter(title: str, start_ms: int) -> Chapter:
    return Chapter(title, start_ms, start_ms + 1, 0.9, "agenda")


def test_word_errors_count_each_edit_and_no_punctuation() -> None:
    heard = said(("It", 0), ("is", 1), ("skilled", 2), ("nobody", 3), ("objected", 4), ("which", 5), ("rare", 6))
    assert word_errors(TRUTH.sentences, heard) == (2, 8)


def test_a_sentence_begins_with_its_first_three_words() -> None:
    heard = said(("it", 1040), ("is", 1200), ("killed", 1400), ("nobody", 5000), ("rejected", 5200), ("which", 5400))
    assert sentence_errors(TRUTH.sentences, heard) == [40, LOST_MS]


def test_a_heading_is_found_by_a_chapter_of_its_title_only() -> None:
    chapters = [
        Chapter("Introduction", 0, 1, 1.0, "opening"),
        chapter("the OOM killer", 10_020),
        chapter("KVM", 60_010),
    ]
    named = measured(TRUTH, [], chapters, titled=True)
    assert (named.headings_ms, named.found, named.invented) == ((20, LOST_MS), 1, 1)
    unnamed = measured(TRUTH, [], chapters, titled=False)
    assert (unnamed.headings_ms, unnamed.found, unnamed.invented) == ((20, 10), 2, 0)
    assert unnamed.f1 == 1.0


def test_a_heading_that_may_be_missing_is_not_invented() -> None:
    assert measured(TRUTH, [], [chapter("Announcements", 90_000)], titled=True).invented == 0


def test_episodes_together_are_one_long_one() -> None:
    parts = (Figures(1, 10, (5,), (20,), 1), Figures(2, 40, (7, 9), (30, LOST_MS), 0))
    whole = together(parts)
    assert whole == Figures(3, 50, (5, 7, 9), (20, 30, LOST_MS), 1)
    assert (whole.word_error_rate, whole.found) == (0.06, 2)


@pytest.mark.parametrize(("share", "value"), [(0.5, 2), (0.51, 3), (0.75, 3), (0.95, 9), (1.0, 9), (0.0, 1)])
def test_percentile_is_the_nearest_rank(share: float, value: int) -> None:
    assert percentile([9, 1, 3, 2], share) == value


def test_word_times_of_both_aligners_are_read() -> None:
    json = '{"w":[{"b":0.0,"t":"<sil>"},{"b":0.2,"t":"and(2)"},{"b":0.37,"t":"mister"}]}'
    assert sphinx_words(json) == (("and", 200), ("mister", 370))
    grid = '"IntervalTier"\n"words"\n0\n2\n3\n0\n1.05\n""\n1.05\n1.2\n"this"\n1.2\n2\n"is"\n'
    assert textgrid_words(grid) == (("this", 1050), ("is", 1200))


def test_differences_are_of_words_that_both_have() -> None:
    reference = (("and", 200), ("mister", 370), ("john", 630))
    assert differences(reference, said(("And", 230), ("Mr.", 340), ("John", 600))) == [30, -30]


def test_calibration_of_the_well_and_the_badly_sure() -> None:
    well = [Said(0.75, number % 4 > 0) for number in range(40)]
    assert bins(well) == [(0.75, 0.75, 40)]
    assert calibration_error(well) == 0
    assert brier(well) == pytest.approx(brier(well, 0.75)) == pytest.approx(0.1875)
    proud = [Said(0.95, number % 2 > 0) for number in range(40)]
    assert calibration_error(proud) == pytest.approx(0.45)
    assert row(proud)[3:5] == ("40", "50.0 %")


def test_topics_of_others_stand_between_ones_own() -> None:
    own = Outline(("A", "B", "C"), (Section("A", "a"), Section("B", "b")))
    other = Outline(("X", "Y", "Z"), (Section("", "x"), Section("X", "x")))
    mixed = with_others(own, other)
    assert mixed.agenda == ("A", "X", "B", "Z", "C")
    assert [section.heading for section in mixed.sections] == ["A", "X", "B"]


def test_a_diagram_is_drawn_the_same_each_time(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    for name in ("one.svg", "two.svg"):
        diagram.write(tmp_path / name, {"script": [(0.9, 0.95, 40), (0.97, 1.0, 80)]})
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    assert "script (120)" in (tmp_path / "one.svg").read_text()


def test_a_curve_rises_and_is_what_was_right() -> None:
    chance = random.Random(1)
    told = [(likely, chance.random() < likely**2) for likely in (chance.random() for _ in range(5000))]
    likely, right = fit.curve(told, 0.9)
    assert list(likely) == sorted(set(likely))
    assert list(right) == sorted(right)
    assert max(right) <= 0.9
    assert np.interp(0.7, likely, right) == pytest.approx(0.49, abs=0.06)


def test_noise_is_as_loud_as_it_is_told() -> None:
    speech = np.sin(np.arange(32_000) / 5).astype(np.float32)
    noise = variants.mixed(speech, variants.room_noise(32_000), 0.5, -15) - speech
    assert 20 * np.log10(np.sqrt(np.mean(np.square(noise))) / 0.5) == pytest.approx(-15, abs=0.1)


def test_music_ends_after_its_time_and_the_rest_is_untouched() -> None:
    speech = np.full(16_000 * 4, 0.1, np.float32)
    mixed = variants.mixed(speech, variants.music(3, 16_000), 0.1, -10)
    assert not np.array_equal(mixed[: 3 * 16_000], speech[: 3 * 16_000])
    assert np.array_equal(mixed[3 * 16_000 :], speech[3 * 16_000 :])
