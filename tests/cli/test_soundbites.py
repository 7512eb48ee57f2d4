"""``podpipe soundbites`` as a user runs it; a person's list wins in every later run, over whatever the feed has."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import library_by_hand
from loopback import Loopback
from podpipe import cli, ingest, soundbites, storage
from podpipe.cli import console
from podpipe.errors import SoundbiteError
from podpipe.ingest import Outcome, Request
from podpipe.library import EpisodeFolder, Library
from podpipe.models import Soundbite
from podpipe.net import Client
from podpipe.search import open_index
from podpipe.speech.fake import FakeRecogniser
from podpipe.stages import Tools

NAME = "2026-01-01-news-aaaaaaaa"
TALK = {
    "Opening": ["Today memory and the OOM killer, and io_uring with its rings."],
    "Memory": [
        "Let us begin.",
        "The OOM killer ends a process when memory is short and nothing else helps the kernel at all, as it must.",
        "It reads oom_score of each process, and the OOM killer takes the process that has most of the memory then.",
        "A daemon may write to oom_score_adj, and then the OOM killer takes another process of the machine instead.",
        "So much for that.",
    ],
    "Rings": ["There are rings.", "One ring is for requests, and one ring is for answers."],
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    library = Library(tmp_path)
    library.prepare()
    library_by_hand.add(library, NAME, TALK, title="News")
    library_by_hand.index(library)
    monkeypatch.setenv("PODPIPE_LIBRARY", str(tmp_path))
    return library


@pytest.fixture
def podpipe(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., str]:
    """Runs a command in this process; gives what it printed, first standard error's lines."""

    def run(*arguments: str, code: int = 0) -> str:
        console.out.cache_clear()
        console.err.cache_clear()
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        printed = capfdbinary.readouterr()
        assert (ended.value.code or 0) == code, printed
        return (printed.err + printed.out).decode()

    return run


def published(folder: EpisodeFolder, *bites: Soundbite) -> None:
    """Have the feed say so."""
    facts = json.loads((folder.path / "episode.json").read_bytes())
    facts["soundbites"] = json.loads(storage.encode(bites))
    (folder.path / "episode.json").write_text(json.dumps(facts))


def own(folder: EpisodeFolder) -> list[tuple[int, int, str]]:
    return [
        (b["start_ms"], b["duration_ms"], b["title"])
        for b in json.loads((folder.path / "soundbites.json").read_bytes())
    ]


def test_they_are_added_and_removed(place: Library, podpipe: Callable[..., str]) -> None:
    assert podpipe("soundbites", "news") == "News has no soundbites.\n"
    podpipe("soundbites", "add", "news", "0:20", "0:38.5", "The OOM killer")
    assert "1  0:02.0  0:18.0  0:16.0  First [bold]" in podpipe(
        "soundbites", "news", "add", "2", "+16", "  First\n[bold] "
    )
    folder = place.folder(NAME)
    assert own(folder) == [(2000, 16_000, "First [bold]"), (20_000, 18_500, "The OOM killer")]
    assert "By hand, in soundbites.json.\n" in podpipe("soundbites", "show", "news")
    told = json.loads(podpipe("soundbites", "add", "news", "20s", "0:38.5", "-Killer-", "--json"))
    assert (told["is_own"], told["soundbites"][1]["end_ms"], told["soundbites"][1]["title"]) == (
        True,
        38_500,
        "-Killer-",
    )
    podpipe("soundbites", "remove", "news", "2", "1")
    assert own(folder) == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["add", "news", "0:30", "0:20"], 1, "0:20 is not after 0:30; a length is written like +45"),
        (["add", "news", "0:30", "+0"], 1, "0:30 is not after 0:30"),
        (["add", "news", "0:30", "+9:00"], 1, "0:30 to 9:30 is not within the episode, which ends at 0:"),
        (["add", "news", "soon", "0:20"], 2, "'soon' is no time"),
        (["add", "news", "0:30", "+soon"], 2, "'soon' is no time"),
        (["remove", "news", "1"], 1, "the episode has no soundbite 1; it has none"),
        (["remove", "news", "first"], 2, "valid int"),
        (["add", "olds", "0:30", "+15"], 1, "no episode in"),
    ],
)
def test_what_can_not_be_is_said(
    place: Library, podpipe: Callable[..., str], arguments: list[str], code: int, said: str
) -> None:
    assert said in podpipe("soundbites", *arguments, code=code)
    assert not (place.folder(NAME).path / "soundbites.json").exists()


