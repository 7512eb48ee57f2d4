"""Hits cut out of their episodes: real sound, decoded again."""

from __future__ import annotations

import itertools
from pathlib import Path

import mutagen
import pytest
from hypothesis import given
from hypothesis import strategies as st

import library_by_hand
from library_by_hand import PAUSE_MS
from podpipe import audio, sound
from podpipe.errors import LibraryError
from podpipe.hits.clips import Part, cut, name, stretch
from podpipe.library import Library
from podpipe.models import Hit, Sentence, Snippet
from podpipe.search import open_index, search

SENTENCE = "Zebras run over the plain in the morning sun."
TOPICS = {
    "Lions": ["Lions sleep most of the day."],
    "Zebras": [SENTENCE, *["They eat and drink and sleep."] * 30],
    "Okapis": ["An okapi is rarely seen."],
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    place = Library(tmp_path_factory.mktemp("clips"))
    library_by_hand.add(place, "animals", TOPICS, title='../Animals: "one"', show="Zoo", sound=True)
    library_by_hand.add(place, "silent", {"Silence": ["Zebras are quiet."]})
    library_by_hand.index(place)
    return place


def hits(library: Library, query: str) -> tuple[Hit, ...]:
    with open_index(library.index) as index:
        return search(index, query).hits


@pytest.mark.parametrize(
    ("part", "sentences"), [("sentence", 1), ("passage", 22), ("chapter", 31)]
)  # fmt: skip
def test_a_clip_begins_and_ends_in_pauses(library: Library, tmp_path: Path, part: Part, sentences: int) -> None:
    (hit,) = [hit for hit in hits(library, "zebras") if hit.episode_id == "animals"]
    (clip,), refused = cut(library, [hit], tmp_path / "new" / "folder", part)
    assert refused == ()
    assert 0 < hit.start_ms - clip.start_ms <= 350
    heard = sound.listen(clip.path)
    bursts = [pause for pause in heard.silences if pause.length_ms > PAUSE_MS - 200]
    assert len(bursts) == sentences - 1
    assert heard.silences[0].start_ms == 0 and 150 <= heard.silences[0].end_ms <= 450
    assert abs(audio.probe(clip.path).duration_ms - (clip.end_ms - clip.start_ms)) <= 120


def test_a_clip_says_where_it_is_from(library: Library, tmp_path: Path) -> None:
    (hit,) = [hit for hit in hits(library, "zebras") if hit.episode_id == "animals"]
    (clip,), _ = cut(library, [hit], tmp_path)
    tags = mutagen.File(clip.path).tags
    assert str(tags["TIT2"]) == 'Zebras · ../Animals: "one", 0:04'
    assert str(tags["TALB"]) == "Zoo"
    assert SENTENCE in str(tags.getall("COMM")[0])
    assert clip.path.name == "01-animals-one-0m04s-zebras.mp3"


def test_what_can_not_be_cut_is_named_and_the_rest_is_cut(library: Library, tmp_path: Path) -> None:
    found = hits(library, "zebras")
    made, refused = cut(library, found, tmp_path)
    assert [clip.path.exists() for clip in made] == [True]
    (reason,) = refused
    assert "can't be cut: " in reason and "silent has no audio" in reason
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".mp3"]


def test_several_hits_of_an_episode_do_not_overlap(library: Library, tmp_path: Path) -> None:
    found = [hit for hit in hits(library, "lions OR zebras OR okapi") if hit.episode_id == "animals"]
    made, _ = cut(library, found, tmp_path, "chapter")
    spans = sorted((clip.start_ms, clip.end_ms) for clip in made)
    assert len(spans) == 3
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))


@given(st.text(), st.text(), st.integers(0, 400_000_000))
def test_a_name_is_safe_whatever_the_titles_are(title: str, chapter: str, start_ms: int) -> None:
    hit = Hit("id", title, "", None, chapter, 0, start_ms, start_ms + 1, Snippet("x"), 1.0)
    made = name(7, hit)
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
    assert made.startswith("07-") and made.endswith(".mp3") and made.count(".") == 1
    assert len(made) < 120


@given(st.integers(0, 100_000), st.sampled_from(["sentence", "passage", "chapter"]), st.integers(0, 100_000))
def test_a_stretch_lies_within_the_sound(start_ms: int, part: Part, duration_ms: int) -> None:
    hit = Hit("id", "T", "", None, "", 0, start_ms, start_ms + 2000, Snippet("x"), 1.0)
    spoken = [Sentence("x", at, at + 900) for at in range(0, duration_ms, 1000)]
    first, last = stretch(hit, part, spoken, (), (), duration_ms)
    assert 0 <= first < last <= max(duration_ms, 1)


def test_what_a_folder_can_not_hold_is_an_error_of_ours(library: Library, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryError):
        cut(library, hits(library, "zebras"), tmp_path / "file")
