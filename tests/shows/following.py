"""A publisher on this machine, and a library that follows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from loopback import Loopback
from podpipe.library import Library
from podpipe.models import Episode
from podpipe.net import Client
from podpipe.search import open_index, search
from podpipe.shows import Options, following
from podpipe.shows.following import Result
from podpipe.shows.registry import Registry
from podpipe.shows.session import Choice, Session, Toolbox
from podpipe.shows.update import Done
from podpipe.speech.fake import FakeRecogniser


@dataclass
class Item:
    number: int
    title: str = ""
    guid: str | None = None
    notes: str = "Notes"
    url: str = ""
    date: str = ""
    length: int | None = None
    more: str = ""
    """Further elements."""

    def xml(self, sound: bytes) -> str:
        guid = f"guid-{self.number}" if self.guid is None else self.guid
        return (
            f"<item><title>{escape(self.title or f'Episode {self.number}')}</title>"
            + (f'<guid isPermaLink="false">{guid}</guid>' if guid else "")
            + f"<pubDate>{self.date or f'{self.number:02} Jan 2026 08:00:00 +0000'}</pubDate>"
            f"<description>{escape(self.notes)}</description>"
            f'<enclosure url="{self.url or f"/{self.number}.mp3"}" type="audio/mpeg"'
            f' length="{len(sound) + self.number if self.length is None else self.length}"/>{self.more}</item>'
        )


@dataclass
class Publisher:
    site: Loopback
    sound: bytes
    asked: list[str] = field(default_factory=list)

    def audio(self, *numbers: int, prefix: str = "", **more: object) -> None:
        for number in numbers:
            reply = {"etag": f'"{number}"', **more}
            self.site.serve(f"{prefix}/{number}.mp3", self.sound + b"\0" * number, "audio/mpeg", **reply)

    def feed(
        self, items: Iterable[Item], path: str = "/feed", head: str = "", title: str = "Show", **more: object
    ) -> str:
        body = "".join(item.xml(self.sound) for item in items)
        text = (
            '<?xml version="1.0"?><rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
            ' xmlns:atom="http://www.w3.org/2005/Atom" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel>'
            f"<title>{title}</title>{head}{body}</channel></rss>"
        )
        return self.site.serve(path, text, "application/rss+xml", **more)

    def requests(self, path: str) -> list[dict[str, str]]:
        return [headers for asked, headers in self.site.requests if asked == path]


class Follower:
    """A library that follows shows, with a recogniser that hears what it is told, and a clock that is set by hand."""

    def __init__(self, root: Path) -> None:
        self.library = Library(root)
        self.library.prepare()
        self.now = 1_000_000_000.0
        self.results: list[Result] = []
        self.opened: list[tuple[str, str]] = []
        self.recogniser = FakeRecogniser("Let", "us", "begin", "with", "the", "OOM", "killer.")
        self.progress = quiet

    def subscribe(self, url: str, options: Options | None = None, **more: object) -> Result:
        with Registry(self.library.root) as registry, Client([url], pause_s=0, timeout_s=5) as client:
            return following.subscribe(registry, client, url, options, **more)

    def update(self, *shows: str, on_done=lambda done: None, **choice: object) -> list[Done]:
        return self._run(lambda run: run.update(Choice(shows, **choice)), on_done)

    def retry(self, *names: str, **more: object) -> list[Done]:
        return self._run(lambda run: run.retry(names, **more))

    def _run(self, work, on_done=lambda done: None) -> list[Done]:
        self.results = []
        with (
            Registry(self.library.root) as registry,
            Client(pause_s=0, timeout_s=5) as client,
            open_index(self.library.index, create=True) as index,
        ):
            toolbox = Toolbox(client, index, self._open)
            run = Session(
                self.library, registry, client, toolbox, self.progress, self.results.append, clock=lambda: self.now
            )
            found = []
            for done in work(run):
                on_done(done)
                found.append(done)
            return found

    def _open(self, engine: str, model: str) -> FakeRecogniser:
        self.opened.append((engine, model))
        return self.recogniser

    def states(self) -> dict[str, str]:
        with Registry(self.library.root) as registry:
            return {e.title: e.state for sub in registry.subscriptions() for e in registry.entries(sub.id)}

    def hits(self, query: str) -> set[str]:
        with open_index(self.library.index) as index:
            return {hit.episode_title for hit in search(index, query, limit=50).hits}


def quiet(episode: Episode, stage: str, done: int, total: int | None) -> None:
    """No progress."""
