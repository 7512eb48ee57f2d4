"""Files that arrive whole or not at all, and go on where they were cut.

A download goes to ``NAME.part``, with a note of what it is a part of in ``NAME.part.json``. What is
resumed is asked for with Range and If-Range (RFC 9110, sections 13.1.5 and 14), so that no two
versions are ever mixed. Where the server gives nothing to recognise a version by, the last bytes that
are there are fetched again and compared.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO, Protocol

import httpcore2

from podpipe import storage
from podpipe.addresses import mask
from podpipe.errors import FetchError, LibraryError
from podpipe.net import coding
from podpipe.net.answers import Answer, conditions
from podpipe.net.failures import Passing, Refused

_OVERLAP = 4096
"""Bytes that are fetched again and compared where there is no validator."""

_GAIN = 65_536
"""Bytes that make a try count as progress."""

_LOOK_AT_DISK = 64_000_000
"""Bytes between two looks at how much room the disk has."""

_TEXTS = {
    b"<!doctype html": "a web page",
    b"<html": "a web page",
    b"<head": "a web page",
    b"<?xml": "XML",
    b"<error": "XML",
    b"<rss": "a feed",
    b"{": "JSON",
}
"""How answers begin that are no sound and no picture."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file that has arrived, and what the server said to recognise it by next time."""

    media_type: str
    validators: dict[str, str] = field(default_factory=dict)


class Open(Protocol):
    """Asks for the file: ``Client.open`` with its address."""

    def __call__(self, headers: Mapping[str, str], /) -> AbstractContextManager[Answer]:
        """The answer to a request with these headers."""


@dataclass(frozen=True, slots=True)
class _Note:
    """What a part is a part of."""

    resource: str
    """Digest of the address without its query, which may hold a token of the day."""
    etag: str = ""
    last_modified: str = ""
    is_strong_date: bool = False
    total: int | None = None
    codings: tuple[str, ...] = ()

    @property
    def validator(self) -> str:
        """What If-Range may name, which is only what is strong (RFC 9110, section 8.8.1); or nothing."""
        if self.etag and not self.etag.startswith("W/"):
            return self.etag
        return self.last_modified if self.is_strong_date else ""


class _Part:
    """``NAME.part`` and its note; ``have`` is its length in bytes. Raises LibraryError where they can't be written."""

    def __init__(self, destination: Path, url: str) -> None:
        self.path = destination.with_name(destination.name + ".part")
        self._note_path = destination.with_name(destination.name + ".part.json")
        self._resource = hashlib.sha256(re.split(r"[?#]", url)[0].encode("utf-8", "replace")).hexdigest()
        self.note = self._read()
        self.have = self.path.stat().st_size if self.note else 0

    def _read(self) -> _Note | None:
        """The note of an earlier try, if it and its part are there and are of this file."""
        with contextlib.suppress(LibraryError):
            note = storage.read_json(self._note_path, _Note)
            if note.resource == self._resource and self.path.is_file() and not self.path.is_symlink():
                return note
        return None

    @property
    def total(self) -> int | None:
        """Bytes of the whole, as far as is known."""
        return self.note.total if self.note else None

    def begin(self, answer: Answer) -> None:
        """Start anew."""
        self.remove()
        self.note = _Note(
            self._resource,
            **answer.validators,
            is_strong_date=_is_strong(answer.header("last-modified"), answer.header("date")),
            total=answer.length,
            codings=answer.codings,
        )
        storage.write_bytes(self._note_path, storage.encode(self.note))

    def goes_on_with(self, answer: Answer, start: int) -> bool:
        """Whether a 206 begins at ``start``, and is of the same version."""
        found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", answer.header("content-range").strip())
        return (
            self.note is not None
            and found is not None
            and int(found[1]) == start
            and (found[2] == "*" or self.total in (None, int(found[2])))
            and answer.codings == self.note.codings
            and (not answer.header("etag") or self.note.etag in ("", answer.header("etag")))
        )

    def remove(self) -> None:
        """Forget what has arrived."""
        with storage.explained(self.path):
            self.path.unlink(missing_ok=True)
            self._note_path.unlink(missing_ok=True)
        self.note, self.have = None, 0

    def settle(self, destination: Path, limit: int) -> None:
        """Give the whole file its name, unpacked if it came packed. Raises Refused, Passing."""
        if self.note and self.note.codings:
            with self.path.open("rb") as packed, storage.replacing(destination) as temporary:
                _unpack(packed, temporary, self.note.codings, limit)
            self.remove()
            return
        with storage.explained(destination):
            self.path.replace(destination)
            self._note_path.unlink(missing_ok=True)


