"""What a user types, understood: words, "phrases", prefix*, AND, OR, NOT or -, parentheses, and fields.

    query  = part { [AND | OR] part }        OR joins its neighbours alone: kvm OR xen migration
    part   = [NOT | -] ( "(" query ")" | [field:] word | [field:] "phrase" )

``topic:`` looks in titles only; ``show:``, ``speaker:``, ``since:`` and ``until:`` narrow the whole query, or are
all of it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from podpipe.errors import SearchError
from podpipe.search import analysis

_PIECE = re.compile(
    r"""(?:
        (?P<minus>-)(?=[^\s)])
      | (?P<open>\()
      | (?P<close>\))
      | (?P<joint>(?:OR|AND|NOT)(?=[\s()"]|$)|\|\|?)
      | (?P<field>(?i:topic|show|speaker|since|until)):(?=[^\s)]|\s*$)
      | "(?P<phrase>[^"]*)"
      | (?P<word>(?:[^\s"()]|(?<=[^\s"(])\([^\s"()]*\))+)
    )""",
    re.VERBOSE,
)
_DEEPEST = 50
"""Parentheses within parentheses."""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to be found: a run of terms that stand together (one for a single word)."""

    run: tuple[str, ...]
    prefix: bool = False
    in_title: bool = False
    form: str = field(default="", compare=False)
    """As it was typed."""
    worth: float = field(default=1.0, compare=False)
    """Less than 1 for what only sounds like what was asked for, or is spelled like it ..."""
    heard: str = field(default="", compare=False)
    """... and its words, where it is some beside each other."""


@dataclass(frozen=True, slots=True)
class Any:
    """One of its parts at least."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class All:
    """All of its parts, and none of ``without``."""

    parts: tuple[Node, ...]
    without: tuple[Node, ...] = ()


Node = Term | Any | All


@dataclass(frozen=True, slots=True)
class Query:
    """What must be said (``tree``), and where: in this show or episode, on these days (inclusive), by this speaker."""

    tree: All
    show: str | None = None
    since: date | None = None
    until: date | None = None
    episode_id: str | None = None
    speaker: str | None = None

    @property
    def terms(self) -> tuple[tuple[Term, ...], ...]:
        """The wanted terms in the order of the query; alternatives of one another stand together."""
        return tuple(alternatives for part in self.tree.parts if (alternatives := tuple(_wanted(part))))

    @property
    def either(self) -> All:
        """What must be said, or any of it; within the topic that is asked for."""
        topics = tuple(part for part in self.tree.parts if all(term.in_title for term in _wanted(part)))
        rest = tuple(part for part in self.tree.parts if part not in topics)
        parts = (*topics, Any(rest)) if rest else (Any(topics),)
        return All(parts, self.tree.without)

    @property
    def said(self) -> tuple[tuple[Term, ...], ...]:
        """The wanted terms without those of a topic, within which the others are looked for; all if there are none."""
        of_talk = (tuple(term for term in alternatives if not term.in_title) for alternatives in self.terms)
        return tuple(filter(None, of_talk)) or self.terms

    @property
    def is_narrowed(self) -> bool:
        """Whether it says where: what has no words then asks for all that is there."""
        return any((self.show, self.since, self.until, self.episode_id, self.speaker))

    @property
    def is_of_topics(self) -> bool:
        """Whether it asks for no word that is said."""
        return all(term.in_title for alternatives in self.terms for term in alternatives)

    @property
    def is_of_titles(self) -> bool:
        """Whether it asks for titles alone: who speaks under them is told by the passages."""
        return self.is_of_topics and self.speaker is None


def _wanted(node: Node) -> Iterator[Term]:
    if isinstance(node, Term):
        yield node
    else:
        for part in node.parts:
            yield from _wanted(part)


def parse(
    text: str, *, show: str | None = None, since: date | None = None, languages: Sequence[str] = ("en",)
) -> Query:
    """Read a query; ``languages`` are those that the words may be of.

    It has no terms where there are only fields that narrow it.

    Raises:
        SearchError: a quote or parenthesis is left open, a day is none, or nothing is left to search for; the
            message shows the place.
    """
    reader = _Reader(text, tuple(languages) or ("en",), Query(All(()), show=show, since=since))
    tree = reader.whole()
    query = replace(reader.narrowed, tree=tree)
    if query.tree.parts or (query.is_narrowed and not query.tree.without and not reader.has_words):
        return query
    if reader.has_words:
        raise SearchError(f"there is nothing to search for in {text!r}: give a word that is not as common as 'the'")
    raise SearchError("there is nothing to search for: give a word, a phrase in quotes, or a field as in show:linux")


@dataclass
class _Reader:
    """Recursive descent over the pieces of a query; ``narrowed`` gathers its fields."""

    text: str
    languages: tuple[str, ...]
    narrowed: Query
    pieces: list[re.Match[str]] = field(init=False)
    at: int = 0
    has_words: bool = False
    """Whether there was any word or phrase, be it one that says nothing."""

    def __post_init__(self) -> None:
        if self.text.count('"') % 2:
            raise _wrong("the quote is never closed", self.text, self.text.rindex('"'))
        self.pieces = list(_PIECE.finditer(self.text))

    def whole(self) -> All:
        """The whole query."""
        found = self._any(0)
        return found if isinstance(found, All) else All((found,))

    def _peek(self, kind: str) -> bool:
        return self.at < len(self.pieces) and self.pieces[self.at].lastgroup == kind

    def _joint(self, *names: str) -> bool:
        """Step over one of these joints."""
        found = self._peek("joint") and self.pieces[self.at]["joint"] in names
        self.at += found
        return found

    def _any(self, depth: int) -> Node:
        """Groups between ORs: OR binds its neighbours alone, as people write it: kvm OR xen migration."""
        parts: list[Node] = []
        without: list[Node] = []
        either = False
        while self.at < len(self.pieces) and not (depth and self._peek("close")):
            if self._joint("OR", "|", "||"):
                either = bool(parts)
                continue
            if self._joint("AND"):
                either = False
                continue
            is_without = self._leaves_out()
            begun = self.at
            node = self._part(depth)
            if node is not None:
                if either and is_without:
                    raise _wrong(
                        "OR can't be followed by NOT; leave it out of the whole query", self.text, self._place(begun)
                    )
                if is_without:
                    without.append(node)
                elif either:
                    last = parts.pop()
                    parts.append(Any((*last.parts, node)) if isinstance(last, Any) else Any((last, node)))
                else:
                    parts.append(node)
            either = False
        parts, without = list(dict.fromkeys(parts)), list(dict.fromkeys(without))
        return parts[0] if len(parts) == 1 and not without else All(tuple(parts), tuple(without))

    def _leaves_out(self) -> bool:
        found = False
        while self._peek("minus") or (self._peek("joint") and self.pieces[self.at]["joint"] == "NOT"):
            self.at += 1
            found = True
        return found

    def _place(self, number: int) -> int:
        piece = self.pieces[min(number, len(self.pieces) - 1)]
        return piece.start() + len(piece[0]) - len(piece[0].lstrip())

    def _part(self, depth: int) -> Node | None:
        """A group, phrase or word; None where it is a field or says nothing."""
        if self.at >= len(self.pieces) or self._peek("joint"):
            return None
        place = self._place(self.at)
        if self._peek("close"):
            raise _wrong("this parenthesis was never opened", self.text, place)
        if self._peek("open"):
            return self._group(depth, place)
        piece = self.pieces[self.at]
        self.at += 1
        if piece.lastgroup != "field":
            return self._term(piece)
        name = piece["field"].casefold()
        if not (self._peek("word") or self._peek("phrase")):
            raise _wrong(f"{name}: needs a word or a phrase in quotes", self.text, place)
        value = self.pieces[self.at]
        self.at += 1
        if name == "topic":
            return self._term(value, in_title=True)
        if depth:
            raise _wrong(f"{name}: can't stand in parentheses; it narrows the whole query", self.text, place)
        self._narrow(name, value["phrase"] if value.lastgroup == "phrase" else value["word"], place)
        return None

    def _group(self, depth: int, place: int) -> Node | None:
        if depth == _DEEPEST:
            raise _wrong("these are too many parentheses", self.text, place)
        self.at += 1
        node = self._any(depth + 1)
        if not self._peek("close"):
            raise _wrong("this parenthesis is never closed", self.text, place)
        self.at += 1
        if isinstance(node, All) and not node.parts:
            if node.without:
                raise _wrong("these parentheses only leave out; give a word that is wanted", self.text, place)
            return None
        return node

    def _term(self, piece: re.Match[str], *, in_title: bool = False) -> Node | None:
        self.has_words = True
        value = piece["phrase"] if piece.lastgroup == "phrase" else piece["word"]
        terms = itertools.chain.from_iterable(_terms(value, language) for language in self.languages)
        found = tuple(dict.fromkeys(replace(term, in_title=in_title) for term in terms))
        return Any(found) if len(found) > 1 else (found[0] if found else None)

    def _narrow(self, name: str, value: str, place: int) -> None:
        if name == "show":
            self.narrowed = replace(self.narrowed, show=value)
            return
        if name == "speaker":
            if not analysis.terms(value, ""):
                raise _wrong("speaker: needs a name", self.text, place)
            self.narrowed = replace(self.narrowed, speaker=value)
            return
        first, last = _days(value) or (None, None)
        if first is None or last is None:
            raise _wrong(f"{value!r} is no day; write {name}:2026-11-01", self.text, place)
        if name == "since":
            self.narrowed = replace(self.narrowed, since=first)
        else:
            self.narrowed = replace(self.narrowed, until=last)


def _terms(value: str, language: str) -> Iterator[Term]:
    """A word or phrase; with an asterisk what it begins, also where only the stem of that is known: "memori"."""
    form = value.rstrip("*")
    if form == value:
        if run := tuple(analysis.terms(value, language)):
            yield Term(run, _is_single(run), form=form)
        return
    *before, last = analysis.terms(value, "") or [""]
    if last:
        run = tuple(analysis.normal(term, language) for term in before)
        yield Term((*run, last), prefix=True, form=form)
        yield from (Term((*run, stem), form=form) for stem in analysis.stems(last, language))


def _is_single(run: tuple[str, ...]) -> bool:
    """Whether this is one character of a script without spaces: there any pair that it begins will do."""
    return len(run) == 1 and len(run[0]) == 1 and ord(run[0]) > 0xDFF


def _days(value: str) -> tuple[date, date] | None:
    """The first and last day of a year, month or day (ISO 8601); None where it is none."""
    match = re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", value)
    if not match:
        return None
    year, month, day = int(match[1]), match[2] and int(match[2]), match[3] and int(match[3])
    try:
        first = date(year, month or 1, day or 1)
        if day:
            return first, first
        after = date(year + (not month or month == 12), (month or 12) % 12 + 1, 1)
    except ValueError:
        return None
    return first, after - timedelta(days=1)


def _wrong(what: str, text: str, at: int) -> SearchError:
    return SearchError(f"{what}:\n  {text}\n  {' ' * at}^")
