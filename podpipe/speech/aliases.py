"""Terms of the notes that words which were heard surely are, however the recogniser wrote them.

Hearing corrects what the sound bears out (``podpipe.speech.spelling``). What is left as it was heard is not changed
here either: an alias only lets a search for the term find it, beside what was heard.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from podpipe.models import Alias, Word
from podpipe.speech.lexicon import keys_of, letters_of, lexicon, likenesses, plain_of, sound_of

_ALIKE = 0.82
"""How alike, in letters and sound, words and a term must be (0 to 1)."""

_DOUBTED, _SURE = 0.7, 0.9
"""Words are taken for another term only if one of them was heard with less confidence, and nowhere in the episode
with more than that: what is heard surely elsewhere is a word of its own."""

_LONG = 5
"""Letters of such a term and of the words: shorter ones look like much."""

_LETTERS = 6
"""So many words may be the letters of a term: "e b p f"."""


class Aliases:
    """Finds terms in what was heard."""

    def __init__(self, terms: Sequence[str], words: Sequence[Word]) -> None:
        """Terms of an episode's notes, and all words that were heard in it."""
        self._terms = lexicon(terms)
        self._by_letters = {letters_of(term): term for term in self._terms.terms}
        self._sure = {plain_of(word.text) for word in words if word.confidence > _SURE}
        self._longest = max((len(keys_of(term)) for term in self._terms.terms), default=0) + 2

    def of(self, words: Sequence[Word]) -> tuple[Alias, ...]:
        """The aliases of a sentence's words, in order; none where a term stands as it is spelled."""
        if not self._by_letters:
            return ()
        found: list[tuple[float, int, int, str]] = []
        doubtful: list[tuple[int, int, str]] = []
        for first, last, text in _windows(words, max(self._longest, _LETTERS)):
            term = self._by_letters.get(letters_of(text))
            if term is not None:
                found.append((1.0, first, last, term))
            elif last - first <= self._longest and any(map(self._is_doubted, words[first:last])):
                doubtful.append((first, last, text))
        found += self._alike(doubtful)
        return tuple(
            Alias(term, _text(words[first:last]))
            for first, last, term in _apart(found)
            if keys_of(_text(words[first:last])) != keys_of(term)
        )

    def _is_doubted(self, word: Word) -> bool:
        return word.origin == "heard" and word.confidence < _DOUBTED and plain_of(word.text) not in self._sure

    def _alike(self, doubtful: Sequence[tuple[int, int, str]]) -> Iterator[tuple[float, int, int, str]]:
        if not doubtful:
            return
        texts = [text for _, _, text in doubtful]
        alike = likenesses([letters_of(text) for text in texts], [sound_of(text) for text in texts], self._terms)
        for (first, last, text), row in zip(doubtful, alike, strict=True):
            best = int(row.argmax())
            term = self._terms.terms[best]
            sizes = len(letters_of(term)), len(letters_of(text))
            if row[best] >= _ALIKE and min(sizes) >= _LONG and letters_of(text) not in letters_of(term):
                yield float(row[best]), first, last, term


def _windows(words: Sequence[Word], longest: int) -> Iterator[tuple[int, int, str]]:
    for first in range(len(words)):
        for last in range(first + 1, min(first + longest, len(words)) + 1):
            yield first, last, _text(words[first:last])


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words).strip('.,;:!?"“”()')


def _apart(found: Sequence[tuple[float, int, int, str]]) -> list[tuple[int, int, str]]:
    """The most alike of those that overlap, the shortest of equals; in order."""
    kept: list[tuple[int, int, str]] = []
    for _, first, last, term in sorted(found, key=lambda place: (-place[0], place[2] - place[1])):
        if all(last <= other[0] or first >= other[1] for other in kept):
            kept.append((first, last, term))
    return sorted(kept)
