"""HTTP for pages, feeds and audio: the one module that borders on httpx2.

Every address is checked before it is asked, at each redirect: only http and https, and no private,
loopback or link-local address unless the user typed that host. Downloads go to ``NAME.part``, resume
with Range and If-Range (RFC 9110, section 14), and get their name when they are whole.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import httpx2
import msgspec

import podpipe
from podpipe import addresses, storage
from podpipe.addresses import mask as mask
from podpipe.errors import FetchError, GoneError

T = TypeVar("T")

MAX_TEXT_BYTES = 50_000_000
MAX_AUDIO_BYTES = 4_000_000_000
MAX_REDIRECTS = 10
TRIES = 4
_COMPARED_BYTES = 256_000
"""Of the beginning of a file, to tell whether it is another: tags and the first seconds of sound."""

_KEEP_FREE_BYTES = 200_000_000
_REDIRECTS = (301, 302, 303, 307, 308)
_PERMANENT = (301, 308)
_MOVED = "podpipe.moved"
_PASSING = (429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Page:
    """A small document as fetched. ``url`` is where it was in the end; ``data`` at most MAX_TEXT_BYTES."""

    url: str
    data: bytes
    media_type: str
    charset: str = ""
    validators: Mapping[str, str] = field(default_factory=dict)
    """What the server said to recognise it by next time."""
    moved: str = ""
    """Where it lives from now on, if the server says so for good (301, 308); '' where it is where it was asked for."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file that has arrived, and what the server said to recognise it by next time."""

    media_type: str
    validators: dict[str, str] = field(default_factory=dict)


