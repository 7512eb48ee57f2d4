"""Every regular expression of ours against text that is made to slow it down (ReDoS)."""

from __future__ import annotations

import ast
import importlib
import re
import signal
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import podpipe

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import sre_constants as c
    import sre_parse

ROOT = Path(podpipe.__file__).parent
LENGTH = 10_000
"""Characters of an attack."""

LIMIT_S = 0.15
"""A pattern whose time is linear needs a thousandth of it."""

ANYWHERE = frozenset(("search",))
METHODS = frozenset(("match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"))


@dataclass(frozen=True)
class Use:
    """A pattern, and the ways in which it is looked for: "match" and "fullmatch" begin at one place only."""

    pattern: str | bytes
    flags: int
    methods: frozenset[str]


def uses() -> dict[str, Use]:
    """Patterns that the code writes out, and those that modules hold compiled, by where they are."""
    found: dict[str, Use] = {}
    trees = {
        ".".join(("podpipe", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__"): ast.parse(
            path.read_text()
        )
        for path in sorted(ROOT.rglob("*.py"))
    }
    methods = _methods(trees)
    for module, tree in trees.items():
        for node in ast.walk(tree):
            call = _of(node, "re")
            if call and call.args and isinstance(call.args[0], ast.Constant) and node.func.attr != "compile":
                found[f"{module}:{node.lineno}"] = Use(call.args[0].value, _flags(call), frozenset((node.func.attr,)))
        if module == "podpipe.__main__":
            continue
        for name, value in vars(importlib.import_module(module)).items():
            for key, pattern in _patterns(name, value):
                found[f"{module}.{key}"] = Use(
                    pattern.pattern, pattern.flags, methods.get((module, name), methods.get(name, ANYWHERE))
                )
    return found


def _patterns(name: str, value: object) -> Iterator[tuple[str, re.Pattern[Any]]]:
    """A module's value, or those within it, that are patterns."""
    if isinstance(value, re.Pattern):
        yield name, value
    elif isinstance(value, tuple | list | dict):
        for number, inner in enumerate(value.values() if isinstance(value, dict) else value):
            yield from _patterns(f"{name}[{number}]", inner)


def _methods(trees: Mapping[str, ast.AST]) -> dict[Any, frozenset[str]]:
    """The methods that are called on each name: those of its own module, and those in modules that import it."""
    found: dict[Any, set[str]] = defaultdict(set)
    for module, tree in trees.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Attribute) or node.attr not in METHODS:
                continue
            if isinstance(node.value, ast.Name):
                found[module, node.value.id].add(node.attr)
            elif isinstance(node.value, ast.Attribute):
                found[node.value.attr].add(node.attr)
    return {key: frozenset(attributes) for key, attributes in found.items()}


def _of(node: ast.AST, name: str) -> ast.Call | None:
    """A call of a function of a module that is called ``name``."""
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return node if is_call and isinstance(node.func.value, ast.Name) and node.func.value.id == name else None


def _flags(call: ast.Call) -> int:
    flags = 0
    for node in (*call.args[1:], *(keyword.value for keyword in call.keywords if keyword.arg == "flags")):
        for part in ast.walk(node):
            if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == "re":
                value = getattr(re, part.attr)
                flags |= value if isinstance(value, re.RegexFlag) else 0
    return flags


PATTERNS = uses()


def sample(tree: Any) -> str:
    """A short text that a pattern matches, or nearly."""
    return "".join(_sample(op, argument) for op, argument in tree)


def _sample(op: Any, argument: Any) -> str:
    match op:
        case c.LITERAL:
            return chr(argument)
        case c.NOT_LITERAL:
            return "a" if argument != ord("a") else "b"
        case c.ANY:
            return "a"
        case c.IN:
            return _member(argument)
        case c.BRANCH:
            return sample(argument[1][0])
        case c.SUBPATTERN:
            return sample(argument[-1])
        case c.ATOMIC_GROUP:
            return sample(argument)
        case c.MAX_REPEAT | c.MIN_REPEAT | c.POSSESSIVE_REPEAT:
            return sample(argument[2]) * max(argument[0], 1 if argument[0] else 0)
        case _:
            return ""


