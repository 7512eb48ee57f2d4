"""How a word of English letters is said, coarsely: letters to phones by rules, letters by their names.

A phone is a character: a capital is a consonant ("X" as in "she", "C" as in "cheese", "0" as in "thing"), a small
letter a vowel. Rules of this kind are as old as text-to-speech (Elovitz et al., 1976); these are far fewer, as what is
compared is mostly right about consonants and forgiving about vowels (``podpipe.search.alike.sounds``).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

PHONES = "PBTDKGFV0SZXJCMNLRWYHaeiou"

_NAMES = {
    "a": "e", "b": "Bi", "c": "Si", "d": "Di", "e": "i", "f": "eF", "g": "Ji", "h": "eC", "i": "ai", "j": "Je",
    "k": "Ke", "l": "eL", "m": "eM", "n": "eN", "o": "o", "p": "Pi", "q": "Kiu", "r": "aR", "s": "eS", "t": "Ti",
    "u": "u", "v": "Vi", "w": "DaBLu", "x": "eKS", "y": "Wai", "z": "Zi",
    "0": "ZiRo", "1": "WaN", "2": "Tu", "3": "0Ri", "4": "FoR", "5": "FaiF", "6": "SiKS", "7": "SeVeN", "8": "eT",
    "9": "NaiN",
}  # fmt: skip
"""How letters and digits are read out."""

_READINGS = {"sql": "SiKWeL", "ctl": "KaTeL"}
"""Letters that are read as a word within a name, though they are none."""

_SPELLED = 4
"""Letters of a word each of which may be read out; of a longer one the first or the last few."""

_REST = 3
"""Letters that are left, at least, where others are read out."""

_ENDINGS = frozenset(
    "s t n m r l k ck ct ch ft ld lf lk lm lp lt mp nd ng nk nt ph pt rb rc rd rf rg rk rl rm rn rp rs rt sh sk sm sp"
    " st th ts ps ks ns ms ss ll ff tt nn rr ngs nds nts rks rms rts sts tch rst nch rch rth".split()
)
"""Consonants that English words end with: they are hardly read out."""

_RULES = (
    ("(?<![a-z])(?:kn|gn|pn|mn)", "N"),
    ("(?<![a-z])ps", "S"),
    ("(?<![a-z])pt", "T"),
    ("(?<![a-z])wr", "R"),
    ("(?<![a-z])x", "Z"),
    ("(?<![a-z])mc", "MaK"),
    ("sch|sh", "X"),
    ("tch", "C"),
    ("(?<=[aeiou])ght", "T"),
    ("(?<=[aeiou])gh(?![aeiou])", ""),
    ("ch(?=[rl])|kh", "K"),
    ("ch", "C"),
    ("zh|dg(?=[eiy])", "J"),
    ("th", "0"),
    ("ph", "F"),
    ("wh", "W"),
    ("rh", "R"),
    (r"[ts]ion(?=s?\b)", "XeN"),
    ("[tsc]ious", "XeS"),
    ("[tc]ial", "XeL"),
    ("ck|cq", "K"),
    ("cc(?=[eiy])", "KS"),
    ("sc(?=[eiy])|c(?=[eiy])", "S"),
    (r"(?<=[uo]i)c\b|(?<=[nr])c\b", "S"),
    ("c+", "K"),
    ("qu", "KW"),
    ("q|kk?", "K"),
    ("x", "KS"),
    ("gh|gg", "G"),
    ("g(?=[eiy])|j", "J"),
    ("g", "G"),
    (r"m[bn]\b", "M"),
    ("ng(?![aeiouylr])", "N"),
    ("zz?", "Z"),
    ("bb?|bh", "B"),
    ("dd?|dh", "D"),
    ("ff?", "F"),
    ("(?<=[aeiou])h(?![aeiou])", ""),
    ("hh?", "H"),
    ("ll?", "L"),
    ("mm?", "M"),
    ("nn?", "N"),
    ("pp?", "P"),
    ("rr?", "R"),
    ("ss?", "S"),
    ("tt?", "T"),
    ("vv?", "V"),
    ("(?<=[aeiou])w(?![aeiouy])", ""),
    ("w", "W"),
    ("(?:(?<![a-z])|(?<=[aeiou]))y(?=[aeiou])", "Y"),
    (r"(?<=[aeiouy][^aeiouy\W])e\b|(?<=[^aeiouy\W]l)e\b", ""),
    ("ee|ea|ei|ey", "i"),
    (r"ie(?!\w*[^aeiouwy])", "i"),
    (r"eu|ew|ue\b|oo|ou|ui", "u"),
    ("oa|au|aw|ow|oe", "o"),
    ("ai|ay|ae", "e"),
    ("oi|oy", "oi"),
    ("ya", "ia"),
    *((vowel, vowel) for vowel in "aeiou"),
    ("y", "i"),
)
"""What letters are said as; of those that fit in a place the first."""

_RULE = re.compile("|".join(f"({letters})" for letters, _ in _RULES))
_PIECE = re.compile(r"[a-z]+|\d")
_VOWEL = re.compile("[aeiouy]")
_SYLLABLE = re.compile("[^aeiouy][aeiouy]")


@functools.lru_cache(maxsize=100_000)
def said(word: str) -> str:
    """The phones of a word in small letters as it is most likely read: digits and letters without a vowel by name."""
    return "".join(map(_said, _PIECE.findall(word)))


def readings(word: str) -> tuple[str, ...]:
    """Ways in which a word in small letters may be read, each once: as a word, and in part letter by letter."""
    return tuple(dict.fromkeys(filter(None, _readings(word))))


def _readings(word: str) -> Iterator[str]:
    letters = "".join(_PIECE.findall(word))
    yield said(word)
    yield said(letters)
    yield _as_words(letters)
    if len(letters) <= _SPELLED or not _VOWEL.search(letters):
        yield _named(letters)
    for count in _read_out_first(letters):
        yield _named(letters[:count]) + said(letters[count:])
    for count in (1, 2, 3):
        first, last = letters[:-count], letters[-count:]
        if len(first) >= _REST and not _VOWEL.search(last) and last not in _ENDINGS:
            yield _as_words(first) + _named(last)
    for some, sound in _READINGS.items():
        before, is_there, after = letters.partition(some)
        if is_there:
            yield _as_words(before) + sound + _as_words(after)


def _read_out_first(letters: str) -> Iterator[int]:
    """How many letters at the beginning may be read out: not those of a syllable, but in short words."""
    if len(letters) > _REST and (len(letters) <= _SPELLED + 1 or not _SYLLABLE.match(letters)):
        yield 1
    if len(letters) > _REST + 1 and not _VOWEL.search(letters[:2]):
        yield 2


def _said(piece: str) -> str:
    is_read_out = len(piece) == 1 or (len(piece) <= _SPELLED and not _VOWEL.search(piece))
    return _named(piece) if is_read_out else _as_word(piece)


def _as_words(letters: str) -> str:
    return "".join(_named(piece) if piece.isdigit() else _as_word(piece) for piece in _PIECE.findall(letters))


def _as_word(piece: str) -> str:
    return _RULE.sub(lambda found: _RULES[(found.lastindex or 1) - 1][1], piece)


def _named(letters: str) -> str:
    return "".join(_NAMES.get(letter, "") for letter in letters)
