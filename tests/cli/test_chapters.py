"""``podpipe chapters`` as a user runs it, on files and on episodes; a person's hand wins in every later run."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from loopback import Loopback
from podpipe import audio, cli, ingest
from podpipe import chapters as audio_chapters
from podpipe.cli import console
from podpipe.ingest import Outcome, Request
from podpipe.library import EpisodeFolder, Library
from podpipe.net import Client
from podpipe.search import open_index
from podpipe.speech.fake import FakeRecogniser
from podpipe.stages import Tools
from podpipe.work import STAGES

_FEED = """<rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel><title>S</title>
<item><title>{title}</title><guid>g</guid><pubDate>Thu, 0{day} Jan 2026 08:00:00 +0000</pubDate>
<enclosure url="/1.mp3" length="1" type="audio/mpeg"/><podcast:chapters url="/c.json" type="application/json"/></item>
</channel></rss>"""
NOTES = "00:00 Welcome\n00:10 Kernel\n00:20 Goodbye\n"


def ingested(root: Path, *sources: Path | str, force: frozenset[str] = frozenset()) -> Outcome:
    library = Library(root)
    library.prepare()
    with (
        Client(list(map(str, sources)), pause_s=0, timeout_s=5) as client,
        open_index(library.index, create=True) as index,
    ):
        tools = Tools(client, FakeRecogniser("Nothing."), index)
        request = Request(tuple(map(str, sources)), force=force)
        (outcome,) = ingest.ingest(request, library, tools, lambda *_: None)
    return outcome


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty seconds of a tone."""
    path = tmp_path_factory.mktemp("sound") / "talk.mp3"
    time_s = np.arange(30 * audio.SAMPLE_RATE) / audio.SAMPLE_RATE
    audio.write_mp3(path, [(0.2 * np.sin(2 * np.pi * 440 * time_s)).astype(np.float32)], audio.SAMPLE_RATE)
    return path


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, sound: Path) -> Path:
    root = tmp_path_factory.mktemp("filled")
    shutil.copy(sound, root / "talk.mp3")
    (root / "talk.txt").write_text(NOTES)
    assert ingested(root / "library", root / "talk.mp3").error == ""
    return root


