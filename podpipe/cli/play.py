"""``podpipe play``."""

from __future__ import annotations

from typing import Annotated

import typer

from podpipe.cli.options import LibraryOption


def command(
    target: Annotated[
        str,
        typer.Argument(
            metavar="HIT|EPISODE",
            help="The number of a hit of the last search; or an episode's id (or part of it), also as ID#t=SECONDS.",
        ),
    ],
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="Where to start: 1:02:03, 62:03 or 90s.")
    ] = None,
    chapter: Annotated[str | None, typer.Option("--chapter", metavar="TITLE", help="Start at this chapter.")] = None,
    player: Annotated[str | None, typer.Option("--player", help="mpv, vlc or ffplay; the first that is there.")] = None,
    library: LibraryOption = None,
) -> None:
    """Play an episode, from a hit, a time or a chapter."""
    from podpipe import playing
    from podpipe.cli import console
    from podpipe.library import Library

    spot = playing.locate(Library.locate(library), target, at=at, chapter=chapter)
    typer.echo(console.clean(f"{spot.title} at {spot.clock}"))
    playing.play(spot, player)
