"""A real HTTP server on this machine, which behaves as well or as badly as a test wants."""

from __future__ import annotations

import contextlib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_LONGEST_STALL_S = 20


@dataclass
class Reply:
    """What a path answers. ``cut_after`` bytes the connection is closed, on the first ``cuts`` requests."""

    body: bytes = b""
    media_type: str = "text/plain; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str = ""
    last_modified: str = ""
    ranges: bool = True
    """Whether parts are given."""
    length: int | None = None
    """Content-Length where it is not that of the body; -1 for none at all."""
    cut_after: int | None = None
    cuts: int = 1
    stall: bool = False
    """In place of a cut, nothing more comes, and the connection stays."""
    drip_s: float = 0
    """Seconds between two bytes after ``cut_after``, in place of a cut."""
    failures: int = 0
    """The first so many requests get ``failure``."""
    failure: int = 503
    retry_after: str = "0"
    on_request: Callable[[], None] = lambda: None


class Loopback:
    """``replies`` by path; ``requests`` are (path, headers) as they came; ``sent`` the bytes of bodies."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.replies: dict[str, Reply] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.sent = 0
        self.at_a_time = 0
        self.most_at_a_time = 0
        self.lock = threading.Lock()
        self.closing = threading.Event()

    def serve(self, path: str, body: bytes | str, media_type: str = "text/plain; charset=utf-8", **more) -> str:
        """Serve something; gives its URL."""
        data = body.encode() if isinstance(body, str) else body
        self.replies[path] = Reply(data, media_type, **more)
        return self.url + path

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Count how many requests are being answered at a time."""
        with self.lock:
            self.at_a_time += 1
            self.most_at_a_time = max(self.most_at_a_time, self.at_a_time)
        try:
            yield
        finally:
            with self.lock:
                self.at_a_time -= 1


@contextmanager
def loopback(address: str = "127.0.0.1", *, tls: ssl.SSLContext | None = None, name: str = "") -> Iterator[Loopback]:
    """Serve at ``address``, with the certificate of ``tls`` if it is given; the URL has ``name`` as its host."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with site.busy():
                site.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                reply = site.replies.get(self.path, Reply(b"nothing here", status=404))
                reply.on_request()
                if reply.failures:
                    reply.failures -= 1
                    reply = Reply(status=reply.failure, headers={"Retry-After": reply.retry_after})
                self._answer(reply)

        def _answer(self, reply: Reply) -> None:
            status, body, extra = self._matched(reply)
            self.send_response(status)
            self.send_header("Content-Type", reply.media_type)
            if reply.length != -1:
                self.send_header("Content-Length", str(len(body) if reply.length is None else reply.length))
            for name, value in extra.items():
                self.send_header(name, value)
            self.end_headers()
            if reply.cut_after is None or not reply.cuts:
                self._send(body)
                return
            reply.cuts -= 1
            self._send(body[: reply.cut_after])
            if reply.stall:
                site.closing.wait(_LONGEST_STALL_S)
            for byte in body[reply.cut_after :] if reply.drip_s else b"":
                if site.closing.is_set():
                    break
                time.sleep(reply.drip_s)
                self._send(bytes([byte]))
            self.connection.close()

        def _matched(self, reply: Reply) -> tuple[int, bytes, dict[str, str]]:
            """Status, body and headers with conditions and ranges minded."""
            status, body, extra = reply.status, reply.body, dict(reply.headers)
            if reply.etag:
                extra.setdefault("ETag", reply.etag)
            if reply.last_modified:
                extra["Last-Modified"] = reply.last_modified
            known = {reply.etag, reply.last_modified} - {""}
            if {self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")} & known:
                return 304, b"", extra
            wanted = self.headers.get("Range", "")
            condition = self.headers.get("If-Range")
            if not wanted or not reply.ranges or (condition is not None and condition not in known):
                return status, body, extra
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(body):
                return 416, b"", {**extra, "Content-Range": f"bytes */{len(body)}"}
            extra["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
            return 206, body[start:], extra

        def _send(self, data: bytes) -> None:
            self.wfile.write(data)
            self.wfile.flush()
            with site.lock:
                site.sent += len(data)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 100
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass  # a client that hangs up is no error here

        def get_request(self):
            connection, peer = super().get_request()
            if tls is not None:
                connection = tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
            return connection, peer

    server = Server((address, 0), Handler)
    host = name or (f"[{address}]" if ":" in address else address)
    site = Loopback(f"{'https' if tls else 'http'}://{host}:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.closing.set()
        with contextlib.suppress(OSError):
            server.shutdown()
        server.server_close()
        thread.join()
