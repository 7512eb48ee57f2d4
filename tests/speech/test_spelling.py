"""Misheard terms, with an engine that is told what to find likely; and with the real one."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podpipe import audio, speech
from podpipe.models import Notes, Term, Word
from podpipe.notes import read_outline
from podpipe.speech import lexicon, spelling


def words(text: str, confidence: float = 0.4) -> list[Word]:
    return [
        Word(part, 1000 + 300 * number, 1280 + 300 * number, confidence) for number, part in enumerate(text.split())
    ]


class Engine:
    """Finds a text likely as far as it goes on with what is spoken; a word left out costs as much as a wrong one."""

    def __init__(self, spoken: str) -> None:
        self._spoken = _bare(spoken)
        self.asked = 0

    def __call__(self, texts: Sequence[str], vocabulary: Sequence[str]) -> list[float]:
        self.asked += 1
        likely, at = [], 0
        for text in texts:
            own = _bare(text)
            ahead = [place for place in range(at, at + 4) if own and self._spoken[place : place + len(own)] == own]
            likely.append(-5.0 * (ahead[0] - at) - 0.1 if ahead else -5.0)
            at = ahead[0] + len(own) if ahead else at
        return likely


def _bare(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def spell(heard: str, terms: Sequence[str], spoken: str, confidence: float = 0.4) -> str:
    found = spelling.respelled(words(heard, confidence), lexicon.lexicon(terms), Engine(spoken))
    return " ".join(word.text for word in found)


@pytest.mark.parametrize(
    ("heard", "term", "spoken"),
    [
        ("the oil and killer strikes", "OOM killer", "the OOM killer strikes"),
        ("then Veterans, had cited", "Vedran", "then Vedran had cited"),
        ("says Sathan Hage-Noxy's patch", "Stefan Hajnoczi", "says Stefan Hajnoczi's patch"),
        ("slash proc slash pit here", "/proc/pid", "/proc/pid here"),
        ("since 2.6.31x, it fails", "2.6.31.x", "since 2.6.31.x, it fails"),
        ("a futex lock pi call", "futex_lock_pi", "a futex_lock_pi call"),
        ("ZFS in, the pool", "ZFS send streams", "ZFS send, the pool"),
        ("a fatty ELF image", "FatELF", "a FatELF image"),
    ],
)
def test_a_term_that_the_sound_bears_out_is_spelled_as_the_notes_do(heard: str, term: str, spoken: str) -> None:
    assert _bare(spell(heard, [term], spoken)) == _bare(spoken)


def test_punctuation_and_what_is_around_stays() -> None:
    assert spell("Then “Veterans,” he said.", ["Vedran"], "Then Vedran he said") == "Then “Vedran,” he said."
    assert spell("It was Veteran's idea", ["Vedran"], "It was Vedran's idea") == "It was Vedran's idea"


def test_what_the_sound_does_not_bear_out_stays_as_heard() -> None:
    heard = "many veterans had a known fault in their futex"
    assert spell(heard, ["Vedran", "GNOME", "FAT", "Futexes"], heard) == heard


def neither(texts: Sequence[str], vocabulary: Sequence[str]) -> list[float]:
    """An engine to which all words sound equally likely."""
    return [-1.0] * len(texts)


@pytest.mark.parametrize(
    ("heard", "term", "spelled"),
    [
        ("a KVN guest", "KVM", "a KVM guest"),
        ("a KVR guest", "KVM", "a KVR guest"),
        ("a tin guest", "tim", "a tin guest"),
        ("the futex lockpie call", "futex_lock_pi", "the futex_lock_pi call"),
        ("many futexes here", "futex", "many futexes here"),
    ],
)
def test_where_the_sound_can_not_tell_letters_read_out_are_the_term(heard: str, term: str, spelled: str) -> None:
    found = spelling.respelled(words(heard, 0.9), lexicon.lexicon([term]), neither)
    assert " ".join(word.text for word in found) == spelled


def test_what_was_heard_surely_is_not_even_weighed() -> None:
    engine = Engine("Vedran")
    heard = words("many veterans had a known fault", 0.99)
    assert spelling.respelled(heard, lexicon.lexicon(["Vedran", "GNOME"]), engine) == heard
    assert engine.asked == 0


def test_a_term_that_is_there_already_is_left_alone() -> None:
    engine = Engine("")
    heard = words("the OOM killer and RAID5 and Kamezawa Hiroyuki had")
    terms = lexicon.lexicon(["OOM", "OOM killer", "RAID5", "RAID1", "Kamezawa Hiroyuki", "Kamezawa"])
    assert spelling.respelled(heard, terms, engine) == heard


def test_a_corrected_word_says_where_it_comes_from_and_is_no_surer() -> None:
    heard = words("says Sathan Hage-Noxy now", 0.3)
    found = spelling.respelled(heard, lexicon.lexicon(["Stefan Hajnoczi"]), Engine("says Stefan Hajnoczi now"))
    assert [(word.text, word.origin) for word in found] == [
        ("says", "heard"), ("Stefan", "vocabulary"), ("Hajnoczi", "vocabulary"), ("now", "heard"),
    ]  # fmt: skip
    assert found[1].start_ms == heard[1].start_ms
    assert found[2].end_ms == heard[2].end_ms
    assert all(word.confidence == 0.3 for word in found)


_SOUNDS = ["vedran", "veteran", "oom", "om", "killer", "kill", "fat", "elf", "fatelf", "a", "the", "2.6", "known"]


@given(
    st.lists(st.sampled_from(_SOUNDS), max_size=25),
    st.lists(st.sampled_from(["Vedran", "OOM killer", "FatELF", "2.6.31", "GNOME", "FAT elf"]), unique=True),
    st.lists(st.sampled_from(_SOUNDS)),
    st.floats(0, 1),
)
@settings(max_examples=80, deadline=None)
def test_times_stay_in_order_and_only_terms_come_in(
    heard: list[str], terms: list[str], spoken: list[str], confidence: float
) -> None:
    before = words(" ".join(heard), confidence)
    after = spelling.respelled(before, lexicon.lexicon(terms), Engine(" ".join(spoken + terms)))
    assert all(left.start_ms <= right.start_ms for left, right in itertools.pairwise(after))
    assert [word for word in after if word.origin == "heard"] == [word for word in before if word in after]
    assert not before or (after[0].start_ms <= before[0].start_ms and after[-1].end_ms == before[-1].end_ms)
    new = {part for word in after if word.origin == "vocabulary" for part in _bare(word.text)}
    assert new <= {part for term in terms for part in _bare(term)}


def test_a_term_that_was_heard_only_for_being_told_gives_way_to_what_is_spoken() -> None:
    terms = lexicon.lexicon(["v2", "OOM killer"])
    told, plain = words("groups v2 high"), words("groups with high", 0.9)
    found = spelling.borne_out(told, plain, terms, Engine("groups with high"))
    assert [word.text for word in found] == ["groups", "with", "high"]
    kept = spelling.borne_out(told, plain, terms, Engine("groups v2 high"))
    assert kept == told, "the sound bears it out"
    assert spelling.doubtful(words("groups v2 high", 0.9), terms) == []


def test_a_doubtful_term_stays_where_something_like_it_is_heard_untold() -> None:
    told, plain = words("the OOM killer strikes"), words("the oom kilter strikes", 0.9)
    terms = lexicon.lexicon(["OOM killer"])
    term, other = Engine("the OOM killer strikes"), Engine("the oom kilter strikes")
    assert spelling.borne_out(told, plain, terms, lambda texts, names: (term if names else other)(texts, names)) == told
    found = spelling.borne_out(told, plain, terms, other)
    assert [word.text for word in found] == ["the", "oom", "kilter", "strikes"], "likelier even for one who is told"


def test_a_swallowed_heading_is_put_where_the_sound_has_it() -> None:
    heard = [Word("Darren", 1500, 1900, 0.01), *words("Hart posted it", 0.9)[0:]]
    heard = [heard[0], *(replace(word, start_ms=word.start_ms + 900, end_ms=word.end_ms + 900) for word in heard[1:])]
    terms = lexicon.lexicon(["Futexes", "KVM"])
    found = spelling.respelled(heard, terms, Engine("Futexes Darren Hart posted it"))
    assert [word.text for word in found][:3] == ["Futexes.", "Darren", "Hart"]
    assert (found[0].start_ms, found[0].end_ms, found[0].origin) == (0, 1500, "vocabulary")
    assert spelling.respelled(heard, terms, Engine("Darren Hart posted it")) == heard


def test_no_words_and_no_terms() -> None:
    assert spelling.respelled([], lexicon.lexicon(["Vedran"]), Engine("")) == []
    assert spelling.respelled(words("a b"), lexicon.lexicon([]), Engine("")) == words("a b")


def test_the_engine_weighs_each_word_and_its_vocabulary_helps(demo: Path) -> None:
    from podpipe.speech.faster_whisper import FasterWhisper

    samples = next(iter(speech.vad.stretches(audio.decode(demo / "episode.mp3")))).samples
    engine = FasterWhisper("base")
    prepared = engine.prepare(samples)
    right = ["Welcome", "to", "Systems", "News,", "the", "short", "summary"]
    wrong = ["Welcome", "to", "Cistern", "Muse,", "the", "short", "summary"]
    likely = engine.weigh(prepared, right, "en", ())
    assert len(likely) == len(right)
    assert all(value <= 0 for value in likely)
    assert likely[4] > -1, "the word “the” is one token"
    assert sum(likely) > sum(engine.weigh(prepared, wrong, "en", ())) + 5
    assert sum(engine.weigh(prepared, wrong, "en", ["Cistern Muse"])) > sum(engine.weigh(prepared, wrong, "en", ()))


def test_terms_that_nobody_says_never_appear(shared_data: Path) -> None:
    """Human speech, and a vocabulary full of words that sound like nothing in it or like much of it."""
    notes = sorted((shared_data / "episodes").glob("*/notes.txt"))
    names = ["Elinor Dashwood", "Moscow", "Kennedy", "glue", "Norland", "Bertrand", "Fellow Merrick"]
    foreign = [term.text for path in notes for term in read_outline(Notes(path.read_text())).vocabulary]
    recogniser = speech.open_recogniser()
    for sound in ("jfk/jfk.flac", "harvard/harvard.wav"):
        path = shared_data / "speech" / sound
        said = " ".join(_bare(path.with_suffix(".txt").read_text()))
        vocabulary = [Term(text, 0.8) for text in (*foreign, *names)]
        heard = speech.transcribe(path, recogniser, language="en", vocabulary=vocabulary)
        text = f" {' '.join(part for word in heard.words for part in _bare(word.text))} "
        absent = [term.text for term in vocabulary if f" {' '.join(_bare(term.text))} " not in f" {said} "]
        assert len(absent) > 80
        assert [term for term in absent if f" {' '.join(_bare(term))} " in text] == []
