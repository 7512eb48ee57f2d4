"""``podpipe soundbites``: show; ``add``, ``remove``, ``suggest``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from podpipe.cli.options import EpisodeArgument, JsonOption, LibraryOption, time_ms
from podpipe.cli.verbs import DEFAULT, VerbGroup

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from podpipe.library import EpisodeFolder, Library
    from podpipe.models import Soundbite
    from podpipe.soundbites import Change, Soundbites
    from podpipe.soundbites.suggesting import Suggestion

app = typer.Typer(
    cls=VerbGroup,
    no_args_is_help=True,
    help="Show, add, remove and suggest the soundbites of an episode: stretches worth hearing by themselves.",
    epilog="podpipe soundbites EPISODE [OPTIONS] is podpipe soundbites show.",
)


@app.command(DEFAULT)
def show(episode: EpisodeArgument, library: LibraryOption = None, json: JsonOption = False) -> None:
    """Show the soundbites, and whose they are (the word show may be left out)."""
    from podpipe import soundbites

    _, folder = _find(episode, library)
    _print(folder, soundbites.of(folder, folder.transcript().duration_ms), json)


@app.command("add")
def add(
    episode: EpisodeArgument,
    start: Annotated[str, typer.Argument(metavar="START", help="When it begins: 1:02:03.5, 62:03 or 90s.")],
    end: Annotated[str, typer.Argument(metavar="END|+LENGTH", help="When it ends, or how long it is: +45 or +1:30.")],
    title: Annotated[str, typer.Argument(metavar="TITLE", help="Without one, apps show the episode's.")] = "",
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Add a soundbite; one of the same stretch gets the new title."""
    from podpipe import soundbites
    from podpipe.models import Soundbite
    from podpipe.sources.identity import plain

    start_ms = time_ms(start)
    duration_ms = time_ms(end[1:]) if end.startswith("+") else time_ms(end) - start_ms
    new = Soundbite(start_ms, duration_ms, plain(title))
    _change(episode, library, json, lambda listed, length_ms: soundbites.add(listed, new, length_ms))
    _remark(soundbites.remarks(new))


@app.command("remove")
def remove(
    episode: EpisodeArgument,
    numbers: Annotated[list[int], typer.Argument(metavar="N...", help="Their numbers, as they are shown.")],
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Remove soundbites."""
    from podpipe import soundbites

    _change(episode, library, json, lambda listed, _: soundbites.remove(listed, numbers))


@app.command("suggest")
def suggest(
    episode: EpisodeArgument,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many at the most.")] = 3,
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Suggest stretches that name most of what their chapter is about, with the command that adds each.

    They are whole sentences of 15 to 60 s, one stretch a chapter. Listen before you add one: nothing is added by
    itself.
    """
    from podpipe.cli import console
    from podpipe.search import open_index
    from podpipe.soundbites import suggesting

    place, folder = _find(episode, library)
    openings = {chapter.start_ms for chapter in folder.chapters().chapters if chapter.evidence == "opening"}
    with open_index(place.index) as index:
        found = suggesting.suggest(index, folder.id, openings, limit=limit)
    if json:
        console.print_json(found)
    else:
        _print_suggestions(place, folder, found)
    if not found:
        raise typer.Exit(1)


def _find(text: str, library: Path | None) -> tuple[Library, EpisodeFolder]:
    """The library, and the episode that fits. Raises LibraryError, also where it is not finished."""
    from podpipe.errors import LibraryError
    from podpipe.library import Library

    place = Library.locate(library)
    folder = place.find(text)
    if not folder.is_complete():
        raise LibraryError(f"{folder.id} is not finished; run podpipe ingest again")
    return place, folder


def _change(text: str, library: Path | None, json: bool, edit: Change) -> None:
    from podpipe import soundbites
    from podpipe.cli import console

    place, folder = _find(text, library)

    def waiting() -> None:
        console.err().print(f"waiting for another podpipe that works on {folder.id}", markup=False)

    _print(folder, soundbites.change(place, folder, edit, waiting), json)


def _print(folder: EpisodeFolder, found: Soundbites, json: bool) -> None:
    from podpipe.cli import console
    from podpipe.library import SOUNDBITES

    title = folder.episode().title
    if json:
        console.print_json(
            {
                "name": folder.id,
                "title": title,
                "is_own": found.is_own,
                "soundbites": [_as_json(number, bite) for number, bite in enumerate(found.listed, 1)],
            }
        )
        return
    if found.listed:
        print_table(found.listed)
    else:
        console.out().print(console.clean(f"{title} has no soundbites."), markup=False, soft_wrap=True)
    if found.is_own:
        feeds = len(folder.episode().soundbites)
        unused = f" The feed's {feeds} are not used: delete that file to have them back." if feeds else ""
        console.out().print(f"By hand, in {SOUNDBITES}.{unused}", markup=False, soft_wrap=True)
    elif found.listed:
        console.out().print("From the feed.")
    if found.outside:
        _remark((f"{len(found.outside)} more would not be within the episode, and so are not published",))


def _as_json(number: int, bite: Soundbite) -> dict[str, Any]:
    return {
        "number": number,
        "title": bite.title,
        "start_ms": bite.start_ms,
        "end_ms": bite.end_ms,
        "duration_ms": bite.duration_ms,
    }


def print_table(listed: Sequence[Soundbite]) -> None:
    """Print soundbites, numbered."""
    from rich.table import Table
    from rich.text import Text

    from podpipe import timecode
    from podpipe.cli import console

    table = Table("", box=None, pad_edge=False)
    for heading in ("Start", "End", "Length"):
        table.add_column(heading, justify="right")
    table.add_column("Soundbite")
    for number, bite in enumerate(listed, 1):
        times = (timecode.clock(ms, decimals=1) for ms in (bite.start_ms, bite.end_ms, bite.duration_ms))
        table.add_row(str(number), *times, Text(console.clean(" ".join(bite.title.split())), overflow="fold"))
    console.out().print(table)


def _remark(remarks: tuple[str, ...]) -> None:
    from podpipe.cli import console

    for remark in remarks:
        console.err().print(f"! {console.clean(remark)}", style="yellow", markup=False, soft_wrap=True)


def _print_suggestions(place: Library, folder: EpisodeFolder, found: Sequence[Suggestion]) -> None:
    import shlex

    from rich.text import Text

    from podpipe import timecode
    from podpipe.cli import console
    from podpipe.playing import play_command

    out = console.out()
    if not found:
        told = f"Nothing to suggest: no sentences of 15 to 60 s stand out in a chapter of {folder.id}."
        out.print(console.clean(told), markup=False, soft_wrap=True)
    for number, one in enumerate(found, 1):
        start, end = (timecode.clock(ms, decimals=1) for ms in (one.start_ms, one.end_ms))
        length = f"{round((one.end_ms - one.start_ms) / 1000)} s"
        heading = " · ".join(filter(None, (f"{start} to {end}", length, one.chapter)))
        out.print(Text(console.clean(f"{number}. {heading}"), "bold"))
        named = f"Names {len(one.terms)} of the chapter's {one.of_terms} key terms: {', '.join(one.terms)}"
        for text in (named, one.text):
            console.print_indented(Text(console.clean(text)), 3)
        play = play_command(place, folder.id, one.start_ms)
        words = shlex.join(filter(None, [folder.id, start, end, one.chapter]))
        add = play.replace(f"play {folder.id} --at {start}", f"soundbites add {words}")
        out.print(Text(console.clean(f"   {play}\n   {add}\n"), "green"), soft_wrap=True)
