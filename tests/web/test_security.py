from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from podpipe.library import Library
from podpipe.web.app import Settings
from podpipe.web.security import COOKIE, HEADERS, Access
from podpipe.web.server import Place, address, new_token, open_socket
from web_app import MEMORY, Served, serving

TOKEN = "a-token-that-nobody-guesses"


@pytest.fixture(scope="module")
def locked(library: Library) -> Iterator[Served]:
    with serving(library, Settings(can_edit=True, access=Access(TOKEN))) as server:
        yield server


@pytest.fixture
def guarded(locked: Served) -> Served:
    locked.client.cookies.clear()
    return locked


@pytest.fixture
def editable(open_server: Callable[..., Served]) -> Served:
    return open_server(Settings(can_edit=True))


@pytest.mark.parametrize(
    "path", ["/", f"/episodes/{MEMORY}", f"/episodes/{MEMORY}/audio.mp3", "/api/episodes", "/nowhere"]
)
def test_every_answer_says_what_a_page_may_do(served: Served, path: str) -> None:
    headers = served.client.get(path).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_only_the_embedded_player_may_be_framed(served: Served) -> None:
    policy = served.client.get(f"/embed/{MEMORY}").headers["content-security-policy"]
    assert policy.endswith("frame-ancestors *")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", ""])
def test_other_names_than_this_machine_s_are_refused(served: Served, host: str) -> None:
    answer = served.client.get("/", headers={"Host": host})
    assert answer.status_code in (400, 421)
    assert "Memory" not in answer.text


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "LOCALHOST"])
def test_this_machine_s_names_are_taken(served: Served, host: str) -> None:
    assert served.client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/api/episodes", f"/episodes/{MEMORY}/audio.mp3", "/static/x/podpipe.css"])
@pytest.mark.parametrize("token", ["wrong", TOKEN[:-1], TOKEN + "x", "ü"])
def test_without_the_token_nothing_is_seen(guarded: Served, path: str, token: str) -> None:
    for answer in (
        guarded.client.get(path),
        guarded.client.get(path, params={"token": token}),
        guarded.client.get(path, headers={"Authorization": f"Bearer {token}".encode()}),
        guarded.client.get(path, headers={"Cookie": f"{COOKIE}={token}".encode()}),
    ):
        assert answer.status_code == 401
        assert "Memory" not in answer.text


def test_the_token_in_an_address_becomes_a_cookie_and_goes_from_the_address(guarded: Served) -> None:
    answer = guarded.client.get(f"/search?q=a%20b&token={TOKEN}&show=x", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=a+b&show=x")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert guarded.client.get("/").status_code == 200  # the client has kept it


def test_a_token_never_redirects_to_another_site(guarded: Served) -> None:
    answer = guarded.client.get(guarded.url + f"//evil.example/?token={TOKEN}", follow_redirects=False)
    assert answer.headers.get("location", "/").startswith("/")
    assert not answer.headers.get("location", "/").startswith("//")


def test_programs_send_the_token(guarded: Served) -> None:
    assert guarded.client.get("/api/episodes", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert guarded.client.get(f"/api/episodes?token={TOKEN}").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:1"},
    ],
)
def test_other_pages_change_nothing(editable: Served, headers: dict[str, str]) -> None:
    body = {"first": 0, "last": 0, "text": "Hacked"}
    answer = editable.client.post(f"/api/episodes/{MEMORY}/words", json=body, headers=headers)
    assert answer.status_code == 403
    assert "Hacked" not in editable.client.get(f"/episodes/{MEMORY}").text


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_what_a_form_of_another_page_could_send_is_not_understood(editable: Served, kind: str) -> None:
    body = b'{"first": 0, "last": 0, "text": "Hacked"}'
    answer = editable.client.post(f"/api/episodes/{MEMORY}/words", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 422
    assert "Hacked" not in editable.client.get(f"/episodes/{MEMORY}").text


def test_our_own_pages_may_correct(editable: Served) -> None:
    headers = {"Origin": editable.url, "Sec-Fetch-Site": "same-origin"}
    body = {"first": 0, "last": 0, "text": "Hello"}
    assert editable.client.post(f"/api/episodes/{MEMORY}/words", json=body, headers=headers).status_code == 200


def test_without_edit_nothing_can_be_corrected(served: Served) -> None:
    assert served.client.post(f"/api/episodes/{MEMORY}/words", json={}).status_code in (404, 405)
    assert "data-edit" not in served.client.get(f"/episodes/{MEMORY}").text


@pytest.mark.parametrize(
    ("host", "is_public"),
    [
        ("127.0.0.1", False),
        ("127.8.8.8", False),
        ("::1", False),
        ("localhost", False),
        ("0.0.0.0", True),
        ("::", True),
        ("192.168.1.5", True),
        ("myhost", True),
    ],
)
def test_which_hosts_are_public(host: str, is_public: bool) -> None:
    assert Place(host).is_public is is_public


def test_the_address_that_is_printed_has_the_token() -> None:
    place = Place("127.0.0.1", 0, new_token())
    with open_socket(place) as listening:
        port = listening.getsockname()[1]
        assert address(place, listening) == f"http://127.0.0.1:{port}/?token={place.token}"
    assert len(place.token) >= 32
