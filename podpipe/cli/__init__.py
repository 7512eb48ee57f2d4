"""The command line: parses, makes one call, prints. ``main`` is the console script."""

from __future__ import annotations

import gc
import importlib
import os
import re
import sys
from collections.abc import Iterator, Sequence
from itertools import zip_longest

import typer

from podpipe.cli import console
from podpipe.cli.options import print_version
from podpipe.errors import PodpipeError

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's: they wait by spinning, on cores that Whisper needs

_STOPPED = 130
"""Exit code after Ctrl-C."""

_CONTEXT = "2"
"""Sentences before and after each hit, where nobody says how many."""

_COLLECTED = (100_000, 20, 20)
"""Python looks for cycles that seldom: most commands end before there is one, and a tenth of their time was that."""

COMMANDS = {
    "ingest": "ingest:command",
    "subscribe": "shows:subscribe_command",
    "update": "shows:update_command",
    "status": "status:command",
    "retry": "shows:retry_command",
    "remove": "shows:remove_command",
    "unsubscribe": "shows:unsubscribe_command",
    "subscriptions": "shows:subscriptions_command",
    "search": "search:command",
    "topics": "topics:command",
    "similar": "similar:command",
    "play": "play:command",
    "list": "library:list_command",
    "show": "library:show_command",
    "transcript": "transcript:command",
    "tag": "tag:command",
    "cut": "cut:command",
    "reindex": "library:reindex_command",
    "serve": "serve:command",
    "publish": "publish:command",
    "check": "check:command",
    "doctor": "doctor:command",
    "chapters": "chapters:app",
    "soundbites": "soundbites:app",
    "index": "index:app",
}
"""Where each command is, in the order of the help: only the one that is asked for is loaded."""


def _app(first: str) -> typer.Typer:
    """The command that the first argument names; all of them where it names none, for the help and what is like it."""
    app = typer.Typer(
        name="podpipe",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="Makes podcasts searchable by topic and second.",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_podpipe)
    for name in (first,) if first in COMMANDS else COMMANDS:
        module, _, attribute = COMMANDS[name].partition(":")
        command = getattr(importlib.import_module(f"podpipe.cli.{module}"), attribute)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def _podpipe(version: print_version = False) -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> None:
    """Run podpipe and exit: 0 when all went well, 1 on an error, 2 on wrong usage, 130 on Ctrl-C."""
    gc.set_threshold(*_COLLECTED)
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        _app(arguments[0] if arguments else "")(args=list(_with_values(arguments)), prog_name="podpipe")
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
    finally:
        gc.freeze()  # what is left is the system's to free: Python need not look through it


def _with_values(arguments: Sequence[str]) -> Iterator[str]:
    """``--force`` without a stage means all of them, ``--context`` without a number some sentences.

    Typer knows no options whose value may be left out.
    """
    rest = iter(zip_longest(arguments, arguments[1:], fillvalue=""))
    for argument, following in rest:
        yield argument
        if argument == "--force" and following not in _stages():
            yield "all"
        elif argument in ("--context", "-C") and not re.fullmatch(r"-?\d+", following):
            yield _CONTEXT
        elif argument == "--":
            yield from (left for left, _ in rest)


def _stages() -> Sequence[str]:
    from podpipe.work import STAGES

    return (*STAGES, "all")
