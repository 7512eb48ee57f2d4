"""Mends files: only what is safe, whole or not at all, and never the sound."""

from __future__ import annotations

from pathlib import Path

from podpipe import storage
from podpipe.errors import LibraryError


def mended(path: Path, kind: str, codes: frozenset[str], duration_ms: int | None) -> bool:
    """Mend a file on disk; whether there was something to do.

    Raises:
        PodpipeError: the file can't be written.
    """
    from podpipe.check.mending import id3, marks, text

    if kind == "audio":
        from podpipe import audio
        from podpipe.check.mending import container

        return id3.mend(path, codes) if audio.sniff(path) in ("mp3", "aac") else container.mend(path, codes)
    with storage.explained(path):
        old = path.read_bytes()
    new = marks.mend(old, codes, duration_ms) if kind == "chapters" else text.mend(old, path.name, codes, duration_ms)
    if new is None or new == old:
        return False
    replace(path, new)
    return True


def replace(path: Path, *parts: bytes | memoryview) -> None:
    """Write a file anew, keeping who may read it. Raises LibraryError."""
    real = path.resolve()
    with storage.explained(path):
        mode = real.stat().st_mode & 0o7777
    try:
        with storage.replacing(real) as temporary:
            with temporary.open("wb") as file:
                for part in parts:
                    file.write(part)
            temporary.chmod(mode)
    except LibraryError as error:
        raise LibraryError(str(error).replace("; change its permissions or use --library", "")) from error
