"""The terms of a library: in how many passages each is, and which of them sound alike.

All terms of a large index take a quarter of a second to read and to tell the sound of: remembered beside the index.
"""

from __future__ import annotations

import contextlib
import functools
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

import jellyfish
import msgspec

from podpipe import storage, typed
from podpipe.errors import LibraryError

_FILE = "vocabulary.msgpack"
_VERSION = 1
"""Another one where sounds are told otherwise."""

_SAME = str.maketrans("BDGVZ0NJX", "PTKFSFMSS", "AEIOUHWY ")
"""Sounds that recognisers take for each other; vowels and what is hardly heard are left out."""

_COMMON, _RARE = 0.02, 0.0005
"""Of the passages that have the most frequent term: a term that more have is an ordinary word, one that fewer have may
be no word."""


class Vocabulary(msgspec.Struct, frozen=True, array_like=True, dict=True):
    """Terms, and in how many passages each is."""

    counts: dict[str, int]
    by_sound: dict[str, list[str]]
    """Words of Latin letters by their sound."""

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> Vocabulary:
        """Terms, with their sounds told."""
        by_sound: dict[str, list[str]] = defaultdict(list)
        for term in counts:
            if term.isascii() and term.isalpha():
                by_sound[sound_of(term)].append(term)
        return cls(dict(counts), by_sound)

    @functools.cached_property
    def by_initial(self) -> dict[str, list[str]]:
        """Words of letters by their first."""
        found: dict[str, list[str]] = defaultdict(list)
        for term in self.counts:
            if term.isalpha():
                found[term[0]].append(term)
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


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    version: int
    state: str
    vocabulary: Vocabulary


def remembered(folder: Path, state: str, counts: Callable[[], Mapping[str, int]]) -> Vocabulary:
    """The terms of the index in a folder, as they were in a state of it; counted if they are not remembered."""
    path = folder / _FILE
    with contextlib.suppress(OSError, msgspec.DecodeError, RecursionError):
        kept = typed.from_msgpack(path.read_bytes(), _Kept)
        if (kept.version, kept.state) == (_VERSION, state):
            return kept.vocabulary
    vocabulary = Vocabulary.of(counts())
    with contextlib.suppress(LibraryError):  # a library that can't be written remembers nothing
        storage.write_bytes(path, msgspec.msgpack.encode(_Kept(_VERSION, state, vocabulary)))
    return vocabulary


@functools.lru_cache(maxsize=400_000)
def sound_of(word: str) -> str:
    """How an English word sounds, coarsely (Metaphone; Philips, 1990): consonants alone, "b" as "p", "th" as "f"."""
    code = jellyfish.metaphone(word)
    first = "A" if code[:1] in tuple("AEIOU") else code[:1].translate(_SAME) or code[:1]
    return first + code[1:].translate(_SAME)
