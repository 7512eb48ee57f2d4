"""``docs/benchmarks.md``: what stands between a bench's markers is generated, the rest is written by hand."""

from __future__ import annotations

import re
from pathlib import Path

from bench.measure import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
SHOWN = PAGE.relative_to(ROOT).as_posix()

_INTRODUCTION = """\
# Benchmarks

What podpipe promises, measured. `make bench` runs everything here; `python -m bench NAME --write` measures
one bench again and puts it into this page. Below each table stands when and on what it was measured.
"""


def write(name: str, text: str, page: Path = PAGE) -> None:
    """Put a bench's section in place of the one that is there, or at the end."""
    page.parent.mkdir(exist_ok=True)
    old = page.read_text("utf-8") if page.exists() else _INTRODUCTION
    page.write_text(replaced(old, name, text), "utf-8")


def replaced(old: str, name: str, text: str) -> str:
    """The page with this section. Sections stand between comments that Markdown does not show."""
    begin, end = f"<!-- bench: {name} -->", f"<!-- end: {name} -->"
    section = f"{begin}\n{text.strip()}\n{end}"
    there = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if there.search(old):
        return there.sub(lambda _: section, old, count=1)
    return f"{old.rstrip()}\n\n{section}\n"
