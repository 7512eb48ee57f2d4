"""``podpipe transcript``."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from podpipe.cli.options import EpisodeArgument, LibraryOption

if TYPE_CHECKING:
    from podpipe.library import EpisodeFolder


class Format(enum.StrEnum):
    """The forms of a transcript, by file ending."""

    vtt = "vtt"
    srt = "srt"
    json = "json"
    txt = "txt"
    html = "html"
    md = "md"


def command(
    episode: EpisodeArgument,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format", "-f", help="What to write; by FILE's ending unless given, else txt.", show_default=False
        ),
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Where to; - is standard output.")
    ] = "-",
    words: Annotated[bool, typer.Option("--words", help="The time of each word: vtt, srt and json.")] = False,
    library: LibraryOption = None,
) -> None:
    """Write an episode's transcript in a form that players, people or programs read."""
    from podpipe import transcripts
    from podpipe.library import Library

    wanted = form.value if form else _by_ending(output)
    if words and wanted not in transcripts.WORD_LEVEL:
        raise typer.BadParameter(f"{wanted} holds no times of words; use {', '.join(transcripts.WORD_LEVEL)}")
    folder = Library.locate(library).find(episode)
    text = transcripts.WRITERS[wanted](folder.telling(), words=words)
    if output == "-":
        _show(text)
    else:
        _save(text, Path(output).expanduser().absolute(), folder)


def _by_ending(output: str) -> str:
    from podpipe import transcripts

    if output == "-":
        return "txt"
    found = transcripts.format_of(output)
    if found is None:
        raise typer.BadParameter(f"{output!r} tells no format by its ending; add --format {'|'.join(Format)}")
    return found


def _show(text: str) -> None:
    from podpipe.cli import console

    console.write(text.encode("utf-8", "replace"))


def _save(text: str, path: Path, folder: EpisodeFolder) -> None:
    from podpipe import storage
    from podpipe.cli import console
    from podpipe.errors import TranscriptError

    if path.parent.resolve() == folder.path.resolve() and path.exists():
        raise TranscriptError(f"{path} is a file of the library; write to another folder")
    if not path.parent.is_dir():
        raise TranscriptError(f"the folder {path.parent} does not exist; make it, or write elsewhere")
    if path.is_dir():
        raise TranscriptError(f"{path} is a folder; name a file in it")
    storage.write_bytes(path, text.encode("utf-8", "replace"))
    console.out().print(f"Transcript: {console.clean(str(path))}", markup=False)