@pytest.fixture
def home(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an audio file, its notes and a library that has it as an episode."""
    root = tmp_path / "home"
    shutil.copytree(filled, root)
    monkeypatch.chdir(root)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # texts that an editor was given
    monkeypatch.setenv("PODPIPE_LIBRARY", str(root / "library"))
    return root


@pytest.fixture
def own(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, its episode ingested from where the audio now lies."""
    shutil.rmtree(home / "library")
    assert ingested(home / "library", home / "talk.mp3").error == ""
    return home


@pytest.fixture
def podpipe(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs a command in this process; gives what it printed, first standard error's lines."""

    def run(*arguments: str, code: int = 0, stdin: bytes = b"") -> str:
        console.out.cache_clear()
        console.err.cache_clear()
        (Path.cwd() / ".stdin").write_bytes(stdin)
        with (Path.cwd() / ".stdin").open() as given, monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", given)
            with pytest.raises(SystemExit) as ended:
                cli.main(arguments)
        printed = capfdbinary.readouterr()
        assert (ended.value.code or 0) == code, printed
        return (printed.err + printed.out).decode()

    return run


def folder(home: Path) -> EpisodeFolder:
    (found,) = Library(home / "library")
    return found


def titles(path: Path) -> list[tuple[str, int]]:
    return [(chapter.title, chapter.start_ms) for chapter in audio_chapters.read(path)]


def of_episode(home: Path) -> list[tuple[str, int, str]]:
    return [(c.title, c.start_ms, c.evidence) for c in folder(home).chapters().chapters]


def editor(home: Path, monkeypatch: pytest.MonkeyPatch, *scripts: str) -> None:
    """An $EDITOR that runs one Python script after the other, a call each, on ``text``."""
    program = home / "my editor"
    (home / "scripts.json").write_text(json.dumps(scripts))
    program.write_text(
        f"#!{sys.executable}\n"
        "import json, pathlib, re, sys\n"
        f"queue = pathlib.Path({str(home / 'scripts.json')!r})\n"
        "script, *rest = json.loads(queue.read_text())\n"
        "queue.write_text(json.dumps(rest))\n"
        "path = pathlib.Path(sys.argv[-1])\n"
        "text = path.read_text()\n"
        "exec(script)\n"
        "path.write_text(text)\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("VISUAL", f"'{program}' --wait")


def test_an_episode_is_shown(home: Path, podpipe: Callable[..., str]) -> None:
    shown = podpipe("chapters", "talk")
    assert [line.split() for line in shown.splitlines()] == [
        ["Start", "Chapter", "Found", "by"],
        ["1", "0:00.000", "Welcome", "publisher's"],
        ["2", "0:10.000", "Kernel", "publisher's"],
        ["3", "0:20.000", "Goodbye", "publisher's"],
    ]
    answer = json.loads(podpipe("chapters", "--json", "talk"))
    assert answer["duration_ms"] == folder(home).transcript().duration_ms
    assert [(c["number"], c["title"], c["start_ms"]) for c in answer["chapters"]][1] == (2, "Kernel", 10_000)
    assert podpipe("chapters", "talk.mp3") == "talk.mp3 has no chapters.\n"  # the file, since there is one


def test_options_stand_anywhere(home: Path, podpipe: Callable[..., str]) -> None:
    podpipe("chapters", "--library", "library", "add", "--json", folder(home).id, "--url", "u", "5", "New")
    assert of_episode(home)[1] == ("New", 5000, "edited")
    podpipe("chapters", "shift", folder(home).id, "-0h0m1s", "--from", "5")
    podpipe("chapters", "show", "--json", "--", folder(home).id)
    assert of_episode(home)[1] == ("New", 4000, "edited")
    for help_wanted in (["-h"], ["--help"], ["shift", "-h"], ["add", "talk", "--help"], [folder(home).id, "-h"]):
        assert "Usage: podpipe chapters" in podpipe("chapters", *help_wanted)


def test_an_edit_of_an_episode_reaches_everything(home: Path, podpipe: Callable[..., str]) -> None:
    name = folder(home).id
    said = podpipe("chapters", "add", name, "0:15.25", "Zeppelins", "--url", "https://example.org/z")
    assert said == "talk: 4 chapters, by hand\n"
    assert of_episode(home)[2] == ("Zeppelins", 15_250, "edited")
    assert {evidence for *_, evidence in of_episode(home)} == {"edited"}
    assert titles(folder(home).tagged)[1:3] == [("Kernel", 10_000), ("Zeppelins", 15_250)]
    assert "Zeppelins" in podpipe("search", "topic:zeppelins")
    assert podpipe("show", name).count("by hand") == 8  # found by hand, edited by hand
    saved = json.loads((folder(home).path / "chapters.json").read_text())["chapters"][2]
    assert saved["podpipe"] == {"confidence": 1.0, "evidence": "edited", "because": "edited by hand"}
    assert saved["url"] == "https://example.org/z"


@pytest.mark.parametrize("force", [frozenset(), *(frozenset({stage}) for stage in STAGES), frozenset(STAGES)])
def test_what_a_person_edited_survives_every_run(own: Path, podpipe: Callable[..., str], force: frozenset[str]) -> None:
    podpipe("chapters", "rename", folder(own).id, "2", "Mine")
    podpipe("chapters", "remove", folder(own).id, "3")
    before = of_episode(own)
    (own / "talk.txt").write_text("00:00 Other\n00:12 Notes\n00:25 Now\n")
    outcome = ingested(own / "library", own / "talk.mp3", force=force)
    assert outcome.error == ""
    assert of_episode(own) == before == [("Welcome", 0, "edited"), ("Mine", 10_000, "edited")]
    assert titles(folder(own).tagged) == [("Welcome", 0), ("Mine", 10_000)]


def test_the_two_ways_to_edit_work_together(own: Path, podpipe: Callable[..., str]) -> None:
    path = folder(own).path / "chapters.json"
    mine = {"version": "1.2.0", "chapters": [{"startTime": 0, "title": "A"}, {"startTime": 9, "title": "B"}]}
    path.write_text(json.dumps(mine))
    assert podpipe("chapters", "talk").count("by hand") == 2
    podpipe("chapters", "move", folder(own).id, "B", "0:11")
    ingested(own / "library", own / "talk.mp3", force=frozenset(STAGES))
    assert of_episode(own) == [("A", 0, "edited"), ("B", 11_000, "edited")]


def test_fields_that_podpipe_does_not_know_are_said(home: Path, podpipe: Callable[..., str]) -> None:
    theirs = {
        "version": "1.2.0",
        "author": "A",
        "chapters": [{"startTime": 0, "title": "A", "location": {"name": "B", "geo": "geo:1,2"}}],
    }
    (home / "theirs.json").write_text(json.dumps(theirs))
    said = podpipe("chapters", "talk.mp3", "--import", "theirs.json")
    assert said == "! not taken from theirs.json: location, author\ntalk.mp3: 1 chapter\n"
    shutil.copy(home / "theirs.json", folder(home).path / "chapters.json")
    said = podpipe("chapters", "add", folder(home).id, "5", "B")
    assert said == "! no longer in chapters.json: location, author\ntalk: 2 chapters, by hand\n"


@pytest.mark.parametrize("force", [frozenset(), frozenset(STAGES)])
def test_an_edit_survives_a_feed_that_changes(
    home: Path, podpipe: Callable[..., str], site: Loopback, force: frozenset[str]
) -> None:
    site.serve("/1.mp3", (home / "talk.mp3").read_bytes(), "audio/mpeg")

    def publish(title: str, *chapters: str) -> None:
        rows = [{"startTime": 5 * number, "title": name} for number, name in enumerate(chapters)]
        site.serve("/c.json", json.dumps({"version": "1.2.0", "chapters": rows}), "application/json+chapters")
        site.serve("/feed", _FEED.format(title=title, day=len(chapters)), "application/rss+xml")

    publish("First", "One", "Two", "Three")
    feed = site.url + "/feed"
    name = ingested(home / "feed", feed).episode.id
    podpipe("chapters", "rename", name, "two", "Mine", "--library", str(home / "feed"))
    publish("Renamed", "Uno", "Due", "Tre", "Quattro")
    outcome = ingested(home / "feed", feed, force=force)
    assert (outcome.error, outcome.episode.id, outcome.episode.title) == ("", name, "Renamed")
    assert [c.title for c in outcome.chapters] == ["One", "Mine", "Three"]
    assert {c.evidence for c in outcome.chapters} == {"edited"}
    podpipe("chapters", name, "--revert", "--library", str(home / "feed"))
    theirs = ["Uno", "Due", "Tre", "Quattro"] if force else ["One", "Two", "Three"]
    assert [c.title for c in ingested(home / "feed", feed).chapters] == theirs


def test_chapters_that_an_audio_of_today_is_too_short_for_are_said(own: Path, podpipe: Callable[..., str]) -> None:
    podpipe("chapters", "move", folder(own).id, "Goodbye", "0:29")
    samples = np.concatenate(list(audio.decode(own / "talk.mp3")))
    audio.write_mp3(own / "talk.mp3", [samples[: 25 * audio.SAMPLE_RATE]], audio.SAMPLE_RATE)
    outcome = ingested(own / "library", own / "talk.mp3")
    assert outcome.error == ""
    assert outcome.remarks == (
        f"1 of your chapters would begin after the end of the audio; podpipe chapters {folder(own).id} --edit",
    )
    assert of_episode(own)[2] == ("Goodbye", 29_000, "edited")


def test_revert_gives_them_back_and_keeps_what_was_mine(own: Path, podpipe: Callable[..., str]) -> None:
    name, before = folder(own).id, of_episode(own)
    assert "are podpipe's own already" in podpipe("chapters", name, "--revert", code=1)
    podpipe("chapters", "rename", name, "Kernel", "Mine")
    said = podpipe("chapters", name, "--revert")
    assert said == "talk: 3 chapters, podpipe's own; yours are in chapters-by-hand.json\n"
    assert of_episode(own) == before
    assert titles(folder(own).tagged)[1] == ("Kernel", 10_000)
    assert ingested(own / "library", own / "talk.mp3").status == "unchanged"
    podpipe("chapters", name, "--import", str(folder(own).path / "chapters-by-hand.json"))
    assert of_episode(own)[1] == ("Mine", 10_000, "edited")
    assert "is no episode" in podpipe("chapters", "talk.mp3", "--revert", code=1)


def test_the_file_in_an_episodes_folder_is_the_episode(home: Path, podpipe: Callable[..., str]) -> None:
    podpipe("chapters", "rename", str(folder(home).tagged), "1", "Hello")
    assert of_episode(home)[0] == ("Hello", 0, "edited")


def test_verbs_on_a_file(home: Path, podpipe: Callable[..., str]) -> None:
    sound = b"".join(block.tobytes() for block in audio.decode(home / "talk.mp3"))
    podpipe("chapters", "add", "talk.mp3", "0", "Start")
    podpipe("chapters", "add", "talk.mp3", "20s", "End", "--url", "https://example.org/")
    podpipe("chapters", "add", "talk.mp3", "0:10.5", "Middle")
    podpipe("chapters", "shift", "talk.mp3", "-1.5", "--from", "0:10")
    podpipe("chapters", "move", "talk.mp3", "end", "0:21")
    podpipe("chapters", "talk.mp3", "rename", "0:09", "Mid -1")  # the verb may stand behind the file
    assert titles(home / "talk.mp3") == [("Start", 0), ("Mid -1", 9000), ("End", 21_000)]
    assert audio_chapters.read(home / "talk.mp3")[2].url == "https://example.org/"
    answer = json.loads(podpipe("chapters", "remove", "talk.mp3", "1", "end", "--json"))
    assert [chapter["title"] for chapter in answer["chapters"]] == ["Mid -1"]
    assert b"".join(block.tobytes() for block in audio.decode(home / "talk.mp3")) == sound


def test_options_may_be_written_as_verbs(home: Path, podpipe: Callable[..., str]) -> None:
    name = folder(home).id
    assert podpipe("chapters", "export", name, "c.csv").startswith("c.csv: 3 chapters, ")
    podpipe("chapters", "rename", name, "2", "Other")
    podpipe("chapters", name, "import", "c.csv")
    assert "Other" not in podpipe("chapters", name)
    assert "podpipe's own" in podpipe("chapters", "revert", name)


def test_titles_that_begin_with_a_dash_and_a_list_that_ends_empty(home: Path, podpipe: Callable[..., str]) -> None:
    name = folder(home).id
    podpipe("chapters", "add", name, "5", "- dash")
    podpipe("chapters", "rename", name, "- dash", "-1", "--url", "https://example.org/")
    assert of_episode(home)[1] == ("-1", 5000, "edited")
    podpipe("chapters", "remove", name, "1", "-1", "3", "goodbye")
    assert of_episode(home) == titles(folder(home).tagged) == []
    assert podpipe("chapters", name) == "talk has no chapters.\n"
    assert ingested(home / "library", home / "talk.mp3", force=frozenset({"index"})).error == ""


@pytest.mark.parametrize("ending", ["m4a", "ogg", "flac"])
def test_other_containers(home: Path, podpipe: Callable[..., str], ending: str) -> None:
    import av

    with av.open("talk.mp3") as source, av.open(f"talk.{ending}", "w") as out:
        stream = out.add_stream({"m4a": "aac", "ogg": "libopus", "flac": "flac"}[ending], rate=48_000, layout="mono")
        resampler = av.AudioResampler(stream.codec_context.format, "mono", 48_000, stream.codec_context.frame_size)
        for frame in (*source.decode(audio=0), None):
            for fitting in resampler.resample(frame):
                out.mux(stream.encode(fitting))
        out.mux(stream.encode(None))
    podpipe("chapters", f"talk.{ending}", "--import", "talk.txt")
    assert titles(home / f"talk.{ending}") == [("Welcome", 0), ("Kernel", 10_000), ("Goodbye", 20_000)]


@pytest.mark.parametrize(
    ("name", "format_name"),
    [
        ("c.json", None), ("c.psc", None), ("c.xml", None), ("c.vtt", None), ("c.csv", None), ("c.ffmeta", None),
        ("c.labels", None), ("c.txt", "audacity"), ("c.txt", "youtube"), ("c.txt", "apple"), ("c.txt", "description"),
        ("c.mp3", None), ("c.mp3", "id3"),
    ],
)  # fmt: skip
def test_what_is_exported_is_imported_again(
    home: Path, podpipe: Callable[..., str], name: str, format_name: str | None
) -> None:
    given = ["--format", format_name] if format_name else []
    before = of_episode(home)
    said = podpipe("chapters", folder(home).id, "--export", name, *given)
    assert said.startswith(f"{name}: 3 chapters, ")
    podpipe("chapters", "remove", folder(home).id, "2")
    podpipe("chapters", folder(home).id, "--import", name, *(given if name != "c.txt" else []))
    assert [(title, start) for title, start, _ in of_episode(home)] == [(title, start) for title, start, _ in before]


def test_a_link_stays_when_a_format_without_links_comes_back(home: Path, podpipe: Callable[..., str]) -> None:
    name = folder(home).id
    podpipe("chapters", "add", name, "0:15.250", "More", "--url", "https://example.org/", "--image", "https://e.org/i")
    said = podpipe("chapters", name, "--export", "c.txt", "--format", "spotify")
    assert said == (
        "! the link of 'More' is lost\n"
        "! the image of 'More' is lost\n"
        "! the start of 'More' is cut to a whole second\n"
        "c.txt: 4 chapters, description text for Spotify\n"
    )
    (home / "c.txt").write_text((home / "c.txt").read_text().replace("Kernel", "Kernels"))
    podpipe("chapters", name, "--import", "c.txt")
    found = folder(home).chapters().chapters
    assert [c.title for c in found] == ["Welcome", "Kernels", "More", "Goodbye"]
    assert (found[2].start_ms, found[2].url, found[2].image) == (15_250, "https://example.org/", "https://e.org/i")


def test_through_pipes(home: Path, podpipe: Callable[..., str]) -> None:
    text = podpipe("chapters", folder(home).id, "--export", "-", "--format", "youtube")
    assert text == "00:00 Welcome\n00:10 Kernel\n00:20 Goodbye\n"
    podpipe("chapters", "talk.mp3", "--import", "-", "--format", "text", stdin=text.encode())
    assert titles(home / "talk.mp3")[1] == ("Kernel", 10_000)


def test_an_export_into_audio(home: Path, podpipe: Callable[..., str]) -> None:
    podpipe("chapters", "add", "talk.mp3", "5", "Own")
    podpipe("chapters", "talk.mp3", "--export", "copy.mp3")
    assert titles(home / "copy.mp3") == [("Own", 5000)]
    podpipe("chapters", folder(home).id, "--export", "copy.mp3")
    assert [title for title, _ in titles(home / "copy.mp3")] == ["Welcome", "Kernel", "Goodbye"]
    assert titles(home / "talk.mp3") == [("Own", 5000)]
    assert "is no .ogg file; podpipe does not convert" in podpipe("chapters", "talk.mp3", "--export", "c.ogg", code=1)
    assert not (home / "c.ogg").exists()


def test_a_list_is_shown_and_turned_into_another(home: Path, podpipe: Callable[..., str]) -> None:
    assert "Kernel" in podpipe("chapters", "talk.txt")
    podpipe("chapters", "talk.txt", "--export", "c.psc")
    assert 'start="00:00:10.000" title="Kernel"' in (home / "c.psc").read_text()
    assert "change it in an editor" in podpipe("chapters", "remove", "c.psc", "1", code=1)


def test_editing_in_an_editor(home: Path, podpipe: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    name = folder(home).id
    editor(home, monkeypatch, "text = text.replace('Kernel', 'Kernels  <https://e.org>').replace('0:00:20.000', '25s')")
    assert podpipe("chapters", name, "--edit") == "talk: 3 chapters, by hand\n"
    assert [(c.title, c.start_ms, c.url) for c in folder(home).chapters().chapters] == [
        ("Welcome", 0, ""),
        ("Kernels", 10_000, "https://e.org"),
        ("Goodbye", 25_000, ""),
    ]


@pytest.mark.parametrize("script", ["pass", "text = ''", "text = text.splitlines()[0]", "text += '\\n  \\n'"])
def test_nothing_changes_when_the_text_is_empty_or_as_it_was(
    home: Path, podpipe: Callable[..., str], monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    before = (folder(home).path / "chapters.json").read_bytes()
    editor(home, monkeypatch, script)
    assert podpipe("chapters", folder(home).id, "--edit") == "Nothing was changed.\n"
    assert not list(home.parent.glob("podpipe-*"))
    assert (folder(home).path / "chapters.json").read_bytes() == before


def test_a_mistake_is_named_and_the_text_is_there_again(
    home: Path, podpipe: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(
        home,
        monkeypatch,
        "text = text.replace('0:00:10.000 Kernel', 'ten Kernels')",
        "assert 'ten Kernels' in text; text = text.replace('ten', '0:10')",
    )
    said = podpipe("chapters", folder(home).id, "--edit", stdin=b"y\n")
    assert ": 'ten' is no time; write it like 1:02:03.5, 62:03 or 90s" in said
    assert said.startswith("line ")
    assert of_episode(home)[1] == ("Kernels", 10_000, "edited")


def test_who_gives_up_keeps_the_text(home: Path, podpipe: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    for answer in (b"n\n", b""):
        editor(home, monkeypatch, "text += 'soon Mine'")
        said = podpipe("chapters", folder(home).id, "--edit", stdin=answer, code=1)
        kept = Path(said.rstrip().rpartition(" ")[2])
        assert "nothing was changed; the text is kept in" in said
        assert kept.read_text().endswith("soon Mine")
        kept.unlink()
    assert of_episode(home)[0][2] == "publisher"


def test_a_text_that_can_not_be_written_is_kept(
    home: Path, podpipe: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import wave

    with wave.open("talk.wav", "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(160_000))
    editor(home, monkeypatch, "text += '0:00 Start'")
    said = podpipe("chapters", "talk.wav", "--edit", code=1)
    assert "can't be written into wav" in said
    assert Path(said.rstrip().rpartition(" ")[2]).read_text().endswith("0:00 Start")


def test_a_change_that_came_between_is_not_lost(
    home: Path, podpipe: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder(home).path / "chapters.json"
    editor(
        home,
        monkeypatch,
        f"other = pathlib.Path({str(path)!r}); other.write_text(other.read_text().replace('Kernel', 'Theirs'))\n"
        "text = text.replace('Kernel', 'Mine')",
    )
    said = podpipe("chapters", folder(home).id, "--edit", code=1)
    assert "were changed meanwhile; your text is kept in" in said
    assert of_episode(home)[1][0] == "Theirs"


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ("false", "the editor 'false' ended with code 1; nothing was changed"),
        ("/no/such/editor", "the editor '/no/such/editor' can't be started"),
        ("'unclosed", "$VISUAL can't be read as a command"),
    ],
)
def test_an_editor_that_fails(
    home: Path, podpipe: Callable[..., str], monkeypatch: pytest.MonkeyPatch, command: str, complaint: str
) -> None:
    monkeypatch.setenv("VISUAL", command)
    assert complaint in podpipe("chapters", folder(home).id, "--edit", code=1)
    assert not list(home.parent.glob("podpipe-*"))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nosuch.mp3"], "nosuch.mp3 does not exist; check the path, or give an episode"),
        (["nosuch"], "no episode in"),
        (["."], "no episode in"),
        (["./library"], "./library is a folder, and no episode's"),
        (["talk.txt.mp3"], "does not exist"),
        (["add", "talk.mp3", "5:00", "Late"], "'Late' would begin at 5:00, but all is over at 0:30"),
        (["move", "{id}", "2", "0:20"], "'Goodbye' begins at 0:20 already"),
        (["rename", "{id}", "o", "x"], "'o' fits 2 chapters (1 'Welcome', 3 'Goodbye')"),
        (["rename", "{id}", "2", ""], "a chapter needs a title"),
        (["remove", "{id}", "7"], "no chapter is '7'; give a number (there are 3)"),
        (["shift", "{id}", "-5"], "'Welcome' would begin before the episode does"),
        (["{id}", "--export", "c.txt"], "c.txt may be description or audacity; say which with --format"),
        (["{id}", "--export", "c.doc"], "no format ends in .doc; give --format: json, psc"),
        (["{id}", "--export", "c.x", "--format", "doc"], "unknown format 'doc'"),
        (["{id}", "--export", "no/such/c.json"], "no/such/c.json does not exist"),
        (["{id}", "--import", "nosuch.json"], "nosuch.json does not exist"),
        (["{id}", "--import", "late.vtt"], "'Late' would begin at 10:00, but all is over at 0:30"),
        (["{id}", "--import", "empty.json"], "empty.json holds no chapters; nothing was changed"),
        (["{id}", "--import", "empty.psc"], "empty.psc is no Podlove Simple Chapters file"),
        (["{id}", "--import", "talk.mp3"], "talk.mp3 holds no chapters; nothing was changed"),
    ],
)
def test_mistakes_are_one_sentence_and_change_nothing(
    home: Path, podpipe: Callable[..., str], arguments: list[str], complaint: str
) -> None:
    (home / "late.vtt").write_text("WEBVTT\n\n10:00.000 --> 11:00.000\nLate\n")
    (home / "empty.json").write_text('{"version": "1.2.0", "chapters": []}')
    (home / "empty.psc").write_text("")
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file() and ".locks" not in path.parts}
    said = podpipe("chapters", *(a.replace("{id}", folder(home).id) for a in arguments), code=1)
    assert complaint in said
    assert said.startswith("podpipe: ") and said.count("\n") == 1
    after = {path: path.read_bytes() for path in before}
    assert after == before


@pytest.mark.parametrize(
    "arguments",
    [
        "", "--json", "talk --export", "talk --export -", "talk --import -", "talk --format csv", "talk extra",
        "talk --edit --export c.json", "show talk --nosuch", "add talk", "add talk 5 x y", "add talk 5 x --url",
        "add talk soon x", "shift talk far",
    ],
)  # fmt: skip
def test_wrong_usage(home: Path, podpipe: Callable[..., str], arguments: str) -> None:
    podpipe("chapters", *arguments.split(), code=2)


def test_an_index_that_is_gone_is_said(home: Path, podpipe: Callable[..., str]) -> None:
    shutil.rmtree(home / "library" / "index")
    said = podpipe("chapters", "rename", folder(home).id, "1", "Hello")
    assert said.startswith("! the index does not have it yet: ")
    assert of_episode(home)[0][0] == "Hello"
    assert titles(folder(home).tagged)[0] == ("Hello", 0)


def test_what_is_in_a_file_reaches_no_terminal_as_a_command(home: Path, podpipe: Callable[..., str]) -> None:
    (home / "evil.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\n\x1b[2JEvil\u202e\n")
    podpipe("chapters", "talk.mp3", "--import", "evil.vtt")
    assert "\x1b" not in podpipe("chapters", "talk.mp3")
    assert "\u202e" not in podpipe("chapters", "evil.vtt")


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_file_keeps_its_mode(home: Path, podpipe: Callable[..., str]) -> None:
    (home / "talk.mp3").chmod(0o640)
    podpipe("chapters", "add", "talk.mp3", "1", "X")
    assert (home / "talk.mp3").stat().st_mode & 0o777 == 0o640
