"""Following a script: where the host reads the notes, their words are only looked for, not recognised.

A Whisper model that is given the text of a stretch tells when each of its tokens sounds (dynamic time
warping over its cross-attention, Radford et al., "Robust Speech Recognition via Large-Scale Weak
Supervision", 2022, as in its reference implementation) and how likely each is, in one pass. Text that
was not spoken has no room and no likelihood. Where the host departs from the script, what comes before
that is kept, up to a pause; ``others`` tells where in the script it may go on.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from rapidfuzz.distance import Levenshtein

from podpipe.align.fit import PAUSE_MS, fitted
from podpipe.align.local import Tokens, find, similarity
from podpipe.models import Origin, Outline, Word
from podpipe.prose import bare
from podpipe.sound import Silence, Sound

LETTERS_PER_SECOND = 24
"""More than anybody reads; so much of the script is tried on a stretch."""

_SQUEEZED_MS = 25
"""A word of less has no room in the sound."""

_CROWDED = 50
"""Letters a second that nobody speaks."""

_CROWD = 12
"""Fewer letters than these tell nothing."""

_RUN = 6
"""So many words in a row are judged together: a name alone is always unlikely."""

_UNLIKELY = -4.5
"""Mean log probability of a run that was not spoken; of one that was, it is above -3.5."""

_UNSPOKEN = -6.5
"""Mean log probability of a sentence that was not spoken, though it may be shorter than such a run."""

_LEAST = -9.0
"""Log probability of a word that tells no more."""

_STAYED = -3.5
"""Mean log probability of the sentence before something else is spoken; one that is less likely was not read either."""

_LEFT_MS = 500
"""So much speech after the last word is not in the script."""

_DOUBTFUL = -6.0
"""Log probability of a word in place of which something else may be spoken."""

_ALONE = -5.0
"""Log probability of a word that is said alone, below which something else may be spoken."""

_BESIDE_MS = 265
"""So much speech beyond a pause within a word is not in the script."""

_SYNCED = 25
"""Words at the end of a recognised stretch that tell where in the script it is."""

_SURE = 12.0
"""Score of their match from which on they do."""

_LOST = 60
"""So many letters after the last word that is made out may be a mishearing of the script."""

_MARKS = "\"'()[]“”‘’"
"""Marks around words."""

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


@dataclass(frozen=True, slots=True)
class Reading:
    """Words that were read from the beginning of a sound on.

    ``left_ms`` is from when on something else is spoken; None where the words are all that is.
    """

    words: tuple[Word, ...]
    left_ms: int | None = None

    @property
    def likelihood(self) -> float:
        """Mean log probability of the words."""
        return likelihood(self.words)


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
        self._sentences = tuple(first for first, _ in _sentences(self.script))

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
        return self.script[at : at + _RUN]

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


def _sentences(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where sentences begin and end among words; the last may be cut off."""
    first = 0
    for number, text in enumerate(texts, 1):
        if number == len(texts) or _is_last(text):
            yield first, number
            first = number


def spoken(words: Sequence[Word], duration_ms: int) -> tuple[Word, ...]:
    """The words for which there is room: the others are read in the next stretch.

    They are crowded into its end, in a density at which nobody speaks.
    """
    letters = sum(len(word.text) for word in words)
    for number, word in enumerate(words):
        room_ms = max(duration_ms - word.start_ms, 1)
        if letters * 1000 > _CROWDED * room_ms and letters >= _CROWD and _has_no_room(words, number):
            return tuple(words[:number])
        letters -= len(word.text)
    return tuple(words)


def _has_no_room(words: Sequence[Word], number: int) -> bool:
    """Whether a word is squeezed, or unlikely and the next one squeezed."""
    is_squeezed = [_is_squeezed(word) for word in words[number : number + 2]]
    return is_squeezed[0] or (words[number].confidence < 0.02 and all(is_squeezed[1:]))


def reading(words: Sequence[Word], sound: Sound, doubt: float = -math.inf) -> Reading:
    """Of words that an engine placed in a sound, those that were read before anything else was spoken.

    In place of a word with a log probability of at most ``doubt``, something else was.
    """
    read = _begun(spoken(words, sound.duration_ms), sound)
    doubted = (number for number, word in enumerate(read) if math.log(max(word.confidence, 1e-9)) <= doubt)
    departures = (_departure(read, sound), next(doubted, None))
    departure = min((number for number in departures if number is not None), default=None)
    if departure is None:
        return Reading(read)
    for count in range(departure, 0, -1):
        pause = _pause_after(read, count, sound)
        if pause is not None and likelihood(_last_sentence(read[:count])) >= _STAYED:
            last = read[count - 1]
            sure = (*read[: count - 1], replace(last, end_ms=min(last.end_ms, pause.start_ms)))
            return Reading(sure, pause.end_ms)
    return Reading((), 0)


def likelihood(words: Sequence[Word]) -> float:
    """Mean log probability of words."""
    return statistics.fmean(map(_log, words)) if words else -math.inf


