"""Asking again: after failures that may pass, politely, and not for ever."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from podpipe.config import Network
from podpipe.errors import FetchError
from podpipe.net.failures import Passing

T = TypeVar("T")

_LONGEST_PAUSE_S = 60.0


def patiently(ask: Callable[[], T], what: str, network: Network, *, pause_s: float, until: float) -> T:
    """Ask again after failures that may pass, waiting longer each time, up to ``until`` (time.monotonic).

    The pauses are exponential with jitter, so that the jobs of many do not come back in step.

    Raises:
        FetchError: what fails for good, or too often, or too long; begins with ``what``.
    """
    tries = 0
    while True:
        try:
            return ask()
        except Passing as passing:
            tries = 1 if passing.gained else tries + 1
            pause = passing.after
            if pause is None:
                pause = min(pause_s * 2**tries, _LONGEST_PAUSE_S) * random.uniform(0.5, 1)
            if pause > network.patience_s:
                raise FetchError(
                    f"{what}: {passing}, and wants to be asked again in {_in_words(pause)}; try again then",
                    retry_after_s=pause,
                ) from passing
            if tries >= network.tries or time.monotonic() + pause > until:
                count = f"{network.tries} tries" if tries >= network.tries else "out of time"
                raise FetchError(f"{what}: {passing} ({count}); try again later", retry_after_s=pause) from passing
        time.sleep(pause)


def retry_after_s(value: str) -> float | None:
    """Retry-After (RFC 9110, section 10.2.3), seconds or a date, as seconds from now; None where it is neither."""
    value = value.strip()
    if value.isdecimal():
        return float(value[:9])
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max((when - datetime.now(UTC)).total_seconds(), 0.0)


class Hosts:
    """Whose turn it is at each host, over all threads of a run: so many at a time, none while it wants rest."""

    def __init__(self, at_a_time: int) -> None:
        self._turns: defaultdict[str, threading.BoundedSemaphore] = defaultdict(
            lambda: threading.BoundedSemaphore(at_a_time)
        )
        self._rests_until: dict[str, float] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Wait for a free place at a host, and hold it."""
        with self._lock:
            place = self._turns[host]
        with place:
            while (rest := self._rests_until.get(host, 0) - time.monotonic()) > 0:
                time.sleep(rest)
            yield

    def rest(self, host: str, seconds: float) -> None:
        """Leave a host alone for so long: it asked for it."""
        with self._lock:
            self._rests_until[host] = max(self._rests_until.get(host, 0), time.monotonic() + seconds)


def _in_words(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 5400 else f"{seconds / 60:.0f} min"
