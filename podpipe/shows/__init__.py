"""Shows that are followed: what feeds offer, what has become of each episode, and when the next try is.

``registry`` keeps it on the disk, ``news`` tells what is new in a feed, ``following`` asks feeds, ``update`` does what
there is to do, ``opml`` takes subscriptions from other programs and gives them back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from podpipe.sources import Selection

State = Literal["waiting", "done", "failed", "skipped", "removed"]
"""What has become of an episode. ``skipped``: older than what was asked for, or not what was asked for;
``removed``: by the user, and not to come back."""

STATES: tuple[State, ...] = ("waiting", "done", "failed", "skipped", "removed")


@dataclass(frozen=True, slots=True)
class Options:
    """How a show's episodes are chosen and heard; what is '' or None is as podpipe would do it anyway.

    ``selection.limit`` counts for the first time only, and the rest of it for ever.
    """

    selection: Selection = field(default_factory=Selection)
    language: str = ""
    engine: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A show of the library, and how its feed is asked. ``id`` is its ``Show``'s; times are seconds since 1970."""

    id: str
    feed: str
    """As it is asked: with user, password and token. Never to be shown."""
    title: str
    guid: str = ""
    is_followed: bool = True
    """False for a show whose feed was ingested once, or is not subscribed to any longer."""
    is_private: bool = False
    """Its addresses are shown as hosts only."""
    is_typed: bool = False
    """The user gave the feed's host, which is in a private network: it may be asked there in later runs too.

    One that was on the internet may not turn up in here afterwards, nor may one that a feed or an OPML file names.
    """
    options: Options = field(default_factory=Options)
    validators: dict[str, str] = field(default_factory=dict)
    is_complete: bool = False
    """All pages of the feed were read once."""
    checked: float | None = None
    """When the feed was last read, or found unchanged."""
    next_check: float | None = None
    """Not before then is a failing feed asked again."""
    attempts: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An episode of a show. ``published`` may be None; times are seconds since 1970."""

    show_id: str
    guid: str
    id: str
    title: str
    state: State
    published: datetime | None = None
    attempts: int = 0
    error: str = ""
    next_try: float | None = None
    """When a failed one is tried again; None for never, unless the user or a change in the feed says so."""
    since: float = 0
    """When it came into this state."""
    digest: str = ""
    """Of what the feed says of it."""
    file: str = ""
    """Its audio, whichever trackers lead to it: ``podpipe.addresses.file_key``."""
