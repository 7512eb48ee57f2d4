"""Files that are whole or absent: atomic writes, digests, and JSON of our dataclasses.

Each write goes to a temporary name in the same folder, is flushed to the disk and renamed over the
old file, so that a crash at any moment leaves either the old bytes or the new ones.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import itertools
import os
import platform
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from podpipe import typed
from podpipe.errors import LibraryError

T = TypeVar("T")

_TEMPORARY = ".tmp"
_HOST = hashlib.sha256(platform.node().encode()).hexdigest()[:6]
_numbers = itertools.count()
"""Machines, processes and threads that share a folder have temporary names of their own."""

_FORGOTTEN_S = 86_400


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside ``path`` to write to; move it over ``path`` when the block ends well.

    Raises:
        LibraryError: the disk is full, or the folder can't be written.
    """
    temporary = path.with_name(f".{path.name}.{_HOST}.{os.getpid()}.{next(_numbers)}{_TEMPORARY}")
    try:
        with explained(path):
            temporary.unlink(missing_ok=True)  # nothing that lies there is written through
            yield temporary
            _flush(temporary)
            temporary.replace(path)
            _flush(path.parent)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def check_own(folder: Path) -> None:
    """Raises LibraryError where a folder of the library is a link: what is written there would land elsewhere."""
    if folder.is_symlink():
        raise LibraryError(f"{folder} is a link; podpipe writes only below its library: move what it leads to here")


def sweep(folder: Path, *, is_ours: bool) -> None:
    """Remove what processes that were killed have left of ``replacing``: all that is there, if the folder ``is_ours``.

    Where others may be writing, only what is of a process of this machine that is no more, or a day old.
    """
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.startswith(".") and name.endswith(_TEMPORARY) and (is_ours or _is_forgotten(Path(entry.path))):
                Path(entry.path).unlink(missing_ok=True)


def _is_forgotten(temporary: Path) -> bool:
    *_, host, process, _, _ = ["", "", *temporary.name.split(".")]
    if host != _HOST or not process.isdecimal():
        return time.time() - temporary.stat().st_mtime > _FORGOTTEN_S
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def write_bytes(path: Path, data: bytes) -> None:
    """Write a whole small file. Raises LibraryError."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def encode(value: object) -> bytes:
    """A dataclass as JSON, indented, so that people and ``diff`` can read it; empty fields are kept."""
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


def read_json(path: Path, kind: type[T]) -> T:
    """Read what ``encode`` wrote, checking every field against ``kind``.

    Raises:
        LibraryError: the file is missing, is no JSON, or a field is of the wrong kind.
    """
    with explained(path):
        data = path.read_bytes()
    try:
        return typed.from_json(data, kind)
    except (msgspec.DecodeError, RecursionError) as error:
        raise LibraryError(f"{path} can't be read: {error}; mend it, or delete it and ingest again") from error


def digest_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex. Raises LibraryError."""
    with explained(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(value: Any) -> str:
    """SHA-256, in hex, of a value's JSON with sorted keys: equal values give equal digests."""
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn an OSError into a LibraryError that says what to do."""
    try:
        yield
    except OSError as error:
        raise LibraryError(_explain(error, path)) from error


def _explain(error: OSError, path: Path) -> str:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"the disk is full: {path} could not be written; free some space and run the same command again"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"{path} can't be written or read by this user; change its permissions or use --library"
        case errno.ENOENT:
            return f"{path} does not exist"
        case _:
            return f"{path}: {error.strerror or error}"


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        can_not = error.errno in (errno.EINVAL, errno.ENOTSUP) and path.is_dir()
        if not can_not:  # some file systems flush no folders
            raise
    finally:
        os.close(descriptor)
