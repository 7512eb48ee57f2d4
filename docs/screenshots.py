"""Takes the pictures of the web app that the documentation shows: ``python docs/screenshots.py``.

The bundled episode is ingested, and a few made-up ones stand beside it. Needs Chromium and the extras test and weights.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2
from playwright.sync_api import Page, sync_playwright

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent))

from bench.shelf import Made, evenly, put, talk  # noqa: E402 - it stands beside this folder
from podpipe.library import Library  # noqa: E402
from podpipe.models import Episode  # noqa: E402

DEMO = DOCS.parent / "demo"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
DESK = {"viewport": {"width": 1280, "height": 800}}
OTHERS = (
    ("Systems News", "Episode 2: Containers without root", ("Namespaces", "Seccomp", "Memory pressure")),
    ("Systems News", "Episode 3: A year of io_uring", ("Rings", "Security", "Benchmarks")),
    ("The Disk Hour", "Snapshots that last", ("Btrfs", "ZFS", "Backups of backups")),
    ("The Disk Hour", "What a scrub finds", ("Checksums", "Bad sectors", "The OOM killer and the cache")),
)


def main() -> None:
    """Make the library, serve it, and take the pictures."""
    with tempfile.TemporaryDirectory(prefix="podpipe-pictures-") as folder:
        library = make(Path(folder))
        news = library.find("episode-1").id
        with serving(library) as url, sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for name, path, options in (
                ("web-home", "", DESK),
                ("web-search", "search?q=oom+killer", DESK),
                ("web-episode", f"episodes/{news}?t=60.2", DESK),
                ("web-episode-dark", f"episodes/{news}?t=60.2", {**DESK, "color_scheme": "dark"}),
                ("web-phone", f"episodes/{news}?t=60.2", PHONE),
                ("web-correct", f"episodes/{news}?t=60.2", DESK),
            ):
                page = browser.new_context(**options).new_page()
                page.goto(url + path)
                if path.startswith("episodes/"):
                    page.wait_for_selector("html.ready")
                if name == "web-correct":
                    correct(page)
                page.wait_for_timeout(400)
                page.screenshot(path=DOCS / f"{name}.png")
                print(f"docs/{name}.png")  # noqa: T201 - what it does
                page.context.close()
            browser.close()


def make(root: Path) -> Library:
    """The bundled episode as it is heard, and others that nobody has spoken."""
    shutil.copytree(DEMO, root / "demo")
    podpipe = [sys.executable, "-m", "podpipe"]
    environment = {**os.environ, "PYTHONPATH": str(DOCS.parent)}
    subprocess.run([*podpipe, "ingest", "demo/notes.txt"], cwd=root, env=environment, check=True)
    library = Library(root)
    sentences = [line for line in (DEMO / "notes.txt").read_text().replace("\n", " ").split(". ") if len(line) > 40]
    for number, (show, title, chapters) in enumerate(OTHERS):
        name = f"2026-02-{number + 10}-made-up-{number:08}"
        episode = Episode(name, name, title, show, datetime(2026, 2, number + 10, tzinfo=UTC))
        put(
            library,
            Made(episode, DEMO / "episode.mp3", talk(5000, sentences, seed=number), evenly(chapters, 1_800_000)),
        )
    return library


@contextmanager
def serving(library: Library) -> Iterator[str]:
    """``podpipe serve`` on a free port; gives its address."""
    command = [sys.executable, "-m", "podpipe", "serve", "--edit", "--port", "0", "--library", str(library.root)]
    environment = {**os.environ, "PYTHONPATH": str(DOCS.parent), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        for _ in range(200):
            try:
                httpx2.get(url)
                break
            except httpx2.TransportError:
                time.sleep(0.05)
        yield url
        process.terminate()


def correct(page: Page) -> None:
    """Open the dialog in which a word is corrected."""
    page.get_by_role("button", name="Correct", exact=True).click()
    page.wait_for_timeout(300)
    box = page.evaluate("[...CSS.highlights.get('now')][0].getBoundingClientRect().toJSON()")
    page.mouse.click(box["x"] + 4, box["y"] + 8)


if __name__ == "__main__":
    main()
