"""A server for ``bench.soak`` that misbehaves in ten ways: ``python -m bench.misbehaving EPISODES AUDIO COUNTS``.

Prints its address, serves ``/feed`` and an MP3 for each episode until its standard input ends, then writes to COUNTS
how many bytes it has sent, and how many there are, of each kind of episode.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import struct
import sys
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

KINDS = (
    "well-behaved",
    "cut twice",
    "stalls once",
    "503 with Retry-After, twice",
    "Content-Length too large",
    "three redirects",
    "ETag and bytes change after a cut",
    "cut, without validators",
    "500 once",
    "packed, without a length",
)
_STALL_S = 30


@dataclass
class Site:
    """Audio, and what was asked for. Each episode's audio has its number at its end, so that no two are alike."""

    audio: bytes
    episodes: int
    asked: Counter[int] = field(default_factory=Counter)
    sent: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def body(self, number: int, version: int = 0) -> bytes:
        """The bytes of an episode."""
        return self.audio + struct.pack(">II", number, version) * 16

    def feed(self) -> bytes:
        """All episodes, every third with a wrong length."""
        size = len(self.body(0))
        items = "".join(
            f"<item><title>Episode {n}</title><guid>{n}</guid><description>Number {n}.</description>"
            f'<enclosure url="/{n}.mp3" type="audio/mpeg" length="{size + n % 3}"/></item>'
            for n in range(self.episodes)
        )
        return f"<rss version='2.0'><channel><title>Soak</title>{items}</channel></rss>".encode()


class Handler(BaseHTTPRequestHandler):
    """Answers by the episode's number and how often it was asked for."""

    site: Site

    def do_GET(self) -> None:
        """Serve the feed or an episode."""
        if self.path == "/feed":
            self._send(200, self.site.feed(), "text/xml", {})
            return
        hops, _, name = self.path.strip("/").rpartition("/")
        number = int(name.removesuffix(".mp3"))
        with self.site.lock:
            self.site.asked[number] += 1
            time = self.site.asked[number]
        self._misbehave(number, KINDS[number % len(KINDS)], time, len(hops))

    def _misbehave(self, number: int, kind: str, time: int, hops: int) -> None:
        body = self.site.body(number)
        third = len(body) // 3
        match kind:
            case "cut twice" if time <= 2:
                self._audio(number, body, etag='"1"', cut=third)
            case "stalls once" if time == 1:
                self._audio(number, body, etag='"1"', cut=third, stall=True)
            case "503 with Retry-After, twice" if time <= 2:
                self._send(503, b"", "text/plain", {"Retry-After": str(time - 1)})
            case "Content-Length too large":
                self._audio(number, body, etag='"1"', promised=len(body) + 1000)
            case "three redirects" if hops < 3:
                self._send(302, b"", "text/plain", {"Location": f"/{'x' * (hops + 1)}/{number}.mp3"})
            case "ETag and bytes change after a cut":
                body = self.site.body(number, version=min(time, 2))
                self._audio(number, body, etag=f'"{min(time, 2)}"', cut=third if time == 1 else None)
            case "cut, without validators" if time == 1:
                self._audio(number, body, cut=third)
            case "500 once" if time == 1:
                self._send(500, b"", "text/plain", {})
            case "packed, without a length":
                self._send(200, gzip.compress(body, 1), "audio/mpeg", {"Content-Encoding": "gzip"}, number, length=None)
            case "cut, without validators":
                self._audio(number, body)
            case _:
                self._audio(number, body, etag='"1"')

    def _audio(
        self,
        number: int,
        body: bytes,
        *,
        etag: str = "",
        cut: int | None = None,
        stall: bool = False,
        promised: int = 0,
    ) -> None:
        status, headers = 200, {"ETag": etag} if etag else {}
        wanted, condition = self.headers.get("Range", ""), self.headers.get("If-Range", etag)
        if wanted and condition == etag:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
            if start >= len(body):
                self._send(416, b"", "audio/mpeg", {"Content-Range": f"bytes */{len(body)}"})
                return
            status, body, promised = 206, body[start:], 0
        self._send(status, body, "audio/mpeg", headers, number, length=promised or len(body), cut=cut, stall=stall)

    def _send(
        self,
        status: int,
        body: bytes,
        media_type: str,
        headers: dict[str, str],
        number: int = -1,
        *,
        length: int | None = -1,
        cut: int | None = None,
        stall: bool = False,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        if length is not None:
            self.send_header("Content-Length", str(len(body) if length < 0 else length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:cut])
        self.wfile.flush()
        with self.site.lock:
            self.site.sent[number] += len(body[:cut])
        if stall:
            self.connection.settimeout(_STALL_S)
            with contextlib.suppress(OSError):
                self.connection.recv(1)  # until the client gives up
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Many connections at a time, whose ends are no errors."""

    daemon_threads = True
    request_queue_size = 100

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is none."""


def main(episodes: int, audio: Path, counts: Path) -> None:
    """Serve until standard input ends."""
    Handler.site = site = Site(audio.read_bytes(), episodes)
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}/feed", flush=True)
    sys.stdin.read()
    totals: dict[str, list[int]] = {kind: [0, 0] for kind in KINDS}
    for number in range(episodes):
        kind = KINDS[number % len(KINDS)]
        size = len(gzip.compress(site.body(number), 1)) if kind.startswith("packed") else len(site.body(number))
        totals[kind][0] += site.sent[number]
        totals[kind][1] += size
    counts.write_text(json.dumps(totals))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
