from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from podpipe import corrections, learned, stages
from podpipe import library as names
from podpipe.chapters import reading
from podpipe.library import Library
from podpipe.search import open_index, search
from podpipe.web.app import Settings
from podpipe.work import Work
from web_app import MEMORY, TUNNELS, Served

EDIT = Settings(can_edit=True)
WORDS = f"/api/episodes/{MEMORY}/words"
NAMES = f"/api/episodes/{MEMORY}/names"
CHAPTERS = f"/api/episodes/{MEMORY}/chapters"


@pytest.fixture
def served(open_server: Callable[..., Served]) -> Served:
    return open_server(EDIT)


def post(served: Served, path: str, status: int = 200, **body) -> str:
    answer = served.client.post(path, json=body)
    assert answer.status_code == status, answer.text
    told = answer.json()
    return told["what"] if status == 200 else str(told["detail"])


def text(served: Served, episode: str = MEMORY) -> str:
    return " ".join(word.text for word in served.library.folder(episode).transcript().words)


def finds(library: Library, query: str) -> set[str]:
    with open_index(library.index) as index:
        return {hit.episode_id for hit in search(index, query).hits}


def test_a_word_is_saved_shown_and_found(served: Served) -> None:
    first = text(served).split().index("rings.")
    told = post(served, WORDS, first=first, last=first, text="ringbuffers.", expected="rings.")
    assert told == "“rings.” is “ringbuffers.”"
    assert "ringbuffers." in served.client.get(f"/episodes/{MEMORY}").text
    served.settle()
    assert finds(served.library, "ringbuffers") == {MEMORY}
    folder = served.library.folder(MEMORY)
    assert "ringbuffers" in (folder.path / "transcript.vtt").read_text()
    assert folder.ledger().is_edited(names.TRANSCRIPT)


def test_a_name_everywhere_in_the_show(served: Served) -> None:
    told = post(served, NAMES, heard="oil and killer", name="OOM killer", scope="show")
    assert told == "“oil and killer” is “OOM killer”, in 3 places"
    served.settle()
    assert "OOM killer's choice" in text(served)
    assert "oil and killer" not in text(served) + text(served, TUNNELS)
    assert finds(served.library, '"oom killer"') == {MEMORY, TUNNELS}
    remarks = served.client.get("/api/corrections/pending").json()["remarks"]
    assert remarks[-1] == "“OOM killer” is spelled so in 1 other episode"


def test_a_name_in_one_episode_leaves_the_others(served: Served) -> None:
    post(served, NAMES, heard="oil and killer", name="OOM killer", scope="episode")
    served.settle()
    assert "oil and killer" in text(served, TUNNELS)


def test_the_show_s_next_episodes_are_told_a_corrected_name_until_it_is_taken_back(served: Served) -> None:
    def taught() -> list[str]:
        folder = served.library.folder(TUNNELS)
        return [term.text for term in learned.taught(served.library.episodes, folder.episode(), ())]

    post(served, NAMES, heard="oil and killer", name="OOM killer")
    assert taught() == ["OOM killer"]
    post(served, f"/api/episodes/{MEMORY}/corrections/undo")
    assert taught() == []


def test_a_name_is_right_in_titles_too(served: Served) -> None:
    post(served, NAMES, heard="io_uring", name="IO_uring")
    titles = [each["title"] for each in served.client.get(f"/api/episodes/{MEMORY}").json()["chapters"]]
    assert titles == ["Opening", "The OOM killer", "IO_uring"]


def test_a_chapter_s_title_and_start(served: Served) -> None:
    answer = served.client.patch(f"{CHAPTERS}/2", json={"expected": "The OOM killer", "title": "OOM", "start_ms": 2500})
    assert answer.json() == {"what": "chapter “The OOM killer” is “OOM” and begins at 0:02.500"}
    served.settle()
    folder = served.library.folder(MEMORY)
    assert [(c.title, c.start_ms) for c in reading.read(folder.tagged)][:2] == [("Opening", 0), ("OOM", 2500)]
    assert folder.is_by_hand()
    assert finds(served.library, "topic:OOM") == {MEMORY}


