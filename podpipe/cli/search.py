"""``podpipe search``."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from podpipe.cli.options import JsonOption, LibraryOption

if TYPE_CHECKING:
    from podpipe.hits import Answer
    from podpipe.library import Library
    from podpipe.search import Index

_MOST = 100
"""The newest or oldest are taken of so many that fit best."""


class Sort(enum.StrEnum):
    """Orders of hits."""

    best = "best"
    newest = "newest"
    oldest = "oldest"


class ClipPart(enum.StrEnum):
    """What of a hit is cut."""

    sentence = "sentence"
    passage = "passage"
    chapter = "chapter"


def command(
    query: Annotated[
        list[str] | None,
        typer.Argument(metavar="QUERY", help="Words, a phrase in quotes, a beginning with a star: oom*"),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many hits at the most.")] = 10,
    show: Annotated[str | None, typer.Option("--show", metavar="NAME", help="Only this show.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d", "%Y-%m", "%Y"], help="Only from this day on."),
    ] = None,
    episode: Annotated[
        str | None,
        typer.Option("--episode", metavar="EPISODE", help="Only this one: its id, or a part of id or title."),
    ] = None,
    sort: Annotated[Sort, typer.Option("--sort", help="By how well they fit, or by day.")] = Sort.best,
    context: Annotated[
        int,
        typer.Option("--context", "-C", metavar="[N]", min=0, max=50, help="Sentences before and after each hit (2)."),
    ] = 0,
    explain: Annotated[bool, typer.Option("--explain", help="Say why each hit stands where it does.")] = False,
    related: Annotated[
        bool, typer.Option("--related", help="What else to search for: terms and chapters near.")
    ] = False,
    clip: Annotated[
        Path | None, typer.Option("--clip", metavar="DIR", help="Cut each hit into an MP3 in this folder.")
    ] = None,
    clip_part: Annotated[
        ClipPart, typer.Option("--clip-part", help="How much: from the hit on to a pause, or all of its chapter.")
    ] = ClipPart.passage,
    library: LibraryOption = None,
    json: JsonOption = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="A JSON object a line.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="A table for spreadsheets.")] = False,
    m3u: Annotated[bool, typer.Option("--m3u", help="A playlist that starts at each hit, for VLC.")] = False,
    edl: Annotated[bool, typer.Option("--edl", help="The same for mpv, hits as chapters.")] = False,
) -> None:
    """Find where something is talked about: episode, topic and second."""
    from podpipe.cli import search_report
    from podpipe.last_search import remember
    from podpipe.library import Library
    from podpipe.search import open_index

    wanted = {"json": json, "jsonl": jsonl, "csv": csv, "m3u": m3u, "edl": edl}
    forms = [form for form, is_wanted in wanted.items() if is_wanted]
    if len(forms) > 1:
        raise typer.BadParameter(f"one form at a time: --{' or --'.join(forms)}")
    place = Library.locate(library)
    text = _as_query(query or [])
    with open_index(place.index) as index:
        narrowed = _Narrowed(limit, show, since.date() if since else None, _episode_id(index, place, episode), sort)
        answer = _answer(index, text, narrowed, context=context, related=related)
    if clip is not None:
        answer = _with_clips(answer, place, clip.expanduser(), clip_part)
    remember(place, answer.shown)
    if forms:
        search_report.write(answer, place, forms[0], explain=explain)
    else:
        search_report.show(answer, place, explain=explain)
    if answer.refused or not (answer.shown or forms):
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Narrowed:
    """What of all that is found is wanted."""

    limit: int
    show: str | None
    since: date | None
    episode_id: str | None
    sort: Sort


def _as_query(words: list[str]) -> str:
    """One argument is a query; several are words, those with spaces (quoted in the shell) phrases."""
    if len(words) == 1:
        return words[0]
    return " ".join(f'"{word}"' if re.search(r"\s", word) and '"' not in word else word for word in words)


def _episode_id(index: Index, place: Library, wanted: str | None) -> str | None:
    """The id of the episode that is meant; one that is only in the index by its whole id."""
    if wanted is None or (not place.folder(wanted).path.is_dir() and wanted in index.episode_ids()):
        return wanted
    return place.find(wanted).id


def _answer(index: Index, text: str, narrowed: _Narrowed, *, context: int, related: bool) -> Answer:
    from podpipe.hits import Answer, in_order
    from podpipe.hits.context import around
    from podpipe.search import related as near
    from podpipe.search import search

    results = search(
        index,
        text,
        limit=narrowed.limit if narrowed.sort is Sort.best else max(_MOST, narrowed.limit),
        show=narrowed.show,
        since=narrowed.since,
        episode_id=narrowed.episode_id,
    )
    hits = in_order(results.hits, narrowed.sort.value)[: narrowed.limit]
    return Answer(
        text,
        hits,
        notes=results.notes,
        suggestions=results.suggestions,
        contexts=tuple(around(index, hit, context) for hit in hits) if context else (),
        related=near.related(index, text, show=narrowed.show, since=narrowed.since) if related else None,
    )


def _with_clips(answer: Answer, place: Library, folder: Path, part: ClipPart) -> Answer:
    from rich.progress import Progress

    from podpipe.cli import console
    from podpipe.hits import clips

    with Progress(console=console.err(), transient=True) as progress:
        task = progress.add_task("cutting", total=len(answer.shown))
        made, refused = clips.cut(place, answer.shown, folder, part.value, on_clip=lambda clip: progress.advance(task))
    return replace(answer, clips=made, refused=refused)
