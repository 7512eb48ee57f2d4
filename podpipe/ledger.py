"""The ledger of an episode: which stages are done, from which inputs, and what they wrote.

A stage is done again only when the digest of its inputs changes, when something that it wrote is
gone, or when the user forces it. A file that a person has edited since is recognised by its digest,
and is never overwritten.

Before a stage writes, it enters the digests of what it is about to write as ``pending``: a process
killed between a file and the ledger can't make podpipe take its own work for a person's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from podpipe import storage
from podpipe.errors import LibraryError

VERSION = 1


@dataclass(frozen=True, slots=True)
class Written:
    """A file that a stage wrote: enough to see without reading it whole that it has changed."""

    sha256: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A stage that was finished."""

    inputs: str
    """Digest of everything that the result depends on."""
    outputs: dict[str, Written]
    seconds: float
    facts: dict[str, str] = field(default_factory=dict)
    """What the stage wants to know next time, e.g. the ETag of a download."""


@dataclass(frozen=True, slots=True)
class _File:
    version: int = VERSION
    stages: dict[str, Entry] = field(default_factory=dict)
    pending: dict[str, str] = field(default_factory=dict)


class Ledger:
    """``stages.json`` of one episode's folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "stages.json"
        self._file = storage.read_json(self._path, _File) if self._path.exists() else _File()
        if self._file.version > VERSION:
            raise LibraryError(f"{self._path} was written by a newer podpipe; update podpipe")

    def entry(self, stage: str) -> Entry | None:
        """What is known of the stage's last finished run."""
        return self._file.stages.get(stage)

    def is_current(self, stage: str, inputs: str, outputs: Iterable[str]) -> bool:
        """Whether the stage was finished with these inputs and its files are still there."""
        entry = self.entry(stage)
        return (
            entry is not None
            and entry.inputs == inputs
            and all((self._folder / name).is_file() for name in (*outputs, *entry.outputs))
        )

    def digest_of(self, name: str) -> str:
        """SHA-256 of a file in the folder, hashed again only when its size or time has changed."""
        stat = (self._folder / name).stat()
        written = self._written(name)
        if written and (written.size, written.mtime_ns) == (stat.st_size, stat.st_mtime_ns):
            return written.sha256
        return storage.digest_file(self._folder / name)

    def is_edited(self, name: str) -> bool:
        """Whether the file differs from everything that podpipe has written to it."""
        if not (self._folder / name).is_file():
            return False
        ours = {self._file.pending.get(name), *([w.sha256] if (w := self._written(name)) else [])} - {None}
        return self.digest_of(name) not in ours

    def write(self, contents: Mapping[str, bytes]) -> None:
        """Write small files whole, perhaps in a folder within, entering them as ours first. Raises LibraryError."""
        pending = {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}
        self._save(_File(VERSION, self._file.stages, {**self._file.pending, **pending}))
        for name, data in contents.items():
            path = self._folder / name
            with storage.explained(path):
                storage.check_own(path.parent)
                path.parent.mkdir(exist_ok=True)
            storage.write_bytes(path, data)

    def finish(
        self,
        stage: str,
        inputs: str,
        outputs: list[str],
        *,
        seconds: float,
        facts: Mapping[str, str] | None = None,
    ) -> None:
        """Enter a stage as done. ``outputs`` are names of files in the folder."""
        written = {name: self._look(name) for name in outputs}
        entry = Entry(inputs, written, round(seconds, 3), dict(facts or {}))
        pending = {name: sha for name, sha in self._file.pending.items() if name not in written}
        self._save(_File(VERSION, {**self._file.stages, stage: entry}, pending))

    def _look(self, name: str) -> Written:
        stat = (self._folder / name).stat()
        return Written(self.digest_of(name), stat.st_size, stat.st_mtime_ns)

    def _written(self, name: str) -> Written | None:
        for entry in self._file.stages.values():
            if name in entry.outputs:
                return entry.outputs[name]
        return None

    def _save(self, file: _File) -> None:
        storage.write_bytes(self._path, storage.encode(file))
        self._file = file
