"""Why a hit stands where it does, in words and numbers."""

from __future__ import annotations

from podpipe.models import Hit, Reason

WORDS: dict[str, str] = {
    "engine": "how often its words are said here and how rare they are (BM25): {} of the best match",
    "together": "{} of the query is in one sentence",
    "close": "its words stand {} as close together as they could",
    "adjacent": "{} of the neighbours in the query are neighbours here",
    "exact": "{} of the query is said in the very form that was typed",
    "named": "{} of the query is written as a name here",
    "episode": "{} of the query is in this episode's matches together",
    "much": "the episode talks of it {} as much as the one that talks of it most",
    "titled": "all of the query is in the chapter's or episode's title",
    "title": "the match is a title",
}
"""What each of ``podpipe.search.features.Features`` means; {} is its share."""

_COMPARED = {"engine", "much", "close"}
"""Those of which 100 % is no "all"."""


def lines(hit: Hit) -> tuple[str, ...]:
    """``score 1.93``, and a line for each part of it, the greatest first."""
    parts = sorted(hit.reasons, key=lambda reason: -reason.value * reason.weight)
    told = [f"{part.value * part.weight:+.2f}  {words(part)}" for part in parts]
    return (f"score {hit.score:.2f}", *(line for line in told if not line.startswith("+0.00")))


def words(reason: Reason) -> str:
    """What speaks for the hit: "all of the query is in one sentence"."""
    share = "all" if reason.value >= 0.995 else f"{reason.value:.0%}"
    if reason.name in _COMPARED:
        share = f"{reason.value:.0%}"
    return WORDS[reason.name].format(share)
