"""Terms of the notes that were misheard, spelled as the notes spell them: only where the sound agrees.

Words that look or sound like a term ("O01 killer", "Veterans" for "Vedran") are weighed against it: a Whisper
model that is given a text tells how likely each of its tokens is in this sound, so the likelihoods of the
stretch with what was heard and with the term can be compared. What was heard surely, and what the term
does not beat, stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from podpipe.models import Word
from podpipe.speech.lexicon import Lexicon, digits_of, keys_of, letters_of, likenesses, plain_of, sound_of

Weigh = Callable[[Sequence[str], Sequence[str]], Sequence[float]]
"""Log probability of each word of a text in the sound, of an engine that is told of these terms."""

_LEAST_ALIKE = 0.55
_CERTAIN = 0.3
"""What was heard with confidence 1 must be so much more like a term to be doubted at all."""

_WORTH_LOOKING = 16
"""So many places of a stretch are weighed, the most alike first."""

_WINDOWS = 2
"""So many ways to cut a term's words out of those heard."""

_WHOLE = 0.75
"""Words that are a smaller part of a term are not the whole of it misheard."""

_AFTER = 6
"""So many words after a term are weighed with it: a wrong one makes those unlikely."""

_SHORT, _SHORT_GAIN = 3, 3.0
"""A term of so few letters looks like much: it must be likelier by so many nats."""

_SAME_LETTERS = -10.0
_SURE_ALIKE = 0.85
_SLACK = -1.0
_STRICTNESS = 8.0
"""A term that is this alike may be less likely than what was heard, by so many nats: recognisers know no names.
One that is less alike must be likelier, and one that is more alike need be less so, by so many nats for each unit of
likeness."""

_LIKENESS_WORTH = 12.0
"""What likeness adds, in nats, where two ways to cut a term out are both sure."""

_NOT_WEIGHED = -1000.0
"""What there was no room for in the engine."""

_RECONSIDERED = -8.0
"""What lost by less is weighed again when something else in the stretch was corrected."""

_PHANTOM = 0.1
"""A last word of less confidence is not there at all, perhaps."""

_SWALLOWED_BEFORE, _HOLE_MS, _SWALLOWED_GAIN = 0.05, 400, 4.0
"""Before a word of so little confidence, so long after what is before it, a term may have been swallowed: one with
which the sound is likelier by so many nats."""

_TOPICS = 12
"""So many terms, the first, are tried there."""

_DOUBTFUL = 0.5
"""Below this confidence a term that an engine was told of may be an invention."""

_LETTER_MS = 25
"""Nobody says a letter in less."""

_NAMED_ALIKE = tuple(map(frozenset, ("mn", "bcdegptvz", "ahjk", "fsx", "iy", "quw")))
"""Letters whose English names sound alike."""

_TAIL = re.compile(r"(?:['’]s)?[^\w]*$")
_ENDS = re.compile(r"\w{2}[.!?]$")
_HEAD = re.compile(r"^[\"“‘(\[]*")


@dataclass(frozen=True, slots=True)
class Place:
    """Words [first, last) that may be a term, and how much they look and sound like it (0 to 1)."""

    first: int
    last: int
    term: str
    alike: float


def respelled(words: Sequence[Word], terms: Lexicon, weigh: Weigh) -> list[Word]:
    """The words of a stretch with misheard terms corrected; ``weigh`` is only asked where something may be one."""
    places = candidates(words, terms)
    told = list(dict.fromkeys(place.term for place in places))
    result = list(words)
    while places:
        gains = _gains(result, places, told, weigh)
        chosen = _apart(
            [(gain, place) for place, gain in zip(places, gains, strict=True) if _is_sure(place, gain, result)]
        )
        if not chosen:
            break
        likely = [gain > _RECONSIDERED for gain in gains]
        others = [place for place, again in zip(places, likely, strict=True) if again and place not in chosen]
        result, places = _corrected(result, chosen, others)
    return result


