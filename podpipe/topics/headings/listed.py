"""Where topics are only listed, seconds apart: there none of their headings is said."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from podpipe.models import Word
from podpipe.notes.vocabulary import is_starter
from podpipe.topics.headings.likeness import letters, likeness
from podpipe.topics.headings.openings import SHORTEST_MS

_LEAST_ALIKE = 0.82
"""Less alike, a topic is not named."""

_APART_MS = 4000
"""Topics named within so long of another, three or more in a row, are a list: the spoken agenda."""

_OVER_MS = 1500
"""After so long without a word a list is over."""

_LIST_MS = 20_000
"""How far from a possible heading a list that it belongs to is looked for."""


def spoken_lists(topics: Sequence[str], words: Sequence[Word]) -> list[tuple[int, int]]:
    """Where at least three topics (or both of two) are named within seconds: (start, end) in milliseconds.

    A list names each topic once: where one is named again, its heading may be said.
    """
    runs: list[list[_Mention]] = []
    for mention in _mentions(topics, words):
        run = runs[-1] if runs else []
        is_far = bool(run) and mention.start_ms - run[-1].end_ms > _APART_MS
        if not run or is_far or mention.new_sentence or mention.topic in {other.topic for other in run}:
            runs.append([mention])
        else:
            run.append(mention)
    return [(run[0].start_ms, run[-1].end_ms) for run in runs if len(run) >= min(3, max(len(topics), 2))]


@dataclass(frozen=True, slots=True)
class _Mention:
    topic: int
    start_ms: int
    end_ms: int
    alike: float
    new_sentence: bool


def _mentions(topics: Sequence[str], words: Sequence[Word]) -> list[_Mention]:
    """Each place where a topic is named, in order of time; of those that overlap, the most alike."""
    found = sorted(_all_mentions(topics, words), key=lambda mention: -mention.alike)
    kept: list[_Mention] = []
    for mention in found:
        place = bisect_left(kept, mention.start_ms, key=lambda other: other.start_ms)
        is_free = place == 0 or kept[place - 1].end_ms <= mention.start_ms
        if is_free and (place == len(kept) or mention.end_ms <= kept[place].start_ms):
            kept.insert(place, mention)
    return kept


def _all_mentions(topics: Sequence[str], words: Sequence[Word]) -> Iterator[_Mention]:
    sizes = [(len(letters(topic)) * 1.5 + 2, len(topic.split()) + 2) for topic in topics]
    most = max((count for _, count in sizes), default=0)
    for at in range(len(words)):
        texts = [word.text for word in words[at : at + most]]
        said = [" ".join(texts[:count]) for count in range(1, len(texts) + 1)]
        lengths = [len(letters(text)) for text in said]
        article = at > 0 and is_starter(words[at - 1].text)
        new_sentence = _begins_anew(words, at) or (article and _begins_anew(words, at - 1))
        for number, (topic, (longest, count)) in enumerate(zip(topics, sizes, strict=True)):
            for text, length, last in zip(said[:count], lengths, words[at : at + count], strict=False):
                if length > longest:
                    break
                alike = likeness(topic, text, _LEAST_ALIKE)
                if alike >= _LEAST_ALIKE:
                    yield _Mention(number, words[at].start_ms, last.end_ms, alike, new_sentence)


def _begins_anew(words: Sequence[Word], at: int) -> bool:
    """Whether a word begins a sentence after a pause, or anything after a long one."""
    before = words[at - 1] if at else words[at]
    gap_ms = words[at].start_ms - before.end_ms
    return gap_ms >= (SHORTEST_MS if before.text[-1] in ".!?" else _OVER_MS)


def near(starts_ms: Sequence[int], words: Sequence[Word]) -> list[Word]:
    """The words within seconds of such times, which are in order: elsewhere it does not matter what is listed."""
    found: list[Word] = []
    last = 0
    for at_ms in starts_ms:
        first = max(last, bisect_left(words, at_ms - _LIST_MS, key=lambda word: word.start_ms))
        last = max(last, bisect_left(words, at_ms + _LIST_MS, key=lambda word: word.start_ms))
        found += words[first:last]
    return found
