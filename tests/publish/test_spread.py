from __future__ import annotations

import os
import signal
from functools import partial

import pytest

from podpipe.errors import LibraryError, PublishError
from podpipe.publish.spread import spread

MANY = range(40)


def power(exponent: int, number: int) -> tuple[int, int]:
    return number**exponent, os.getpid()


def fail(number: int) -> int:
    if number == 30:
        raise LibraryError("a file is damaged")
    return number


def die(number: int) -> int:
    if number == 30:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_results_are_in_order_and_from_several_processes() -> None:
    found = list(spread(partial(power, 2), MANY))
    assert [result for result, _ in found] == [number**2 for number in MANY]
    is_alone = (os.cpu_count() or 1) == 1
    assert (os.getpid() in {process for _, process in found}) == is_alone


def test_few_are_done_here() -> None:
    assert {process for _, process in spread(partial(power, 2), range(5))} == {os.getpid()}


def test_what_goes_wrong_is_said_as_it_is() -> None:
    with pytest.raises(LibraryError, match="a file is damaged"):
        list(spread(fail, MANY))


@pytest.mark.skipif((os.cpu_count() or 1) == 1, reason="one processor: there is no other process")
def test_a_process_that_is_killed_is_told_of() -> None:
    with pytest.raises(PublishError, match="killed"):
        list(spread(die, MANY))
