"""An engine's matches, looked at closely: the best first, each from the sentence in which the words fall."""

from __future__ import annotations

import itertools
import math
import operator
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from podpipe.models import Hit
from podpipe.search import Found, analysis
from podpipe.search.documents import APART, Candidate, Spoken, speaker_terms
from podpipe.search.features import Features, reasons, score
from podpipe.search.query import Query, Term
from podpipe.search.snippets import ROOM, marks, snippet

_NEARLY_AS_GOOD = 0.75

_LESS_ALIKE, _AS_GOOD_AS_SAID = 0.3, 0.9
"""What is less like what was asked for than the best by so much is no hit; nor what is less than that where
something is as it was asked for: of matches that have as many of the terms."""

Rarity = Callable[[Term], float]
_Topic = tuple[str, int]


@dataclass(frozen=True, slots=True)
class _Scored:
    score: float
    candidate: Candidate
    features: Features


def ranked(found: Sequence[Found], query: Query, rarity: Rarity, limit: int) -> tuple[Hit, ...]:
    """One hit for each topic, best first, at most ``limit``; it starts at the first sentence that matches.

    Within a topic the earliest passage is taken that is nearly as good as the best.
    """
    matcher = Matcher(query, rarity)
    topics: dict[_Topic, list[_Scored]] = defaultdict(list)
    for candidate, features in judged(found, query, matcher):
        topics[candidate.episode_id, candidate.chapter_start_ms].append(_Scored(score(features), candidate, features))
    best = {topic: max(group, key=lambda match: match.score) for topic, group in topics.items()}
    order = sorted(topics, key=lambda topic: (-best[topic].score, topic))
    if len(query.said) == 1 and len(query.said[0]) > 1:
        order = _by_turns(order, lambda topic: matcher.worth(_joined(best[topic].candidate)))
    return tuple(_hit(_earliest(topics[topic]), query, matcher) for topic in order[:limit])


def _by_turns(topics: Iterable[_Topic], worth: Callable[[_Topic], float]) -> list[_Topic]:
    """What has a word as it was asked for, then what has others in its place: each of these have their turns.

    In however many passages one is, it may be none that was misheard. Those that are worth more have more turns, as
    parties have seats by their votes (D'Hondt, 1882).
    """
    turns: Counter[float] = Counter()
    found = []
    for topic in topics:
        likely = worth(topic)
        turns[likely] += likely < 1
        found.append((turns[likely] / likely, topic))
    return [topic for _, topic in sorted(found, key=operator.itemgetter(0))]


def judged(found: Sequence[Found], query: Query, matcher: Matcher) -> Iterator[tuple[Candidate, Features]]:
    """The matches that are wanted, and what speaks for each."""
    found = _alike_enough(list(_wanted(found, query, matcher)), query, matcher)
    for match, features in zip(found, matcher.features(found), strict=True):
        yield match.candidate, features


def _earliest(group: Sequence[_Scored]) -> _Scored:
    """The best match of a topic, told by the earliest that is nearly as good; titles only where nothing is said."""
    best = max(group, key=lambda match: match.score)
    good = [match.candidate for match in group if match.score >= _NEARLY_AS_GOOD * best.score]
    spoken = [candidate for candidate in good if candidate.text]
    return replace(best, candidate=min(spoken or good, key=lambda candidate: candidate.start_ms))


def unranked(candidates: Sequence[Candidate], query: Query) -> tuple[Hit, ...]:
    """Hits of what was asked for without words: at their beginnings, in the order in which they are given."""
    nothing = Features(*(0.0 for _ in Features._fields))
    matcher = Matcher(query, lambda term: 0.0)
    return tuple(_hit(_Scored(0.0, candidate, nothing), query, matcher) for candidate in candidates)


