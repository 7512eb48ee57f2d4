"""Work that goes on after the answer: captions, tags and index follow corrections, one episode after the other.

What was saved is never lost: after a restart, every corrected episode is looked at again, and what is up to date
already takes no time.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from podpipe import corrections
from podpipe.errors import PodpipeError
from podpipe.library import EpisodeFolder, Library

_REMARKS = 20
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pending:
    """How many episodes are still to follow, and what was said of the last ones."""

    episodes: int
    remarks: tuple[str, ...]


class Background:
    """One thread, which works through what is asked of it."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._waiting: set[str] = set()
        self._jobs = 0
        self._remarks: deque[str] = deque(maxlen=_REMARKS)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="corrections", daemon=True)

    def start(self) -> None:
        """Begin, with what an earlier run did not come to."""
        self._thread.start()
        self.run(self._resume)

    def stop(self) -> None:
        """End after what is under way; the rest is for the next start."""
        self._stopping.set()
        self._work.put(None)
        self._thread.join(timeout=30)

    def follow(self, folder: EpisodeFolder) -> None:
        """Bring an episode up to date, once however often it is asked for meanwhile."""
        with self._lock:
            if folder.id in self._waiting:
                return
            self._waiting.add(folder.id)

        def action() -> None:
            with self._lock:
                self._waiting.discard(folder.id)
            for remark in corrections.follow(self._library, folder):
                self.say(f"{folder.id}: {remark}")

        self.run(action)

    def run(self, action: Callable[[], None]) -> None:
        """Do something when its turn comes; a PodpipeError that it raises is said."""
        with self._lock:
            self._jobs += 1
        self._work.put(action)

    def say(self, remark: str) -> None:
        """Keep a sentence for whoever asks what is pending."""
        with self._lock:
            self._remarks.append(remark)

    def pending(self) -> Pending:
        """What is still to be done."""
        with self._lock:
            return Pending(self._jobs, tuple(self._remarks))

    def _resume(self) -> None:
        for folder in corrections.corrected(self._library):
            self.follow(folder)

    def _run(self) -> None:
        while (action := self._work.get()) is not None:
            try:
                if not self._stopping.is_set():
                    action()
            except PodpipeError as error:
                self.say(str(error))
            except Exception as error:  # a defect in one episode must not stop the others
                _log.exception("a correction was saved, but did not follow")
                self.say(f"a correction is saved, but MP3, captions or index did not follow: {error!r}")
            finally:
                with self._lock:
                    self._jobs -= 1
