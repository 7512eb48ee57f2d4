"""What passages are about, in the index's own terms: single ones, and two that stand together."""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from podpipe.prose import CHAT, STOP
from podpipe.search import analysis
from podpipe.search.documents import Candidate, Spoken

_BETWEEN = re.compile(r"[\s'’_/&+-]*(?:\b(?:of|the|and|for|to|in|a)\b[\s'’-]*){0,2}")
"""What may stand between two terms that are one name: state of the art, research & development."""

_COMPOUND = re.compile(r"(?<!\w)[^\W_]++(?:[._/+#-]++[^\W_]++)+")
_ADDRESS = re.compile(r"www\.|//|\.(?:com|org|net|io|dev)/", re.IGNORECASE)
_LONGEST = 32

_NAME = re.compile(r"(?<=[a-z0-9,] )[A-Z][\w+#.-]*\w|\b\w*[a-z_][A-Z]\w*|\b[A-Z]{2,}[A-Z0-9]*\b")
"""A word with a capital within a sentence, or one within the word."""

_CALLED = re.compile(r"(?:^|[.?!] |\n)([A-Z]\w+)[,?!]|, ([A-Z]\w+)[.?!]")


def terms_of(sentence: Spoken) -> Iterator[str]:
    """The terms of a sentence, and its neighbours as one, parted by a space; without words of any talk."""
    stems = sentence.terms.split()
    yield from (stem for stem in stems if is_telling(stem))
    for left, right in itertools.pairwise(stems):
        if left != right and is_telling(left) and is_telling(right):
            yield f"{left} {right}"


@functools.lru_cache(maxsize=500_000)
def is_telling(stem: str) -> bool:
    """Whether anything may be about a term: it has letters, is no single one, and no word of any talk."""
    return len(stem) > 1 and not stem.isdigit() and stem not in _any_talk() and not stem[0].isdigit()


@functools.cache
def _any_talk() -> frozenset[str]:
    words = CHAT | STOP | {"www", "http", "https", "com", "html"}
    return frozenset(form for word in words for form in (word, analysis.normal(word)))


def counted(passages: Iterable[Candidate], *, least: int = 1) -> Counter[str]:
    """How often each term of some passages is said, as ``terms_of`` has them, where it is at least so often."""
    runs = [line.split() for passage in passages if passage.text for line in passage.lines]
    singles = Counter(itertools.chain.from_iterable(runs))
    telling = {stem for stem in singles if is_telling(stem)}
    pairs = Counter(itertools.chain.from_iterable(map(itertools.pairwise, runs)))
    found = Counter({stem: singles[stem] for stem in telling if singles[stem] >= least})
    for (left, right), count in pairs.items():
        if count >= least and left != right and left in telling and right in telling:
            found[f"{left} {right}"] = count
    return found


def names(passages: Iterable[Candidate]) -> Counter[str]:
    """How often each term stands as a name does: with a capital where no sentence begins, or in capitals."""
    words: Counter[tuple[str, str]] = Counter()
    for passage in passages:
        words.update((word, passage.language) for word in _NAME.findall(passage.text))
    found: Counter[str] = Counter()
    for (word, language), count in words.items():
        found[analysis.normal(word.strip(".-"), language)] += count
    return found


def addressed(passages: Iterable[Candidate]) -> Counter[str]:
    """How often each name is called out, as those who talk are: "Ben, what do you think?", "Thanks, Ben."."""
    words = Counter(word for passage in passages for match in _CALLED.findall(passage.text) for word in match if word)
    found: Counter[str] = Counter()
    for word, count in words.items():
        found[analysis.normal(word)] += count
    return found


def spelled(terms: Iterable[str], passages: Iterable[Candidate]) -> dict[str, str]:
    """Terms as they are written most often in some passages or titles; those that are not there are left out.

    Two terms count only where they are one name, with no comma or other words between them.
    """
    wanted = {tuple(term.split()): term for term in terms}
    forms: dict[str, Counter[str]] = {}
    for passage in passages:
        title = Spoken(passage.chapter or passage.episode_title, 0, 0, passage.title_terms)
        for sentence in passage.sentences or (title,):
            here = [run for run in wanted if f" {' '.join(run)} " in sentence.terms]
            for run, form in _forms(sentence.text, passage.language, here) if here else ():
                forms.setdefault(wanted[run], Counter())[form] += 1
    return {term: max(found, key=lambda form: (found[form], form)) for term, found in forms.items()}


def _forms(text: str, language: str, runs: list[tuple[str, ...]]) -> Iterator[tuple[tuple[str, ...], str]]:
    spans = list(analysis.spans(text, language))
    for run in runs:
        for place in range(len(spans) - len(run) + 1):
            part = spans[place : place + len(run)]
            if tuple(term for term, _, _ in part) != run:
                continue
            if len(run) == 1 or _BETWEEN.fullmatch(text, part[0][2], part[1][1]):
                yield run, _whole(text, part[0][1], part[-1][2])


def _whole(text: str, start: int, end: int) -> str:
    """A stretch of text with what its ends are written together with: oom_score_adj, node.js, io_uring."""
    first, last = start, end
    for match in _COMPOUND.finditer(text):
        if match.start() <= start < match.end():
            first = match.start()
        if match.start() < end <= match.end():
            last = match.end()
    whole = text[first:last]
    return whole if len(whole) <= _LONGEST and not _ADDRESS.search(whole) else text[start:end]


def query_for(text: str) -> str:
    """A query that finds a term as it is spelled: a phrase in quotes where it has several words."""
    return f'"{text}"' if re.search(r"[^\w.+#-]", text) or text in ("OR", "AND", "NOT") else text
