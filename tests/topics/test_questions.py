"""Questions that a host asks, as chapters of an interview."""

from __future__ import annotations

from spoken_by_hand import sentences, talk

from podpipe.topics.headings import questions

INTRO = (600, "Hello and welcome to the show.")
ASKED = [
    "What did a normal day look like, out on the rock?",
    "My son wants to know this one. What did you eat?",
    "Walter, let me ask you first what I have always wanted to ask, how on earth does one become a foley artist?",
    "Would you do it again?",
]


def test_an_interview_has_a_chapter_for_each_question() -> None:
    said = [INTRO]
    for question in ASKED:
        said += [(1300, question), *sentences(6, "the light")]
    words, sound, starts = talk(*said)
    found = questions.find(words, sound)
    assert [chapter.start_ms for chapter in found] == [starts[1], starts[8], starts[15], starts[22]]
    assert [chapter.title for chapter in found] == [
        "What did a normal day look like, out on the rock?",
        "What did you eat?",
        "How on earth does one become a foley artist?",
        "Would you do it again?",
    ]
    assert all(0.5 <= chapter.confidence < 0.9 for chapter in found)


def test_questions_within_talk_are_none() -> None:
    said = [INTRO]
    for question in ASKED:
        said += [*sentences(3, "the light"), (500, question), *sentences(3, "it")]
    assert questions.find(*talk(*said)[:2]) == []


def test_where_most_long_pauses_are_followed_by_something_else_questions_are_none() -> None:
    said = [INTRO]
    for question in ASKED:
        said += [(1300, question), *sentences(4, "it"), (1300, "They went on."), (1300, "And on."), *sentences(2, "it")]
    assert questions.find(*talk(*said)[:2]) == []


def test_two_questions_or_nothing_said_are_none() -> None:
    said = [INTRO, (1300, ASKED[0]), *sentences(6, "it"), (1300, ASKED[3]), *sentences(6, "it")]
    assert questions.find(*talk(*said)[:2]) == []
    assert questions.find((), talk(INTRO)[1]) == []
