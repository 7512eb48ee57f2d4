"""``podpipe tag``."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from podpipe.cli.options import JsonOption, LibraryOption


class Kind(enum.StrEnum):
    """The kinds of files that can be made."""

    mp3 = "mp3"
    m4a = "m4a"
    ogg = "ogg"
    opus = "opus"
    flac = "flac"


class Id3(enum.StrEnum):
    """The versions of ID3 that are written."""

    v2_3 = "2.3"
    v2_4 = "2.4"


def command(
    target: Annotated[
        str, typer.Argument(metavar="EPISODE|FILE", help="An episode's id (or part of its id or title), or a file.")
    ],
    strip: Annotated[bool, typer.Option("--strip", help="Without chapters, and without the tags that we set.")] = False,
    id3: Annotated[Id3, typer.Option("--id3", help="Version of ID3 in an MP3; 2.3 is what players read.")] = Id3.v2_3,
    kind: Annotated[Kind | None, typer.Option("--format", help="Encode as another kind of file.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to; its ending may say the format.")
    ] = None,
    lyrics: Annotated[bool, typer.Option("--lyrics/--no-lyrics", help="The transcript as lyrics.")] = True,
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Write chapters and tags into an audio file; the sound stays as it is unless --format asks for another.

    An episode gets what is known of it where its file says nothing itself. A file keeps what it has.
    """
    from podpipe.cli import console
    from podpipe.library import Library
    from podpipe.tagging import Wish, tag_target

    version = 4 if id3 is Id3.v2_4 else 3
    wish = Wish(strip, version, kind.value if kind else "", lyrics, output)
    path, remarks = tag_target(Library.locate(library), target, wish)
    if json:
        console.print_json({"file": str(path), "remarks": remarks})
        return
    for remark in remarks:
        console.err().print(console.clean(f"! {remark}"), style="yellow", markup=False, soft_wrap=True)
    console.out().print(console.clean(f"Wrote {path}"), markup=False, soft_wrap=True)
