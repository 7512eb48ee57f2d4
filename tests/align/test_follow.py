from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from podpipe import speech
from podpipe.align import follow, published
from podpipe.align.follow import Reader
from podpipe.align.reading import reading, spoken
from podpipe.audio import Samples
from podpipe.models import Cue, Hypothesis, Notes, Word
from podpipe.notes import read_outline
from podpipe.sound import HOP_MS, Sound
from podpipe.speech import Heard

SCRIPT = tuple(
    "Fanotify. Eric Paris posted a patch series. Its job is to indicate that an fd was opened by fanotify itself, "
    "and should not cause future fanotify events. FatELF. Ryan C. Gordon posted his final round of patches.".split()
)


class Counting:
    """A recogniser, and how often it was asked for what."""

    def __init__(self, recogniser: speech.Recogniser) -> None:
        self._recogniser = recogniser
        self.name, self.workers = recogniser.name, recogniser.workers
        self.followed = self.recognised = self.longest = 0

    def load(self) -> None:
        self._recogniser.load()

    def recognise(self, samples: Samples, *, language: str | None, vocabulary: Sequence[str]) -> Heard:
        self.recognised += 1
        return self._recogniser.recognise(samples, language=language, vocabulary=vocabulary)

    def prepare(self, samples: Samples) -> object:
        return self._recogniser.prepare(samples)

    def part(self, prepared: object, start_ms: int, end_ms: int) -> object:
        return self._recogniser.part(prepared, start_ms, end_ms)

    def detect(self, prepared: object) -> tuple[str, float]:
        return self._recogniser.detect(prepared)

    def follow(self, prepared: object, texts: Sequence[str], language: str) -> tuple[Word, ...]:
        self.followed += 1
        self.longest = max(self.longest, len(texts))
        return self._recogniser.follow(prepared, texts, language)


@pytest.fixture(scope="module")
def recogniser() -> speech.Recogniser:
    return speech.open_recogniser()


@pytest.fixture(scope="module")
def followed(recogniser: speech.Recogniser, demo: Path) -> tuple[Counting, Hypothesis]:
    outline = read_outline(Notes((demo / "notes.txt").read_text()))
    counting = Counting(recogniser)
    script = follow.reader_of(outline)
    return counting, speech.transcribe(demo / "episode.mp3", counting, vocabulary=outline.vocabulary, script=script)


def test_most_of_a_read_script_is_not_recognised(followed: tuple[Counting, Hypothesis]) -> None:
    counting, _ = followed
    assert counting.recognised <= 4 < counting.followed + counting.recognised


def test_what_is_read_is_spelled_as_it_is_written(followed: tuple[Counting, Hypothesis]) -> None:
    _, hypothesis = followed
    text = " ".join(word.text for word in hypothesis.words)
    for written in ("oom_score_adj", "systemd-oomd", "Jens Axboe's", "SQPOLL", "io_uring_disabled.", "dusage=10,"):
        assert written in text
    assert {word.origin for word in hypothesis.words} == {"script", "heard"}


def test_what_is_said_beside_the_script_is_heard_and_what_is_not_said_is_not(
    followed: tuple[Counting, Hypothesis],
) -> None:
    _, hypothesis = followed
    text = " ".join(word.text for word in hypothesis.words).lower()
    assert "router all along" in text
    assert "latency report" not in text


def test_a_publishers_transcript_saves_recognition_and_his_mistake_is_heard(
    recogniser: speech.Recogniser, followed: tuple[Counting, Hypothesis], demo: Path
) -> None:
    said = [word.text for word in followed[1].words]
    texts = ["tomatoes" if text == "Zurich" else text for text in said]
    cues = [Cue(30_000 + 400 * n, None, " ".join(texts[n : n + 12])) for n in range(0, len(texts), 12)]
    counting = Counting(recogniser)
    heard = speech.transcribe(demo / "episode.mp3", counting, script=published.reader_of(cues))
    words = published.check(cues, heard.words).words
    assert counting.recognised <= 8
    assert sum(word.origin == "publisher" for word in words) > 0.9 * len(words)
    assert Levenshtein.distance([word.text for word in words], said) <= 4


def test_times_rise_and_last(followed: tuple[Counting, Hypothesis]) -> None:
    _, hypothesis = followed
    times = [time for word in hypothesis.words for time in (word.start_ms, word.end_ms)]
    assert times == sorted(times)
    assert times[-1] <= hypothesis.duration_ms


def test_notes_of_another_episode_are_not_followed(
    recogniser: speech.Recogniser, shared_data: Path, demo: Path
) -> None:
    other = read_outline(Notes((shared_data / "episodes" / "lkml_20091101" / "notes.txt").read_text()))
    counting = Counting(recogniser)
    heard = speech.transcribe(demo / "episode.mp3", counting, script=follow.reader_of(other))
    assert counting.recognised >= 5
    assert counting.followed < 150  # beginnings of the script are tried, until the place is lost
    assert {word.origin for word in heard.words} == {"heard"}


