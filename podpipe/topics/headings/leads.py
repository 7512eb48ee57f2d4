"""What a host says before a heading, after the same pause: "Number three.", "Next up:", "Right then,"."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from podpipe.prose import NUMBERS, ORDINALS, bare, number_before

MOST_WORDS = 6
"""So many words may lead to a heading ("And so that brings us to ...")."""

Kind = Literal["", "number", "usual", "other"]
"""A heading's number; words with which hosts announce a topic, or this one does; any others."""

_LEADING = frozenset(
    """ok okay right alright so well and now then next up finally lastly firstly secondly thirdly first second third
    fourth fifth sixth last final stop topic story item question point subject number chapter part segment one two
    three four five six seven eight nine ten let's lets let us we i we'll i'll we're i'm want going like to talk speak
    turn move moving go begin start continue look looking finish end close kick off about with at on into that this
    brings leads takes me is comes coming there there's here's here time for our my today""".split()
)
"""Words with which hosts lead to a heading, and that name nothing."""

_LITTLE = frozenset("and so well we i me us to is at on for our my that this about with like one".split())
"""Of these, words that alone announce nothing."""

_GREETS = re.compile(
    r"\b(?:welcome|hello|hi|listening|episode|show|issue|program(?:me)?|podcast|my name|i['’]m|i am|today['’]s)\b",
    re.IGNORECASE,
)
"""What leads to the name of show or host, or to the list of all topics."""

_JOINS = frozenset("and so now well ok okay right but then".split())
_NUMERAL = re.compile(rf"{NUMBERS}|{ORDINALS}|ii|iii|iv|v|vi|vii|viii|ix|x")
_COUNTED = "#"
_COUNTS_NOTHING = frozenset("the a an my our his her their in on at of for and to with from by this that".split())
"""Before a number, a noun tells what is counted: "Mistake number two", but not "The second"."""

_LEAST_REPEATED = 3
"""What so many openings begin with leads to headings, whatever it is."""


class Lead(NamedTuple):
    """So many words that lead to what follows."""

    size: int
    kind: Kind


def repeated(beginnings: Iterable[Sequence[str]]) -> frozenset[tuple[str, ...]]:
    """What at least three openings of an episode begin with, in two words or more: an opening's words each.

    Whatever is counted there ("Mistake number two") is one.
    """
    bares = [_bare(texts[: MOST_WORDS + 1])[:MOST_WORDS] for texts in beginnings]
    counted = Counter(texts[:count] for texts in bares for count in range(2, len(texts) + 1))
    return frozenset(begun for begun, times in counted.items() if times >= _LEAST_REPEATED)


def number(texts: Sequence[str], own: frozenset[tuple[str, ...]]) -> Lead:
    """The number that comes before a heading, with what it counts; of no words, where there is none."""
    counted = [count for count in _repeating(texts, own) if _NUMERAL.fullmatch(bare(texts[count - 1]))]
    named = [count for count in counted if bare(texts[count - 2]) not in _COUNTS_NOTHING]
    count = max([number_before(texts[:2]), *named])
    return Lead(count, "number" if count else "")


def words(texts: Sequence[str], own: frozenset[tuple[str, ...]]) -> list[Lead]:
    """What may lead to a heading at the beginning of an opening, the likeliest first; ``own`` is what the host repeats.

    What greets is left out: the name of the show follows.
    """
    texts = texts[:MOST_WORDS]
    usual = _usual(texts)
    usual += [count for count in _repeating(texts, own) if count not in usual][:1]
    others = [count for count in range(1, len(texts) + 1) if count not in usual]
    others = [count for count in others if not _GREETS.search(" ".join(texts[:count]))]
    return [*(Lead(count, "usual") for count in usual), *(Lead(count, "other") for count in others)]


def _repeating(texts: Sequence[str], own: frozenset[tuple[str, ...]]) -> list[int]:
    """How many of the first words the host repeats, the most first."""
    bares = _bare(texts)
    skipped = len(texts) - len(bares)
    return [skipped + size for size in range(len(bares), 1, -1) if bares[:size] in own]


def _usual(texts: Sequence[str]) -> list[int]:
    """How many of the first words may lead to a heading, the likeliest first: up to a sign, or all that can."""
    known = list(itertools.takewhile(lambda text: _plain(text) in _LEADING, texts))
    signs = [count for count, text in enumerate(known, 1) if text[-1] in ".,:;!?"]
    counts = dict.fromkeys([*signs[-1:], len(known)])
    return [count for count in counts if any(bare(text) not in _LITTLE for text in known[:count])]


def _plain(text: str) -> str:
    return text.casefold().replace("’", "'").strip(" .,:;!?-")


def _bare(texts: Sequence[str]) -> tuple[str, ...]:
    """Words as they are compared: without what joins them to what was said before, and numbers as one."""
    bares = [_COUNTED if _NUMERAL.fullmatch(text) else text for text in map(bare, texts)]
    return tuple(bares[1:] if bares and bares[0] in _JOINS else bares)