class Matcher:
    """The terms of a query, and how to find them in terms that each stand between spaces."""

    def __init__(self, query: Query, rarity: Rarity) -> None:
        self._patterns = [tuple((_pattern(term), term.worth) for term in alternatives) for alternatives in query.said]
        weights = [max(rarity(term) for term in alternatives) for alternatives in query.said]
        self._weights: list[float] = [weight / (sum(weights) or 1) for weight in weights]
        firsts = [alternatives[0].run for alternatives in query.said]
        self._pairs = [_pattern(Term((*left, *right))) for left, right in itertools.pairwise(firsts)]
        self._forms = [_forms(alternatives) for alternatives in query.said]

    def features(self, found: Sequence[Found]) -> list[Features]:
        """The features of each match."""
        best: dict[bool, float] = {}
        for match in found:
            best[bool(match.candidate.text)] = max(best.get(bool(match.candidate.text), 0.0), match.score)
        texts = [_joined(match.candidate) for match in found]
        counts = list(map(self._counts, texts))
        episodes: dict[str, list[int]] = {}
        for match, row in zip(found, counts, strict=True):
            before = episodes.get(match.candidate.episode_id)
            episodes[match.candidate.episode_id] = [a + b for a, b in zip(before, row, strict=True)] if before else row
        talked = {name: self._sum(map(bool, row)) for name, row in episodes.items()}
        much = {name: self._sum(map(math.log1p, row)) for name, row in episodes.items()}
        most = max(much.values(), default=0.0) or 1.0
        made = []
        for match, text, row in zip(found, texts, counts, strict=True):
            candidate = match.candidate
            exact, named = self._forms_in(candidate.text or candidate.chapter or candidate.episode_title)
            features = Features(
                engine=match.score / (best[bool(candidate.text)] or 1.0),
                together=self._together(candidate, row),
                close=self._close(text, row),
                adjacent=sum(pair in text for pair in self._pairs) / len(self._pairs) if self._pairs else 0.0,
                exact=exact,
                named=named,
                episode=talked[candidate.episode_id],
                much=much[candidate.episode_id] / most,
                titled=float(self.share(candidate.title_terms) > 0.999),
                title=float(not candidate.text),
            )
            worth = self.worth(text)
            made.append(features if worth == 1 else Features(*(value * worth for value in features)))
        return made

    def share(self, text: str) -> float:
        """How much of the query a text's terms have."""
        found = 0.0
        for patterns, weight in zip(self._patterns, self._weights, strict=True):
            for pattern, _ in patterns:
                if pattern in text:
                    found += weight
                    break
        return found

    def count(self, text: str) -> int:
        """How many terms of the query a text's terms have, as they are or alike."""
        return sum(any(pattern in text for pattern, _ in patterns) for patterns in self._patterns)

    def worth(self, text: str) -> float:
        """1 where all terms that are here are as they were asked for; less where some only sound alike."""
        worth = 1.0
        for patterns in self._patterns:
            if len(patterns) > 1:
                worth *= max((worth for pattern, worth in patterns if pattern in text), default=1.0)
        return worth

    def _together(self, candidate: Candidate, counts: Sequence[int]) -> float:
        """The share that the best sentence has."""
        if not candidate.text:
            return 0.0
        if sum(map(bool, counts)) > 1:
            return max(map(self.share, candidate.lines))
        return max((weight for weight, count in zip(self._weights, counts, strict=True) if count), default=0.0)

    def _close(self, text: str, counts: Sequence[int]) -> float:
        """The share of the terms that are here, by how many terms the shortest stretch with all of these has."""
        share = self._sum(map(bool, counts))
        here = [patterns for patterns, count in zip(self._patterns, counts, strict=True) if count]
        if len(here) < 2:
            return share
        places = sorted(
            (place, number)
            for number, patterns in enumerate(here)
            for pattern, _ in patterns
            for place in _all_places(text, pattern)
        )
        latest: dict[int, int] = {}
        shortest, stretch = len(text), (0, len(text))
        for place, number in places:
            latest[number] = place
            if len(latest) == len(here) and place - (start := min(latest.values())) < shortest:
                shortest, stretch = place - start, (start, place)
        return share * min(len(here) / (text.count(" ", *stretch) + 1), 1.0)  # one place may be of two terms

    def _counts(self, text: str) -> list[int]:
        return [max([text.count(pattern) for pattern, _ in patterns]) for patterns in self._patterns]

    def _sum(self, values: Iterable[float]) -> float:
        return float(sum(map(operator.mul, self._weights, values)))

    def _forms_in(self, text: str) -> tuple[float, float]:
        """The share of the terms that are here in a form that was typed; and with a capital."""
        lower = text.lower()
        can_tell = len(lower) == len(text)
        exact = named = 0.0
        for forms, weight in zip(self._forms, self._weights, strict=True):
            is_here = is_named = False
            for place in itertools.chain.from_iterable(_places(lower, *form) for form in forms):
                is_here = True
                if can_tell and text[place].isupper():
                    is_named = True
                    break
            exact += weight * is_here
            named += weight * is_named
        return exact, named


