"""``podpipe subscribe``, ``unsubscribe``, ``subscriptions``, ``update``, ``retry`` and ``remove``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from podpipe.cli.options import AllowHostOption, Engine, JsonOption, LibraryOption

if TYPE_CHECKING:
    from podpipe.net import Client
    from podpipe.shows import Options
    from podpipe.shows.following import Result
    from podpipe.shows.registry import Registry

EngineOption = Annotated[
    Engine | None, typer.Option("--engine", help="What recognises speech.  [default: the show's, or faster-whisper]")
]
ModelOption = Annotated[
    str,
    typer.Option(
        "--model", metavar="NAME|PATH", help="Whisper's size, or weights on disk.  [default: the show's, or base]"
    ),
]
DeviceOption = Annotated[str, typer.Option("--device", help="auto, cpu or cuda.")]
JobsOption = Annotated[
    int, typer.Option("--jobs", "-j", min=1, help="Episodes heard at a time; the next are downloaded meanwhile.")
]
ShowArgument = Annotated[
    str, typer.Argument(metavar="SHOW", help="The show's id or feed, or a part of its id or title that fits no other.")
]


def subscribe_command(
    feeds: Annotated[
        list[str],
        typer.Argument(metavar="FEED|PAGE|OPML...", help="Feeds, pages that name one, or a podcast app's OPML file."),
    ],
    limit: Annotated[int | None, typer.Option("--limit", min=0, help="To begin with, only the newest N.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="Only episodes from this day on.")
    ] = None,
    match: Annotated[str, typer.Option("--match", metavar="TEXT", help="Only with TEXT in title or notes.")] = "",
    language: Annotated[str, typer.Option("--language", metavar="CODE", help="Spoken language: en, de, …")] = "",
    engine: Annotated[Engine | None, typer.Option("--engine", help="What recognises this show's speech.")] = None,
    model: Annotated[str, typer.Option("--model", metavar="NAME|PATH", help="Whisper's size for this show.")] = "",
    private: Annotated[
        bool, typer.Option("--private", help="Its address is a secret: show and keep its host only.")
    ] = False,
    allow_host: AllowHostOption = None,
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Follow shows: podpipe update then fetches what they publish."""
    from podpipe import config
    from podpipe.cli import shows_report
    from podpipe.errors import PodpipeError
    from podpipe.library import Library
    from podpipe.net import Client
    from podpipe.shows import Options
    from podpipe.shows.following import address_of
    from podpipe.shows.registry import Registry
    from podpipe.sources import Selection

    place = Library.locate(library)
    place.prepare()
    selection = Selection(limit=limit, since=since.date() if since else None, match=match)
    options = Options(selection, language, engine.value if engine else "", model)
    given = None if options == Options() else options
    results: list[Result] = []
    errors: list[PodpipeError] = []
    typed = [address_of(feed) for feed in feeds]
    client = Client(typed, allow_hosts=allow_host or (), config=config.load(place.root))
    with Registry(place.root) as registry, client:
        for feed in feeds:
            try:
                results += _subscribed(registry, client, feed, given, private)
            except PodpipeError as error:
                errors.append(error)
    if json:
        shows_report.print_results_as_json(results)
    else:
        shows_report.print_subscribed(results)
    if errors:
        raise PodpipeError("\npodpipe: ".join(map(str, errors)))
    if any(result.error for result in results):
        raise typer.Exit(1)


def _subscribed(
    registry: Registry, client: Client, feed: str, options: Options | None, private: bool
) -> Iterable[Result]:
    from podpipe.cli import shows_report
    from podpipe.shows import opml
    from podpipe.shows.following import subscribe, subscribe_all

    listed = opml.from_source(client, feed)
    if listed is None:
        return [subscribe(registry, client, feed, options, private=private)]
    pairs = [(outline.feed, outline.title) for outline in listed]
    found = subscribe_all(registry, client, pairs, options, private=private)
    return shows_report.track(found, "reading feeds", len(pairs))


