"""``podpipe topics``: what the library talks about, and when."""

from __future__ import annotations

import enum
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from podpipe.cli.options import JsonOption, LibraryOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podpipe.library import Library
    from podpipe.search import Index
    from podpipe.search.digests import Digest
    from podpipe.search.trends import Topic, Topics, Unit

_BARS = " ▁▂▃▄▅▆▇█"
_PLAIN_BARS = " .:-=+*#@"
"""For terminals that can't show the others."""
_NEXT = 3
"""Searches that are offered."""
_MOST_BARS = 40


class By(enum.StrEnum):
    """Periods."""

    month = "month"
    quarter = "quarter"
    year = "year"


_UNITS: dict[By, Unit] = {By.month: "month", By.quarter: "quarter", By.year: "year"}


def command(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many topics at the most.")] = 20,
    by: Annotated[By | None, typer.Option("--by", help="Periods; chosen by how far back it goes.")] = None,
    show: Annotated[str, typer.Option("--show", metavar="NAME", help="Only this show.")] = "",
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d", "%Y-%m", "%Y"], help="Only episodes from this day on."),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="FILE", help="Draw them instead: .png, .svg or .html (extra plot)."),
    ] = None,
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Show what the library talks about, counted by episodes, and what rises and falls."""
    from podpipe.cli import console
    from podpipe.library import Library
    from podpipe.search import open_index
    from podpipe.search.trends import topics

    place = Library.locate(library)
    with open_index(place.index) as index:
        chosen = _chosen(_digests(index, place), show, since)
        found = topics(index, chosen, limit=limit, unit=_UNITS[by] if by else None)
    if plot is not None:
        from podpipe import topics_plot

        topics_plot.draw(found, plot.expanduser().absolute())
    if json:
        console.print_json(found)
    elif plot is not None:
        console.out().print(f"Topics: {console.clean(str(plot.expanduser().absolute()))}", markup=False)
    elif not found.topics:
        where = "" if not (show or since) else " of this show or time"
        console.out().print(f"No topics{where} in {place.root}; podpipe list shows its episodes.", markup=False)
    else:
        _print(found)
    if not found.topics:
        raise typer.Exit(1)


def _digests(index: Index, place: Library) -> tuple[Digest, ...]:
    from rich.progress import Progress

    from podpipe.cli import console
    from podpipe.search import digests

    with Progress(console=console.err(), transient=True) as progress:
        task = progress.add_task("reading episodes", total=None)
        return digests.digests(
            index,
            place.index,
            on_progress=lambda done, total: progress.update(task, completed=done, total=total),
        )


def _chosen(digests: Sequence[Digest], show: str, since: datetime | None) -> list[Digest]:
    first = f"{since:%Y-%m-%d}" if since else ""
    return [d for d in digests if show.casefold() in d.show.casefold() and d.published[:10] >= first]


def _print(found: Topics) -> None:
    from podpipe.cli import console

    out = console.out()
    periods = found.periods
    span = f", {periods[0].label} to {periods[-1].label}, by {found.unit}" if len(periods) > 1 else ""
    count = f"{found.episodes:,} episode{'' if found.episodes == 1 else 's'}"
    out.print(f"{count}{span}", style="bold", markup=False)
    if found.undated and periods:
        out.print(f"{found.undated:,} of them have no date and are in no {found.unit}.", markup=False)
    out.print()
    everything = (*found.topics, *found.rising, *found.falling)
    width = min(max(len(topic.text) for topic in everything), max(out.width - 12 - _width(found), 12))
    for topic in found.topics:
        _print_topic(topic, found, width)
    for name, some in (("Rising", found.rising), ("Falling", found.falling)):
        if some:
            out.print(f"\n{name}", style="bold", markup=False)
        for topic in some:
            _print_topic(topic, found, width)
    out.print("\nSearch next", style="bold", markup=False)
    nexts = dict.fromkeys((*found.rising[:1], *found.topics))
    for topic in list(nexts)[:_NEXT]:
        out.print(f"   podpipe search {_quoted(topic.query)}", style="green", markup=False, soft_wrap=True)
    best = console.clean(found.topics[0].best_episode_id)
    out.print(f"   podpipe similar {best}", style="green", markup=False, soft_wrap=True)


def _quoted(query: str) -> str:
    import shlex

    from podpipe.cli import console

    return shlex.quote(console.clean(query))


def _width(found: Topics) -> int:
    return min(len(found.periods), _MOST_BARS) + 10


def _print_topic(topic: Topic, found: Topics, width: int) -> None:
    """A line: the topic, in how many episodes, how many in each period, and where that goes."""
    from rich.cells import cell_len, set_cell_size
    from rich.text import Text

    from podpipe.cli import console

    name = console.clean(topic.text)
    name = name if cell_len(name) <= width else set_cell_size(name, width - 1) + "…"
    arrow = {"rising": ("  ↗ rising", "green"), "falling": ("  ↘ falling", "red"), "steady": ("", "")}[topic.trend]
    line = Text.assemble(set_cell_size(name, width), f" {topic.episodes:>6,}  ", (bars(topic, found), "cyan"), arrow)
    console.out().print(line, no_wrap=True, overflow="ignore", crop=False)


def bars(topic: Topic, found: Topics) -> str:
    """The share of each period's episodes that have a topic, as bars; the highest is the most of this topic's.

    Many periods are drawn together.
    """
    from podpipe.cli import console

    if len(found.periods) < 2:
        return ""
    step = -(-len(found.periods) // _MOST_BARS)
    totals = [sum(p.episodes for p in found.periods[at : at + step]) for at in range(0, len(found.periods), step)]
    counts = [sum(topic.counts[at : at + step]) for at in range(0, len(found.periods), step)]
    shares = [count / total if total else 0.0 for count, total in zip(counts, totals, strict=True)]
    most = max(shares) or 1.0
    shapes = _BARS if console.can_show(_BARS) else _PLAIN_BARS
    return "".join(shapes[0 if not share else max(round(8 * share / most), 1)] for share in shares)
