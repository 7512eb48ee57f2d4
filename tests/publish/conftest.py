from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from podpipe.library import Library
from podpipe.publish import Published, publish
from podpipe.publish.site import Wish
from web_app import fill

BASE = "https://example.org/podcasts/"


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory, tone: Path) -> Library:
    """Three episodes of two shows, one of them hostile; nobody changes it."""
    return fill(tmp_path_factory.mktemp("shelf"), tone)


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory: pytest.TempPathFactory, shelf: Library) -> Path:
    """The site of it; nobody changes it."""
    out = tmp_path_factory.mktemp("published") / "podcasts"
    publish(shelf, out, Wish(BASE))
    return out


@pytest.fixture
def own(tmp_path: Path, shelf: Library) -> Library:
    """A library of the test's own."""
    shutil.copytree(shelf.root, tmp_path / "library")
    return Library(tmp_path / "library")


@pytest.fixture
def republish(tmp_path: Path, own: Library) -> Callable[..., Published]:
    """Publishes it to ``tmp_path / "out"``."""

    def again(**wish: object) -> Published:
        return publish(own, tmp_path / "out", Wish(**{"base_url": BASE, "search": False, **wish}))  # type: ignore[arg-type]

    return again