def unsubscribe_command(
    shows: Annotated[list[str], typer.Argument(metavar="SHOW...", help="Shows, as podpipe status names them.")],
    library: LibraryOption = None,
) -> None:
    """Follow shows no longer. Their episodes stay; podpipe remove takes these too."""
    from dataclasses import replace

    from podpipe.cli import console
    from podpipe.library import Library
    from podpipe.shows.registry import Registry

    with Registry(Library.locate(library).root, create=False) as registry:
        for subscription in [registry.find(show) for show in shows]:
            registry.save(replace(subscription, is_followed=False))
            title = console.clean(subscription.title)
            console.out().print(f"{title} is not followed any longer. Its episodes stay.", markup=False)


def subscriptions_command(
    opml: Annotated[
        Path | None, typer.Option("--opml", metavar="FILE|-", help="Write them for other podcast apps.")
    ] = None,
    secrets: Annotated[
        bool, typer.Option("--secrets", help="With --opml: private feeds too, with their passwords and tokens.")
    ] = False,
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """List the shows that are followed, or write them as OPML."""
    from podpipe.cli import shows_report
    from podpipe.library import Library
    from podpipe.shows.registry import Registry

    with Registry(Library.locate(library).root, create=False) as registry:
        followed = registry.subscriptions(followed=True)
    if opml is not None:
        shows_report.write_opml(followed, opml, secrets=secrets)
    else:
        shows_report.print_subscriptions(followed, json=json)


def update_command(
    shows: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SHOW]...", help="Only these shows.  [default: all that are followed]"),
    ] = None,
    jobs: JobsOption = 1,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Of each show, only the newest N that wait.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="Only episodes from this day on.")
    ] = None,
    watch: Annotated[
        float | None, typer.Option("--watch", metavar="MINUTES", min=1, help="Go on, asking feeds so often.")
    ] = None,
    engine: EngineOption = None,
    model: ModelOption = "",
    device: DeviceOption = "auto",
    allow_host: AllowHostOption = None,
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Ask the feeds of all shows that are followed, and ingest what is new or was left over.

    Episodes that fail are tried again later, and later; podpipe status says when. Ctrl-C at any time: the same
    command goes on where it stopped.
    """
    from podpipe.cli import shows_run
    from podpipe.library import Library
    from podpipe.shows.session import Choice

    place = Library.locate(library)
    place.prepare()
    settings = shows_run.Settings(jobs, engine.value if engine else "", model, device, tuple(allow_host or ()), json)
    choice = Choice(tuple(shows or ()), limit, since.date() if since else None)
    if watch is None:
        is_fine = shows_run.update(place, settings, choice)
        raise typer.Exit(0 if is_fine else 1)
    shows_run.watch(place, settings, choice, watch)


def retry_command(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[EPISODE|SHOW]...", help="What to try again now.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Everything that failed.")] = False,
    skipped: Annotated[
        bool, typer.Option("--skipped", help="Of shows, also what was skipped by --limit, --since or --match.")
    ] = False,
    jobs: JobsOption = 1,
    engine: EngineOption = None,
    model: ModelOption = "",
    device: DeviceOption = "auto",
    allow_host: AllowHostOption = None,
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Try again what failed, whenever its next try would be; an EPISODE also where it was skipped or removed."""
    from podpipe.cli import shows_run
    from podpipe.library import Library

    if bool(names) == every:
        raise typer.BadParameter("give EPISODEs or SHOWs, or --all")
    place = Library.locate(library)
    place.prepare()
    settings = shows_run.Settings(jobs, engine.value if engine else "", model, device, tuple(allow_host or ()), json)
    is_fine = shows_run.retry(place, settings, names or [], skipped=skipped)
    raise typer.Exit(0 if is_fine else 1)


def remove_command(
    names: Annotated[list[str], typer.Argument(metavar="EPISODE|SHOW...", help="What to remove.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
    library: LibraryOption = None,
) -> None:
    """Remove episodes with all their files, or whole shows; no update brings an episode back."""
    from podpipe.cli import shows_run
    from podpipe.library import Library

    place = Library.locate(library)
    shows_run.remove(place, names, is_sure=yes)
