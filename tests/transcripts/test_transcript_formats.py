from __future__ import annotations

import contextlib
import json
import re
from dataclasses import replace
from pathlib import Path

import av
import lxml.html
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from podpipe import transcripts
from podpipe.errors import TranscriptError
from podpipe.models import Chapter, Cue, Transcript, Turn, Word
from podpipe.transcripts import Telling, cutting, srt, vtt
from podpipe.transcripts.lines import atoms
from podpipe.transcripts.telling import by_sentence
from tellings import WORDS, spoken, told, transcript

SARAH_AND_TOM = (Turn(0, "Sarah"), Turn(1600, "Tom & Jerry"))
NOTHING = Telling(Transcript("", 0))


def read(text: str, kind: str) -> list[Cue]:
    return list(transcripts.read(text.encode(), "test", declared=kind).cues)


@given(spoken(names=True))
def test_vtt_comes_back(said: Transcript) -> None:
    expected = cutting.timed(cutting.cut(atoms(said), vtt.ROOM), said.duration_ms)
    assume(expected)
    text = vtt.write(Telling(said))
    assert read(text, "vtt") == expected
    assert text.count("-->") == len(expected)


@given(spoken(names=True))
def test_vtt_word_by_word_comes_back(said: Transcript) -> None:
    assume(said.words)
    found = read(vtt.write(Telling(said), words=True), "vtt")
    assert found == cutting.worded(cutting.by_word(said), said.duration_ms)


@given(spoken(WORDS, names=True))
def test_srt_comes_back(said: Transcript) -> None:
    assume(said.words)
    assume(not any("<" in turn.speaker for turn in said.speakers))
    for words in (False, True):
        found = read(srt.write(Telling(said), words=words), "srt")
        assert " ".join(cue.text for cue in found) == " ".join(word.text for word in said.words)
        assert [cue.start_ms for cue in found] == sorted(cue.start_ms for cue in found)
        speakers = iter([atom.speaker for atom in atoms(said)])
        for cue in found:
            assert {next(speakers) for _ in cue.text.split()} == {cue.speaker}


@given(spoken())
def test_srt_has_two_lines_and_rising_times(said: Transcript) -> None:
    blocks = [block.split("\n") for block in srt.write(Telling(said)).strip("\n").split("\n\n") if block]
    for number, (first, times, *lines) in enumerate(blocks, 1):
        assert first == str(number)
        assert re.fullmatch(r"\d{2,}:\d\d:\d\d,\d{3} --> \d{2,}:\d\d:\d\d,\d{3}", times)
        assert 1 <= len(lines) <= 2
    assert " ".join(line for block in blocks for line in block[2:]).replace(" ", "") == "".join(
        word.text for word in said.words
    )


@given(spoken(names=True), st.booleans())
def test_json_comes_back(said: Transcript, words: bool) -> None:
    talk = cutting.by_word(said) if words else [tuple(run) for run in by_sentence(said)]
    assume(talk)
    text = transcripts.WRITERS["json"](Telling(said), words=words)
    assert read(text, "json") == cutting.worded(talk, said.duration_ms)
    document = json.loads(text)
    assert document["version"] == "1.0.0"
    assert all(list(segment)[-3:] == ["startTime", "endTime", "body"] for segment in document["segments"])


@given(spoken(names=True))
def test_html_comes_back(said: Transcript) -> None:
    assume(said.words)
    text = transcripts.WRITERS["html"](Telling(said, "A <title> & more", chapters=(Chapter("<b>", 0, 1),)))
    found = read(text, "html")
    assert "".join(cue.text for cue in found).replace(" ", "") == "".join(word.text for word in said.words)
    assert found[0].start_ms == atoms(said)[0].start_ms // 1000 * 1000
    assert [cue.speaker for cue in found][:1] == [turn.speaker for turn in said.speakers[:1]] or not said.speakers