def _member(items: Any) -> str:
    negated = bool(items) and items[0][0] is c.NEGATE
    names = {c.CATEGORY_SPACE: " ", c.CATEGORY_DIGIT: "1", c.CATEGORY_WORD: "a", c.CATEGORY_NOT_SPACE: "a",
             c.CATEGORY_NOT_DIGIT: "a", c.CATEGORY_NOT_WORD: "-"}  # fmt: skip
    if negated:
        return next((x for x in "a 1-\n<é中" if not any(_has(item, x) for item in items[1:])), "中")
    op, argument = items[0]
    return chr(argument if op is c.LITERAL else argument[0]) if op is not c.CATEGORY else names[argument]


def _has(item: Any, character: str) -> bool:
    op, argument = item
    if op is c.LITERAL:
        return argument == ord(character)
    if op is c.RANGE:
        return argument[0] <= ord(character) <= argument[1]
    tests = {c.CATEGORY_SPACE: str.isspace, c.CATEGORY_DIGIT: str.isdigit, c.CATEGORY_WORD: str.isalnum}
    return argument in tests and tests[argument](character)


def repeats(tree: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """What stands before each repetition, and one round of it; of a branch each of its ways."""
    for op, argument in tree:
        if op in (c.MAX_REPEAT, c.MIN_REPEAT):
            yield before, sample(argument[2]) or "a"
            yield from repeats(argument[2], before)
        elif op is c.SUBPATTERN:
            yield from repeats(argument[-1], before)
        elif op is c.BRANCH:
            for way in argument[1]:
                yield from repeats(way, before)
        before += _sample(op, argument)


def attacks(pattern: str | bytes, flags: int) -> set[str]:
    tree = sre_parse.parse(pattern, flags)
    whole = sample(tree)
    found: set[str] = {" ", "\n", "a", "1", "<", "&", "-", ".", whole or "a"}
    made = {text * (LENGTH // len(text)) for text in found}
    for before, round_ in repeats(tree):
        many = round_ * (LENGTH // len(round_))
        made |= {before + many, before + many + "\0", (before + round_) * (LENGTH // max(len(before + round_), 1))}
    return made


class TooSlow(Exception):
    """A search that was stopped."""


@pytest.mark.parametrize("where", PATTERNS)
def test_no_text_slows_a_pattern_down(where: str) -> None:
    use = PATTERNS[where]
    pattern = use.pattern
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled = re.compile(pattern, use.flags)
        texts = attacks(pattern, use.flags)

    def stop(*_: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, stop)
    try:
        for text in sorted(texts):
            data = text.encode("utf-8", "surrogatepass") if isinstance(pattern, bytes) else text
            signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT_S)  # of this process's own time
            started = time.process_time()
            try:
                for look in {name if "match" in name else "findall" for name in use.methods}:
                    getattr(compiled, look)(data)
            except TooSlow:
                pytest.fail(f"{pattern!r} needs more than {LIMIT_S} s for {LENGTH} characters like {text[:60]!r}")
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            assert time.process_time() - started < LIMIT_S
    finally:
        signal.signal(signal.SIGVTALRM, before)


def test_the_patterns_are_found() -> None:
    assert len(PATTERNS) > 100
    assert "podpipe.sources.document" in {where.partition(":")[0] for where in PATTERNS}


def test_a_slow_pattern_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    for slow in (r"(a+)+$", r"\s*,?\s*;?\s*x", r"(?:a|a)*b"):
        monkeypatch.setitem(PATTERNS, "here", Use(slow, 0, ANYWHERE))
        with pytest.raises((pytest.fail.Exception, AssertionError)):
            test_no_text_slows_a_pattern_down("here")
