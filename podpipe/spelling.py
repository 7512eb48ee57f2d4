"""Texts compared by what is heard of them."""

from __future__ import annotations

import re

_SILENT = re.compile(r"[\W_]+")


def bare(text: str) -> str:
    """The letters and digits of a text, in lower case."""
    return _SILENT.sub("", text.casefold())
