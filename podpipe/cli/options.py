"""Options and words that several commands share."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

import podpipe


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"podpipe {podpipe.__version__}")
        raise typer.Exit


print_version = Annotated[
    bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
]

LibraryOption = Annotated[
    Path | None,
    typer.Option(
        "--library",
        envvar="PODPIPE_LIBRARY",
        metavar="DIR",
        help="Folder with episodes/ and index/; the current one unless given.",
    ),
]

AllowHostOption = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-host",
        metavar="HOST",
        help="A host, address or network of yours (nas.local, 192.168.1.0/24) that feeds and pages may lead to.",
    ),
]

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]

EpisodeArgument = Annotated[
    str,
    typer.Argument(metavar="EPISODE", help="The episode's id, or a part of its id or title that fits no other."),
]


def time_ms(text: str) -> int:
    """A time that the user gave, in milliseconds. Raises typer.BadParameter."""
    from podpipe import timecode

    try:
        return timecode.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


class Engine(enum.StrEnum):
    """The speech engines."""

    faster_whisper = "faster-whisper"
    openai_whisper = "openai-whisper"
