"""The enclosure and the publisher's chapters, brought into the episode's folder."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from podpipe import library, storage
from podpipe.errors import ChaptersError, FetchError, SourceError
from podpipe.models import Chapters
from podpipe.work import Made, Work

if TYPE_CHECKING:
    from podpipe.net import Client
    from podpipe.sources import Candidate

_ARRIVING = "arriving"
"""The audio's name until it is known what it is."""

ENDINGS = {"mp3": "mp3", "mp4": "m4a", "ogg": "ogg", "flac": "flac", "wav": "wav", "aac": "aac", "aiff": "aiff", "matroska": "mka"}
"""The ending of ``original.<ext>`` for each container that ``audio.probe`` knows: ours, never the publisher's."""


def fetch(work: Work, client: Client, candidate: Candidate) -> None:
    """The enclosure → ``original.<ext>``; chapters that the publisher made → ``published-chapters.json``.

    A local file is copied again when its size or time has changed. A URL is asked whether it has
    changed (conditional request, RFC 9110 section 13), except for the items of a feed, where the
    enclosure's address and length tell.

    Raises:
        SourceError, FetchError, AudioError, LibraryError: the audio could not be had; nothing of it stays.
    """
    source = candidate.episode.enclosure
    is_url = source.startswith(("http://", "https://"))
    state = candidate.length if is_url else _state_of(Path(source))
    entry = work.ledger.entry("fetch")
    known = {key: value for key, value in entry.facts.items() if key in ("etag", "last_modified")} if entry else {}
    ask = is_url and bool(known) and not candidate.from_feed

    def action() -> Made | None:
        arriving = work.folder.path / _ARRIVING
        facts: dict[str, str] = {}
        if is_url:
            ...
        return None

    work.stage("fetch", [source, state, candidate.episode.chapters, candidate.chapters], [], action, recheck=ask)
