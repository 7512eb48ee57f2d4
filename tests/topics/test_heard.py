from __future__ import annotations

from pathlib import Path

import pytest
from spoken_by_hand import sentences, talk

from podpipe.models import Chapter, Missing
from podpipe.topics.headings import heard
from podpipe.topics.headings.announced import announced
from podpipe.topics.headings.names import is_misheard_topic, is_topic
from spoken_episodes import EPISODES, load

INTRO = (600, "Hello and welcome to the show.")
HEADINGS = ("Futexes.", "Lock step", "Wire guard.", "Thread naming.")


def episode_of(*headings: str, pause_ms: int = 1100, opening: str = "It was a quiet week.") -> list[tuple[int, str]]:
    said = [INTRO, (500, opening)]
    for heading in headings:
        said += [(pause_ms, heading), *sentences(5, "it")]
    return [*said, (1100, "And that is all for today.")]


def test_short_phrases_after_long_pauses_are_headings() -> None:
    words, sound, starts = talk(*episode_of(*HEADINGS))
    found = heard.find(words, sound)
    assert [chapter.title for chapter in found] == ["Futexes", "Lock step", "Wire guard", "Thread naming"]
    assert [chapter.start_ms for chapter in found] == starts[2:-1:6]
    assert {chapter.evidence for chapter in found} == {"heading"}
    assert all(0.5 <= chapter.confidence < 0.9 for chapter in found)


def test_a_heading_needs_no_pause_after_it() -> None:
    words, sound, starts = talk(
        *episode_of(*(f"{heading.rstrip('.')}. Once again it is here." for heading in HEADINGS))
    )
    found = heard.find(words, sound)
    assert [chapter.title for chapter in found] == ["Futexes", "Lock step", "Wire guard", "Thread naming"]
    assert [chapter.start_ms for chapter in found] == starts[2:-1:6]


def test_what_the_host_announces_needs_no_long_pauses() -> None:
    opening = "In today's show: Futexes, Lock step, Wire guard, and Thread naming."
    words, sound, starts = talk(*episode_of(*HEADINGS, pause_ms=560, opening=opening))
    found = heard.find(words, sound)
    assert [chapter.start_ms for chapter in found] == starts[2:-1:6]
    assert all(chapter.because.startswith("announced by the host") for chapter in found)


@pytest.mark.parametrize(
    "phrases",
    [
        ("Yeah.", "Right.", "Exactly.", "So, okay."),
        ("I think so.", "That's right.", "You know.", "We did."),
        ("Honestly,", "In the meantime,", "Before I start,", "For example,"),
        ("Others disagreed.", "Nobody objected.", "It is not ready.", "He was right."),
    ],
)
def test_how_people_talk_is_no_heading(phrases: tuple[str, ...]) -> None:
    words, sound, _ = talk(*episode_of(*phrases))
    assert heard.find(words, sound) == []


def test_where_long_pauses_mostly_part_sentences_nothing_is_a_heading() -> None:
    said = [INTRO]
    for number in range(24):
        said += sentences(2, "it")
        said.append((1200, "Good machines." if number % 8 == 0 else "We went on to look at what all of this is about."))
    words, sound, _ = talk(*said)
    assert heard.find(words, sound) == []


def test_pauses_that_are_usual_here_part_no_topics() -> None:
    words, sound, _ = talk(*episode_of(*HEADINGS, pause_ms=520))
    assert heard.find(words, sound) == []


def test_of_a_list_that_was_misheard_two_topics_said_as_headings_are_enough() -> None:
    opening = "In today's show: Futexes, Lobster, Why are God, Sled naming, and Thread naming."
    words, sound, starts = talk(*episode_of("Futexes.", "Wire guard.", "Thread naming.", opening=opening))
    found = heard.find(words, sound)
    assert [(chapter.title, chapter.start_ms) for chapter in found] == list(
        zip(("Futexes", "Wire guard", "Thread naming"), starts[2:-1:6], strict=True)
    )


def test_a_name_that_is_no_word_keeps_its_small_letter() -> None:
    words, sound, _ = talk(*episode_of("io_uring.", "futexes.", "c++ templates."))
    assert [chapter.title for chapter in heard.find(words, sound)] == ["io_uring", "Futexes", "c++ templates"]


@pytest.mark.parametrize(
    ("said", "topics"),
    [
        ([(600, "In today's issue, they notify, fat elf, and KVM.")], ["they notify", "fat elf", "KVM"]),
        ([(600, "Today's items are the"), (320, "OOM killer"), (300, "lockdep,"), (300, "and eBPF.")],
         ["OOM killer", "lockdep", "eBPF"]),
        ([(600, "In this episode,"), (330, "O.N. Killer, SMR drives, and a look at Btrfs.")],
         ["O.N. Killer", "SMR drives", "Btrfs"]),
        ([(600, "Today I've got four things for you, the planets, the Leonids, your binoculars, and a little bit about "
          "the Pleiades.")], ["planets", "Leonids", "your binoculars", "Pleiades"]),
        ([(600, "Today we're going to talk about tea, coffee roasting, and kettles.")],
         ["tea", "coffee roasting", "kettles"]),
        ([(600, "There are three stories tonight: the new bridge, school dinners, and a lost dog.")],
         ["new bridge", "school dinners", "lost dog"]),
        ([(600, "There are two things that I like, tea and you.")], []),
        ([(600, "In this episode, I am in Ghent, we will talk, and you can call us.")], []),
        ([(600, "I tried it today, and it worked.")], []),
        ([(600, "Here are perf, KVM and eBPF.")], []),
        ([(600, "Today's items are lockdep,"), (300, "KVM,"), (300, "and"), (900, "Futexes.")], ["lockdep", "KVM"]),
    ],
)  # fmt: skip
def test_what_the_host_announces_is_listed(said: list[tuple[int, str]], topics: list[str]) -> None:
    words, sound, _ = talk(INTRO, *said, *sentences(6, "it"))
    assert announced(words, sound) == topics


