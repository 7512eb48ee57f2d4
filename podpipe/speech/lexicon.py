"""Terms of the notes, and how alike they and what was heard are: in letters, and in sound."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import jellyfish
import numpy as np
from rapidfuzz import fuzz, process

_SPOKEN_SYMBOLS = re.compile(r"\b(?:slash|dot|underscore|dash|hyphen)\b")
_UNHEARD = re.compile(r"H(?!$)|\W")
_LITTLE = frozenset("a an and at by for from in is of on or that the to with".split())


@dataclass(frozen=True)
class Lexicon:
    """Terms, prepared to be compared."""

    terms: tuple[str, ...]

    @functools.cached_property
    def letters(self) -> list[str]:
        """The letters of each."""
        return [letters_of(term) for term in self.terms]

    @functools.cached_property
    def sounds(self) -> list[str]:
        """The sound of each."""
        return [sound_of(term) for term in self.terms]

    @functools.cached_property
    def spellings(self) -> dict[str, tuple[str, ...]]:
        """The words of each in lower case, by its spelling in lower case."""
        return {plain_of(term): keys_of(term) for term in self.terms}


def lexicon(terms: Sequence[str]) -> Lexicon:
    """Terms and, of topics of several words, how they may be shortened: "ZFS send" of "ZFS send streams"."""
    found = dict.fromkeys(term for term in terms if len(letters_of(term)) >= 2)
    for term in terms:
        words = term.split()
        for count in range(2, len(words)):
            if words[count - 1].casefold() not in _LITTLE and words[0].casefold() not in _LITTLE:
                found.setdefault(" ".join(words[:count]))
    return Lexicon(tuple(found))


def likenesses(
    letters: Sequence[str], sounds: Sequence[str], terms: Lexicon
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """How alike texts and terms are, shape (texts, terms): by letters, or by sound and letters."""
    by_letters = process.cdist(letters, terms.letters, scorer=fuzz.ratio, dtype=np.float32) / 100
    by_sound = process.cdist(sounds, terms.sounds, scorer=fuzz.ratio, dtype=np.float32) / 100
    tells = np.array([len(sound) >= 2 for sound in sounds])[:, None] & np.array([len(s) >= 2 for s in terms.sounds])
    return np.maximum(by_letters, np.where(tells, 0.6 * by_sound + 0.4 * by_letters, 0))


def plain_of(text: str) -> str:
    """Lower case, without signs around it and a possessive s."""
    return re.sub(r"^\W+|(?:['’]s)?\W*$", "", text.casefold())


def keys_of(text: str) -> tuple[str, ...]:
    """Its runs of letters and digits, in lower case."""
    return tuple(re.findall(r"[^\W_]+", text.casefold()))


def digits_of(letters: str) -> str:
    """The digits among letters."""
    return re.sub(r"\D", "", letters)


@functools.lru_cache(8192)
def letters_of(text: str) -> str:
    """Letters and digits in lower case; "slash" is a symbol that is read out, and a nought may be an "o"."""
    plain = re.sub(r"[\W_]+", " ", text.casefold())
    return _SPOKEN_SYMBOLS.sub("", plain).replace(" ", "").replace("0", "o")


@functools.lru_cache(8192)
def sound_of(text: str) -> str:
    """How a text sounds (Metaphone; Philips, 1990): "th" as "f", "n" as "m", "h" not at all."""
    parts = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).casefold())
    codes = "".join(jellyfish.metaphone(part) for part in parts if part not in ("slash", "dot", "underscore"))
    return _UNHEARD.sub("", codes).replace("0", "F").replace("N", "M")
