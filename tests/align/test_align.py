from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe.align import align
from podpipe.align.fit import started
from podpipe.models import Alignment, Hypothesis, Outline, Placement, Section, Word
from podpipe.sound import Sound, listen
from spoken_episodes import EPISODES, Spoken, heard, load, misheard

NEAR_MS = 500
DEAF = Sound(np.zeros(0, np.float32))


@pytest.fixture(params=EPISODES)
def episode(request: pytest.FixtureRequest, shared_data: Path) -> Spoken:
    return load(shared_data / "episodes" / request.param)


@pytest.fixture
def lkml(shared_data: Path) -> Spoken:
    return load(shared_data / "episodes" / "lkml_20091101")


@pytest.fixture
def adlib(shared_data: Path) -> Spoken:
    return load(shared_data / "episodes" / "kernel_daily_adlib")


def aligned(outline: Outline, hypothesis: Hypothesis, sound: Sound) -> Alignment:
    found = align(outline, hypothesis, sound)
    assert [placement.section for placement in found.placements] == list(outline.sections)
    assert found.transcript.language == hypothesis.language
    assert found.transcript.duration_ms == hypothesis.duration_ms
    assert_in_order(found.transcript.words)
    for placement in found.placements:
        assert placement.because
        assert 0 <= placement.confidence <= 1
        assert (placement.start_ms is None) == (placement.confidence == 0)
    return found


def assert_in_order(words: Sequence[Word]) -> None:
    starts = [word.start_ms for word in words]
    assert starts == sorted(starts)
    assert all(word.start_ms < word.end_ms for word in words)


def placed(found: Alignment) -> dict[str, Placement]:
    return {place.section.heading: place for place in found.placements if place.section.heading}


def simple(text: str) -> list[str]:
    """The letters and digits of each word, so that quotes and case don't count."""
    return re.findall(r"[^\W_]+", re.sub(r"['’_]", "", text.casefold()))


def spelled(found: Alignment) -> str:
    return " ".join(word.text for word in found.transcript.words)


