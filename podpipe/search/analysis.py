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
from collections.abc import Callable, Iterator, Sequence

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
_END = "\0"
"""The end of a line, among words."""
_LINES = re.compile(f"{_END}|{TERM.pattern}")
_SPACED = bytes(code if chr(code).isalnum() or chr(code) in "'\n" else ord(" ") for code in range(256))
"""ASCII, with spaces for what is part of no word."""

_LOWER = re.compile(r"(?<![^\W_])(?<![^\W_]['’])[a-zß-ÿ](?:[^\W_]|['’](?=[^\W_]))*,? [\"'“‘(]?$")
"""A word in lower case before the end: what has a capital after it is a name, and no title in capitals."""

_BETWEEN = tuple(f"{comma} {sign}" for comma in ("", ",") for sign in ("", '"', "(", "'", "“", "‘"))
"""What may be between that word and the name."""


_SHORTEST = 4
"""Letters of a beginning that may be longer than the stem of a word, and of that stem."""

_ENDINGS = {
    ending[at:]
    for ending in (
        "s es y ies ed ing ings ly er ers or ors al als ally ic ical ize izes ized izing izer ization izations isation "
        "ation ations ational ator ion ions ional ement ements ment ments ness ful fulness ous ousness ive iveness "
        "able ability ible ibility ance ances ence ences ant ent ate ates ated ating ity ities ism ist e en ung ungen "
        "eur ción"
    ).split()
    for at in range(len(ending) + 1)
}
"""What may follow the beginning of a word, and is no part of its stem: of English, and some of its neighbours."""

_AROUND = 100
"""Characters on each side that tell whether all is in capitals."""

_NOT_APART = re.compile(f"[{_UNSPACED}]")

_LONG = 10_000
"""Characters of more than a passage."""

_MOST_KNOWN = 500_000
"""Words whose terms are remembered."""


def normal(term: str, language: str = "en") -> str:
    """Lower case, without accents, stemmed as its language is (ISO 639-1; "" leaves it as it is)."""
    return _normal(term, language[:2].casefold())


@functools.lru_cache(maxsize=200_000)
def _normal(term: str, language: str) -> str:
    if _is_unspaced(term):
        return unicodedata.normalize("NFKC", term)
    folded = normal_form(term)
    plain = _without_accents(folded)
    if not folded.isalpha() or (language == "en" and not plain.isascii()):
        return plain
    return _without_accents(_stemmer(language)(folded if language != "en" else plain))


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in decomposed if not (unicodedata.combining(sign) or sign.isspace()))


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
    return _spans(text, 0, len(text), language)


def _spans(text: str, start: int, end: int, language: str) -> Iterator[tuple[str, int, int]]:
    """Those between two places of a text."""
    known = _known(language[:2].casefold())
    for match in TERM.finditer(text, start):  # what stands behind the end tells where the last word ends
        word, place = match[0], match.start()
        if place >= end:
            break
        term = known[word]
        if term:
            yield term, place, match.end()
        elif term is None and _is_unspaced(word):
            yield from _pairs(word, place)
        elif term is None and _is_name(text, word, place):
            yield normal(word, language), place, match.end()


def _is_unspaced(word: str) -> bool:
    return not word.isascii() and re.match(rf"[{_UNSPACED}]", word) is not None


def _pairs(word: str, start: int) -> Iterator[tuple[str, int, int]]:
    for at in range(max(len(word) - 1, 1)):
        yield normal(word[at : at + 2]), start + at, start + min(at + 2, len(word))


def _may_be_name(word: str) -> bool:
    return word[0].isupper() and word != "I" and word[1:2] not in ("'", "’")


def _is_name(text: str, word: str, start: int) -> bool:
    if not _may_be_name(word):
        return False
    around = text[max(start - _AROUND, 0) : start + len(word) + _AROUND]
    is_acronym = word.isupper() and len(word) > 1 and (not around.isupper() or around.strip() == word)
    return is_acronym or _LOWER.search(text, max(start - 24, 0), start) is not None


def is_stop(term: str, language: str = "en") -> bool:
    """Whether a term, as written, says nothing of what is talked about."""
    return normal_form(term) in _stop_words(language[:2].casefold())


