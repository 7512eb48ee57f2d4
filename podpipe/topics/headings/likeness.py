"""How alike a written topic and a misheard one are: by their letters, by their sound, by letters read out."""

from __future__ import annotations

import functools
import re

import jellyfish
from rapidfuzz import fuzz

_RHYMING = str.maketrans("bcdegptvzfsxajkmnquiy", "bbbbbbbbbsssaaammuuii")
"""Letters whose English names rhyme are heard one for another: "eBPF" as "DBTF", "KVM" as "KVN"."""

_UNHEARD = re.compile(r"H(?!$)|\W")
"""Of metaphone's code: "h" is hardly heard, and "th" (0) as "f": "FatELF" as "that health"."""

_LONGEST_SPELLED = 6

_BY_SOUND = 0.65
"""How much the sound of two texts counts, beside their letters."""

_REMEMBERED = 8192
"""Texts: the same topics are compared with all that is said."""


def likeness(topic: str, said: str, least: float = 0.0) -> float:
    """How alike two short texts are (0 to 1), whatever the spaces, symbols and capitals in them.

    What can't be ``least`` any more is not looked into further.
    """
    left, right = letters(topic), letters(said)
    if not left or not right:
        return 0.0
    by_letters = by_spelling(topic, said)
    if _BY_SOUND + (1 - _BY_SOUND) * by_letters < least and not is_spelled(topic):
        return by_letters
    by_both = _BY_SOUND * _by_sound(topic, said) + (1 - _BY_SOUND) * by_letters
    rhyming = (fuzz.ratio(left, right) + fuzz.ratio(_rhymes(left), _rhymes(right))) / 200 if is_spelled(topic) else 0.0
    return max(by_letters, by_both, rhyming)


def by_spelling(topic: str, said: str) -> float:
    """How alike two short texts are spelled (0 to 1), their words in any order."""
    in_order = fuzz.ratio(letters(topic), letters(said))
    return max(in_order, 0.97 * fuzz.token_sort_ratio(_words(topic), _words(said))) / 100


@functools.lru_cache(_REMEMBERED)
def letters(text: str) -> str:
    """The letters and digits of a text, in lower case."""
    return re.sub(r"[\W_]+", "", text.casefold())


@functools.lru_cache(_REMEMBERED)
def is_spelled(text: str) -> bool:
    """Whether a word is likely read out letter by letter: eBPF, KVM, Btrfs."""
    bare = letters(text)
    capitals = sum(letter.isupper() for letter in text)
    return 2 <= len(bare) <= _LONGEST_SPELLED and (capitals >= 2 or not re.search("[aeiouy]", bare))


def _by_sound(topic: str, said: str) -> float:
    ours, theirs = _sounds(topic), _sounds(said)
    if len(ours[0]) < 3 or len(theirs[0]) < 3:
        return 0.0
    return max(fuzz.ratio(our, their) for our in ours for their in theirs) / 100


@functools.lru_cache(_REMEMBERED)
def _sounds(text: str) -> tuple[str, str]:
    """How a text sounds, word by word and in one breath."""
    words = re.findall(r"[a-z]+", text.casefold())
    apart = "".join(jellyfish.metaphone(word) for word in words)
    joined = jellyfish.metaphone("".join(words))
    return _UNHEARD.sub("", apart).replace("0", "F"), _UNHEARD.sub("", joined).replace("0", "F")


@functools.lru_cache(_REMEMBERED)
def _rhymes(bare: str) -> str:
    return bare.translate(_RHYMING)


@functools.lru_cache(_REMEMBERED)
def _words(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()
