"""What in notes is no topic though it is listed: names and terms, and the labels of lists."""

from __future__ import annotations

import re
from collections.abc import Sequence

from podpipe.notes.blocks import Block

_WHAT = (
    r"names?|people|persons?|terms?|terminology|glossary|keywords?|key ?words|tags?|spellings?|vocabulary|mentions?|"
    r"mentioned|featuring|with|guests?|hosts?|cast|credits?|hashtags?|projects?|products?|companies|organi[sz]ations"
)
_LABEL = re.compile(
    rf"(?:{_WHAT})(?:(?:,| and| &|,? or) (?:\w+ )?(?:{_WHAT}))*(?: (?:mentioned|used|today))?", re.IGNORECASE
)

_TOPICS = re.compile(
    r"(?:(?:today|this week|this episode)['’]?s? )?(?:topics?|agenda|contents|items|headlines|show ?notes|"
    r"rundown|chapters)"
    r"|(?:in|on) (?:this|today['’]?s) (?:episode|show|issue|programme|program|edition)|today",
    re.IGNORECASE,
)


def left_out(blocks: Sequence[Block]) -> list[Block]:
    """The blocks without "Names: A, B, C.", without a list below "Names", and without a bare "Topics:"."""
    kept: list[Block] = []
    within = False
    for block in blocks:
        label, _, rest = block.text.partition(":")
        is_label = bool(_LABEL.fullmatch(label.strip()))
        if is_label and (":" in block.text or block.is_heading):
            within = not rest.strip()
        elif not rest.strip() and _TOPICS.fullmatch(label.strip()):
            within = False
        elif not (within and _is_short(block)):
            within = False
            kept.append(block)
    return kept


def _is_short(block: Block) -> bool:
    return not block.is_heading and (block.is_item or len(block.text.split()) <= 5 or block.text.count(",") >= 2)
