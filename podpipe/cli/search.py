"""``podpipe search``."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from podpipe.cli.options import JsonOption, LibraryOption

if TYPE_CHECKING:
    from rich.text import Text

    from podpipe.library import Library
    from podpipe.models import Hit, Snippet


def command(
    query: Annotated[
        list[str],
        typer.Argument(metavar="QUERY", help="Words, a phrase in quotes, a beginning with a star: oom*"),
    ],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many hits at the most.")] = 10,
    show: Annotated[str | None, typer.Option("--show", metavar="NAME", help="Only this show.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d", "%Y-%m", "%Y"], help="Only from this day on."),
    ] = None,
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Find where something is talked about: episode, topic and second."""
    from podpipe.cli import console
    from podpipe.last_search import remember
    from podpipe.library import Library
    from podpipe.search import open_index, search

    place = Library.locate(library)
    with open_index(place.index) as index:
        results = search(index, _as_query(query), limit=limit, show=show, since=since.date() if since else None)
    remember(place, results.hits)
    if json:
        console.print_json([_as_json(hit, place) for hit in results.hits])
        return
    for note in results.notes:
        console.err().print(console.clean(note), style="yellow", markup=False)
    if not results.hits:
        console.out().print(f"Nothing found for {console.clean(' '.join(query))}.", markup=False)
        raise typer.Exit(1)
    for number, hit in enumerate(results.hits, 1):
        _print_hit(number, hit, place)


def _as_query(words: list[str]) -> str:
    """One argument is a query; several are words, those with spaces (quoted in the shell) phrases."""
    if len(words) == 1:
        return words[0]
    return " ".join(f'"{word}"' if re.search(r"\s", word) and '"' not in word else word for word in words)


def _as_json(hit: Hit, library: Library) -> dict[str, Any]:
    from podpipe.playing import media_link, play_command

    return {
        "episode_id": hit.episode_id,
        "episode_title": hit.episode_title,
        "show": hit.show,
        "published": hit.published,
        "chapter": hit.chapter,
        "chapter_start_ms": hit.chapter_start_ms,
        "start_ms": hit.start_ms,
        "end_ms": hit.end_ms,
        "snippet": hit.snippet.text,
        "marks": hit.snippet.marks,
        "score": round(hit.score, 4),
        "note": hit.note,
        "link": media_link(hit.enclosure, hit.start_ms),
        "play": play_command(library, hit.episode_id, hit.start_ms),
    }


def _print_hit(number: int, hit: Hit, library: Library) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from podpipe import timecode
    from podpipe.cli import console
    from podpipe.playing import media_link, play_command

    out = console.out()
    day = f"{hit.published:%Y-%m-%d}" if hit.published else ""
    heading = " · ".join(filter(None, (hit.episode_title, hit.show if hit.show != hit.episode_title else "", day)))
    out.print(f"{number}. {console.clean(heading)}", style="bold", markup=False)
    where = " · ".join(filter(None, (timecode.clock(hit.start_ms), hit.chapter, hit.note)))
    out.print(f"   {console.clean(where)}", style="cyan", markup=False)
    out.print(Padding(_marked(hit.snippet), (0, 0, 0, 3)) if out.is_terminal else Text("   ") + _marked(hit.snippet))
    out.print(f"   {play_command(library, hit.episode_id, hit.start_ms)}", style="green", markup=False, soft_wrap=True)
    out.print(
        f"   {console.clean(media_link(hit.enclosure, hit.start_ms))}\n",
        style="dim",
        markup=False,
        soft_wrap=True,
    )


def _marked(snippet: Snippet) -> Text:
    """The snippet with its matches bold; where nothing can be bold, in **asterisks**."""
    from rich.text import Text

    from podpipe.cli import console

    plain = not console.out().is_terminal
    text, position = Text(), 0
    for start, end in snippet.marks:
        text.append(console.clean(snippet.text[position:start]))
        match = console.clean(snippet.text[start:end])
        text.append(f"**{match}**" if plain else match, style="" if plain else "bold yellow")
        position = end
    text.append(console.clean(snippet.text[position:]))
    return text
