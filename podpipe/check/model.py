"""What a rule is, what it gives, and the register of all rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""Worst first. An error: apps refuse it, or listeners lose something. A warning: some apps show it
wrongly, or it sounds worse than it need. Info: worth knowing."""

Found = tuple[str, str]
"""Where in the file, and what is wrong there with its values."""

F = TypeVar("F")

FAMILIES = {
    "X": "Files",
    "A": "Audio",
    "C": "Chapters",
    "T": "Tags and pictures",
    "S": "Transcripts",
    "F": "Feeds",
    "E": "Episodes of the library",
}
"""Subjects, by the first letter of a code."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong. ``source`` is where it is written down; ``fixable``: ``--fix`` mends it."""

    code: str
    severity: Severity
    title: str
    hurts: str
    mend: str
    source: str
    fixable: bool
    look: Callable[[Any], Iterable[Found]] = field(repr=False, compare=False)

    def findings(self, facts: object) -> Iterator[Finding]:
        """What this rule has to say of some facts of its family."""
        for where, message in self.look(facts):
            yield Finding(self.code, self.severity, where, message, self.hurts, self.mend, self.fixable)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: where, what, who is hurt, how to mend it."""

    code: str
    severity: Severity
    where: str
    message: str
    hurts: str
    mend: str
    fixable: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in one file or feed. ``kind`` says what it was taken for; ``facts`` what was measured."""

    target: str
    kind: str
    findings: tuple[Finding, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)


RULES: dict[str, Rule] = {}
"""All rules by code."""


def rule(
    code: str, severity: Severity, title: str, *, hurts: str, mend: str, source: str, fixable: bool = False
) -> Callable[[Callable[[F], Iterable[Found]]], Callable[[F], Iterable[Found]]]:
    """Enter a function in the register."""

    def enter(look: Callable[[F], Iterable[Found]]) -> Callable[[F], Iterable[Found]]:
        if code in RULES:
            raise ValueError(f"two rules are called {code}")
        RULES[code] = Rule(code, severity, title, hurts, mend, source, fixable, look)
        return look

    return enter


def look(family: str, facts: object) -> Iterator[Finding]:
    """What all rules of a family find in some facts, by code."""
    for code in sorted(RULES):
        if code.startswith(family):
            yield from RULES[code].findings(facts)
