"""``podpipe similar``: more like this."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from podpipe.cli.options import JsonOption, LibraryOption

if TYPE_CHECKING:
    from podpipe.library import Library
    from podpipe.search.similar import Similar


def command(
    target: Annotated[
        str,
        typer.Argument(
            metavar="EPISODE[#CHAPTER]",
            help="An episode's id, or a part of its id or title; and a chapter's number, or how its title begins.",
        ),
    ],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many at the most.")] = 10,
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Find episodes that are like one, or chapters that are like one of its chapters."""
    from podpipe.cli import console
    from podpipe.last_search import remember_places
    from podpipe.library import Library
    from podpipe.likeness import locate
    from podpipe.search import open_index
    from podpipe.search.similar import similar

    place = Library.locate(library)
    with open_index(place.index) as index:
        episode_id, chapter = locate(place, index, target)
        found = similar(index, episode_id, chapter.start_ms if chapter else None, limit=limit)
    remember_places(place, [(one.episode_id, one.start_ms) for one in found])
    if json:
        console.print_json([_as_json(one, place) for one in found])
        return
    of = f"{episode_id}#{chapter.title}" if chapter else episode_id
    if not found:
        console.out().print(f"Nothing else in this library is like {console.clean(of)}.", markup=False)
        raise typer.Exit(1)
    for number, one in enumerate(found, 1):
        _print(number, one, place)


def _as_json(one: Similar, library: Library) -> dict[str, Any]:
    from podpipe.playing import media_link, play_command

    return {
        "episode_id": one.episode_id,
        "episode_title": one.episode_title,
        "show": one.show,
        "published": one.published,
        "chapter": one.chapter,
        "start_ms": one.start_ms,
        "likeness": round(one.likeness, 4),
        "shared": one.shared,
        "link": media_link(one.enclosure, one.start_ms),
        "play": play_command(library, one.episode_id, one.start_ms),
    }


def _print(number: int, one: Similar, library: Library) -> None:
    from rich.text import Text

    from podpipe import timecode
    from podpipe.cli import console
    from podpipe.playing import play_command

    day = f"{one.published:%Y-%m-%d}" if one.published else ""
    heading = " · ".join(filter(None, (one.episode_title, one.show if one.show != one.episode_title else "", day)))
    console.out().print(f"{number}. {console.clean(heading)}", style="bold", markup=False)
    if one.chapter:
        console.print_indented(Text(console.clean(f"{timecode.clock(one.start_ms)} · {one.chapter}"), "cyan"), 3)
    console.print_indented(Text(console.clean(f"{one.likeness:.0%} alike: {', '.join(one.shared)}")), 3)
    line = Text(f"   {play_command(library, one.episode_id, one.start_ms)}\n", "green")
    console.out().print(line, soft_wrap=True)