@dataclass(slots=True, kw_only=True)
class Downloading:
    """One file on its way: each ``attempt`` goes on where the last one ended. ``until`` is by time.monotonic."""

    url: str
    destination: Path
    open: Open
    validators: Mapping[str, str]
    on_progress: Callable[[int, int | None], None]
    limit: int
    keep_free: int
    until: float
    _most: int = 0
    """Bytes that the best try has brought."""

    def attempt(self) -> Download | None:
        """Fetch what is missing; None where the file is still what ``validators`` say.

        Raises:
            Passing: not all has come; what has is kept.
            FetchError: it is no file that we want; nothing of it is kept.
            LibraryError: the disk is full or can't be written.
        """
        part = _Part(self.destination, self.url)
        if part.have and part.have == part.total:
            return self._done(part, "")
        self._most = max(self._most, part.have)
        overlap = min(part.have, _OVERLAP) if part.note and not part.note.validator else 0
        with self.open(self._headers(part, overlap)) as answer:
            if answer.status == 304 and self.validators:
                return None
            if answer.status == 416 and part.have:
                return self._at_the_end(answer, part)
            answer.check(mask(self.url))
            if answer.status == 206:
                if not part.goes_on_with(answer, part.have - overlap):
                    raise _Changed("the server sent another part than was asked for", part)
            else:
                overlap = 0
                part.begin(answer)
            try:
                self._receive(answer, part, overlap)
                return self._done(part, answer.media_type)
            except Passing:
                raise
            except FetchError:
                part.remove()
                raise

    def _headers(self, part: _Part, overlap: int) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity"}
        if not part.have or part.note is None:
            return headers | conditions(self.validators)
        if part.note.validator:
            headers["If-Range"] = part.note.validator
        return headers | {"Range": f"bytes={part.have - overlap}-"}

    def _at_the_end(self, answer: Answer, part: _Part) -> Download:
        """The server has nothing after what we have: then either that is all, or it is of no use."""
        total = re.fullmatch(r"bytes \*/(\d+)", answer.header("content-range").strip())
        if total is None or int(total[1]) != part.have:
            raise _Changed("the download could not be taken up again", part)
        return self._done(part, "")

    def _receive(self, answer: Answer, part: _Part, overlap: int) -> None:
        """The body, to the end of the part."""
        start, total = part.have, part.total
        self._check_size(max(total or 0, start))
        self._check_room(part.path, (total or 0) - start)
        if not start:
            self._check_type(answer)
            coding.check(answer.codings)
        try:
            with storage.explained(part.path), part.path.open("r+b" if start else "w+b") as file:
                file.seek(start - overlap)
                blocks = _compared(answer.response.iter_raw(), file.read(overlap), part)
                file.seek(start)
                self._write(blocks, file, part, total)
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException) as error:
            raise self._cut(part, total) from error
        if total is not None and part.have != total:
            raise self._cut(part, total)
        if part.have == 0:
            raise FetchError(f"{mask(self.url)} is empty; ask the publisher")

    def _write(self, blocks: Iterable[bytes], file: BinaryIO, part: _Part, total: int | None) -> None:
        look_again = part.have + _LOOK_AT_DISK
        for block in blocks:
            if part.have == 0:
                self._check_content(block)
            file.write(block)
            part.have += len(block)
            self.on_progress(part.have, total)
            self._check_size(part.have)
            if part.have > look_again:
                self._check_room(part.path, 0)
                look_again = part.have + _LOOK_AT_DISK
            if time.monotonic() > self.until:
                raise Passing(f"it is still not whole after {part.have} bytes")
        file.flush()
        os.fsync(file.fileno())

    def _cut(self, part: _Part, total: int | None) -> Passing:
        gained = part.have >= self._most + _GAIN
        return Passing(f"the connection was cut after {part.have} of {total or '?'} bytes", gained=gained)

    def _done(self, part: _Part, media_type: str) -> Download:
        note = part.note
        part.settle(self.destination, self.limit)
        found = {"etag": note.etag, "last_modified": note.last_modified} if note else {}
        return Download(media_type, {name: value for name, value in found.items() if value})

    def _check_size(self, size: int) -> None:
        if size > self.limit:
            raise FetchError(f"{mask(self.url)} has {_size(size)} or more; the limit is {_size(self.limit)} (file_mb)")

    def _check_room(self, path: Path, more: int) -> None:
        if shutil.disk_usage(path.parent).free < more + self.keep_free:
            raise LibraryError(
                f"the disk has no room for {mask(self.url)}: {_size(more)}, and {_size(self.keep_free)} that stay free "
                "(keep_free_mb); free some space and run the same command again"
            ) from OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _check_type(self, answer: Answer) -> None:
        if answer.media_type in ("text/html", "application/xhtml+xml"):
            raise FetchError(f"{mask(self.url)} is a web page, not audio; give its address as the source instead")

    def _check_content(self, block: bytes) -> None:
        """A page that says "log in" or "not found" is often served as if it were the file."""
        start = block.lstrip(b"\xef\xbb\xbf \t\r\n")[:16].lower()
        for text, what in _TEXTS.items():
            if start.startswith(text):
                title = re.search(rb"<title[^>]{0,200}>\s*([^<]{1,200})", block, re.IGNORECASE)
                says = f" (“{title[1].decode('utf-8', 'replace').strip()}”)" if title else ""
                raise FetchError(f"{mask(self.url)} is {what}{says}, not audio, whatever its type; ask the publisher")


