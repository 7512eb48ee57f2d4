"""When the topic of each title begins in free talk, of titles that are given without times.

Each title is compared with what is said after each place where a sentence begins (how soon its telling words
come, whether for the first time, how often, and whether they came before), beside what people say when they
turn to something else. ``chain`` then weighs all ways to put the titles in order, some of them unspoken.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import jellyfish
import numpy as np
from rapidfuzz import fuzz, process

from podpipe import timecode
from podpipe.models import Placement, Section, Word
from podpipe.prose import TERM
from podpipe.topics.free_talk import chain, flow, weights
from podpipe.topics.free_talk.chain import Doubles, Model
from podpipe.topics.free_talk.order import Costs, Order, likeliest
from podpipe.topics.free_talk.talk import Floats, Ints, Talk, prepare, rarity
from podpipe.topics.free_talk.text import is_stop, stemmed

WITHIN_MS = 15_000

LEAST = 0.35
"""Less sure, a title has no chapter. What is right most often, found and invented weighed alike (F1), is to take all
that are likelier than about half of that F1 (Lipton, Elkan and Naryanaswamy, 2014)."""

CENTRE_MS = 20_000

TOLD, SAID, ORDER = 12, 4, 12
"""Of what speaks for a title at a place, the first so many kinds are about its own words; the one that says how much of
these is said soon, beside where most is; and the one that says how far the place is from the title's turn."""

_COSTS = Costs(out_of_turn=2.0, in_no_order=1.0)
_REORDERED = 0.93
"""How often what is said of titles in another order than the given is right, beside those in that order."""

_FAR = 100_000
_ALIKE = 84
_MISHEARD = 0.6
_SCALES = (6, 15, 50)
"""How soon words come, in words: within a sentence, two, a minute."""
_MOST_TERMS = 40
"""Terms of a title that are compared: a listener's letter is known by its beginning."""


@dataclass(frozen=True)
class _Heard:
    """Where each stem, form, pair of words written as one, and sound is in the talk."""

    stems: dict[str, list[int]]
    forms: dict[str, list[int]]
    joined: dict[str, list[int]]
    sounds: dict[str, list[str]]
    spellings: list[str]


@dataclass(frozen=True)
class _Term:
    """A telling word of a title: how telling, and the words of the talk that are it (or may be meant for it)."""

    value: float
    exact: Ints
    likely: Ints


def place(
    words: Sequence[Word], duration_ms: int, titles: Sequence[str], model: Model = weights.TITLES
) -> tuple[Placement, ...]:
    """Where each title's topic begins in the talk, as far as that can be told; one for each title, in their order.

    The talk may have them in another order: the likeliest is taken. The confidence is the probability that a person
    would set the start within 15 s.
    """
    talk = prepare(words, duration_ms)
    if not talk.places.size or not titles:
        return tuple(Placement(Section(title), None, None, 0.0, "nothing is said") for title in titles)
    told = features(talk, titles)
    gaps = chain.gaps(talk.times_ms, mean_gap_ms(talk, len(titles)))
    turns = likeliest_order(told, gaps, model, _COSTS)
    scores = (reordered(told, talk, np.array(turns)) @ np.array(model.weights)).astype(np.float64)
    found, _ = chain.titles_begin(scores, *gaps, model.bias)
    near = chain.nearby(found, talk.times_ms, WITHIN_MS)
    chosen = in_order(chain.centred(found, talk.times_ms, CENTRE_MS))
    right = 1.0 if turns == tuple(range(len(titles))) else _REORDERED
    placed = [
        _placement(talk, titles[title], place, 0.0 if place is None else right * model.right(float(row[place])))
        for title, place, row in zip(turns, chosen, near, strict=True)
    ]
    return tuple(placed[number] for number in np.argsort(turns))


def mean_gap_ms(talk: Talk, count: int) -> float:
    """The time from one to the next that is expected of so many titles."""
    return weights.TITLE_GAP * max(talk.duration_ms / count, 30_000)


