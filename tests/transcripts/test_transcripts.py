from __future__ import annotations

import html
import itertools
import re
from collections.abc import Sequence
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe import timecode, transcripts
from podpipe.models import Transcript, Word
from podpipe.transcripts.sentences import sentences, split
from spoken_episodes import EPISODES, load

Shown = tuple[int, int, str]
TIMES = re.compile(r"(\d{2,}:\d\d:\d\d[.,]\d{3}) --> (\d{2,}:\d\d:\d\d[.,]\d{3})")


def transcript(text: str, *, step_ms: int = 400) -> Transcript:
    words = [Word(word, number * step_ms, number * step_ms + step_ms - 50) for number, word in enumerate(text.split())]
    return Transcript("en", len(words) * step_ms, tuple(words))


def read_vtt(text: str) -> list[Shown]:
    head, *blocks = text.split("\n\n")
    assert head == "WEBVTT"
    found = []
    for block in blocks:
        if block.strip():
            times, shown = block.strip("\n").split("\n")
            match = TIMES.fullmatch(times)
            assert match, times
            assert "<" not in shown
            assert ">" not in shown
            assert not re.search(r"&(?!amp;|lt;|gt;)", shown)
            found.append((timecode.parse(match[1]), timecode.parse(match[2]), html.unescape(shown)))
    return found


def read_srt(text: str) -> list[Shown]:
    found = []
    for number, block in enumerate(filter(None, text.strip("\n").split("\n\n")), 1):
        first, times, *shown = block.split("\n")
        assert first == str(number)
        match = TIMES.fullmatch(times)
        assert match, times
        assert "." not in times
        assert 1 <= len(shown) <= 2
        found.append((timecode.parse(match[1]), timecode.parse(match[2]), " ".join(shown)))
    return found


def assert_rising(shown: Sequence[Shown]) -> None:
    for start_ms, end_ms, _ in shown:
        assert start_ms < end_ms
    starts = [start_ms for start_ms, _, _ in shown]
    assert starts == sorted(starts)


LETTERS = st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"])
SPELLINGS = st.text(LETTERS, min_size=1, max_size=12) | st.sampled_from(
    ["-->", "<b>", "&amp;", "a&b", "<", "WEBVTT", "1", "end.", "Dr.", "e.g.", "J.", "what?", "done!”", "…"]
)


@st.composite
def spoken(draw: st.DrawFn) -> Transcript:
    words: list[Word] = []
    at = draw(st.integers(0, 400_000_000))
    for text in draw(st.lists(SPELLINGS, max_size=150)):
        length = draw(st.sampled_from([1, 300, 300, 300, 9000]))
        words.append(Word(text, at, at + length))
        at += draw(st.sampled_from([1, 250, 300, 300, 300, 1600]))
    return Transcript("en", at + 10_000, tuple(words))


@given(spoken())
def test_vtt_is_valid_and_keeps_every_word(said: Transcript) -> None:
    shown = read_vtt(transcripts.vtt(said))
    assert_rising(shown)
    assert " ".join(text for _, _, text in shown) == " ".join(word.text for word in said.words)


@given(spoken())
def test_srt_is_valid_and_keeps_every_word(said: Transcript) -> None:
    shown = read_srt(transcripts.srt(said))
    assert_rising(shown)
    assert " ".join(text for _, _, text in shown) == " ".join(word.text for word in said.words)


@given(spoken())
def test_plain_text_has_a_time_and_a_sentence_on_each_line(said: Transcript) -> None:
    lines = transcripts.text(said).splitlines()
    found = [re.fullmatch(r"\[([\d:]+)\] (.+)", line) for line in lines]
    assert all(found)
    times = [timecode.parse(match[1]) for match in found if match]
    assert times == sorted(times)
    assert " ".join(match[2] for match in found if match) == " ".join(word.text for word in said.words)


@given(spoken())
def test_cues_do_not_overlap_unless_words_do(said: Transcript) -> None:
    shown = read_vtt(transcripts.vtt(said))
    for (start_ms, end_ms, _), (following_ms, _, _) in itertools.pairwise(shown):
        assert end_ms <= max(following_ms, start_ms + 1)


