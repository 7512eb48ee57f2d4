"""How talk is compared: terms, words that say nothing, stems, and where sentences begin."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator, Sequence

from podpipe.models import Word

TERM = re.compile(r"(?<!\w)(?:[cC]\+\+|[cCfF]#)|[^\W_]+(?:['’](?!s\b)[^\W_]+)*")

_STOP = frozenset(
    """a about actually all also am an and any are as at be because been being but by can could did do does doing
    don't for from get go going got gonna had has have he her here hers him his how i i'd i'll i'm i've if in into is
    it it'd it'll its it's just kind know let let's like lot me mean might more most much my no not now of off oh ok
    okay on one or our out over really right s said say see she should so some something sort such sure than that
    that's the their them then there there's these they they'd they'll they're they've thing things think this those
    to too uh uhm um up us very want was wasn't way we we'd we'll we're we've well were what what's when where which
    while who why will with would yeah yes yet you you'd you'll you're you've your""".split()
)
_END = re.compile(r"(?:[.!?…][\"'”’»)\]]*|[。！？][\"'”’»)\]]*)$")
_NO_END = re.compile(r"^(?:[A-Z]|Dr|Mr|Mrs|Ms|Prof|St|vs|etc|e\.g|i\.e|No|approx|Inc|Jr|Sr)\.$", re.IGNORECASE)
_PAUSE_MS = 1200
_LONGEST = 60
_LONGEST_BARE = 15
_OPENS = re.compile(r"(?:next|okay|ok|all|alright|so|yeah|cool|now|first|last|well|and|but|let's)$", re.IGNORECASE)


def is_stop(form: str) -> bool:
    """Whether a word says nothing of what is talked about."""
    return form.casefold().replace("’", "'") in _STOP


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
    stops = sum(1 for word in words if _END.search(word.text))
    bare = stops * _LONGEST < len(words)
    begun = 0
    for number, word in enumerate(words):
        before = words[number - 1] if number else None
        if (
            before is None
            or (_END.search(before.text) and not _NO_END.match(before.text))
            or word.start_ms - before.end_ms >= _PAUSE_MS
            or number - begun >= (_LONGEST_BARE if bare else _LONGEST)
            or (bare and number - begun >= 4 and _OPENS.match(word.text))
        ):
            begun = number
            yield number
