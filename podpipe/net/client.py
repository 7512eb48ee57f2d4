"""One run's requests: pages and feeds as a whole, files by ``podpipe.net.download``."""

from __future__ import annotations

import base64
import contextlib
import functools
import os
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote_to_bytes, urljoin

import httpcore2
import httpx2

import podpipe
from podpipe import storage
from podpipe.addresses import mask
from podpipe.config import Config
from podpipe.errors import FetchError
from podpipe.net import coding
from podpipe.net.address import (
    Guard,
    Resolver,
    bare,
    origin,
    port_of,
    split_credentials,
    system_resolver,
)
from podpipe.net.answers import Answer, conditions
from podpipe.net.download import Download, Downloading
from podpipe.net.failures import Passing, Refused
from podpipe.net.patience import Hosts, patiently, retry_after_s
from podpipe.net.transport import Transport

_REDIRECTS = (301, 302, 303, 307, 308)
_FOR_GOOD = (301, 308)
_AT_REST = (429, 503)
_BINARY_HEAD = 4096

_COMPARED_BYTES = 256_000
"""Of the beginning of a file, to tell whether it is another: tags and the first seconds of sound."""


@dataclass(frozen=True, slots=True)
class Page:
    """A small document as fetched. ``url`` is where it was in the end, without user and password."""

    url: str
    data: bytes
    media_type: str
    charset: str = ""
    validators: dict[str, str] = field(default_factory=dict)
    """What the server said to recognise it by: give them to ``Client.page`` the next time."""
    moved: str = ""
    """Where it is from now on: set where the redirects from its address on were permanent (301, 308)."""


T = TypeVar("T")


