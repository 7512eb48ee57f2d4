"""kill -9 at any moment: a later run ends where an undisturbed one does, and does nothing twice."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ingesting import EPISODES, Kill, begun, finished, hits, result, serve, started

from loopback import loopback
from podpipe.work import STAGES

OFTEN = ("fetch", "align", "index")
"""Stages at which every run of the tests kills; the slow ones do at all."""

SEED = 20261126


@pytest.fixture(scope="module")
def feed(demo: Path) -> Iterator[str]:
    with loopback() as site:
        yield serve(site, demo)


@pytest.fixture(scope="module")
def undisturbed(feed: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """A library that was made without disturbance, and the seconds that it took, when everything was loaded."""
    took_s = 0.0
    for _ in range(2):
        root = tmp_path_factory.mktemp("undisturbed")
        began = time.monotonic()
        with started(root / "library", feed, root / "log") as process:
            process.join(120)
            assert process.exitcode == 0, (root / "log").read_text()
        took_s = time.monotonic() - began
    assert len(hits(root / "library")) == EPISODES
    return root / "library", took_s


def check_after_kill(root: Path, before: set[tuple[str, str]], indexed: dict[str, int], log: Path) -> None:
    """Nothing that was finished ran again, nothing that was found is lost."""
    assert not before & set(begun(log)), "a finished stage ran again"
    now = hits(root)
    assert indexed.items() <= now.items(), "the index lost an episode"
    done = {name for name, stage in finished(root) if stage == "index"}
    assert len(now) >= len(done), "an episode that counts as indexed is not found"


def check_end(root: Path, undisturbed: Path) -> None:
    assert result(root) == result(undisturbed)
    assert hits(root) == hits(undisturbed)
    left = [
        path
        for path in root.rglob("*")
        if ".part" in path.name or path.name.endswith(".tmp") or "arriving" in path.name
    ]
    assert left == []


def run_to_the_end(root: Path, feed: str, undisturbed: Path, number: int = 0) -> None:
    before, indexed = finished(root), hits(root)
    log = root.parent / f"log-{number}"
    with started(root, feed, log) as process:
        process.join(120)
        assert process.exitcode == 0, log.read_text()
    check_after_kill(root, before, indexed, log)
    check_end(root, undisturbed)


@pytest.mark.parametrize("stage", [s if s in OFTEN else pytest.param(s, marks=pytest.mark.slow) for s in STAGES])
def test_killed_where_a_stage_begins(stage: str, feed: str, undisturbed: tuple[Path, float], tmp_path: Path) -> None:
    root = tmp_path / "library"
    with started(root, feed, tmp_path / "log", Kill(stage, 1 + STAGES.index(stage) % EPISODES)) as process:
        process.join(120)
        assert process.exitcode == -9
    run_to_the_end(root, feed, undisturbed[0])


def killed_at_random(root: Path, feed: str, undisturbed: tuple[Path, float], kills: int, seed: int) -> int:
    """Run and kill, again and again, until a run ends by itself; how often it was killed."""
    moments = random.Random(seed)
    for number in range(kills):
        before, indexed = finished(root), hits(root)
        log = root.parent / f"log-{number}"
        with started(root, feed, log) as process:
            process.join(moments.uniform(0, undisturbed[1] * 0.6))
            assert process.exitcode in (None, 0), log.read_text() + log.with_suffix(".fault").read_text()
            ended = process.exitcode == 0
            process.kill()
            process.join()
        check_after_kill(root, before, indexed, log)
        if ended:
            check_end(root, undisturbed[0])
            return number
    run_to_the_end(root, feed, undisturbed[0], kills)
    return kills


def test_killed_at_some_moments(feed: str, undisturbed: tuple[Path, float], tmp_path: Path) -> None:
    assert killed_at_random(tmp_path / "library", feed, undisturbed, 5, SEED) > 0


@pytest.mark.slow
def test_killed_at_two_hundred_moments(feed: str, undisturbed: tuple[Path, float], tmp_path: Path) -> None:
    kills = 0
    for number in range(400):
        root = tmp_path / str(number) / "library"
        root.parent.mkdir()
        kills += killed_at_random(root, feed, undisturbed, min(10, 200 - kills), SEED + number)
        if kills >= 200:
            break
    assert kills >= 200


def podpipe(demo: Path, library: Path) -> subprocess.Popen[bytes]:
    """``podpipe ingest`` of the bundled episode, as a user types it: real Whisper, real everything."""
    command = [sys.executable, "-m", "podpipe", "ingest", str(demo / "notes.txt"), "--library", str(library)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


@pytest.mark.slow
def test_killed_while_whisper_listens(demo: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    with podpipe(demo, tmp_path / "undisturbed") as process:
        assert process.wait() == 0
    took_s = time.monotonic() - began
    moments = random.Random(SEED)
    root = tmp_path / "library"
    for _ in range(6):
        before = finished(root)
        with podpipe(demo, root) as process:
            try:
                assert process.wait(moments.uniform(0.1, 1) * took_s) == 0
            except subprocess.TimeoutExpired:
                process.kill()
        assert before <= finished(root)
    with podpipe(demo, root) as process:
        assert process.wait() == 0
    check_end(root, tmp_path / "undisturbed")
