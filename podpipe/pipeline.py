"""Two steps for each of many things: the first is done ahead of the second, by threads of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Ready = TypeVar("Ready")
Result = TypeVar("Result")


_GRACE_S = 0.5
"""What is next in order may be so much later than what comes after it, and is still the first to be worked on."""


@dataclass(frozen=True, slots=True)
class Over(Generic[Result]):
    """What a first step gives that needs no second one."""

    result: Result


def two_steps(
    things: Iterable[T],
    first: Callable[[T], Ready | Over[Result]],
    second: Callable[[Ready], Result],
    *,
    ahead: int,
    jobs: int,
) -> Iterator[Result]:
    """``second(first(thing))`` for each thing, ``jobs`` second steps at a time; results as they come.

    At most ``ahead`` things are in their first step or between the two, so that no more than these are held. Things
    are taken from ``things`` by the caller's thread, one by one as there is room. An exception of a step ends all:
    what is under way is not waited for.
    """
    rest, is_over = iter(things), False
    fetching: list[Future[Ready | Over[Result]]] = []  # in the order of the things
    working: set[Future[Result]] = set()
    ready: deque[Ready] = deque()
    pools = (
        ThreadPoolExecutor(ahead, thread_name_prefix="ahead"),
        ThreadPoolExecutor(jobs, thread_name_prefix="episode"),
    )
    try:
        while True:
            while ready and len(working) < jobs:
                working.add(pools[1].submit(second, ready.popleft()))
            while not is_over and len(fetching) + len(ready) < ahead:
                try:
                    fetching.append(pools[0].submit(first, next(rest)))
                except StopIteration:
                    is_over = True
            if not fetching and not working:
                return
            under_way: list[Future[Any]] = [*fetching, *working]
            wait(under_way, return_when=FIRST_COMPLETED)
            if fetching and not ready:
                wait(fetching[:1], timeout=_GRACE_S)
            arrived = [future for future in fetching if future.done()]
            fetching = [future for future in fetching if future not in arrived]
            for early in arrived:
                found = early.result()
                if isinstance(found, Over):
                    yield found.result
                else:
                    ready.append(found)
            done = {future for future in working if future.done()}
            working -= done
            for late in done:
                yield late.result()
    finally:
        for pool in pools:
            pool.shutdown(wait=False, cancel_futures=True)
