"""The terms of a library: in how many passages each is, and which of them sound alike."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import jellyfish

_SAME = str.maketrans("BDGVZ0NJX", "PTKFSFMSS", "AEIOUHWY ")
"""Sounds that recognisers take for each other; vowels and what is hardly heard are left out."""

_COMMON, _RARE = 0.02, 0.0005
"""Of the passages that have the most frequent term: a term that more have is an ordinary word, one that fewer have may
be no word."""


@dataclass(frozen=True)
class Vocabulary:
    """Terms, and in how many passages each is."""

    counts: Mapping[str, int]

    @functools.cached_property
    def by_initial(self) -> dict[str, list[str]]:
        """Words of letters by their first."""
        found: dict[str, list[str]] = defaultdict(list)
        for term in self.counts:
            if term.isalpha():
                found[term[0]].append(term)
        return found

    @functools.cached_property
    def by_sound(self) -> dict[str, list[str]]:
        """Words of Latin letters by their sound."""
        found: dict[str, list[str]] = defaultdict(list)
        for term in self.counts:
            if term.isascii() and term.isalpha():
                found[sound_of(term)].append(term)
        return found

    @functools.cached_property
    def _most(self) -> int:
        return max(self.counts.values(), default=0)

    def is_uncommon(self, term: str) -> bool:
        """Whether a term is not so frequent that it hardly is another one misheard."""
        return self.counts.get(term, 0) <= max(20.0, _COMMON * self._most)

    def is_rare(self, term: str) -> bool:
        """Whether a term is so rare that it may be no word at all."""
        return self.counts.get(term, 0) <= max(5.0, _RARE * self._most)


@functools.lru_cache(maxsize=400_000)
def sound_of(word: str) -> str:
    """How an English word sounds, coarsely (Metaphone; Philips, 1990): consonants alone, "b" as "p", "th" as "f"."""
    code = jellyfish.metaphone(word)
    first = "A" if code[:1] in tuple("AEIOU") else code[:1].translate(_SAME) or code[:1]
    return first + code[1:].translate(_SAME)