def doubtful(words: Sequence[Word], terms: Lexicon) -> list[Place]:
    """Terms in what was heard by an engine that was told of them, and hardly sure of it: inventions perhaps."""
    found: list[Place] = []
    for number, run in sorted(_known(words, terms).items()):
        last = found[-1] if found else None
        if last and last.last == number and last.term == " ".join(run):
            found[-1] = replace(last, last=number + 1)
        else:
            found.append(Place(number, number + 1, " ".join(run), 1.0))
    return [place for place in found if _is_doubtful(words[place.first : place.last])]


def _is_doubtful(run: Sequence[Word]) -> bool:
    return min(word.confidence for word in run) < _DOUBTFUL or _is_squeezed(run)


def _is_squeezed(run: Sequence[Word]) -> bool:
    """Whether words have no room in the sound: nobody speaks so fast."""
    return run[-1].end_ms - run[0].start_ms < _LETTER_MS * len(letters_of(_said(run)))


def borne_out(words: Sequence[Word], plain: Sequence[Word], terms: Lexicon, weigh: Weigh) -> list[Word]:
    """The words without doubtful terms that an engine heard only because it was told of them.

    ``plain`` is what it hears untold. Where that sounds like the term, the term stays if an engine that is told of it
    finds it likelier; else, if one that is told nothing does.
    """
    result = list(words)
    for place in reversed(doubtful(words, terms)):
        start_ms, end_ms = words[place.first].start_ms, words[place.last - 1].end_ms
        instead = [word for word in plain if start_ms <= (word.start_ms + word.end_ms) / 2 <= end_ms]
        texts, untold = [word.text for word in result], [word.text for word in instead]
        said = _said(words[place.first : place.last])
        is_squeezed = _is_squeezed(words[place.first : place.last])
        if (not instead and not is_squeezed) or letters_of(said) == letters_of(" ".join(untold)):
            continue
        alike = float(likenesses([letters_of(" ".join(untold))], [sound_of(" ".join(untold))], Lexicon((said,)))[0, 0])
        told, last = [said] if alike >= _LEAST_ALIKE else [], place.last + _AFTER
        of_term = weigh(texts[:last], told)
        of_plain = weigh([*texts[: place.first], *untold, *texts[place.last : last]], told)
        if sum(of_plain) > sum(of_term):
            result[place.first : place.last] = instead
    return result


def candidates(words: Sequence[Word], terms: Lexicon) -> list[Place]:
    """Where words may be a misheard term, in order of time."""
    if not words or not terms.terms:
        return []
    sizes = range(1, max(len(keys_of(term)) for term in terms.terms) + 3)
    windows = [(at, at + size) for at in range(len(words)) for size in sizes if at + size <= len(words)]
    said = [_said(words[first:last]) for first, last in windows]
    alike = likenesses([letters_of(text) for text in said], [sound_of(text) for text in said], terms)
    known = _known(words, terms)
    found = []
    for row, column in np.argwhere(alike >= _LEAST_ALIKE):
        (first, last), term = windows[row], terms.terms[column]
        place = Place(first, last, term, round(float(alike[row, column]), 3))
        if last - first <= len(keys_of(term)) + 2 and _may_be(place, words, known):
            found.append(place)
    return sorted([*_best(found, words), *_swallowed(words, terms)], key=lambda place: (place.first, place.last))


def _known(words: Sequence[Word], terms: Lexicon) -> dict[int, tuple[str, ...]]:
    """The words that spell a term already: their numbers, and that term's words."""
    found: dict[int, tuple[str, ...]] = {}
    longest = max((len(term.split()) for term in terms.terms), default=0)
    for first in range(len(words)):
        for last in range(first + 1, min(first + longest, len(words)) + 1):
            run = terms.spellings.get(plain_of(_said(words[first:last])))
            for number in range(first, last) if run else ():
                found[number] = max(found.get(number, ()), run or (), key=len)
    return found


