"""``python -m bench [NAME...] [--write] [--quick]``."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does

from bench import (
    calibration,
    checking,
    company,
    conversation,
    engines,
    fresh,
    headings,
    known_items,
    machine,
    main_job,
    memory,
    misheard,
    misspoken,
    overhead,
    page,
    publish,
    published,
    reading,
    robustness,
    script,
    script_speed,
    searching,
    shows,
    soak,
    startup,
    tagging,
    terms,
    timestamps,
    topics,
    unannounced,
    web,
    words,
)
from bench.table import Settings, Skipped, Table, markdown

BENCHES: dict[str, Callable[[Settings], Table]] = {
    "main_job": main_job.run,
    "script": script.run,
    "published": published.run,
    "terms": terms.run,
    "script_speed": script_speed.run,
    "headings": headings.run,
    "fresh": fresh.run,
    "unannounced": unannounced.run,
    "words": words.run,
    "robustness": robustness.run,
    "overhead": overhead.run,
    "startup": startup.run,
    "engines": engines.run,
    "conversation": conversation.run,
    "calibration": calibration.run,
    "known_items": known_items.run,
    "topics": topics.run,
    "searching": searching.run,
    "misheard": misheard.run,
    "misspoken": misspoken.run,
    "company": company.run,
    "timestamps": timestamps.run,
    "tagging": tagging.run,
    "reading": reading.run,
    "checking": checking.run,
    "publish": publish.run,
    "memory": memory.run,
    "soak": soak.run,
    "web": web.run,
    "shows": shows.run,
}
SLOW = frozenset(
    {"calibration", "company", "known_items", "memory", "publish", "robustness", "searching", "soak", "topics"}
)
"""Left out by ``--quick``."""


def main() -> int:
    """Run the benches asked for; 1 where one failed."""
    parser = _parser()
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.names if name not in BENCHES]:
        parser.error(f"there is no bench {unknown[0]!r}; there are {', '.join(BENCHES)}")
    names = arguments.names or [name for name in BENCHES if not (arguments.quick and name in SLOW)]
    failed = False
    with _folder(arguments.folder) as folder:
        settings = Settings(folder, arguments.quick, arguments.hours, arguments.passages)
        for name in names:
            try:
                text = markdown(BENCHES[name](settings))
            except Skipped as reason:
                print(f"{name} is skipped: {reason}\n", file=sys.stderr)
                continue
            except RuntimeError as error:
                print(f"{name} failed: {error}\n", file=sys.stderr)
                failed = True
                continue
            text += f"\n*{machine.describe()}*\n"
            print(text, flush=True)
            if arguments.write:
                page.write(name, text)
    return int(failed)


@contextlib.contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
    else:
        with tempfile.TemporaryDirectory(prefix="podpipe-bench-") as folder:
            yield Path(folder)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure what podpipe promises.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(BENCHES)} (all)")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {page.SHOWN}")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, without the slow benches")
    parser.add_argument("--hours", type=float, default=3, help="length of memory's file (3)")
    parser.add_argument("--passages", type=int, default=120_000, help="size of searching's largest index (120000)")
    parser.add_argument("--folder", type=Path, help="keep what is made there, and use what is there (a temporary one)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
