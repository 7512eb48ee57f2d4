"""``podpipe chapters``: show, export, import, edit; ``add``, ``move``, ``rename``, ``remove``, ``shift``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from podpipe.cli import chapters_report
from podpipe.cli.options import JsonOption, LibraryOption, time_ms
from podpipe.cli.verbs import DEFAULT, VerbGroup

if TYPE_CHECKING:
    from podpipe.models import Chapter
    from podpipe.targets import Change, Target

app = typer.Typer(
    cls=VerbGroup,
    no_args_is_help=True,
    help="Show, export, import and edit the chapters of an episode or of any audio file.",
    epilog="podpipe chapters EPISODE|FILE [OPTIONS] is podpipe chapters show; its --help lists the options. "
    "A chapter is given by its number, its start, or a part of its title.",
)

TargetArgument = Annotated[
    str,
    typer.Argument(metavar="EPISODE|FILE", help="An audio file, or an episode's id or a part of its id or title."),
]
ChapterArgument = Annotated[
    str, typer.Argument(metavar="CHAPTER", help="Its number, its start time, or its title or a part of it.")
]
TimeArgument = Annotated[str, typer.Argument(metavar="TIME", help="When it is to begin: 1:02:03.5, 62:03 or 90s.")]
UrlOption = Annotated[str | None, typer.Option("--url", metavar="URL", help="A link for the chapter.")]
ImageOption = Annotated[str | None, typer.Option("--image", metavar="URL", help="An image for the chapter.")]


@app.command(DEFAULT)
def show(
    target: TargetArgument,
    export_to: Annotated[
        str | None, typer.Option("--export", metavar="FILE|-", help="Write the chapters to a file.")
    ] = None,
    import_from: Annotated[
        str | None, typer.Option("--import", metavar="FILE|-", help="Take the chapters from a file.")
    ] = None,
    format_name: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help="json, psc, webvtt, description, apple, spotify, youtube, audacity, ffmetadata, csv or id3; "
            "told by the file's ending unless given.",
        ),
    ] = None,
    edit: Annotated[bool, typer.Option("--edit", help="Edit them in $EDITOR.")] = False,
    revert: Annotated[bool, typer.Option("--revert", help="Give an episode's chapters back to podpipe.")] = False,
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Show the chapters, or export, import or edit them (the word show may be left out)."""
    if sum([export_to is not None, import_from is not None, edit, revert]) > 1:
        raise typer.BadParameter("--export, --import, --edit and --revert are one at a time")
    if format_name and export_to is None and import_from is None:
        raise typer.BadParameter("--format belongs to --export or --import")
    place = _locate(target, library)
    if export_to is not None:
        _export(place, export_to, format_name)
    elif import_from is not None:
        change, remarks = _imported(place, import_from, format_name)
        chapters_report.remark(remarks)
        chapters_report.report(place, place.change(change), json)
    elif edit:
        _edit(place, json)
    elif revert:
        _revert(place, json)
    else:
        chapters_report.show(place, json)


@app.command("add")
def add(
    target: TargetArgument,
    time: TimeArgument,
    title: Annotated[str, typer.Argument(metavar="TITLE")],
    url: UrlOption = None,
    image: ImageOption = None,
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Add a chapter."""
    from podpipe.chapters import edit

    start_ms = time_ms(time)

    def change(length: int) -> Change:
        return lambda old: edit.add(old, start_ms, title, duration_ms=length, url=url or "", image=image or "")

    _change(target, library, json, change)


@app.command("move")
def move(
    target: TargetArgument,
    chapter: ChapterArgument,
    time: TimeArgument,
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Have a chapter begin at another time."""
    from podpipe.chapters import edit

    start_ms = time_ms(time)

    def change(length: int) -> Change:
        return lambda old: edit.move(old, edit.find(old, chapter), start_ms, duration_ms=length)

    _change(target, library, json, change)


@app.command("rename")
def rename(
    target: TargetArgument,
    chapter: ChapterArgument,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="Its new title.")],
    url: UrlOption = None,
    image: ImageOption = None,
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Give a chapter another title, and with --url and --image another link and image (empty for none)."""
    from podpipe.chapters import edit

    _change(
        target,
        library,
        json,
        lambda _: lambda old: edit.rename(old, edit.find(old, chapter), title, url=url, image=image),
    )


@app.command("remove")
def remove(
    target: TargetArgument,
    chapters: Annotated[
        list[str], typer.Argument(metavar="CHAPTER...", help="Their numbers, start times, or titles or parts of them.")
    ],
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Remove chapters; the one before takes their time."""
    from podpipe.chapters import edit

    def change(length: int) -> Change:
        return lambda old: edit.remove(old, [edit.find(old, which) for which in chapters], duration_ms=length)

    _change(target, library, json, change)


