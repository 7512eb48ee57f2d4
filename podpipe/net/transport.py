"""Connections that go only where they may: the border on httpcore2.

A name is resolved once, each address is judged, and the connection is made to an address that was
judged, not to the name, which may lead elsewhere a moment later. Host header, SNI and certificate
stay those of the name. A connection that is silent or too slow for too long ends as a timeout.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore2
import httpx2

from podpipe.config import Network
from podpipe.net.address import Guard

_CONNECT_S = 15
"""To connect to one address of a host; a host may have several."""

SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


class Transport(httpx2.BaseTransport):
    """Sends httpx2's requests over guarded connections. Raises httpcore2's errors and FetchError."""

    def __init__(self, guard: Guard, network: Network, ssl_context: ssl.SSLContext) -> None:
        proxy = httpx2.URL(network.proxy) if network.proxy else None
        backend = _Backend(guard, network, proxy.host if proxy else "")
        self._guard = guard if proxy else None
        self._pool = httpcore2.ConnectionPool(
            ssl_context=ssl_context,
            proxy=_proxy(proxy, ssl_context),
            max_connections=None,  # the limit is per host
            max_keepalive_connections=8,
            keepalive_expiry=10,
            network_backend=backend,
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """As in ``httpx2.BaseTransport``; the body is still to be read."""
        url = request.url
        if self._guard is not None:
            _check_before_proxy(self._guard, url)
        assert isinstance(request.stream, httpx2.SyncByteStream)
        response = self._pool.handle_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx2.Response(
            response.status, headers=response.headers, stream=_Body(response), extensions=response.extensions
        )

    def close(self) -> None:
        """End all connections."""
        self._pool.close()


class _Body(httpx2.SyncByteStream):
    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class _Backend(httpcore2.NetworkBackend):
    """Connects to addresses that the guard lets pass; ``proxy`` is a host that it is not asked about."""

    def __init__(self, guard: Guard, network: Network, proxy: str) -> None:
        self._guard = guard
        self._network = network
        self._proxy = proxy
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore2.NetworkStream:
        """As in ``httpcore2.NetworkBackend``. Raises FetchError where no address of the host may be asked."""
        addresses = [host] if host == self._proxy else self._guard.addresses(host, port)
        for last, address in enumerate(addresses, 1 - len(addresses)):
            try:
                stream = self._sockets.connect_tcp(
                    address, port, min(timeout or _CONNECT_S, _CONNECT_S), local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if last == 0:
                    raise
            else:
                return _Watched(stream, self._network)
        raise AssertionError("a host has at least one address")

    def sleep(self, seconds: float) -> None:
        """As in ``httpcore2.NetworkBackend``."""
        time.sleep(seconds)


class _Watched(httpcore2.NetworkStream):
    """A connection that must bring a number of bytes in any stretch of time that we wait for it."""

    def __init__(self, stream: httpcore2.NetworkStream, network: Network) -> None:
        self._stream = stream
        self._network = network
        self._asked = False
        self._bytes = 0
        self._waited_s = 0.0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """As in ``httpcore2.NetworkStream``; raises ReadTimeout also where bytes come too slowly."""
        started = time.monotonic()
        data = self._stream.read(max_bytes, timeout)
        if self._asked:  # time until the first byte of an answer is the server's to think
            self._asked, self._bytes, self._waited_s = False, 0, 0.0
        else:
            self._waited_s += time.monotonic() - started
        self._bytes += len(data)
        if self._waited_s > self._network.stall_s:
            if data and self._bytes < self._network.bytes_per_s * self._waited_s:
                raise httpcore2.ReadTimeout(f"only {self._bytes} bytes in {self._waited_s:.0f} s")
            self._bytes, self._waited_s = 0, 0.0
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """As in ``httpcore2.NetworkStream``."""
        self._asked = True
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        """As in ``httpcore2.NetworkStream``."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """As in ``httpcore2.NetworkStream``."""
        return _Watched(self._stream.start_tls(ssl_context, server_hostname, timeout), self._network)

    def get_extra_info(self, info: str) -> Any:
        """As in ``httpcore2.NetworkStream``."""
        return self._stream.get_extra_info(info)


def _proxy(url: httpx2.URL | None, ssl_context: ssl.SSLContext) -> httpcore2.Proxy | None:
    if url is None:
        return None
    auth = (url.username, url.password) if url.username else None
    return httpcore2.Proxy(
        str(url.copy_with(userinfo=b"")), auth=auth, ssl_context=ssl_context if url.scheme == "https" else None
    )


def _check_before_proxy(guard: Guard, url: httpx2.URL) -> None:
    """A proxy looks names up itself: what this machine knows of them is judged, the rest is the proxy's to guard."""
    try:
        guard.addresses(url.raw_host.decode("ascii"), url.port or 0)
    except OSError:
        return
