"""A whole ingest of a feed, to be run in a process of its own and killed there."""

from __future__ import annotations

import base64
import contextlib
import faulthandler
import hashlib
import json
import multiprocessing
import os
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from loopback import Loopback
from podpipe import audio
from podpipe.audio import SAMPLE_RATE, Samples
from podpipe.library import Library
from podpipe.models import Episode

EPISODES = 4
COVER = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC"
"""A black pixel, PNG."""

TRANSCRIPT = "WEBVTT\n\n00:00.000 --> 00:06.500\nLet us begin with the OOM killer.\n"
CHAPTERS = (
    '{"version": "1.2.0", "chapters": [{"startTime": 0, "title": "Memory"}, {"startTime": 4, "title": "Killer"}]}'
)
NAMESPACES = (
    'xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)

WORDS = ("Let", "us", "begin", "with", "the", "OOM", "killer.")

processes = multiprocessing.get_context("forkserver")
"""Children begin with everything imported, so that a trial takes a fraction of a second."""

processes.set_forkserver_preload(
    ["podpipe.shows.once", "podpipe.net", "podpipe.search.whoosh", "podpipe.speech.fake", "podpipe.speech.vad",
     "podpipe.transcripts", "podpipe.tagging", "podpipe.align", "podpipe.topics", "ingesting"]
)  # fmt: skip


@dataclass(frozen=True)
class Kill:
    """Where a process kills itself: at the so-manieth time that a stage says that it begins."""

    stage: str
    time: int


def run(root: Path, feed: str, log: Path, kill: Kill | None = None, jobs: int = 2) -> None:
    """Ingest; ``log`` gets a line for each stage that begins. Exits with 1 where an episode fails."""
    from podpipe import config
    from podpipe.ingest import Request
    from podpipe.net import Client
    from podpipe.search import open_index
    from podpipe.shows.once import ingest
    from podpipe.speech.fake import FakeRecogniser
    from podpipe.stages import Tools

    begun: set[tuple[str, str]] = set()
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    faulthandler.enable(os.open(log.with_suffix(".fault"), os.O_WRONLY | os.O_CREAT))

    def progress(episode: Episode, stage: str, done: int, total: int | None) -> None:
        if (episode.id, stage) in begun or stage in ("wait", "ready"):
            return
        begun.add((episode.id, stage))
        os.write(descriptor, f"{episode.id} {stage}\n".encode())
        if kill and stage == kill.stage and sum(name == stage for _, name in begun) >= kill.time:
            os.kill(os.getpid(), signal.SIGKILL)

    library = Library(root)
    library.prepare()
    with (
        Client([feed], pause_s=0.01, config=config.load(root)) as client,
        open_index(library.index, create=True) as index,
    ):
        tools = Tools(client, FakeRecogniser(*WORDS), index)
        outcomes = list(ingest(Request((feed,), jobs=jobs), library, tools, progress, lambda show, count: None))
    failed = [outcome.error for outcome in outcomes if outcome.status == "failed"]
    if failed or len(outcomes) != EPISODES:
        os.write(descriptor, f"failed: {failed}\n".encode())
        os._exit(1)


@contextlib.contextmanager
def started(root: Path, feed: str, log: Path, kill: Kill | None = None, **more) -> Iterator[multiprocessing.Process]:
    """An ingest under way."""
    process = processes.Process(target=run, args=(root, feed, log, kill), kwargs=more)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()
        process.close()


def serve(site: Loopback, demo: Path) -> str:
    """A feed of short episodes with speech, notes and chapters; gives its URL."""
    samples = np.concatenate(list(audio.decode(demo / "episode.mp3")))
    items = ""
    site.serve("/cover.png", base64.b64decode(COVER), "image/png")
    for number in range(EPISODES):
        sound = _part(samples, number)
        site.serve(f"/{number}.mp3", sound, "audio/mpeg", etag=f'"{number}"')
        site.serve(f"/{number}.vtt", TRANSCRIPT, "text/vtt")
        site.serve(f"/{number}.json", CHAPTERS, "application/json+chapters")
        items += (
            f"<item><title>Episode {number}</title><guid>guid-{number}</guid>"
            f"<pubDate>Thu, {number + 1:02} Jan 2026 08:00:00 +0000</pubDate>"
            f"<description>Memory. The OOM killer takes what it can get, part {number}.</description>"
            f'<podcast:transcript url="/{number}.vtt" type="text/vtt"/><itunes:image href="/cover.png"/>'
            f'<podcast:chapters url="/{number}.json" type="application/json+chapters"/>'
            f'<enclosure url="/{number}.mp3" length="{len(sound)}" type="audio/mpeg"/></item>'
        )
    feed = f"<channel><title>The Show</title><language>en</language>{items}</channel>"
    return site.serve("/feed", f"<rss version='2.0' {NAMESPACES}>{feed}</rss>", "application/rss+xml")


def _part(samples: Samples, number: int) -> bytes:
    with tempfile.NamedTemporaryFile(suffix=".mp3") as file:
        audio.write_mp3(Path(file.name), [samples[number * 8 * SAMPLE_RATE :][: 7 * SAMPLE_RATE]], SAMPLE_RATE)
        return Path(file.name).read_bytes()


def result(root: Path) -> dict[str, str]:
    """What a library holds, by file, but for what differs between two runs by nature: times and the index's bytes."""
    found: dict[str, str] = {}
    for path in sorted((root / "episodes").rglob("*")):
        if not path.is_file() or ".locks" in path.parts or path.suffix == ".lock":
            continue
        data = path.read_bytes()
        if path.name == "stages.json":
            ledger = json.loads(data)
            for entry in ledger["stages"].values():
                entry["seconds"] = 0
                for written in entry["outputs"].values():
                    written["mtime_ns"] = 0
            index = ledger["stages"]["index"]
            index["inputs"] = ""  # of one index and no other
            data = json.dumps(ledger, sort_keys=True).encode()
        found[str(path.relative_to(root))] = hashlib.sha256(data).hexdigest()
    return found


def finished(root: Path) -> set[tuple[str, str]]:
    """The stages that the ledgers have as done."""
    done: set[tuple[str, str]] = set()
    for path in (root / "episodes").glob("*/stages.json"):
        done |= {(path.parent.name, stage) for stage in json.loads(path.read_text())["stages"]}
    return done


def begun(log: Path) -> list[tuple[str, str]]:
    """The stages that a run began."""
    lines = log.read_text().splitlines() if log.exists() else []
    return [(line.split()[0], line.split()[1]) for line in lines]


def hits(root: Path) -> dict[str, int]:
    """What a search finds, as episode and time; nothing where there is no index yet."""
    from podpipe.errors import SearchError
    from podpipe.search import open_index, search

    try:
        with open_index(root / "index") as index:
            return {hit.episode_title: hit.start_ms for hit in search(index, '"OOM killer"', limit=50).hits}
    except SearchError as error:
        if "no index yet" in str(error) or "does not exist" in str(error):
            return {}
        raise
