"""Chapters, from the best evidence that there is.

In this order: timestamps in the notes, headings of the notes that are found in the sound, topics of the
notes that long talk turns to, headings that are heard, and questions, or turns of long talk to a topic that nobody
named.
A person's edit (see ``podpipe.ledger``) and chapters that the publisher made (see
``podpipe.chapters.published``) go before all of them: then nobody asks here. Below the threshold there is
no chapter, and ``Missing`` says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from podpipe.align.fit import fitted
from podpipe.models import (
    OPENING,
    Alignment,
    Chapter,
    Chapters,
    Evidence,
    Hypothesis,
    Missing,
    Outline,
    Placement,
    Transcript,
)
from podpipe.notes import stamps
from podpipe.sound import Sound
from podpipe.topics.free_talk import flow, short, titles
from podpipe.topics.free_talk.meaning import Encoder
from podpipe.topics.headings import agenda, heard, questions

_OPENING_FROM_MS = 3000
_LEAST_SPOKEN = 0.3
"""Of a script so much is spoken, whatever the host leaves out."""

_LEAST_NAMED = 3
"""Notes that name so many topics tell what an interview is about; fewer are its title and a remark."""

_LONG_MS = 600_000
"""Talk of more than this is looked through for turns, and for titles as in a conversation."""


def find_chapters(
    outline: Outline,
    alignment: Alignment,
    hypothesis: Hypothesis,
    sound: Sound,
    encoder: Encoder | None = None,
) -> Chapters:
    """The chapters of an episode for which its publisher made none, and what was looked for in vain.

    Raises:
        SpeechError: the encoder's weights are damaged.
    """
    duration_ms = alignment.transcript.duration_ms
    hypothesis = replace(hypothesis, words=fitted(hypothesis.words, sound))
    stamped = stamps.listed(outline.sections, duration_ms)
    if stamped:
        found = [_chapter(s.heading, s.start_ms or 0, "publisher", 0.95, "timestamp in the notes") for s in stamped]
        return Chapters(_closed(found, duration_ms))
    found, missing = _of_notes(alignment) if _is_script(alignment.placements) else ([], [])
    names = agenda.named(outline, is_told=bool(found))
    ad_libbed = [lost.title for lost in missing if lost.title not in names]
    named, not_heard = agenda.find(
        [*names, *ad_libbed], hypothesis.words, sound, only_alone=ad_libbed, already_found=len(found)
    )
    if named and not found:
        named, not_heard = heard.beside(named, not_heard, hypothesis.words, sound)
    found, missing = [*found, *named], _without([*missing, *not_heard], named)
    found, missing = _in_talk(outline, alignment.transcript, found, missing, encoder)
    if not found:
        found = heard.find(hypothesis.words, sound)
    is_long = duration_ms > _LONG_MS
    if is_long and not found:
        found = _of_flow(alignment.transcript)
    if not found and not is_long and len(names) < _LEAST_NAMED:
        found = questions.find(hypothesis.words, sound)
    return Chapters(_closed(found, duration_ms), tuple(missing))


def _is_script(placements: Sequence[Placement]) -> bool:
    """Whether what stands below the headings of the notes was spoken: else it but describes the topics."""
    told = [placement for placement in placements if placement.section.heading]
    sizes = [len(placement.section.text.split()) for placement in told]
    spoken = sum(size * placement.share for size, placement in zip(sizes, told, strict=True))
    return spoken >= _LEAST_SPOKEN * sum(sizes)


def _of_notes(alignment: Alignment) -> tuple[list[Chapter], list[Missing]]:
    placed = [placement for placement in alignment.placements if placement.section.text]
    found, missing = _sure(placed, "script")
    return [chapter for chapter in found if not _is_title(chapter, placed, found)], missing


def _is_title(chapter: Chapter, placed: Sequence[Placement], found: Sequence[Chapter]) -> bool:
    """Whether a heading is the first of the notes, its text opens the talk, and nobody says it: then it is a title."""
    first = placed[0]
    opens = len(found) > 1 and chapter.start_ms == min(other.start_ms for other in found)
    return opens and first.start_ms == chapter.start_ms and not first.is_heard


def _sure(
    placements: Sequence[Placement], evidence: Evidence, least: float = agenda.THRESHOLD
) -> tuple[list[Chapter], list[Missing]]:
    """The chapters of placements with a heading that are sure enough, and why the others are none."""
    found: list[Chapter] = []
    missing: list[Missing] = []
    for placement in placements:
        title = placement.section.heading
        if not title:
            continue
        if placement.start_ms is None:
            missing.append(Missing(title, placement.because))
        elif placement.confidence < least:
            missing.append(Missing(title, f"not sure enough ({placement.confidence:.2f}): {placement.because}"))
        else:
            found.append(_chapter(title, placement.start_ms, evidence, placement.confidence, placement.because))
    return found, missing


def _in_talk(
    outline: Outline,
    transcript: Transcript,
    found: list[Chapter],
    missing: list[Missing],
    encoder: Encoder | None,
) -> tuple[list[Chapter], list[Missing]]:
    """The topics that the notes only name, where talk turns to them, if most were not said as headings."""
    named = list(dict.fromkeys(s.heading for s in outline.sections if s.heading and not s.text)) or outline.agenda
    as_script = any(chapter.evidence == "script" for chapter in found)
    if as_script or len(named) < 2 or 2 * len(found) >= len(named):
        return found, missing
    words, duration_ms = transcript.words, transcript.duration_ms
    if duration_ms > _LONG_MS:
        turned, lost = _sure(titles.place(words, duration_ms, named), "agenda", titles.LEAST)
    elif duration_ms < short.SECTION_MS * len(named):
        is_english = transcript.language[:2] == "en"
        placements = short.place(words, duration_ms, named, encoder if is_english else None)
        turned, lost = _sure(placements, "agenda", short.LEAST)
    else:
        return found, missing
    if len(turned) <= len(found):
        return found, missing
    return turned, _without([*lost, *missing], turned)


def _of_flow(transcript: Transcript) -> list[Chapter]:
    """Where talk turns to something else; nothing is looked for by name, and so nothing is missing."""
    found = flow.find(transcript.words, transcript.duration_ms)
    return list(found) if len(found) >= 2 else []


def _without(missing: Sequence[Missing], found: Sequence[Chapter]) -> list[Missing]:
    """What is missing still, each title once."""
    titles = {chapter.title.casefold() for chapter in found}
    kept: dict[str, Missing] = {}
    for lost in missing:
        kept.setdefault(lost.title.casefold(), lost)
    return [lost for title, lost in kept.items() if title not in titles]


def _chapter(title: str, start_ms: int, evidence: Evidence, confidence: float, because: str) -> Chapter:
    return Chapter(title, start_ms, start_ms, confidence, evidence, because)


def _closed(found: Sequence[Chapter], duration_ms: int) -> tuple[Chapter, ...]:
    """In order of time, each ending where the next begins, the surer of two that nearly coincide."""
    kept: list[Chapter] = []
    for chapter in sorted((c for c in found if c.start_ms < max(duration_ms, 1)), key=lambda c: c.start_ms):
        if kept and chapter.start_ms - kept[-1].start_ms < 1000:
            if chapter.confidence > kept[-1].confidence:
                kept[-1] = chapter
            continue
        kept.append(chapter)
    if kept and kept[0].start_ms >= _OPENING_FROM_MS:
        kept.insert(0, Chapter(OPENING, 0, 0, 1.0, "opening", "before the first topic"))
    elif kept and kept[0].start_ms:
        kept[0] = replace(kept[0], start_ms=0)
    if not kept:
        return ()
    ends = [*(chapter.start_ms for chapter in kept[1:]), duration_ms]
    return tuple(replace(chapter, end_ms=max(end, chapter.start_ms)) for chapter, end in zip(kept, ends, strict=True))