def _may_be(place: Place, words: Sequence[Word], known: dict[int, tuple[str, ...]]) -> bool:
    """Whether words may be a term: they are not another one, and were not heard too surely."""
    term = keys_of(place.term)
    inside = [known[number] for number in range(place.first, place.last) if number in known]
    if any("".join(run) not in "".join(term) for run in inside) or term in inside:
        return False
    run = words[place.first : place.last]
    if letters_of(_said(run)) == letters_of(place.term):
        return True
    said = letters_of(_said(run))
    if _is_part(term, keys_of(_said(run))) or (said in letters_of(place.term) and len(said) < _WHOLE * len(place.term)):
        return False
    sure = min(word.confidence for word in run)
    if place.last == len(words) and sure < _PHANTOM:
        return False  # what Whisper adds to a last silence
    return place.alike >= _LEAST_ALIKE + _CERTAIN * sure * sure


def _best(places: Collection[Place], words: Sequence[Word]) -> list[Place]:
    """The most alike, a few ways to cut each out."""
    kept: list[Place] = []
    for place in sorted(places, key=lambda place: (-place.alike, place.last - place.first)):
        same = [other for other in kept if other.term == place.term and _overlap(place, other)]
        if len(same) < _WINDOWS and len(kept) < _WORTH_LOOKING:
            kept.append(place)
    return kept


def _swallowed(words: Sequence[Word], terms: Lexicon) -> list[Place]:
    """Terms that nothing was heard of: Whisper, told of a heading, may take it for said and go on with what follows."""
    before_ms = [0, *(word.end_ms for word in words)]
    holes = [
        number
        for number, word in enumerate(words)
        if word.confidence < _SWALLOWED_BEFORE and word.start_ms - before_ms[number] >= _HOLE_MS
    ]
    said = {plain_of(word.text) for word in words}
    new = [term for term in terms.terms[:_TOPICS] if plain_of(term) not in said]
    return [Place(number, number, term, 1.0) for number in holes for term in new]


def _gains(words: Sequence[Word], places: Sequence[Place], told: Sequence[str], weigh: Weigh) -> list[float]:
    """By how many nats the sound is likelier with the term in each place than with what was heard.

    Places that are far enough from each other are weighed together: a word hardly depends on those long before it.
    """
    texts = [word.text for word in words]
    heard = weigh(texts, told)
    gains: dict[Place, float] = {}
    for group in _far_apart(places):
        text: list[str] = []
        begun: list[tuple[int, int]] = []
        at = 0
        for place in group:
            text += texts[at : place.first]
            begun.append((len(text), len(text) + len(_written(place, words))))
            text += _written(place, words)
            at = place.last
        likely = weigh([*text, *texts[at : at + _AFTER]], told)
        for place, (first, last) in zip(group, begun, strict=True):
            before = sum(heard[place.first : place.last + _AFTER])
            is_whole = len(likely) >= last
            gains[place] = sum(likely[first : last + _AFTER]) - before if is_whole else _NOT_WEIGHED
    return [gains[place] for place in places]


def _far_apart(places: Sequence[Place]) -> list[list[Place]]:
    """Places in groups in which each begins well after the one before it ends."""
    groups: list[list[Place]] = []
    for place in sorted(places, key=lambda place: place.first):
        for group in groups:
            if place.first - group[-1].last >= _AFTER:
                group.append(place)
                break
        else:
            groups.append([place])
    return groups


def _is_sure(place: Place, gain: float, words: Sequence[Word]) -> bool:
    run = words[place.first : place.last]
    if not run:
        return gain >= _SWALLOWED_GAIN
    said, written = letters_of(_said(run)), letters_of(place.term)
    if any(_ENDS.search(word.text) for word in run[:-1]):
        return gain >= 1.0  # two sentences
    if said == written:
        return gain >= _SAME_LETTERS
    if len(run) == 1 and _is_spelled_alike(plain_of(run[0].text), place.term):
        return gain >= _SLACK
    if len(written) <= _SHORT:
        return gain >= _SHORT_GAIN
    if _are_forms(said, written) or digits_of(said) != digits_of(written):
        return gain >= 1.0  # "Futex" and "Futexes" are two words
    return gain >= _SLACK + _STRICTNESS * (_SURE_ALIKE - place.alike)


