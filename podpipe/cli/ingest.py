"""``podpipe ingest``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from podpipe.cli.options import AllowHostOption, Engine, JsonOption, LibraryOption
from podpipe.work import STAGES


def command(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="An audio file or URL, a show-notes page, an RSS or Atom feed, or a folder of audio files.",
        ),
    ],
    notes: Annotated[
        str | None, typer.Option("--notes", metavar="FILE|URL", help="Show notes of the one episode given.")
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Feeds: the newest N episodes.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d"], help="Feeds: episodes from this day on."),
    ] = None,
    match: Annotated[
        str, typer.Option("--match", metavar="TEXT", help="Feeds: episodes with TEXT in title or notes.")
    ] = "",
    engine: Annotated[Engine, typer.Option("--engine", help="What recognises speech.")] = Engine.faster_whisper,
    model: Annotated[
        str,
        typer.Option("--model", metavar="NAME|PATH", help="Whisper's size (tiny … large-v3), or weights on disk."),
    ] = "base",
    language: Annotated[
        str | None,
        typer.Option("--language", metavar="CODE", help="Spoken language: en, de, …  [default: detected]"),
    ] = None,
    device: Annotated[str, typer.Option("--device", help="auto, cpu or cuda.")] = "auto",
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Episodes at a time.")] = 1,
    force: Annotated[
        list[str] | None,
        typer.Option("--force", metavar="[STAGE]", help=f"Do again what is done: {', '.join(STAGES)}, or all."),
    ] = None,
    allow_host: AllowHostOption = None,
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Download, transcribe, cut into topics, tag and index episodes.

    What is done stays done: the same command a second time does only what has changed, and after an
    interruption it goes on where it stopped.
    """
    from podpipe import config
    from podpipe.cli import ingest_report
    from podpipe.ingest import Request
    from podpipe.library import Library
    from podpipe.net import Client
    from podpipe.search import open_index
    from podpipe.shows.once import ingest
    from podpipe.sources import Selection, path_of
    from podpipe.speech import open_recogniser
    from podpipe.stages import Tools

    stages = _stages(force or [])
    place = Library.locate(library)
    if not place.episodes.exists():  # no library is begun for what is not there
        for source in sources:
            path_of(source)
    recogniser = open_recogniser(engine.value, model, device=device)
    place.prepare()
    selection = Selection(limit=limit, since=since.date() if since else None, match=match)
    request = Request(tuple(sources), notes, selection, jobs, stages)
    client = Client([*sources, notes or ""], allow_hosts=allow_host or (), config=config.load(place.root))
    with client, open_index(place.index, create=True) as index:
        tools = Tools(client, recogniser, index, language)
        with ingest_report.display() as display:
            found = ingest(request, place, tools, display.progress, display.left_out)
            outcomes = [display.finished(outcome) for outcome in found]
    if json:
        ingest_report.print_as_json(outcomes)
    else:
        ingest_report.print_summary(outcomes, place)
    if any(outcome.status == "failed" for outcome in outcomes):
        raise typer.Exit(1)


def _stages(names: list[str]) -> frozenset[str]:
    wanted = set(STAGES) if "all" in names else set(names)
    if unknown := wanted - set(STAGES):
        raise typer.BadParameter(f"unknown stage {unknown.pop()!r}; the stages are {', '.join(STAGES)}")
    return frozenset(wanted)