@given(spoken(WORDS, names=True))
def test_text_comes_back(said: Transcript) -> None:
    assume(said.words)
    assume(not any("<" in turn.speaker for turn in said.speakers))
    found = read(transcripts.WRITERS["txt"](Telling(said)), "txt")
    assert [cue.text for cue in found] == [" ".join(atom.text for atom in run) for run in by_sentence(said)]
    assert [cue.speaker for cue in found] == [run[0].speaker for run in by_sentence(said)]
    times = [cue.start_ms for cue in found]
    assert times == [run[0].start_ms // 1000 * 1000 for run in by_sentence(said)]


@given(spoken())
def test_markdown_shows_the_words_as_they_are(said: Transcript) -> None:
    chapters = (Chapter("# *One* & two", 0, 5), Chapter("1. Three", 300_000_000, 300_000_001))
    text = transcripts.WRITERS["md"](Telling(said, "A_title_ <b>", "Show", chapters=chapters))
    tree = lxml.html.document_fromstring(MarkdownIt("commonmark").render(text))
    assert [node.text_content() for node in tree.iter("h2")] == ["# *One* & two", "1. Three"]
    assert tree.findtext(".//h1") == "A_title_ <b>"
    shown = "".join(node.text_content() for node in tree.iter("p"))
    words = "".join(word.text for word in said.words)
    assert re.sub(r"\(\d[\d:]*\) | ", "", shown.removeprefix("Show")) == words


def test_vtt_to_the_letter() -> None:
    said = Transcript("en", 3_800_000, (Word("Hello", 3_723_004, 3_723_500), Word("there.", 3_723_600, 3_724_000)))
    assert vtt.write(Telling(said)) == "WEBVTT\n\n01:02:03.004 --> 01:02:04.000\nHello there.\n"
    assert vtt.write(Telling(said), words=True) == (
        "WEBVTT\n\n01:02:03.004 --> 01:02:03.500\nHello\n\n01:02:03.600 --> 01:02:04.000\nthere.\n"
    )


def test_vtt_names_voices() -> None:
    said = told("One two three four. Five six", speakers=SARAH_AND_TOM)
    assert vtt.write(said) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.600\n<v Sarah>One two three four.\n\n"
        "00:00:01.600 --> 00:00:02.400\n<v Tom &amp; Jerry>Five six\n"
    )


def test_srt_to_the_letter() -> None:
    said = told("This sentence is just too long for one line. Really too long.", speakers=SARAH_AND_TOM)
    assert srt.write(said) == (
        "1\n00:00:00,000 --> 00:00:01,600\nSarah: This sentence is just\n\n"
        "2\n00:00:01,600 --> 00:00:03,600\nTom & Jerry: too\nlong for one line.\n\n"
        "3\n00:00:03,600 --> 00:00:04,800\nReally too long.\n"
    )
    assert srt.write(told("One two."), words=True) == (
        "1\n00:00:00,000 --> 00:00:00,350\nOne\n\n2\n00:00:00,400 --> 00:00:00,750\ntwo.\n"
    )


def test_json_to_the_letter() -> None:
    said = told("One two three four. Five", speakers=SARAH_AND_TOM)
    assert json.loads(transcripts.WRITERS["json"](said)) == {
        "version": "1.0.0",
        "segments": [
            {"speaker": "Sarah", "startTime": 0.0, "endTime": 1.55, "body": "One two three four."},
            {"speaker": "Tom & Jerry", "startTime": 1.6, "endTime": 1.95, "body": "Five"},
        ],
    }


def test_text_to_the_letter() -> None:
    assert transcripts.WRITERS["txt"](told("One two. Three.", step_ms=1000)) == "[0:00] One two.\n[0:02] Three.\n"


def test_nothing_said() -> None:
    assert vtt.write(NOTHING) == "WEBVTT\n\n"
    assert srt.write(NOTHING) == transcripts.WRITERS["txt"](NOTHING) == ""
    assert json.loads(transcripts.WRITERS["json"](NOTHING))["segments"] == []
    assert "<h1>Transcript</h1>\n</body>" in transcripts.WRITERS["html"](NOTHING)


