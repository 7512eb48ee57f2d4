"""What a library talks about: its topics, counted by episodes, and how that changes with time."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from podpipe.search import Index
from podpipe.search.digests import Digest
from podpipe.search.documents import candidate
from podpipe.search.keyterms import query_for, spelled

Unit = Literal["month", "quarter", "year"]
Trend = Literal["rising", "falling", "steady"]

_OF_EPISODE = 20
"""Topics of an episode at most."""
_COMMONEST = 0.5
"""Of many episodes: a term that more of them talk of says nothing of any."""
_MANY = 20
"""With fewer episodes, what is rare among them says little: then only names, titles and two terms together count."""
_RUN, _NAME, _TITLED = 1.4, 1.6, 2.0
"""What two terms together, a name, and a term in a title count more."""
_PART = 0.5
"""A term that is said so often within a longer one is a part of it."""
_SAMPLES = 4
"""Episodes in which is looked how a topic is written."""
_CLEAR = 1.96
"""Standard deviations by which a trend is no chance (95 %)."""
_LEAST_PERIODS, _LEAST_EPISODES = 3, 4
"""Without so many periods, and episodes with the topic, nothing is said of a trend."""


@dataclass(frozen=True, slots=True)
class Period:
    """A month, quarter or year: its first day, and how many episodes are of it."""

    start: date
    label: str
    episodes: int


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that the library talks about."""

    text: str
    query: str
    """What finds it."""
    episodes: int
    counts: tuple[int, ...]
    """Episodes of each period in which it is a topic."""
    trend: Trend
    z: float
    """How clear the trend is, in standard deviations; below 0 it falls."""
    best_episode_id: str
    """The episode that talks of it most."""


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of a library, those of the most episodes first."""

    episodes: int
    undated: int
    unit: Unit
    periods: tuple[Period, ...]
    topics: tuple[Topic, ...]
    rising: tuple[Topic, ...]
    """The clearest first, among all topics."""
    falling: tuple[Topic, ...]


def topics(index: Index, digests: Sequence[Digest], *, limit: int = 20, unit: Unit | None = None) -> Topics:
    """What these episodes are about.

    A term is a topic of an episode where it is among its most telling: said often there and in few others (tf-idf;
    Spärck Jones, 1972), the more so where a title has it. ``unit`` is chosen by the time they span unless given.

    Raises:
        SearchError: the index can't be read.
    """
    of_episode = _telling(digests)
    episodes: dict[str, list[Digest]] = defaultdict(list)
    for digest in digests:
        for term in of_episode[digest.episode_id]:
            episodes[term].append(digest)
    days = {digest.episode_id: day for digest in digests if (day := _day(digest))}
    unit = unit or _unit(list(days.values()))
    periods = _periods(list(days.values()), unit)
    places = {period.start: place for place, period in enumerate(periods)}
    found = []
    worth = {term: sum(of_episode[digest.episode_id][term] for digest in having) for term, having in episodes.items()}
    for term in sorted(episodes, key=lambda term: (-len(episodes[term]), -worth[term], term)):
        counts = [0] * len(periods)
        for digest in episodes[term]:
            if digest.episode_id in days:
                counts[places[_start(days[digest.episode_id], unit)]] += 1
        found.append((term, tuple(counts), trend_z(counts, [period.episodes for period in periods])))
    least = 1 if len(digests) < _MANY else 2
    main = [each for each in found if len(episodes[each[0]]) >= least][: 2 * limit]
    clear = [each for each in found if sum(each[1]) >= _LEAST_EPISODES and abs(each[2]) >= _CLEAR]
    rising = sorted((each for each in clear if each[2] > 0), key=lambda each: -each[2])[:limit]
    falling = sorted((each for each in clear if each[2] < 0), key=lambda each: each[2])[:limit]
    samples = {
        term: _samples(term, episodes[term], of_episode)
        for term, _, _ in {each[0]: each for each in (*main, *rising, *falling)}.values()
    }
    forms = _written(index, samples)

    def made(chosen: Sequence[tuple[str, tuple[int, ...], float]], count: int) -> tuple[Topic, ...]:
        shown: dict[str, Topic] = {}
        within = {part for term, _, _ in chosen if term in forms for part in _shorter(term, episodes)}
        for term, counts, z in chosen:
            if term in forms and term not in within and len(shown) < count:
                text = forms[term]
                topic = Topic(
                    text, query_for(text), len(episodes[term]), counts, _trend(counts, z), round(z, 2), samples[term][0]
                )
                shown.setdefault(_same(text), topic)
        return tuple(shown.values())

    undated = len(digests) - len(days)
    few = max(limit // 4, 3)
    return Topics(len(digests), undated, unit, periods, made(main, limit), made(rising, few), made(falling, few))


def trend_z(counts: Sequence[int], totals: Sequence[int]) -> float:
    """How clearly a share rises (above 0) or falls: the test for trend of Cochran (1954) and Armitage (1955).

    ``counts`` of ``totals`` episodes in each period. 0 where nothing can be said: too few periods, or no change.
    """
    used = [(place, count, total) for place, (count, total) in enumerate(zip(counts, totals, strict=True)) if total]
    everything, having = sum(total for _, _, total in used), sum(count for _, count, _ in used)
    if len(used) < _LEAST_PERIODS or not 0 < having < everything:
        return 0.0
    share = having / everything
    mean = sum(place * total for place, _, total in used) / everything
    moved = sum((place - mean) * (count - total * share) for place, count, total in used)
    variance = share * (1 - share) * sum(total * (place - mean) ** 2 for place, _, total in used)
    return moved / math.sqrt(variance) if variance else 0.0


def _trend(counts: Sequence[int], z: float) -> Trend:
    if abs(z) < _CLEAR or sum(counts) < _LEAST_EPISODES:
        return "steady"
    return "rising" if z > 0 else "falling"


def _telling(digests: Sequence[Digest]) -> dict[str, dict[str, float]]:
    """The topics of each episode and how telling they are, most first."""
    spread = Counter(term for digest in digests for term in digest.terms)
    most = _COMMONEST * len(digests) if len(digests) >= _MANY else len(digests)
    found: dict[str, dict[str, float]] = {}
    for digest in digests:
        parts = _parts(digest)
        worth = {
            term: _worth(term, count, digest) * math.log(1 + len(digests) / spread[term])
            for term, count in digest.terms.items()
            if spread[term] <= most and term not in parts
            if len(digests) >= _MANY or " " in term or term in digest.names or term in digest.titled
        }
        best = sorted(worth, key=lambda term: (-worth[term], term))[:_OF_EPISODE]
        found[digest.episode_id] = {term: worth[term] for term in best}
    return found


def _worth(term: str, count: int, digest: Digest) -> float:
    weight = math.log(1 + count)
    weight *= _RUN if " " in term else 1
    weight *= _NAME if term in digest.names else 1
    return weight * (_TITLED if term in digest.titled else 1)


def _parts(digest: Digest) -> set[str]:
    """The terms that are mostly said within longer ones."""
    runs = [(run, count) for run, count in digest.terms.items() if " " in run]
    return {stem for run, count in runs for stem in run.split() if count >= _PART * digest.terms.get(stem, math.inf)}


def _shorter(term: str, episodes: Mapping[str, Sequence[Digest]]) -> Iterator[str]:
    """Words of a term that no other episodes have: "drives" beside "SMR drives"."""
    words = term.split()
    if len(words) > 1:
        yield from (word for word in words if len(episodes.get(word, ())) == len(episodes[term]))


def _samples(term: str, having: Sequence[Digest], of_episode: dict[str, dict[str, float]]) -> list[str]:
    best = sorted(having, key=lambda digest: (-of_episode[digest.episode_id][term], digest.episode_id))
    return [digest.episode_id for digest in best[:_SAMPLES]]


def _written(index: Index, samples: dict[str, list[str]]) -> dict[str, str]:
    """How topics are written, each in its own sample of episodes."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for term, episode_ids in samples.items():
        for episode_id in episode_ids:
            wanted[episode_id].append(term)
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for episode_id, terms in wanted.items():
        documents = map(candidate, index.stored(episode_id))
        for term, form in spelled(terms, documents).items():
            forms[term][form] += 1
    return {term: max(found, key=lambda form: (found[form], form)) for term, found in forms.items()}


