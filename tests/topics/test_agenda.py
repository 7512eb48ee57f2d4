from __future__ import annotations

from pathlib import Path

import pytest
from spoken_by_hand import sentences, talk

from podpipe.models import Outline, Section
from podpipe.topics.headings import agenda
from podpipe.topics.headings.listed import spoken_lists
from spoken_episodes import EPISODES, load

INTRO = (600, "Hello and welcome to the show.")


def found(topics: list[str], *said: tuple[int, str]) -> tuple[dict[str, int], list[str], list[int]]:
    """Where topics were found, those that were not, and when each phrase begins."""
    words, sound, starts = talk(*said)
    chapters, missing = agenda.find(topics, words, sound)
    assert all(0.5 <= chapter.confidence < 1 and chapter.because for chapter in chapters)
    assert [lost.title for lost in missing] == [t for t in topics if t not in {c.title for c in chapters}]
    return {chapter.title: chapter.start_ms for chapter in chapters}, [lost.title for lost in missing], starts


@pytest.mark.parametrize("after_ms", [600, 300, 0])
def test_a_heading_opens_what_is_said_whatever_pause_follows(after_ms: int) -> None:
    said = [INTRO, *sentences(6, "it"), (1100, "Futexes."), (after_ms, "Darren posted a patch."), *sentences(5, "it")]
    at, _, starts = found(["Futexes"], *said)
    assert at == {"Futexes": starts[7]}


@pytest.mark.parametrize(
    ("topic", "heard"),
    [
        ("Btrfs RAID5", "Btrfs RAID5."),
        ("a look at Btrfs RAID5", "Btrfs RAID5."),
        ("pipe fds", "Pipe fd leaks."),
        ("HTC Dream", "HTC."),
        ("io_uring", "I O U ring."),
        ("eBPF", "DBTF"),
        ("FatELF", "That Health"),
        ("QEMU's vhost-user", "Be host user."),
        ("cgroup v2 memory.high", "Memory.High."),
        ("the killer, OOM", "OOM killer."),
    ],
)
def test_headings_are_spoken_and_heard_otherwise(topic: str, heard: str) -> None:
    at, _, starts = found([topic], INTRO, *sentences(6, "it"), (1200, heard), *sentences(6, "it"))
    assert at == {topic: starts[7]}


@pytest.mark.parametrize(
    "lead",
    ["Right then,", "Next up:", "And now,", "OK, let's talk about", "First stop,", "Chapter two.", "That brings me to",
     "Before we open the post,"],
)  # fmt: skip
def test_some_words_may_lead_to_a_heading(lead: str) -> None:
    said = [INTRO, *sentences(6, "it"), (1200, f"{lead} the Perseids and the Moon."), *sentences(6, "it")]
    at, _, starts = found(["The Perseids and the Moon"], *said)
    assert at == {"The Perseids and the Moon": starts[7]}


@pytest.mark.parametrize(
    "said",
    [
        "In this rather special little episode, the Perseids and the Moon.",
        "Nobody who lives in the village has missed the Perseids and the Moon.",
        "Nothing outshines the Perseids and the Moon when it is really dark outside.",
    ],
)
def test_other_sentences_lead_to_no_heading(said: str) -> None:
    assert found(["The Perseids and the Moon"], INTRO, *sentences(6, "it"), (1200, said), *sentences(6, "it"))[0] == {}


def test_topics_may_be_swapped_and_skipped() -> None:
    topics = ["Futexes", "Lockdep", "WireGuard", "Regressions"]
    said = [INTRO]
    for heading in ("WireGuard.", "Futexes.", "Regressions."):
        said += [(1100, heading), *sentences(5, "it")]
    at, missing, starts = found(topics, *said)
    assert at == {"WireGuard": starts[1], "Futexes": starts[7], "Regressions": starts[13]}
    assert missing == ["Lockdep"]


def test_the_hosts_own_list_holds_no_headings() -> None:
    the_list = [(600, "In this show."), (500, "Futexes,"), (450, "Lockdep,"), (450, "and WireGuard.")]
    topics = ["Futexes", "Lockdep", "WireGuard"]
    assert found(topics, INTRO, *the_list, *sentences(8, "it"))[0] == {}
    words, _, starts = talk(INTRO, *the_list)
    ((start_ms, end_ms),) = spoken_lists(topics, words)
    assert start_ms == starts[2]
    assert end_ms == words[-1].end_ms


def test_a_heading_right_after_the_list_is_found() -> None:
    topics = ["Futexes", "Lockdep", "WireGuard"]
    said = [INTRO, (600, "In this show: Futexes, Lockdep, and WireGuard."), (1100, "Futexes."), *sentences(5, "it")]
    said += [(1100, "Lockdep."), *sentences(5, "it"), (1100, "WireGuard."), *sentences(5, "it")]
    at, _, starts = found(topics, *said)
    assert at == {"Futexes": starts[2], "Lockdep": starts[8], "WireGuard": starts[14]}


def test_after_a_long_silence_the_list_is_over_though_its_last_topic_was_not_heard() -> None:
    topics = ["Lockdep", "WireGuard", "Futexes"]
    said = [INTRO, (600, "In this show: Lockdep, WireGuard, and"), (1800, "Futexes."), *sentences(5, "it")]
    assert found(topics, *said)[0] == {"Futexes": talk(*said)[2][2]}


