"""A real HTTP server on 127.0.0.1, which behaves as well or as badly as a test wants."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Reply:
    """What a path answers. ``cut_after`` bytes the connection is closed, on the first ``cuts`` requests."""

    body: bytes = b""
    media_type: str = "text/plain; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str = ""
    cut_after: int | None = None
    cuts: int = 1
    failures: int = 0
    """The first so many requests get 503."""
    on_request: Callable[[], None] = lambda: None


class Loopback:
    """``replies`` by path; ``requests`` are (path, headers) as they came."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.replies: dict[str, Reply] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []

    def serve(self, path: str, body: bytes | str, media_type: str = "text/plain; charset=utf-8", **more) -> str:
        """Serve something; gives its URL."""
        data = body.encode() if isinstance(body, str) else body
        self.replies[path] = Reply(data, media_type, **more)
        return self.url + path


@contextmanager
def loopback() -> Iterator[Loopback]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            reply = site.replies.get(self.path, Reply(b"nothing here", status=404))
            reply.on_request()
            if reply.failures:
                reply.failures -= 1
                reply = Reply(status=503, headers={"Retry-After": "0"})
            self._answer(reply)

        def _answer(self, reply: Reply) -> None:
            status, body, extra = reply.status, reply.body, dict(reply.headers)
            if reply.etag:
                extra["ETag"] = reply.etag
                if self.headers.get("If-None-Match") == reply.etag:
                    status, body = 304, b""
                wanted = self.headers.get("Range", "")
                if wanted and self.headers.get("If-Range") == reply.etag:
                    start = int(wanted.removeprefix("bytes=").rstrip("-"))
                    extra["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
                    status, body = 206, body[start:]
            self.send_response(status)
            self.send_header("Content-Type", reply.media_type)
            self.send_header("Content-Length", str(len(body)))
            for name, value in extra.items():
                self.send_header(name, value)
            self.end_headers()
            if reply.cut_after is not None and reply.cuts:
                reply.cuts -= 1
                self.wfile.write(body[: reply.cut_after])
                self.wfile.flush()
                self.connection.close()
                return
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass  # a client that hangs up is no error here

    server = Server(("127.0.0.1", 0), Handler)
    site = Loopback(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
