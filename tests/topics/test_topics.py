from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spoken_by_hand import sentences, talk

from podpipe.align import align
from podpipe.models import OPENING, Alignment, Chapters, Hypothesis, Notes, Outline, Section, Transcript
from podpipe.notes import read_outline
from podpipe.sound import Sound, listen
from podpipe.topics import find_chapters
from spoken_episodes import EPISODES, Spoken, load, misheard

NEAR_MS = 500


@pytest.fixture(params=EPISODES)
def episode(request: pytest.FixtureRequest, shared_data: Path) -> Spoken:
    return load(shared_data / "episodes" / request.param)


@pytest.fixture
def adlib(shared_data: Path) -> Spoken:
    return load(shared_data / "episodes" / "kernel_daily_adlib")


@pytest.fixture
def storage(shared_data: Path) -> Spoken:
    return load(shared_data / "episodes" / "weekly_storage")


def chapters_of(outline: Outline, hypothesis: Hypothesis, sound: Sound) -> Chapters:
    found = find_chapters(outline, align(outline, hypothesis, sound), hypothesis, sound)
    assert_sound(found, hypothesis.duration_ms)
    return found


def assert_sound(found: Chapters, duration_ms: int) -> None:
    """What holds of all chapters: in order, without gaps, to the end; each with its reason."""
    for chapter, following in zip(found.chapters, found.chapters[1:], strict=False):
        assert chapter.start_ms < chapter.end_ms == following.start_ms
    if found.chapters:
        assert found.chapters[-1].end_ms == duration_ms
    assert all(chapter.title and 0 < chapter.confidence <= 1 and chapter.because for chapter in found.chapters)
    assert all(lost.title and lost.because for lost in found.missing)
    lost_titles = [lost.title for lost in found.missing]
    assert len(lost_titles) == len(set(lost_titles))
    assert not {chapter.title for chapter in found.chapters} & set(lost_titles)


def starts(found: Chapters) -> dict[str, int]:
    return {chapter.title: chapter.start_ms for chapter in found.chapters}


def misplaced(found: Chapters, headings: dict[str, int]) -> set[str]:
    at = starts(found)
    return {title for title, ms in headings.items() if abs(at.get(title, -NEAR_MS) - ms) > NEAR_MS}


def test_every_spoken_heading_begins_a_chapter(episode: Spoken) -> None:
    found = chapters_of(episode.outline, episode.hypothesis, episode.sound)
    assert misplaced(found, episode.headings) == set()
    assert set(starts(found)) - episode.unsure == {OPENING, *episode.headings}
    assert {chapter.evidence for chapter in found.chapters[1:]} == {"script"}
    assert all(chapter.confidence > 0.8 for chapter in found.chapters)


@pytest.mark.parametrize("seed", range(8))
def test_every_heading_is_found_though_a_fifth_of_the_words_is_misheard(episode: Spoken, seed: int) -> None:
    found = chapters_of(episode.outline, misheard(episode.hypothesis, seed), episode.sound)
    assert misplaced(found, episode.headings) == set()
    assert set(starts(found)) <= {OPENING, *episode.headings, *episode.unsure}


def test_nearly_every_heading_is_found_though_a_fifth_of_the_words_is_quite_other(episode: Spoken) -> None:
    seeds = range(20)
    lost = 0
    for seed in seeds:
        heard = misheard(episode.hypothesis, seed, wholly=True)
        found = chapters_of(episode.outline, heard, episode.sound)
        lost += len(misplaced(found, episode.headings))
        assert not set(starts(found)) & episode.not_spoken
    assert lost <= 0.03 * len(seeds) * len(episode.headings)


def test_what_the_host_skips_is_missing_with_a_reason(adlib: Spoken) -> None:
    assert adlib.not_spoken == {"Lockdep"}
    for hypothesis in (adlib.hypothesis, *(misheard(adlib.hypothesis, seed) for seed in range(8))):
        found = chapters_of(adlib.outline, hypothesis, adlib.sound)
        assert "Lockdep" not in starts(found)
        assert [(lost.title, lost.because) for lost in found.missing] == [("Lockdep", "its text was not spoken")]


def test_topics_that_the_host_swaps_are_found_where_they_are_spoken(adlib: Spoken) -> None:
    found = [chapter.title for chapter in chapters_of(adlib.outline, adlib.hypothesis, adlib.sound).chapters]
    noted = [section.heading for section in adlib.outline.sections]
    assert noted.index("vhost-user") < noted.index("eBPF")
    assert found.index("eBPF") < found.index("vhost-user")


def test_the_order_of_the_notes_does_not_matter(episode: Spoken) -> None:
    backwards = replace(episode.outline, sections=episode.outline.sections[::-1])
    found = chapters_of(backwards, episode.hypothesis, episode.sound)
    assert found.chapters == chapters_of(episode.outline, episode.hypothesis, episode.sound).chapters


@pytest.mark.parametrize(("name", "other"), list(itertools.permutations(EPISODES, 2)))
def test_the_notes_of_another_episode_give_no_script_chapters(name: str, other: str, shared_data: Path) -> None:
    episode = load(shared_data / "episodes" / name)
    outline = load(shared_data / "episodes" / other).outline
    found = chapters_of(outline, episode.hypothesis, episode.sound)
    assert "script" not in {chapter.evidence for chapter in found.chapters}
    titles = {section.heading for section in outline.sections if section.heading}
    assert titles <= {lost.title for lost in found.missing} | set(starts(found))


