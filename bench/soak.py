"""A feed of 1,000 episodes on a server that misbehaves: what is fetched how often, and memory against number."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench import measure
from bench.misbehaving import KINDS
from bench.table import Settings, Table
from podpipe import audio
from podpipe.audio import SAMPLE_RATE

EPISODES = 1000
SECONDS = 15
"""Of each episode: a tone."""

_STALL_S = 2
_TRIES = 5

EXPLANATION = """\
`podpipe ingest FEED --jobs 2`, once, of {episodes:,} episodes on a server of this machine that misbehaves in ten ways,
each for a tenth of them. “Fetched” is what the server has sent of them against what they have: more than once is
needed only where the file has changed. The baseline fetches a tenth of them with urllib, up to five times from the
beginning; what came packed it does not unpack. The episodes are tones of {seconds} s, so there is nothing to
recognise: this measures downloads, the ledger, tagging and the index, and no Whisper. It took {minutes:.0f} minutes,
{each:.2f} s an episode, while the machine did other things too. Memory is the peak of the whole run; its baseline is
a run of {few} episodes."""


def run(settings: Settings) -> Table:
    """Ingest the feed, and a tenth of it for comparison."""
    episodes = EPISODES // 10 if settings.quick else EPISODES
    few = _ingested(settings.folder / "few", episodes // 10)
    many = _ingested(settings.folder / "many", episodes)
    plain, whole = _plainly(settings.folder / "plain", episodes // 10)
    rows = [
        (
            kind,
            "≤ 1.40" if "change" in kind else "≤ 1.05",
            f"{sent / size:.3f}",
            f"{plain[kind][0] / plain[kind][1]:.3f}",
        )
        for kind, (sent, size) in many.counts.items()
    ]
    rows.append(("all", "≤ 1.10", f"{_share(many.counts):.3f}", f"{_share(plain):.3f}"))
    rows.append(("episodes done", f"{episodes:,}", f"{many.done:,}", f"{whole} of {episodes // 10} whole"))
    rows.append(("peak memory", f"≤ {few.run.peak} + 0.05 GB", many.run.peak, f"{few.run.peak} (few episodes)"))
    explanation = EXPLANATION.format(
        episodes=episodes,
        seconds=SECONDS,
        few=episodes // 10,
        minutes=many.run.seconds / 60,
        each=many.run.seconds / episodes,
    )
    header = ("Episodes", "Target", "Fetched", "Baseline")
    return Table("Soak: a misbehaving server", explanation, header, tuple(rows))


def _share(counts: dict[str, list[int]]) -> float:
    return sum(sent for sent, _ in counts.values()) / sum(size for _, size in counts.values())


def _plainly(folder: Path, episodes: int) -> tuple[dict[str, list[int]], int]:
    """Bytes sent and there by kind, and how many files came whole, where each is fetched from its beginning again."""
    whole = 0
    with _server(episodes, _tone(folder), folder / "counts.json") as feed:
        for number in range(episodes):
            for _ in range(_TRIES):
                with contextlib.suppress(OSError, http.client.HTTPException):
                    with urllib.request.urlopen(feed.replace("/feed", f"/{number}.mp3"), timeout=_STALL_S) as answer:
                        answer.read()
                    whole += 1
                    break
    return json.loads((folder / "counts.json").read_text()), whole


class _Ingested:
    """One ingest: what it needed, how many episodes it has done, and bytes sent and there by kind."""

    def __init__(self, run: measure.Run, counts: dict[str, list[int]]) -> None:
        self.run = run
        self.counts = {kind: counts[kind] for kind in KINDS}
        self.done = sum(episode["status"] == "done" for episode in json.loads(run.output)["episodes"])


def _ingested(folder: Path, episodes: int) -> _Ingested:
    tone = _tone(folder)
    os.environ |= {"PODPIPE_NETWORK_STALL_S": str(_STALL_S), "PODPIPE_NETWORK_CONNECTIONS_PER_HOST": "4"}
    with _server(episodes, tone, folder / "counts.json") as feed:
        ingest = measure.podpipe("ingest", feed, "--library", folder / "library", "--jobs", "2", "--json")
    return _Ingested(ingest, json.loads((folder / "counts.json").read_text()))


def _tone(folder: Path) -> Path:
    """An MP3 in a new folder."""
    folder.mkdir()
    tone = folder / "tone.mp3"
    time_s = np.arange(SECONDS * SAMPLE_RATE) / SAMPLE_RATE
    noise = np.random.default_rng(1).normal(0, 0.02, time_s.size)  # so that it is not packed to nothing
    audio.write_mp3(tone, [(0.2 * np.sin(2 * np.pi * 440 * time_s) + noise).astype(np.float32)], SAMPLE_RATE)
    return tone


@contextlib.contextmanager
def _server(episodes: int, tone: Path, counts: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "bench.misbehaving", str(episodes), str(tone), str(counts)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=measure.ROOT
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.stdin.close()
