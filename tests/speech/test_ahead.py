from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe.speech.ahead import ahead


@given(st.lists(st.integers()), st.integers(1, 4))
def test_results_come_in_order(items: list[int], workers: int) -> None:
    assert list(ahead(items, lambda item: lambda: item + 1, workers)) == [(item, item + 1) for item in items]


def test_work_is_done_side_by_side() -> None:
    both = threading.Barrier(2, timeout=10)
    assert list(ahead([0, 1], lambda item: both.wait, 2)) != []


def test_no_more_is_begun_than_workers_can_do() -> None:
    begun: list[int] = []
    results = ahead(range(100), lambda item: lambda: begun.append(item), 2)
    next(results)
    time.sleep(0.05)
    assert len(begun) <= 3
    results.close()


def test_an_error_arrives_where_it_belongs() -> None:
    results = ahead([1, 0, 2], lambda item: lambda: 1 // item, 2)
    assert next(results) == (1, 1)
    with pytest.raises(ZeroDivisionError):
        next(results)
