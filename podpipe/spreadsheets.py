"""Cells of a table that a spreadsheet must not take for formulas (OWASP, CSV Injection)."""

from __future__ import annotations

import re

_FORMULA = r"\s*[=+\-@＝＋－＠\t\r]"
_RISKY = re.compile(rf"'*{_FORMULA}")
_GUARDED = re.compile(rf"'+{_FORMULA}")


def guarded(cell: str) -> str:
    """A cell with an apostrophe before it where it begins as a formula does."""
    return f"'{cell}" if _RISKY.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell that was ``guarded``."""
    return cell[1:] if _GUARDED.match(cell) else cell
