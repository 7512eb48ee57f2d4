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
    """The topics of the sentence that announces most, a title perhaps; () where none does."""
    found: tuple[str, ...] = ()
    for block in blocks:
        for before, after in _SENTENCE.findall(block.text):
            items = tuple(parts(after))
            announces = _ANNOUNCES.search(before) and all(len(item.split()) <= 9 for item in items)
            if announces and len(items) > max(len(found), 1):
                found = items
    return found


def parts(text: str) -> list[str]:
    """What a list in a sentence lists, without leading articles and the like."""
    items = [re.sub(r"^(?:the|an?|a look at)\s+(?:look at\s+)?", "", part.strip(" .")) for part in _PARTS.split(text)]
    return [item for item in items if item]