def test_a_mention_in_a_sentence_is_no_heading() -> None:
    said = [INTRO, *sentences(5, "it"), (1200, "Here comes the annual OOM killer discussion."), *sentences(5, "it")]
    assert found(["OOM killer"], *said)[0] == {}


def test_a_topic_that_begins_like_another_is_not_it() -> None:
    said = [INTRO, *sentences(5, "it"), (1200, "Memory.high."), *sentences(5, "it")]
    assert found(["Memory Overcommit", "Memory Pressure", "KVM"], *said)[0] == {}


def test_one_utterance_is_the_heading_of_one_topic() -> None:
    said = [INTRO, *sentences(5, "it"), (1200, "Btrfs RAID5."), *sentences(5, "it")]
    assert list(found(["Btrfs", "Btrfs RAID5"], *said)[0]) == ["Btrfs RAID5"]


def test_a_topic_is_known_by_how_it_was_heard_in_the_list() -> None:
    said = [INTRO, (600, "In this show: Few tax as, lock step, and wire guard."), *sentences(3, "it")]
    for heading in ("Few tax as.", "Lock step.", "Wire guard."):
        said += [(1100, heading), *sentences(5, "it")]
    at, _, starts = found(["phut(3)x", "Lockdep", "WireGuard"], *said)
    assert at == {"phut(3)x": starts[5], "Lockdep": starts[11], "WireGuard": starts[17]}


def test_the_hosts_list_in_another_order_than_the_notes_names_each_topic_still() -> None:
    said = [INTRO, (600, "In this show: the new lock file format, pie test, free threads, and leaving setup.")]
    said += sentences(3, "it")
    for heading in ("The lock file format.", "Pie test.", "Free threads.", "Leaving setup."):
        said += [(1100, heading), *sentences(5, "it")]
    topics = ["free threads", "pytest", "new lock file format", "leaving setup"]
    at, _, starts = found(topics, *said)
    assert at == {
        "new lock file format": starts[5],
        "pytest": starts[11],
        "free threads": starts[17],
        "leaving setup": starts[23],
    }


def test_what_stands_elsewhere_in_the_hosts_list_is_not_taken_for_a_topic() -> None:
    said = [INTRO, (600, "In this show: WireGuard, few tax as, lock step, and KVM."), *sentences(3, "it")]
    for heading in ("WireGuard.", "Few tax as.", "Lock step.", "KVM."):
        said += [(1100, heading), *sentences(5, "it")]
    topics = ["io_uring", "WireGuard", "quota", "KVM"]
    at, missing, starts = found(topics, *said)
    assert at == {"WireGuard": starts[5], "KVM": starts[23]}
    assert missing == ["io_uring", "quota"]


def test_a_sentence_that_begins_with_a_topic_is_no_heading() -> None:
    said = [INTRO, *sentences(5, "it"), (500, "Maps of the time show it."), *sentences(5, "it")]
    said += [(1100, "Lockdep."), *sentences(5, "it"), (1100, "Futexes."), *sentences(5, "it")]
    at, missing, _ = found(["Lockdep", "Maps", "Futexes"], *said)
    assert set(at) == {"Lockdep", "Futexes"}
    assert missing == ["Maps"]


@pytest.mark.parametrize("name", EPISODES)
def test_the_agenda_of_another_episode_is_not_found(name: str, shared_data: Path) -> None:
    episode = load(shared_data / "episodes" / name)
    for other in set(EPISODES) - {name}:
        topics = load(shared_data / "episodes" / other).outline.agenda
        chapters, missing = agenda.find(topics, episode.hypothesis.words, episode.sound)
        assert (chapters, [lost.title for lost in missing]) == ([], list(topics))


@pytest.mark.parametrize("name", EPISODES)
def test_the_agenda_of_an_episode_is_found(name: str, shared_data: Path) -> None:
    episode = load(shared_data / "episodes" / name)
    chapters, missing = agenda.find(episode.outline.agenda, episode.hypothesis.words, episode.sound)
    starts = sorted(chapter.start_ms for chapter in chapters)
    assert starts == pytest.approx(sorted(episode.headings.values()), abs=100)
    assert [lost.title.casefold() for lost in missing] == [title.casefold() for title in episode.not_spoken]


def test_the_topics_are_those_that_the_notes_do_not_tell() -> None:
    sections = (Section("", "Hello."), Section("One", "Told."), Section("Two things"), Section("Links"))
    assert agenda.named(Outline(("One", "things, two"), sections), is_told=False) == [
        "One",
        "Two things",
        "Links",
    ]
    assert agenda.named(Outline((), sections), is_told=False) == ["One", "Two things", "Links"]
    assert agenda.named(Outline(("One",), sections), is_told=True) == ["Two things", "Links"]


def test_no_topics_no_words_no_sound() -> None:
    words, sound, _ = talk(INTRO)
    assert agenda.find([], words, sound) == ([], [])
    assert [lost.title for lost in agenda.find(["A", "A"], (), sound)[1]] == ["A"]
