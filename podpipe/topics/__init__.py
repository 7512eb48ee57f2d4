"""Chapters, from the best evidence that there is.

In this order: chapters that the publisher made, timestamps in the notes, headings of the notes that
are found in the sound, topics of the notes that long talk turns to, headings that are heard, and turns of
long talk to a topic that nobody named. A person's edit goes before all of them: it never
gets here (see ``podpipe.ledger``). Below the threshold there is no chapter, and ``Missing`` says why.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from podpipe import timecode
from podpipe.align.fit import fitted
from podpipe.align.onsets import alike, utterances
from podpipe.models import Alignment, Chapter, Chapters, Hypothesis, Missing, Outline, Section, Transcript, Word
from podpipe.sound import Sound

THRESHOLD = 0.5
OPENING = "Introduction"
_OPENING_FROM_MS = 3000
_HEADING_PAUSE_MS = 850
"""A pause of at least this length parts topics, where no notes tell."""
_LONG_MS = 600_000
"""Talk of more than this is looked through for turns."""
_UNNAMED = 0.6
"""How sure a heard phrase is that nothing after it takes up: it may as well be an answer in a conversation."""
_POSSIBLE = 0.3


def find_chapters(
    outline: Outline,
    alignment: Alignment,
    hypothesis: Hypothesis,
    sound: Sound,
    *,
    published: Sequence[Chapter] = (),
) -> Chapters:
    """The chapters of an episode and what was looked for in vain."""
    duration_ms = alignment.transcript.duration_ms
    hypothesis = replace(hypothesis, words=fitted(hypothesis.words, sound))
    if published:
        return Chapters(_closed([replace(c, evidence="publisher") for c in published], duration_ms, opening=False))
    stamped = [
        section for section in outline.sections if section.start_ms is not None and section.start_ms < duration_ms
    ]
    if len(stamped) >= 2:
        found = [_chapter(s.heading, s.start_ms or 0, "publisher", 0.95, "timestamp in the notes") for s in stamped]
        return Chapters(_closed(found, duration_ms))
    found, missing = _of_notes(outline, alignment)
    if not found:
        listed, not_heard = _of_agenda(outline, hypothesis, sound)
        found, missing = listed, _without([*missing, *not_heard], listed)
    is_long = duration_ms > _LONG_MS
    if is_long:
        found, missing = _in_talk(outline, alignment.transcript, found, missing)
    if not found:
        found = _heard(hypothesis, sound)
    if is_long and not any(chapter.confidence > _UNNAMED for chapter in found):
        turned, unsure = _of_flow(alignment.transcript)
        found = turned or found
        missing = [*missing, *_without(unsure, [*found, *missing])]
    return Chapters(_closed(found, duration_ms), tuple(missing))


def _of_notes(outline: Outline, alignment: Alignment) -> tuple[list[Chapter], list[Missing]]:
    found: list[Chapter] = []
    missing: list[Missing] = []
    for placement in alignment.placements:
        title = placement.section.heading
        if not title:
            continue
        if placement.start_ms is None:
            missing.append(Missing(title, placement.because))
        elif placement.confidence < THRESHOLD:
            missing.append(Missing(title, f"not sure enough ({placement.confidence:.2f}): {placement.because}"))
        else:
            evidence = "script" if placement.section.text else "agenda"
            found.append(_chapter(title, placement.start_ms, evidence, placement.confidence, placement.because))
    return found, missing


def _of_agenda(outline: Outline, hypothesis: Hypothesis, sound: Sound) -> tuple[list[Chapter], list[Missing]]:
    from podpipe.align.onsets import listed

    found: list[Chapter] = []
    missing: list[Missing] = []
    for item in outline.agenda:
        placement = listed(Section(item), hypothesis, sound)
        if placement.start_ms is None:
            missing.append(Missing(item, placement.because))
        else:
            found.append(_chapter(item, placement.start_ms, "agenda", placement.confidence, placement.because))
    return found, missing


def _in_talk(
    outline: Outline, transcript: Transcript, found: list[Chapter], missing: list[Missing]
) -> tuple[list[Chapter], list[Missing]]:
    """The topics that the notes only name, where talk turns to them, if most were not said as headings."""
    named = list(dict.fromkeys(s.heading for s in outline.sections if s.heading and not s.text)) or outline.agenda
    as_script = any(chapter.evidence == "script" for chapter in found)
    if as_script or len(named) < 2 or 2 * len(found) >= len(named):
        return found, missing
    from podpipe.topics import titles

    placements = titles.place(transcript.words, transcript.duration_ms, named)
    turned, lost = _of_notes(outline, Alignment(transcript, placements))
    if len(turned) <= len(found):
        return found, missing
    return turned, _without([*lost, *missing], turned)


def _of_flow(transcript: Transcript) -> tuple[list[Chapter], list[Missing]]:
    """Where talk turns to something else, and where it may."""
    from podpipe.topics import flow

    turns = flow.find(transcript.words, transcript.duration_ms, _POSSIBLE)
    found = [chapter for chapter in turns if chapter.confidence >= THRESHOLD]
    unsure = [Missing(c.title, f"not sure enough ({c.confidence:.2f}): {c.because}") for c in turns if c not in found]
    return (found, unsure) if len(found) >= 2 else ([], [])


def _without(missing: Sequence[Missing], found: Sequence[Chapter | Missing]) -> list[Missing]:
    """What is missing still, each title once."""
    titles = {chapter.title.casefold() for chapter in found}
    kept: dict[str, Missing] = {}
    for lost in missing:
        kept.setdefault(lost.title.casefold(), lost)
    return [lost for title, lost in kept.items() if title not in titles]


def _heard(hypothesis: Hypothesis, sound: Sound) -> list[Chapter]:
    """A short phrase between a long pause and a shorter one, that names what follows."""
    found: list[Chapter] = []
    words = hypothesis.words
    for silence, following, said in utterances(hypothesis, sound):
        is_phrase = len(said.split()) <= 7 and following.start_ms - silence.end_ms <= 2500
        title = said.strip(" .,:;!?-")
        if not is_phrase or silence.length_ms < 1000 or following.length_ms < 350 or not title or silence.start_ms == 0:
            continue
        after = [word for word in words if following.end_ms - 200 <= word.start_ms <= following.end_ms + 60_000]
        if len(after) < 12 or (after[0].text[0].islower() and said[-1] == ","):
            continue  # a sign-off; or the sentence goes on
        named = _is_taken_up(title, after)
        at = timecode.clock(silence.end_ms, decimals=1)
        because = f"short phrase heard at {at} after {silence.length_ms / 1000:.1f} s of silence"
        found.append(
            _chapter(title[0].upper() + title[1:], silence.end_ms, "heading", 0.75 if named else _UNNAMED, because)
        )
    return found if len(found) >= 2 else []


def _is_taken_up(title: str, after: Sequence[Word]) -> bool:
    parts = list(re.findall(r"\w{3,}", title.casefold()))
    text = [word.text.casefold() for word in after]
    return any(alike(part, other) >= 0.8 for part in parts for other in text)


def _chapter(title: str, start_ms: int, evidence: str, confidence: float, because: str) -> Chapter:
    return Chapter(title, start_ms, start_ms, confidence, evidence, because)  # type: ignore[arg-type]


def _closed(found: Sequence[Chapter], duration_ms: int, *, opening: bool = True) -> tuple[Chapter, ...]:
    """In order of time, each ending where the next begins, the surer of two that nearly coincide."""
    kept: list[Chapter] = []
    for chapter in sorted((c for c in found if c.start_ms < max(duration_ms, 1)), key=lambda c: c.start_ms):
        if kept and opening and chapter.start_ms - kept[-1].start_ms < 1000:
            if chapter.confidence > kept[-1].confidence:
                kept[-1] = chapter
            continue
        kept.append(chapter)
    if opening and kept and kept[0].start_ms >= _OPENING_FROM_MS:
        kept.insert(0, Chapter(OPENING, 0, 0, 1.0, "opening", "before the first topic"))
    elif opening and kept and kept[0].start_ms:
        kept[0] = replace(kept[0], start_ms=0)
    if not kept:
        return ()
    ends = [*(chapter.start_ms for chapter in kept[1:]), duration_ms]
    return tuple(replace(chapter, end_ms=max(end, chapter.start_ms)) for chapter, end in zip(kept, ends, strict=True))