def _begun(words: tuple[Word, ...], sound: Sound) -> tuple[Word, ...]:
    """The words without those that would begin in the silence at the end."""
    last = sound.silences[-1] if sound.silences else None
    end_ms = last.start_ms - 20 if last and last.end_ms >= sound.duration_ms - 30 else sound.duration_ms
    return tuple(itertools.takewhile(lambda word: word.start_ms < end_ms, words))


def _departure(words: Sequence[Word], sound: Sound) -> int | None:
    """The number of words that may have been read before something else was spoken; None where nothing was.

    A run of them is unlikely, some crowd, one is drawn over speech that is not in the script, or speech
    is left after the last.
    """
    if not words or sound.voiced_ms(0, words[0].start_ms) > _LEFT_MS:
        return 0
    likely = [_log(word) for word in words]
    found = [*itertools.islice(_crowds(words), 1), *itertools.islice(_strangers(words, sound), 1)]
    for start in range(max(len(likely) - _RUN + 1, 1)):
        run = likely[start : start + _RUN]
        if statistics.fmean(run) <= _UNLIKELY and statistics.median(run) <= _UNLIKELY:
            found.append(start + next(number for number, value in enumerate(run) if value <= _UNLIKELY))
            break
    found += itertools.islice(_unspoken_sentences(words), 1)
    drawn = (number for number, word in enumerate(words) if _is_drawn(word, sound))
    found += [number + 1 for number in itertools.islice(drawn, 1)]
    if sound.voiced_ms(words[-1].end_ms, sound.duration_ms) > _LEFT_MS:
        found.append(len(words))
    return min(found, default=None)


def _crowds(words: Sequence[Word]) -> Iterator[int]:
    """Where words begin that have no room: three of them, or fewer long ones."""
    for is_squeezed, run in itertools.groupby(range(len(words)), lambda n: _is_squeezed(words[n])):
        numbers = list(run)
        letters = sum(len(words[number].text) for number in numbers)
        if is_squeezed and (len(numbers) >= 3 or letters >= _CROWD):
            yield numbers[0]


def _strangers(words: Sequence[Word], sound: Sound) -> Iterator[int]:
    """Words alone between two pauses that are unlikely: something else may be spoken there."""
    for number, word in enumerate(words):
        if _log(word) < _ALONE and _is_last(word.text):
            before = words[number - 1].end_ms if number else 0
            between = sound.part(before, word.end_ms).silences
            is_alone = not number or (_is_last(words[number - 1].text) and bool(between))
            if is_alone and any(pause.length_ms >= PAUSE_MS for pause in between):
                yield number


def _unspoken_sentences(words: Sequence[Word]) -> Iterator[int]:
    """Where whole sentences begin, headings of some words perhaps, of which hardly a word is likely."""
    for first, end in _sentences([word.text for word in words]):
        if end - first >= 2 and likelihood(words[first:end]) <= _UNSPOKEN:
            yield first


def _last_sentence(words: Sequence[Word]) -> Sequence[Word]:
    """The sentence with which words end, or what there is of it."""
    *_, (first, _) = _sentences([word.text for word in words])
    return words[first:]


def _is_last(text: str) -> bool:
    return text.rstrip(_MARKS).endswith((".", "?", "!", ":"))


def _is_squeezed(word: Word) -> bool:
    return word.end_ms - word.start_ms < _SQUEEZED_MS


def _pause_after(words: Sequence[Word], count: int, sound: Sound) -> Silence | None:
    """The pause after so many words, where the text has one too."""
    word = words[count - 1]
    if not word.text.rstrip(_MARKS).endswith((".", "?", "!", ":", ";", ",", "–")):
        return None
    until_ms = words[count].end_ms if count < len(words) else sound.duration_ms
    pauses = (
        pause
        for pause in sound.silences
        if pause.length_ms >= PAUSE_MS and pause.start_ms > word.start_ms and pause.end_ms <= until_ms
    )
    return next(pauses, None)


def _is_drawn(word: Word, sound: Sound) -> bool:
    """Whether a word lasts longer than anybody takes for it, or over a pause and what is said after it.

    A word that is unlikely besides has less room: something else may be spoken in its place.
    """
    (whole,) = fitted([word], sound)
    text = word.text.strip(_MARKS)
    spelled = text[:1].isdigit() + sum(not letter.islower() for letter in text[1:])  # as "PSI" and "2.6" are
    room_ms = 400 + 100 * len(word.text) + 250 * spelled
    share = 0.75 if _log(word) < _DOUBTFUL else 1.0
    rest_ms = sound.voiced_ms(word.start_ms, word.end_ms) - sound.voiced_ms(whole.start_ms, whole.end_ms)
    return whole.end_ms - whole.start_ms > share * room_ms or rest_ms > share * _BESIDE_MS


def _log(word: Word) -> float:
    """Log probability; one word counts no more than it may: names are always unlikely."""
    return max(math.log(max(word.confidence, 1e-6)), _LEAST)
