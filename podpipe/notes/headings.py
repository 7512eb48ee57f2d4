"""Headings in notes: marked up, alone on a line, stamped with a time, or a short sentence that opens a paragraph."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz

from podpipe.models import Section
from podpipe.notes import stamps
from podpipe.notes.blocks import Block, unnumbered

_WRITTEN = re.compile(r"[^\W_]")
_OPENING = re.compile(r"^(?P<heading>[^.!?:]*(?:[.](?=\S)[^.!?:]*)*)[.:]\s+(?P<text>\S.+)$")
_DASHED = re.compile(r"^(?P<heading>[^.!?:–—]{2,60}?)\s+[–—]\s+(?P<text>[A-Z\d\"“].+)$")
"""Before a dash, where a sentence begins after it."""

_ADORNED = re.compile(
    r"^(?:\[(?P<brackets>[^\[\]]+)\]|(?P<sign>[=*~_+#|-])(?P=sign)*\s*(?P<signs>\S.{0,200}?)\s*+(?P=sign)+)$"
)
_SPOKEN_LABEL = re.compile(r"^In (?:today|this \w+|yesterday)['’]?s? (?P<what>\w+):\s+(?P<text>.+)$", re.IGNORECASE)
_NO_HEADING = re.compile(
    r"^(?:the|this|that|these|those|it|its|he|she|they|we|i|you|there|here|if|when|while|after|before|but|and|so|or|"
    r"once|until|nobody|everybody|for|in|on|at|as|by|with|welcome|hello|hi|thanks?|please|send|that['’]s|it['’]s|i['’]m)\b",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:the|this|that|these|those)\b", re.IGNORECASE)
_SHORT = 5
"""Alone on a line, so few words that begin so may name something: "The outage"."""

_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can|could|should|may|might|must|do|does|did|said|says|posted|sent|"
    r"liked|asked|found|wrote|made|goes|went|don['’]t|isn['’]t|objected|announced|proposed|released)\b",
    re.IGNORECASE,
)

_RESULT = re.compile(r"\b(?:released|announced|proposed|found|made|posted|merged|fixed|dropped)$", re.IGNORECASE)
"""A heading may end so: "Linux 6.1 released", "Lost and found"."""


_TAG = re.compile(r"#[^\W\d]")
"""As social networks have it: "#linux"."""

_EPISODE = re.compile(r"\b(?:episode|ep)\b\.?\s*#?\d+\b|^(?:issue|show|programme)\s+#?\d+\b", re.IGNORECASE)
_WELCOME = r"(?:this is|welcome (?:back )?to|listening to|you['’]re (?:on|with))\s+(?:the\s+)?"

_LONGEST_LISTED = 12
_LEAST_LISTED = 3
"""So many items in a row, of at most so many words, are a list of topics where most look like headings."""

_OUTNUMBERED = 2
"""Where so many times as many headings stand alone or are marked up, no sentence is one."""


def of(blocks: Sequence[Block], announced: Sequence[str]) -> list[Section | None]:
    """The section that each block opens, or None where it opens none."""
    found = [split(block, announced) for block in blocks]
    for number in _listed(blocks, found):
        section = found[number]
        if section is None or (section.text and _is_sentence(blocks[number], section)):
            found[number] = Section(blocks[number].text.rstrip(".:"))
    opened = [n for n, section in enumerate(found) if section and section.text and _is_sentence(blocks[n], section)]
    alone = [section.heading for n, section in enumerate(found) if section and n not in opened]
    if len(alone) >= _OUTNUMBERED * len(opened):
        for number, section in enumerate(found):
            if section and number in opened and not _is_announced(section.heading, [*announced, *alone]):
                found[number] = None
    return found


def _listed(blocks: Sequence[Block], found: Sequence[Section | None]) -> Iterator[int]:
    """Items of lists in which most look like headings, whatever signs are in the others."""
    for _, group in itertools.groupby(enumerate(blocks), key=lambda pair: pair[1].is_item):
        items = [(n, b) for n, b in group if b.is_item and not re.search(r"[.!;]$|https?:", b.text)]
        items = [(n, b) for n, b in items if len(b.text.split()) <= _LONGEST_LISTED]
        if len(items) >= _LEAST_LISTED and 2 * sum(_looks_so(b, found[n]) for n, b in items) >= len(items):
            yield from (n for n, _ in items)


def _looks_so(block: Block, section: Section | None) -> bool:
    return section is not None or block.text.endswith("?") or not _VERB.search(block.text)


def _is_sentence(block: Block, section: Section) -> bool:
    """Whether a heading is one only as a short sentence that opens a paragraph."""
    is_marked = block.is_heading or section.heading == unnumbered(block.lead).rstrip(".: ")
    return not (is_marked or section.lead or section.start_ms is not None)


def names_episode(section: Section, following: Sequence[Block]) -> bool:
    """Whether what stands first is the name of show or episode: numbered, or as the host greets."""
    if _EPISODE.search(section.heading):
        return True
    text = section.text or " ".join(block.text for block in following)
    return bool(re.search(_WELCOME + re.escape(section.heading) + r"\b", text, re.IGNORECASE))


def split(block: Block, announced: Sequence[str]) -> Section | None:
    """The section that a block opens by itself, or None where it opens none."""
    stamped = stamps.of(block.text)
    if stamped:
        return Section(stamped[0], "", stamped[1])
    if block.is_heading:
        return Section(_bare(block.text).rstrip(".:"))
    rest = block.text[len(block.lead) :]
    goes_on = re.match(r"\s*[,;a-z]", rest) and not re.search(r"[.:!?]$", block.lead)
    if _WRITTEN.search(block.lead) and len(block.lead.split()) <= 12 and not goes_on:
        return Section(unnumbered(block.lead).rstrip(".: "), rest.lstrip(".:–—- "))
    label = _SPOKEN_LABEL.match(block.text)
    if label and label["what"].lower() not in ("issue", "episode", "show", "edition"):
        return Section(label["what"].capitalize(), label["text"], lead=block.text[: label.start("text")].strip())
    return _of_sentence(_bare(block.text), block, announced)


def _bare(text: str) -> str:
    """A line without what people adorn headings with: "[Gilts]", "== Gilts =="."""
    adorned = _ADORNED.match(text)
    return (adorned["brackets"] or adorned["signs"]).strip() if adorned else text


def _of_sentence(text: str, block: Block, announced: Sequence[str]) -> Section | None:
    if _TAG.match(text):
        return None
    if text.rstrip(".:") in announced:
        return Section(text.rstrip(".:"))
    if (
        len(text.split()) <= 9
        and not re.search(r"[!?,;]|https?:|\w@\w", text)
        and (_is_announced(text, announced) or block.is_item or not text.endswith("."))
    ):
        is_short = len(text.split()) <= _SHORT and not _VERB.search(text)
        names = not _NO_HEADING.match(text) or (_ARTICLE.match(text) and is_short)
        return Section(text.rstrip(".:")) if names else None
    found = _OPENING.match(text) or _DASHED.match(text)
    if found is None or (announced and all(item in found["text"] for item in announced)):
        return None
    heading = found["heading"].strip()
    words = heading.split()
    if heading in announced:
        return Section(heading, found["text"])
    if not words or len(words) > 9 or re.search(r"(?:^|\s)[A-Z]$", heading):
        return None  # "Ryan C. Gordon" ends with an initial
    if _is_announced(heading, announced) or (len(words) <= 6 and len(found["text"].split()) >= 8 and is_name(heading)):
        return Section(heading, found["text"])
    return None


def opening(text: str) -> str:
    """The sentence or label with which a text begins; all of it where it is no longer."""
    match = _OPENING.match(text)
    return match["heading"].strip() if match else text.rstrip(".: ")


def is_name(text: str) -> bool:
    """Whether a short text may name a topic: no sentence, by its first word and its verbs."""
    return not _NO_HEADING.match(text) and not _VERB.search(_RESULT.sub("", text.rstrip(".!?")))


def _is_announced(heading: str, announced: Sequence[str]) -> bool:
    return any(
        fuzz.token_set_ratio(heading.casefold(), item.casefold()) >= 85
        and len(heading.split()) <= len(item.split()) + 2
        for item in announced
    )