def test_topics_that_are_only_listed_are_found_where_they_are_said_alone(episode: Spoken) -> None:
    listed = Outline(sections=tuple(Section(title) for title in episode.headings))
    found = chapters_of(listed, episode.hypothesis, episode.sound)
    assert misplaced(found, episode.headings) == set()
    assert {chapter.evidence for chapter in found.chapters} == {"opening", "agenda"}


def test_the_agenda_alone_is_enough(storage: Spoken) -> None:
    found = chapters_of(Outline(storage.outline.agenda), storage.hypothesis, storage.sound)
    expected = dict(zip(storage.outline.agenda, storage.headings.values(), strict=True))
    assert misplaced(found, expected) == set()
    assert {chapter.evidence for chapter in found.chapters} == {"opening", "agenda"}


def test_without_notes_what_is_heard_as_headings_is_taken(storage: Spoken) -> None:
    found = chapters_of(Outline(), storage.hypothesis, storage.sound)
    assert misplaced(found, storage.headings) == set()
    assert {chapter.evidence for chapter in found.chapters} == {"opening", "heading"}


def test_where_nothing_was_heard_there_are_no_chapters(episode: Spoken) -> None:
    found = chapters_of(episode.outline, replace(episode.hypothesis, words=()), episode.sound)
    assert found.chapters == ()
    assert {lost.title for lost in found.missing} >= {*episode.headings, *episode.not_spoken}


def test_silence_has_no_chapters() -> None:
    sound = listen([np.zeros(16_000 * 60, np.float32)])
    nothing = Hypothesis("en", 0.0, "by hand", sound.duration_ms)
    assert chapters_of(Outline(), nothing, sound) == Chapters()
    outline = Outline(("One", "Two"), (Section("One", "Some text that is not spoken."), Section("Two")))
    assert {lost.title for lost in chapters_of(outline, nothing, sound).missing} == {"One", "Two"}


def test_a_file_without_sound_has_no_chapters() -> None:
    empty = listen([])
    assert chapters_of(Outline(), Hypothesis("", 0.0, "by hand", 0), empty) == Chapters()
    assert chapters_of(Outline(("A", "B"), (Section("A", "b c"),)), Hypothesis("", 0, "", 0), empty).chapters == ()


def test_timestamps_in_the_notes_win_over_what_is_spoken(storage: Spoken) -> None:
    stamps = "00:00 Hello\n0:30 ZFS send\n01:00.5 Other things\n99:00 Never reached"
    found = chapters_of(read_outline(Notes(stamps)), storage.hypothesis, storage.sound)
    assert starts(found) == {"Hello": 0, "ZFS send": 30_000, "Other things": 60_500}
    assert {chapter.evidence for chapter in found.chapters} == {"publisher"}


def test_timestamps_that_begin_later_leave_room_for_an_opening(storage: Spoken) -> None:
    outline = read_outline(Notes("0:10 ZFS send\n01:00 SMR drives"))
    found = chapters_of(outline, storage.hypothesis, storage.sound)
    assert starts(found) == {OPENING: 0, "ZFS send": 10_000, "SMR drives": 60_000}


def test_a_first_topic_within_seconds_of_the_start_begins_at_the_start(storage: Spoken) -> None:
    outline = read_outline(Notes("0:02 ZFS send\n01:00 SMR drives"))
    found = chapters_of(outline, storage.hypothesis, storage.sound)
    assert starts(found) == {"ZFS send": 0, "SMR drives": 60_000}


def test_a_single_timestamp_is_no_list_of_chapters(storage: Spoken) -> None:
    one = Section("SMR drives", start_ms=5000)
    others = tuple(section for section in storage.outline.sections if section.heading != "SMR drives")
    found = chapters_of(Outline(sections=(one, *others)), storage.hypothesis, storage.sound)
    assert misplaced(found, storage.headings) == set()


MS = st.integers(0, 400_000)


@given(
    st.lists(st.builds(Section, st.text(min_size=1), st.just(""), MS | st.none()), max_size=10),
    st.integers(0, 300_000),
)
def test_any_chapters_come_out_in_order_and_without_gaps(sections: list[Section], duration_ms: int) -> None:
    sound = Sound(np.zeros(0, np.float32))
    hypothesis = Hypothesis("", 0.0, "by hand", duration_ms)
    outline = Outline(sections=tuple(sections))
    alignment = Alignment(Transcript("", duration_ms))
    found = find_chapters(outline, alignment, hypothesis, sound).chapters
    assert [chapter.start_ms for chapter in found] == sorted(chapter.start_ms for chapter in found)
    ends = [chapter.end_ms for chapter in found]
    assert ends == [*(chapter.start_ms for chapter in found[1:]), duration_ms][: len(found)]


def test_notes_that_describe_the_topics_are_no_script() -> None:
    told = {
        "Grinder burrs": "Flat or conical? James changes his mind, again.",
        "Cold brew": "Ratios, times, and the case against the fridge door.",
        "Water hardness": "The cheapest upgrade there is.",
    }
    said = [(600, "Hello and welcome to the show."), *sentences(3, "the shop")]
    for topic in told:
        said += [(1300, f"{topic}."), *sentences(6, "it")]
    said += [(500, "That's the cheapest upgrade there is."), *sentences(2, "it")]
    words, sound, starts = talk(*said)
    outline = Outline(sections=tuple(Section(topic, text) for topic, text in told.items()))
    found = chapters_of(outline, Hypothesis("en", 1.0, "by hand", sound.duration_ms, words), sound)
    expected = dict(zip(told, (starts[4], starts[11], starts[18]), strict=True))
    assert {
        title: start_ms
        for title, start_ms in {chapter.title: chapter.start_ms for chapter in found.chapters}.items()
        if title in told
    } == expected
    assert {chapter.evidence for chapter in found.chapters} == {"opening", "agenda"}
