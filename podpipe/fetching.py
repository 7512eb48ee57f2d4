"""The enclosure and the publisher's chapters, brought into the episode's folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from podpipe.work import Work

if TYPE_CHECKING:
    from podpipe.net import Client
    from podpipe.sources import Candidate

_ARRIVING = "arriving"
"""The audio's name until it is known what it is."""


def fetch(work: Work, client: Client, candidate: Candidate) -> None:
    """The enclosure → ``original.<ext>``; chapters that the publisher made → ``published-chapters.json``.

    A local file is copied again when its size or time has changed. A URL is asked whether it has
    changed (RFC 9110, section 13), but for the items of a feed, which say so themselves.

    Raises:
        SourceError, FetchError, AudioError, LibraryError: the audio could not be had; nothing of it stays.
    """
    source = candidate.episode.enclosure
    local = Path(source) if not source.startswith(("http://", "https://")) else None
    [
        source,
        _state_of(local) if local else candidate.length,
        candidate.episode.chapters,
        candidate.chapters,
    ]
    entry = work.ledger.entry("fetch")
    {k: v for k, v in entry.facts.items() if k in ("etag", "last_modified")} if entry else {}