def in_order(worth: Doubles) -> list[int | None]:
    """A place for each title, each after the one before, so that the sum is largest; None where there is no room."""
    count, size = worth.shape
    best = np.zeros((count + 1, size + 1))
    for title in range(count):
        placed = np.maximum.accumulate(np.append(0.0, best[title, :-1] + worth[title]))
        best[title + 1] = np.maximum(best[title], placed)
    chosen: list[int | None] = [None] * count
    end = size
    for title in range(count - 1, -1, -1):
        if best[title + 1, end] <= best[title, end]:
            continue
        end = int(np.argmax(best[title, :end] + worth[title, :end]))
        chosen[title] = end
    return chosen


def _placement(talk: Talk, title: str, place: int | None, sure: float) -> Placement:
    if place is None:
        return Placement(Section(title), None, None, 0.0, "there is no place for it between the topics beside it")
    start_ms = int(talk.times_ms[place])
    first = int(talk.places[place])
    opening = " ".join(word.text for word in talk.words[first : first + 8])
    because = f"the talk turns to its words at {timecode.clock(start_ms)}: “{opening} …”"
    return Placement(Section(title), start_ms, None, round(sure, 2), because)


def features(talk: Talk, titles: Sequence[str], *, in_order: bool = True) -> Floats:
    """What speaks for each title at each place, shape (titles, places, kinds); maybe without their order."""
    heard, values, turns = _heard(talk), rarity(talk), flow.features(talk)
    asked = [_asked(title) for title in titles]
    shared = Counter(stem for terms in asked for stem, _ in terms)
    unheard = 0.6 * math.log(len(talk.stems) / 60 + 2)
    rows = []
    for title, terms, order in zip(titles, asked, _order(talk, len(titles)) * in_order, strict=True):
        found = [_term(heard, stem, form, values.get(stem, unheard) / math.sqrt(shared[stem])) for stem, form in terms]
        told, phrase = _told(talk, found), _phrase(talk, title)
        both = turns[:, :6].max(axis=1) * np.maximum(told[:, 1], phrase)
        rows.append(np.hstack((told, np.stack((phrase, order, both), 1), turns)))
    return np.array(rows, np.float32)


def reordered(told: Floats, talk: Talk, order: Ints) -> Floats:
    """The features of titles that are put into another order."""
    told = told[order]
    told[:, :, ORDER] = _order(talk, len(order))
    return told


def likeliest_order(told: Floats, gaps: tuple[Doubles, Doubles], model: Model, costs: Costs) -> Order:
    """The order in which the talk most likely has the titles, by their features in the order that is given."""
    weights = np.array(model.weights, np.float64)
    in_turn = told[:, :, ORDER].astype(np.float64) * weights[ORDER]
    return likeliest(told @ weights - in_turn, told[:, :, SAID], in_turn, gaps, model.bias, costs)


def _order(talk: Talk, count: int) -> Floats:
    """How far each place is from where each of so many titles would be if all topics were as long, below 0."""
    turns = (np.arange(count) + 0.5) / max(count, 1)
    return np.asarray(-4 * np.abs(talk.times_ms / max(talk.duration_ms, 1) - turns[:, None]), np.float32)


def _asked(title: str) -> list[tuple[str, str]]:
    """The stems of a title with their forms, each once; of one made of common words only, those."""
    forms = [match[0] for match in TERM.finditer(re.sub(r"^\W*Q:\W*", "", title))]
    telling = [form for form in forms if not is_stop(form)] or forms
    stems: dict[str, str] = {}
    for form in telling:
        stems.setdefault(stemmed(form), form.casefold())
    return list(stems.items())[:_MOST_TERMS]


def _heard(talk: Talk) -> _Heard:
    stems: dict[str, list[int]] = {}
    forms: dict[str, list[int]] = {}
    joined: dict[str, list[int]] = {}
    sounds: dict[str, list[str]] = {}
    before = ""
    for place, form in enumerate(talk.forms):
        forms.setdefault(form, []).append(place)
        for part in TERM.findall(form):
            stems.setdefault(stemmed(part), []).append(place)
        joined.setdefault(before + form, []).append(max(place - 1, 0))
        before = form
    for form in forms:
        if _has_sound(form):
            sounds.setdefault(jellyfish.metaphone(form), []).append(form)
    return _Heard(stems, forms, joined, sounds, [form for form in forms if len(form) >= 4])


