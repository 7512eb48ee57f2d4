from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from podpipe.library import Library
from podpipe.web.app import Settings
from web_app import MEMORY, TUNNELS, Served, running


def test_a_search(served: Served) -> None:
    answer = served.client.get("/api/search", params={"q": "wireguard small"}).json()
    hit = answer["hits"][0]
    assert (hit["episode_id"], hit["chapter"], hit["show"]) == (TUNNELS, "Wireguard", "Kernel Daily")
    assert "wireguard small" in [hit["snippet"][slice(*mark)] for mark in hit["marks"]]
    assert hit["url"] == f"{served.url}/episodes/{TUNNELS}?t=0.5"


def test_a_search_that_can_t_be_understood(served: Served) -> None:
    answer = served.client.get("/api/search", params={"q": "(killer", "until": "2026-12-31"}).json()
    assert answer["hits"] == []
    assert "(killer" in answer["problem"]


def test_a_search_without_an_index(empty: Served) -> None:
    assert empty.client.get("/api/search", params={"q": "killer"}).status_code == 503


def test_episodes_newest_first_a_page_at_a_time(served: Served) -> None:
    listed = served.client.get("/api/episodes", params={"show": "kernel", "limit": 1, "offset": 1}).json()
    assert (listed["total"], [each["id"] for each in listed["episodes"]]) == (2, [MEMORY])


def test_an_episode_and_what_it_links_to(served: Served) -> None:
    known = served.client.get(f"/api/episodes/{MEMORY}").json()
    assert [chapter["title"] for chapter in known["chapters"]] == ["Opening", "The OOM killer", "io_uring"]
    for form, start in {"vtt": "WEBVTT", "srt": "1\n00:00", "json": "{", "txt": "Opening"}.items():
        answer = served.client.get(known["transcripts"][form])
        assert answer.status_code == 200
        assert answer.text.startswith(start) or form == "txt"
    assert served.client.get(known["audio"]).headers["content-type"] == "audio/mpeg"
    chapters = served.client.get(f"/api/episodes/{MEMORY}/chapters")
    assert chapters.headers["content-type"] == "application/json+chapters"
    assert chapters.json()["version"] == "1.2.0"
    assert "podpipe" not in chapters.text


def test_words_have_their_times(served: Served) -> None:
    answer = served.client.get(f"/api/episodes/{MEMORY}/transcript.json", params={"words": True}).json()
    assert answer["segments"][0] == {"startTime": 0.5, "endTime": 0.82, "body": "Welcome"}


@pytest.mark.parametrize(
    "path", ["/api/episodes/none", "/api/episodes/none/chapters", "/api/episodes/none/transcript.vtt"]
)
def test_no_such_episode(served: Served, path: str) -> None:
    answer = served.client.get(path)
    assert (answer.status_code, "none" in answer.json()["detail"]) == (404, True)


def test_oembed_is_a_frame_that_can_be_opened(served: Served) -> None:
    page = served.client.get(f"/episodes/{MEMORY}").text
    link = page.split('type="application/json+oembed" href="')[1].split('"')[0].replace("&amp;", "&")
    assert parse_qs(urlsplit(link).query)["url"] == [f"{served.url}/episodes/{MEMORY}"]
    told = served.client.get(link).json()
    assert (told["type"], told["version"], told["title"], told["author_name"]) == (
        "rich",
        "1.0",
        "Memory",
        "Kernel Daily",
    )
    frame = told["html"].split('src="')[1].split('"')[0]
    assert served.client.get(frame).status_code == 200


@pytest.mark.parametrize(
    ("url", "status"),
    [("https://example.org/", 404), ("http://[x", 404), ("javascript:alert(1)", 404), (f"/episodes/{MEMORY}?t=5", 200)],
)
def test_oembed_of_other_addresses(served: Served, url: str, status: int) -> None:
    assert served.client.get("/oembed", params={"url": url}).status_code == status


def test_oembed_as_xml(served: Served) -> None:
    answer = served.client.get("/oembed", params={"url": f"/episodes/{MEMORY}", "format": "xml"})
    assert answer.headers["content-type"].startswith("text/xml")
    assert ElementTree.fromstring(answer.text).findtext("title") == "Memory"


def test_the_description_names_every_way_in(open_server: Callable[..., Served]) -> None:
    served = open_server(Settings(can_edit=True))
    described = served.client.get("/openapi.json").json()
    assert described["openapi"].startswith("3.")
    assert {"/api/search", "/api/episodes", "/api/episodes/{episode_id}", "/oembed"} <= described["paths"].keys()
    assert "/api/episodes/{episode_id}/words" in described["paths"]
    assert not [path for path in described["paths"] if not path.startswith(("/api/", "/oembed"))]


@pytest.mark.slow
def test_every_answer_is_as_described(library: Library, tmp_path: Path) -> None:
    schemathesis = pytest.importorskip("schemathesis")
    from schemathesis.generation import GenerationMode

    shutil.copytree(library.root, tmp_path / "own")
    # In a process of its own: hypothesis makes chance repeat itself in this one, and Whoosh names its files by chance.
    with running(Library(tmp_path / "own"), "--edit") as address:
        schema = schemathesis.openapi.from_url(f"{address}openapi.json")
        for found in schema.get_all_operations():
            for mode in GenerationMode:
                _answers_as_described(found.ok().as_strategy(generation_mode=mode), known=False)
                _answers_as_described(found.ok().as_strategy(generation_mode=mode), known=True)


def _answers_as_described(cases: st.SearchStrategy[Any], *, known: bool) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(cases)
    def answers(case: Any) -> None:
        if known and "episode_id" in case.path_parameters:
            assume(not _is_wrong_in_path(case))  # what is wrong with it would be gone
            case.path_parameters["episode_id"] = MEMORY
        case.call_and_validate()

    with suppress(Unsatisfiable):  # where nothing is asked, nothing can be asked wrongly
        answers()


def _is_wrong_in_path(case: Any) -> bool:
    """Whether a case was made to break what is said of the parts of the path."""
    return any(where.name == "PATH" and part.mode.is_negative for where, part in case.meta.components.items())
