"""Script and heard words as one transcript: the script's spelling at the heard words' times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from podpipe.align.local import Match, Tokens
from podpipe.models import Origin, Word
from podpipe.prose import bare

_SURE = 0.8
"""From this likeness on, a heard word is the script's."""

_SWALLOWED = 6
"""So many letters between two sure words a recogniser may swallow: "known by (a) key"."""

Lead = tuple[Match, str, int]
"""A section's first match, how it is opened, and when that is spoken (ms)."""


def merged(
    words: Sequence[Word],
    matches: Sequence[tuple[Tokens, Match | None]],
    heard: Tokens,
    leads: Sequence[Lead] = (),
) -> tuple[Word, ...]:
    """The transcript. Where a paragraph was spoken its words stand, where the host improvises the heard ones."""
    result: list[Word] = []
    position = 0
    openings = {match.first: (lead, start_ms) for match, lead, start_ms in leads}
    for script, match in sorted(((s, m) for s, m in matches if m), key=lambda pair: pair[1].first):
        assert match is not None
        first, last = heard.words[match.first], heard.words[match.last]
        before = words[position:first]
        opening = list(script.texts[: script.words[match.skipped]]) if match.skipped <= 8 else []
        late = 0
        if match.first in openings:
            lead, start_ms = openings[match.first]
            if any(word.end_ms > start_ms for word in before):  # else the text begins without it
                opening = [*lead.split(), *opening]
                late = sum(word.start_ms >= start_ms - 250 for word in before)
        kept = before[: len(before) - max(_count(opening, before), late)]
        result += [*kept, *_between(opening, before[len(kept) :])]
        result += _spoken(script, match, words, heard)
        position = max(position, last + 1)
    result += words[position:]
    return _monotone(result)


def _count(opening: Sequence[str], before: Sequence[Word]) -> int:
    """How many of the words before the first sure one are a mishearing of the paragraph's opening."""
    if not opening:
        return 0
    written = bare("".join(opening))
    counts = range(1, min(2 * len(opening) + 2, len(before)) + 1)
    return max(
        counts,
        key=lambda count: Levenshtein.normalized_similarity(written, bare("".join(w.text for w in before[-count:]))),
        default=0,
    )


@dataclass(frozen=True, slots=True)
class _Pair:
    """Words of the script and heard words that are the same: both as [start, end)."""

    script: tuple[int, int]
    heard: tuple[int, int]


def _spoken(script: Tokens, match: Match, words: Sequence[Word], heard: Tokens) -> list[Word]:
    """The matched stretch: sure pairs, and the script between them where it is as long as what was heard."""
    sure = [pair for pair in word_pairs(script, match, heard) if _likeness(pair, script, words) >= _SURE]
    first, last = match.pairs[0], match.pairs[-1]
    script_at, heard_at = script.words[first[0]], heard.words[first[1]]
    end = _Pair((script.words[last[0]] + 1,) * 2, (heard.words[last[1]] + 1,) * 2)
    result: list[Word] = []
    for pair in [*sure, end]:
        unsure = script.texts[script_at : pair.script[0]]
        wider = _Pair(pair.script, (heard_at, pair.heard[1]))
        if not unsure and _likeness(wider, script, words) > _likeness(pair, script, words):
            pair = wider  # "F mode no notify": the F is of the same word
        if heard_at == pair.heard[0] and sum(map(len, unsure)) <= _SWALLOWED:
            pair = _Pair((script_at, pair.script[1]), pair.heard)
        else:
            result += _between(unsure, words[heard_at : pair.heard[0]])
        result += spread(script.texts[slice(*pair.script)], words[slice(*pair.heard)])
        script_at, heard_at = pair.script[1], pair.heard[1]
    return result


def word_pairs(script: Tokens, match: Match, heard: Tokens) -> list[_Pair]:
    """Matched tokens as words: "2.6.32" beside "2 .6 .32" is one pair, and so is "a lot" beside "alot"."""
    pairs: list[_Pair] = []
    for script_token, heard_token in match.pairs:
        script_word, heard_word = script.words[script_token], heard.words[heard_token]
        if pairs and (script_word < pairs[-1].script[1] or heard_word < pairs[-1].heard[1]):
            last = pairs.pop()
            pairs.append(
                _Pair(
                    (last.script[0], max(last.script[1], script_word + 1)),
                    (last.heard[0], max(last.heard[1], heard_word + 1)),
                )
            )
        else:
            pairs.append(_Pair((script_word, script_word + 1), (heard_word, heard_word + 1)))
    return pairs


def _likeness(pair: _Pair, script: Tokens, words: Sequence[Word]) -> float:
    written = bare("".join(script.texts[slice(*pair.script)]))
    said = bare("".join(word.text for word in words[slice(*pair.heard)]))
    return Levenshtein.normalized_similarity(written, said)


def _between(texts: Sequence[str], words: Sequence[Word]) -> list[Word]:
    """What stands between two sure words: a mishearing of the script, an improvisation, or nothing spoken."""
    said, written = sum(len(word.text) for word in words), sum(map(len, texts))
    if not texts or not words or said > 3 * written + 8 or written > 3 * said + 8:
        return list(words)
    return spread(texts, words)


def spread(texts: Sequence[str], words: Sequence[Word], origin: Origin = "script") -> list[Word]:
    """The script's words over the time of the heard ones: one by one, or by their lengths."""
    if len(texts) == len(words):
        return [replace(word, text=text, origin=origin) for text, word in zip(texts, words, strict=True)]
    if not words:
        return []
    written = sum(map(len, texts))
    confidence = min(word.confidence for word in words)
    result, before = [], 0
    for text in texts:
        begin, end = _at(words, before / written), _at(words, (before + len(text)) / written)
        result.append(Word(text, begin, max(end, begin + 1), confidence, origin))
        before += len(text)
    return result


def _at(words: Sequence[Word], share: float) -> int:
    """The time (ms) at which a share of the words' letters has been spoken."""
    left = share * sum(len(word.text) for word in words)
    for word in words:
        if left <= len(word.text):
            return word.start_ms + round((word.end_ms - word.start_ms) * left / len(word.text))
        left -= len(word.text)
    return words[-1].end_ms


def _monotone(words: Sequence[Word]) -> tuple[Word, ...]:
    result: list[Word] = []
    last = 0
    for word in words:
        start = max(word.start_ms, last)
        end = max(word.end_ms, start + 1)
        result.append(replace(word, start_ms=start, end_ms=end))
        last = start
    return tuple(result)
