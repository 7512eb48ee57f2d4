"""The web app: what a page of three hours weighs, how soon it can be used, and how it holds under many listeners."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from bench.memory import repeat
from bench.shelf import WORD_MS, Made, evenly, put, talk
from bench.table import Settings, Skipped, Table
from podpipe.library import Library
from podpipe.models import Episode

DEMO = Path(__file__).parents[1] / "demo"
WORDS = 30_000
LISTENERS = 50
_EPISODES = 40
_LONG = "2026-03-01-long-00000000"

EXPLANATION = f"""\
One episode of three hours ({WORDS:,} words, 60 chapters) among {_EPISODES} others of ten minutes, served by `podpipe
serve` on the same machine. *Weight*: everything that Chromium receives to show the episode's page, without the sound,
compressed as it comes, nothing cached; beside it, the transcript alone as JSON, word by word, uncompressed. *Usable*:
from the navigation until each word can be clicked and is lit when it sounds (median of several loads); beside it, a
page that says one line. *Scrolling*: the longest time between two frames while the whole transcript is scrolled
through in 300 steps; beside it, that of the same page without `content-visibility`. *Listeners*: {LISTENERS} at once,
each of whom searches and fetches 256 kB of the sound in turn, for ten seconds; beside it, the p95 of one alone."""


def run(settings: Settings) -> Table:
    """Measure it. Raises Skipped where Chromium or Playwright is missing."""
    chromium = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise Skipped("playwright is not installed") from error
    if chromium is None:
        raise Skipped("Chromium is not installed")
    library = _library(settings.folder)
    with _serving(library) as url:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            weight = weight_of(browser, f"{url}episodes/{_LONG}")
            usable, plain = _usable(browser, url, 3 if settings.quick else 9)
            smooth, rough = _scrolling(browser, url, plain=False), _scrolling(browser, url, plain=True)
            browser.close()
        alone = asyncio.run(_listeners(url, 1, 3))
        many = asyncio.run(_listeners(url, LISTENERS, 5 if settings.quick else 10))
        whole = len(httpx2.get(f"{url}api/episodes/{_LONG}/transcript.json?words=1").content)
    rows = [
        ("Weight of the page without sound", f"{weight / 1000:.0f} kB", f"{whole / 1000:.0f} kB", "≤ 300 kB"),
        ("Usable after", f"{usable:.2f} s", f"{plain:.2f} s", "≤ 1 s"),
        ("Longest frame while scrolling", f"{smooth:.0f} ms", f"{rough:.0f} ms", "≤ 100 ms"),
    ]
    for name, key in (("A search, p95", "search"), ("A range of the sound, p95", "range")):
        rows.append((f"{name} of {LISTENERS}", _ms(many[key]), _ms(alone[key]), "no error"))
    errors = sum(many["errors"])
    count = len(many["search"]) + len(many["range"])
    rows.append((f"Errors of {LISTENERS}", f"{errors:.0f} of {count}", "–", "0"))
    return Table("Web app", EXPLANATION, ("What", "Measured", "Beside it", "Target"), tuple(rows))


def _library(folder: Path) -> Library:
    library = Library(folder / "web")
    # Prose with as many different words as talk has: our own documentation.
    prose = " ".join(path.read_text() for path in [DEMO / "notes.txt", *sorted(DEMO.parent.glob("docs/*.md"))])
    sentences = [line for line in re.split(r"(?<=[.:])\s+", prose) if 30 < len(line) < 400 and "|" not in line]
    sound = folder / "three-hours.mp3"
    repeat(DEMO / "episode.mp3", sound, 73)
    chapters = evenly([f"Topic {number}" for number in range(1, 61)], WORDS * WORD_MS)
    day = datetime(2026, 3, 1, tzinfo=UTC)
    put(library, Made(Episode(_LONG, "long", "Three hours", "A show", day), sound, talk(WORDS, sentences), chapters))
    for number in range(_EPISODES):
        name = f"2026-01-01-short-{number:08}"
        episode = Episode(name, name, f"Short {number}", "Another show", day - timedelta(days=number + 1))
        words = talk(1600, sentences, seed=number)
        put(library, Made(episode, DEMO / "episode.mp3", words, evenly(["First", "Second", "Third"], 600_000)))
    return library


@contextmanager
def _serving(library: Library) -> Iterator[str]:
    command = [sys.executable, "-m", "podpipe", "serve", "--port", "0", "--library", str(library.root)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment, cwd=DEMO.parent
    )
    assert process.stdout
    try:
        url = process.stdout.readline().strip()
        for _ in range(200):
            try:
                httpx2.get(url)
                break
            except httpx2.TransportError:
                time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait()


def weight_of(browser: Any, address: str) -> float:
    """Bytes that came over the wire for an episode's page, sound left out."""
    page = browser.new_context().new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {}
    session.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    session.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto(address)
    page.wait_for_selector("html.ready")
    page.wait_for_timeout(500)
    page.context.close()
    return sum(size for request, size in sizes.items() if kinds.get(request) != "Media")


