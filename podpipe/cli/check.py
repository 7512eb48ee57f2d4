"""``podpipe check``."""

from __future__ import annotations

import enum
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from podpipe.cli.options import JsonOption, LibraryOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podpipe.check import Finding, Options, Report
    from podpipe.library import Library

WARNINGS, ERRORS = 3, 4
"""Exit codes for what was found; 1 and 2 are failures of podpipe and of its use."""


class Level(enum.StrEnum):
    """Severities, worst first."""

    error = "error"
    warning = "warning"
    info = "info"


_STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}


def command(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE|FOLDER|EPISODE|URL...",
            help="Audio, JSON chapters, a transcript (VTT, SRT, JSON) or a feed; a folder; an episode; an address.",
            show_default=False,
        ),
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend what can be mended safely; the sound is never touched.")
    ] = False,
    fail_on: Annotated[
        Level, typer.Option("--fail-on", help="The least severity that makes the exit code 3 or 4.")
    ] = Level.warning,
    select: Annotated[
        str, typer.Option("--select", metavar="CODES", help="Only these rules: C02,T or how they begin.")
    ] = "",
    ignore: Annotated[str, typer.Option("--ignore", metavar="CODES", help="Not these rules.")] = "",
    no_loudness: Annotated[bool, typer.Option("--no-loudness", help="Don't listen to the sound: much faster.")] = False,
    explain: Annotated[
        str | None, typer.Option("--explain", metavar="CODE", help="Say all about one rule and stop.")
    ] = None,
    json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Find what apps stumble over in a file, an episode or a feed, and say how to mend it."""
    from podpipe.check import Options
    from podpipe.library import Library

    if explain is not None:
        _explain(explain, json)
        return
    if not targets:
        raise typer.BadParameter("give a file, a folder, an episode or an address", param_hint="FILE")
    options = Options(not no_loudness, _codes(select, "--select"), _codes(ignore, "--ignore"))
    place = Library.locate(library)
    done, failed = _mend(targets, place, options) if fix else ({}, False)
    reports, stopped = _check(targets, place, options)
    if json:
        _print_json(reports, done)
    elif reports:
        _print(reports, done)
    findings = [finding for report in reports for finding in report.findings]
    raise typer.Exit(1 if failed or stopped else exit_code(findings, fail_on.value))


def exit_code(findings: Sequence[Finding], fail_on: str) -> int:
    """0 where nothing is as bad as ``fail_on``; else 4 with errors, 3 without."""
    severities = {finding.severity for finding in findings}
    levels = [level.value for level in Level]
    if not severities & set(levels[: levels.index(fail_on) + 1]):
        return 0
    return ERRORS if "error" in severities else WARNINGS


def _check(targets: Sequence[str], library: Library, options: Options) -> tuple[list[Report], bool]:
    """All reports; targets that can't be checked are said on standard error, and the others are done."""
    from podpipe import check
    from podpipe.cli import console
    from podpipe.errors import PodpipeError

    reports: list[Report] = []
    stopped = False
    for target in targets:
        try:
            with console.err().status(f"checking {console.clean(target)}"):  # nothing where it is no terminal
                reports += check.check(target, library, options)
        except PodpipeError as error:
            _complain(str(error))
            stopped = True
    return reports, stopped


def _mend(targets: Sequence[str], library: Library, options: Options) -> tuple[dict[str, list[str]], bool]:
    """What was mended, by file; and whether something failed."""
    from podpipe import check
    from podpipe.check.run import paths
    from podpipe.errors import PodpipeError

    done: dict[str, list[str]] = {}
    failed = False
    for target in targets:
        try:
            for path in paths(target, library):
                mended, _ = check.mend(path, options)
                if mended:
                    done[str(path)] = list(mended)
        except PodpipeError as error:
            failed = True
            _complain(str(error))
    return done, failed


def _codes(text: str, option: str) -> tuple[str, ...]:
    from podpipe.check import RULES

    codes = tuple(code.strip().upper() for code in text.split(",") if code.strip())
    for code in codes:
        if not any(rule.startswith(code) for rule in RULES):
            raise typer.BadParameter(f"there is no rule {code}; docs/checks.md lists them", param_hint=option)
    return codes


def _complain(text: str) -> None:
    from podpipe.cli import console

    console.err().print(f"podpipe: {console.clean(text)}", markup=False, soft_wrap=True)


