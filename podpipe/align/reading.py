"""Of words that an engine placed in a sound, those that were read, and where something else is spoken.

Text that was not spoken has no room and no likelihood. Where the host departs from it, what comes before that is kept,
up to a pause.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from podpipe.align.fit import PAUSE_MS, sounding
from podpipe.models import Word
from podpipe.sound import Silence, Sound

_SQUEEZED_MS = 25
"""A word of less has no room in the sound."""

_CROWDED = 50
"""Letters a second that nobody speaks."""

_CROWD = 12
"""Fewer letters than these tell nothing."""

RUN = 6
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

_MARKS = "\"'()[]“”‘’"
"""Marks around words."""


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
    for start in range(max(len(likely) - RUN + 1, 1)):
        run = likely[start : start + RUN]
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
    for first, end in sentences([word.text for word in words]):
        if end - first >= 2 and likelihood(words[first:end]) <= _UNSPOKEN:
            yield first


def _last_sentence(words: Sequence[Word]) -> Sequence[Word]:
    """The sentence with which words end, or what there is of it."""
    *_, (first, _) = sentences([word.text for word in words])
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
    (parts,) = sounding([word], sound)
    start_ms, end_ms = max(parts, key=lambda part: part[1] - part[0], default=(word.start_ms, word.end_ms))
    text = word.text.strip(_MARKS)
    spelled = text[:1].isdigit() + sum(not letter.islower() for letter in text[1:])  # as "PSI" and "2.6" are
    room_ms = 400 + 100 * len(word.text) + 250 * spelled
    share = 0.75 if _log(word) < _DOUBTFUL else 1.0
    rest_ms = sound.voiced_ms(word.start_ms, word.end_ms) - sound.voiced_ms(start_ms, end_ms)
    return end_ms - start_ms > share * room_ms or rest_ms > share * _BESIDE_MS


def _log(word: Word) -> float:
    """Log probability; one word counts no more than it may: names are always unlikely."""
    return max(math.log(max(word.confidence, 1e-6)), _LEAST)


def sentences(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where sentences begin and end among words; the last may be cut off."""
    first = 0
    for number, text in enumerate(texts, 1):
        if number == len(texts) or _is_last(text):
            yield first, number
            first = number
