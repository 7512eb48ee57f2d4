"""``podpipe index``: ``stats``, ``optimize``, ``verify``."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from podpipe.cli.options import JsonOption, LibraryOption

if TYPE_CHECKING:
    from podpipe.library import Library
    from podpipe.verify import Difference

_SHOWN = 20
"""Differences that are printed; --json has all."""

app = typer.Typer(no_args_is_help=True, help="Look at the search index, make it quicker, check it.")


@app.command("stats")
def stats_command(library: LibraryOption = None, json: JsonOption = False) -> None:
    """Show the index in figures: engine, episodes, passages, size, and when to change the engine."""
    from rich import filesize

    from podpipe.cli import console
    from podpipe.library import Library
    from podpipe.search import open_index
    from podpipe.search.stats import stats

    place = Library.locate(library)
    with open_index(place.index) as index:
        found = stats(index, place.index)
    if json:
        console.print_json(found)
        return
    days = " to ".join(dict.fromkeys(filter(None, (found.first_day, found.last_day)))) or "no dates"
    shows = f" of {found.shows} show{'' if found.shows == 1 else 's'}" if found.shows else ""
    room = f", {found.deleted:,} of them deleted (podpipe index optimize)" if found.deleted else ""
    facts = {
        "Engine": found.engine,
        "Episodes": f"{found.episodes:,}{shows}, {days}",
        "Spoken": f"{found.hours:,.1f} hours" if found.hours >= 1 else f"{60 * found.hours:.0f} minutes",
        "Passages": f"{found.passages:,}, and {found.titles:,} titles",
        "Languages": ", ".join(found.languages) or "none",
        "Size": f"{filesize.decimal(found.size_bytes)} in {found.segments} segment{'' if found.segments == 1 else 's'}"
        f" with {found.passages + found.titles + found.deleted:,} documents{room}",
        "Folder": str(place.index),
    }
    for name, fact in facts.items():
        console.out().print(f"{name:<10}{console.clean(fact)}", markup=False, soft_wrap=True)
    console.out().print(found.advice, markup=False)


@app.command("optimize")
def optimize_command(library: LibraryOption = None) -> None:
    """Make the index as small and quick as it gets. Searches go on meanwhile; who else writes waits."""
    from podpipe.cli import console
    from podpipe.library import Library
    from podpipe.search import open_index

    place = Library.locate(library)
    with open_index(place.index) as index:
        before = index.shape()
        with console.err().status("optimizing"):
            index.optimize(_on_wait)
        after = index.shape()
    if before == after:
        console.out().print(f"{place.index} is as small and quick as it gets.", markup=False)
        return
    console.out().print(
        f"{before.segments} segments became {after.segments}; {before.deleted - after.deleted:,} deleted documents are "
        "gone.",
        markup=False,
    )


@app.command("verify")
def verify_command(
    fix: Annotated[
        bool, typer.Option("--fix", help="Put in what is missing or stale, take out what is extra.")
    ] = False,
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Compare the index with the episodes and say what differs; exit code 1 where something does."""
    from podpipe.cli import console
    from podpipe.library import Library

    place = Library.locate(library)
    found = _differences(place)
    fixed = _mended(place, found) if fix else []
    left = [difference for difference in found if difference.episode_id not in fixed]
    if json:
        console.print_json({"episodes": sum(1 for _ in place), "differences": found, "fixed": fixed})
    else:
        _print(place, found, fixed)
    if left:
        raise typer.Exit(1)


def _differences(place: Library) -> list[Difference]:
    from rich.progress import Progress

    from podpipe.cli import console
    from podpipe.search import open_index
    from podpipe.verify import differences

    with Progress(console=console.err(), transient=True) as progress, open_index(place.index) as index:
        task = progress.add_task("comparing", total=sum(1 for _ in place))
        return differences(place, index, lambda name: progress.advance(task))


def _mended(place: Library, found: list[Difference]) -> list[str]:
    from rich.progress import track

    from podpipe.cli import console
    from podpipe.verify import mend

    return list(track(mend(place, found, _on_wait), "mending", len(found), console=console.err(), transient=True))


def _print(place: Library, found: list[Difference], fixed: list[str]) -> None:
    from podpipe.cli import console

    out = console.out()
    for difference in found[:_SHOWN]:
        mended = "✓ " if difference.episode_id in fixed else "✗ "
        text = f"{mended}{difference.episode_id} is {difference.state}: {difference.because}"
        out.print(console.clean(text), style="green" if mended == "✓ " else "red", markup=False)
    if len(found) > _SHOWN:
        out.print(f"  … and {len(found) - _SHOWN:,} more; --json lists all", markup=False)
    if not found:
        out.print(f"The index has every episode as it is ({sum(1 for _ in place):,}).", markup=False)
        return
    states = Counter(difference.state for difference in found)
    told = ", ".join(f"{count:,} {state}" for state, count in states.items())
    out.print(f"{len(found):,} differ{'s' if len(found) == 1 else ''}: {told}; {len(fixed):,} mended.", markup=False)
    open_ones = [difference for difference in found if difference.episode_id not in fixed]
    if any(difference.state != "unreadable" for difference in open_ones):
        out.print("podpipe index verify --fix mends them; podpipe reindex makes the whole index again.", markup=False)


def _on_wait() -> None:
    from podpipe.cli import console

    console.err().print("waiting for another podpipe, which writes the index …", markup=False)