def _explain(code: str, json: bool) -> None:
    from podpipe.check import RULES
    from podpipe.cli import console

    rule = RULES.get(code.strip().upper())
    if rule is None:
        raise typer.BadParameter(f"there is no rule {code}; docs/checks.md lists them", param_hint="--explain")
    if json:
        console.print_json(_rule(rule))
        return
    out = console.out()
    out.print(f"{rule.code} {rule.title}", style="bold", markup=False)
    facts = {
        "Severity": rule.severity,
        "What": rule.look.__doc__ or "",
        "Hurts": rule.hurts,
        "Mend": rule.mend,
        "Source": rule.source,
        "--fix": "mends it" if rule.fixable else "leaves it alone",
    }
    for name, value in facts.items():
        out.print(f"{name:<10}{value}", markup=False, soft_wrap=True)


def _rule(rule: Any) -> dict[str, Any]:
    names = ("code", "severity", "title", "hurts", "mend", "source", "fixable")
    return {name: getattr(rule, name) for name in names}


def _print_json(reports: Sequence[Report], done: dict[str, list[str]]) -> None:
    from podpipe.cli import console

    console.print_json({"reports": reports, "fixed": done, "summary": _counts(reports)})


def _counts(reports: Sequence[Report]) -> dict[str, int]:
    findings = [finding for report in reports for finding in report.findings]
    counts = {f"{level.value}s": sum(f.severity == level.value for f in findings) for level in Level}
    return {"files": len(reports), **counts, "fixable": sum(finding.fixable for finding in findings)}


def _print(reports: Sequence[Report], done: dict[str, list[str]]) -> None:
    from podpipe.check import RULES
    from podpipe.cli import console

    out = console.out()
    for path, codes in done.items():
        out.print(f"Mended {console.clean(path)}", style="green", markup=False, soft_wrap=True)
        for code in codes:
            out.print(f"  {code}  {RULES[code].title}", markup=False, soft_wrap=True)
        out.print()
    for report in reports:
        _print_report(report)
    counts = _counts(reports)
    words = [_many(counts[f"{level.value}s"], level.value) for level in Level if counts[f"{level.value}s"]]
    summary = ", ".join(words) or "nothing to complain of"
    mend = f"; --fix mends {counts['fixable']} of them" if counts["fixable"] else ""
    out.print(f"{_many(counts['files'], 'file')} checked: {summary}{mend}.", markup=False, soft_wrap=True)


def _print_report(report: Report) -> None:
    from podpipe.cli import console

    out = console.out()
    facts = ", ".join(value if name in _PLAIN else f"{name} {value}" for name, value in report.facts.items())
    out.print(console.clean(report.target), style="bold", markup=False, soft_wrap=True)
    if facts:
        out.print(f"  {facts}", style="dim", markup=False, soft_wrap=True)
    width = max((len(finding.severity) for finding in report.findings), default=0)
    for _, alike in groupby(report.findings, key=lambda finding: finding.code):
        _print_alike(list(alike), width)
    if not report.findings:
        out.print("  nothing to complain of", style="green", markup=False)
    out.print()


_PLAIN = {"format", "length"}
_ALIKE = 5
"""Findings of one rule that are printed for a file; JSON has all."""


def _print_alike(findings: Sequence[Finding], width: int) -> None:
    """What one rule found, then once who is hurt and how to mend it."""
    from rich.text import Text

    from podpipe.cli import console

    out, indent, finding = console.out(), " " * (width + 9), findings[0]
    head = Text(f"  {finding.code}  ")
    head.append(f"{finding.severity:<{width}}  ", _STYLES[finding.severity])
    for each in findings[:_ALIKE]:
        what = console.clean(f"{each.where} {each.message}".strip()).replace("\n", " ")
        out.print(head + Text(what), soft_wrap=True)
        head = Text(indent)
    if len(findings) > _ALIKE:
        out.print(Text(f"{indent}and {len(findings) - _ALIKE} more like these"), soft_wrap=True)
    fix = " (--fix does it)" if finding.fixable else ""
    out.print(Text(f"{indent}hurts  {finding.hurts}", "dim"), soft_wrap=True)
    out.print(Text(f"{indent}mend   {finding.mend}{fix}", "dim"), soft_wrap=True)


def _many(count: int, what: str) -> str:
    return f"{count} {what}" + ("s" if count != 1 and what != "info" else "")