@given(spoken())
def test_each_word_is_in_one_sentence(said: Transcript) -> None:
    runs = split(said.words)
    assert [word for run in runs for word in run] == list(said.words)
    assert all(1 <= len(run) <= 60 for run in runs)
    found = sentences(said)
    assert [sentence.text for sentence in found] == [" ".join(word.text for word in run) for run in runs]
    assert [(s.start_ms, s.end_ms) for s in found] == [(run[0].start_ms, run[-1].end_ms) for run in runs]


def test_what_vtt_takes_for_markup_is_escaped() -> None:
    text = transcripts.vtt(transcript("if a<b && c>d --> &amp; <v Roger>"))
    assert "if a&lt;b &amp;&amp; c&gt;d --&gt; &amp;amp; &lt;v Roger&gt;" in text
    assert text.count("-->") == 1


def test_srt_has_no_escapes() -> None:
    assert "a<b && c>d" in transcripts.srt(transcript("a<b && c>d"))


def test_vtt_to_the_letter() -> None:
    said = Transcript("en", 3_800_000, (Word("Hello", 3_723_004, 3_723_500), Word("there.", 3_723_600, 3_724_000)))
    assert transcripts.vtt(said) == "WEBVTT\n\n01:02:03.004 --> 01:02:04.000\nHello there.\n"


def test_srt_to_the_letter() -> None:
    said = transcript("This sentence is just too long for one line.", step_ms=100)
    expected = "1\n00:00:00,000 --> 00:00:00,850\nThis sentence is just\ntoo long for one line.\n"
    assert transcripts.srt(said) == expected


def test_text_to_the_letter() -> None:
    assert transcripts.text(transcript("One two. Three.", step_ms=1000)) == "[0:00] One two.\n[0:02] Three.\n"


def test_nothing_said() -> None:
    nothing = Transcript("", 0)
    assert transcripts.vtt(nothing) == "WEBVTT\n\n"
    assert transcripts.srt(nothing) == ""
    assert transcripts.text(nothing) == ""
    assert sentences(nothing) == ()


@pytest.mark.parametrize(("write", "room"), [(transcripts.vtt, 65), (transcripts.srt, 64)])
def test_cues_are_short(write: object, room: int) -> None:
    assert callable(write)
    said = transcript("some words that go on and on without any full stop " * 30)
    read = read_vtt if room == 65 else read_srt
    for start_ms, end_ms, text in read(write(said)):
        assert len(text) <= room
        assert end_ms - start_ms <= 7000


def test_lines_of_srt_are_short() -> None:
    lines = transcripts.srt(transcript("some words that go on and on without a stop " * 30)).splitlines()
    assert max(map(len, lines)) <= 40


def test_a_cue_ends_with_its_sentence() -> None:
    shown = read_vtt(transcripts.vtt(transcript("One two. Three four? Five")))
    assert [text for _, _, text in shown] == ["One two.", "Three four?", "Five"]


def test_a_word_longer_than_a_line_is_not_cut() -> None:
    long = "x" * 200
    assert [text for _, _, text in read_vtt(transcripts.vtt(transcript(f"a {long} b")))] == ["a", long, "b"]


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


@pytest.mark.parametrize(("name", "demuxer"), [("vtt", "webvtt"), ("srt", "srt")])
def test_ffmpeg_reads_the_subtitles(tmp_path: Path, name: str, demuxer: str) -> None:
    said = transcript("One & two. Three --> four. " * 20)
    path = tmp_path / f"transcript.{name}"
    path.write_text(transcripts.FORMATS[name](said))
    with av.open(str(path), format=demuxer) as container:
        found = [packet for packet in container.demux() if packet.size]
    expected = transcripts.cues(said, 65)
    assert [int(packet.pts * packet.time_base * 1000) for packet in found] == [c.start_ms for c in expected]
    assert len(found) == 40


def test_every_format_has_its_writer() -> None:
    assert {"vtt": transcripts.vtt, "srt": transcripts.srt, "txt": transcripts.text} == transcripts.FORMATS


def test_a_long_sentence_is_cut_at_a_comma_or_else_at_its_longest_pause() -> None:
    from podpipe.transcripts.sentences import split

    words = [
        Word(f"w{number}" + ("," if number == 40 else ""), 300 * number, 300 * number + 250) for number in range(80)
    ]
    assert [len(run) for run in split(words)] == [41, 39]
    plain = [Word(f"w{n}", 300 * n + (400 if n > 50 else 0), 300 * n + (400 if n > 50 else 0) + 250) for n in range(80)]
    assert [len(run) for run in split(plain)] == [51, 29]