@app.command("shift")
def shift(
    target: TargetArgument,
    by: Annotated[str, typer.Argument(metavar="±TIME", help="How far: 12.5, +1:30 or -0:05.")],
    start: Annotated[str, typer.Option("--from", metavar="TIME", help="Only chapters that begin then or later.")] = "0",
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Move all chapters, or all from a time on, later (+) or earlier (-)."""
    from podpipe.chapters import edit

    sign = -1 if by.startswith(("-", "−")) else 1
    by_ms, from_ms = sign * time_ms(by.lstrip("+-−")), time_ms(start)

    def change(length: int) -> Change:
        return lambda old: edit.shift(old, by_ms, from_ms=from_ms, duration_ms=length)

    _change(target, library, json, change)


def _locate(text: str, library: Path | None) -> Target:
    from podpipe import targets
    from podpipe.cli import console
    from podpipe.library import Library

    def waiting() -> None:
        console.err().print(f"waiting for another podpipe that works on {console.clean(text)}", markup=False)

    return targets.locate(text, Library.locate(library), waiting)


def _change(text: str, library: Path | None, json: bool, change: Callable[[int], Change]) -> None:
    """``change`` makes an edit from the length of the target."""
    place = _locate(text, library)
    chapters_report.report(place, place.change(change(place.duration_ms)), json)


def _export(place: Target, to: str, format_name: str | None) -> None:
    import sys

    from podpipe import exchange
    from podpipe.cli import console

    if to == "-":
        if not format_name:
            raise typer.BadParameter("--export - needs --format")
        encoded = exchange.exported(place, format_name)
        sys.stdout.buffer.write(encoded.data)
        sys.stdout.buffer.flush()
        chapters_report.remark(encoded.lost)
        return
    path = Path(to).expanduser().absolute()
    done = exchange.export(place, path, format_name)
    told = f"{to}: {chapters_report.count(done.count)}, {done.about}"
    console.out().print(console.clean(told), markup=False, soft_wrap=True)
    chapters_report.remark(done.lost)


def _imported(place: Target, source: str, format_name: str | None) -> tuple[Change, tuple[str, ...]]:
    import sys

    from podpipe import exchange

    if source != "-":
        return exchange.imported(place, None, Path(source).expanduser(), format_name)
    if not format_name:
        raise typer.BadParameter("--import - needs --format")
    return exchange.imported(place, sys.stdin.buffer.read(), Path("standard input"), format_name)


def _edit(place: Target, json: bool) -> None:
    """The editor, again and again until the text is right or the user gives up."""
    from podpipe import editor
    from podpipe.chapters import form
    from podpipe.chapters.edit import checked
    from podpipe.chapters.merge import merged
    from podpipe.cli import console
    from podpipe.errors import ChaptersError, PodpipeError

    before, duration_ms = place.read().chapters, place.duration_ms
    text = form.write(before, place.title, duration_ms)
    path = editor.keep(text)
    while True:
        edited = editor.open_file(path)
        found, wrong = form.read(edited, duration_ms)
        if not wrong:
            break
        for mistake in wrong:
            console.err().print(console.clean(mistake), style="red", markup=False, soft_wrap=True)
        if not _again():
            raise ChaptersError(f"nothing was changed; the text is kept in {path}")
    if edited.split() == text.split() or not found:
        path.unlink()
        console.out().print("Nothing was changed.")
        return

    def change(now: tuple[Chapter, ...]) -> tuple[Chapter, ...]:
        if now != before:
            raise ChaptersError(f"the chapters of {place.name} were changed meanwhile")
        return checked(merged(found, now, form.HOLDS), duration_ms)

    try:
        changed = place.change(change)
    except PodpipeError as error:
        raise ChaptersError(f"{error}; your text is kept in {path}") from error
    path.unlink()
    chapters_report.report(place, changed, json)


def _again() -> bool:
    try:
        return typer.confirm("Edit again?", default=True, err=True)
    except typer.Abort:
        return False


def _revert(place: Target, json: bool) -> None:
    from podpipe.errors import ChaptersError
    from podpipe.targets import EpisodeTarget

    if not isinstance(place, EpisodeTarget):
        raise ChaptersError(f"{place.name} is no episode of the library; only an episode has chapters of podpipe's own")
    chapters_report.report(place, place.revert(), json)
