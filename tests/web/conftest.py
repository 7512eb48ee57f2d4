from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from podpipe.library import Library
from podpipe.web.app import Settings
from web_app import Served, fill, serving


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory, tone: Path) -> Library:
    """A library that nobody changes."""
    return fill(tmp_path_factory.mktemp("library"), tone)


@pytest.fixture(scope="module")
def served(library: Library) -> Iterator[Served]:
    """The app on it."""
    with serving(library) as server:
        yield server


@pytest.fixture
def open_server(tmp_path: Path, library: Library) -> Iterator[Callable[..., Served]]:
    """Starts the app, as often as one likes, on a library of the test's own."""
    own = Library(tmp_path / "library")
    shutil.copytree(library.root, own.root)
    with ExitStack() as stack:

        def start(settings: Settings | None = None) -> Served:
            return stack.enter_context(serving(own, settings))

        yield start


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Served]:
    """The app on a folder with nothing in it."""
    with serving(Library(tmp_path)) as server:
        yield server