class Client:
    """Fetches for one run, safe to use from several threads.

    ``typed`` are the sources that the user gave: their hosts may be anywhere, and a user name and
    password in them go with every request to that very origin, and nowhere else. ``allow_hosts`` are
    names, addresses and networks besides those of the configuration.
    """

    def __init__(
        self,
        typed: Iterable[str] = (),
        *,
        allow_hosts: Iterable[str] = (),
        config: Config | None = None,
        timeout_s: float | None = None,
        pause_s: float = 1,
        resolve: Resolver = system_resolver,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self.config = config or Config()
        network = self.config.network
        self._guard = Guard((*network.allow_hosts, *allow_hosts), resolve)
        self._credentials: dict[tuple[str, str, int], str] = {}
        self._hosts = Hosts(network.connections_per_host)
        self._pause_s = pause_s
        self._timeout_s = timeout_s or network.stall_s
        self._ssl_context = ssl_context
        for source in typed:
            self.allow(source)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all connections."""
        if "_http" in self.__dict__:
            self._http.close()

    @functools.cached_property
    def _http(self) -> httpx2.Client:
        """Made when it is first needed: certificates take a while to load."""
        context = self._ssl_context or httpx2.create_ssl_context()
        return httpx2.Client(
            transport=Transport(self._guard, self.config.network, context),
            timeout=self._timeout_s,
            follow_redirects=False,
            headers={"User-Agent": f"podpipe/{podpipe.__version__}", "Accept-Encoding": coding.ACCEPTED},
        )

    def allow(self, url: str) -> None:
        """Let this address's host be asked wherever it is, with this user and password: the user named it."""
        if not url.lower().startswith(("http://", "https://")):
            return
        try:
            address, userinfo = split_credentials(url)
        except httpx2.InvalidURL:
            return  # asking it will say so
        self._guard.allow(address.raw_host.decode("ascii"), port_of(address))
        if userinfo:
            self._credentials[origin(address)] = userinfo

    def is_nearby(self, url: str) -> bool:
        """Whether a host is in a private network, so that it is only asked because the user has named it."""
        try:
            address, _ = split_credentials(url)
            return self._guard.is_nearby(address.raw_host.decode("ascii"), port_of(address))
        except (httpx2.InvalidURL, OSError, UnicodeError):
            return False

    def page(self, url: str) -> Page:
        """Fetch a page, a feed or notes; of audio only the first bytes.

        Raises:
            FetchError: it could not be had, or is larger than ``page_mb``.
        """
        page = self.page_if_changed(url, {})
        assert page is not None  # nothing was given that it could be the same as
        return page

    def page_if_changed(self, url: str, validators: Mapping[str, str]) -> Page | None:
        """Fetch a page or feed; None where it is still what ``validators`` say (RFC 9110, section 13).

        Raises:
            FetchError: it could not be had, or is larger than ``page_mb``.
        """
        until = time.monotonic() + self.config.limits.page_s * self.config.network.tries
        return self._patiently(url, lambda: self._page(url, validators), until)

    def is_same(self, url: str, path: Path, validators: Mapping[str, str]) -> bool:
        """Whether an address gives what a file already is: as the server says, or by its size and how it begins.

        Asked of an episode whose address has changed, so that a new tracker before it costs no download.
        Raises FetchError.
        """
        until = time.monotonic() + self.config.limits.page_s
        return self._patiently(url, lambda: self._is_same(url, path, validators), until)

    def download(
        self,
        url: str,
        destination: Path,
        *,
        validators: Mapping[str, str] | None = None,
        on_progress: Callable[[int, int | None], None] = lambda done, total: None,
        limit: int | None = None,
    ) -> Download | None:
        """Fetch a file of at most ``limit`` bytes to ``destination``; None where it is still what ``validators`` say.

        A download that is cut is taken up again where it stopped, also in a later run.

        Raises:
            FetchError: it could not be had; what has arrived stays in ``NAME.part`` for the next try.
            LibraryError: the disk is full or can't be written.
        """
        limits = self.config.limits
        until = time.monotonic() + limits.download_hours * 3600
        downloading = Downloading(
            url=bare(url),
            destination=destination,
            open=functools.partial(self.open, url),
            validators=validators or {},
            on_progress=on_progress,
            limit=limit or limits.file_mb * 1_000_000,
            keep_free=limits.keep_free_mb * 1_000_000,
            until=until,
        )
        return self._patiently(url, downloading.attempt, until)

    def _patiently(self, url: str, ask: Callable[[], T], until: float) -> T:
        return patiently(ask, mask(url), self.config.network, pause_s=self._pause_s, until=until)

    def _page(self, url: str, validators: Mapping[str, str]) -> Page | None:
        limits = self.config.limits
        until = time.monotonic() + limits.page_s
        with self.open(url, conditions(validators)) as answer:
            if answer.status == 304 and validators:
                return None
            answer.check(mask(url))
            is_audio = answer.media_type.startswith(("audio/", "video/"))
            data = bytearray()
            for block in coding.unpacked(answer.response.iter_raw(), answer.codings):
                data += block
                if is_audio or (len(data) > _BINARY_HEAD and b"\0" in data[:_BINARY_HEAD]):
                    break
                if len(data) > limits.page_mb * 1_000_000:
                    raise FetchError(f"{mask(url)} is larger than {limits.page_mb} MB (page_mb): no page or feed")
                if time.monotonic() > until:
                    raise Passing(f"it is still not here after {limits.page_s:.0f} s")
            charset = answer.response.charset_encoding or ""
            return Page(answer.url, bytes(data), answer.media_type, charset, answer.validators, answer.moved)

    def _is_same(self, url: str, path: Path, validators: Mapping[str, str]) -> bool:
        with self.open(url, {"Accept-Encoding": "identity", **conditions(validators)}) as answer:
            if answer.status == 304 and validators:
                return True
            answer.check(mask(url))
            if answer.length != path.stat().st_size:
                return False
            beginning = b""
            for block in answer.response.iter_raw():
                beginning += block
                if len(beginning) >= _COMPARED_BYTES:
                    break
            with storage.explained(path), path.open("rb") as file:
                return bool(beginning) and file.read(len(beginning)) == beginning

    @contextlib.contextmanager
    def open(self, url: str, headers: Mapping[str, str]) -> Iterator[Answer]:
        """The answer to a GET, after its redirects; errors, also while its body is read, become ours.

        Raises:
            Passing: the server or the network may do better later.
            FetchError: it can't be asked, or sends us in a circle.
        """
        redirects = self.config.limits.redirects
        with _explained(url):
            address, own = split_credentials(url)
            home = origin(address)
            moved, for_good = "", True
            for _ in range(redirects + 1):
                self._check(address)
                userinfo = own if own and origin(address) == home else self._credentials.get(origin(address), "")
                with self._hosts.turn(address.host):
                    request = self._http.build_request("GET", address, headers={**headers, **_authorization(userinfo)})
                    response = self._http.send(request, stream=True)
                    try:
                        target = response.headers.get("location")
                        if response.status_code not in _REDIRECTS or not target:
                            self._heed(response, address.host)
                            yield Answer(response, moved)
                            return
                    finally:
                        response.close()
                for_good = for_good and response.status_code in _FOR_GOOD
                address, _ = split_credentials(urljoin(str(address), target))
                moved = str(address) if for_good else moved
        raise FetchError(f"{mask(url)}: more than {redirects} redirects; the server sends us in a circle")

    def _check(self, address: httpx2.URL) -> None:
        if not address.host or address.scheme not in ("http", "https"):
            raise Refused("it leads to what is no http or https address")
        self._guard.check_port(address.raw_host.decode("ascii"), port_of(address))

    def _heed(self, response: httpx2.Response, host: str) -> None:
        """A server that is overloaded says when to come back; then nobody of this run asks it before."""
        if response.status_code not in _AT_REST:
            return
        after = retry_after_s(response.headers.get("retry-after", ""))
        if after is not None and after <= self.config.network.patience_s:
            self._hosts.rest(host, after)
        raise Passing(f"the server answers {response.status_code}", after=after)


def _authorization(userinfo: str) -> dict[str, str]:
    """Basic authentication (RFC 7617)."""
    if not userinfo:
        return {}
    user, _, password = userinfo.partition(":")
    pair = unquote_to_bytes(user) + b":" + unquote_to_bytes(password)
    return {"Authorization": "Basic " + base64.b64encode(pair).decode("ascii")}


@contextlib.contextmanager
def _explained(url: str) -> Iterator[None]:
    """The errors of the network as ours, with the address as it may be shown."""
    shown = mask(url)
    try:
        yield
    except Refused as error:
        raise FetchError(f"{shown}: {error}") from error
    except socket.gaierror as error:
        message = f"there is no host {_host(url)!r}; check the address and the network"
        if error.errno == socket.EAI_AGAIN:
            raise Passing(message) from error
        raise FetchError(f"{shown}: {message}") from error
    except (httpcore2.TimeoutException, TimeoutError) as error:
        detail = f" ({error})" if "bytes in" in str(error) else ""
        raise Passing(f"the server does not answer in time{detail}") from error
    except httpcore2.ConnectError as error:
        raise FetchError(f"{shown}: {_unreached(error, _host(url))}", retry_after_s=60) from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.ProxyError) as error:
        raise Passing(f"the connection failed ({error})") from error
    except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError, ValueError) as error:
        reason = str(error).replace(url, shown)
        raise FetchError(f"{shown} can't be fetched: {reason}; check the address") from error


def _unreached(error: httpcore2.ConnectError, host: str) -> str:
    cause = error.args[0] if error.args else None
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"the certificate of {host} is not valid ({cause.verify_message}); check the address"
    hint = ""
    if any(os.environ.get(name) for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")):
        hint = " (the environment names a proxy; podpipe uses the one that podpipe.toml names)"
    return f"{host} can't be reached ({error}); check the address{hint}"


def _host(url: str) -> str:
    try:
        return httpx2.URL(url).host
    except httpx2.InvalidURL:
        return ""
