"""The folder that a site is published to: only what changed is written, and only what is ours is touched.

Each file is written under a temporary name and renamed, so that none is ever half there; a file that would come out
the same, byte for byte, is left as it is with its time. What we wrote stands in a manifest: by it stale files are
found and taken away, and nobody else's ever are. Before a file is there, its name stands in a journal, so that a
process killed at any moment can't make podpipe take its own work for a stranger's.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from podpipe import storage
from podpipe.errors import LibraryError, PublishError

MANIFEST = ".podpipe-site.json"
_JOURNAL = ".podpipe-site.journal"
_LOCK = ".podpipe-site.lock"
_TEMPORARY = ".podpipe-site.tmp"
_OURS = frozenset((MANIFEST, _JOURNAL, _LOCK, _TEMPORARY))
_VERSION = 1
_BLOCK = 1 << 20


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """A file as we left it: enough to see without reading it that somebody has changed it."""

    size: int
    mtime_ns: int


class _Manifest(msgspec.Struct):
    version: int = _VERSION
    files: dict[str, Mark] = {}
    made_of: dict[str, str] = {}
    """What a part of the site was made of (a digest), by the part's name."""


@dataclass
class Changes:
    """What a run did: paths below the folder, in order."""

    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kept: int = 0
    """Files that were right already."""
    strangers: list[str] = field(default_factory=list)
    """Names at the top of the folder that are not ours; left alone."""
    left: list[str] = field(default_factory=list)
    """Files that are stale, and that somebody has changed since we wrote them; left alone."""


