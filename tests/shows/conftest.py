from __future__ import annotations

from pathlib import Path

import pytest

from loopback import Loopback
from shows.following import Follower, Publisher


@pytest.fixture
def publisher(site: Loopback, demo: Path) -> Publisher:
    return Publisher(site, (demo / "episode.mp3").read_bytes()[:80_000])


@pytest.fixture
def follower(tmp_path: Path) -> Follower:
    return Follower(tmp_path / "library")
