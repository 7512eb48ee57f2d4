from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from podpipe.errors import LibraryError, PublishError
from podpipe.publish.spread import spread

MANY = range(40)
ALONE = pytest.mark.skipif((os.cpu_count() or 1) == 1, reason="one processor: there is no other process")


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


def slow(number: int) -> int:
    Path(os.environ["SPREAD_FOLDER"], str(os.getpid())).touch()
    time.sleep(0.05)
    return number


@ALONE
def test_helpers_end_with_whom_they_help(tmp_path: Path) -> None:
    code = "import test_spread; list(test_spread.spread(test_spread.slow, range(10_000)))"
    folders = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[2])])
    environment = {**os.environ, "SPREAD_FOLDER": str(tmp_path), "PYTHONPATH": folders}
    process = subprocess.Popen([sys.executable, "-c", code], env=environment)
    deadline = time.monotonic() + 60
    while not list(tmp_path.iterdir()):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.wait()
    while any(Path(f"/proc/{file.name}").exists() for file in tmp_path.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@ALONE
def test_a_process_that_is_killed_is_told_of() -> None:
    with pytest.raises(PublishError, match="killed"):
        list(spread(die, MANY))
