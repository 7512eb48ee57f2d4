"""The agenda: "In today's issue: A, B, and C."."""

from __future__ import annotations

import re
from collections.abc import Sequence

from podpipe.notes.blocks import Block

_ANNOUNCES = re.compile(
    r"\b(?:issue|episode|show|program(?:me)?|edition|bulletin|items?|topics?|agenda|headlines|stories|menu|"
    r"today|tonight|this (?:week|month|time)|coming up|up next|contents)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?:^|(?<=[.!?] ))([^.!?:]{3,70}):\s+(.+?)(?:[.!?](?=\s|$)|$)")
_PARTS = re.compile(r",\s+and\s+|;\s+and\s+|,\s+|;\s+|\s+and\s+(?=[^,;]+$)")


def find(blocks: Sequence[Block]) -> tuple[str, ...]:
    """The topics of the first sentence that announces some; () where none does."""
    for block in blocks:
        for before, after in _SENTENCE.findall(block.text):
            items = parts(after)
            if _ANNOUNCES.search(before) and len(items) >= 2 and all(len(item.split()) <= 9 for item in items):
                return tuple(items)
    return ()


def parts(text: str) -> list[str]:
    """What a list in a sentence lists, without leading articles and the like."""
    items = [re.sub(r"^(?:the|an?|a look at)\s+(?:look at\s+)?", "", part.strip(" .")) for part in _PARTS.split(text)]
    return [item for item in items if item]