def test_what_vtt_takes_for_markup_is_escaped() -> None:
    text = vtt.write(told("if a<b && c>d --> &amp; <v Roger>"))
    assert "if a&lt;b &amp;&amp; c&gt;d --&gt; &amp;amp; &lt;v Roger&gt;" in text
    assert text.count("-->") == 1


def test_html_is_a_page_of_its_own() -> None:
    said = replace(transcript("One two three four. Five", speakers=SARAH_AND_TOM), language="ar")
    text = transcripts.WRITERS["html"](
        Telling(said, "T<1>", "Show", chapters=(Chapter("A&B", 0, 1500), Chapter("C", 1500, 2000)))
    )
    assert text.startswith('<!DOCTYPE html>\n<html lang="ar" dir="rtl">\n')
    tree = lxml.html.document_fromstring(text)
    assert tree.findtext(".//title") == "T<1>"
    flow = [(node.tag, node.text) for node in tree.find("body")][2:]
    assert flow == [
        ("h2", "A&B"), ("cite", "Sarah:"), ("time", "00:00:00"), ("p", "One two three four."),
        ("h2", "C"), ("cite", "Tom & Jerry:"), ("time", "00:00:01"), ("p", "Five"),
    ]  # fmt: skip
    assert "@media print" in text


@pytest.mark.parametrize(("name", "demuxer"), [("vtt", "webvtt"), ("srt", "srt")])
def test_ffmpeg_reads_the_subtitles(tmp_path: Path, name: str, demuxer: str) -> None:
    said = told("One & two. Three --> four. " * 20)
    path = tmp_path / f"transcript.{name}"
    path.write_text(transcripts.WRITERS[name](said))
    with av.open(str(path), format=demuxer) as container:
        found = [packet for packet in container.demux() if packet.size]
    expected = cutting.timed(cutting.cut(atoms(said.transcript), vtt.ROOM), said.transcript.duration_ms)
    assert [int(packet.pts * packet.time_base * 1000) for packet in found] == [c.start_ms for c in expected]
    assert [int(packet.duration * packet.time_base * 1000) for packet in found] == [
        c.end_ms - c.start_ms for c in expected
    ]
    assert len(found) == 40


@pytest.mark.parametrize(
    ("name", "count", "first", "last_start_ms"),
    [
        ("example.vtt", 7, ("Sarah", "In today's episode, you'll learn whether or not you"), 21_450),
        ("example.srt", 222, ("Travis", "When you first get started in podcasting, it's"), 752_671),
        ("example.json", 5, ("Darth Vader", "I"), 2750),
    ],
)
def test_the_examples_of_the_namespace(
    shared_data: Path, name: str, count: int, first: tuple[str, str], last_start_ms: int
) -> None:
    found = transcripts.read((shared_data / "feeds" / "namespace" / name).read_bytes(), name)
    assert found.format == name.rpartition(".")[2]
    assert found.faults == ()
    assert len(found.cues) == count
    assert (found.cues[0].speaker, found.cues[0].text) == first
    assert found.cues[-1].start_ms == last_start_ms


def test_the_namespaces_html_and_srt_are_the_same_talk(shared_data: Path) -> None:
    folder = shared_data / "feeds" / "namespace"
    page, subtitles = (transcripts.read((folder / f"example.{kind}").read_bytes(), kind) for kind in ("html", "srt"))
    assert [cue.speaker for cue in page.cues[:3]] == ["Travis", "Sarah", "Travis"]
    assert [cue.start_ms for cue in page.cues[:3]] == [0, 53_000, 102_000]
    turns = [cue.speaker for cue in subtitles.cues]
    assert [name for name, before in zip(turns, [None, *turns], strict=False) if name != before] == [
        cue.speaker for cue, before in zip(page.cues, [None, *page.cues], strict=False)
        if before is None or cue.speaker != before.speaker
    ]  # fmt: skip
    assert (
        " ".join(cue.text for cue in page.cues).split()[:900]
        == " ".join(cue.text for cue in subtitles.cues).split()[:900]
    )


