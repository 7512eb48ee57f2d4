"""Pictures of an episode's timeline, drawn from a library folder made by hand."""

from __future__ import annotations

import itertools
import random
import re
import struct
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from lxml import etree, html

from podpipe import audio, plot, sound, storage, timeline
from podpipe.audio import SAMPLE_RATE
from podpipe.chapters import json
from podpipe.errors import LibraryError, PlotError
from podpipe.library import CHAPTERS, EPISODE, TRANSCRIPT, EpisodeFolder
from podpipe.models import Chapter, Chapters, Episode, Missing, Transcript, Word
from podpipe.sound import Sound
from podpipe.timeline import Timeline, layout

HOSTILE = (
    "</title><script>alert(1)</script>",
    "'\" onload='x' & <b>",
    "$\\frac{1}{$ and $x^2$",
    "日本語のタイトル",
    "🎙️ 👩‍👩‍👧 interview",
    "مقابلة مع المطور",
    "two\nlines\x1b[31m\x00\u202e",
    "",
)
WORDS = (
    Word("Hello", 100, 500, origin="script"),
    Word("there", 600, 900, origin="heard"),
    Word("again", 1700, 2200, origin="publisher"),
)


def folder_with(root: Path, chapters: Chapters, words: tuple[Word, ...] = WORDS, title: str = "Tones") -> EpisodeFolder:
    """An episode of three seconds, a pause in its middle, as ingest leaves it."""
    folder = EpisodeFolder(root / "tones-12345678")
    folder.path.mkdir(parents=True)
    time_s = np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE
    samples = 0.2 * np.sin(2 * np.pi * 440 * time_s) * ((time_s < 1) | (time_s > 1.6))
    audio.write_mp3(folder.path / "original.mp3", [samples.astype(np.float32)], SAMPLE_RATE)
    ledger = folder.ledger()
    transcript = storage.encode(Transcript("en", 3000, words))
    ledger.write({CHAPTERS: json.encode(chapters), TRANSCRIPT: transcript})
    storage.write_bytes(folder.path / EPISODE, storage.encode(Episode(folder.id, "guid", title, "A show")))
    ledger.finish("fetch", "", ["original.mp3"], seconds=0)
    ledger.finish("align", "", [CHAPTERS, TRANSCRIPT], seconds=0)
    ledger.finish("index", "", [], seconds=0)
    return folder


def chapters_of(*titles: str, each_ms: int = 1000) -> tuple[Chapter, ...]:
    return tuple(
        Chapter(title, number * each_ms, (number + 1) * each_ms, 0.5 + number / 20, "script", f"because of {title}")
        for number, title in enumerate(titles)
    )