def changed(hypothesis: Hypothesis, was: str, now: str) -> Hypothesis:
    """The same words, one run of them heard differently."""
    texts = [word.text for word in hypothesis.words]
    size = len(was.split())
    at = next(place for place in range(len(texts)) if texts[place : place + size] == was.split())
    old = hypothesis.words[at : at + size]
    start_ms, end_ms = old[0].start_ms, old[-1].end_ms
    parts = now.split()
    times = [start_ms + (end_ms - start_ms) * number // len(parts) for number in range(len(parts) + 1)]
    new = tuple(map(Word, parts, times, times[1:]))
    return replace(hypothesis, words=(*hypothesis.words[:at], *new, *hypothesis.words[at + size :]))


def test_every_section_is_placed_at_its_heading(episode: Spoken) -> None:
    found = placed(aligned(episode.outline, episode.hypothesis, episode.sound))
    for title, start_ms in episode.headings.items():
        place = found[title]
        assert place.start_ms is not None
        assert abs(place.start_ms - start_ms) <= NEAR_MS
        assert place.end_ms is not None
        assert place.start_ms < place.end_ms <= episode.hypothesis.duration_ms
        assert place.because.startswith("heading heard at")


def test_a_section_ends_where_its_text_ends(episode: Spoken) -> None:
    ends = {end_ms for _, _, end_ms in episode.sentences}
    found = placed(aligned(episode.outline, episode.hypothesis, episode.sound))
    for title in episode.headings:
        assert min(abs(end_ms - (found[title].end_ms or 0)) for end_ms in ends) <= 10  # a hop of the sound


def test_a_section_that_is_not_spoken_has_no_place(adlib: Spoken) -> None:
    for hypothesis in (adlib.hypothesis, *(misheard(adlib.hypothesis, seed) for seed in range(5))):
        place = placed(aligned(adlib.outline, hypothesis, adlib.sound))["Lockdep"]
        assert (place.start_ms, place.end_ms) == (None, None)
        assert place.because == "its text was not spoken"


@pytest.mark.parametrize("name", ["lkml_20091101", "weekly_storage"])
def test_the_text_before_and_after_the_topics_is_placed_too(name: str, shared_data: Path) -> None:
    episode = load(shared_data / "episodes" / name)
    found = aligned(episode.outline, episode.hypothesis, episode.sound)
    first, last = found.placements[0], found.placements[-1]
    assert (first.section.heading, last.section.heading) == ("", "")
    assert first.start_ms is not None
    assert first.start_ms <= 2000
    assert last.start_ms is not None
    assert last.start_ms > max(episode.headings.values())


def test_what_was_heard_rightly_is_kept_word_for_word(episode: Spoken) -> None:
    found = aligned(episode.outline, episode.hypothesis, episode.sound)
    assert simple(spelled(found)) == simple(" ".join(word.text for word in episode.hypothesis.words))


@pytest.mark.parametrize("seed", range(5))
def test_the_script_corrects_what_was_misheard(episode: Spoken, seed: int) -> None:
    truth = simple(" ".join(text for text, _, _ in episode.sentences))
    heard_words = misheard(episode.hypothesis, seed)
    found = aligned(episode.outline, heard_words, episode.sound)
    before = wrong(simple(" ".join(word.text for word in heard_words.words)), truth)
    assert wrong(simple(spelled(found)), truth) < before / 3


def wrong(found: Sequence[str], truth: Sequence[str]) -> int:
    """How many words differ (Levenshtein)."""
    row = list(range(len(truth) + 1))
    for number, word in enumerate(found, 1):
        before, row = row, [number]
        for place, other in enumerate(truth, 1):
            row.append(min(row[-1] + 1, before[place] + 1, before[place - 1] + (word != other)))
    return row[-1]


@pytest.mark.parametrize(
    ("said", "heard_as"),
    [
        ("FMODE_NONOTIFY,", "F mode, no notify,"),
        ("FatELF patches.", "fat elf patches."),
        ("futex_lock_pi", "few text lock pie"),
        ("Darren Hart,", "Darren Heart,"),
        ("Kamezawa Hiroyuki", "Kamasawa Hero Yuki"),
        ("paravirtualized KVM", "para virtualized KBM"),
        ("2.6.31.x.", "2 .6 .31 .x."),
    ],
)
def test_words_of_the_script_are_spelled_as_in_the_script(lkml: Spoken, said: str, heard_as: str) -> None:
    hypothesis = changed(lkml.hypothesis, said, heard_as)
    found = aligned(lkml.outline, hypothesis, lkml.sound)
    assert simple(spelled(found)) == simple(" ".join(word.text for word in lkml.hypothesis.words))
    last = said.split()[-1].rstrip(".,")
    assert next(w.origin for w in found.transcript.words if w.text.rstrip(".,") == last) == "script"


@pytest.mark.parametrize(
    ("title", "said", "heard_as"),
    [
        ("Fanotify", "Fanotify.", "Fan notify."),
        ("FatELF", "FatELF.", "Fat elf."),
        ("Futexes", "Futexes.", "Few taxes."),
        ("KVM", "KVM.", "Kay VM."),
        ("Regressions", "Regressions.", "Regression."),
    ],
)
def test_headings_are_spelled_as_in_the_notes(lkml: Spoken, title: str, said: str, heard_as: str) -> None:
    at_heading = [word for word in lkml.hypothesis.words if word.start_ms >= lkml.headings[title] - 100]
    rest = lkml.hypothesis.words[: len(lkml.hypothesis.words) - len(at_heading)]
    misheard_heading = changed(replace(lkml.hypothesis, words=tuple(at_heading)), said, heard_as)
    hypothesis = replace(lkml.hypothesis, words=(*rest, *misheard_heading.words))
    found = aligned(lkml.outline, hypothesis, lkml.sound)
    assert simple(spelled(found)) == simple(" ".join(word.text for word in lkml.hypothesis.words))
    place = placed(found)[title]
    assert place.start_ms is not None
    assert abs(place.start_ms - lkml.headings[title]) <= NEAR_MS


def test_what_the_host_improvises_stays_as_heard(adlib: Spoken) -> None:
    found = aligned(adlib.outline, adlib.hypothesis, adlib.sound).transcript.words
    at = next(place for place, word in enumerate(found) if word.text == "umbrella,")
    sentence = found[at - 7 : at + 8]
    assert {word.origin for word in sentence} == {"heard"}
    heard = started(adlib.hypothesis.words, adlib.sound)
    heard_at = next(place for place, word in enumerate(heard) if word.text == "umbrella,")
    assert sentence == heard[heard_at - 7 : heard_at + 8]


def test_words_of_the_script_sound_when_they_were_heard(episode: Spoken) -> None:
    truth = {
        (simple(word.text)[0], word.start_ms)
        for word in started(episode.hypothesis.words, episode.sound)
        if simple(word.text)
    }
    found = aligned(episode.outline, episode.hypothesis, episode.sound).transcript.words
    same = sum((simple(word.text)[0], word.start_ms) in truth for word in found if simple(word.text))
    assert same >= 0.97 * len(found)


def test_swapped_paragraphs_are_found_in_any_order_of_the_notes(episode: Spoken) -> None:
    backwards = replace(episode.outline, sections=episode.outline.sections[::-1])
    found = aligned(backwards, episode.hypothesis, episode.sound)
    expected = aligned(episode.outline, episode.hypothesis, episode.sound)
    assert found.placements == expected.placements[::-1]
    assert found.transcript == expected.transcript


def test_notes_of_another_episode_leave_the_transcript_as_heard(shared_data: Path) -> None:
    episodes = [load(shared_data / "episodes" / name) for name in EPISODES]
    for episode in episodes:
        for other in episodes:
            if other is not episode:
                found = aligned(other.outline, episode.hypothesis, episode.sound)
                assert found.transcript.words == started(episode.hypothesis.words, episode.sound)
                assert {place.start_ms for place in found.placements if place.section.heading} == {None}


def test_without_notes_the_transcript_is_what_was_heard(episode: Spoken) -> None:
    found = aligned(Outline(), episode.hypothesis, episode.sound)
    assert found.transcript.words == started(episode.hypothesis.words, episode.sound)
    assert found.placements == ()


def test_nothing_heard_places_nothing(episode: Spoken) -> None:
    found = aligned(episode.outline, replace(episode.hypothesis, words=()), episode.sound)
    assert found.transcript.words == ()
    assert {place.start_ms for place in found.placements} == {None}


def test_silence_places_nothing(episode: Spoken) -> None:
    silence = listen([np.zeros(16_000 * 10, np.float32)])
    found = aligned(episode.outline, Hypothesis("en", 0.1, "by hand", silence.duration_ms), silence)
    assert {place.start_ms for place in found.placements} == {None}


def test_words_over_silence_are_placed_by_their_own_times(lkml: Spoken) -> None:
    silence = listen([np.zeros(16_000 * 10, np.float32)])
    found = placed(aligned(lkml.outline, lkml.hypothesis, silence))
    for title, start_ms in lkml.headings.items():
        assert abs((found[title].start_ms or 0) - start_ms) <= 3000


def test_a_topic_only_listed_is_placed_where_it_is_said_alone(lkml: Spoken) -> None:
    outline = Outline(sections=tuple(Section(title) for title in (*lkml.headings, "Filesystems")))
    found = placed(aligned(outline, lkml.hypothesis, lkml.sound))
    for title, start_ms in lkml.headings.items():
        assert abs((found[title].start_ms or 0) - start_ms) <= NEAR_MS
    assert found["Filesystems"].start_ms is None
    assert found["Filesystems"].because == "no such heading was heard on its own between two pauses"


def test_a_section_whose_beginning_was_not_made_out_is_still_placed(lkml: Spoken) -> None:
    gone = replace(
        lkml.hypothesis,
        words=tuple(w for w in lkml.hypothesis.words if not 149_000 <= w.start_ms < 152_000),
    )
    place = placed(aligned(lkml.outline, gone, lkml.sound))["KVM"]
    assert place.start_ms is not None
    assert abs(place.start_ms - lkml.headings["KVM"]) <= NEAR_MS


def test_a_paragraph_that_is_spoken_twice_belongs_to_one_place() -> None:
    text = "the quick brown fox jumps over the lazy dog while nobody looks at it"
    hypothesis = heard(((f"{text} and then some {text} and that was it", 0, 20_000),), 20_000)
    outline = Outline(sections=(Section("First", text), Section("Second", text)))
    found = aligned(outline, hypothesis, DEAF)
    starts = sorted(place.start_ms or 0 for place in found.placements)
    assert starts[1] - starts[0] > 8000
    assert spelled(found) == " ".join(word.text for word in hypothesis.words)


TEXT = st.text(alphabet=st.sampled_from("abc dE. ,_-'’\n1ß🎙"), max_size=60)
SECTIONS = st.builds(Section, TEXT, TEXT, st.none(), TEXT)


@st.composite
def hypotheses(draw: st.DrawFn) -> Hypothesis:
    words: list[Word] = []
    at = 0
    for text in draw(st.lists(st.text(alphabet="abcdE.,_'-1ß🎙", min_size=1, max_size=8), max_size=40)):
        at += draw(st.integers(0, 3000))
        words.append(Word(text, at, at + draw(st.integers(1, 900)), draw(st.floats(0, 1))))
    return Hypothesis("en", 0.5, "by hand", at + 1000, tuple(words))


LEVELS = st.lists(st.sampled_from([-90.0, -60.0, -20.0]), max_size=400)


@given(st.lists(SECTIONS, max_size=6), hypotheses(), LEVELS)
def test_any_notes_and_words_are_aligned(sections: list[Section], hypothesis: Hypothesis, levels: list[float]) -> None:
    sound = Sound(np.repeat(np.array(levels, np.float32), 20))
    aligned(Outline(sections=tuple(sections)), hypothesis, sound)


def test_a_heading_under_music_begins_with_its_words_and_one_with_its_number() -> None:
    from podpipe.align import onsets
    from podpipe.models import Hypothesis, Section, Word
    from podpipe.sound import HOP_MS, Sound

    texts = "So much for that. Three. The outage. On Tuesday a router announced everything".split()
    starts = [200, 400, 600, 800, 2500, 3100, 3300, 4200, 4500, 5000, 5200, 5600, 6100]
    words = tuple(Word(text, at, at + 190, 0.9) for text, at in zip(texts, starts, strict=True))
    hypothesis = Hypothesis("en", 1.0, "by hand", 7000, words)
    section = Section("The outage", "On Tuesday a router announced everything")
    level = np.full(7000 // HOP_MS, -30.0, np.float32)
    level[::7] = -20
    under_music = onsets.before(section, 7, 0, 6300, 1.0, hypothesis, Sound(level))
    assert (under_music.start_ms, under_music.because[:22]) == (3100, "heading heard at 0:03.")
    pauses = level.copy()
    for start_ms, end_ms in ((1000, 2500), (2700, 3100), (3500, 4200)):
        pauses[start_ms // HOP_MS : end_ms // HOP_MS] = -80
    assert onsets.before(section, 7, 0, 6300, 1.0, hypothesis, Sound(pauses)).start_ms == 2500
    joined = (*words[:4], Word("3-32-bit", 2500, 3290, 0.9), *words[6:])
    bits = Section("32-bit outage", section.text)
    told = onsets.before(bits, 6, 0, 6300, 1.0, Hypothesis("en", 1.0, "by hand", 7000, joined), Sound(pauses))
    assert told.start_ms == 2500


def test_a_heading_under_music_is_more_than_one_of_its_words() -> None:
    from podpipe.align import onsets
    from podpipe.models import Hypothesis, Section, Word
    from podpipe.sound import HOP_MS, Sound

    texts = "from next door. Modular synths on a budget, Eurorack case costs".split()
    words = tuple(Word(text, 400 * number, 400 * number + 390, 0.9) for number, text in enumerate(texts))
    section = Section("Modular synths on a budget", "A Eurorack case costs more")
    level = np.full(5000 // HOP_MS, -30.0, np.float32)
    level[::7] = -20
    placed = onsets.before(section, 6, 0, 4500, 1.0, Hypothesis("en", 1.0, "by hand", 5000, words), Sound(level))
    assert (placed.start_ms, placed.is_heard) == (1200, True)


def test_a_heading_within_a_sentence_begins_with_the_sentence() -> None:
    from podpipe.align import onsets
    from podpipe.sound import HOP_MS

    texts = "a view. Which brings me to the last part, Decline and rescue. The railways bought up many canals".split()
    said = {200: 400, 1800: 3260, 3590: 4520, 5270: 7000}
    starts = [200, 400, 1800, 1900, 2200, 2420, 2560, 2680, 2880, 3590, 3920, 4140, *range(5270, 7000, 320)]
    words = tuple(Word(text, at, at + 180, 0.9) for text, at in zip(texts, starts, strict=True))
    level = np.full(7200 // HOP_MS, -80.0, np.float32)
    for start_ms, end_ms in said.items():
        level[start_ms // HOP_MS : end_ms // HOP_MS] = -20
    section = Section("Decline and rescue", "The railways bought up a good many canals")
    body = texts.index("The")
    placed = onsets.before(section, body, 0, 6300, 0.9, Hypothesis("en", 1.0, "by hand", 7200, words), Sound(level))
    assert (placed.start_ms, placed.is_heard) == (1800, True)
    assert "after 1.4 s of silence" in placed.because
