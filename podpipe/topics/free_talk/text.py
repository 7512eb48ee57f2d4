"""How talk is compared: words that say nothing, stems, and where sentences begin."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator, Sequence

from podpipe.models import Word
from podpipe.prose import LONGEST, PAUSE_MS, STOP, ends_sentence, has_stop, normal_form

_STOP = STOP | frozenset(
    """let's off that's there's they'd they'll they've wasn't we'd we'll we've what's when's you'd you'll
    you've""".split()
)
_LONGEST_BARE = 15
_OPENS = re.compile(r"(?:next|okay|ok|all|alright|so|yeah|cool|now|first|last|well|and|but|let's)$", re.IGNORECASE)


def is_stop(form: str) -> bool:
    """Whether a word says nothing of what is talked about."""
    return normal_form(form) in _STOP


@functools.lru_cache(maxsize=100_000)
def stemmed(form: str) -> str:
    """Lower case, without accents, plural and verb endings, as light stemmers do (Harman, 1991)."""
    plain = unicodedata.normalize("NFKD", form.casefold())
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    if len(plain) < 4 or not (plain.isascii() and plain.isalpha()):
        return plain
    if plain.endswith("ies") and len(plain) > 4:
        plain = f"{plain[:-3]}y"
    elif plain.endswith("s") and not plain.endswith(("ss", "us", "is")):
        plain = plain[:-1]
    for ending in ("ing", "ed"):
        root = plain.removesuffix(ending)
        if root != plain and len(root) >= 3 and re.search("[aeiouy]", root):
            plain = root[:-1] if root[-1] == root[-2] and root[-1] not in "lsz" else root
            break
    return plain[:-1] if len(plain) > 3 and plain.endswith("e") else plain


def beginnings(words: Sequence[Word]) -> Iterator[int]:
    """The numbers of the words that begin sentences: after a full stop, a pause of 1.2 s, or 60 words.

    Where the recogniser writes no full stops, words that often begin sentences do, and there is one each 15 words.
    """
    stops = sum(1 for word in words if has_stop(word.text))
    bare = stops * LONGEST < len(words)
    begun = 0
    for number, word in enumerate(words):
        before = words[number - 1] if number else None
        if (
            before is None
            or ends_sentence(before.text)
            or word.start_ms - before.end_ms >= PAUSE_MS
            or number - begun >= (_LONGEST_BARE if bare else LONGEST)
            or (bare and number - begun >= 4 and _OPENS.match(word.text))
        ):
            begun = number
            yield number
