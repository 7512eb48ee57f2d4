from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from podpipe.models import Transcript, Word
from podpipe.transcripts.sentences import sentences, split
from spoken_episodes import EPISODES, load
from tellings import spoken, transcript


@given(spoken())
def test_each_word_is_in_one_sentence(said: Transcript) -> None:
    runs = split(said.words)
    assert [word for run in runs for word in run] == list(said.words)
    assert all(1 <= len(run) <= 60 for run in runs)
    found = sentences(said)
    assert [sentence.text for sentence in found] == [" ".join(word.text for word in run) for run in runs]
    assert [(s.start_ms, s.end_ms) for s in found] == [(run[0].start_ms, run[-1].end_ms) for run in runs]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Ryan C. Gordon met Dr. Who, e.g. at noon. Then he left.", 2),
        ("It is 2.6.32 now! Really? Yes… “Quite.” (Sure.) So", 6),
        ("no stop at all", 1),
        ("さようなら。 はい！", 2),
    ],
)
def test_sentences_end_at_full_stops(text: str, count: int) -> None:
    assert len(sentences(transcript(text))) == count


def test_a_long_pause_ends_a_sentence() -> None:
    words = (Word("before", 0, 500), Word("pause", 600, 900), Word("after", 2100, 2500))
    assert [s.text for s in sentences(Transcript("en", 3000, words))] == ["before pause", "after"]


@pytest.mark.parametrize("name", EPISODES)
def test_sentences_of_real_episodes(shared_data: Path, name: str) -> None:
    episode = load(shared_data / "episodes" / name)
    found = sentences(Transcript("en", episode.hypothesis.duration_ms, episode.hypothesis.words))
    expected = {(text, start_ms) for text, start_ms, _ in episode.sentences}
    same = sum((sentence.text, sentence.start_ms) in expected for sentence in found)
    assert same >= 0.9 * len(expected)


def test_a_long_sentence_is_cut_at_a_comma_or_else_at_its_longest_pause() -> None:
    words = [
        Word(f"w{number}" + ("," if number == 40 else ""), 300 * number, 300 * number + 250) for number in range(80)
    ]
    assert [len(run) for run in split(words)] == [41, 39]
    plain = [Word(f"w{n}", 300 * n + (400 if n > 50 else 0), 300 * n + (400 if n > 50 else 0) + 250) for n in range(80)]
    assert [len(run) for run in split(plain)] == [51, 29]
