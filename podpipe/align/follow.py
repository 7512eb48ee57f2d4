"""Following a script: where the host reads the notes, their words are only looked for, not recognised.

A Whisper model that is given the text of a stretch tells when each of its tokens sounds (dynamic time
warping over its cross-attention, Radford et al., "Robust Speech Recognition via Large-Scale Weak
Supervision", 2022, as in its reference implementation) and how likely each is, in one pass. Of that, what was read
is kept (``podpipe.align.reading``); where the host departs from the script, ``others`` tells where in it he may go on.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from rapidfuzz.distance import Levenshtein

from podpipe.align.local import Tokens, find, similarity
from podpipe.align.reading import RUN, Reading, likelihood, reading, sentences
from podpipe.models import Origin, Outline, Word
from podpipe.prose import bare
from podpipe.sound import Sound

LETTERS_PER_SECOND = 24
"""More than anybody reads; so much of the script is tried on a stretch."""

_SYNCED = 25
"""Words at the end of a recognised stretch that tell where in the script it is."""

_SURE = 12.0
"""Score of their match from which on they do."""

_LOST = 60
"""So many letters after the last word that is made out may be a mishearing of the script."""

_DEPARTURES = 2
"""So often may the host depart from the script and go on where he was; then the place is lost."""

_PATIENCE = 3
"""So many departures from a script that may be wrong are forgiven ..."""

_SELDOM = 100
"""... and after that one in so many words: what is wrong more often costs more than it saves."""

_SENTENCES = 3
"""So many sentences further on may the host go on ..."""

_OPENINGS = 6
"""... or at so many beginnings of sections that were not read yet, on each side."""


def reader_of(outline: Outline) -> Reader:
    """A reader of the notes as a host would read them, headings with them; it begins at their beginning."""
    words: list[str] = []
    openings: list[int] = []
    for section in outline.sections:
        if section.heading and section.text:
            openings.append(len(words))
            words += (section.lead or f"{section.heading}.").split()
            openings.append(len(words))  # the heading itself may not be spoken
        words += section.text.split()
    return Reader(tuple(words), 0 if words else None, openings=tuple(openings))


@dataclass
class Reader:
    """A place in a script, while the host reads on.

    ``at`` is the next word's number, None where the place is lost; ``openings`` are the places where
    sections begin. Of a word with a log probability of at most ``doubt``, it is not believed that it is read, and a
    script of which much is doubted is given up. ``origin`` is whose words they are.
    """

    script: tuple[str, ...]
    at: int | None = None
    openings: tuple[int, ...] = ()
    doubt: float = -math.inf
    origin: Origin = "script"
    _read: set[int] = field(default_factory=set, init=False)
    """Openings that were read."""
    _departed: int = field(default=0, init=False)
    """How often what was heard was nowhere in the script, since something was read of it."""
    _doubted: int = field(default=0, init=False)
    """How often what was read ended in a doubt, or nothing was read where something was to be."""
    _words: int = field(default=0, init=False)
    """How many words were read."""
    _found: int = field(default=0, init=False)
    """How many of them when the place was last looked for."""

    def __post_init__(self) -> None:
        self._tokens = Tokens.of(self.script)
        self._sentences = tuple(first for first, _ in sentences(self.script))

    def expected(self, duration_ms: int, at: int | None = None) -> tuple[str, ...]:
        """The words that may be read in a stretch, and some more; from another place where one is given."""
        at = self.at if at is None else at
        if at is None:
            return ()
        room = LETTERS_PER_SECOND * duration_ms // 1000 + 20
        lengths = itertools.accumulate(len(word) + 1 for word in self.script[at:])
        count = sum(1 for _ in itertools.takewhile(lambda length: length <= room, lengths))
        return self.script[at : at + count]

    def beginning(self, at: int) -> tuple[str, ...]:
        """So many words from a place as tell whether they are read."""
        return self.script[at : at + RUN]

    def read(self, words: Sequence[Word], sound: Sound) -> Reading:
        """Of the expected words as an engine placed them in a sound, those that were surely read."""
        found = reading([replace(word, origin=self.origin) for word in words], sound, self.doubt)
        if self.doubt > -math.inf and found.words and found.left_ms is not None:
            self._doubted += 1
        return found

    def likelihood(self, words: Sequence[Word]) -> float:
        """Mean log probability of words that an engine placed."""
        return likelihood(words)

    def go_on(self, count: int, at: int | None = None) -> None:
        """So many words were read, from this place or another one."""
        at = self.at if at is None else at
        assert at is not None
        self._read.update(opening for opening in self.openings if at <= opening < at + count)
        self.at = at + count
        self._departed = 0
        self._words += count
        self._give_up_in_doubt()

    def _give_up_in_doubt(self) -> None:
        if self.doubt > -math.inf and self._doubted > _PATIENCE + self._words // _SELDOM:
            self.script, self.at = (), None

    def others(self) -> tuple[int, ...]:
        """Where the host may go on instead of here, the likeliest first; () where the place is lost."""
        at = self.at
        if at is None:
            return ()
        unread = [opening for opening in self.openings if opening not in self._read and opening != at]
        later = [opening for opening in unread if opening > at]
        earlier = [opening for opening in unread if opening < at]
        sentences = [start for start in self._sentences if start > at][:_SENTENCES]
        near = itertools.zip_longest(sentences, later[:_OPENINGS])
        places = dict.fromkeys([*itertools.chain.from_iterable(near), *earlier[:_OPENINGS]])
        return tuple(place for place in places if place is not None)

    def find(self, words: Sequence[Word]) -> None:
        """Find the place anew, after words that were recognised."""
        self._doubted += self.at is not None and self._words == self._found
        self._found = self._words
        self._give_up_in_doubt()
        if not self.script:
            self.at = None
            return
        tail = Tokens.of([word.text for word in words[-_SYNCED:]])
        match = find(similarity(tail, self._tokens), np.ones(len(self._tokens.keys), bool)) if tail.keys else None
        if match is None or match.score < _SURE:
            self._departed += 1
            self.at = self.at if self._departed < _DEPARTURES and self.script else None
            return
        self._departed = 0
        last = match.pairs[-1]
        on = self._tokens.words[last[1]] + 1
        unmatched = "".join(tail.keys[last[0] + 1 :])
        self.at = self._after(self._likeliest(unmatched, on), len(unmatched)) if len(unmatched) <= _LOST else on
        self.at = self.at if self.at is not None and self.at < len(self.script) else None

    def _likeliest(self, heard: str, on: int) -> int:
        """Where words that were not made out are read: where the script goes on, or at another topic."""
        if not heard:
            return on

        def likeness(place: int) -> float:
            written = "".join(bare(word) for word in self.script[place : place + len(heard)])
            return Levenshtein.normalized_similarity(heard, written[: len(heard)]) + 0.15 * (place == on)

        return max((on, *self.openings), key=likeness)

    def _after(self, at: int, letters: int) -> int | None:
        """The place after so many letters from a place, at the nearest end of a word."""
        passed = 0
        while at < len(self.script):
            size = len(bare(self.script[at]))
            if passed + size / 2 > letters:
                return at
            passed += size
            at += 1
        return None
