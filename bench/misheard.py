"""Are terms found that the recogniser misheard? Pairs of a term and how it may be written, put into real talk."""

from __future__ import annotations

import itertools
import json
import random
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

from bench.corpus import indexed
from bench.episodes import shared_data
from bench.table import Settings, Table
from podpipe.models import IndexedEpisode, Passage, Sentence, Word
from podpipe.prose import bare
from podpipe.search import ENGINES, Index, analysis, open_index, search
from podpipe.speech.aliases import Aliases

EXPLANATION = """\
Terms and how a recogniser writes them ("wireguard", "wire guard"), put into {passages:,} passages of real talk: each
misheard form into {times} episodes, into sentences that had the term where there are such; every other sentence that
has one of the terms is taken out. Each term is asked for as it is spelled. *Recall*: of the pairs, the share of which
one of the first ten hits begins at a sentence that was put in. *Precision*: of the first ten hits that are labelled as
sound-alikes, of all queries, the share that are labelled with a misheard form of the term. *With the terms in the
notes*: ingest sets aliases, with all these terms in every episode's notes, and a recogniser that doubts the misheard
words and no others.

The first pairs are given. The weights of what is alike, and how likely it must be, are of the others alone: of pairs
that Whisper (base, tiny.en) really made of a synthetic voice (of other pitches, and with noise), of names and words of
any field, of which *really misheard* are a part, and of {others} *written* from how names are said. Rules of sounds and
letters were made with given and written pairs in view. Of {unseen} more, *unseen*, only these figures were ever seen;
their words are farther from what was said."""

HEADER = ("Search", "Recall", "Precision", "Pairs", "Query: median", "95th percentile", "Target")
TARGET = "≥ 0.75, ≥ 0.60"

_PAIRS = {
    "really misheard": "misheard_held_out.json",
    "written, others": "misheard_others.json",
    "written, unseen": "misheard_unseen.json",
}
_TIMES = 3
_PLAIN = "So in the end we moved all of that over to {}, and nobody complained."
_DOUBTED = 0.5
_EVERY = 4
"""One in so many episodes of the corpus is used."""


@dataclass(frozen=True, slots=True)
class Library:
    """Episodes with misheard terms in them: where each pair, (term, heard), is: (episode, ms)."""

    episodes: tuple[IndexedEpisode, ...]
    places: dict[tuple[str, str], frozenset[tuple[str, int]]]

    @property
    def with_aliases(self) -> tuple[IndexedEpisode, ...]:
        """The episodes as ingest makes them where the notes have all the terms."""
        put = frozenset(itertools.chain.from_iterable(self.places.values()))
        terms = sorted({term for term, _ in self.places})
        return tuple(_aliased(episode, terms, put) for episode in self.episodes)


def run(settings: Settings) -> Table:
    """Put the misheard terms in, and ask for them."""
    library = misheard(settings, shared_data("search", "misheard.json"))
    others = {name: misheard(settings, Path(__file__).with_name(file)) for name, file in _PAIRS.items()}
    tries = [("", library, library.episodes), (", with the terms in the notes", library, library.with_aliases)]
    tries += [(f", {name}", asked, asked.episodes) for name, asked in others.items()]
    rows: list[tuple[str, ...]] = []
    for engine in ENGINES:
        for number, (name, asked, episodes) in enumerate(tries):
            with open_index(settings.folder / f"misheard-{engine}-{number}", create=True, engine=engine) as index:
                index.add(episodes)
                rows.append((f"podpipe on {engine}{name}", *figures(index, asked), "–" if number > 1 else TARGET))
    explanation = EXPLANATION.format(
        passages=sum(len(episode.passages) for episode in library.episodes),
        times=_TIMES,
        others=len(others["written, others"].places),
        unseen=len(others["written, unseen"].places),
    )
    return Table("Misheard terms", explanation, HEADER, tuple(rows))


