from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from loopback import Loopback
from podpipe.errors import FetchError
from podpipe.net import Client, mask

BODY = bytes(range(256)) * 2000


@pytest.fixture
def client(site: Loopback) -> Client:
    with Client([site.url], timeout_s=5, pause_s=0) as client:
        yield client


def test_a_page_comes_with_its_type_and_charset(site: Loopback, client: Client) -> None:
    url = site.serve("/a", "Grüße".encode("latin-1"), "text/html; charset=iso-8859-1")
    page = client.page(url)
    assert (page.url, page.data, page.media_type, page.charset) == (url, b"Gr\xfc\xdfe", "text/html", "iso-8859-1")


def test_a_page_is_unpacked(site: Loopback, client: Client) -> None:
    url = site.serve("/a", gzip.compress(b"hello"), headers={"Content-Encoding": "gzip"})
    assert client.page(url).data == b"hello"


def test_redirects_are_followed_to_where_the_page_is(site: Loopback, client: Client) -> None:
    site.serve("/new/page", "here")
    url = site.serve("/old", "", status=301, headers={"Location": "new/page"})
    assert client.page(url).url == site.url + "/new/page"


def test_a_circle_of_redirects_ends(site: Loopback, client: Client) -> None:
    url = site.serve("/round", "", status=302, headers={"Location": "/round"})
    with pytest.raises(FetchError, match="redirects"):
        client.page(url)


def test_a_page_that_is_not_there(site: Loopback, client: Client) -> None:
    with pytest.raises(FetchError, match=r"/gone does not exist \(HTTP 404\); check the address"):
        client.page(site.url + "/gone")


def test_a_failure_that_passes_is_tried_again(site: Loopback, client: Client, tmp_path: Path) -> None:
    assert client.page(site.serve("/page", "at last", failures=2)).data == b"at last"
    client.download(site.serve("/audio", BODY, failures=3), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY


def test_a_failure_that_stays_is_one_sentence_with_the_address(site: Loopback, client: Client) -> None:
    url = site.serve("/page", "never", failures=99)
    with pytest.raises(FetchError, match=r"/page: the server answers 503 \(5 tries\); try again later"):
        client.page(url)


def test_a_host_that_does_not_exist() -> None:
    with Client(pause_s=0) as client, pytest.raises(FetchError, match=r"there is no host 'podpipe\.invalid'"):
        client.page("http://podpipe.invalid/feed")


def test_a_host_that_is_not_reached(site: Loopback, client: Client) -> None:
    with pytest.raises(FetchError, match="can't be reached"):
        client.page("http://127.0.0.1:9/")


def test_a_download_that_is_cut_goes_on_where_it_was(site: Loopback, client: Client, tmp_path: Path) -> None:
    url = site.serve("/a.mp3", BODY, "audio/mpeg", etag='"v1"', cut_after=100_000)
    seen: list[int] = []
    done = client.download(url, tmp_path / "a", on_progress=lambda done, total: seen.append(done))
    assert done is not None
    assert (tmp_path / "a").read_bytes() == BODY
    assert site.requests[1][1]["range"].startswith("bytes=")
    assert seen[-1] == len(BODY)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_download_that_changed_while_it_was_cut_starts_again(site: Loopback, client: Client, tmp_path: Path) -> None:
    url = site.serve("/a.mp3", BODY, "audio/mpeg", etag='"v1"', cut_after=100_000)

    def change() -> None:
        if len(site.requests) == 2:
            site.replies["/a.mp3"].etag = '"v2"'
            site.replies["/a.mp3"].body = BODY[::-1]

    site.replies["/a.mp3"].on_request = change
    client.download(url, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY[::-1]


def test_a_download_that_is_always_cut_fails_and_keeps_what_it_has(
    site: Loopback, client: Client, tmp_path: Path
) -> None:
    url = site.serve("/a.mp3", BODY, "audio/mpeg", etag='"v1"', cut_after=1000, cuts=99)
    with pytest.raises(FetchError, match=r"the connection was cut after \d+ of \d+ bytes \(5 tries\)"):
        client.download(url, tmp_path / "a")
    assert not (tmp_path / "a").exists()
    site.replies["/a.mp3"].cuts = 0
    client.download(url, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY
    assert "range" in site.requests[-1][1]


def test_what_has_not_changed_is_not_fetched_again(site: Loopback, client: Client, tmp_path: Path) -> None:
    url = site.serve("/a.mp3", BODY, "audio/mpeg", etag='"v1"')
    first = client.download(url, tmp_path / "a")
    assert first is not None
    assert client.download(url, tmp_path / "a", validators=first.validators) is None


def test_a_web_page_is_no_audio(site: Loopback, client: Client, tmp_path: Path) -> None:
    url = site.serve("/a.mp3", "<html>log in", "text/html")
    with pytest.raises(FetchError, match="is a web page, not audio"):
        client.download(url, tmp_path / "a")
    assert not list(tmp_path.iterdir())


def test_an_empty_download_is_none(site: Loopback, client: Client, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="is empty"):
        client.download(site.serve("/a.mp3", b"", "audio/mpeg"), tmp_path / "a")
    assert not list(tmp_path.iterdir())


def test_private_addresses_are_asked_only_when_the_user_names_them(site: Loopback, tmp_path: Path) -> None:
    url = site.serve("/a", "secret")
    with Client(["https://example.org/feed"], pause_s=0) as client:
        with pytest.raises(FetchError, match="private network"):
            client.page(url)
        for address in ("http://[::1]/", "http://169.254.169.254/latest", "http://0.0.0.0/", "http://10.1.2.3/"):
            with pytest.raises(FetchError, match="private network"):
                client.page(address)
        client.allow(url)
        assert client.page(url).data == b"secret"


def test_a_redirect_into_the_private_network_is_refused(site: Loopback, client: Client) -> None:
    url = site.serve("/out", "", status=302, headers={"Location": "http://10.0.0.1/admin"})
    with pytest.raises(FetchError, match="private network"):
        client.page(url)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://example.org/a", "http://", "http://[bad/"])
def test_other_addresses_are_refused(address: str) -> None:
    with Client([address]) as client, pytest.raises(FetchError):
        client.page(address)


def test_passwords_are_not_shown() -> None:
    assert mask("https://me:secret@example.org/feed?x=1") == "https://***@example.org/feed?x=1"
