"""X: files that can't be checked at all. The reader says why; there is nothing to look at."""

from __future__ import annotations

from collections.abc import Iterator

from podpipe.check.model import Found, rule
from podpipe.check.rules.sources import OURS


@rule(
    "X01",
    "error",
    "the file can't be read",
    hurts="everybody",
    mend="make or download the file again",
    source=OURS,
)
def can_not_be_read(reason: str) -> Iterator[Found]:
    """Empty, damaged, or not what its name says; the reader's own words say which."""
    if reason:
        yield "", reason
