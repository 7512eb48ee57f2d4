from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from podpipe.errors import LibraryError
from podpipe.models import Chapter, Episode, Notes, Show
from podpipe.shows import Entry, Options, Subscription, registry
from podpipe.shows.registry import Registry
from podpipe.sources import Candidate, Selection

SHOW = Subscription("show-1", "https://joe:pw@e.org/feed", "Show", "guid")
ENTRY = Entry("show-1", "g", "2026-01-01-one-abcdef01", "One", "waiting", datetime(2026, 1, 1, tzinfo=UTC), since=5)
CANDIDATE = Candidate(
    Episode(ENTRY.id, "g", "One", published=ENTRY.published, enclosure="https://e.org/1.mp3"),
    Notes("Notes"),
    (Chapter("A", 0, 5),),
    "10",
    from_feed=True,
)


def test_what_is_kept_comes_back_as_it_was(tmp_path: Path) -> None:
    options = Options(Selection(3, date(2026, 1, 1), "x"), "de", "openai-whisper", "tiny")
    kept = replace(SHOW, options=options, validators={"etag": '"1"'}, checked=5.5, attempts=2, error="no")
    with Registry(tmp_path) as shows:
        shows.save(kept)
        shows.put([(ENTRY, CANDIDATE)])
    with Registry(tmp_path) as shows:
        assert shows.subscriptions() == [kept]
        assert shows.entries("show-1") == [ENTRY]
        assert shows.candidate(ENTRY) == CANDIDATE
        assert shows.known("https://elsewhere", "guid", "Show") == kept
        assert shows.known("https://elsewhere", "guid", "Made from Show") is None
        shows.settle(replace(ENTRY, state="done"))
        assert shows.candidate(ENTRY) is None
        assert shows.due(10, ["show-1"]) == []


def test_several_processes_write_side_by_side(tmp_path: Path) -> None:
    code = """if True:
        import sys
        from pathlib import Path
        from podpipe.shows import Entry
        from podpipe.shows.registry import Registry
        with Registry(Path(sys.argv[1])) as shows:
            for number in range(50):
                name = f"{sys.argv[2]}-{number}"
                shows.put([(Entry("s", name, name, name, "waiting"), None)])
    """

    def run(name: int) -> None:
        command = [sys.executable, "-c", code, str(tmp_path), str(name)]
        subprocess.run(command, check=True, cwd=Path(registry.__file__).parents[2])

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(run, range(3)))
    with Registry(tmp_path) as shows:
        assert len(shows.entries("s")) == 150


def test_a_change_is_whole_or_absent(tmp_path: Path) -> None:
    def broken():
        yield ENTRY, None
        raise RuntimeError("killed")

    with Registry(tmp_path) as shows:
        with pytest.raises(RuntimeError):
            shows.put(broken())
        assert shows.entries("show-1") == []


def test_passwords_are_for_the_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with Registry(tmp_path) as shows:
            shows.save(SHOW)
            shows.describe(Show("show-1", "Show", "https://joe:pw@e.org/feed?token=secret"), private=False)
    finally:
        os.umask(before)
    assert (tmp_path / "shows" / "state.db").stat().st_mode & 0o777 == 0o600
    text = (tmp_path / "shows" / "show-1" / "show.json").read_text()
    assert '"feed": "https://e.org/feed"' in text


def test_a_file_of_the_future_is_left_alone(tmp_path: Path) -> None:
    Registry(tmp_path).close()
    with sqlite3.connect(tmp_path / "shows" / "state.db") as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(LibraryError, match="newer podpipe"):
        Registry(tmp_path)


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "shows").mkdir()
    (tmp_path / "shows" / "state.db").write_bytes(b"this is no database, whatever it is called" * 100)
    with pytest.raises(LibraryError, match=r"state\.db can't be used.*subscribe again"):
        Registry(tmp_path)


def test_a_library_that_was_not_there_leaves_nothing_half_made(tmp_path: Path) -> None:
    (tmp_path / "shows").write_text("a file in the way")
    with pytest.raises(LibraryError):
        Registry(tmp_path)


def test_a_try_that_was_noted_while_the_clock_was_wrong_is_due(tmp_path: Path) -> None:
    now, years = 1_800_000_000.0, 10 * 365 * 86_400
    with Registry(tmp_path) as shows:
        shows.save(SHOW)
        for wait_s, is_due in ((0, True), (3600, False), (years, True), (-3600, True)):
            shows.put([(replace(ENTRY, state="failed", next_try=now + wait_s), CANDIDATE)])
            assert bool(shows.due(now, ["show-1"])) == is_due, wait_s