def test_the_spoken_words_are_the_written_ones(recogniser: speech.Recogniser, shared_data: Path) -> None:
    import json

    folder = shared_data / "episodes" / "weekly_storage"
    outline = read_outline(Notes((folder / "notes.txt").read_text()))
    heard = speech.transcribe(
        folder / "audio.mp3", recogniser, vocabulary=outline.vocabulary, script=follow.reader_of(outline)
    )
    truth = " ".join(sentence["text"] for sentence in json.loads((folder / "sentences.json").read_text()))
    written, said = _parts(truth), _parts(" ".join(word.text for word in heard.words))
    assert Levenshtein.distance(written, said) / len(written) < 0.03


def test_the_place_is_found_after_recognised_words() -> None:
    reader = Reader(SCRIPT)
    reader.find(_said("to indicate that an FD was opened by FNotify itself and should not cause"))
    assert reader.at == SCRIPT.index("future")


def test_what_is_misheard_at_the_end_is_passed_over() -> None:
    reader = Reader(SCRIPT)
    reader.find(_said("itself and should not cause future fanotify events. That elf."))
    assert SCRIPT[reader.at] == "Ryan"


def test_the_place_is_lost_where_something_else_is_said() -> None:
    reader = Reader(SCRIPT, 5)
    reader.find(_said("tomatoes want sun and water all summer long and a stick to hold them up"))
    assert reader.at == 5  # an improvisation: the script may go on where it was
    reader.find(_said("tomatoes want sun and water all summer long and a stick to hold them up"))
    assert reader.at is None
    assert reader.expected(20_000) == ()


def test_words_without_room_are_read_later() -> None:
    read = [Word(text, 300 * n, 300 * n + 300, 0.9) for n, text in enumerate(SCRIPT[:8])]
    crowd = [Word(text, 2400, 2400, 0.001) for text in SCRIPT[8:30]]
    assert spoken([*read, *crowd], 2600) == tuple(read)
    assert spoken(read, 2600) == tuple(read)