def _has_sound(form: str) -> bool:
    return len(form) >= 5 and form.isascii() and form.isalpha()


def _term(heard: _Heard, stem: str, form: str, value: float) -> _Term:
    """A term of a title, with the words that look like it, sound like it (Metaphone; Philips, 1990) or make it up."""
    exact = heard.stems.get(stem, [])
    likely: set[int] = set(heard.joined.get(form, ())) if len(form) >= 4 else set()
    if len(form) >= 5:
        near = process.extract(form, heard.spellings, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=8)
        spellings = {spelling for spelling, _, _ in near}
        if _has_sound(form):
            spellings.update(heard.sounds.get(jellyfish.metaphone(form), ()))
        likely.update(place for spelling in spellings for place in heard.forms[spelling])
    return _Term(value, np.array(exact, np.int64), np.array(sorted(likely), np.int64))


def _told(talk: Talk, terms: Sequence[_Term]) -> Floats:
    """How the words of a title lie around each place, shape (places, kinds)."""
    places = talk.places
    value = sum(term.value for term in terms) or 1.0
    soon, anew = np.zeros((len(_SCALES), places.size)), np.zeros(places.size)
    before, first_word = np.zeros(places.size), np.zeros(places.size)
    counts = np.zeros((4, places.size))
    for number, term in enumerate(terms):
        ahead = [_ahead(spots, places) for spots in (term.exact, term.likely)]
        for row, scale in enumerate(_SCALES):
            soon[row] += term.value * np.maximum(np.exp(-ahead[0] / scale), _MISHEARD * np.exp(-ahead[1] / scale))
        spots = np.union1d(term.exact, term.likely)
        behind = _behind(spots, places)
        before += term.value * np.exp(-behind / 40)
        anew += term.value * np.exp(-np.minimum(*ahead) / 40) * (behind >= _FAR)
        if not number:
            first_word = np.exp(-np.minimum(*ahead) / 12)
        for row, (low, high) in enumerate(((0, 150), (-150, 0), (0, 500), (-500, 0))):
            counts[row] += term.value * (np.searchsorted(spots, places + high) - np.searchsorted(spots, places + low))
    mass = np.sqrt(soon[1])
    best = soon[2] / max(float(soon[2].max(initial=0)), 0.1)
    log = np.log1p(counts)
    told = (*(soon / value), mass, best, best**4, anew / value, before / value, first_word)
    return np.stack((*told, log[0] - log[1], log[2] - log[3]), 1).astype(np.float32)


def _ahead(spots: Ints, places: Ints) -> Floats:
    """How many words it is to the next spot."""
    following = np.append(spots, _FAR + (places[-1] if places.size else 0))[np.searchsorted(spots, places)]
    return np.asarray(np.minimum(following - places, _FAR), np.float32)


def _behind(spots: Ints, places: Ints) -> Floats:
    """How many words it is from the last spot."""
    last = np.insert(spots, 0, -2 * _FAR)[np.searchsorted(spots, places)]
    return np.asarray(np.minimum(places - last, _FAR), np.float32)


def _phrase(talk: Talk, title: str) -> Floats:
    """The share of pairs of neighbouring words of the title that are said in the 45 words after each place."""
    forms = [match[0].casefold() for match in TERM.finditer(title)][:_MOST_TERMS]
    pairs = set(itertools.pairwise(forms))
    said = np.array([pair in pairs for pair in itertools.pairwise(talk.forms)], np.int64)
    sums = np.concatenate(([0], np.cumsum(said)))
    last = np.minimum(talk.places + 45, sums.size - 1)
    counts = sums[last] - sums[np.minimum(talk.places, last)]
    return np.asarray(np.minimum(counts / max(min(len(pairs), 20), 1), 1), np.float32)
