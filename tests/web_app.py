"""A library for the web app, and the app as a real server on this machine."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import uvicorn

from bench.shelf import Made, evenly, put, spoken
from podpipe.library import Library
from podpipe.models import Chapter, Episode, Notes, Person, Soundbite
from podpipe.web.app import Settings, create_app

MEMORY, TUNNELS, HOSTILE = "2026-03-01-memory-aaaaaaaa", "2026-03-02-tunnels-bbbbbbbb", "2026-03-03-hostile-cccccccc"
SCRIPT = "<script>alert(1)</script>"
TURNED = "\u202eevil\u202c"

BITES = (Soundbite(5783, 4000, "How it chooses"), Soundbite(900_000, 20_000, "After the end"), Soundbite(0, 1500))
"""One from the middle of a paragraph on, one that the episode is too short for, one without a title."""

TALK = (
    "Welcome to the show. Let us begin with the oil and killer. When memory is short, the oil and killer ends a "
    "process, and oil and killer's choice is by score. Next comes io_uring, with two rings. "
    "That is all for today, thanks for listening to us."
)


def episode(name: str, title: str, show: str, day: int, **more) -> Episode:
    published = datetime(2026, 3, day, tzinfo=UTC)
    return Episode(name, f"https://example.org/{name}", title, show=show, published=published, **more)


@dataclass
class Served:
    """A running app: its address, and a client that knows it."""

    url: str
    client: httpx2.Client
    library: Library

    def pending(self) -> int:
        return self.client.get("/api/corrections/pending").json()["pending"]

    def settle(self) -> None:
        """Wait until all that was corrected is in files and index."""
        deadline = time.monotonic() + 60
        while self.pending():
            assert time.monotonic() < deadline
            time.sleep(0.05)


@contextmanager
def serving(library: Library, settings: Settings | None = None) -> Iterator[Served]:
    """The app, in a thread, on a port that is free."""
    app = create_app(library, settings)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with httpx2.Client(base_url=url, timeout=30) as client:
            yield Served(url, client, library)
        server.should_exit = True
        thread.join()


@contextmanager
def running(library: Library, *options: str) -> Iterator[str]:
    """``podpipe serve`` as a process of its own; gives the address that it prints."""
    command = [sys.executable, "-m", "podpipe", "serve", "--port", "0", "--library", str(library.root), *options]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout
        try:
            address = process.stdout.readline().strip()
            port = re.search(r":(\d+)/", address)
            assert port
            deadline = time.monotonic() + 30
            while True:
                with suppress(httpx2.TransportError):
                    httpx2.get(f"http://127.0.0.1:{port[1]}/")
                    break
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield address
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) == 0


def fill(root: Path, tone: Path) -> Library:
    """Three episodes of two shows; the third has a hostile title, hostile notes and a hostile chapter."""
    library = Library(root)
    words = spoken(TALK)
    end_ms = words[-1].end_ms + 500
    put(
        library,
        Made(
            episode(MEMORY, "Memory", "Kernel Daily", 1, persons=(Person("Ann", "host"),), soundbites=BITES),
            tone,
            words,
            evenly(["Opening", "The OOM killer", "io_uring"], end_ms),
            Notes("<h2>Links</h2><p>Read <a href='https://example.org/oom'>this</a>.</p>", "text/html"),
        ),
    )
    put(
        library,
        Made(
            episode(TUNNELS, "Tunnels", "Kernel Daily", 2),
            tone,
            spoken("Jason wrote wireguard small enough to read. The oil and killer is not in here, or is it?"),
            evenly(["Wireguard"], 8000),
        ),
    )
    put(
        library,
        Made(
            episode(
                HOSTILE,
                f'{SCRIPT} "quoted" {TURNED}',
                f"Show's <b> {SCRIPT}",
                3,
                soundbites=(Soundbite(0, 1000, f'"><img src=x onerror=alert(1)>{TURNED}'),),
            ),
            tone,
            spoken(f"Say {SCRIPT} and {TURNED} aloud."),
            (Chapter(f'"><img src=x onerror=alert(1)>{TURNED}', 0, 2000, url="javascript:alert(1)"),),
            Notes(
                f"<p onclick='alert(1)'>Hi {SCRIPT}<a href='javascript:alert(1)'>x</a><img src=//x></p>", "text/html"
            ),
        ),
    )
    return library
