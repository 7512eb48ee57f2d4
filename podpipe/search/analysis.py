"""Text to terms: how a word is compared with another.

Compound terms are runs of their parts (io_uring, page-fault and 2.6.31-rc5 are phrases), so that they
are found however they are written. Text in scripts without spaces becomes overlapping pairs of
characters (bigrams), as search engines for Chinese, Japanese and Thai have it.

Stems and words that say nothing are those of the text's language (Porter, 1980, for English; Snowball
for others); a language without either keeps its words as they are.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator

from podpipe.prose import STOP, normal_form

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Thai, Lao, Burmese, Khmer, kana and Han: no spaces between words."""

_LETTER = rf"[^\W_{_UNSPACED}]"
TERM = re.compile(
    r"(?<!\w)(?:[cC]\+\+|[cCfF]#|\.(?:net|NET)\b)"
    rf"|(?<!\w){_LETTER}{{1,3}}(?:&{_LETTER}{{1,3}})+(?!\w)"  # AT&T, R&D
    rf"|[{_UNSPACED}]+"
    rf"|{_LETTER}+(?:['’](?!s\b){_LETTER}+)*"
)
_PLAIN = re.compile(r"[A-Za-z0-9]+(?:'(?!s\b)[A-Za-z0-9]+)*")
_SPECIAL = re.compile(r"[+#&]|\.[nN]")
"""Without these, and in ASCII, ``_PLAIN`` finds what ``TERM`` does, in half the time."""

_LOWER = re.compile(r"(?:^|[\s\"'“‘(])[a-zß-ÿ][\w'’-]*,? [\"'“‘(]?$")
"""A word in lower case before the end: what has a capital after it is a name, and no title in capitals."""


_MOST_KNOWN = 500_000
"""Words whose terms are remembered."""


def normal(term: str, language: str = "en") -> str:
    """Lower case, without accents, stemmed as its language is (ISO 639-1; "" leaves it as it is)."""
    return _normal(term, language[:2].casefold())


@functools.lru_cache(maxsize=200_000)
def _normal(term: str, language: str) -> str:
    if re.match(rf"[{_UNSPACED}]", term):
        return unicodedata.normalize("NFKC", term)
    folded = normal_form(term)
    plain = _without_accents(folded)
    if not folded.isalpha() or (language == "en" and not plain.isascii()):
        return plain
    return _without_accents(_stemmer(language)(folded if language != "en" else plain))


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@functools.cache
def _stemmer(language: str) -> Callable[[str], str]:
    from whoosh import lang

    if language == "en":
        from whoosh.lang.porter import stem

        return stem  # type: ignore[no-any-return]  # whoosh carries no types
    return lang.stemmer_for_language(language) if lang.has_stemmer(language) else str


@functools.cache
def _stop_words(language: str) -> frozenset[str]:
    if language == "en":
        return STOP
    from whoosh import lang

    return frozenset(lang.stopwords_for_language(language)) if lang.has_stopwords(language) else frozenset()


def spans(text: str, language: str = "en") -> Iterator[tuple[str, int, int]]:
    """The terms of a text with where they stand (characters), without stop words.

    A stop word with a capital within a sentence is a name (Go), and stays, as does one in capitals (IT, US).
    """
    known = _known(language[:2].casefold())
    for match in TERM.finditer(text):
        word, start = match[0], match.start()
        term = known[word]
        if term:
            yield term, start, match.end()
        elif term is None and _is_unspaced(word):
            yield from _pairs(word, start)
        elif term is None and _is_name(text, word, start):
            yield normal(word, language), start, match.end()


def _is_unspaced(word: str) -> bool:
    return re.match(rf"[{_UNSPACED}]", word) is not None


def _pairs(word: str, start: int) -> Iterator[tuple[str, int, int]]:
    for at in range(max(len(word) - 1, 1)):
        yield normal(word[at : at + 2]), start + at, start + min(at + 2, len(word))


def _may_be_name(word: str) -> bool:
    return word[0].isupper() and word != "I" and word[1:2] not in ("'", "’")


def _is_name(text: str, word: str, start: int) -> bool:
    if not _may_be_name(word):
        return False
    is_acronym = word.isupper() and len(word) > 1 and (not text.isupper() or text.strip() == word)
    return is_acronym or _LOWER.search(text[max(start - 24, 0) : start]) is not None


def is_stop(term: str, language: str = "en") -> bool:
    """Whether a term, as written, says nothing of what is talked about."""
    return normal_form(term) in _stop_words(language[:2].casefold())


def terms(text: str, language: str = "en") -> list[str]:
    """The terms of a text, without stop words: as ``spans`` has them, several times as fast."""
    plain = text.isascii() and not _SPECIAL.search(text)
    words = (_PLAIN if plain else TERM).findall(text)
    found = list(map(_known(language[:2].casefold()).__getitem__, words))
    if None in found[1:] or (found and found[0] is None and not words[0].istitle()):
        return [term for term, _, _ in spans(text, language)]
    return list(filter(None, found))


class _Known(dict[str, str | None]):
    """Words and their terms: "" for those that say nothing, None where that depends on what stands around."""

    def __init__(self, language: str) -> None:
        self._language = language

    def __missing__(self, word: str) -> str | None:
        if len(self) > _MOST_KNOWN:
            self.clear()
        if _is_unspaced(word):
            term = None
        elif not is_stop(word, self._language):
            term = normal(word, self._language)
        else:
            term = None if _may_be_name(word) else ""
        self[word] = term
        return term


_known = functools.cache(_Known)
