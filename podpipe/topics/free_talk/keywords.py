"""What a stretch of talk is about, in its own words: its most telling terms, as they are spelled most often."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from podpipe.prose import CHAT
from podpipe.topics.free_talk.talk import Talk

_TERMS = 3
_OPENING = 120
"""The first words of a stretch count twice: there its topic is named."""


def titles(talk: Talk, starts: Sequence[int]) -> tuple[str, ...]:
    """A title for each stretch from one start (number of a word) to the next, the last to the end.

    A term is worth what it is oftener in the stretch than elsewhere, by log-likelihood (Dunning, 1993).
    """
    stretches = list(zip(starts, [*starts[1:], len(talk.forms)], strict=False))
    counts = [_counts(talk, first, end) for first, end in stretches]
    whole = Counter[str]()
    for part in counts:
        whole.update(part)
    spellings = _spellings(talk)
    return tuple(
        _title(part, whole, spellings, talk, first) for part, (first, _) in zip(counts, stretches, strict=True)
    )


def _telling(talk: Talk, place: int) -> bool:
    form = talk.forms[place]
    return (
        bool(talk.stems[place])
        and len(form) >= 3
        and form[0].isalpha()
        and form not in CHAT
        and not form.endswith("ly")
        and "'" not in form
    )


def _terms(talk: Talk, first: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Telling words and pairs of them with no punctuation between: the key, and its first word and the one after."""
    for place in range(first, end):
        if not _telling(talk, place):
            continue
        yield talk.stems[place], place, place + 1
        together = talk.words[place].text[-1:].isalnum()
        if together and place + 1 < end and _telling(talk, place + 1) and talk.stems[place] != talk.stems[place + 1]:
            yield f"{talk.stems[place]} {talk.stems[place + 1]}", place, place + 2


def _counts(talk: Talk, first: int, end: int) -> Counter[str]:
    found = Counter(key for key, _, _ in _terms(talk, first, end))
    found.update(key for key, _, _ in _terms(talk, first, min(first + _OPENING, end)))
    return found


def _spellings(talk: Talk) -> dict[str, str]:
    spelled: dict[str, Counter[str]] = defaultdict(Counter)
    for key, first, after in _terms(talk, 0, len(talk.forms)):
        spelled[key][" ".join(word.text.strip(' .,:;!?"“”()[]…') for word in talk.words[first:after])] += 1
    return {key: forms.most_common(1)[0][0] for key, forms in spelled.items()}


def _title(part: Counter[str], whole: Counter[str], spellings: dict[str, str], talk: Talk, first: int) -> str:
    size, total = sum(part.values()), sum(whole.values())
    worth = {
        key: count * math.log(count * (total + 1) / (size * (whole[key] + 0.5)) + 1) * (1.6 if " " in key else 1)
        for key, count in part.items()
        if count >= 3 or (" " in key and count >= 2)
    }
    chosen: list[str] = []
    for key in sorted(worth, key=lambda key: (-worth[key], key)):
        if len(chosen) < _TERMS and not {*key.split()} & {stem for other in chosen for stem in other.split()}:
            chosen.append(key)
    if not chosen:
        return " ".join(word.text for word in talk.words[first : first + 6]).strip(" .,:;!?") or "…"
    title = ", ".join(spellings[key] for key in chosen)
    return title[:1].upper() + title[1:]
