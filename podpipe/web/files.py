"""Files over HTTP: parts of them (RFC 9110, 14), strong validators, and caching that never shows what is old."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from fastapi import Request
from starlette.responses import FileResponse, Response

from podpipe.library import EpisodeFolder

FOREVER = "private, max-age=31536000, immutable"
"""For addresses that change with what they name."""


class _Parts(FileResponse):
    """A file in pieces so large that a player's usual request takes one or two."""

    chunk_size = 256 * 1024


CHECKED = "private, no-cache"
"""Kept, and asked about each time."""


def file(
    request: Request, path: Path, media_type: str, *, etag: str, versioned: bool = False, filename: str = ""
) -> Response:
    """A file or the part that was asked for; 304 where the client has it already.

    ``etag`` is a digest of the bytes, so that a resumed download never joins two different files.
    """
    headers = {"ETag": f'"{etag}"', "Cache-Control": FOREVER if versioned else CHECKED}
    if matches(request, etag):
        return Response(status_code=304, headers=headers)
    return _Parts(
        path,
        headers=headers,
        media_type=media_type,
        filename=filename or None,
        content_disposition_type="inline",
        stat_result=path.stat(),
    )


def text(
    request: Request, content: str | bytes, media_type: str, *, etag: str, headers: Mapping[str, str] | None = None
) -> Response:
    """A text that was made of something whose digest is ``etag``."""
    told = {"ETag": f'W/"{etag}"', "Cache-Control": CHECKED, **(headers or {})}
    if matches(request, etag):
        return Response(status_code=304, headers=told)
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    return Response(data, media_type=media_type, headers=told)


def digest(folder: EpisodeFolder, name: str) -> str:
    """The validator of an episode's file: a part of its bytes' digest, found once as long as it stays the same."""
    stat = (folder.path / name).stat()
    return _digest(folder, name, stat.st_mtime_ns, stat.st_size)


@lru_cache(1000)
def _digest(folder: EpisodeFolder, name: str, _mtime_ns: int, _size: int) -> str:
    return folder.ledger().digest_of(name)[:32]


def matches(request: Request, etag: str) -> bool:
    """Whether If-None-Match has this validator (compared weakly, as RFC 9110 13.1.2 has it)."""
    asked = request.headers.get("if-none-match", "")
    return any(each.strip().removeprefix("W/") in (f'"{etag}"', "*") for each in asked.split(","))