LOUD = Sound(np.full(10_000 // HOP_MS, -20.0, np.float32))


def _with_pauses(duration_ms: int, *pauses: tuple[int, int]) -> Sound:
    levels = np.full(duration_ms // HOP_MS, -20.0, np.float32)
    for start_ms, end_ms in pauses:
        levels[start_ms // HOP_MS : end_ms // HOP_MS] = -80.0
    return Sound(levels, -40.0)


def test_what_is_read_to_the_end_leaves_nothing() -> None:
    fine = [Word(text, 400 * n, 400 * n + 400, 0.7) for n, text in enumerate(SCRIPT[:25])]
    assert reading(fine, LOUD).words == tuple(fine)
    assert reading(fine, LOUD).left_ms is None


def test_other_speech_is_noticed() -> None:
    fine = [Word(text, 400 * n, 400 * n + 400, 0.7) for n, text in enumerate(SCRIPT[:25])]
    assert reading(fine[:20], LOUD).left_ms is not None  # speech is left
    assert reading([Word(w.text, w.start_ms, w.end_ms, 0.001) for w in fine], LOUD).left_ms == 0  # nothing is likely
    squeezed = [*fine[:10], *(Word(w.text, 4000, 4000, 0.5) for w in fine[10:14]), *fine[14:]]
    assert reading(squeezed, LOUD).left_ms is not None  # a sentence has no room


def test_a_heading_in_place_of_which_something_else_is_said_was_not_read() -> None:
    sound = _with_pauses(9000, (2400, 2800), (3400, 3900))
    read = [Word(text, 300 * n, 300 * n + 300, 0.8) for n, text in enumerate("Its job is to tell others this.".split())]
    heading = Word("FatELF.", 2800, 3400, 0.01)
    crowd = [Word(text, 3900, 3900, 0.2) for text in SCRIPT[-8:]]
    kept = reading([*read, heading, *crowd], sound)
    assert list(kept.words) == read
    assert kept.left_ms == 2800
    likely = reading([*read, replace(heading, confidence=0.3), *crowd], sound)
    assert likely.words[-1].text == "FatELF."


def test_what_comes_before_an_improvisation_is_kept_up_to_the_pause() -> None:
    sound = _with_pauses(9000, (2400, 2800), (6000, 6300))
    read = [Word(text, 300 * n, 300 * n + 300, 0.8) for n, text in enumerate(SCRIPT[:7])]
    last = Word("series.", 2100, 6300, 0.8)  # drawn over what is improvised
    after = [Word(text, 6300 + 300 * n, 6600 + 300 * n, 0.8) for n, text in enumerate(SCRIPT[7:16])]
    kept = reading([*read[:-1], last, *after], sound)
    assert [word.text for word in kept.words] == [*SCRIPT[:6], "series."]
    assert kept.words[-1].end_ms <= 2400
    assert kept.left_ms == 2800


def test_a_word_that_is_doubted_is_heard_instead() -> None:
    sound = _with_pauses(2700, (1500, 1800))
    starts = [0, 300, 600, 900, 1200, 1800, 2100, 2400]
    texts = "It is as it was. And so on.".split()
    placed = [Word(text, start, start + 300, 0.8) for text, start in zip(texts, starts, strict=True)]
    placed[6] = Word("so", 2100, 2400, 0.0005)
    assert reading(placed, sound).words == tuple(placed)
    surer = Reader(SCRIPT, 0, doubt=-7.0, origin="publisher").read(placed, sound)
    assert (spelled(surer.words), surer.left_ms) == ("It is as it was.", 1800)
    assert {word.origin for word in surer.words} == {"publisher"}


def test_a_script_that_is_wrong_too_often_is_given_up() -> None:
    sound = _with_pauses(2700, (1500, 1800))
    starts = [0, 300, 600, 900, 1200, 1800, 2100, 2400]
    placed = [
        Word(text, at, at + 300, 0.8) for text, at in zip("It is as it was. And so on.".split(), starts, strict=True)
    ]
    placed[6] = Word("so", 2100, 2400, 0.0005)
    patient, publisher = Reader(SCRIPT * 9, 0), Reader(SCRIPT * 9, 0, doubt=-7.0)
    for reader in (patient, publisher):
        for _ in range(4):
            assert reader.at is not None
            reader.go_on(len(reader.read(placed, sound).words))
    assert patient.at is not None
    publisher.find(_said("to indicate that an FD was opened by FNotify itself and should not cause"))
    assert (publisher.at, publisher.expected(10_000)) == (None, ())


def test_a_script_of_which_nothing_is_ever_read_is_given_up() -> None:
    said = _said("to indicate that an FD was opened by FNotify itself and should not cause")
    reader = Reader(SCRIPT, 0, doubt=-7.0)
    for _ in range(4):
        assert reader.at is not None
        reader.find(said)
    assert (reader.at, reader.expected(10_000)) == (None, ())


def test_a_long_word_of_digits_may_last() -> None:
    words = [Word("it", 0, 300, 0.9), Word("costs", 300, 700, 0.9), Word("$2,400,145.", 700, 4600, 0.5)]
    assert reading(words, _with_pauses(5000, (4600, 5000))).left_ms is None
    words[2] = Word("much.", 700, 4600, 0.5)
    assert reading(words, _with_pauses(5000, (4600, 5000))).left_ms is not None


def test_words_that_begin_in_the_silence_at_the_end_are_not_read_yet() -> None:
    read = [Word(text, 300 * n, 300 * n + 300, 0.8) for n, text in enumerate(SCRIPT[:7])]
    late = Word(SCRIPT[7], 2200, 2400, 0.8)
    assert reading([*read, late], _with_pauses(2400, (2150, 2400))).words == tuple(read)


def test_after_a_departure_the_next_sentences_and_unread_sections_are_tried() -> None:
    fatelf = SCRIPT.index("FatELF.")
    reader = Reader(SCRIPT, 1, openings=(0, fatelf))
    assert reader.others()[0] == SCRIPT.index("Its")
    assert {0, fatelf} < set(reader.others())
    reader.go_on(5, 0)
    assert 0 not in reader.others()


@given(st.lists(st.text(max_size=8), max_size=40), st.integers(0, 60_000), st.integers(0, 50))
def test_any_script_can_be_read(script: list[str], duration_ms: int, at: int) -> None:
    reader = Reader(tuple(script), at)
    expected = reader.expected(duration_ms)
    assert expected == tuple(script[at : at + len(expected)])
    reader.find([Word(text, 0, 1) for text in script])
    assert reader.at is None or 0 <= reader.at < max(len(script), at + 1)


def spelled(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _said(text: str) -> list[Word]:
    return [Word(word, 300 * number, 300 * number + 300) for number, word in enumerate(text.split())]


def _parts(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower().replace("’", "").replace("'", ""))


def test_the_host_may_go_on_with_another_topic() -> None:
    fanotify, fatelf = SCRIPT[: SCRIPT.index("FatELF.")], SCRIPT[SCRIPT.index("FatELF.") :]
    reader = Reader((*fatelf, *fanotify), openings=(0, len(fatelf)))
    reader.find(_said("and should not cause future fanotify events. That elf."))
    assert reader.at == 1


def test_a_short_sentence_in_place_of_which_something_else_is_said_is_not_read() -> None:
    """Three words are too few to spoil the mean of a run: they are judged as a sentence."""
    texts = "the library loses two posts. Bus route 42.".split()
    read = [Word(text, 300 * n, 300 * n + 300, 0.9) for n, text in enumerate(texts[:5])]
    other = [Word(text, 1900 + 300 * n, 2200 + 300 * n, 0.0002) for n, text in enumerate(texts[5:])]
    kept = reading([*read, *other], _with_pauses(3300, (1500, 1900), (2800, 3300)))
    assert [word.text for word in kept.words] == texts[:5]
    assert kept.left_ms == 1900
    spoken = [Word(word.text, word.start_ms, word.end_ms, 0.05) for word in other]
    assert reading([*read, *spoken], _with_pauses(3300, (1500, 1900), (2800, 3300))).left_ms is None