def test_a_chapter_more_and_one_less(served: Served) -> None:
    post(served, CHAPTERS, title="Hello", start_ms=1000)
    titles = [each["title"] for each in served.client.get(f"/api/episodes/{MEMORY}").json()["chapters"]]
    assert titles == ["Opening", "Hello", "The OOM killer", "io_uring"]
    served.client.delete(f"{CHAPTERS}/2", params={"expected": "Hello"})
    titles = [each["title"] for each in served.client.get(f"/api/episodes/{MEMORY}").json()["chapters"]]
    assert titles == ["Opening", "The OOM killer", "io_uring"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"expected": "io_uring", "start_ms": 0}, "already"),
        ({"expected": "io_uring", "start_ms": 99_999_999}, "all is over"),
    ],
)
def test_a_chapter_that_can_t_be(served: Served, body: dict[str, object], reason: str) -> None:
    before = (served.library.folder(MEMORY).path / names.CHAPTERS).read_bytes()
    answer = served.client.patch(f"{CHAPTERS}/3", json=body)
    assert answer.status_code == 409
    assert reason in answer.json()["detail"]
    assert (served.library.folder(MEMORY).path / names.CHAPTERS).read_bytes() == before


def test_who_is_slower_is_told(served: Served) -> None:
    assert "by now" in post(served, WORDS, 409, first=0, last=0, text="Hi", expected="Hello")
    answer = served.client.patch(f"{CHAPTERS}/1", json={"expected": "Other", "title": "x"})
    assert answer.status_code == 409


def test_what_was_corrected_can_be_taken_back_to_the_byte(served: Served) -> None:
    folder = served.library.folder(MEMORY)
    before = {name: (folder.path / name).read_bytes() for name in (names.TRANSCRIPT, names.CHAPTERS)}
    post(served, NAMES, heard="io_uring", name="IO_uring ring")
    post(served, WORDS, first=0, last=1, text="Hello")
    served.client.patch(f"{CHAPTERS}/1", json={"expected": "Opening", "title": "Start"})
    history = served.client.get(f"/api/episodes/{MEMORY}/corrections").json()
    assert [each["what"] for each in history] == [
        "chapter “Opening” is “Start”",
        "“Welcome to” is “Hello”",
        "“io_uring” is “IO_uring ring”, in 1 place",
    ]
    for _ in history:
        post(served, f"/api/episodes/{MEMORY}/corrections/undo")
    assert {name: (folder.path / name).read_bytes() for name in before} == before
    assert not folder.ledger().is_edited(names.TRANSCRIPT)
    assert not folder.is_by_hand()
    assert "nothing to take back" in post(served, f"/api/episodes/{MEMORY}/corrections/undo", 409)
    served.settle()
    assert finds(served.library, "welcome") == {MEMORY}


def test_a_correction_survives_a_restart_and_what_did_not_follow_does(open_server: Callable[..., Served]) -> None:
    first = open_server()
    folder = first.library.folder(MEMORY)
    # As if the server was killed after it had saved, and before anything followed.
    corrections.correct_words(first.library, folder, 0, 0, "Salutations")
    assert finds(first.library, "salutations") == set()
    again = open_server(EDIT)
    again.settle()
    assert "Salutations" in again.client.get(f"/episodes/{MEMORY}").text
    assert finds(again.library, "salutations") == {MEMORY}


def test_a_later_run_leaves_what_was_corrected(served: Served) -> None:
    post(served, WORDS, first=0, last=0, text="Salutations")
    served.settle()
    folder = served.library.folder(MEMORY)
    work = Work(folder, folder.episode(), lambda *_: None, frozenset({"align"}))
    stages.align(work, stages.outline_of(work.folder, work.episode))
    stages.transcripts(work)
    assert folder.transcript().words[0].text == "Salutations"
    assert "Salutations" in (folder.path / "transcript.txt").read_text()


def test_an_audio_that_changed_since_is_remarked(served: Served) -> None:
    post(served, WORDS, first=0, last=0, text="Salutations")
    folder = served.library.folder(MEMORY)
    path = folder.path / names.HYPOTHESIS
    path.write_text(json.dumps({**json.loads(path.read_text()), "duration_ms": 99_000}))
    work = Work(folder, folder.episode(), lambda *_: None)
    stages.outlived(work)
    assert "delete it to have it made anew" in work.remarks[0]


def test_nothing_to_correct_is_no_correction(served: Served) -> None:
    assert post(served, NAMES, heard="nowhere", name="Somewhere") == ""
    assert post(served, WORDS, first=0, last=0, text="Welcome") == ""
    assert served.client.get(f"/api/episodes/{MEMORY}/corrections").json() == []
