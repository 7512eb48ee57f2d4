"""Topics that a host takes up in a sentence after a long pause."""

from __future__ import annotations

import numpy as np
import pytest
from spoken_by_hand import sentences, talk

from podpipe.topics.headings import agenda
from podpipe.topics.headings.openings import openings
from podpipe.topics.headings.turns import after_pauses, worths

INTRO = (600, "Hello and welcome to the show.")
TAKEN_UP = {
    "Grinder burrs": "I had a bit of a conversion this month, and it concerns grinder burrs, would you believe.",
    "Cold brew": "And as that's not for a hot day, it brings us neatly to cold brew, which I have strong views on.",
    "Water hardness": "Of course you can do all of this and get a dull cup, and the reason for it is water hardness.",
}


def episode(pause_ms: int = 1300) -> list[tuple[int, str]]:
    said = [INTRO, *sentences(4, "the shop")]
    for topic, sentence in TAKEN_UP.items():
        said += [(pause_ms, sentence), *sentences(2, topic.lower()), *sentences(4, "it")]
    return said


@pytest.mark.parametrize("topics", [list(TAKEN_UP), sorted(TAKEN_UP, reverse=True)])
def test_topics_are_found_in_the_sentence_that_takes_them_up(topics: list[str]) -> None:
    words, sound, starts = talk(*episode())
    found, missing = agenda.find(topics, words, sound)
    at = dict(zip(TAKEN_UP, (starts[5], starts[12], starts[19]), strict=True))
    assert {chapter.title: chapter.start_ms for chapter in found} == at
    assert missing == []
    assert all("the talk turns to it" in chapter.because and chapter.confidence < 0.95 for chapter in found)


def test_topics_of_another_episode_are_not_found_whatever_the_host_says_to_turn() -> None:
    said = [INTRO]
    for turn in (
        "Let's talk about the next thing.",
        "The second story this week is a big one.",
        "And finally, this one.",
    ):
        said += [(1300, turn), *sentences(6, "the shop")]
    words, sound, _ = talk(*said)
    found, missing = agenda.find(list(TAKEN_UP), words, sound)
    assert found == []
    assert {lost.title for lost in missing} == set(TAKEN_UP)


def test_no_topic_is_taken_up_after_a_pause_as_between_all_sentences() -> None:
    words, sound, _ = talk(*episode(pause_ms=500))
    assert agenda.find(list(TAKEN_UP), words, sound)[0] == []


def test_one_of_many_topics_that_is_taken_up_may_be_chance() -> None:
    words, sound, _ = talk(*episode())
    assert agenda.find(["Cold brew", "Futexes", "Lockdep", "WireGuard"], words, sound)[0] == []


def test_of_nothing_there_is_no_worth() -> None:
    words, sound, _ = talk(*episode())
    places = after_pauses(openings(words, sound))
    assert len(places) >= 3
    assert worths([], places, words, sound.duration_ms).shape == (0, len(places))
    assert worths(["Cold brew"], [], words, sound.duration_ms).shape == (1, 0)
    assert np.isneginf(worths(["Lockdep"], places, words, sound.duration_ms)).all()
