"""``podpipe publish``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from podpipe.cli.options import JsonOption, LibraryOption

if TYPE_CHECKING:
    from podpipe.publish import Published

_SHOWN = 4
"""Names in a sentence at the most."""


def command(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The folder to write the site to.")],
    base_url: Annotated[
        str,
        typer.Option("--base-url", metavar="URL", help="Where the site will be: https://example.org/podcasts/."),
    ],
    show: Annotated[str, typer.Option("--show", metavar="NAME", help="Only this show.")] = "",
    since: Annotated[
        datetime | None,
        typer.Option("--since", metavar="DAY", formats=["%Y-%m-%d"], help="Only episodes from this day on."),
    ] = None,
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="What the site is called.")] = "",
    audio_url: Annotated[
        str, typer.Option("--audio-url", metavar="URL", help="Audio is there already, as ID/episode.mp3.")
    ] = "",
    no_audio: Annotated[bool, typer.Option("--no-audio", help="Link to the publisher's audio.")] = False,
    hard_links: Annotated[bool, typer.Option("--hard-links", help="Hard-link audio in place of copying it.")] = False,
    noindex: Annotated[bool, typer.Option("--noindex", help="Search engines and directories may not list it.")] = False,
    no_search: Annotated[bool, typer.Option("--no-search", help="Make no search index.")] = False,
    moved_to: Annotated[
        str, typer.Option("--moved-to", metavar="URL", help="The show's feed is there now: apps follow.")
    ] = "",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files in OUT that podpipe did not write.")
    ] = False,
    json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Write a site and feeds for podcast apps: plain files for any host."""
    if no_audio and (audio_url or hard_links):
        raise typer.BadParameter("it goes with neither --audio-url nor --hard-links", param_hint="--no-audio")
    if audio_url and hard_links:
        raise typer.BadParameter("with --audio-url no audio is written", param_hint="--hard-links")
    from rich.progress import Progress

    from podpipe.cli import console
    from podpipe.library import Library
    from podpipe.publish import publish
    from podpipe.publish.choosing import Choice
    from podpipe.publish.site import Wish

    wish = Wish(
        base_url,
        Choice(show, since.date() if since else None),
        name=name,
        audio_url=audio_url,
        no_audio=no_audio,
        hard_links=hard_links,
        is_listed=not noindex,
        search=not no_search,
        moved_to=moved_to,
        overwrite=overwrite,
    )
    with Progress(console=console.err(), transient=True, disable=not console.err().is_terminal) as bar:
        task = bar.add_task("publishing", total=None)
        done = publish(
            Library.locate(library),
            out.expanduser().absolute(),
            wish,
            lambda what, count, total: bar.update(task, description=what, completed=count, total=total),
        )
    if json:
        _print_json(out, done)
    else:
        _print(out, done)
    if done.skipped:
        raise typer.Exit(1)


def _print_json(out: Path, done: Published) -> None:
    from podpipe.cli import console

    changes = done.changes
    console.print_json(
        {
            "out": str(out.expanduser().absolute()),
            "url": done.url,
            "episodes": done.episodes,
            "shows": done.shows,
            "feeds": done.feeds,
            "written": changes.written,
            "removed": changes.removed,
            "unchanged": changes.kept,
            "left": changes.left,
            "strangers": changes.strangers,
            "faults": done.faults,
            "skipped": done.skipped,
        }
    )


def _print(out: Path, done: Published) -> None:
    from podpipe.cli import console

    changes = done.changes
    remarks = [*done.skipped, *done.faults]
    if changes.left:
        remarks.append(f"changed by somebody since they were published, and left there: {_names(changes.left)}")
    if changes.strangers:
        remarks.append(f"not podpipe's, and left alone: {_names(changes.strangers)}")
    for remark in remarks:
        console.err().print(f"! {console.clean(remark)}", style="yellow", markup=False, soft_wrap=True)
    shows = f" of {done.shows} show{'s' if done.shows != 1 else ''}" if done.shows else ""
    files = f"{len(changes.written)} files written, {changes.kept} unchanged, {len(changes.removed)} removed"
    lines = [f"{done.episodes} episode{'s' if done.episodes != 1 else ''}{shows} in {out}: {files}."]
    lines += [f"Site  {done.url}", *(f"Feed  {feed}" for feed in done.feeds)]
    for line in lines:
        console.out().print(console.clean(line), markup=False, soft_wrap=True)


def _names(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
