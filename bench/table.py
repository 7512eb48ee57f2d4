"""What a bench gives, what it is told, and how it says that it can't run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class Skipped(Exception):
    """A bench can't run here; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures, and the sentence or two that say what they mean. Every row is as long as ``header``."""

    title: str
    explanation: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """How large the benches are. ``folder`` is shared by the benches of a run, and temporary unless it was given."""

    folder: Path
    quick: bool = False
    hours: float = 3
    """Length of the long file of the memory bench."""
    passages: int = 120_000
    """Size of the largest index of the searching bench."""


def percent(share: float, decimals: int = 0) -> str:
    """A share for a table: "4.2 %"."""
    return f"{100 * share:.{decimals}f} %"


def markdown(table: Table) -> str:
    """A Markdown table with its columns aligned, below its title and explanation."""
    rows = [[_cell(cell) for cell in row] for row in (table.header, *table.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join([f"## {table.title}", "", table.explanation, "", *lines, ""])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
