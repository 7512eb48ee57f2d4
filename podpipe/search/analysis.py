"""Text to terms: how a word is compared with another.

Compound terms are runs of their parts (io_uring, page-fault and 2.6.31-rc5 are phrases), so that they
are found however they are written.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator

from podpipe.prose import STOP, TERM, normal_form


@functools.lru_cache(maxsize=100_000)
def normal(term: str) -> str:
    """Lower case, without accents, stemmed as English is (Porter)."""
    from whoosh.lang.porter import stem

    plain = unicodedata.normalize("NFKD", normal_form(term))
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return stem(plain) if plain.isascii() and plain.isalpha() else plain


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """The terms of a text with where they stand (characters), without stop words."""
    for match in TERM.finditer(text):
        if not is_stop(match[0]):
            yield normal(match[0]), match.start(), match.end()


def is_stop(term: str) -> bool:
    """Whether a term, as written, says nothing of what is talked about."""
    return normal_form(term) in STOP


def terms(text: str) -> list[str]:
    """The terms of a query's word or phrase, without stop words."""
    return [term for term, _, _ in spans(text)]