def long_timeline(hours: float, count: int) -> Timeline:
    chance = random.Random(1)
    duration_ms = int(hours * 3_600_000)
    level_db = np.random.default_rng(1).normal(-25, 5, duration_ms // 10).astype(np.float32)
    level_db[(np.arange(level_db.size) // 60) % 10 == 0] = -60
    words = tuple(Word("w", t, t + 350, origin=chance.choice(("script", "heard"))) for t in range(0, duration_ms, 400))
    starts = sorted(chance.sample(range(0, duration_ms, 1000), count))
    chapters = tuple(
        Chapter(f"Topic {number} and what it means", start, end, chance.random(), "heading", "heard")
        for number, (start, end) in enumerate(zip(starts, [*starts[1:], duration_ms], strict=True))
    )
    return Timeline("Long", ("Show",), duration_ms, level_db, Sound(level_db).silences, words, chapters)


@pytest.fixture
def tones(tmp_path: Path) -> EpisodeFolder:
    found = Chapters(chapters_of("Hello", "A pause", "Again"), (Missing("Perf", "its text was not spoken"),))
    return folder_with(tmp_path / "library", found)


def drawn_texts(path: Path) -> list[str]:
    """What an SVG shows, without what it shows only under the pointer."""
    return ["".join(text.itertext()) for text in etree.parse(path).iter("{*}text")]


def test_what_is_read_of_a_folder(tones: EpisodeFolder) -> None:
    read = timeline.read(tones)
    assert (read.title, read.about, read.origins) == ("Tones", ("A show", "en"), ("script", "publisher", "heard"))
    assert 3000 <= read.duration_ms < 3200
    assert [chapter.evidence for chapter in read.chapters] == ["script"] * 3
    (pause,) = [pause for pause in read.pauses if 900 < pause.start_ms < 1100]
    assert pause.length_ms == pytest.approx(600, abs=100)
    assert read.audio == tones.path / "original.mp3"


def test_png(tones: EpisodeFolder, tmp_path: Path) -> None:
    plot.draw(timeline.read(tones), tmp_path / "a.PNG")
    data = (tmp_path / "a.PNG").read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    assert data.startswith(b"\x89PNG") and width == 1800 and 300 < height < 600
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.PNG"]


def test_svg_shows_chapters_words_and_what_is_missing(tones: EpisodeFolder, tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    plot.draw(timeline.read(tones), path)
    texts = drawn_texts(path)
    assert {"Tones", "Hello", "A pause", "Again", "0:01 · 0.55 · script", "✗ Perf: its text was not spoken"} <= {*texts}
    assert {"script 33%", "publisher 33%", "heard 33%", "loudness", "0:00", "0:02"} <= {*texts}
    facts = [title.text for title in etree.parse(path).iter("{*}title")]
    assert "A pause\n0:01.0 to 0:02.0\nsure 0.55, found by: script\nbecause of A pause" in facts
    first = path.read_bytes()
    plot.draw(timeline.read(tones), path)
    assert path.read_bytes() == first


def test_html_is_one_page_with_sound_and_a_table(tones: EpisodeFolder, tmp_path: Path) -> None:
    tones.tagged.write_bytes(tones.original().read_bytes())
    path = tones.path.parent / "a.html"
    plot.draw(timeline.read(tones), path)
    page = html.parse(path, html.HTMLParser(encoding="utf-8")).getroot()
    assert page.findtext(".//title") == "Tones"
    assert page.find(".//audio").get("src") == "tones-12345678/episode.mp3"
    rows = [[cell.text_content() for cell in row] for row in page.findall(".//tbody/tr")]
    assert rows[1] == ["0:01", "A pause", "0.55", "script", "because of A pause"]
    links = {link.get("href") for link in page.iter("a")}
    assert links == {f"tones-12345678/episode.mp3#t={second}" for second in (0, 1, 2)}
    assert [item.text_content() for item in page.iter("li")] == ["Perf: its text was not spoken"]
    assert not re.search(r"(src|href|url)\s*[=(]\s*['\"]?(https?:|//)", path.read_text())


@pytest.mark.parametrize("ending", plot.ENDINGS)
def test_hostile_titles_are_only_text(tmp_path: Path, ending: str) -> None:
    missing = tuple(Missing(title, title) for title in HOSTILE)
    chapters = Chapters(chapters_of(*HOSTILE, each_ms=350), missing)
    folder = folder_with(tmp_path / "library", chapters, title=" ".join(HOSTILE))
    path = tmp_path / f"a{ending}"
    plot.draw(timeline.read(folder), path)
    shown = [timeline.one_line(title) or "(no title)" for title in HOSTILE]
    if ending == ".svg":
        assert {*shown} <= {*drawn_texts(path)}
    if ending == ".html":
        page = html.parse(path, html.HTMLParser(encoding="utf-8")).getroot()
        assert [row[1].text_content() for row in page.findall(".//tbody/tr")] == shown
        assert len(list(page.iter("script"))) == 1
        assert not page.xpath("//@onload | //b[not(parent::li)]")


@pytest.mark.parametrize("ending", plot.ENDINGS)
def test_without_words_chapters_and_sound(tmp_path: Path, ending: str) -> None:
    folder = folder_with(tmp_path / "library", Chapters(), ())
    empty = replace(timeline.read(folder), level_db=np.zeros(0, np.float32), pauses=(), audio=None)
    for number, drawn in enumerate((timeline.read(folder), empty)):
        plot.draw(drawn, tmp_path / f"{number}{ending}")
    if ending == ".svg":
        texts = drawn_texts(tmp_path / "1.svg")
        assert "loudness" in texts and "how sure" not in texts
    if ending == ".html":
        text = (tmp_path / "1.html").read_text()
        assert "No chapters were found." in text and "<audio" not in text


def test_three_hours_are_drawn_soon_and_small(tmp_path: Path) -> None:
    drawn = long_timeline(3, 40)
    start = time.perf_counter()
    for ending, most in ((".svg", 1_500_000), (".png", 2_000_000)):
        plot.draw(drawn, tmp_path / f"a{ending}")
        assert (tmp_path / f"a{ending}").stat().st_size < most
    assert time.perf_counter() - start < 20  # measured: 4 s for both
    texts = drawn_texts(tmp_path / "a.svg")
    assert {chapter.title for chapter in drawn.chapters} <= {*texts}
    assert {"0:00", "59:00", "2:59:00"} <= {*texts}


@pytest.mark.parametrize(("hours", "count"), [(0.01, 3), (0.5, 20), (1, 300), (3, 40), (30, 10), (200, 2)])
def test_no_label_is_on_another_and_each_chapter_has_one(hours: float, count: int) -> None:
    level_db = np.zeros(0, np.float32)
    starts = sorted(random.Random(count).sample(range(int(hours * 3_600_000)), count))
    chapters = tuple(Chapter(f"Topic {number} and what it means", s, s + 1) for number, s in enumerate(starts))
    rows = layout.rows(Timeline("T", (), int(hours * 3_600_000), level_db, chapters=chapters))
    assert len(rows) <= 24
    assert sorted(label.number for row in rows for label in row.labels if label.facts) == list(range(count))
    for row in rows:
        assert all(label.left >= 0 and label.left + label.width <= layout.WIDTH for label in row.labels)
        for track in range(row.tracks):
            spans = sorted((label.left, label.left + label.width) for label in row.labels if label.track == track)
            assert all(before[1] < after[0] for before, after in itertools.pairwise(spans))


def test_a_chapter_that_goes_on_is_named_again_and_one_after_the_end_is_not_lost() -> None:
    chapters = (Chapter("First", 0, 1_700_000), Chapter("Late", 9_000_000, 9_000_001))
    rows = layout.rows(Timeline("T", (), 1_800_000, np.zeros(0, np.float32), chapters=chapters))
    assert [[label.title for label in row.labels] for row in rows] == [["First"], ["… First", "Late"]]
    assert [row.ticks()[0] for row in rows] == [0, 900_000]


def test_levels_and_spans() -> None:
    level_db = np.array([-10, -20, -30, -40, -50, -60], np.float32)
    loudest, mean = timeline.levels(level_db, 20, 60, 2)
    assert (loudest.tolist(), mean.tolist()) == ([-30, -50], [-35, -55])
    assert timeline.levels(level_db, 40, 120, 4)[0].tolist() == [-50]
    assert timeline.levels(level_db, 60, 120, 4)[0].size == 0
    assert timeline.joined([(0, 10), (12, 20), (40, 50)], 5) == [(0, 20), (40, 50)]


def test_other_endings_and_folders_are_one_sentence(tones: EpisodeFolder, tmp_path: Path) -> None:
    for name in ("a.gif", "a", ".png"):
        with pytest.raises(PlotError, match=r"must end in \.png, \.svg or \.html"):
            plot.draw(timeline.read(tones), tmp_path / name)
    with pytest.raises(PlotError, match="there is no folder"):
        plot.draw(timeline.read(tones), tmp_path / "none" / "a.svg")
    (tmp_path / "a.svg").mkdir()
    with pytest.raises(LibraryError, match=r"a\.svg"):
        plot.draw(timeline.read(tones), tmp_path / "a.svg")
    assert not list(tmp_path.glob(".*"))


def test_an_episode_that_is_not_finished(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="is not finished; ingest it again"):
        timeline.read(EpisodeFolder(tmp_path))


def test_without_matplotlib_it_says_what_to_install(
    tones: EpisodeFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(PlotError, match=r"not installed; pip install 'podpipe\[plot\]'"):
        plot.draw(timeline.read(tones), tmp_path / "a.svg")
    assert not (tmp_path / "a.svg").exists()


def test_no_window_is_opened_whatever_the_user_has_set(tones: EpisodeFolder, tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\nsvg.fonttype: path\nfont.size: 40\n")
    storage.write_bytes(tones.path / "loudness.npy", sound.encode(tones.sound()))
    code = (
        "import sys; from pathlib import Path; from podpipe import plot, timeline;"
        "from podpipe.library import EpisodeFolder;"
        f"plot.draw(timeline.read(EpisodeFolder(Path({str(tones.path)!r}))), Path('a.svg'));"
        "print('matplotlib.pyplot' in sys.modules, 'tkinter' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert (done.stdout.split()[1], done.stderr) == ("False", "")
    assert "A pause" in drawn_texts(tmp_path / "a.svg")
