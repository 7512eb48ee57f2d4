"""What in notes is no topic though it is listed: names and terms, links and thanks, and the labels of lists."""

from __future__ import annotations

import re
from collections.abc import Sequence

from podpipe.notes.blocks import Block

_WHAT = (
    r"names?|people|persons?|terms?|terminology|glossary|keywords?|key ?words|tags?|spellings?|vocabulary|mentions?|"
    r"(?:\w+ )?mentioned|\w+ (?:that )?(?:i|we) mention(?:ed)?|featuring|with|guests?|hosts?|cast|credits?|"
    r"hashtags?|projects?|products?|companies|organi[sz]ations|"
    r"(?:useful |show |related )?links?|sources?|references?|(?:further )?reading|(?:further |more )?resources|"
    r"contacts?|(?:get in |keep in )touch|follow (?:us|me|the show)|support (?:us|me|the (?:show|podcast))|"
    r"sponsors?|licen[cs]e|become a (?:member|patron)|subscribe|thanks|transcripts?|"
    r"about (?:us|me|the (?:show|podcast)|(?:our|the|my|today['’]s) (?:guests?|hosts?))"
)
_LABEL = re.compile(
    rf"(?:{_WHAT})(?:(?:,| and| &|,? or) (?:\w+ )?(?:{_WHAT}))*(?: (?:mentioned|used|today))?",
    re.IGNORECASE,
)

_TOPICS = re.compile(
    r"(?:(?:today|this week|this episode)['’]?s? )?(?:topics?|agenda|contents|items|headlines|show ?notes|"
    r"rundown|chapters)"
    r"|(?:in|on) (?:this|today['’]?s) (?:episode|show|issue|programme|program|edition)|today",
    re.IGNORECASE,
)


def left_out(blocks: Sequence[Block]) -> list[Block]:
    """The blocks that may tell of topics.

    That is all without "Names: A, B, C.", without a list or short lines below "Names" or "Links", and without a bare
    "Topics:" or what else stands above the only list. Paragraphs below such a heading may be read out, and have none.
    """
    kept: list[Block] = []
    within = False
    for block in blocks:
        label, _, rest = block.text.partition(":")
        is_label = bool(_LABEL.fullmatch(label.strip()))
        if is_label and (":" in block.text or _is_marked(block)):
            within = not rest.strip()
            if block.is_heading:
                kept.append(Block("", is_heading=True))
        elif not rest.strip() and _TOPICS.fullmatch(label.strip()):
            within = False
        elif not (within and _is_short(block)):
            within = False
            kept.append(block)
    above = [number for number, block in enumerate(kept) if _is_above_list(block, kept[number + 1 :])]
    return [block for number, block in enumerate(kept) if [number] != above]


def _is_above_list(block: Block, following: Sequence[Block]) -> bool:
    """Whether a heading or label stands right above a list."""
    is_label = bool(block.text) and (_is_marked(block) or block.text.endswith(":"))
    return is_label and not (block.is_item or block.is_title) and bool(following) and following[0].is_item


def _is_marked(block: Block) -> bool:
    return block.is_heading or block.text == block.lead


def _is_short(block: Block) -> bool:
    return not block.is_heading and (block.is_item or len(block.text.split()) <= 5 or block.text.count(",") >= 2)