def _forms(alternatives: Sequence[Term]) -> list[tuple[str, bool]]:
    """What was typed for a term, in small letters, and whether words only begin so."""
    beginnings = {term.form.lower() for term in alternatives if term.prefix}
    return [(form, form in beginnings) for form in dict.fromkeys(term.form.lower() for term in alternatives) if form]


def _places(text: str, form: str, is_beginning: bool) -> Iterator[int]:
    """Where a form stands in a text as whole words, or begins some."""
    place = text.find(form)
    while place >= 0:
        end = place + len(form)
        if not text[place - 1 : place].isalnum() and (is_beginning or not text[end : end + 1].isalnum()):
            yield place
        place = text.find(form, end)


def _all_places(text: str, pattern: str) -> Iterator[int]:
    place = text.find(pattern)
    while place >= 0:
        yield place
        place = text.find(pattern, place + 1)


def _pattern(term: Term) -> str:
    return " " + " ".join(term.run) + ("" if term.prefix else " ")


def _joined(candidate: Candidate) -> str:
    """The terms of a candidate, one after the other, each between spaces."""
    text = candidate.terms.replace("\n ", "") if candidate.text else candidate.title_terms
    return APART.join((text, *(alias.terms for alias in candidate.aliases))) if candidate.aliases else text


def _wanted(found: Iterable[Found], query: Query, matcher: Matcher) -> Iterator[Found]:
    """The matches without those whose titles have what is not wanted, and of the speaker that was asked for."""
    without = [_pattern(node) for node in query.tree.without if isinstance(node, Term)]
    titles: dict[str, bool] = {}
    for match in found:
        candidate = match.candidate
        if without:
            heading = f"{candidate.episode_title}\n{candidate.chapter}"
            if heading not in titles:
                terms = (
                    f" {' '.join(analysis.terms(candidate.episode_title, candidate.language))} {candidate.title_terms}"
                )
                titles[heading] = any(pattern in terms for pattern in without)
            if titles[heading]:
                continue
        if query.speaker:
            candidate = said_by(candidate, query.speaker)
            if not candidate.text or not (query.is_of_topics or matcher.share(_joined(candidate))):
                continue
            match = replace(match, candidate=candidate)
        yield match


def _alike_enough(found: Sequence[Found], query: Query, matcher: Matcher) -> Sequence[Found]:
    """The matches without sound-alikes that only seem to be some, or are so much less alike than the best."""
    if all(term.worth == 1 for alternatives in query.said for term in alternatives):
        return found
    alike = [term for alternatives in query.said for term in alternatives if term.worth < 1]
    words = [_pattern(term) for term in alike if len(term.run) == 1 and not term.heard]
    kept = []
    for match in found:
        text = _joined(match.candidate)
        worth = matcher.worth(text)
        is_word = worth == 1 or any(word in text for word in words)
        if is_word or next(heard_as(match.candidate.text, text, alike, match.candidate.language), None):
            kept.append((match, worth, matcher.count(text)))
    counts = {count for *_, count in kept}
    best = {count: max(worth for _, worth, other in kept if other >= count) for count in counts}
    return [match for match, worth, count in kept if worth >= _least_alike(best[count])]


def _least_alike(best: float) -> float:
    return _AS_GOOD_AS_SAID if best == 1 else best - _LESS_ALIKE


