"""Failures within this package, which name no address: ``Client`` puts it before them."""

from __future__ import annotations

from podpipe.errors import FetchError


class Passing(FetchError):
    """A failure that may pass.

    ``after``: seconds to wait, where the server says so. ``gained``: whether the try has brought something.
    """

    def __init__(self, message: str, *, after: float | None = None, gained: bool = False) -> None:
        super().__init__(message)
        self.after = after
        self.gained = gained


class Refused(FetchError):
    """What must not be fetched, or can't be read."""
