"""What a user types, understood: "phrases", -without, OR, prefix*, show: since: topic:."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from podpipe.errors import SearchError
from podpipe.search import analysis

_PIECE = re.compile(r'(?P<minus>-)?(?:(?P<field>show|since|topic):)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to be found: a run of terms that stand together (one for a single word)."""

    run: tuple[str, ...]
    prefix: bool = False
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """All of ``terms`` (each a tuple of alternatives) and none of ``without``."""

    terms: tuple[tuple[Term, ...], ...]
    without: tuple[Term, ...] = ()
    show: str | None = None
    since: date | None = None


def parse(text: str, *, show: str | None = None, since: date | None = None) -> Query:
    """Read a query.

    Raises:
        SearchError: a quote is left open, a day is none, or nothing is left to search for.
    """
    if text.count('"') % 2:
        at = text.rindex('"')
        raise SearchError(f"the quote is never closed:\n  {text}\n  {' ' * at}^")
    terms: list[tuple[Term, ...]] = []
    without: list[Term] = []
    either = False
    for match in _PIECE.finditer(text):
        value = match["phrase"] if match["phrase"] is not None else match["word"]
        if match["word"] in ("OR", "AND") and not match["field"]:
            either = match["word"] == "OR" and bool(terms)
            continue
        if match["field"] == "show":
            show = value
        elif match["field"] == "since":
            since = _day(value, text, match.start())
        else:
            run = tuple(analysis.terms(value))
            if not run:
                continue
            term = Term(run, prefix=value.endswith("*"), in_title=match["field"] == "topic")
            if match["minus"]:
                without.append(term)
            elif either:
                terms[-1] = (*terms[-1], term)
            else:
                terms.append((term,))
        either = False
    if not terms:
        raise SearchError(f"there is nothing to search for in {text!r}: give a word that is not as common as 'the'")
    return Query(tuple(terms), tuple(without), show, since)


def _day(value: str, text: str, at: int) -> date:
    match = re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", value)
    try:
        if match:
            return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        pass
    raise SearchError(f"{value!r} is no day; write since:2026-11-01\n  {text}\n  {' ' * at}^")
