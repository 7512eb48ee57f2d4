"""Writing without spaces between words: Chinese, Japanese, Thai, Lao, Khmer and Burmese."""

from __future__ import annotations

import re

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u2e80-\u303f\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff9f\U00020000-\U0003ffff"
)
"""Their characters, as a class of a regular expression."""

_PIECE = re.compile(f"[{UNSPACED}]|[^{UNSPACED}]+")


def characters(text: str) -> list[str]:
    """Each character of such writing on its own, and what is between them whole."""
    return [text] if text.isascii() else _PIECE.findall(text)