class _Changed(Passing):
    """What has arrived is of no use any more; it is asked for again from its beginning."""

    def __init__(self, message: str, part: _Part) -> None:
        super().__init__(message, after=0)
        part.remove()


def _compared(blocks: Iterable[bytes], expected: bytes, part: _Part) -> Iterator[bytes]:
    """The blocks after ``expected``, with which they have to begin."""
    for block in blocks:
        known = min(len(block), len(expected))
        if block[:known] != expected[:known]:
            raise _Changed("the file is another than before", part)
        expected = expected[known:]
        if block[known:]:
            yield block[known:]


def _unpack(packed: BinaryIO, destination: Path, codings: tuple[str, ...], limit: int) -> None:
    size = 0
    with destination.open("wb") as file:
        for piece in coding.unpacked(iter(lambda: packed.read(65_536), b""), codings):
            size += file.write(piece)
            if size > limit:
                raise Refused(f"unpacked it has more than {_size(limit)} (file_mb)")


def _is_strong(last_modified: str, date: str) -> bool:
    """Whether a time of change can't stand for two versions: it is a minute older than the answer (8.8.2.2)."""
    try:
        age = parsedate_to_datetime(date) - parsedate_to_datetime(last_modified)
    except (ValueError, TypeError, IndexError, OverflowError):
        return False
    return age.total_seconds() >= 60


def _size(number: int) -> str:
    return f"{number / 1e9:.1f} GB" if number >= 10**9 else f"{number / 1e6:.0f} MB"