VTT = """\ufeffWEBVTT Kind: captions\r
X-HEADER: 1\r
\r
STYLE\r
::cue { color: red }\r
\r
REGION\r
id:fred\r
\r
NOTE a comment\r
of two lines\r
\r
intro\r
00:01.000 --> 00:02.500 align:start position:0%\r
<v.loud Zoë van Dyk>Hello <i>dear</i> <c.red>R&amp;D</c> &lt;people&gt;&nbsp;all</v>\r
second line\r
\r
1\r
00:03,000 --> 00:04.000\r
It&#39;s <00:03.500>here\r
\r
00:05.000 --> nonsense\r
lost\r
\r
00:06.000 --> 00:07.000\r
<v A>One</v> <v B>Two\r
\r
100:00:00.000 --> 100:00:01.000\r
東京\r
大阪"""


def test_vtt_of_others() -> None:
    found = transcripts.read(VTT.encode(), "a.vtt")
    assert found.cues == (
        Cue(1000, 2500, "Hello dear R&D <people> all second line", "Zoë van Dyk"),
        Cue(3000, 4000, "It's here", "Zoë van Dyk", ((3000, "It's"), (3500, "here"))),
        Cue(6000, 7000, "One", "A"),
        Cue(6000, 7000, "Two", "B"),
        Cue(360_000_000, 360_001_000, "東京大阪", "B"),
    )
    assert [str(fault) for fault in found.faults] == ["line 22: no times like 00:01.000 --> 00:02.000"]


def test_vtt_that_names_everybody_each_time_carries_nobody_on() -> None:
    text = "WEBVTT\n\n" + "".join(
        f"00:0{n}.000 --> 00:0{n}.900\n{voice}x\n\n" for n, voice in enumerate(["<v A>", "<v A>", "", "<v B>"])
    )
    assert [cue.speaker for cue in read(text, "vtt")] == ["A", "A", "", "B"]


SRT = """\ufeff1\r
0:00:01.5 --> 0:00:02,000\r
<font color="red"><b>Tom:</b></font> Q&amp;A {\\an8}at 5 < 6\r
\r
00:03,000 -> 00:04,000\r
without a number\r
\r
\r
and a gap\r
7\r
00:00:05,000 --> 00:00:06,000 X1:40 X2:600\r
1984\r
Ann: and he said: no\r
8\r
00:00:07,000 --> 00:00:08,000\r
\r
9\r
00:00:09,000 --> 00:00:10,000\r
Tom: bye"""


def test_srt_of_others() -> None:
    found = transcripts.read(SRT.encode(), "a.srt")
    assert found.cues == (
        Cue(1500, 2000, "Q&A at 5 < 6", "Tom"),
        Cue(3000, 4000, "without a number and a gap", "Tom"),
        Cue(5000, 6000, "1984 Ann: and he said: no", "Tom"),
        Cue(9000, 10_000, "bye", "Tom"),
    )
    assert found.faults == ()


@pytest.mark.parametrize(
    "lines",
    [["One", "And he said: no", "Remember: yes"], ["Note: this", "Note: that"], ["12:30 is late", "http://x: y"]],
)
def test_a_colon_alone_makes_no_speaker(lines: list[str]) -> None:
    text = "".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{line}\n\n" for n, line in enumerate(lines, 1))
    assert [(cue.text, cue.speaker) for cue in read(text, "srt")] == [(line, "") for line in lines]


