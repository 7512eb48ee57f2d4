"""The index made again from ``episodes/``."""

from __future__ import annotations

from collections.abc import Iterator

from podpipe.library import Library


def reindex(library: Library, skipped: list[str]) -> Iterator[str]:
    """Build a new index and put it in the old one's place; yields episode ids as they are taken.

    Episodes that are unfinished or damaged are left out, with the reason added to ``skipped``.
    """