def _is_spelled_alike(said: str, term: str) -> bool:
    """Whether a term of letters that are read out one by one was heard as others with such names: "KVN" for "KVM"."""
    if not term.isupper() or len(said) != len(term):
        return False
    pairs = [pair for pair in zip(said, term.casefold(), strict=True) if pair[0] != pair[1]]
    return all(any(names.issuperset(pair) for names in _NAMED_ALIKE) for pair in pairs)


def _are_forms(said: str, written: str) -> bool:
    """Whether one is the other with an ending, or a part of it; a last letter that is no "s" is no ending."""
    short, long = sorted((said, written), key=len)
    return short in long and (long[:-1] != short or long.endswith("s"))


def _apart(weighed: Sequence[tuple[float, Place]]) -> list[Place]:
    """Of places that overlap, those that gain most; a word left out at the end of a stretch costs no likelihood."""
    kept: list[Place] = []
    for _, place in sorted(weighed, key=lambda pair: -(pair[0] + _LIKENESS_WORTH * pair[1].alike)):
        if not any(_overlap(place, other) for other in kept):
            kept.append(place)
    return sorted(kept, key=lambda place: place.first)


def _corrected(
    words: Sequence[Word], chosen: Sequence[Place], others: Sequence[Place]
) -> tuple[list[Word], list[Place]]:
    """The words with the chosen terms in their places, and the other places where they are now."""
    result: list[Word] = []
    moved: dict[int, int] = {}
    at = 0
    for place in chosen:
        moved |= {number: len(result) + number - at for number in range(at, place.first + 1)}
        heard = words[place.first : place.last] or [_hole(words, place.first)]
        result += [*words[at : place.first], *_spread(_written(place, words), heard)]
        at = place.last
    moved |= {number: len(result) + number - at for number in range(at, len(words) + 1)}
    result += words[at:]
    free = [place for place in others if not any(_overlap(place, taken) for taken in chosen)]
    return result, [
        Place(moved[place.first], moved[place.first] + place.last - place.first, place.term, place.alike)
        for place in free
    ]


def _written(place: Place, words: Sequence[Word]) -> list[str]:
    """The term's words with the punctuation around those heard; alone it is a heading."""
    if place.first == place.last:
        return f"{place.term}.".split()
    head, tail = _HEAD.match(words[place.first].text), _TAIL.search(words[place.last - 1].text)
    assert head
    assert tail
    return f"{head[0]}{place.term}{tail[0]}".split()


def _spread(texts: Sequence[str], words: Sequence[Word]) -> Iterator[Word]:
    """The term's words over the time of those heard, by their lengths; no surer than these were."""
    start_ms, length_ms = words[0].start_ms, words[-1].end_ms - words[0].start_ms
    confidence = min(word.confidence for word in words)
    written, before = sum(map(len, texts)), 0
    for text in texts:
        begin = start_ms + round(length_ms * before / written)
        before += len(text)
        yield Word(
            text, begin, max(start_ms + round(length_ms * before / written), begin + 1), confidence, "vocabulary"
        )


def _hole(words: Sequence[Word], number: int) -> Word:
    """The time before a word in which nothing was heard."""
    start_ms = words[number - 1].end_ms if number else 0
    return replace(words[number], text="", start_ms=start_ms, end_ms=words[number].start_ms)


def _said(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _overlap(left: Place, right: Place) -> bool:
    if left.first == left.last or right.first == right.last:
        return left.first <= right.last and right.first <= left.last
    return left.first < right.last and right.first < left.last


def _is_part(run: Sequence[str], of: Sequence[str]) -> bool:
    return any(tuple(of[at : at + len(run)]) == tuple(run) for at in range(len(of) - len(run) + 1))
