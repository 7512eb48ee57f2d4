"""Work on many episodes spread over the processors: making pages is reckoning in Python, one thread of it at a time."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from typing import Any, TypeVar

from podpipe.errors import PublishError

Item = TypeVar("Item")
Result = TypeVar("Result")

_FEW = 12
"""So many are done before another process would have started."""

_MOST = 8
_AHEAD = 3
"""Results that wait, for each process: they may be large."""


def spread(work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    """Results in order. ``work`` is sent to each process once, and so may hold much; items should be small.

    Raises what ``work`` raises, and PublishError where a process is killed.
    """
    workers = min(os.cpu_count() or 1, _MOST)
    if workers == 1 or len(items) <= _FEW:
        yield from map(work, items)
        return
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _hold, (work,))
    under_way: deque[Future[Result]] = deque()
    try:
        for item in items:
            under_way.append(pool.submit(_do, item))
            if len(under_way) > workers * _AHEAD:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    except BrokenProcessPool as error:
        raise PublishError("a process that made pages was killed, perhaps for want of memory; publish again") from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_held: Any = None
"""In a worker: the work."""


def _hold(work: Any) -> None:
    global _held
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who waits
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _held = work


def _end_with_parent() -> None:
    """A pool whose owner is killed would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _do(item: Any) -> Any:
    return _held(item)
