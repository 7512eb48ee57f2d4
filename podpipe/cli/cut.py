"""``podpipe cut``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from podpipe.cli.options import JsonOption, LibraryOption


def command(
    target: Annotated[
        str, typer.Argument(metavar="EPISODE|FILE", help="An episode's id (or part of its id or title), or a file.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where to: .mp3, .m4a, .ogg, .opus or .flac.")
    ],
    remove: Annotated[
        list[str] | None,
        typer.Option("--remove", metavar="FROM-TO", help="Cut this out: 1:00-1:30, -0:10 or 58:00-; again for more."),
    ] = None,
    insert: Annotated[
        list[str] | None,
        typer.Option("--insert", metavar="FILE@TIME", help="Put this file in: jingle.mp3@2:00; again for more."),
    ] = None,
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Cut sound out or in, and move chapters, transcript and links with it.

    All times are those of the old sound, which stays as it is. The new one is encoded anew.
    """
    from podpipe import timecode
    from podpipe.cli import console
    from podpipe.cutting import cut
    from podpipe.library import Library

    if not remove and not insert:
        raise typer.BadParameter("say what to --remove or to --insert")
    made = cut(Library.locate(library), target, remove or [], insert or [], output)
    if json:
        files = [str(path) for path in made.files]
        console.print_json({"files": files, "old_ms": made.old_ms, "new_ms": made.new_ms, "remarks": made.remarks})
        return
    for remark in made.remarks:
        console.err().print(console.clean(f"! {remark}"), style="yellow", markup=False, soft_wrap=True)
    names = ", ".join(str(path) for path in made.files)
    lengths = f"{timecode.clock(made.old_ms)} became {timecode.clock(made.new_ms)}"
    console.out().print(console.clean(f"Wrote {names}: {lengths}"), markup=False, soft_wrap=True)
