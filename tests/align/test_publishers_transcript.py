from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from podpipe.align import align, published
from podpipe.align.published import check
from podpipe.models import Cue, Turn, Word
from spoken_episodes import EPISODES, Spoken, load, misheard

TALK = (
    "Welcome to the show about kernels and the people who write them. Today we look at the memory killer again, "
    "which somebody met on a Sunday night. He wrote to the list that his database had gone. Nobody was surprised, "
    "because the badness score counts resident memory. Then Andrew replied that this is what it was made for. "
    "We also have news of the file systems, where balance and scrub were made faster. And in the end there is mail."
)


def heard(text: str, *, confidence: float = 0.97, start_ms: int = 0) -> tuple[Word, ...]:
    return tuple(
        Word(word, start_ms + 400 * number, start_ms + 400 * number + 350, confidence)
        for number, word in enumerate(text.split())
    )


def cues(text: str, *speakers: str, shift_ms: int = 0) -> list[Cue]:
    found, at = [], 0
    for number, sentence in enumerate(text.replace(". ", ".\n").split("\n")):
        start_ms = at * 400 + shift_ms
        found.append(Cue(start_ms, start_ms + 1, sentence, speakers[number % len(speakers)] if speakers else ""))
        at += len(sentence.split())
    return found


def spelled(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def swapped(words: Sequence[Word], changes: dict[str, str], confidence: float) -> tuple[Word, ...]:
    return tuple(
        replace(word, text=changes[word.text], confidence=confidence) if word.text in changes else word
        for word in words
    )


def test_it_is_a_script_without_what_is_not_spoken() -> None:
    reader = published.reader_of([Cue(0, 1, "[Music] – Hello, O.O.M. – killer"), Cue(1, 2, ">> It's 5 o'clock.")])
    assert reader.script == ("Hello,", "O.O.M.", "killer", "It's", "5", "o'clock.")
    assert (reader.at, published.reader_of([]).at) == (0, None)
    assert published.reader_of([Cue(0, 1, "第一章 始まり")]).script == ()


def test_words_that_he_has_mended_since_they_were_followed_are_spelled_anew() -> None:
    before = swapped(heard(TALK.replace("badness", "madness")), {"madness": "madness"}, 0.01)
    followed = tuple(replace(word, origin="publisher") for word in before)
    assert spelled(check(cues(TALK), followed).words) == TALK


def test_where_the_recogniser_doubts_the_publishers_spelling_stands_at_the_heard_time() -> None:
    words = swapped(heard(TALK), {"kernels": "colonels", "badness": "bad", "scrub": "grub"}, 0.5)
    checked = check(cues(TALK), words)
    assert spelled(checked.words) == TALK
    assert [(word.start_ms, word.end_ms) for word in checked.words] == [(w.start_ms, w.end_ms) for w in words]
    assert {word.origin for word in checked.words} == {"publisher"}
    assert checked.share > 0.9
    assert published.remark(checked) == ""


def test_where_the_publisher_errs_often_what_was_heard_beyond_doubt_stands() -> None:
    chance = random.Random(3)
    wrong = " ".join(chance.choice(TALK.split()) if chance.random() < 0.2 else word for word in TALK.split())
    assert (
        spelled(check(cues(wrong), heard(TALK)).words).replace(".", "").split()[:40]
        == TALK.replace(".", "").split()[:40]
    )


def test_words_that_only_a_good_transcript_has_are_taken_and_a_few_that_only_the_recogniser_has_are_not() -> None:
    said = TALK.replace(" the badness", " badness").replace("resident memory", "resident uh memory")
    assert spelled(check(cues(TALK), heard(said)).words) == TALK


def test_an_advertisement_in_the_sound_stays_as_heard_and_shifts_nothing() -> None:
    advert = (
        "buy the new mattress of the year now and sleep as you did in the days of your youth with the code sleepy " * 3
    )
    half = TALK.index("Nobody")
    words = (
        *heard(TALK[:half]),
        *heard(advert, start_ms=40_000),
        *heard(TALK[half:], start_ms=80_000),
    )
    checked = check(cues(TALK, "Ann", "Bob"), words)
    assert spelled(checked.words) == " ".join(f"{TALK[:half]} {advert} {TALK[half:]}".split())
    assert [word.start_ms for word in checked.words] == [word.start_ms for word in words]
    inside = [word for word in checked.words if 40_000 <= word.start_ms < 80_000]
    assert {word.origin for word in inside} == {"heard"}
    assert Turn(40_000, "") in checked.speakers
    assert checked.late_ms > 50_000
    assert "are off by" in published.remark(checked)


def test_an_advertisement_in_the_transcript_is_left_out() -> None:
    advert = "This is brought to you by a company that makes excellent mattresses for all of your family. " * 4
    half = TALK.index("Nobody")
    assert spelled(check(cues(TALK[:half] + advert + TALK[half:]), heard(TALK)).words) == TALK


@pytest.mark.parametrize(
    "other",
    [
        "Der Kern ist schneller geworden, und alle sind froh darüber, dass er jetzt nicht mehr so viel vergisst. " * 5,
        "Take two eggs and the flour and beat them until they are white. Then put it in the oven for an hour. " * 5,
        "I",
        "[Music]",
        "",
    ],
)
def test_a_transcript_of_something_else_changes_nothing(other: str) -> None:
    words = swapped(heard(TALK), {"kernels": "colonels"}, 0.3)
    checked = check(cues(other, "Ann"), words)
    assert checked.words == words
    assert checked.speakers == ()
    assert published.remark(checked).startswith("only 0% of the publisher's transcript is heard")


def test_what_the_notes_spell_stays() -> None:
    words = tuple(replace(word, origin="script") for word in swapped(heard(TALK), {"memory": "Memory"}, 0.5))
    assert check(cues(TALK), words).words == words


def test_who_speaks_is_kept_at_the_heard_times() -> None:
    words = heard(TALK, start_ms=5000)
    checked = check(cues(TALK, "Ann", "Ann", "Bob"), words)
    begins = [word.start_ms for word in words if word.text in ("Welcome", "He", "Nobody", "We", "And")]
    assert checked.speakers == tuple(map(Turn, begins, ["Ann", "Bob", "Ann", "Bob", "Ann"]))


def test_what_is_not_spoken_is_no_word() -> None:
    text = TALK.replace("Today", "[Music] >> - Today").replace("Then", "♪ ♪ Then")
    assert spelled(check(cues(text), heard(TALK)).words) == TALK


def test_writing_without_spaces_is_compared_by_characters() -> None:
    text = "吾輩は猫である、名前はまだ無い。どこで生れたかとんと見当がつかぬ。"
    said = "吾輩 は ネコ である 名前 は まだ 無い どこ で 生れた か とんと 検討 が つかぬ".split()
    words = [
        Word(part, 400 * n, 400 * n + 350, 0.6 if part in ("ネコ", "検討") else 0.97) for n, part in enumerate(said)
    ]
    found = "".join(word.text for word in check([Cue(0, 1, text)], words).words)
    assert "見当" in found
    assert "猫" in found
    assert found.startswith("吾輩は猫である")


WORDS = st.lists(st.sampled_from([*TALK.split()[:25], "世界", "a-b", "--", "2.6"]), max_size=60)


@given(WORDS, WORDS, st.sampled_from([0.3, 0.97]))
def test_whatever_is_published_words_stay_in_order_and_within_their_times(
    written: list[str], said: list[str], confidence: float
) -> None:
    words = heard(" ".join(said), confidence=confidence)
    checked = check([Cue(None, None, " ".join(written), "Ann")], words)
    starts = [word.start_ms for word in checked.words]
    assert starts == sorted(starts)
    assert 0 <= checked.share <= 1
    if words:
        assert all(words[0].start_ms <= word.start_ms < word.end_ms <= words[-1].end_ms for word in checked.words)
    assert len(checked.words) >= len(words) - 3 * len(written)
    assert [turn.start_ms for turn in checked.speakers] == sorted(turn.start_ms for turn in checked.speakers)


def errors(episode: Spoken, words: Sequence[Word]) -> float:
    truth = " ".join(text for text, _, _ in episode.sentences).casefold().split()
    return Levenshtein.distance(truth, spelled(words).casefold().split()) / len(truth)


def offered(episode: Spoken, wrong: float, shift_ms: int) -> list[Cue]:
    """The episode as its publisher may have it: times a second off, some words wrong, an advertisement missing."""
    chance = random.Random(len(episode.sentences))
    pool = [word for text, _, _ in episode.sentences for word in text.split()]
    return [
        Cue(max(start + chance.randint(-1000, 1000) - (shift_ms if start > 60_000 else 0), 0), None,
            " ".join(chance.choice(pool) if chance.random() < wrong else word for word in text.split()))
        for text, start, _ in episode.sentences
    ]  # fmt: skip


@pytest.mark.parametrize("name", EPISODES)
@pytest.mark.parametrize(("wrong", "shift_ms"), [(0, 0), (0, 30_000), (0.1, 0), (0.2, 30_000)])
def test_a_published_transcript_never_makes_it_worse(shared_data: Path, name: str, wrong: float, shift_ms: int) -> None:
    episode = load(shared_data / "episodes" / name)
    hypothesis = misheard(episode.hypothesis, seed=5, share=0.15)
    script = offered(episode, wrong, shift_ms)
    plain = check(script, hypothesis.words)
    assert errors(episode, plain.words) < errors(episode, hypothesis.words) * (0.1 if not wrong else 0.9)
    noted = align(episode.outline, hypothesis, episode.sound).transcript.words
    assert errors(episode, check(script, noted).words) <= errors(episode, noted)