def _same(text: str) -> str:
    """Forms that are the same however they are joined: open source, open-source, OpenSource."""
    return "".join(character for character in text.casefold() if character.isalnum()).removesuffix("s")


def _day(digest: Digest) -> date | None:
    return date.fromisoformat(digest.published[:10]) if digest.published else None


def _unit(days: Sequence[date]) -> Unit:
    months = (max(days) - min(days)).days / 30.4 if days else 0
    return "month" if months <= 18 else "quarter" if months <= 72 else "year"


def _start(day: date, unit: Unit) -> date:
    month = {"month": day.month, "quarter": 3 * ((day.month - 1) // 3) + 1, "year": 1}[unit]
    return date(day.year, month, 1)


def _periods(days: Sequence[date], unit: Unit) -> tuple[Period, ...]:
    """Every period from the first episode to the last, also those without any."""
    counts = Counter(_start(day, unit) for day in days)
    if not counts:
        return ()
    periods = []
    start, step = min(counts), {"month": 1, "quarter": 3, "year": 12}[unit]
    while start <= max(counts):
        periods.append(Period(start, _label(start, unit), counts[start]))
        after = start.month - 1 + step
        start = date(start.year + after // 12, after % 12 + 1, 1)
    return tuple(periods)


def _label(start: date, unit: Unit) -> str:
    if unit == "year":
        return str(start.year)
    return f"{start.year} Q{start.month // 3 + 1}" if unit == "quarter" else f"{start:%Y-%m}"
