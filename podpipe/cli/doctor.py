"""``podpipe doctor``."""

from __future__ import annotations

import typer

from podpipe.cli.options import JsonOption, LibraryOption


def command(library: LibraryOption = None, json: JsonOption = False) -> None:
    """Check engine, weights, players and library, and say what to do where something is wrong."""
    from podpipe.cli import console
    from podpipe.doctor import examine
    from podpipe.library import Library

    findings = examine(Library.locate(library))
    if json:
        console.print_json(findings)
    else:
        marks = {"good": ("✓", "green"), "note": ("·", "yellow"), "bad": ("✗", "red")}
        for finding in findings:
            mark, style = marks[finding.state]
            remedy = f" → {finding.remedy}" if finding.remedy else ""
            line = f"{mark} {finding.what}: {finding.found}{remedy}"
            console.out().print(console.clean(line), style=style, markup=False, soft_wrap=True)
    if any(finding.state == "bad" for finding in findings):
        raise typer.Exit(1)
