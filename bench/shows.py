"""An archive of 100,000 episodes that is followed: what the commands cost when little or nothing is new."""

from __future__ import annotations

import contextlib
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bench import measure
from bench.table import Settings, Table
from podpipe.net import Client, Page
from podpipe.shows import Entry, Options, Subscription, following, news
from podpipe.shows.registry import Registry
from podpipe.sources import feed

SHOWS, EPISODES, ITEMS = 1000, 100, 10_000

EXPLANATION = """\
{shows} shows with {episodes} episodes each, all done, on a server of this machine that answers 304 to each feed. The
baselines are what the same would cost at least, or written plainly: the same requests one after the other, the feed
read by podcastparser, the state of all episodes in one JSON file. Measured in one run; requests include what the
server of Python's standard library takes."""


def run(settings: Settings) -> Table:
    """Follow made shows."""
    shows = SHOWS // 10 if settings.quick else SHOWS
    root = settings.folder / "followed"
    with _server() as url:
        _follow(root, url, shows)
        rows = [
            _row("`podpipe status`", "≤ 1 s", _command(root, "status"), "–"),
            _row("`podpipe status EPISODE`", "≤ 1 s", _command(root, "status", "episode 7-77"), "–"),
            _row(
                f"ask {shows} feeds, nothing new", "≤ 1.5 × baseline", _timed(lambda: _ask(root)), _requests(url, shows)
            ),
        ]
    rows += [*_feed(settings), _settled(root)]
    return Table(
        "An archive that is followed",
        EXPLANATION.format(shows=f"{shows:,}", episodes=EPISODES),
        ("What", "Target", "podpipe", "Baseline"),
        tuple(rows),
    )


@contextlib.contextmanager
def _server() -> Iterator[str]:
    class Unchanged(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(304)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Unchanged)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _follow(root: Path, url: str, shows: int) -> None:
    root.mkdir()
    with Registry(root) as registry:
        for show in range(shows):
            registry.save(
                Subscription(
                    f"show-{show}", f"{url}/{show}", f"Show {show}", is_typed=True, is_complete=True,
                    validators={"etag": '"1"'}, checked=1.0,
                )
            )  # fmt: skip
            registry.put((_entry(show, number), None) for number in range(EPISODES))


def _entry(show: int, number: int) -> Entry:
    name = f"episode-{show}-{number}-{show * EPISODES + number:08x}"
    return Entry(f"show-{show}", f"guid-{number}", name, f"Episode {show}-{number}", "done", digest="0" * 16)


def _ask(root: Path) -> None:
    with Registry(root) as registry, Client() as client:
        shows = registry.subscriptions()
        for show in shows:
            client.allow(show.feed)
        results = list(following.check_all(registry, client, shows))
    assert len(results) == len(shows) and not any(result.error for result in results)


def _requests(url: str, shows: int) -> str:
    """The same requests by the same client, one by one, and nothing kept of their answers."""
    with Client([url]) as client:
        return _timed(lambda: [client.page_if_changed(f"{url}/{n}", {"etag": '"1"'}) for n in range(shows)])


def _feed(settings: Settings) -> Iterator[tuple[str, ...]]:
    import podcastparser

    count = ITEMS // 10 if settings.quick else ITEMS
    data = _written(count)
    page = Page("http://example.org/feed", data, "")
    yield _row(
        f"read a feed of {count:,} episodes",
        "≤ 2 × baseline",
        _timed(lambda: feed.read(page)),
        _timed(lambda: podcastparser.parse(page.url, io.BytesIO(data))),
    )
    offered = feed.read(page).candidates
    known = [change[0] for change in news.read("s", offered, (), Options(), 0).changes]
    done = [replace(entry, state="done") for entry in known]
    found = _timed(lambda: news.read("s", offered, done, Options(), 0))
    yield _row(f"find that none of {count:,} has changed", "≤ reading", found, "–")


def _written(count: int) -> bytes:
    notes = "&lt;p&gt;" + "Some notes of an episode, with what it is about. " * 20 + "&lt;/p&gt;"
    items = "".join(
        f"<item><title>Episode {n}</title><guid>guid-{n}</guid><pubDate>Thu, 01 Jan 2026 08:00:00 +0000</pubDate>"
        f'<description>{notes}</description><enclosure url="http://example.org/{n}.mp3" type="audio/mpeg" length="1"/>'
        "</item>"
        for n in range(count)
    )
    return f"<rss version='2.0'><channel><title>Show</title>{items}</channel></rss>".encode()


def _settled(root: Path) -> tuple[str, ...]:
    """One episode's state changed, beside all of them written anew."""
    path = root / "all.json"
    with Registry(root) as registry:
        entries = [asdict(e) for show in registry.subscriptions() for e in registry.entries(show.id)]
        ours = _timed(lambda: registry.settle(_entry(7, 77)))
    return _row("keep that one episode is done", "≤ 0.05 s", ours, _timed(lambda: path.write_text(json.dumps(entries))))


def _command(root: Path, *words: str) -> str:
    arguments = ("-m", "podpipe", *words, "--library", root)
    measure.python(*arguments)
    return f"{min(measure.python(*arguments).seconds for _ in range(3)):.2f} s"


def _timed(action: Callable[[], object]) -> str:
    started = time.perf_counter()
    action()
    return f"{time.perf_counter() - started:.3f} s"


def _row(what: str, target: str, ours: str, baseline: str) -> tuple[str, ...]:
    return (what, target, ours, baseline)
