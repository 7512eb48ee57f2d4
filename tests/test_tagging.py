from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from mutagen.id3 import ID3
from mutagen.mp4 import MP4

from podpipe import audio, chapters, cutting, encoding, library, storage, tagging
from podpipe.chapters import json
from podpipe.errors import ChaptersError, PodpipeError
from podpipe.languages import iso639_2
from podpipe.library import EpisodeFolder, Library
from podpipe.models import Chapter, Chapters, Episode, Transcript, Word
from podpipe.tagging import Wish, tag_target

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
EPISODE = Episode(
    "2026-11-01-talk-12345678",
    "guid",
    "The Talk",
    show="The Show",
    published=datetime(2026, 11, 1, tzinfo=UTC),
    page="https://example.org/1",
)
WORDS = (Word("Hello", 0, 400), Word("there.", 500, 900), Word("Dies", 1100, 1500), Word("auch.", 1600, 2000))
LISTED = (Chapter("One", 0, 1000), Chapter("Two", 1000, 3000))
NOTES = "The Talk\n\nAudio: talk.mp3\n\nA first paragraph of the notes that says what this is all about.\n\nAnd more."


@pytest.fixture
def place(tone: Path, tmp_path: Path) -> Library:
    """A library with one episode in it."""
    place = Library(tmp_path / "library")
    folder = place.folder(EPISODE.id)
    folder.path.mkdir(parents=True)
    shutil.copyfile(tone, folder.path / "original.mp3")
    folder.ledger().finish("fetch", "x", ["original.mp3"], seconds=0)
    storage.write_bytes(folder.path / library.EPISODE, storage.encode(EPISODE))
    storage.write_bytes(folder.path / library.TRANSCRIPT, storage.encode(Transcript("de", 3000, WORDS)))
    (folder.path / "notes.txt").write_text(NOTES)
    (folder.path / "cover.png").write_bytes(PNG)
    folder.ledger().write({library.CHAPTERS: json.encode(Chapters(LISTED))})
    return place


def folder_of(place: Library) -> EpisodeFolder:
    return place.find("talk")


def test_an_episode_gets_all_that_is_known_of_it(place: Library) -> None:
    path, remarks = tag_target(place, "talk", Wish())
    assert (path, remarks) == (folder_of(place).tagged, [])
    found = ID3(path)
    texts = {name: str(found[name]) for name in ("TIT2", "TALB", "TDRC", "TLAN", "COMM::deu")}
    assert texts == {
        "TIT2": "The Talk",
        "TALB": "The Show",
        "TDRC": "2026-11-01",
        "TLAN": "deu",
        "COMM::deu": "A first paragraph of the notes that says what this is all about.",
    }
    assert found.getall("WOAF")[0].url == "https://example.org/1"
    assert found.getall("APIC")[0].data == PNG
    assert found["USLT::deu"].text == "Hello there.\nDies auch."
    assert found.getall("SYLT")[0].text == [("Hello there.\n", 0), ("Dies auch.\n", 1100)]
    assert [chapter.title for chapter in chapters.read(path)] == ["One", "Two"]


def test_lyrics_can_be_left_out(place: Library, tmp_path: Path) -> None:
    path, _ = tag_target(place, "talk", Wish(lyrics=False, output=tmp_path / "out.mp3"))
    assert not ID3(path).getall("USLT") + ID3(path).getall("SYLT")


def test_a_transcript_that_players_choke_on_is_left_out(place: Library) -> None:
    words = tuple(Word("word" * 10 + ".", 10 * n, 10 * n + 9) for n in range(30_000))
    facts = tagging.facts_of(folder_of(place), transcript=Transcript("de", 400_000, words))
    assert (facts.lyrics, facts.lines) == ("", ())


@pytest.mark.parametrize("kind", encoding.ENCODERS)
def test_every_kind_of_file_is_made_with_chapters(place: Library, kind: str) -> None:
    path, remarks = tag_target(place, "talk", Wish(kind=kind))
    assert path == folder_of(place).path / f"episode.{kind}"
    assert encoding.kind(path) == kind
    assert remarks == []
    assert [(c.title, c.start_ms) for c in chapters.read(path)] == [("One", 0), ("Two", 1000)]
    assert abs(audio.probe(path).duration_ms - 3000) < 150


def test_the_ending_of_the_output_says_the_kind(place: Library, tmp_path: Path) -> None:
    path, _ = tag_target(place, "talk", Wish(output=tmp_path / "out.m4a"))
    assert str(MP4(path)["\xa9nam"][0]) == "The Talk"


def test_strip_gives_back_the_original_sound_without_ours(place: Library, tmp_path: Path, tone: Path) -> None:
    with pytest.raises(ChaptersError, match="--output"):
        tag_target(place, "talk", Wish(strip=True))
    path = tmp_path / "out.mp3"
    shutil.copyfile(tag_target(place, "talk", Wish())[0], path)
    tag_target(place, str(path), Wish(strip=True))
    assert dict(ID3(path)) == dict(ID3(tone))
    assert chapters.read(path) == ()


def test_a_file_keeps_its_chapters_in_another_kind_and_is_never_overwritten(place: Library, tmp_path: Path) -> None:
    source = tmp_path / "talk.mp3"
    shutil.copyfile(tag_target(place, "talk", Wish())[0], source)
    path, _ = tag_target(place, str(source), Wish(kind="opus"))
    assert path == tmp_path / "talk.opus"
    assert [c.title for c in chapters.read(path)] == ["One", "Two"]
    with pytest.raises(ChaptersError, match="is there already"):
        tag_target(place, str(source), Wish(kind="opus"))


@pytest.mark.parametrize("target", ["nothing.mp3", "some/where", "nobody"])
def test_what_is_not_there_is_said(place: Library, target: str) -> None:
    with pytest.raises(PodpipeError, match=target):
        tag_target(place, target, Wish())


def test_an_episode_is_cut_with_its_transcript(place: Library, tmp_path: Path) -> None:
    made = cutting.cut(place, "talk", ["0-1.0"], [], tmp_path / "cut.mp3")
    assert [path.name for path in made.files] == ["cut.mp3", "cut.chapters.json", "cut.vtt"]
    assert [(c.title, c.start_ms) for c in json.read(made.files[1]).chapters] == [("Two", 0)]
    assert "00:00:00.100 --> 00:00:01.000\nDies auch." in made.files[2].read_text()
    assert ID3(made.files[0])["USLT::deu"].text == "Dies auch."


def test_a_crumb_of_a_chapter_is_no_chapter(place: Library, tmp_path: Path) -> None:
    folder = folder_of(place)
    folder.ledger().write({library.CHAPTERS: json.encode(Chapters((replace(LISTED[0], end_ms=1050), LISTED[1])))})
    made = cutting.cut(place, "talk", ["0-1.0"], [], tmp_path / "cut.mp3")
    assert [c.title for c in json.read(made.files[1]).chapters] == ["Two"]


@pytest.mark.parametrize(
    ("code", "found"),
    [("de", "deu"), ("pt-BR", "por"), ("zh_Hans", "zho"), ("eng", "eng"), ("x-klingon", "")],
)
def test_languages_have_three_letters(code: str, found: str) -> None:
    assert iso639_2(code) == found
