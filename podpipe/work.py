"""One episode's way through the stages: what has to run, what runs, what it cost.

A stage names its inputs, its outputs and an action; ``Work.stage`` runs the action only when the
ledger does not already have it with the same inputs. Raising a stage's version makes every library
do that stage again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from podpipe import storage
from podpipe.library import EpisodeFolder
from podpipe.models import Episode

STAGES = ("fetch", "published", "describe", "cover", "transcribe", "align", "transcripts", "tag", "index")
"""In the order in which they run; the names that ``--force`` takes."""

_VERSIONS = dict.fromkeys(STAGES, 1) | {"transcripts": 2, "tag": 2}


class Progress(Protocol):
    """Told how far a stage is: ``done`` of ``total`` (None where unknown), in bytes or milliseconds."""

    def __call__(self, episode: Episode, stage: str, done: int, total: int | None) -> None:
        """May raise KeyboardInterrupt to stop the work."""


@dataclass(frozen=True, slots=True)
class Made:
    """What an action gives: small files to write, names of files that it wrote itself, facts to keep."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    written: Sequence[str] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


class Work:
    """One episode's way through the stages.

    ``seconds`` holds the time of each stage that had to run; ``remarks`` what the user should know.
    """

    def __init__(
        self, folder: EpisodeFolder, episode: Episode, progress: Progress, force: frozenset[str] = frozenset()
    ) -> None:
        self.folder = folder
        self.episode = episode
        self.ledger = folder.ledger()
        self.seconds: dict[str, float] = {}
        self.remarks: list[str] = []
        self._progress = progress
        self.force = force

    def stage(
        self,
        name: str,
        inputs: object,
        outputs: Sequence[str],
        action: Callable[[], Made | None],
        *,
        recheck: bool = False,
    ) -> None:
        """Run ``action`` unless the ledger has this stage with the same inputs and all its files.

        With ``recheck`` the action is asked all the same; it gives None where nothing has changed.
        Files that a person has edited stay as they are.
        """
        key = storage.digest([_VERSIONS[name], inputs])
        forced = name in self.force
        if not forced and not recheck and self.ledger.is_current(name, key, outputs):
            return
        self.progress(name, 0, None)
        started = time.perf_counter()
        made = action()
        if made is None:
            return
        ours = {file: data for file, data in made.files.items() if not self.ledger.is_edited(file)}
        self.ledger.write(ours)
        self.seconds[name] = time.perf_counter() - started
        self.ledger.finish(name, key, [*made.written, *ours], seconds=self.seconds[name], facts=made.facts)

    def progress(self, stage: str, done: int, total: int | None) -> None:
        """Tell the user how far a stage is."""
        self._progress(self.episode, stage, done, total)

    def digests(self, *names: str) -> list[str]:
        """Digests of files in the folder, as inputs of a stage."""
        return [self.ledger.digest_of(name) for name in names]