def _usable(browser: Any, url: str, rounds: int) -> tuple[float, float]:
    """Seconds until an episode's page is ready, and until one that says a line is."""
    times: dict[str, list[float]] = {"long": [], "line": []}
    for kind, path, ready in itertools.chain(
        *[[("long", f"episodes/{_LONG}", "html.ready"), ("line", "nowhere", "h1")] for _ in range(rounds + 1)]
    ):
        page = browser.new_context().new_page()
        started = time.perf_counter()
        page.goto(url + path, wait_until="commit")
        page.wait_for_selector(ready)
        times[kind].append(time.perf_counter() - started)
        page.context.close()
    return statistics.median(times["long"][1:]), statistics.median(times["line"][1:])


def _scrolling(browser: Any, url: str, *, plain: bool) -> float:
    """The longest time (ms) between two frames while the page is scrolled from its head to its end."""
    page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
    page.goto(f"{url}episodes/{_LONG}")
    page.wait_for_selector("html.ready")
    if plain:
        page.evaluate(
            "document.querySelectorAll('.para').forEach((each) => { each.style.contentVisibility = 'visible' })"
        )
    longest = page.evaluate(
        """async () => {
            let [longest, last] = [0, performance.now()];
            for (let step = 0; step < 300; step += 1) {
                scrollTo(0, (document.body.scrollHeight * step) / 300);
                const now = await new Promise(requestAnimationFrame);
                if (step > 5) longest = Math.max(longest, now - last);
                last = now;
            }
            return longest;
        }"""
    )
    page.context.close()
    return float(longest)


async def _listeners(url: str, count: int, seconds: float) -> dict[str, list[float]]:
    """Times (s) of searches and ranges of so many at once, and an entry for each error."""
    times: dict[str, list[float]] = {"search": [], "range": [], "errors": []}
    until = time.perf_counter() + seconds
    queries = ["oom killer", "snapshots", '"pressure stall"', "wireguard key", "kernel thread", "btrfs scrub", "sched*"]
    limits = httpx2.Limits(max_connections=count)
    async with httpx2.AsyncClient(base_url=url, timeout=60, limits=limits) as client:
        size = int((await client.head(f"/episodes/{_LONG}/audio.mp3")).headers["content-length"])

        async def timed(kind: str, action: Callable[[], Awaitable[httpx2.Response]], status: int) -> None:
            started = time.perf_counter()
            answer = await action()
            times[kind].append(time.perf_counter() - started)
            if answer.status_code != status:
                times["errors"].append(1)

        async def listener(number: int) -> None:
            chance = random.Random(number)
            while time.perf_counter() < until:
                query = chance.choice(queries)
                start = chance.randrange(size - 262_144)
                asked = {"Range": f"bytes={start}-{start + 262_143}"}
                await timed("search", lambda: client.get("/search/results", params={"q": query}), 200)  # noqa: B023
                await timed("range", lambda: client.get(f"/episodes/{_LONG}/audio.mp3", headers=asked), 206)  # noqa: B023
                await asyncio.sleep(chance.random() * 0.5)

        await asyncio.gather(*(listener(number) for number in range(count)))
    return times


def _ms(times: list[float]) -> str:
    return f"{statistics.quantiles(times, n=20)[-1] * 1000:.0f} ms"