def terms(text: str, language: str = "en") -> list[str]:
    """The terms of a text, without stop words."""
    return lines(text.replace("\n", " "), language).split()


def stems(beginning: str, language: str = "en") -> list[str]:
    """Stems of words that begin so, and do not themselves: "inform" of "informa", "memori" of "memory"."""
    if len(beginning) < _SHORTEST or not beginning.isalpha():
        return []
    found = {normal(beginning + ending, language) for ending in _ENDINGS}
    found = {stem for stem in found if len(stem) >= _SHORTEST and beginning.startswith(stem[:-1])}
    return sorted(stem for stem in found | {normal(beginning, language)} if not stem.startswith(beginning))


def lines(text: str, language: str = "en") -> str:
    """The terms of each line, each between spaces: as ``spans`` has them, several times as fast."""
    if len(text) > _LONG or _is_mixed(text):  # what is done for a word takes longer in a longer text
        each = ([term for term, *_ in spans(line, language)] for line in text.split("\n"))
        return "\n".join(f" {' '.join(found)} " for found in each)
    words, known = _words(text), _known(language[:2].casefold())
    found = list(map(known.__getitem__, words))
    number = -1
    for _ in range(found.count(None)):
        number = found.index(None, number + 1)
        if words[number] in known.mixed or _is_doubtful(text, words, number):
            found[number] = _in_line(text, words[: number + 1], language)
    return f" {' '.join(filter(None, found))} "


def _is_mixed(text: str) -> bool:
    """Whether words that stand apart and words that do not are mixed, with capitals; or quotes stand within words."""
    return "''" in text or (not text.isascii() and _NOT_APART.search(text) is not None and text != text.lower())


def _is_plain(text: str) -> bool:
    """Whether words are what stands between signs, and no sign but the apostrophe is part of one."""
    return text.isascii() and not ("+" in text or "#" in text or "&" in text or ".n" in text or ".N" in text)


def _words(text: str) -> list[str]:
    """Words and ends of lines."""
    if _is_plain(text):
        return text.encode().translate(_SPACED).decode().replace("\n", f" {_END} ").split()
    return _LINES.findall(text.replace(_END, " ").replace("\n", _END))


def _is_doubtful(text: str, words: Sequence[str], number: int) -> bool:
    """Whether a word may have a term: most capitals only begin a sentence, after no word in lower case."""
    word, before = words[number], words[number - 1] if number else _END
    if not word[0].isupper() or (word.isupper() and len(word) > 1):
        return True
    if before == _END:
        return False
    if not (before.isascii() and before.isalnum()):  # "R&D", "猫", "'tis": its end tells
        return True
    return before[0].islower() and any(f"{before}{signs}{word}" in text for signs in _BETWEEN)


def _in_line(text: str, words: Sequence[str], language: str) -> str:
    """The terms of the last of a text's first words, for which it matters what stands around it in its line."""
    before = words.count(_END)
    line, end = text.split("\n")[before], 0
    for word in words[len(words) - words[::-1].index(_END) if before else 0 :]:
        end = line.index(word, end) + len(word)
    return " ".join(term for term, *_ in _spans(line, end - len(words[-1]), end, language))


class _Known(dict[str, str | None]):
    """Words and their terms: "" for those that say nothing, None where that depends on what stands around."""

    def __init__(self, language: str) -> None:
        self._language = language
        self.mixed: set[str] = set()
        """Of the latter those that have a term in any case."""

    def __missing__(self, word: str) -> str | None:
        if len(self) > _MOST_KNOWN:
            self.clear()
            self.mixed.clear()
        parts = TERM.findall(word)
        if parts == [word]:
            term = self._term(word)
        elif word == _END:
            term = "\n"
        else:  # "Greg's", "'twas"
            terms = list(map(self.__getitem__, parts))
            term = None if None in terms else " ".join(filter(None, terms))
            if term is None and any(terms):
                self.mixed.add(word)
        self[word] = term
        return term

    def _term(self, word: str) -> str | None:
        if _is_unspaced(word):
            return None
        if not is_stop(word, self._language):
            return normal(word, self._language)
        return None if _may_be_name(word) else ""


_known = functools.cache(_Known)
