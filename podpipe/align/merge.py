"""Script and heard words as one transcript: the script's spelling at the heard words' times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from podpipe.align.local import Match, Tokens
from podpipe.models import Word


Lead = tuple[Match, str, int]
"""A section's first match, its heading, and when that is spoken (ms)."""


def merged(
    words: Sequence[Word],
    matches: Sequence[tuple[Tokens, Match | None]],
    heard: Tokens,
    leads: Sequence[Lead] = (),
) -> tuple[Word, ...]:
    """The transcript. Where a paragraph was spoken its words stand, where the host improvises the heard ones."""
    result: list[Word] = []
    position = 0
    headings = {match.first: (heading, start_ms) for match, heading, start_ms in leads}
    for script, match in sorted(((s, m) for s, m in matches if m), key=lambda pair: pair[1].first):  # type: ignore[union-attr]
        assert match is not None
        first, last = heard.words[match.first], heard.words[match.last]
        before = words[position:first]
        opening = list(script.texts[: script.words[match.skipped]]) if match.skipped <= 8 else []
        if match.first in headings:
            heading, start_ms = headings[match.first]
            opening = [*f"{heading}.".split(), *opening]
            kept = [word for word in before if word.start_ms < start_ms - 250]
        else:
            kept = list(before[: max(len(before) - len(opening), 0)])
        result += [*kept, *_between(opening, before[len(kept) :])]
        result += _spoken(script, match, words, heard)
        position = max(position, last + 1)
    result += words[position:]
    return _monotone(result)


def _spoken(script: Tokens, match: Match, words: Sequence[Word], heard: Tokens) -> list[Word]:
    """The matched stretch: runs between sure pairs are taken from the script where they are as long as what was heard."""
    anchors = sorted({(script.words[s], heard.words[h]) for s, h in match.pairs})
    result: list[Word] = []
    done_script, done_heard = anchors[0][0], anchors[0][1]
    for script_word, heard_word in anchors:
        if script_word < done_script or heard_word < done_heard:
            continue
        result += _between(script.texts[done_script:script_word], words[done_heard:heard_word])
        result.append(replace(words[heard_word], text=script.texts[script_word], origin="script"))
        done_script, done_heard = script_word + 1, heard_word + 1
    return result


def _between(texts: Sequence[str], words: Sequence[Word]) -> list[Word]:
    """What stands between two sure words: a mishearing of the script, an improvisation, or nothing spoken."""
    said, written = sum(len(word.text) for word in words), sum(map(len, texts))
    if not texts or not words or said > 3 * written + 8 or written > 3 * said + 8:
        return list(words)
    start, span = words[0].start_ms, words[-1].end_ms - words[0].start_ms
    confidence = min(word.confidence for word in words)
    result, before = [], 0
    for text in texts:
        begin, end = start + span * before // written, start + span * (before + len(text)) // written
        result.append(Word(text, begin, max(end, begin + 1), confidence, "script"))
        before += len(text)
    return result


def _monotone(words: Sequence[Word]) -> tuple[Word, ...]:
    result: list[Word] = []
    last = 0
    for word in words:
        start = max(word.start_ms, last)
        end = max(word.end_ms, start + 1)
        result.append(replace(word, start_ms=start, end_ms=end))
        last = start
    return tuple(result)
