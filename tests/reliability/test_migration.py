from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingest_run import Run
from podpipe import migration
from podpipe.errors import LibraryError
from podpipe.library import Library


@pytest.fixture
def old(tmp_path: Path, tone: Path) -> Run:
    """A library as version 1 left it, killed while it wrote: without a number, its index for all to read."""
    run = Run(tmp_path / "library")
    run(tone)
    (run.library.episodes / migration.NAME).unlink()
    run.library.index.chmod(0o755)
    (folder,) = run.library
    (folder.path / ".chapters.json.123.tmp").write_text("half")
    return run


def test_a_new_library_has_our_version(tmp_path: Path) -> None:
    library = Library(tmp_path / "library")
    library.prepare()
    assert migration.version_of(library.episodes) == migration.VERSION
    assert (library.episodes / migration.NAME).exists()


def test_an_old_library_is_brought_up_to_date_and_nothing_is_done_again(old: Run, tone: Path) -> None:
    assert migration.version_of(old.library.episodes) == 1
    (outcome,) = old(tone)
    assert outcome.status == "unchanged"
    assert migration.version_of(old.library.episodes) == migration.VERSION
    assert old.library.index.stat().st_mode & 0o777 == 0o700
    assert not list(old.library.episodes.rglob("*.tmp"))


def test_an_old_library_is_read_as_it_is(old: Run) -> None:
    library = Library.locate(old.library.root)
    assert [folder.episode().title for folder in library] == ["tone"]
    assert not (library.episodes / migration.NAME).exists()


def test_a_step_that_was_killed_is_done_again(old: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(episodes: Path) -> None:
        migration._private_index(episodes)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setitem(migration._STEPS, 1, killed)
        with pytest.raises(KeyboardInterrupt):
            old.library.prepare()
    assert migration.version_of(old.library.episodes) == 1
    old.library.prepare()
    assert migration.version_of(old.library.episodes) == migration.VERSION


@pytest.mark.parametrize("action", [lambda library: Library.locate(library.root), lambda library: library.prepare()])
def test_a_library_of_a_newer_podpipe_is_left_alone(old: Run, action) -> None:
    (old.library.episodes / migration.NAME).write_text('{"version": 99}')
    with pytest.raises(LibraryError, match=r"written by a newer podpipe \(version 99.*update podpipe"):
        action(old.library)


def test_a_ledger_of_a_newer_podpipe_is_left_alone(old: Run) -> None:
    (folder,) = old.library
    path = folder.path / "stages.json"
    path.write_text(path.read_text().replace('"version": 1', '"version": 9'))
    with pytest.raises(LibraryError, match="written by a newer podpipe"):
        folder.ledger()


def test_a_library_that_moved_is_as_it_was(tmp_path: Path, tone: Path) -> None:
    run = Run(tmp_path / "library")
    (first,) = run(tone)
    shutil.copytree(run.library.root, tmp_path / "elsewhere" / "library")  # as to another disk or machine
    shutil.rmtree(run.library.root)
    moved = Run(tmp_path / "elsewhere" / "library")
    assert moved.hits("tone") == ["tone"]
    (again,) = moved(tone)
    assert (again.status, again.episode.id) == ("unchanged", first.episode.id)
