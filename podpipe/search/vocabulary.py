"""The terms of a library: in how many passages each is, and which of them sound alike.

All terms of a large index take a quarter of a second to read and to tell the sound of: remembered beside the index.
"""

from __future__ import annotations

import contextlib
import functools
import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from podpipe import storage, typed
from podpipe.errors import LibraryError
from podpipe.prose import STOP

if TYPE_CHECKING:
    from podpipe.search.alike.ways import Words

_FILE = "vocabulary.msgpack"
_VERSION = 2
"""Another one where sounds are told otherwise."""

_RARE = 0.0005
"""Of the passages that have the most frequent term: a term that fewer have may be no word."""

_RAREST = -5.0
"""The logarithm (base 10) of how common a term is, beside the most frequent, at least."""

_MANY = 12_000
"""Passages of a library large enough that some have any word by chance."""


class Vocabulary(msgspec.Struct, frozen=True, array_like=True, dict=True):
    """Terms, and in how many passages each is."""

    counts: dict[str, int]
    sounds: dict[str, str]
    """How the words of Latin letters sound, and those that say nothing."""

    @classmethod
    def of(cls, counts: Mapping[str, int], known: Mapping[str, str] | None = None) -> Vocabulary:
        """Terms, with their sounds told where they are not known."""
        from podpipe.search.alike.pronounce import said

        known = known or {}
        terms = [term for term in counts if term.isascii()]
        terms += sorted(word for word in STOP if word.isalpha() and word not in counts)
        return cls(dict(counts), {term: known.get(term) or said(term) for term in terms})

    @functools.cached_property
    def words(self) -> Words:
        """Its words as they sound."""
        import numpy as np

        from podpipe.search.alike.ways import Words

        counts = np.array([self.counts.get(term, 0) for term in self.sounds], np.float32)
        shares = np.maximum(_RAREST, np.log10((counts + 0.5) / (max(self._most, _MANY) + 0.5)))
        shares[[number for number, term in enumerate(self.sounds) if term in STOP]] = 0
        return Words.of(self.sounds, shares)

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

    def share(self, term: str) -> float:
        """How common a term is, beside the most frequent: from -5 to 0, a logarithm (base 10).

        In a small library all are rare: what sounds like a name there hardly does by chance.
        """
        return max(_RAREST, math.log10((self.counts.get(term, 0) + 0.5) / (max(self._most, _MANY) + 0.5)))

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
    known: Mapping[str, str] = {}
    with contextlib.suppress(OSError, msgspec.DecodeError, RecursionError):
        kept = typed.from_msgpack(path.read_bytes(), _Kept)
        if (kept.version, kept.state) == (_VERSION, state):
            return kept.vocabulary
        known = kept.vocabulary.sounds if kept.version == _VERSION else known
    vocabulary = Vocabulary.of(counts(), known)
    with contextlib.suppress(LibraryError):  # a library that can't be written remembers nothing
        storage.write_bytes(path, msgspec.msgpack.encode(_Kept(_VERSION, state, vocabulary)))
    return vocabulary
