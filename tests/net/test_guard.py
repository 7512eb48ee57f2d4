"""Requests that strangers' addresses lead to, with real servers on this machine as what must not be reached."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import pytest
import trustme

from loopback import Loopback, loopback
from podpipe.config import Config, Limits
from podpipe.errors import FetchError
from podpipe.net import Client


@pytest.fixture
def inner() -> Iterator[Loopback]:
    """A service of this machine that nobody from outside should reach."""
    with loopback("127.0.0.2") as served:
        served.serve("/secret", "secret")
        yield served


def test_a_link_into_this_machine_is_not_followed(site: Loopback, inner: Loopback) -> None:
    with Client([site.url], pause_s=0) as client, pytest.raises(FetchError, match="private network"):
        client.page(inner.url + "/secret")
    assert inner.requests == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_into_this_machine_is_not_followed(site: Loopback, inner: Loopback, status: int) -> None:
    url = site.serve("/feed", "", status=status, headers={"Location": inner.url + "/secret"})
    with Client([site.url], pause_s=0) as client, pytest.raises(FetchError, match="private network"):
        client.page(url)
    assert inner.requests == []


def test_dns_that_changes_between_check_and_connection_gains_nothing(site: Loopback, inner: Loopback) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    site.serve("/", "fine")
    port = site.url.rpartition(":")[2]
    with Client(allow_hosts=["127.0.0.1"], pause_s=0, resolve=resolve) as client:
        assert client.page(f"http://rebind.example:{port}/").data == b"fine"
        assert asked == ["rebind.example"]  # once: what was judged is what was connected to
        with pytest.raises(FetchError, match=r"leads to 127\.0\.0\.2"):
            client.page(f"http://rebind.example:{port}/")
    assert inner.requests == []


def test_the_host_that_is_asked_for_is_named_though_an_address_is_connected_to(site: Loopback) -> None:
    site.serve("/", "fine")
    host = "show.example:" + site.url.rpartition(":")[2]
    with Client(allow_hosts=["show.example"], resolve=lambda host, port: ["127.0.0.1"]) as client:
        client.page(f"http://{host}/")
    assert site.requests[0][1]["host"] == host


def test_own_links_of_a_typed_host_are_followed_by_any_name_and_port(site: Loopback) -> None:
    with loopback() as audio:
        audio.serve("/a.mp3", b"sound")
        port = audio.url.rpartition(":")[2]
        with Client([site.url], pause_s=0) as client:
            for host in ("127.0.0.1", "localhost", "127.1"):
                assert client.page(f"http://{host}:{port}/a.mp3").data == b"sound"


def test_ipv6_loopback_is_not_reached() -> None:
    try:
        served = loopback("::1")
        with served as inner, Client(["https://example.org"], pause_s=0) as client:
            inner.serve("/", "secret")
            with pytest.raises(FetchError):
                client.page(inner.url + "/")
            assert inner.requests == []
            client.allow(inner.url)
            assert client.page(inner.url + "/").data == b"secret"
    except OSError:
        pytest.skip("this machine has no IPv6")


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd", "ftp://example.org/a", "gopher://127.0.0.1:70/_", "http://", "http:///x", "http://[bad/",
        "http://127.0.0.1:99999/", "http://a b/", "//127.0.0.1/", "http://xn--/", "http://\x00/", "javascript:x",
    ],
)  # fmt: skip
def test_only_http_and_https_are_asked(address: str) -> None:
    with Client([address], pause_s=0) as client, pytest.raises(FetchError):
        client.page(address)


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://e.org/", "http://[", "javascript:1", "http://127.0.0.1:22/"]
)
def test_a_redirect_to_something_else_is_an_error(site: Loopback, target: str) -> None:
    url = site.serve("/feed", "", status=302, headers={"Location": target})
    with Client([site.url], pause_s=0) as client, pytest.raises(FetchError) as caught:
        client.page(url)
    assert str(caught.value).startswith(url)


def test_redirects_have_a_limit_that_can_be_set(site: Loopback) -> None:
    site.serve("/2", "here")
    site.serve("/1", "", status=302, headers={"Location": "/2"})
    url = site.serve("/0", "", status=302, headers={"Location": "/1"})
    with Client([site.url], config=Config(limits=Limits(redirects=2))) as client:
        assert client.page(url).data == b"here"
    with (
        Client([site.url], config=Config(limits=Limits(redirects=1))) as client,
        pytest.raises(FetchError, match="more than 1 redirects"),
    ):
        client.page(url)


# A user name and password


def with_password(url: str) -> str:
    return url.replace("://", "://me:s%40cret@")


def test_a_password_goes_to_the_typed_origin_and_is_seen_nowhere(site: Loopback) -> None:
    url = with_password(site.serve("/feed", "private"))
    site.serve("/a.mp3", b"sound")
    with Client([url]) as client:
        page = client.page(url)
        client.page(site.url + "/a.mp3")
    assert page.url == site.url + "/feed"
    assert [headers.get("authorization") for _, headers in site.requests] == ["Basic bWU6c0BjcmV0"] * 2


def test_a_password_is_kept_on_a_redirect_within_the_host_and_not_beyond(site: Loopback) -> None:
    with loopback() as other:  # another port is another origin
        other.serve("/out", "elsewhere")
        site.serve("/3", "", status=302, headers={"Location": other.url + "/out"})
        site.serve("/2", "", status=302, headers={"Location": site.url + "/3"})
        url = with_password(site.serve("/1", "", status=302, headers={"Location": "/2"}))
        with Client([url]) as client:
            assert client.page(url).url == other.url + "/out"
        assert [("authorization" in headers) for _, headers in site.requests] == [True] * 3
        assert [("authorization" in headers) for _, headers in other.requests] == [False]


def test_a_password_is_in_no_message(site: Loopback) -> None:
    for path in ("/gone", "/fails"):
        site.serve("/fails", "", failures=99)
        url = with_password(site.url + path)
        with Client([url], pause_s=0) as client, pytest.raises(FetchError) as caught:
            client.page(url)
        assert "cret" not in str(caught.value)


# Pages that have moved, or not changed


def test_a_page_that_has_moved_for_good_says_where_to(site: Loopback) -> None:
    site.serve("/new", "here")
    site.serve("/newer", "", status=308, headers={"Location": "/new"})
    site.serve("/for-now", "", status=302, headers={"Location": "/new"})
    for path, target, moved in (
        ("/a", "/new", site.url + "/new"),
        ("/b", "/newer", site.url + "/new"),
        ("/c", "/for-now", site.url + "/for-now"),
        ("/new", None, ""),
    ):
        if target:
            site.serve(path, "", status=301, headers={"Location": target})
        with Client([site.url]) as client:
            assert client.page(site.url + path).moved == moved


@pytest.mark.parametrize("by", [{"etag": '"1"'}, {"last_modified": "Thu, 01 Jan 2026 00:00:00 GMT"}])
def test_a_page_that_has_not_changed_is_none(site: Loopback, by: dict[str, str]) -> None:
    url = site.serve("/feed", "x", **by)
    with Client([site.url]) as client:
        page = client.page(url)
        assert page.validators == by
        assert client.page_if_changed(url, page.validators) is None
        site.serve("/feed", "y", etag='"2"')
        assert client.page_if_changed(url, page.validators).data == b"y"


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def serving(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def test_the_certificate_is_checked_for_the_name_not_the_address(authority: trustme.CA) -> None:
    with loopback(tls=serving(authority, "show.example"), name="show.example") as site:
        site.serve("/", "fine")
        for name, passes in (("show.example", True), ("other.example", False)):
            url = site.url.replace("show.example", name)
            with Client(
                [url], ssl_context=trusting(authority), resolve=lambda host, port: ["127.0.0.1"], pause_s=0
            ) as client:
                if passes:
                    assert client.page(url + "/").data == b"fine"
                else:
                    with pytest.raises(FetchError, match=r"certificate of other\.example is not valid"):
                        client.page(url + "/")


def test_a_certificate_of_an_unknown_authority_is_refused(authority: trustme.CA) -> None:
    with loopback(tls=serving(trustme.CA(), "localhost"), name="localhost") as site:
        site.serve("/", "fine")
        with (
            Client([site.url], ssl_context=trusting(authority), pause_s=0) as client,
            pytest.raises(FetchError, match="certificate of localhost is not valid"),
        ):
            client.page(site.url + "/")
    assert site.requests == []


# Proxies


def test_a_proxy_of_the_environment_is_not_asked(
    site: Loopback, inner: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, inner.url)
    site.serve("/", "fine")
    with Client([site.url]) as client:
        assert client.page(site.url + "/").data == b"fine"
    assert inner.requests == []


def test_a_proxy_of_the_configuration_is_asked_and_literals_are_still_judged(inner: Loopback) -> None:
    from podpipe.config import Network

    url = "http://show.example/feed"
    inner.serve(url, "by proxy")
    with Client(config=Config(network=Network(proxy=inner.url)), pause_s=0) as client:
        with pytest.raises(FetchError, match="private network"):
            client.page("http://127.0.0.1/admin")
        assert inner.requests == []
        assert client.page(url).data == b"by proxy"
