"""Programs run and measured, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
"""The checkout: programs run here, so that they import the code beside the benches."""

_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Run:
    """What a program printed, took and needed.

    ``peak_bytes`` is the largest resident set of the process. Linux starts it at the parent's size, so
    whatever is large runs in a child, and benches themselves stay small.
    """

    output: str
    seconds: float
    cpu_s: float
    """On all cores together."""
    peak_bytes: int

    @property
    def peak(self) -> str:
        """The peak for a table."""
        return f"{self.peak_bytes / 1e9:.2f} GB"


def python(*arguments: str | Path) -> Run:
    """Run ``python ARGUMENTS`` in the checkout. Raises RuntimeError with its complaint where it fails.

    Python may keep what it compiles, as it does where podpipe is installed.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, *map(str, arguments)]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=ROOT, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            complaint = err.read().decode(errors="replace").strip()[-2000:]
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {complaint}")
        cpu_s = usage.ru_utime + usage.ru_stime
        return Run(out.read().decode(), seconds, cpu_s, usage.ru_maxrss * _MAXRSS_UNIT)


def podpipe(*arguments: str | Path) -> Run:
    """Run the command line as a user does."""
    return python("-m", "podpipe", *arguments)
