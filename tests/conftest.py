"""What several tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from loopback import Loopback, loopback
from podpipe import audio
from podpipe.audio import SAMPLE_RATE

# How long an example takes is no matter of tests: other work may run on the machine.
settings.register_profile("podpipe", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("podpipe")

SHARED_DATA = Path(__file__).parents[1].parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the checkout; tests that need it skip where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the shared test data is not at {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture
def site() -> Iterator[Loopback]:
    """A web site on this machine."""
    with loopback() as served:
        yield served


@pytest.fixture(scope="session")
def demo() -> Path:
    """The folder of the bundled episode."""
    return Path(__file__).parents[1] / "demo"


@pytest.fixture(scope="session")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds of a tone, as an MP3: audio that takes no time."""
    path = tmp_path_factory.mktemp("tone") / "tone.mp3"
    time_s = np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE
    audio.write_mp3(path, [(0.2 * np.sin(2 * np.pi * 440 * time_s)).astype(np.float32)], SAMPLE_RATE)
    return path