def figures(index: Index, library: Library) -> tuple[str, ...]:
    """Recall, precision, how many pairs that is, and times."""
    found = hits = right = 0
    times: list[float] = []
    search(index, "zzyzx")  # reads the vocabulary
    for term, forms in groupby(library.places, key=itemgetter(0)):
        started = time.perf_counter()
        given = [hit for hit in search(index, term).hits if hit.note]
        times.append((time.perf_counter() - started) * 1000)
        begun = {(hit.episode_id, hit.start_ms) for hit in given}
        pairs = list(forms)
        found += sum(bool(begun & library.places[pair]) for pair in pairs)
        hits += len(given)
        right += sum(any(bare(heard) in bare(hit.note) for _, heard in pairs) for hit in given)
    return (
        f"{found / len(library.places):.2f}",
        f"{right / max(hits, 1):.2f}",
        f"{found} of {len(library.places)}",
        f"{statistics.median(times):.0f} ms",
        f"{statistics.quantiles(times, n=20)[-1]:.0f} ms",
    )


def misheard(settings: Settings, file: Path) -> Library:
    """Every fourth episode of the corpus, with the terms of a file of pairs misheard."""
    pairs = [(row["term"], row["heard"]) for row in json.loads(file.read_bytes())]
    terms = re.compile(rf"(?<![\w'])(?:{'|'.join(re.escape(term) for term in dict(pairs))})(?!\w)", re.IGNORECASE)
    archive = shared_data("corpus", "changelog-transcripts.tar.xz")
    episodes = list(islice(indexed(archive, 10**9), 0, 400 if settings.quick else None, _EVERY))
    said: dict[str, list[tuple[int, Sentence]]] = defaultdict(list)
    for number, episode in enumerate(episodes):
        for sentence in _sentences(episode):
            if len(found := {match.casefold() for match in terms.findall(sentence.text)}) == 1:
                said[found.pop()].append((number, sentence))
    chance = random.Random(1)
    put: dict[int, dict[int, str]] = defaultdict(dict)
    places: dict[tuple[str, str], set[tuple[str, int]]] = defaultdict(set)
    for term, heard in pairs:
        known = [place for place in said[term] if place[1].start_ms not in put[place[0]]]
        apart = dict(chance.sample(known, len(known)))
        while len(apart) < _TIMES:
            number = chance.randrange(len(episodes))
            apart.setdefault(number, chance.choice(list(_sentences(episodes[number]))))
        for number, sentence in list(apart.items())[:_TIMES]:
            spelled = re.compile(rf"(?<![\w']){re.escape(term)}(?!\w)", re.IGNORECASE)
            new = spelled.sub(heard, sentence.text) if spelled.search(sentence.text) else _PLAIN.format(heard)
            put[number][sentence.start_ms] = new
            places[term, heard].add((episodes[number].episode.id, sentence.start_ms))
    stems = {analysis.normal(term) for term, _ in pairs}
    changed = tuple(_changed(episode, put[number], stems) for number, episode in enumerate(episodes))
    return Library(changed, {pair: frozenset(where) for pair, where in sorted(places.items())})


def _aliased(episode: IndexedEpisode, terms: Sequence[str], put: frozenset[tuple[str, int]]) -> IndexedEpisode:
    aliases = Aliases(terms, ())
    passages = []
    for passage in episode.passages:
        made = []
        for sentence in passage.sentences:
            sure = _DOUBTED if (episode.episode.id, sentence.start_ms) in put else 1.0
            words = [Word(text, 0, 0, sure) for text in sentence.text.split()]
            made.append(replace(sentence, aliases=aliases.of(words)))
        passages.append(replace(passage, sentences=tuple(made)))
    return replace(episode, passages=tuple(passages))


def _sentences(episode: IndexedEpisode) -> Iterator[Sentence]:
    return (sentence for passage in episode.passages for sentence in passage.sentences)


def _changed(episode: IndexedEpisode, put: dict[int, str], terms: set[str]) -> IndexedEpisode:
    """An episode with these sentences put in at their times, and without others that have a term."""
    facts = replace(episode.episode, title="")
    return replace(
        episode, episode=facts, passages=tuple(_passage(passage, put, terms) for passage in episode.passages)
    )


def _passage(passage: Passage, put: dict[int, str], terms: set[str]) -> Passage:
    return replace(
        passage,
        sentences=tuple(
            replace(sentence, text=put.get(sentence.start_ms, sentence.text))
            for sentence in passage.sentences
            if sentence.start_ms in put or not terms.intersection(analysis.terms(sentence.text))
        ),
    )