def heard_as(text: str, terms: str, alike: Sequence[Term], language: str) -> Iterator[str]:
    """What a text has in place of what was asked for: words that stand together, with nothing between them.

    ``terms`` are those of the text, each between spaces.
    """
    for term in alike:
        if _pattern(term) not in terms:
            continue
        if term.heard:
            spelled = r"[\s-]+".join(map(_spelled, term.heard.split()))
            yield from (match[0] for match in re.finditer(rf"(?<!\w){spelled}(?!\w)", text, re.IGNORECASE))
        else:
            found = (text[start:end] for start, end in marks(text, [term], language))
            yield from (words for words in found if len(words.split()) <= len(term.run))


def _spelled(word: str) -> str:
    """A pattern of what a word's stem is the stem of; of a word that says nothing, of itself."""
    if analysis.is_stop(word):
        return re.escape(word)
    return (f"{re.escape(word[:-1])}[iy]" if word.endswith("i") else re.escape(word)) + r"\w{0,3}"


def said_by(candidate: Candidate, name: str) -> Candidate:
    """What speakers of a name say of a passage."""
    words = f" {speaker_terms(name)} "
    kept = [n for n, speaker in enumerate(candidate.speakers) if words in f" {speaker_terms(speaker)} "]
    terms, texts = candidate.terms.split("\n"), candidate.text.split("\n")
    return msgspec.structs.replace(
        candidate,
        terms="\n".join(terms[n] for n in kept),
        text="\n".join(texts[n] for n in kept),
        times_ms=tuple(time for n in kept for time in candidate.times_ms[2 * n : 2 * n + 2]),
        speakers=tuple(candidate.speakers[n] for n in kept),
        aliases=tuple(
            msgspec.structs.replace(alias, sentence=kept.index(alias.sentence))
            for alias in candidate.aliases
            if alias.sentence in kept
        ),
    )


def _hit(hit: _Scored, query: Query, matcher: Matcher) -> Hit:
    candidate, sentences = hit.candidate, hit.candidate.sentences
    shares = [matcher.share(sentence.terms) for sentence in sentences]
    best = [number for number, share in enumerate(shares) if share == max(shares)]
    heard = {number: _heard(candidate, number, query) for number in best}
    as_asked = [number for number in best if matcher.worth(sentences[number].terms) == 1 and not heard[number]]
    number = next(iter((*as_asked, *filter(heard.get, best), *best)), None)
    sentence = None if number is None else sentences[number]
    text = around(sentences, sentence) if sentence else candidate.chapter or candidate.episode_title
    instead = () if number is None else heard[number]
    return Hit(
        episode_id=candidate.episode_id,
        episode_title=candidate.episode_title,
        show=candidate.show,
        published=datetime.fromisoformat(candidate.published) if candidate.published else None,
        chapter=candidate.chapter,
        chapter_start_ms=candidate.chapter_start_ms,
        start_ms=sentence.start_ms if sentence else candidate.start_ms,
        end_ms=sentence.end_ms if sentence else candidate.end_ms,
        snippet=snippet(text, query, candidate.language, instead),
        score=hit.score,
        enclosure=candidate.enclosure,
        note=f"heard: {', '.join(instead)}" if instead else "",
        heard=instead,
        reasons=reasons(hit.features),
    )


def _heard(candidate: Candidate, number: int, query: Query) -> tuple[str, ...]:
    """What a sentence has in place of the words that were asked for, as it was heard."""
    if not candidate.aliases and all(len(alternatives) == 1 for alternatives in query.said):
        return ()
    sentence = candidate.sentences[number]
    terms = candidate.terms.split("\n")[number]
    found: dict[str, None] = {}
    for alternatives in query.said:
        if any(_pattern(term) in terms for term in alternatives if term.worth == 1):
            continue
        alike = [term for term in alternatives if term.worth < 1]
        found |= dict.fromkeys(heard_as(sentence.text, terms, alike, candidate.language))
        found |= dict.fromkeys(
            alias.heard
            for alias in candidate.aliases
            if alias.sentence == number and any(_pattern(term) in alias.terms for term in alternatives)
        )
    return tuple(words for words in found if not any(words in others and words != others for others in found))


def around(sentences: Sequence[Spoken], sentence: Spoken) -> str:
    """The sentence, and while there is room those after it."""
    text = ""
    for following in sentences[sentences.index(sentence) :]:
        if text and len(text) + len(following.text) > ROOM:
            break
        text = f"{text} {following.text}".strip()
    return text
