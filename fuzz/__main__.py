"""Fuzz one target after the other with libFuzzer (atheris), each for so many minutes.

What breaks a reader is kept in ``tests/fuzz/cases/TARGET``, where ``make test`` replays it ever after.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from fuzz.targets import TARGETS, seeds

CASES = Path(__file__).parents[1] / "tests" / "fuzz" / "cases"
_LONGEST_S = 10
"""For one input."""

_MOST_MB = 2000
_LONGEST_BYTES = 16_384


def main() -> int:
    """Run the targets asked for; 1 where one has found something."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description="Look for bytes that break a reader.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="which; all unless given")
    parser.add_argument("--minutes", type=float, default=10, help="for each target (10)")
    arguments = parser.parse_args()
    if unknown := set(arguments.targets) - set(TARGETS):
        parser.error(f"there is no target {unknown.pop()!r}; there are {', '.join(TARGETS)}")
    return max([_run(target, arguments.minutes) for target in arguments.targets or TARGETS])


def _run(target: str, minutes: float) -> int:
    found = CASES / target
    found.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="podpipe-fuzz-") as folder:
        for number, seed in enumerate(seeds(target)):
            (Path(folder) / f"seed-{number}").write_bytes(seed)
        sys.stderr.write(f"{target}: {minutes:g} minutes, {len(list(Path(folder).iterdir()))} seeds\n")
        options = [
            f"-max_total_time={minutes * 60:.0f}",
            f"-timeout={_LONGEST_S}",
            f"-rss_limit_mb={_MOST_MB}",
            f"-max_len={_LONGEST_BYTES}",
            "-len_control=0",
            f"-artifact_prefix={found}/",
        ]
        done = subprocess.run([sys.executable, "-m", "fuzz.one", target, *options, folder], check=False)
    return int(done.returncode != 0)


if __name__ == "__main__":
    sys.exit(main())
