"""Show notes → Outline: what is announced, the sections in order, the words worth spelling right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from podpipe.models import Notes, Outline, Section
from podpipe.notes import agenda, headings, names, stamps
from podpipe.notes.blocks import Block, read_blocks
from podpipe.notes.vocabulary import vocabulary

_WRITTEN = re.compile(r"[^\W_]")
"""What a line of dashes has none of."""

_FILE = r"[^\s/]+\.(?:mp3|m4a|m4b|aac|ogg|opus|flac|wav)\b(?:\W*[\d.,:]+ ?(?:[kmg]i?b|min\w*)?)?"
_AUDIO_LINE = re.compile(
    rf"^\W*+(?:(?:audio|listen|download|mp3|play|episode)\W*+)?{_FILE}\W*$|^\W*+(?:audio|mp3)\W*(?:[·|•].*)?$|"
    r"^\W*+(?:audio|listen|download|mp3|subscribe)\W*+https?://\S++\W*$|^\W*+audio:\s*\S+$|"
    r"^\W*+(?:listen|download|play|subscribe)"
    r"(?: (?:to|the|this|our|it|now|here|episode|audio|mp3|show|podcast|feed))*+\W*$",
    re.I,
)
"""What leads to the sound, with its address or as a link's text."""


def read_outline(notes: Notes, *, title: str = "", show: str = "", people: Sequence[str] = ()) -> Outline:
    """Read show notes. Notes of any shape give an Outline; those of nothing useful an empty one.

    ``title``, ``show`` and ``people`` (hosts and guests, by name) are what else is told of the episode.
    """
    blocks = [
        block
        for block in stamps.parted(read_blocks(notes))
        if _WRITTEN.search(block.text) and not _AUDIO_LINE.match(block.text)
    ]
    told = names.left_out(blocks)
    announced = agenda.find(told)
    sections = _sections(told[1:] if _is_title(told, title, announced) else told, announced)
    return Outline(announced, sections, vocabulary(blocks, sections, announced, title, show, people))


def _is_title(blocks: Sequence[Block], title: str, announced: Sequence[str]) -> bool:
    """Whether the first block names the whole episode, and no topic of it."""
    if not blocks or blocks[0].text in announced:
        return False
    first, *others = blocks
    only_title = first.is_title and not any(block.is_title for block in others)
    return only_title or first.text.casefold() == title.casefold()


def _sections(blocks: Sequence[Block], announced: Sequence[str]) -> tuple[Section, ...]:
    """Sections in order; text before any heading has the heading ''."""
    sections: list[Section] = []
    for number, (block, found) in enumerate(zip(blocks, headings.of(blocks, announced), strict=True)):
        following = blocks[number + 1 : number + 2]
        is_first = not sections and found is not None and found.heading not in announced
        if found is not None and is_first and headings.names_episode(found, following):
            sections.append(Section("", block.text if found.text else ""))
        elif found is not None:
            sections.append(found)
        elif sections and not _is_parting(block.text) and not _ends_list(blocks[:number]):
            last = sections[-1]
            sections[-1] = replace(last, text=f"{last.text}\n{block.text}".strip())
        else:
            sections.append(Section("", block.text))
    return tuple(section for section in sections if section.heading or section.text)


def _ends_list(before: Sequence[Block]) -> bool:
    """Whether the last two blocks are items of a list: what comes after it belongs to none of them."""
    return len(before) >= 2 and all(block.is_item for block in before[-2:])


def _is_parting(text: str) -> bool:
    """Whether a paragraph ends the show rather than belonging to the topic before it."""
    return bool(
        re.match(
            r"(?:and )?(?:that(?:['’]s| is| was| will be) (?:all|a summary|it)\b|in other news|thanks? for listening|"
            r"thank you for listening|until next time|see you (?:next|in)|goodbye|good night)",
            text,
            re.I,
        )
    )
