"""Working ahead: several stretches at a time, their results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def ahead(
    items: Iterable[Item], plan: Callable[[Item], Callable[[], Result]], workers: int
) -> Iterator[tuple[Item, Result]]:
    """Items with the results of their work, in order; ``workers`` are at work, and one more waits.

    ``plan`` is asked by the caller's thread, as each item is taken, so that it may look at results so far.
    """
    if workers == 1:
        for item in items:
            yield item, plan(item)()
        return
    pool = ThreadPoolExecutor(workers, thread_name_prefix="stretch")
    under_way: deque[tuple[Item, Future[Result]]] = deque()
    try:
        for item in items:
            under_way.append((item, pool.submit(plan(item))))
            if len(under_way) > workers:
                first, future = under_way.popleft()
                yield first, future.result()
        while under_way:
            first, future = under_way.popleft()
            yield first, future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def meanwhile(work: Callable[[], object]) -> Iterator[None]:
    """Something is done while the body is; what goes wrong with it is for those to tell who need it."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="meanwhile")
    try:
        pool.submit(work)
        yield
    finally:
        pool.shutdown(wait=False)