class Client:
    """Fetches for one run. ``typed`` are the sources that the user gave: their hosts may be anywhere."""

    def __init__(self, typed: Iterable[str] = (), *, timeout_s: float = 30, pause_s: float = 1) -> None:
        self._allowed: set[str] = set()
        for source in typed:
            self.allow(source)
        self._pause_s = pause_s
        self._http = httpx2.Client(
            timeout=timeout_s,
            follow_redirects=False,
            headers={"User-Agent": f"podpipe/{podpipe.__version__}", "Accept-Encoding": "gzip, deflate"},
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def allow(self, url: str) -> None:
        """Let this address's host be asked wherever it is: the user named it."""
        host = _host(url)
        if host and url.startswith(("http://", "https://")):
            self._allowed |= {host, *_addresses(host)}

    def page(self, url: str) -> Page:
        """Fetch a page, a feed or notes; of audio only the first bytes.

        Raises:
            FetchError: it could not be had, or is larger than MAX_TEXT_BYTES.
        """
        page = self.page_if_changed(url, {})
        assert page is not None  # nothing was given that it could be the same as
        return page

    def page_if_changed(self, url: str, validators: Mapping[str, str]) -> Page | None:
        """Fetch a page or feed; None where it is still what ``validators`` say (RFC 9110, section 13).

        Raises:
            FetchError: it could not be had, or is larger than MAX_TEXT_BYTES.
        """
        return self._patiently(url, lambda: self._page(url, validators))

    def _page(self, url: str, known: Mapping[str, str]) -> Page | None:
        with self._explained(url), self._open(url, _conditions(known)) as response:
            if response.status_code == 304 and known:
                return None
            _check_passing(response)
            _check_status(response, url)
            media_type, charset = _content_type(response)
            is_audio = media_type.startswith(("audio/", "video/"))
            data = bytearray()
            for block in response.iter_bytes(65_536):
                data += block
                if is_audio or (len(data) > 4096 and b"\0" in data[:4096]):
                    break
                if len(data) > MAX_TEXT_BYTES:
                    raise FetchError(f"{mask(url)} is larger than {MAX_TEXT_BYTES // 10**6} MB: no page or feed")
            moved = str(response.extensions.get(_MOVED, ""))
            return Page(str(response.url), bytes(data), media_type, charset, _validators(response), moved)

    def download(
        self,
        url: str,
        destination: Path,
        *,
        validators: Mapping[str, str] | None = None,
        on_progress: Callable[[int, int | None], None] = lambda done, total: None,
        limit: int = MAX_AUDIO_BYTES,
    ) -> Download | None:
        """Fetch a file of at most ``limit`` bytes to ``destination``; None where it is still what ``validators`` say.

        A download that is cut is taken up again where it stopped, also in a later run.

        Raises:
            FetchError: it could not be had; what has arrived stays in ``NAME.part`` for the next try.
            LibraryError: the disk is full or can't be written.
        """
        part = destination.with_name(destination.name + ".part")
        return self._patiently(
            url, lambda: self._download(url, destination, part, validators or {}, on_progress, limit)
        )

    def _patiently(self, url: str, ask: Callable[[], T]) -> T:
        """Ask again after failures that may pass, waiting longer each time."""
        for attempt in range(1, TRIES):
            try:
                return ask()
            except _Passing as passing:
                time.sleep(passing.after if passing.after is not None else self._pause_s * 2**attempt)
        try:
            return ask()
        except _Passing as passing:
            raise FetchError(f"{mask(url)}: {passing} ({TRIES} tries); try again later") from passing

    def _download(
        self,
        url: str,
        destination: Path,
        part: Path,
        validators: Mapping[str, str],
        on_progress: Callable[[int, int | None], None],
        limit: int,
    ) -> Download | None:
        note = part.with_name(part.name + ".json")
        have = part.stat().st_size if part.exists() and note.exists() else 0
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers |= {"Range": f"bytes={have}-", "If-Range": storage.read_json(note, str)}
        else:
            headers |= _conditions(validators)
        with self._explained(url), self._open(url, headers) as response:
            if response.status_code == 304:
                return None
            if response.status_code == 416:
                _remove(part, note)
                raise _Passing("the download could not be taken up again", after=0)
            _check_passing(response)
            _check_status(response, url)
            media_type, _ = _content_type(response)
            if media_type in ("text/html", "application/xhtml+xml"):
                raise FetchError(f"{mask(url)} is a web page, not audio; give its address as the source instead")
            resumed = response.status_code == 206
            if resumed and not response.headers.get("content-range", "").startswith(f"bytes {have}-"):
                _remove(part, note)
                raise _Passing("the server sent another part than was asked for", after=0)
            got = _validators(response)
            self._receive(response, url, part, note, have if resumed else 0, got, on_progress, limit)
        with storage.explained(destination):
            part.replace(destination)
        _remove(note)
        return Download(media_type, got)

    def _receive(
        self,
        response: httpx2.Response,
        url: str,
        part: Path,
        note: Path,
        done: int,
        got: Mapping[str, str],
        on_progress: Callable[[int, int | None], None],
        limit: int,
    ) -> None:
        length = response.headers.get("content-length", "")
        total = done + int(length) if length.isdigit() else None
        if max(total or 0, done) > limit:
            raise FetchError(f"{mask(url)} has {_size(total or done)}; the limit is {_size(limit)}")
        if shutil.disk_usage(part.parent).free < (total or 0) - done + _KEEP_FREE_BYTES:
            raise FetchError(f"the disk has no room for {mask(url)} ({(total or 0) / 1e6:.0f} MB); free some space")
        strong = got.get("etag", "")
        if strong and not strong.startswith("W/"):
            storage.write_bytes(note, msgspec.json.encode(strong))
        else:
            _remove(note)
        with storage.explained(part), part.open("ab" if done else "wb") as file:
            try:
                for block in response.iter_raw():
                    file.write(block)
                    done += len(block)
                    on_progress(done, total)
                    if done > limit:
                        raise FetchError(f"{mask(url)} never ends: more than {_size(limit)}")
            except httpx2.TransportError as error:
                raise _Passing(f"the connection was cut after {done} of {total or '?'} bytes") from error
            file.flush()
            os.fsync(file.fileno())
        if total is not None and done != total:
            raise _Passing(f"the connection was cut after {done} of {total} bytes")
        if done == 0:
            part.unlink()
            raise FetchError(f"{mask(url)} is empty; ask the publisher")

    def is_same(self, url: str, path: Path, validators: Mapping[str, str]) -> bool:
        """Whether an address gives what a file already is: as the server says, or by its size and how it begins.

        Asked of an episode whose address has changed, so that a new tracker before it costs no download.
        Raises FetchError.
        """
        return self._patiently(url, lambda: self._is_same(url, path, validators))

    def _is_same(self, url: str, path: Path, validators: Mapping[str, str]) -> bool:
        with self._explained(url), self._open(url, {"Accept-Encoding": "identity", **_conditions(validators)}) as found:
            if found.status_code == 304:
                return True
            _check_passing(found)
            _check_status(found, url)
            with storage.explained(path), path.open("rb") as file:
                if found.headers.get("content-length") != str(path.stat().st_size):
                    return False
                beginning = b""
                for block in found.iter_raw():
                    beginning += block
                    if len(beginning) >= _COMPARED_BYTES:
                        break
                return bool(beginning) and file.read(len(beginning)) == beginning

    @contextlib.contextmanager
    def _open(self, url: str, headers: Mapping[str, str]) -> Iterator[httpx2.Response]:
        """A response whose body is still to be read, after its redirects, each of them checked."""
        permanent, moved = True, ""
        for _ in range(MAX_REDIRECTS + 1):
            self._check_address(url)
            request = self._http.build_request("GET", url, headers=dict(headers))
            response = self._http.send(request, stream=True)
            try:
                target = response.headers.get("location")
                if response.status_code not in _REDIRECTS or not target:
                    response.extensions[_MOVED] = moved
                    yield response
                    return
            finally:
                response.close()
            permanent = permanent and response.status_code in _PERMANENT
            url = addresses.with_user(urljoin(url, target), url)
            moved = url if permanent else moved
        raise FetchError(f"{mask(url)}: more than {MAX_REDIRECTS} redirects; the server sends us in a circle")

    def _check_address(self, url: str) -> None:
        host = _host(url)
        if not host or not url.lower().startswith(("http://", "https://")):
            raise FetchError(f"{mask(url)} is no http or https address")
        if host in self._allowed:
            return
        for address in _resolved(host):
            if address not in self._allowed and not ipaddress.ip_address(address).is_global:
                raise FetchError(
                    f"{mask(url)} leads to {address}, an address of a private network; "
                    "podpipe asks such a host only when its own address is given as the source"
                )

    @contextlib.contextmanager
    def _explained(self, url: str) -> Iterator[None]:
        host = _host(url)
        try:
            yield
        except (socket.gaierror, UnicodeError) as error:
            raise FetchError(f"{mask(url)}: there is no host {host!r}; check the address and the network") from error
        except httpx2.TimeoutException as error:
            raise _Passing("the server does not answer in time") from error
        except httpx2.ConnectError as error:
            if "Name or service" in str(error) or "resolution" in str(error):
                raise FetchError(f"{mask(url)}: there is no host {host!r}; check the address") from error
            raise FetchError(f"{mask(url)}: {host} can't be reached ({error}); check the address") from error
        except httpx2.TransportError as error:
            raise _Passing(f"the connection failed ({error})") from error
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise FetchError(f"{mask(url)} can't be fetched: {error}") from error


class _Passing(FetchError):
    """A failure that may pass. ``after``: seconds to wait, where the server says so."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _resolved(host: str) -> set[str]:
    """The IP addresses of a host. Raises socket.gaierror where it has none."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return {str(address[0]).partition("%")[0] for *_, address in found}


def _addresses(host: str) -> set[str]:
    try:
        return _resolved(host)
    except (OSError, UnicodeError):
        return set()  # asking it will say so


def _check_passing(response: httpx2.Response) -> None:
    if response.status_code in _PASSING:
        raise _Passing(f"the server answers {response.status_code}", _retry_after(response))


def _check_status(response: httpx2.Response, url: str) -> None:
    status = response.status_code
    if status < 400:
        return
    meanings = {
        401: "wants a user name and password",
        403: "is forbidden",
        404: "does not exist",
        410: "is gone for good",
    }
    kind = GoneError if status in (404, 410) else FetchError
    raise kind(f"{mask(url)} {meanings.get(status, 'failed')} (HTTP {status}); check the address")


def _content_type(response: httpx2.Response) -> tuple[str, str]:
    header = response.headers.get("content-type", "")
    media_type = header.partition(";")[0].strip().lower()
    return media_type, response.charset_encoding or ""


def _validators(response: httpx2.Response) -> dict[str, str]:
    names = {"etag": "etag", "last_modified": "last-modified"}
    return {key: response.headers[name] for key, name in names.items() if name in response.headers}


def _conditions(validators: Mapping[str, str]) -> dict[str, str]:
    names = {"etag": "If-None-Match", "last_modified": "If-Modified-Since"}
    return {names[key]: value for key, value in validators.items() if key in names}


def _retry_after(response: httpx2.Response) -> float | None:
    value = response.headers.get("retry-after", "")
    return min(float(value), 120) if value.isdigit() else None


def _size(number: int) -> str:
    return f"{number / 1e9:.1f} GB" if number >= 10**9 else f"{number / 1e6:.0f} MB"


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
