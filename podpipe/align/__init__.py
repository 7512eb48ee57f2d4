"""The notes' script, the words heard and the sound, matched.

Each paragraph of the notes is looked for on its own, so that the host may skip, swap and improvise:
what is not spoken finds nothing, and what is spoken and not in the notes stays as heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from podpipe.align import merge, onsets
from podpipe.align.fit import parted, started, unburied
from podpipe.align.local import Match, Tokens, find, similarity
from podpipe.align.masked import unmasked
from podpipe.models import Alignment, Hypothesis, Outline, Placement, Section, Transcript
from podpipe.sound import Sound

SPOKEN = 0.45
"""A paragraph is spoken where this share of its words is heard ..."""

CERTAIN = 24.0
"""... or where so much of it is, in a row, that nothing else can be meant: a dozen words."""

SURE = 0.5
"""Below this, a heading that is said on its own is looked for elsewhere."""


def settled(hypothesis: Hypothesis, sound: Sound) -> tuple[Hypothesis, Sound]:
    """Words and sound as they fit each other: with the pauses that music fills, and no word in a pause."""
    sound = unmasked(hypothesis.words, sound)
    return replace(hypothesis, words=unburied(parted(hypothesis.words, sound), sound)), sound


def align(outline: Outline, hypothesis: Hypothesis, sound: Sound) -> Alignment:
    """Match the notes with what was heard.

    The transcript has the script's spelling where the script was spoken, and what was heard elsewhere.
    Words and sound are ``settled``.
    """
    hypothesis = replace(hypothesis, words=started(hypothesis.words, sound))
    heard = Tokens.of([word.text for word in hypothesis.words])
    paragraphs = [(number, text) for number, section in enumerate(outline.sections) for text in _texts(section)]
    tokens = [Tokens.of(text.split()) for _, text in paragraphs]
    matches = _without_overlaps(tokens, heard)
    placements, leads = [], []
    for number, section in enumerate(outline.sections):
        parts = [
            (len(script.keys), match)
            for (owner, _), script, match in zip(paragraphs, tokens, matches, strict=True)
            if owner == number
        ]
        placement = _place(section, parts, hypothesis, heard, sound)
        placements.append(placement)
        own = [match for _, match in parts if match]
        if own and section.heading and placement.start_ms is not None:
            first = min(own, key=lambda match: match.first)
            leads.append((first, section.lead or f"{section.heading}.", placement.start_ms))
    words = merge.merged(hypothesis.words, list(zip(tokens, matches, strict=True)), heard, leads)
    transcript = Transcript(hypothesis.language, hypothesis.duration_ms, words)
    return Alignment(transcript, tuple(placements))


def _texts(section: Section) -> list[str]:
    return [text for text in section.text.split("\n") if text.strip()]


def _without_overlaps(paragraphs: Sequence[Tokens], heard: Tokens) -> list[Match | None]:
    """The best place of each paragraph; no heard word belongs to two.

    Tables are made again where they are needed again: together they would be as large as script times talk.
    """
    free = np.ones(len(heard.keys), bool)
    found = [find(similarity(tokens, heard), free) for tokens in paragraphs]
    result: list[Match | None] = [None] * len(paragraphs)
    for number in sorted(range(len(paragraphs)), key=lambda number: -_score(found[number])):
        match = found[number]
        if match and not free[match.first : match.last + 1].all():
            match = find(similarity(paragraphs[number], heard), free)
        if match and (match.share >= SPOKEN or match.score >= CERTAIN):
            result[number] = match
            free[match.first : match.last + 1] = False
    return result


def _score(match: Match | None) -> float:
    return match.score if match else 0.0


def _place(
    section: Section, parts: list[tuple[int, Match | None]], hypothesis: Hypothesis, heard: Tokens, sound: Sound
) -> Placement:
    """Place a section by its paragraphs, each its number of tokens and where it was heard."""
    if not section.text:
        return onsets.listed(section, hypothesis, sound)
    matches = [match for _, match in parts if match]
    if not matches:
        return Placement(section, None, None, 0.0, "its text was not spoken")
    first = min(matches, key=lambda match: match.first)
    end_ms = hypothesis.words[heard.words[max(match.last for match in matches)]].end_ms
    share = sum(len(match.pairs) for match in matches) / sum(size for size, _ in parts)
    before = sum(size for size, _ in parts[: [match for _, match in parts].index(first)])
    skipped = before + first.skipped
    placed = onsets.before(
        section,
        heard.words[first.first],
        min(skipped, 8),
        end_ms,
        share if skipped <= 8 else share * 0.6,
        hypothesis,
        sound,
    )
    if section.heading and placed.confidence < SURE:
        alone = onsets.listed(section, hypothesis, sound)
        placed = max(placed, alone, key=lambda placement: placement.confidence)
    return replace(placed, share=share)
