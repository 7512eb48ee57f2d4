"""Chapters of free conversation: against the times that people gave, and beside plain ways to do it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from bench import folds, talks
from bench.table import Settings, Skipped, Table
from bench.talks import Told
from podpipe.prose import TERM
from podpipe.topics.free_talk import flow, titles
from podpipe.topics.free_talk.chain import Model
from podpipe.topics.free_talk.talk import prepare
from podpipe.topics.free_talk.text import is_stop, stemmed

EXPLANATION = """\
{count} episodes of a two-host show ({hours:.0f} h) as a recogniser heard them, without speakers and without sound.
*Titles*: the titles of the {chapters} chapters that the hosts published are given, their times are not; a chapter is
right only where that very title begins. *In no order*: they are given shuffled. *Nothing*: the talk alone. F1 counts
each start once, one to one, within 15 or 30 s; Pk (Beeferman, Berger and Lafferty, 1999) and WindowDiff (Pevzner and
Hearst, 2002) are errors, in steps of a second. podpipe's figures are of the chapters that it would write (sure at least
{titles}; with nothing given, {flow}), by weights that were fitted on other episodes, a sixth being left out at a time;
those that podpipe has are fitted on all of them. Targets: 0.80 within 15 s with titles, 0.40 within 30 s with nothing.
podpipe took {seconds:.0f} s."""

Starts = Sequence[int | None]
"""When each title begins (ms), None where it is left out; or, without titles, when topics begin."""


def run(settings: Settings) -> Table:
    """Find chapters with titles given, and with nothing given."""
    episodes = talks.load()
    if not episodes:
        raise Skipped(f"there is no {talks.FOLDER}")
    episodes = episodes[:24] if settings.quick else episodes
    started = time.perf_counter()
    ours = [
        {told.number: find(told, model) for told, model in folds.of_others(name, episodes)}
        for name, find in (("TITLES", _titles), ("FLOW", _flow))
    ]
    seconds = time.perf_counter() - started
    shuffled = {told.number: _shuffled(told, model) for told, model in folds.of_others("TITLES", episodes)}
    given = {
        "podpipe": ours[0],
        "podpipe, in no order": shuffled,
        "Words alone": _each(lexical)(episodes),
        "Evenly spaced": _each(even)(episodes),
    }
    nothing = {
        "podpipe": ours[1],
        "TextTiling, told how many": _each(tiling)(episodes),
        "Evenly spaced, told how many": _each(even)(episodes),
    }
    rows = [_given(name, episodes, found) for name, found in given.items()]
    rows += [_nothing(name, episodes, found) for name, found in nothing.items()]
    explanation = EXPLANATION.format(
        count=len(episodes),
        hours=sum(episode.duration_ms for episode in episodes) / 3_600_000,
        chapters=sum(len(episode.titles) for episode in episodes),
        titles=titles.LEAST,
        flow=flow.LEAST,
        seconds=seconds,
    )
    header = ("Given", "How", "F1 15 s", "F1 30 s", "Pk", "WindowDiff")
    return Table("Conversation", explanation, header, tuple(rows))


def _each(find: Callable[[Told], Starts]) -> Callable[[list[Told]], dict[int, Starts]]:
    return lambda episodes: {episode.number: find(episode) for episode in episodes}


def _given(name: str, episodes: list[Told], found: dict[int, Starts]) -> tuple[str, ...]:
    figures = [named_f1([(told, found[told.number]) for told in episodes], ms) for ms in (15_000, 30_000)]
    return ("titles", name, *(f"{figure:.2f}" for figure in figures), "", "")


def _nothing(name: str, episodes: list[Told], found: dict[int, Starts]) -> tuple[str, ...]:
    pairs = [(told, found[told.number]) for told in episodes]
    errors = np.mean([window_errors(*pair) for pair in pairs], axis=0)
    return ("nothing", name, "", f"{unnamed_f1(pairs, 30_000):.2f}", *(f"{error:.2f}" for error in errors))


def named_f1(found: Sequence[tuple[Told, Starts]], within_ms: int) -> float:
    """F1 of starts that belong to titles: each is right or wrong for its own title."""
    pairs = [pair for told, starts in found for pair in zip(told.starts_ms, starts, strict=True)]
    placed = [(truth, start) for truth, start in pairs if start is not None]
    hits = sum(abs(truth - start) <= within_ms for truth, start in placed)
    return 2 * hits / max(len(pairs) + len(placed), 1)


def unnamed_f1(found: Sequence[tuple[Told, Starts]], within_ms: int) -> float:
    """F1 of starts without titles, one to one."""
    hits = total = 0
    for told, starts in found:
        placed = sorted(start for start in starts if start is not None)
        hits += matches(placed, told.starts_ms, within_ms)
        total += len(placed) + len(told.starts_ms)
    return 2 * hits / max(total, 1)


def matches(left: Sequence[int], right: Sequence[int], within_ms: int) -> int:
    """How many of two sorted lists can be paired, each at most once."""
    one = other = count = 0
    while one < len(left) and other < len(right):
        distance = left[one] - right[other]
        near = abs(distance) <= within_ms
        count += near
        one += near or distance < 0
        other += near or distance > 0
    return count


def window_errors(told: Told, starts: Starts) -> tuple[float, float]:
    """Pk and WindowDiff of an episode; the window is half the mean length of its chapters."""
    size = told.duration_ms // 1000 + 1
    counts = []
    for times in (told.starts_ms, starts):
        marks = np.zeros(size, np.int64)
        for time_ms in times:
            if time_ms is not None and 0 < time_ms // 1000 < size:
                marks[time_ms // 1000] = 1
        counts.append(np.cumsum(marks))
    window = max(size // (2 * (len(told.starts_ms) + 1)), 2)
    truth, found = (count[window:] - count[:-window] for count in counts)
    return float(np.mean((truth == 0) != (found == 0))), float(np.mean(truth != found))


def _titles(told: Told, model: Model) -> Starts:
    placed = titles.place(told.words, told.duration_ms, told.titles, model)
    return [placement.start_ms if placement.confidence >= titles.LEAST else None for placement in placed]


def _shuffled(told: Told, model: Model) -> Starts:
    order = np.random.default_rng(told.number).permutation(len(told.titles))
    asked = tuple(told.titles[number] for number in order)
    starts = _titles(replace(told, titles=asked), model)
    return [starts[place] for place in np.argsort(order)]


def _flow(told: Told, model: Model) -> Starts:
    return [chapter.start_ms for chapter in flow.find(told.words, told.duration_ms, model=model)]


def even(told: Told) -> Starts:
    """As many chapters as there are, all of the same length."""
    count = len(told.titles)
    return [told.duration_ms * number // count for number in range(count)]


def lexical(told: Told) -> Starts:
    """The place after which a title's words, rare ones more, come soonest, each title on its own."""
    talk = prepare(told.words, told.duration_ms)
    stems = [stemmed(form) for form in talk.forms]
    spots: dict[str, list[int]] = {}
    for number, stem in enumerate(stems):
        spots.setdefault(stem, []).append(number)
    found: list[int | None] = []
    for title in told.titles:
        worth = np.zeros(talk.places.size)
        for stem in {stemmed(form) for form in TERM.findall(title) if not is_stop(form)} & spots.keys():
            places = np.array(spots[stem])
            said = np.searchsorted(places, talk.places + 60) > np.searchsorted(places, talk.places)
            worth += said * np.log(len(stems) / places.size)
        found.append(int(talk.times_ms[worth.argmax()]))
    return found


def tiling(told: Told) -> Starts:
    """TextTiling (Hearst, 1997): the deepest valleys of likeness, as many as there are chapters."""
    talk = prepare(told.words, told.duration_ms)
    change = talk.turns[:, -1]
    depth = np.zeros(change.size)
    for place in range(change.size):
        left = right = place
        while left > 0 and change[left - 1] <= change[left]:
            left -= 1
        while right < change.size - 1 and change[right + 1] <= change[right]:
            right += 1
        depth[place] = 2 * change[place] - change[left] - change[right]
    chosen: list[int] = []
    for place in np.argsort(-depth):
        start_ms = int(talk.times_ms[place])
        if len(chosen) < len(told.titles) and all(abs(start_ms - other) >= 60_000 for other in chosen):
            chosen.append(start_ms)
    return sorted(chosen)