class Place:
    """A site's folder, held alone while it is written. Paths are relative, with slashes, and chosen by us."""

    def __init__(self, root: Path, *, tops: Iterable[str], overwrite: bool = False) -> None:
        self.root = root
        self.changes = Changes()
        self._tops = frozenset(tops)
        self._overwrite = overwrite
        self._old = _Manifest()
        self._new = _Manifest()
        self._journaled: set[str] = set()
        self._folders: set[Path] = set()

    @contextlib.contextmanager
    def opened(self) -> Iterator[Place]:
        """Hold the folder while the block writes all that the site is made of; then take away what is stale.

        Where the block fails, what is there stays: whole files, old and new.

        Raises:
            PublishError: the folder holds other people's files where ours would be, or another podpipe writes there.
            LibraryError: the disk is full, or the folder can't be written.
        """
        with self._explained():
            self.root.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.root / _LOCK)
            try:
                lock.acquire(blocking=False)
            except Timeout:
                raise PublishError(f"another podpipe publishes to {self.root}; wait for it") from None
        try:
            with self._explained():
                self._open()
                yield self
                self._close()
        finally:
            shutil.rmtree(self.root / _TEMPORARY, ignore_errors=True)
            lock.release()

    def made_of(self, part: str) -> str:
        """What a part was made of the last time; '' where it is new."""
        return self._old.made_of.get(part, "")

    def is_intact(self, path: str) -> bool:
        """Whether a file is ours and as we left it."""
        mark = self._old.files.get(path)
        return mark is not None and mark == _mark(self.root / path)

    def keep(self, part: str, digest: str, paths: Iterable[str]) -> bool:
        """Leave a part's files as they are, where it was made of the same and all are intact; else False."""
        paths = tuple(paths)
        if self.made_of(part) != digest or not all(map(self.is_intact, paths)):
            return False
        for path in paths:
            self._new.files[path] = self._old.files[path]
        self.changes.kept += len(paths)
        self._new.made_of[part] = digest
        return True

    def keep_folder(self, folder: str, digest: str) -> bool:
        """The same for a part that is all of a folder, and is called as that is."""
        paths = [path for path in self._old.files if path.startswith(f"{folder}/")]
        return bool(paths) and self.keep(folder, digest, paths)

    def is_of(self, part: str) -> str:
        """What a part is made of in this run."""
        return self._new.made_of[part]

    def made(self, part: str, digest: str) -> None:
        """Remember what a part was made of, once all its files are written."""
        self._new.made_of[part] = digest

    def write(self, path: str, data: bytes) -> None:
        """Put a file there, unless it is there already."""
        target = self.root / path
        if _holds(target, data):
            self._keep(path)
            return
        with self._replacing(path) as temporary:
            temporary.write_bytes(data)

    def copy(self, path: str, source: Path, *, hard_link: bool = False) -> None:
        """Put a copy of a file there, or a second name of it where the disk allows that."""
        target = self.root / path
        if _is_same(target, source) and (not hard_link or target.samefile(source)):
            self._keep(path)
            return
        with self._replacing(path) as temporary:
            if hard_link:
                with contextlib.suppress(OSError):  # another disk, or a file system without links
                    temporary.hardlink_to(source)
                    return
            shutil.copyfile(source, temporary)

    def modified_ns(self, path: str) -> int:
        """When a file of this run was last changed: nanoseconds since 1970."""
        return self._new.files[path].mtime_ns

    def temporary(self) -> Path:
        """A folder for work, gone in the end."""
        path = self.root / _TEMPORARY
        path.mkdir(exist_ok=True)
        return path

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Say which file it was; where the system does not, it was about the folder."""
        try:
            yield
        except OSError as error:
            with storage.explained(Path(os.fsdecode(error.filename)) if error.filename else self.root):
                raise

    def _open(self) -> None:
        shutil.rmtree(self.root / _TEMPORARY, ignore_errors=True)
        manifest = self.root / MANIFEST
        if manifest.is_file():
            self._old = _read(manifest)
        begun = self._begun()
        if begun:
            self._old.made_of.clear()  # a run was cut short: nothing is known to be as it was
        self._old.files |= {path: mark for path in begun if (mark := _mark(self.root / path))}
        ours = {path.partition("/")[0] for path in (*self._old.files, *begun)}
        there = sorted(entry.name for entry in os.scandir(self.root) if entry.name not in _OURS)
        self.changes.strangers = [name for name in there if name not in ours and name not in self._tops]
        met = [name for name in there if name not in ours and name in self._tops]
        if met and not self._overwrite:
            names = ", ".join(met[:4]) + (", …" if len(met) > 4 else "")
            raise PublishError(
                f"{self.root} holds {names} already, which podpipe did not write; give an empty folder, "
                "or --overwrite to have them replaced"
            )

    def _begun(self) -> list[str]:
        """What a run that was cut short wrote, or was about to write: of the last, maybe no more than its folder."""
        journal = self.root / _JOURNAL
        return list(filter(_is_inside, journal.read_text("utf-8").splitlines())) if journal.is_file() else []

    def _close(self) -> None:
        stale = sorted(self._old.files.keys() - self._new.files.keys())
        for path in stale:
            target = self.root / path
            if not target.exists():
                continue
            if not self.is_intact(path):
                self.changes.left.append(path)
                continue
            target.unlink()
            self.changes.removed.append(path)
            self._prune(target.parent)
        encoded = msgspec.json.format(msgspec.json.encode(self._new, order="deterministic"), indent=0)
        if not _holds(self.root / MANIFEST, encoded):
            storage.write_bytes(self.root / MANIFEST, encoded)
        (self.root / _JOURNAL).unlink(missing_ok=True)

    def _prune(self, folder: Path) -> None:
        while folder != self.root:
            try:
                folder.rmdir()
            except OSError:
                return  # not empty
            folder = folder.parent

    def _keep(self, path: str) -> None:
        mark = _mark(self.root / path)
        assert mark is not None
        self._new.files[path] = mark
        self.changes.kept += 1

    @contextlib.contextmanager
    def _replacing(self, path: str) -> Iterator[Path]:
        target = self.root / path
        if path not in self._old.files and os.path.lexists(target) and not self._overwrite:
            raise PublishError(
                f"{target} is there already, and podpipe did not write it; move it away, or use --overwrite"
            )
        self._journal(path)
        if target.parent not in self._folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(target.parent)
        temporary = self.temporary() / "file"
        temporary.unlink(missing_ok=True)
        yield temporary
        temporary.replace(target)
        mark = _mark(target)
        assert mark is not None
        self._new.files[path] = mark
        self.changes.written.append(path)

    def _journal(self, path: str) -> None:
        if path in self._journaled:
            return
        self._journaled.add(path)
        with (self.root / _JOURNAL).open("a", encoding="utf-8") as journal:
            journal.write(path + "\n")


def _read(path: Path) -> _Manifest:
    try:
        found = storage.read_json(path, _Manifest)
    except LibraryError as error:
        raise PublishError(f"{path} can't be read: delete it, and publish with --overwrite") from error
    if found.version != _VERSION:
        raise PublishError(f"{path} is of another podpipe (version {found.version}); publish to an empty folder")
    if not all(map(_is_inside, found.files)):
        raise PublishError(f"{path} names files outside of its folder; delete it, and publish with --overwrite")
    return found


def _is_inside(path: str) -> bool:
    """Whether a path is one that we could have written: relative, and nowhere but below the folder."""
    return bool(path) and not path.startswith("/") and all(part not in ("", ".", "..") for part in path.split("/"))


def _mark(path: Path) -> Mark | None:
    try:
        stat = path.lstat()
    except OSError:
        return None
    return Mark(stat.st_size, stat.st_mtime_ns)


def _holds(path: Path, data: bytes) -> bool:
    try:
        return not path.is_symlink() and path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


def _is_same(target: Path, source: Path) -> bool:
    """Whether two files hold the same bytes."""
    try:
        if target.is_symlink() or target.stat().st_size != source.stat().st_size:
            return False
        if target.samefile(source):
            return True
        with target.open("rb") as ours, source.open("rb") as theirs:
            while block := ours.read(_BLOCK):
                if block != theirs.read(_BLOCK):
                    return False
        return True
    except FileNotFoundError:
        return False
