"""Transcripts that a publisher offers, from a feed, a page, or beside a file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from loopback import Loopback
from podpipe import ingest, transcripts
from podpipe.ingest import Outcome, Request
from podpipe.library import EpisodeFolder, Library
from podpipe.models import Cue, Episode, Turn
from podpipe.net import Client
from podpipe.search import open_index, search
from podpipe.speech.fake import FakeRecogniser
from podpipe.stages import Tools

HEARD = "Let us begin with the Oom killer, which takes what it can get, and ends it on a Sunday night."
WRITTEN = HEARD.replace("Oom", "OOM").replace("Sunday night", "Sunday night in Graz")
VTT = "WEBVTT\n\n" + "".join(
    f"0{number}:00.000 --> 0{number}:09.000\n<v {name}>{WRITTEN}\n\n"
    for number, name in enumerate(["Ann", "Bob", "Ann", "Bob", "Ann", "Bob", "Ann"])
)
FEED = """<rss xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel><title>Show</title><language>en</language>
<item><title>One</title><guid>1</guid><enclosure url="/1.mp3" type="audio/mpeg" length="{length}"/>{more}</item>
</channel></rss>"""


class Site:
    """A feed of one episode, and a library that it is ingested into."""

    def __init__(self, site: Loopback, root: Path, speech: bytes) -> None:
        self.site, self.library = site, Library(root)
        self._length = len(speech)
        site.serve("/1.mp3", speech, "audio/mpeg", etag='"1"')

    def offer(self, path: str, body: bytes | str, media_type: str, *, status: int = 200, language: str = "") -> str:
        self.site.serve(path, body, media_type, status=status)
        return f'<podcast:transcript url="{path}" type="{media_type}" language="{language}"/>'

    def ingest(self, more: str = "", source: str | Path | None = None) -> Outcome:
        if source is None:
            text = FEED.format(length=self._length, more=more)
            source = self.site.serve("/feed", text, "application/rss+xml")
        self.library.prepare()
        with (
            Client((str(source),), pause_s=0, timeout_s=5) as client,
            open_index(self.library.index, create=True) as index,
        ):
            tools = Tools(client, FakeRecogniser(*HEARD.split()), index)
            (outcome,) = ingest.ingest(Request((str(source),)), self.library, tools, quiet)
        assert outcome.error == ""
        return outcome

    @property
    def folder(self) -> EpisodeFolder:
        (folder,) = self.library
        return folder

    def asked(self, path: str) -> int:
        return sum(asked == path for asked, _ in self.site.requests)


def quiet(episode: Episode, stage: str, done: int, total: int | None) -> None:
    """No progress."""


@pytest.fixture
def show(site: Loopback, tmp_path: Path, demo: Path) -> Iterator[Site]:
    yield Site(site, tmp_path / "library", (demo / "episode.mp3").read_bytes())


def test_it_is_kept_as_it_came_and_spells_the_words(show: Site) -> None:
    outcome = show.ingest(show.offer("/1.vtt", VTT, "text/vtt"))
    assert outcome.status == "done"
    assert [remark[:45] for remark in outcome.remarks] == ["times in the publisher's transcript are off by"[:45]]
    folder = show.folder
    assert (folder.path / "published-transcript.vtt").read_text() == VTT
    transcript = folder.transcript()
    assert "OOM" in {word.text for word in transcript.words}
    assert "Oom" not in {word.text for word in transcript.words}
    assert {word.origin for word in transcript.words} >= {"publisher"}
    assert transcript.speakers[:2] == (
        Turn(transcript.words[0].start_ms, "Ann"),
        Turn(next(word for word in transcript.words[1:] if word.text == "Let").start_ms, "Bob"),
    )
    assert "<v Bob>Let us begin with the OOM killer," in (folder.path / "transcript.vtt").read_text()
    assert "] Ann: Let us begin" in (folder.path / "transcript.txt").read_text()
    with open_index(show.library.index) as index:
        assert search(index, "Graz").hits


def test_the_second_time_nothing_is_done_and_a_new_one_needs_no_download(show: Site) -> None:
    first = show.ingest()
    assert show.folder.published_transcript() is None
    offered = show.offer("/1.vtt", VTT, "text/vtt")
    second = show.ingest(offered)
    assert next(iter(second.seconds)) == "published"
    assert {"align", "transcripts", "index"} <= set(second.seconds)
    assert not {"fetch", "transcribe"} & set(second.seconds)
    assert show.ingest(offered).status == "unchanged"
    assert (first.status, show.asked("/1.mp3"), show.asked("/1.vtt")) == ("done", 1, 1)


def test_the_format_that_tells_the_most_is_taken_in_the_language_of_the_show(show: Site) -> None:
    json = '{"version": "1.0.0", "segments": [{"startTime": 0, "body": "x"}]}'
    offered = [
        show.offer("/1.html", "<p>x</p>", "text/html"),
        show.offer("/es.json", json, "application/json", language="es"),
        show.offer("/1.srt", "1\n00:00:00,000 --> 00:00:09,000\nx\n", "application/x-subrip"),
        show.offer("/1.json", json, "application/json", language="en-US"),
    ]
    show.ingest("".join(offered))
    assert (show.folder.path / "published-transcript.json").read_text() == json
    assert [show.asked(path) for path in ("/1.html", "/es.json", "/1.srt", "/1.json")] == [0, 0, 0, 1]
    show.ingest(offered[2])
    assert [path.name for path in show.folder.path.glob("published-transcript.*")] == ["published-transcript.srt"]


def test_the_next_best_is_taken_where_the_best_can_not_be_had(show: Site) -> None:
    broken = show.offer("/1.json", "{", "application/json")
    gone = show.offer("/1.vtt", "", "text/vtt", status=404)
    outcome = show.ingest(broken + gone + show.offer("/1.srt", srt(), "text/srt"))
    assert outcome.remarks == ()
    assert (show.folder.path / "published-transcript.srt").read_text() == srt()


def srt() -> str:
    return f"1\n00:00:00,000 --> 00:00:09,000\nAnn: {WRITTEN}\n"


def test_failure_is_a_remark_and_what_was_not_there_is_asked_for_again(show: Site) -> None:
    offered = show.offer("/1.vtt", "gone", "text/vtt", status=404)
    outcome = show.ingest(offered)
    assert outcome.status == "done"
    assert outcome.remarks[0].startswith("the publisher's transcript could not be had: http://127.0.0.1")
    assert len(show.ingest(offered).remarks) == 1
    show.offer("/1.vtt", VTT, "text/vtt")
    assert {"published", "align", "transcripts", "index"} <= set(show.ingest(offered).seconds)


def test_what_can_not_be_read_is_a_remark_once(show: Site) -> None:
    offered = show.offer("/1.json", '{"segments": 5}', "application/json")
    assert show.ingest(offered).remarks[0].endswith('(json): line 1: no list of "segments"')
    assert show.ingest(offered).status == "unchanged"
    assert show.asked("/1.json") == 1


@pytest.mark.parametrize(
    "body",
    [
        "WEBVTT\n\n00:00.000 --> 00:09.000\n<v Eve>" + "Der Kern ist schneller geworden und alle sind sehr froh. " * 9,
        "<html><body><p>Please sign in to read this transcript.</p><p>Forgot your password?</p></body></html>",
    ],
)
def test_one_of_something_else_changes_nothing_and_is_a_remark(show: Site, body: str) -> None:
    show.ingest()
    before = {name: (show.folder.path / name).read_bytes() for name in ("transcript.json", "chapters.json")}
    outcome = show.ingest(show.offer("/1.vtt", body, "text/vtt"))
    assert outcome.remarks == ("only 0% of the publisher's transcript is heard: it may be of another episode",)
    assert {name: (show.folder.path / name).read_bytes() for name in before} == before


def test_a_private_address_is_not_asked(show: Site) -> None:
    outcome = show.ingest('<podcast:transcript url="http://127.0.0.2:1/x.vtt" type="text/vtt"/>')
    assert "could not be had" in outcome.remarks[0]
    assert show.folder.published_transcript() is None


def test_one_that_a_person_edited_stays(show: Site) -> None:
    show.ingest(show.offer("/1.vtt", VTT, "text/vtt"))
    path = show.folder.path / "published-transcript.vtt"
    path.write_text(VTT.replace("OOM", "O.O.M."))
    outcome = show.ingest(show.offer("/1.vtt", VTT, "text/vtt"))
    assert next(iter(outcome.seconds)) == "align"
    assert "O.O.M." in {word.text for word in show.folder.transcript().words}


def test_subtitles_beside_a_file(show: Site, tmp_path: Path, demo: Path) -> None:
    shutil.copy(demo / "episode.mp3", tmp_path / "talk.mp3")
    (tmp_path / "talk.srt").write_text(srt())
    show.ingest(source=tmp_path / "talk.mp3")
    assert show.folder.transcript().speakers[0].speaker == "Ann"
    (tmp_path / "talk.srt").write_text(srt().replace("Ann", "Eve"))
    assert "fetch" not in show.ingest(source=tmp_path / "talk.mp3").seconds
    assert show.folder.transcript().speakers[0].speaker == "Eve"


def test_subtitles_of_a_page(show: Site) -> None:
    page = (
        '<html lang="en"><body><h1>One</h1><audio src="/1.mp3"><track kind="chapters" src="/c.vtt">'
        '<track kind="captions" srclang="en" src="t/1.vtt"></audio><a href="http://[x.vtt">x</a></body></html>'
    )
    show.site.serve("/t/1.vtt", VTT, "text/vtt")
    show.ingest(source=show.site.serve("/page", page, "text/html"))
    assert (show.folder.path / "published-transcript.vtt").is_file()
    assert show.asked("/c.vtt") == 0


def test_what_podpipe_writes_it_reads_as_published(show: Site) -> None:
    show.ingest(show.offer("/1.vtt", VTT, "text/vtt"))
    for kind in ("vtt", "srt"):
        path = show.folder.path / f"transcript.{kind}"
        found = transcripts.read(path.read_bytes(), str(path)).cues
        assert all(isinstance(cue, Cue) and cue.speaker in ("Ann", "Bob", "") for cue in found)
        assert found[0].speaker == "Ann"
