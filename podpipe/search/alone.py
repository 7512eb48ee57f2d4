"""One writer at a time: the lock that whoever changes an index holds, outside its folder, which may be replaced."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from podpipe import storage


@contextlib.contextmanager
def alone(folder: Path, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the index in a folder alone; where another process or thread holds it, say so once and wait.

    Raises:
        LibraryError: the lock can't be made.
    """
    path = folder.parent / f".{folder.name.lstrip('.')}.lock"
    with storage.explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, is_singleton=False)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            on_wait()
            lock.acquire()
    try:
        yield
    finally:
        lock.release()
