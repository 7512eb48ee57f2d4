"""Subscriptions and the state of every episode, in one SQLite file: ``shows/state.db``.

An archive of 100,000 episodes changes by one row at a time, and a question such as "what is waiting?" reads only the
answer. SQLite's rollback journal makes each change whole or absent, whatever is killed when, and lets processes wait
for each other (https://www.sqlite.org/atomiccommit.html). The file may hold passwords of private feeds: only its owner
can read it. Beside it, ``shows/<id>/show.json`` says what the publisher says of a show, for everyone to read.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from podpipe import addresses, storage, typed
from podpipe.errors import LibraryError
from podpipe.models import Show
from podpipe.shows import STATES, Entry, Options, State, Subscription
from podpipe.sources import Candidate

VERSION = 1
FILE = "state.db"
SHOW = "show.json"
LONGEST_WAIT_S = 30 * 86_400
"""Nothing waits longer for its next try: what seems to was noted while the clock was wrong."""

_WAIT_S = 60
"""For another process to write."""

_SCHEMA = """
CREATE TABLE show (
    id TEXT PRIMARY KEY, feed TEXT NOT NULL, title TEXT NOT NULL, guid TEXT NOT NULL, is_followed INTEGER NOT NULL,
    is_private INTEGER NOT NULL, is_typed INTEGER NOT NULL, is_complete INTEGER NOT NULL,
    options TEXT NOT NULL, validators TEXT NOT NULL,
    checked REAL, next_check REAL, attempts INTEGER NOT NULL, error TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE episode (
    show_id TEXT NOT NULL, guid TEXT NOT NULL, id TEXT NOT NULL, title TEXT NOT NULL, state TEXT NOT NULL,
    published TEXT, attempts INTEGER NOT NULL, error TEXT NOT NULL, next_try REAL, since REAL NOT NULL,
    digest TEXT NOT NULL, file TEXT NOT NULL,
    candidate BLOB, hash TEXT NOT NULL, PRIMARY KEY (show_id, guid)
);
CREATE INDEX episode_by_state ON episode (show_id, state);
CREATE INDEX episode_by_id ON episode (id);
CREATE INDEX episode_by_hash ON episode (hash);
"""
_SHOW_COLUMNS = (
    "id, feed, title, guid, is_followed, is_private, is_typed, is_complete, options, validators, "
    "checked, next_check, attempts, error"
)
_EPISODE_COLUMNS = "show_id, guid, id, title, state, published, attempts, error, next_try, since, digest, file"


class Registry:
    """The shows of a library, for several threads. Every method raises LibraryError where the file can't be used."""

    def __init__(self, root: Path, *, create: bool = True) -> None:
        """Open it; with ``create`` it is made where there is none, and otherwise is empty then."""
        self._folder = root / "shows"
        self._path = self._folder / FILE
        self._lock = threading.RLock()
        self._database = self._open(create)

    def __enter__(self) -> Registry:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _open(self, create: bool) -> sqlite3.Connection:
        if create:
            with storage.explained(self._folder):
                self._folder.mkdir(parents=True, exist_ok=True)
                if not self._path.exists():
                    os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))  # before SQLite does it for everyone
        name = self._path if self._path.exists() else ":memory:"
        with self._explained():
            database = sqlite3.connect(name, timeout=_WAIT_S, isolation_level=None, check_same_thread=False)
            database.execute("PRAGMA trusted_schema = OFF")  # what a file from elsewhere defines is not run
            database.execute("PRAGMA synchronous = FULL")
            self._migrate(database)
        return database

    def _migrate(self, database: sqlite3.Connection) -> None:
        (found,) = database.execute("PRAGMA user_version").fetchone()
        if found > VERSION:
            raise LibraryError(f"{self._path} was written by a newer podpipe; update podpipe")
        if found == VERSION:
            return
        database.execute("BEGIN IMMEDIATE")
        (found,) = database.execute("PRAGMA user_version").fetchone()
        if found == 0:  # nobody else was quicker
            for statement in filter(str.strip, _SCHEMA.split(";")):
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {VERSION}")
        database.execute("COMMIT")

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            full = "full" in str(error)
            raise LibraryError(
                f"the disk is full: {self._path} could not be written; free some space and run the same command again"
                if full
                else f"{self._path} can't be used: {error}; if it is damaged, delete it, subscribe again, "
                "and podpipe update finds what is done already"
            ) from error

    @contextlib.contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it, or nothing."""
        with self._lock, self._explained():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:  # a full disk has ended it already
                    self._database.execute("ROLLBACK")
                raise

    def _rows(self, question: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
        with self._lock, self._explained():
            return self._database.execute(question, values).fetchall()

    # Shows

    def subscriptions(self, *, followed: bool | None = None) -> list[Subscription]:
        """All shows by title; only those that are followed, or are not."""
        which = "" if followed is None else f"WHERE is_followed = {int(followed)}"
        rows = self._rows(f"SELECT {_SHOW_COLUMNS} FROM show {which} ORDER BY lower(title), id")
        return [_subscription(row) for row in rows]

    def subscription(self, show_id: str) -> Subscription | None:
        """A show by its id."""
        rows = self._rows(f"SELECT {_SHOW_COLUMNS} FROM show WHERE id = ?", [show_id])
        return _subscription(rows[0]) if rows else None

    def known(self, feed: str, guid: str = "", title: str = "") -> Subscription | None:
        """The show with this feed or, wherever its feed has moved, this ``podcast:guid`` and title.

        Feeds are made from others, and keep their guids: one alone tells nothing.
        """
        rows = self._rows(
            f"SELECT {_SHOW_COLUMNS} FROM show WHERE feed = ? OR (guid != '' AND guid = ? AND title = ?)"
            " ORDER BY feed != ?",
            [feed, guid, title, feed],
        )
        return _subscription(rows[0]) if rows else None

    def find(self, text: str) -> Subscription:
        """The one show whose id or address is, or whose id or title has, ``text``. Raises LibraryError."""
        found = self.matches(text)
        if len(found) == 1:
            return found[0]
        if not found:
            raise LibraryError(f"no show fits {text!r}; podpipe status lists those that are there")
        names = ", ".join(sub.id for sub in found[:4]) + (", …" if len(found) > 4 else "")
        raise LibraryError(f"{text!r} fits {len(found)} shows ({names}); give more of the id")

    def matches(self, text: str) -> list[Subscription]:
        """The shows that ``find`` chooses from."""
        wanted, every = text.strip().casefold(), self.subscriptions()
        exact = [sub for sub in every if wanted in (sub.id, sub.title.casefold()) or text.strip() == sub.feed]
        if exact or not wanted:
            return exact[:1] if any(sub.id == wanted for sub in exact) else exact
        return [sub for sub in every if wanted in sub.id or wanted in sub.title.casefold()]

    def save(self, *subscriptions: Subscription) -> None:
        """Keep shows as they are now, all of them or none."""
        names = ", ".join(f":{name.strip()}" for name in _SHOW_COLUMNS.split(","))
        with self._changing() as database:
            database.executemany(
                f"INSERT OR REPLACE INTO show ({_SHOW_COLUMNS}) VALUES ({names})", map(_show_values, subscriptions)
            )

    def folder(self, show_id: str) -> Path:
        """Where what is known of a show is, beside this."""
        return self._folder / show_id

    def describe(self, show: Show, *, private: bool) -> None:
        """Keep what the publisher says of a show in ``show.json``, without the secrets of its address."""
        feed = f"{addresses.origin(show.feed)}/" if private else addresses.without_secrets(show.feed)
        path, data = self._folder / show.id / SHOW, storage.encode(replace(show, feed=feed))
        with storage.explained(path):
            path.parent.mkdir(exist_ok=True)
            if path.exists() and path.read_bytes() == data:
                return
        storage.write_bytes(path, data)

    def show(self, show_id: str) -> Show | None:
        """What is known of a show; None where nothing is."""
        path = self._folder / show_id / SHOW
        return storage.read_json(path, Show) if path.is_file() else None

    def forget(self, show_id: str) -> None:
        """Take out a show and all that is known of its episodes."""
        import shutil

        with self._changing() as database:
            database.execute("DELETE FROM episode WHERE show_id = ?", [show_id])
            database.execute("DELETE FROM show WHERE id = ?", [show_id])
        with storage.explained(self._folder):
            shutil.rmtree(self._folder / show_id, ignore_errors=True)

    # Episodes

    def entries(self, show_id: str, *states: State) -> list[Entry]:
        """A show's episodes, newest first; only those in some states if any are given."""
        marks = ", ".join("?" for _ in states)
        which = f"AND state IN ({marks})" if states else ""
        rows = self._rows(
            f"SELECT {_EPISODE_COLUMNS} FROM episode WHERE show_id = ? {which} ORDER BY published DESC, rowid",
            [show_id, *states],
        )
        return [_entry(row) for row in rows]

    def entry(self, episode_id: str) -> Entry | None:
        """An episode by its id."""
        rows = self._rows(f"SELECT {_EPISODE_COLUMNS} FROM episode WHERE id = ?", [episode_id])
        return _entry(rows[0]) if rows else None

    def entry_by(self, show_id: str, guid: str) -> Entry | None:
        """An episode by its show and guid."""
        rows = self._rows(f"SELECT {_EPISODE_COLUMNS} FROM episode WHERE show_id = ? AND guid = ?", [show_id, guid])
        return _entry(rows[0]) if rows else None

    def is_taken(self, show_id: str, episode_id: str) -> bool:
        """Whether an episode of another show has the hash that ends an id: guids such as "12" are no show's own."""
        ending = episode_id.rpartition("-")[2]
        return bool(self._rows("SELECT 1 FROM episode WHERE hash = ? AND show_id != ? LIMIT 1", [ending, show_id]))

    def find_entry(self, text: str) -> Entry:
        """The one episode whose id or title fits. Raises LibraryError."""
        found = self.find_entries(text)
        if len(found) == 1:
            return found[0]
        if not found:
            raise LibraryError(f"no show or episode fits {text!r}; podpipe status lists them")
        names = ", ".join(entry.id for entry in found[:4]) + (", …" if len(found) > 4 else "")
        raise LibraryError(f"{text!r} fits {len(found)} episodes ({names}); give more of the id")

    def find_entries(self, text: str) -> list[Entry]:
        """Episodes whose id is or has ``text``, or else whose title has it."""
        wanted = text.strip().casefold()
        if not wanted:
            return []
        for condition in ("id = :text", "instr(id, :text)", "instr(lower(title), :text)"):
            rows = self._rows(f"SELECT {_EPISODE_COLUMNS} FROM episode WHERE {condition} LIMIT 50", {"text": wanted})
            if rows:
                return [_entry(row) for row in rows]
        return []

    def counts(self) -> dict[str, dict[State, int]]:
        """How many episodes of each show are in each state."""
        found: dict[str, dict[State, int]] = {}
        for show_id, state, count in self._rows("SELECT show_id, state, count(*) FROM episode GROUP BY show_id, state"):
            found.setdefault(show_id, dict.fromkeys(STATES, 0))[state] = count
        return found

    def due(self, now: float, shows: Iterable[str]) -> list[Entry]:
        """What is waiting, or failed and to be tried again by now, of some shows; newest first."""
        found = [
            _entry(row)
            for show_id in shows
            for row in self._rows(
                f"SELECT {_EPISODE_COLUMNS} FROM episode WHERE show_id = ? AND candidate IS NOT NULL"
                " AND (state = 'waiting' OR (state = 'failed' AND NOT (next_try > ? AND next_try < ?)))"
                " ORDER BY published DESC, rowid",
                [show_id, now, now + LONGEST_WAIT_S],
            )
        ]
        return sorted(found, key=lambda entry: entry.published.timestamp() if entry.published else 0, reverse=True)

    def next_try(self) -> float | None:
        """When the next of all failed episodes is tried again; None where none is."""
        return self._rows("SELECT min(next_try) FROM episode WHERE state = 'failed'")[0][0]  # type: ignore[no-any-return]

    def candidate(self, entry: Entry) -> Candidate | None:
        """What is to be ingested for an episode that is not done; None where that has to be read from the feed."""
        rows = self._rows("SELECT candidate FROM episode WHERE show_id = ? AND guid = ?", [entry.show_id, entry.guid])
        return typed.from_json(rows[0][0], Candidate) if rows and rows[0][0] else None

    def put(self, changes: Iterable[tuple[Entry, Candidate | None]]) -> None:
        """Keep episodes as they are now, all of them or none; what is to be ingested, if anything, is with each."""
        names = ", ".join(f":{name.strip()}" for name in _EPISODE_COLUMNS.split(","))
        question = (
            f"INSERT INTO episode ({_EPISODE_COLUMNS}, candidate, hash) VALUES ({names}, :candidate, :hash) "
            "ON CONFLICT DO UPDATE SET "
            + ", ".join(f"{name} = :{name}" for name in map(str.strip, _EPISODE_COLUMNS.split(",")))
            + ", candidate = :candidate, hash = :hash"
        )
        with self._changing() as database:
            database.executemany(question, (_values(entry, candidate) for entry, candidate in changes))

    def settle(self, entry: Entry) -> None:
        """Keep what has become of an episode; what is done or removed needs nothing of the feed any longer."""
        names = ("id", "hash", "state", "attempts", "error", "next_try", "since")
        changes = [f"{name} = :{name}" for name in names]
        if entry.state in ("done", "removed"):
            changes.append("candidate = NULL")
        with self._changing() as database:
            database.execute(
                f"UPDATE episode SET {', '.join(changes)} WHERE show_id = :show_id AND guid = :guid",
                _values(entry, None),
            )


