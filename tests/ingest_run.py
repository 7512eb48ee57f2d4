"""An ingest within a test, with a recogniser that hears what it is told."""

from __future__ import annotations

from pathlib import Path

from podpipe import ingest
from podpipe.config import Config
from podpipe.ingest import Outcome, Request
from podpipe.library import Library
from podpipe.models import Episode
from podpipe.net import Client
from podpipe.search import open_index, search
from podpipe.speech.fake import FakeRecogniser
from podpipe.stages import Tools


def quiet(episode: Episode, stage: str, done: int, total: int | None) -> None:
    """No progress."""


class Run:
    """Ingests into one library, with a recogniser that hears what it is told."""

    def __init__(self, root: Path) -> None:
        self.library = Library(root)
        self.recogniser = FakeRecogniser("Let", "us", "begin", "with", "the", "OOM", "killer.")
        self.progress = quiet
        self.config = Config()

    def __call__(self, *sources: str | Path, **request: object) -> list[Outcome]:
        self.library.prepare()
        names = tuple(map(str, sources))
        client = Client(names, config=self.config, pause_s=0, timeout_s=5)
        with client, open_index(self.library.index, create=True) as index:
            tools = Tools(client, self.recogniser, index)
            return list(ingest.ingest(Request(names, **request), self.library, tools, self.progress))

    def hits(self, query: str) -> list[str]:
        with open_index(self.library.index) as index:
            return [hit.episode_title for hit in search(index, query).hits]
