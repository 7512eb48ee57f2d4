"""Text to terms: how a word is compared with another.

Compound terms are runs of their parts (io_uring, page-fault and 2.6.31-rc5 are phrases), so that they
are found however they are written.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator

TERM = re.compile(r"(?<!\w)(?:[cC]\+\+|[cCfF]#|\.(?:net|NET)\b)|[^\W_]+(?:['’](?!s\b)[^\W_]+)*")

STOP = frozenset(
    """a about actually all also am an and any are as at be because been being but by can could did do does doing
    don't for from get go going got gonna had has have he her here hers him his how i i'd i'll i'm i've if in into is
    it it'd it'll its just kind know let like lot mean me might more most much my no not now of oh ok okay on one or
    our out over really right s said say see she should so some something sort such sure than that the their them then
    there these they they're thing things think this those to too uh uhm um up us very want was way we we're well were
    what when where which while who why will with would yeah yes yet you you're your""".split()
)


@functools.lru_cache(maxsize=100_000)
def normal(term: str) -> str:
    """Lower case, without accents, stemmed as English is (Porter)."""
    from whoosh.lang.porter import stem

    plain = unicodedata.normalize("NFKD", term.casefold().replace("’", "'"))
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return stem(plain) if plain.isascii() and plain.isalpha() else plain


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """The terms of a text with where they stand (characters), without stop words."""
    for match in TERM.finditer(text):
        if not is_stop(match[0]):
            yield normal(match[0]), match.start(), match.end()


def is_stop(term: str) -> bool:
    """Whether a term, as written, says nothing of what is talked about."""
    return term.casefold().replace("’", "'") in STOP


def terms(text: str) -> list[str]:
    """The terms of a query's word or phrase, without stop words."""
    return [term for term, _, _ in spans(text)]