def test_json_of_others() -> None:
    text = """[{"body": "One\\n", "startTime": "1.5", "speaker": null}, {"body": "Two", "startTime": "00:01:02.5"},
    {"text": "Three", "start": 4, "end": 5}, {"body": 7}, "x", {"body": "Four", "startTime": -1},
    {"body": " "}, {"body": "Five", "startTime": 1e999}, {"body": "Six"}]"""
    found = transcripts.read(text.encode(), "a.json")
    assert found.cues == (
        Cue(1500, None, "One"), Cue(62_500, None, "Two"), Cue(4000, 5000, "Three"), Cue(None, None, "Six"),
    )  # fmt: skip
    assert [str(fault) for fault in found.faults] == [
        'segment 4: no "body"', "segment 5: not an object", "segment 6: a time that is no number of seconds",
        "segment 8: a time that is no number of seconds",
    ]  # fmt: skip


def test_html_of_others() -> None:
    page = """<html><head><title>no</title><style>p { }</style></head><body><nav><p>Menu</p></nav><h1>Episode</h1>
    <p><cite>Tom</cite> <time>1:02:03</time> <b>Hello</b> &amp; welcome<br>Second</p><!-- no -->
    <div>tail <i>text</i></div><cite>Ann :</cite><p>Hi</p><script>no()</script></body></html>"""
    assert read(page, "html") == [
        Cue(3_723_000, None, "Hello & welcome", "Tom"), Cue(None, None, "Second", "Tom"),
        Cue(None, None, "tail text", "Tom"), Cue(None, None, "Hi", "Ann"),
    ]  # fmt: skip
    plain = "<p>Tom: Hello there.</p><p>More.</p><p>[0:53] Ann: Hi.</p><ul><li>A <a href='x'>link</a>.</li></ul>"
    assert read(plain, "html") == [
        Cue(None, None, "Hello there.", "Tom"), Cue(None, None, "More.", "Tom"),
        Cue(53_000, None, "Hi.", "Ann"), Cue(None, None, "A link.", "Ann"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Sarah Smith (00:12):\r\nHello there.\r\n\r\nTom 1:02:03\nHi!\n(1:02:09) Bye.\n1:02 backwards\n",
            [(12_000, "Sarah Smith", "Hello there."), (3_723_000, "Tom", "Hi!"), (3_729_000, "Tom", "Bye."),
             (None, "Tom", "backwards")],
        ),
        ("[00:12] **Sarah**: Hello\n\n[00:15] **Tom:** Hi\n", [(12_000, "Sarah", "Hello"), (15_000, "Tom", "Hi")]),
        ("SPEAKER 1: hello\nSPEAKER 2: hi\n", [(None, "SPEAKER 1", "hello"), (None, "SPEAKER 2", "hi")]),
        ("Sarah:\nHello there\n\nTom:\nHi", [(None, "Sarah", "Hello there"), (None, "Tom", "Hi")]),
        ("Episode 5\n\nSarah [00:01]: Hello\nTom [00:02]: Hi", [(None, "", "Episode 5"), (1000, "Sarah", "Hello"),
                                                                (2000, "Tom", "Hi")]),
        ("(00:00:01 - 00:00:03) Hello\n0:04 - 0:05\nBye", [(1000, "", "Hello"), (4000, "", "Bye")]),
        ("We met at 10:30\nand left.", [(None, "", "We met at 10:30"), (None, "", "and left.")]),
    ],
)  # fmt: skip
def test_text_of_others(text: str, expected: list[tuple[int | None, str, str]]) -> None:
    assert [(cue.start_ms, cue.speaker, cue.text) for cue in read(text, "txt")] == expected


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it holds no text"),
        (b"WEBVTT\n\n00:01 --> 00:02\nx", "line 3: no times like"),
        (b'{"segments": [\n1,,]}', "line 2: no JSON: "),
        (b'{"segments": 5}', 'line 1: no list of "segments"'),
        (b'[{"a":' * 100_000, "line 1: "),
        (b'[{"body":"x","startTime":' + b"9" * 5000 + b"}]", "line 1: no JSON that can be read"),
        (b"<html></html>", "it holds no text"),
        (b"x" * (transcripts.MAX_BYTES + 1), "larger than 20 MB"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(data: bytes, reason: str) -> None:
    with pytest.raises(TranscriptError, match=re.escape(reason)) as raised:
        transcripts.read(data, "some.file")
    assert str(raised.value).startswith("some.file ")
    assert "\n" not in str(raised.value)


SNIPPETS = st.lists(
    st.sampled_from(
        ["WEBVTT", "\n", "\n\n", "\r\n", "00:01.000 --> 00:02.000", "-->", "1", "<v A>", "</v>", "<", ">", "&", "&#39;",
         "<00:01.500>", "NOTE", "Tom: ", "{", "}", '"segments":', '[{"body":"x"}]', "<p>", "<cite>",
         "<time>1:00</time>",
         "</p>", "[0:01]", "\0", "\ufeff", "word", "世界", "\u2028", "<rt>", "STYLE", "00:00:01,000 --> 00:00:02,000"]
    )
).map("".join)  # fmt: skip


@given(SNIPPETS | st.text(), st.sampled_from([*transcripts.READERS, None]))
def test_nothing_crashes_a_reader(text: str, declared: str | None) -> None:
    try:
        found = transcripts.read(text.encode("utf-8", "replace"), "x", declared=declared)
    except TranscriptError:
        return
    assert all(cue.text == " ".join(cue.text.split()) and cue.text for cue in found.cues)
    assert all(cue.start_ms is None or cue.start_ms >= 0 for cue in found.cues)


@given(st.binary())
def test_no_bytes_crash_a_reader(data: bytes) -> None:
    with contextlib.suppress(TranscriptError):
        transcripts.read(data, "x")


@pytest.mark.parametrize(
    ("head", "unit"),
    [
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n", "<"), ("WEBVTT\n\n00:01.000 --> 00:02.000\n", "<v "),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n", "&"), ("WEBVTT\n\n00:01.000 --> 00:02.000\n", "<rt>"),
        ("WEBVTT\n\n", "-->\n"), ("WEBVTT\n\n00:01.000 --> 00:02.000\n", "<v A>x"),
        ("1\n00:00:01,000 --> 00:00:02,000\n", "<b "), ("1\n00:00:01,000 --> 00:00:02,000\n", "{\\"),
        ("1\n00:00:01,000 --> 00:00:02,000\nA", " "), ("1\n00:00:01,000 --> 00:00:02,000\n", "1\n"),
        ("", "00:00:01,000 --> 00:00:02,000\n"), ("<p>", "<div>"), ("<p>", "<cite>"), ("<p>", "<!--"),
        ("<p>", "<p a"), ("WEBVTT\n\n00:01.000 --> 00:02.000\n", "<i>x"),
        ("[0:01] ", "A: "), ("A", "A "), ("", "0:0"), ("", "["), ("{", "\"a\":{"), ('[{"body":"', "\\n"),
        ("T", "\u2028"),
    ],
)  # fmt: skip
def test_hostile_files_end(head: str, unit: str) -> None:
    data = (head + unit * (1_000_000 // len(unit))).encode()
    try:
        found = transcripts.read(data, "x")
    except TranscriptError:
        return
    assert len(found.faults) <= 1000


def test_what_a_file_is_is_told_by_what_it_holds() -> None:
    assert transcripts.read(b"WEBVTT\n\n00:01.000 --> 00:02.000\nx", "a.srt", declared="srt").format == "vtt"
    assert transcripts.read(b"[0:01] Hello", "a.json", declared=None).format == "txt"
    assert transcripts.format_of("A.HTM") == "html"
    assert transcripts.format_of("a.docx") is None
    assert transcripts.format_of_type("text/plain", "https://x/a.vtt?b=c.d") == "vtt"
    assert transcripts.format_of_type("application/srt; charset=utf-8") == "srt"
    assert transcripts.format_of_type("", "https://x/a") is None
