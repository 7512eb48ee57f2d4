"""What a feed lacks that apps ask for, in the words of ``podpipe check``, and where to put it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from podpipe.check import feeds, gather
from podpipe.check.model import Finding, look
from podpipe.publish.choosing import Shelf


def of(shelf: Shelf, written: bytes) -> Iterator[str]:
    """A sentence for each kind of thing that is wrong with a show's feed."""
    read = feeds.read(written)
    if read is None:
        return
    if shelf.cover is not None:
        read = replace(read, cover=gather.image("the cover", shelf.cover.read_bytes(), ""))
    findings = [finding for finding in look("F", read) if finding.severity != "info"]
    for _, alike in groupby(findings, key=lambda finding: finding.code):
        yield _sentence(shelf, list(alike))
    if not shelf.show.email:
        yield (
            f"{shelf.show.title}: no email address: Apple Podcasts and Spotify write to it to see that the show is "
            f'yours; put "email" into {shelf.facts}'
        )


def _sentence(shelf: Shelf, alike: list[Finding]) -> str:
    first = alike[0]
    more = f" (and {len(alike) - 1} more like it)" if len(alike) > 1 else ""
    return (
        f"{shelf.show.title}: {first.where} {first.message}{more} [{first.code}]: {first.hurts}; {_mend(shelf, first)}"
    )


_FIELDS = {
    "F10": 'put a square cover.jpg or cover.png of 1400 to 3000 pixels beside it, or its address as "image" into',
    "F11": 'put "categories" into',
    "F13": 'put "language" into',
    "F30": 'mend "categories" in',
    "F31": 'mend "image" in',
    "F37": "mend the cover beside",
    "F38": "mend the cover beside",
    "F34": 'mend "language" in',
}


def _mend(shelf: Shelf, finding: Finding) -> str:
    """How to mend it here: most of it stands in the show's file."""
    return f"{_FIELDS[finding.code]} {shelf.facts}" if finding.code in _FIELDS else finding.mend