def test_what_apps_may_not_like_is_said_and_done(place: Library, podpipe: Callable[..., str]) -> None:
    answer = podpipe("soundbites", "add", "news", "1", "+14.5", "x" * 130)
    assert "! 0:14.500 long: the podcast namespace recommends 15 s to 2 min\n" in answer
    assert "! the title has 130 characters, and feeds 128 of it\n" in answer
    assert "!" not in podpipe("soundbites", "add", "news", "1", "+15")
    assert len(own(place.folder(NAME))) == 2


def test_a_persons_stand_in_place_of_the_feeds(place: Library, podpipe: Callable[..., str]) -> None:
    folder = place.folder(NAME)
    published(folder, Soundbite(9000, 15_000, "B"), Soundbite(1000, 10**8, "To the end"), Soundbite(10**9, 1000))
    end_ms = folder.transcript().duration_ms
    listed = podpipe("soundbites", "news")
    assert "! 1 more would not be within the episode, and so are not published\n" in listed
    assert "From the feed.\n" in listed
    podpipe("soundbites", "remove", "news", "1")
    assert own(folder) == [(1000, end_ms - 1000, "To the end")]
    assert "The feed's 3 are not used: delete that file to have them back." in podpipe("soundbites", "news")
    (folder.path / "soundbites.json").unlink()
    assert soundbites.of(folder, end_ms).listed[0].title == "B"


def test_a_file_that_was_spoiled_by_hand_is_named(place: Library, podpipe: Callable[..., str]) -> None:
    path = place.folder(NAME).path / "soundbites.json"
    path.write_text('[{"start_ms": "soon"}]')
    assert f"{path} can't be read" in podpipe("soundbites", "news", code=1)
    path.write_text('[{"start_ms": -5, "duration_ms": 9}, {"start_ms": 5, "duration_ms": 0}]')
    assert "News has no soundbites." in podpipe("soundbites", "news")


def test_suggestions_say_why_and_what_to_type(place: Library, podpipe: Callable[..., str]) -> None:
    answer = podpipe("soundbites", "suggest", "news")
    assert "· Memory\n   Names" in answer and "of the chapter's" in answer and "OOM killer" in answer
    assert "Today memory" not in answer  # the opening names all and tells of none
    [command] = [line.strip() for line in answer.splitlines() if "soundbites add" in line]
    assert not (place.folder(NAME).path / "soundbites.json").exists()
    podpipe(*shlex.split(command)[1:])
    [(start_ms, length_ms, title)] = own(place.folder(NAME))
    words = [word for word in place.folder(NAME).transcript().words if start_ms <= word.start_ms < start_ms + length_ms]
    assert (words[0].text, words[-1].text, title) == ("It", "that.", "Memory")
    assert 15_000 <= length_ms <= 60_500
    [told] = json.loads(podpipe("soundbites", "suggest", "news", "--json"))
    assert set(told["terms"]) >= {"OOM killer"} and len(told["terms"]) <= told["of_terms"]


def test_nothing_is_suggested_where_nothing_stands_out(place: Library, podpipe: Callable[..., str]) -> None:
    library_by_hand.add(place, "2026-01-02-chat-bbbbbbbb", {"Chat": ["Yes.", "No.", "Perhaps."]})
    library_by_hand.index(place)
    assert "Nothing to suggest" in podpipe("soundbites", "suggest", "chat", code=1)
    library_by_hand.add(place, "2026-01-03-late-cccccccc", TALK)
    assert "late-cccccccc is not in the index" in podpipe("soundbites", "suggest", "late", code=1)