def test_a_list_may_run_on_from_what_was_said_before() -> None:
    words, sound, _ = talk((600, "Night Sky, in this episode we look at the Perseids, Saturn's rings, and Mars."))
    assert announced(words, sound) == ["Perseids", "Saturn's rings", "Mars"]


def test_an_announcement_comes_within_minutes_of_the_beginning() -> None:
    words, sound, _ = talk(INTRO, *sentences(90, "it"), (600, "In today's issue: perf, KVM, and eBPF."))
    assert announced(words, sound) == []


@pytest.mark.parametrize("name", EPISODES)
def test_headings_are_found_without_notes(name: str, shared_data: Path) -> None:
    episode = load(shared_data / "episodes" / name)
    found = [chapter.start_ms for chapter in heard.find(episode.hypothesis.words, episode.sound)]
    right = {title for title, at in episode.headings.items() if any(abs(at - start_ms) <= 1000 for start_ms in found)}
    assert right == set(episode.headings)
    assert len(found) <= len(right) + len(episode.unsure)


def test_names_and_talk() -> None:
    assert is_topic("OOM killer")
    assert is_topic("Regressions")
    assert not any(map(is_topic, ("Yeah", "Before I start", "Nobody objected", "They know", "Honestly", "")))
    assert is_misheard_topic("That health")
    assert is_misheard_topic("Be host user")
    assert not is_misheard_topic("That is")
    assert not is_misheard_topic("health")


def test_silence_has_no_headings() -> None:
    assert heard.find((), talk()[1]) == []


def test_headings_beside_an_agenda_are_found_in_other_words_and_where_nobody_announced_them() -> None:
    words, sound, starts = talk(*episode_of("Lock step.", "A question from Kenji.", "Wire guard.", "Slides."))
    begins = starts[2:-1:6]
    listed = [Chapter(title, start, start, 0.9, "agenda") for title, start in (("Lock step", begins[0]),
              ("Wire guard", begins[2]))]  # fmt: skip
    lost = [Missing("Kenji's knife question", ""), Missing("Quantum cryptography", "")]
    found, missing = heard.beside(listed, lost, words, sound)
    assert sorted((chapter.start_ms, chapter.title) for chapter in found) == [
        (begins[0], "Lock step"),
        (begins[1], "Kenji's knife question"),
        (begins[2], "Wire guard"),
        (begins[3], "Slides"),
    ]
    assert [topic.title for topic in missing] == ["Quantum cryptography"]


def test_where_agenda_topics_are_no_short_phrases_nothing_stands_beside_them() -> None:
    words, sound, starts = talk(*episode_of("Lock step.", "Wire guard.", "Slides."))
    elsewhere = [Chapter(title, start + 9000, start + 9000, 0.9, "agenda") for title, start in
                 (("Lock step", starts[2]), ("Wire guard", starts[8]))]  # fmt: skip
    assert heard.beside(elsewhere, [], words, sound) == (elsewhere, [])


def test_a_number_before_a_heading_is_no_part_of_it() -> None:
    words, sound, starts = talk(*episode_of("One. Futexes.", "Number two, Lock step.", "3. What was removed."))
    found = heard.find(words, sound)
    assert [chapter.title for chapter in found] == ["Futexes", "Lock step", "What was removed"]
    assert [chapter.start_ms for chapter in found] == starts[2:-1:6]


@pytest.mark.parametrize("lead", ["Next up:", "And now,", "Chapter three.", "Anna has"])
def test_what_leads_to_a_heading_or_stands_before_each_is_no_part_of_it(lead: str) -> None:
    names = ["Winter losses", "Mineral oil", "Rook endings", "Time trouble"]
    words, sound, starts = talk(*episode_of(*(f"{lead} {name}." for name in names)))
    found = heard.find(words, sound)
    assert [chapter.title for chapter in found] == names
    assert {chapter.start_ms for chapter in found} <= set(starts)


@pytest.mark.parametrize(
    ("counted", "titles"),
    [
        (
            ("So, mistake number one, charging too little.", "Mistake number 2. Buying the big machine.",
             "And mistake number three, ignoring the tax letters."),
            ["Charging too little", "Buying the big machine", "Ignoring the tax letters"],
        ),
        (("Chapter 1, Packing.", "Chapter 2 The Brenner pass.", "CHAPTER III. Venice."),
         ["Packing", "The Brenner pass", "Venice"]),
        (
            ("Reason one, the price.", "Reason two, and that is the one that nobody at home wants to hear about.",
             "Reason three, the noise."),
            ["The price", "Reason two", "The noise"],
        ),
    ],
)  # fmt: skip
def test_what_the_host_counts_is_no_part_of_a_heading(counted: tuple[str, ...], titles: list[str]) -> None:
    said = [INTRO]
    for heading in counted:
        said += [
            (1200, heading),
            *sentences(4, "it"),
            (900, "They went on with it."),
            *sentences(2, "it"),
        ]
    words, sound, starts = talk(*said)
    found = heard.find(words, sound)
    assert [chapter.title for chapter in found] == titles
    assert [chapter.start_ms for chapter in found] == starts[1::8]
