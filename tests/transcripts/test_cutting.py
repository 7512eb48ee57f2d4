from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe.models import Transcript, Turn, Word
from podpipe.transcripts import cutting, srt, vtt
from podpipe.transcripts.cutting import Lines
from podpipe.transcripts.lines import atoms, joined, text_of, width
from podpipe.transcripts.sentences import sentences, split
from spoken_episodes import EPISODES, load
from tellings import spoken, transcript

ROOMS = st.sampled_from([vtt.ROOM, srt.ROOM, Lines(10), Lines(20, 2)])


def shown(text: str, room: Lines = vtt.ROOM, **more: object) -> list[str]:
    return [text_of(group) for group in cutting.cut(atoms(transcript(text, **more)), room)]


@given(spoken(names=True), ROOMS)
def test_every_word_is_shown_once_and_in_order(said: Transcript, room: Lines) -> None:
    talk = atoms(said)
    groups = cutting.cut(talk, room)
    assert [atom for group in groups for atom in group] == talk
    assert joined(atom.text for atom in talk if not atom.glued) or not talk or any(atom.glued for atom in talk)


@given(spoken(names=True), ROOMS)
def test_cues_fit_and_last_at_most_seven_seconds(said: Transcript, room: Lines) -> None:
    for group in cutting.cut(atoms(said), room):
        lines = cutting.broken(group, room)
        assert len(lines) <= room.count
        if max(width(atom.text) for atom in group) <= room.columns:
            assert max(map(width, lines)) <= room.columns
        else:
            assert len(group) == 1
        assert len(group) == 1 or group[-1].end_ms - group[0].start_ms <= 7000
        assert len({atom.speaker for atom in group}) == 1


@given(spoken(), ROOMS)
def test_cues_rise_without_overlap_and_end_with_the_sound(said: Transcript, room: Lines) -> None:
    groups = cutting.cut(atoms(said), room)
    for cues in (cutting.timed(groups, said.duration_ms), cutting.worded(groups, said.duration_ms)):
        for cue, following in itertools.pairwise(cues):
            assert cue.end_ms <= following.start_ms
        for cue, group in zip(cues, groups, strict=True):
            assert 0 <= cue.start_ms < cue.end_ms <= said.duration_ms
            assert cue.end_ms - cue.start_ms <= 7000 or len(group) == 1
            assert cue.start_ms >= group[0].start_ms


def test_words_at_the_very_end_are_shown_before_it() -> None:
    said = Transcript("en", 1000, tuple(Word(f"w{n}.", 1000, 1000) for n in range(5)))
    cues = cutting.timed(cutting.by_word(said), 1000)
    assert [(cue.start_ms, cue.end_ms) for cue in cues] == [(995 + n, 996 + n) for n in range(5)]


def test_a_cue_ends_with_its_sentence() -> None:
    assert shown("One two. Three four? Five") == ["One two.", "Three four?", "Five"]


def test_a_sentence_that_would_only_flash_shares_a_cue() -> None:
    assert shown("No. I do not think so.", step_ms=300) == ["No. I do not think so."]


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [
        (
            "The scheduler that we have had for fifteen years is going away, and nobody at the summit was sorry.",
            vtt.ROOM,
            ["The scheduler that we have had for fifteen years is going away,", "and nobody at the summit was sorry."],
        ),
        (
            "He said that the patch was fine because it had been tested on the machines of all the maintainers there.",
            vtt.ROOM,
            None,
        ),
    ],
)
def test_clauses_stay_together(text: str, room: Lines, expected: list[str] | None) -> None:
    found = shown(text, room)
    if expected is None:
        assert found[1].split()[0] in ("because", "that", "on", "of")
        assert min(map(len, found)) > 20
    else:
        assert found == expected


def test_no_word_is_left_alone() -> None:
    text = "people who keep very many machines running at home or at work know this already from their experience"
    for count in range(8, len(text.split())):
        said = " ".join(text.split()[:count])
        for room in (vtt.ROOM, srt.ROOM):
            found = shown(said, room)
            assert len(found) == 1 or min(len(cue.split()) for cue in found) > 1, found


def test_articles_and_names_are_not_parted_from_what_follows() -> None:
    said = "it was then that a certain Andrew Morton replied to the whole list that he would take the patch of the day"
    for room in (vtt.ROOM, srt.ROOM):
        cues = shown(said, room)
        assert not any(cue.endswith((" a", " the", " of", " Andrew", " to")) for cue in cues), cues


def test_no_cue_bridges_a_long_pause_or_two_speakers() -> None:
    words = (Word("one", 0, 300), Word("two", 1600, 1900), Word("three", 1950, 2200))
    said = Transcript("en", 5000, words, (Turn(0, "A"), Turn(1950, "B")))
    cues = cutting.timed(cutting.cut(atoms(said), vtt.ROOM), 5000)
    assert [(cue.text, cue.speaker) for cue in cues] == [("one", "A"), ("two", "A"), ("three", "B")]


def test_short_cues_stay_where_nobody_speaks_after_them() -> None:
    said = Transcript("en", 60_000, (Word("Yes.", 0, 200), Word("Incomprehensibilities,", 5000, 5300)))
    assert [cue.end_ms for cue in cutting.timed(cutting.cut(atoms(said), vtt.ROOM), 60_000)] == [833, 6100]


def test_a_word_longer_than_a_line_is_not_cut() -> None:
    long = "x" * 200
    assert shown(f"a {long} b") == ["a", long, "b"]


def test_writing_without_spaces_breaks_between_characters_but_not_before_a_full_stop() -> None:
    text = "吾輩は猫である、名前はまだ無い。どこで生れたかとんと見当がつかぬ。"
    text += "何でも薄暗いじめじめした所でニャーニャー泣いていた事だけは記憶している。"
    said = Transcript("ja", 30_000, (Word(text, 0, 30_000),))
    groups = cutting.cut(atoms(said), srt.ROOM)
    assert "".join(text_of(group) for group in groups) == text
    lines = [line for group in groups for line in cutting.broken(group, srt.ROOM)]
    assert max(map(width, lines)) <= 32
    assert not any(line[0] in "、。ーゃゅょッ" for line in lines)
    assert "名前はまだ無い。" in "".join(lines)


def test_words_of_chinese_have_no_spaces_between_them_and_others_have() -> None:
    assert joined(["你好", "世界", "hello", "world", "再见"]) == "你好世界 hello world 再见"
    assert text_of(atoms(transcript("你好 世界 hello world"))) == "你好世界 hello world"


@pytest.mark.parametrize("name", EPISODES)
@pytest.mark.parametrize("room", [vtt.ROOM, srt.ROOM])
def test_real_episodes_are_cut_well(shared_data: Path, name: str, room: Lines) -> None:
    episode = load(shared_data / "episodes" / name)
    said = Transcript("en", episode.hypothesis.duration_ms, episode.hypothesis.words)
    groups = cutting.cut(atoms(said), room)
    ends = {run[-1].end_ms for run in split(said.words)}
    inside = [group for group in groups if group[-1].end_ms not in ends]
    leaning = sum(group[-1].text.casefold() in ("a", "an", "the", "of", "to") for group in inside)
    assert leaning <= 0.02 * len(groups)
    assert sum(len(group) == 1 for group in inside) <= 0.01 * len(groups)
    assert {group[-1].end_ms for group in groups} >= {s.end_ms for s in sentences(said) if s.end_ms - s.start_ms > 1000}