def _show_values(subscription: Subscription) -> dict[str, Any]:
    values = asdict(subscription)
    values["options"] = msgspec.json.encode(subscription.options).decode()
    values["validators"] = msgspec.json.encode(subscription.validators).decode()
    return values


def _values(entry: Entry, candidate: Candidate | None) -> dict[str, Any]:
    values = {name.strip(): getattr(entry, name.strip()) for name in _EPISODE_COLUMNS.split(",")}
    values["published"] = entry.published.astimezone(UTC).isoformat() if entry.published else None
    values["candidate"] = msgspec.json.encode(replace(candidate, show=None)) if candidate else None
    values["hash"] = entry.id.rpartition("-")[2]
    return values


def _subscription(row: Sequence[Any]) -> Subscription:
    values = dict(zip(map(str.strip, _SHOW_COLUMNS.split(",")), row, strict=True))
    values["options"] = typed.from_json(values["options"], Options)
    values["validators"] = typed.from_json(values["validators"], dict[str, str])
    for name in ("is_followed", "is_private", "is_typed", "is_complete"):
        values[name] = bool(values[name])
    return Subscription(**values)


def _entry(row: Sequence[Any]) -> Entry:
    values = dict(zip(map(str.strip, _EPISODE_COLUMNS.split(",")), row, strict=True))
    values["published"] = datetime.fromisoformat(values["published"]) if values["published"] else None
    return Entry(**values)
