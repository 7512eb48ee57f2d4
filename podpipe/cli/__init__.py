"""The command line: parses, makes one call, prints. ``main`` is the console script."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

from podpipe.cli import (
    chapters,
    check,
    console,
    cut,
    doctor,
    index,
    ingest,
    library,
    play,
    publish,
    search,
    serve,
    shows,
    similar,
    soundbites,
    status,
    tag,
    topics,
    transcript,
)
from podpipe.cli.options import print_version
from podpipe.errors import PodpipeError
from podpipe.work import STAGES

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's: they wait by spinning, on cores that Whisper needs

_STOPPED = 130
"""Exit code after Ctrl-C."""

app = typer.Typer(
    name="podpipe",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Makes podcasts searchable by topic and second.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("ingest")(ingest.command)
app.command("subscribe")(shows.subscribe_command)
app.command("update")(shows.update_command)
app.command("status")(status.command)
app.command("retry")(shows.retry_command)
app.command("remove")(shows.remove_command)
app.command("unsubscribe")(shows.unsubscribe_command)
app.command("subscriptions")(shows.subscriptions_command)
app.command("search")(search.command)
app.command("topics")(topics.command)
app.command("similar")(similar.command)
app.command("play")(play.command)
app.command("list")(library.list_command)
app.command("show")(library.show_command)
app.add_typer(chapters.app, name="chapters")
app.add_typer(soundbites.app, name="soundbites")
app.command("transcript")(transcript.command)
app.command("tag")(tag.command)
app.command("cut")(cut.command)
app.command("reindex")(library.reindex_command)
app.command("serve")(serve.command)
app.command("publish")(publish.command)
app.add_typer(index.app, name="index")
app.command("check")(check.command)
app.command("doctor")(doctor.command)


@app.callback()
def _podpipe(version: print_version = False) -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> None:
    """Run podpipe and exit: 0 when all went well, 1 on an error, 2 on wrong usage, 130 on Ctrl-C."""
    try:
        app(args=_with_force_value(sys.argv[1:] if arguments is None else arguments), prog_name="podpipe")
    except PodpipeError as error:
        print(f"podpipe: {console.clean(str(error))}", file=sys.stderr)  # noqa: T201 - rich is too slow to start for one line
        sys.exit(1)
    except (KeyboardInterrupt, SystemExit) as stopped:
        if isinstance(stopped, SystemExit) and stopped.code != _STOPPED:  # typer makes Ctrl-C an exit
            raise
        print("podpipe: stopped; the same command goes on where it stopped", file=sys.stderr, flush=True)  # noqa: T201
        os._exit(_STOPPED)  # threads may still be inside the recogniser: don't wait for them
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


def _with_force_value(arguments: Sequence[str]) -> list[str]:
    """``--force`` without a stage means all of them (options with an optional value are unknown to typer)."""
    result: list[str] = []
    for position, argument in enumerate(arguments):
        result.append(argument)
        if argument == "--force" and not (set(arguments[position + 1 : position + 2]) & {*STAGES, "all"}):
            result.append("all")
    return result
