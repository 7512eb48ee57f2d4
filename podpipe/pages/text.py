"""Texts from outside, as a page may show them."""

from __future__ import annotations

import unicodedata

_KEPT = "\u200c\u200d\u00ad"
"""Characters without a shape that emoji and some scripts need, and the soft hyphen."""

_RIGHT_TO_LEFT = frozenset(("ar", "arc", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "ug", "ur", "yi"))


def one_line(text: str) -> str:
    """Text on one line without controls and without what turns its direction (UTR #36)."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return " ".join("".join(character if _is_shown(character) else " " for character in text).split())


def direction(language: str) -> str:
    """Which way a BCP 47 language is written: "rtl" or "ltr"."""
    return "rtl" if language.partition("-")[0].casefold() in _RIGHT_TO_LEFT else "ltr"


def _is_shown(character: str) -> bool:
    if character.isascii():
        return " " <= character <= "~"
    return character in _KEPT or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
