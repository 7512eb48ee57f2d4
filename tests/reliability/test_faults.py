"""Disks that are full, read-only or fail; company; clocks that jump: the library stays whole, and is finished later."""

from __future__ import annotations

import errno
import json
import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ingesting import EPISODES, begun, hits, result, serve, started

from ingest_run import Run
from loopback import loopback
from podpipe.errors import LibraryError

needs_mount = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may mount a small disk"
)


@pytest.fixture(scope="module")
def feed(demo: Path) -> Iterator[str]:
    with loopback() as site:
        yield serve(site, demo)


@pytest.fixture(scope="module")
def undisturbed(feed: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("undisturbed")
    with started(root / "library", feed, root / "log") as process:
        process.join(120)
        assert process.exitcode == 0
    return root / "library"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """A disk whose options can be changed: ``disk("size=1m")``."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = False

    def mount(options: str) -> Path:
        nonlocal mounted
        what = f"remount,{options}" if mounted else options
        if subprocess.run(["mount", "-t", "tmpfs", "-o", what, "tmpfs", folder], capture_output=True).returncode:
            pytest.skip("this machine can't mount a small disk")
        mounted = True
        return folder

    yield mount
    if mounted:
        subprocess.run(["umount", "-l", folder], check=True)


def whole(root: Path) -> None:
    """Every JSON file of the library can be read, and nothing temporary is left."""
    for path in (root / "episodes").rglob("*.json"):
        json.loads(path.read_text())
    assert not list(root.rglob(".*.tmp"))


@needs_mount
def test_a_disk_that_is_full_at_any_point_is_said_and_what_is_there_is_used_later(
    feed: str, undisturbed: Path, disk: Callable[[str], Path], tmp_path: Path
) -> None:
    root = disk("size=100k") / "library"
    root.mkdir()
    (root / "podpipe.toml").write_text("[limits]\nkeep_free_mb = 0\n")
    failures = 0
    for size in range(100, 5000, 120):
        disk(f"size={size}k")
        with started(root, feed, tmp_path / f"log-{size}") as process:
            process.join(120)
            if process.exitcode == 0:
                break
            failures += 1
        whole(root)
    assert failures > 3
    assert result(root) == result(undisturbed)
    assert hits(root) == hits(undisturbed)


@needs_mount
def test_a_read_only_library_is_searched_and_not_written(disk: Callable[[str], Path], tone: Path, demo: Path) -> None:
    run = Run(disk("size=100m") / "library")
    run(tone)
    disk("size=100m,ro")
    assert run.hits("tone") == ["tone"]
    with pytest.raises(LibraryError, match="can't be written"):
        run(demo / "episode.mp3")
    disk("size=100m,rw")
    assert [outcome.status for outcome in run(tone)] == ["unchanged"]


class Flaky:
    """Makes calls of the file system fail now and then, as a bad cable does; and lets others wait."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, share: float, seed: int) -> None:
        self._chance = random.Random(seed)
        self._share = share
        self.failed = 0
        for name in ("fsync", "replace", "rename", "mkdir", "open"):
            monkeypatch.setattr(os, name, self._flaky(getattr(os, name)))

    def _flaky(self, call: Callable[..., object]) -> Callable[..., object]:
        def flaky(*arguments: object, **more: object) -> object:
            is_ours = "library" in str(arguments[0]) or isinstance(arguments[0], int)
            if is_ours and self._chance.random() < self._share:
                self.failed += 1
                raise OSError(errno.EIO, os.strerror(errno.EIO), str(arguments[0]))
            if is_ours and self._chance.random() < self._share:
                time.sleep(0.01)
            return call(*arguments, **more)

        return flaky


@pytest.mark.parametrize("seed", range(3))
def test_a_flaky_disk_loses_nothing(seed: int, tmp_path: Path, tone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calm = Run(tmp_path / "calm")
    calm(tone)
    run = Run(tmp_path / "library")
    with monkeypatch.context() as patched:
        flaky = Flaky(patched, 0.04, seed)
        for _ in range(5):
            try:
                outcomes = run(tone)
            except (LibraryError, OSError) as error:  # the index's own files
                assert "Traceback" not in str(error)
                continue
            assert all(outcome.status != "failed" or "\n" not in outcome.error for outcome in outcomes)
    assert flaky.failed
    (outcome,) = run(tone)
    assert outcome.status != "failed", outcome.error
    assert result(run.library.root) == result(calm.library.root)
    assert run.hits("tone") == ["tone"]
    whole(run.library.root)


def test_two_at_once_share_the_work(feed: str, undisturbed: Path, tmp_path: Path) -> None:
    root = tmp_path / "library"
    logs = [tmp_path / "log-1", tmp_path / "log-2"]
    with started(root, feed, logs[0]) as first, started(root, feed, logs[1]) as second:
        for process in (first, second):
            process.join(120)
        assert (first.exitcode, second.exitcode) == (0, 0), [log.read_text() for log in logs]
    both = [entry for log in logs for entry in begun(log)]
    assert len(both) == len(set(both)), "a stage ran twice"
    assert result(root) == result(undisturbed)
    assert len(hits(root)) == EPISODES


@pytest.mark.parametrize("when", [0, 4_000_000_000], ids=["1970", "2096"])
def test_a_clock_that_jumped_redoes_nothing(when: int, tmp_path: Path, tone: Path) -> None:
    run = Run(tmp_path / "library")
    run(tone)
    for path in run.library.root.rglob("*"):
        os.utime(path, (when, when))
    (outcome,) = run(tone)
    assert outcome.status == "unchanged"
    (folder,) = run.library
    assert not folder.is_by_hand()