def test_they_survive_every_later_run(
    tmp_path: Path, site: Loopback, tone: Path, podpipe: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.serve("/1.mp3", tone.read_bytes(), "audio/mpeg", etag='"1"')
    assert ingested(tmp_path, _feed(site, "1")).error == ""
    (folder,) = Library(tmp_path)
    assert folder.episode().soundbites == (Soundbite(1000, 1000, "Feed's"),)
    podpipe("soundbites", "add", folder.id, "0", "+2", "Mine", "--library", str(tmp_path))
    for force in (frozenset[str](), frozenset({"describe", "align", "tag"})):
        assert ingested(tmp_path, _feed(site, "1.5"), force).error == ""
        assert own(folder) == [(0, 2000, "Mine"), (1000, 1000, "Feed's")]
    assert folder.episode().soundbites == (Soundbite(1500, 1000, "Feed's"),)
    monkeypatch.setenv("PODPIPE_LIBRARY", str(tmp_path))
    assert "1  0:00.0  0:02.0  0:02.0  Mine" in podpipe("show", folder.id)
    assert [bite["title"] for bite in json.loads(podpipe("show", folder.id, "--json"))["soundbites"]] == [
        "Mine",
        "Feed's",
    ]


def test_they_go_with_the_sound_that_is_cut(tmp_path: Path, podpipe: Callable[..., str]) -> None:
    library = Library(tmp_path)
    library_by_hand.add(library, NAME, TALK, sound=True)
    published(
        library.folder(NAME), Soundbite(2000, 4000, "Before"), Soundbite(10_000, 5000), Soundbite(20_000, 16_000, "x")
    )
    output = tmp_path / "out.mp3"
    podpipe("cut", NAME, "--remove", "9-15.1", "--remove", "22-25", "--output", str(output), "--library", str(tmp_path))
    moved = storage.read_json(tmp_path / "out.soundbites.json", tuple[Soundbite, ...])
    assert moved == (Soundbite(2000, 4000, "Before"), Soundbite(13_900, 13_000, "x"))


def _feed(site: Loopback, start: str) -> str:
    return site.serve(
        "/feed",
        '<rss version="2.0"><channel><title>S</title><item><title>T</title><guid>g</guid>'
        f'<enclosure url="/1.mp3" length="1" type="audio/mpeg"/><podcast:soundbite startTime="{start}" duration="1">'
        "Feed's</podcast:soundbite></item></channel></rss>",
        "application/rss+xml",
    )


def ingested(root: Path, source: str, force: frozenset[str] = frozenset()) -> Outcome:
    library = Library(root)
    library.prepare()
    with Client([source], pause_s=0, timeout_s=5) as client, open_index(library.index, create=True) as index:
        tools = Tools(client, FakeRecogniser("Nothing."), index)
        (outcome,) = ingest.ingest(Request((source,), force=force), library, tools, lambda *_: None)
    return outcome


stretches = st.builds(Soundbite, st.integers(0, 99), st.integers(1, 99), st.sampled_from(["", "a", "b"]))


@given(st.lists(stretches, max_size=5))
def test_whatever_is_added_lies_within_and_in_order(wanted: list[Soundbite]) -> None:
    listed: tuple[Soundbite, ...] = ()
    for new in wanted:
        if new.end_ms > 100:
            with pytest.raises(SoundbiteError, match="not within the episode"):
                soundbites.add(listed, new, 100)
        else:
            listed = soundbites.add(listed, new, 100)
            assert new in listed
    assert [bite.start_ms for bite in listed] == sorted(bite.start_ms for bite in listed)
    assert len({(bite.start_ms, bite.duration_ms) for bite in listed}) == len(listed)
    for number, bite in enumerate(listed, 1):
        assert soundbites.remove(listed, [number]) == tuple(other for other in listed if other != bite)
