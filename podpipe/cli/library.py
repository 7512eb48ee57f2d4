"""``podpipe list``, ``podpipe show`` and ``podpipe reindex``."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from podpipe.cli.options import EpisodeArgument, JsonOption, LibraryOption

if TYPE_CHECKING:
    from podpipe.library import EpisodeFolder


def list_command(
    show: Annotated[str, typer.Option("--show", metavar="NAME", help="Only this show.")] = "",
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """List the episodes of the library."""
    from rich.table import Table

    from podpipe import timecode
    from podpipe.cli import console
    from podpipe.library import Library

    place = Library.locate(library)
    facts = [_facts(folder) for folder in place]
    facts = [fact for fact in facts if show.casefold() in fact["show"].casefold()]
    if json:
        console.print_json(facts)
        return
    if not facts:
        console.out().print(f"No episodes in {place.root}; podpipe ingest SOURCE adds some.", markup=False)
        return
    table = Table("Episode", "Show", "Title", box=None, pad_edge=False)
    table.add_column("Length", justify="right")
    table.add_column("Chapters", justify="right")
    for fact in facts:
        length = timecode.clock(fact["duration_ms"]) if fact["complete"] else "unfinished"
        texts = (fact["id"], fact["show"], fact["title"])
        table.add_row(*(_plain(text) for text in texts), length, str(fact["chapters"]))
    console.out().print(table)


def show_command(
    episode: EpisodeArgument,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="FILE", help="Draw its timeline instead: .png, .svg or .html (extra plot)."),
    ] = None,
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Show an episode: its facts, its chapters and where each came from."""
    from podpipe.cli import console
    from podpipe.library import Library

    folder = Library.locate(library).find(episode)
    if plot is not None:
        _draw(folder, plot.expanduser().absolute())
    if json:
        console.print_json(_details(folder))
    elif plot is not None:
        console.out().print(f"Timeline: {console.clean(str(plot.expanduser().absolute()))}", markup=False)
    else:
        _print_details(folder)


class IndexEngine(enum.StrEnum):
    """The search engines."""

    whoosh = "whoosh"
    tantivy = "tantivy"


def reindex_command(
    engine: Annotated[
        IndexEngine | None,
        typer.Option("--engine", help="Search engine from now on: whoosh, or tantivy for large archives."),
    ] = None,
    library: LibraryOption = None,
) -> None:
    """Make the search index again from the episodes."""
    from rich.progress import track

    from podpipe.cli import console
    from podpipe.library import Library
    from podpipe.reindex import reindex

    place = Library.locate(library)
    place.prepare()
    total = sum(1 for _ in place)
    skipped: list[str] = []

    def on_wait() -> None:
        console.err().print("waiting for another podpipe, which writes the index …", markup=False)

    progress = reindex(place, skipped, engine=engine and engine.value, on_wait=on_wait)
    count = sum(1 for _ in track(progress, "indexing", total=total, console=console.err(), transient=True))
    for reason in skipped:
        console.err().print(f"! {console.clean(reason)}", style="yellow", markup=False)
    indexed = count - len(skipped)
    console.out().print(f"{indexed} episode{'' if indexed == 1 else 's'} indexed in {place.index}.", markup=False)
    if skipped:
        raise typer.Exit(1)


def _draw(folder: EpisodeFolder, path: Path) -> None:
    from podpipe import plot, timeline

    plot.draw(timeline.read(folder), path)


def _plain(text: str) -> Any:
    from rich.text import Text

    from podpipe.cli import console

    return Text(console.clean(text), overflow="fold")


def _facts(folder: EpisodeFolder) -> dict[str, Any]:
    episode, complete = folder.episode(), folder.is_complete()
    return {
        "id": folder.id,
        "show": episode.show,
        "title": episode.title,
        "published": episode.published,
        "complete": complete,
        "duration_ms": folder.transcript().duration_ms if complete else 0,
        "chapters": sum(c.evidence != "opening" for c in folder.chapters().chapters) if complete else 0,
        "path": str(folder.path),
    }


def _details(folder: EpisodeFolder) -> dict[str, Any]:
    from podpipe import soundbites

    complete = folder.is_complete()
    chapters = folder.chapters() if complete else None
    hypothesis = folder.hypothesis() if complete else None
    return {
        **_facts(folder),
        "episode": folder.episode(),
        "language": hypothesis.language if hypothesis else "",
        "engine": hypothesis.engine if hypothesis else "",
        "published_words": _published_words(folder) if complete else 0.0,
        "chapters": chapters.chapters if chapters else (),
        "missing": chapters.missing if chapters else (),
        "soundbites": soundbites.of(folder, folder.transcript().duration_ms).listed if complete else (),
        "files": sorted(path.name for path in folder.path.iterdir() if not path.name.startswith(".")),
    }


def _published_words(folder: EpisodeFolder) -> float:
    """The share of the words that the publisher's transcript has, and the sound confirms."""
    words = folder.transcript().words
    return round(sum(word.origin == "publisher" for word in words) / max(len(words), 1), 3)


def _print_details(folder: EpisodeFolder) -> None:
    from rich.table import Table

    from podpipe import timecode
    from podpipe.cli import console
    from podpipe.cli.soundbites import print_table
    from podpipe.models import FOUND_BY

    out, details = console.out(), _details(folder)
    episode = details["episode"]
    out.print(console.clean(episode.title), style="bold", markup=False)
    facts = {
        "Show": episode.show,
        "Published": f"{episode.published:%Y-%m-%d}" if episode.published else "",
        "Length": timecode.clock(details["duration_ms"]) if details["complete"] else "not finished: ingest it again",
        "Language": details["language"],
        "Heard by": details["engine"],
        "Spelled": f"{details['published_words']:.0%} as in the publisher's transcript"
        if details["published_words"]
        else "",
        "Audio": episode.enclosure,
        "Page": episode.page,
        "Folder": str(folder.path),
        "Files": ", ".join(details["files"]),
    }
    for name, value in facts.items():
        if value:
            out.print(f"{name:<10}{console.clean(value)}", markup=False, soft_wrap=True)
    if details["chapters"]:
        table = Table("", "Chapter", "Sure", "Found by", "Because", box=None, pad_edge=False)
        for chapter in details["chapters"]:
            start = timecode.clock(chapter.start_ms)
            sure, by = f"{chapter.confidence:.2f}", FOUND_BY[chapter.evidence]
            table.add_row(start, _plain(chapter.title), sure, by, _plain(chapter.because))
        out.print()
        out.print(table)
    if details["soundbites"]:
        out.print()
        print_table(details["soundbites"])
    if details["missing"]:
        out.print("\nLooked for and not found:", markup=False)
        for missing in details["missing"]:
            out.print(f"  {console.clean(missing.title)}: {console.clean(missing.because)}", markup=False)
