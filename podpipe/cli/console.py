"""Printing: the one place that knows the terminal."""

from __future__ import annotations

import functools
import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

# C0 and C1 controls (ESC among them), and the characters that turn the direction of text (UTR #36).
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

_PIPE_WIDTH = 160
"""Columns of a table that no terminal shows."""


@functools.cache
def out() -> Console:
    """Standard output; full width where it is no terminal, so that pipes get whole lines."""
    from rich.console import Console

    piped = not sys.stdout.isatty()
    return _guarded(Console(highlight=False, soft_wrap=piped, width=_PIPE_WIDTH if piped else None, emoji=False))


@functools.cache
def err() -> Console:
    """Standard error: progress and remarks, which are not the answer."""
    from rich.console import Console

    return _guarded(Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty(), emoji=False))


def _guarded(console: Console) -> Console:
    """A console that prints no control of what it is given: whoever forgets ``clean`` does no harm."""
    from rich.console import ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
    from rich.segment import Segment

    class Cleaned:
        def __init__(self, inner: ConsoleRenderable) -> None:
            self._inner = inner

        def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
            for segment in console.render(self._inner, options):
                yield segment if segment.control else Segment(clean(segment.text), segment.style)

    class Guard(RenderHook):
        def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
            return [Cleaned(inner) for inner in renderables]

    console.push_render_hook(Guard())
    return console


def clean(text: str) -> str:
    """Text from outside, without what a terminal would obey."""
    return _UNSAFE.sub("", text)


def has_styles() -> bool:
    """Whether bold is seen on standard output: a terminal that can show it, with colours or without (NO_COLOR)."""
    return out().is_terminal and not out().is_dumb_terminal and out().color_system is not None


def print_indented(text: Text, columns: int) -> None:
    """Print text with all of its lines indented; whole in a pipe."""
    from rich.padding import Padding
    from rich.text import Text

    out().print(Padding(text, (0, 0, 0, columns)) if out().is_terminal else Text(" " * columns) + text)


def can_show(text: str) -> bool:
    """Whether standard output has these characters."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def write(data: bytes) -> None:
    """Write to standard output as it is, whatever the terminal's encoding; to a terminal without its controls."""
    if sys.stdout.isatty():
        data = clean(data.decode("utf-8", "replace")).encode("utf-8", "replace")
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def print_json_line(value: object) -> None:
    """Print a value as JSON on one line."""
    import msgspec

    write(_escaped(msgspec.json.encode(value).decode()).encode() + b"\n")


def print_json(value: object) -> None:
    """Print a value as indented JSON."""
    import msgspec

    write(_escaped(msgspec.json.format(msgspec.json.encode(value), indent=2).decode()).encode() + b"\n")


def _escaped(json: str) -> str:
    """JSON that means the same, without what a terminal would obey: controls above ASCII stay as they are otherwise."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json)
