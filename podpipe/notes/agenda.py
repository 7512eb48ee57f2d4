"""The agenda: "In today's issue: A, B, and C."."""

from __future__ import annotations

import re
from collections.abc import Sequence

from podpipe.notes.blocks import Block
from podpipe.notes.headings import is_name, opening

PROGRAMME = "issue|episode|show|program(?:me)?|edition|bulletin"
LISTING = "items|topics|agenda|headlines|stories|menu"
WHEN = r"today|tonight|this (?:week|month|time)"
NEXT = "coming up|up next"
"""How lists of topics are announced, in notes and by hosts (as regular expressions)."""

_ANNOUNCES = re.compile(rf"\b(?:{PROGRAMME}|{LISTING}|item|topic|contents|{WHEN}|{NEXT})\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?:^|(?<=[.!?] ))([^.!?:]{3,70}):\s+(.+?)(?:(?<!\b[A-Z])[.!?](?=\s|$)|$)")
_SAID = re.compile(
    r"(?:^|(?<=[.!?] ))"
    r"([^.!?:,;]{0,70}\b(?:talk(?:s|ing)? (?:about|of)|look(?:s|ing)? at|cover(?:s|ing)?|discuss(?:es|ing)?))"
    r"\s+([^!?:]+?)(?:(?<!\b[A-Z])[.!?](?=\s|$)|$)(?:\s+(?:plus|also|and)[:,]\s+([^.!?:]+))?",
    re.IGNORECASE,
)
"""What somebody talks about, and what is added in the sentence after ("Plus: ...")."""
_HOST = re.compile(r"^(?:and |so )?(?:we|i|join us)\b", re.IGNORECASE)
_SIGNS = re.compile(r"(?<!\s)\s+[–—-]\s+|(?:(?<!\s)\s+)?[|·•]\s*")
_REST = re.compile(r"(?:(?:much|lots|a lot|some|many|and) )*(?:more|others?)(?: \w+)?$", re.IGNORECASE)
_LONGEST, _LONGEST_APART = 9, 16
"""Words of a topic; and where semicolons part topics, as commas part sentences too."""

_LEAD = re.compile(
    r"^(?:(?:we|i)(?:['’]ll| will)? (?:talk|speak|look|discuss|cover)(?: about| of| at)? )?"
    r"(?:(?:the|an?)\s+)?"
    r"(?:(?:(?:little|quick|short|brief)\s+)*(?:look at|(?:bit|word) (?:about|on))\s+(?:(?:the|an?)\s+)?)?",
    re.IGNORECASE,
)
"""What goes before a topic in a sentence."""

_NUMBER = re.compile(r"(?:^|(?<=\s))\(?(\d{1,2})[.)]\s+")
_BETWEEN = " ,;."
"""What stands between the items of a list, besides "and"."""

_LEAST_NUMBERED = 3
"""So many numbered items are a list that no words need announce."""

_PARTS = re.compile(r"[,;]\s+(?:and\s+)?|(?<!\s)\s+and\s+(?=[^,;]{1,500}$)")


def find(blocks: Sequence[Block]) -> tuple[str, ...]:
    """The topics of the sentence that announces most, a title perhaps; else of a block that only lists; or ()."""
    found: tuple[str, ...] = ()
    for block in blocks:
        before, numbered = _numbered(block.text)
        text = before + "; ".join(numbered)
        said = [
            f"{after}; {more}" if more else after
            for start, after, more in _SAID.findall(text)
            if _HOST.match(start) or _tells(start)
        ]
        told = [after for start, after in _SENTENCE.findall(text) if _tells(start)]
        counted = ["; ".join(numbered)] if len(numbered) >= _LEAST_NUMBERED else []
        for after in (*told, *said, *counted):
            items = tuple(parts(after))
            longest = _LONGEST_APART if ";" in after else _LONGEST
            if len(items) > max(len(found), 1) and all(len(item.split()) <= longest for item in items):
                found = items
    listed = found or max((_bare(block) for block in blocks if not block.is_item), key=len, default=())
    return _joined(listed, blocks)


def _numbered(text: str) -> tuple[str, list[str]]:
    """The items of a list in a text ("1. Folios 2. Rust"), and what stands before it."""
    places: list[re.Match[str]] = []
    for match in _NUMBER.finditer(text):
        if int(match[1]) == len(places) + 1:
            places.append(match)
    if len(places) < 2:
        return text, []
    ends = [*(match.start() for match in places[1:]), len(text)]
    items = (text[match.end() : end] for match, end in zip(places, ends, strict=True))
    return text[: places[0].start()], [item.strip(_BETWEEN).removesuffix(" and").rstrip(_BETWEEN) for item in items]


def _joined(items: tuple[str, ...], blocks: Sequence[Block]) -> tuple[str, ...]:
    """Items as headings have them: "Apples, pears and plums" is one where a paragraph opens with just that."""
    for place, block in enumerate(blocks):
        title = opening(block.text)
        pieces = [item for item in items if item.casefold() in title.casefold()]
        others = (other.text.casefold() for number, other in enumerate(blocks) if number != place)
        if len(pieces) > 1 and any(title.casefold() in text for text in others):
            first = items.index(pieces[0])
            items = tuple(
                title if number == first else item
                for number, item in enumerate(items)
                if number == first or item not in pieces
            )
    return items


def _tells(before: str) -> bool:
    return bool(_ANNOUNCES.search(before))


def _bare(block: Block) -> tuple[str, ...]:
    """The items of a block that is nothing but a list of names: "ZFS send, io_uring, SMR drives"."""
    if block.is_heading or re.search(r"[!?:](?!\S)|\.\s", block.text):
        return ()
    by_signs = tuple(item.strip() for item in _SIGNS.split(block.text.strip(" .")))
    items = by_signs if len(by_signs) >= 3 else tuple(parts(block.text))
    if block.text.endswith(".") and ";" not in block.text:
        return ()  # a sentence
    is_list = len(items) >= 3 and all(len(item.split()) <= 6 and is_name(item) for item in items)
    return items if is_list else ()


def parts(text: str) -> list[str]:
    """What a list in a sentence lists, without leading articles and the like; of semicolons, only they part."""
    split = re.split(r";\s+(?:and\s+)?", text) if text.count(";") >= 2 else _PARTS.split(text)
    items = [_LEAD.sub("", part.strip(" .")) for part in split]
    return [item for item in items if item and not _REST.match(item)]
