"""The library on disk: ``episodes/<id>/`` with everything known of an episode, and ``index/``.

``docs/library-on-disk.md`` lists the files. The index is derived: it can be deleted and made again.
"""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from podpipe import addresses, migration, storage
from podpipe.errors import BusyError, LibraryError
from podpipe.ledger import Ledger
from podpipe.models import Chapters, Episode, Hypothesis, MediaType, Notes, Picture, Transcript
from podpipe.sources import identity

if TYPE_CHECKING:
    from podpipe.sound import Sound
    from podpipe.transcripts.telling import Telling

EPISODE = "episode.json"
HYPOTHESIS = "hypothesis.json"
TRANSCRIPT = "transcript.json"
CHAPTERS = "chapters.json"
LOUDNESS = "loudness.npy"
BY_HAND = "chapters-by-hand.json"
SOUNDBITES = "soundbites.json"
PUBLISHED = "published-chapters.json"
PUBLISHED_TRANSCRIPT = "published-transcript"
TAGGED = "episode.mp3"
COVERS = {"image/jpeg": "cover.jpg", "image/png": "cover.png"}
"""The names of the episode's cover, by its type."""

NOTES: dict[MediaType, str] = {"text/html": "notes.html", "text/markdown": "notes.md", "text/plain": "notes.txt"}


@dataclass(frozen=True, slots=True)
class EpisodeFolder:
    """The folder of one episode. Reading raises LibraryError where a file is missing or damaged."""

    path: Path

    @property
    def id(self) -> str:
        """The episode's id is its folder's name."""
        return self.path.name

    @property
    def tagged(self) -> Path:
        """The MP3 with chapters."""
        return self.path / TAGGED

    def ledger(self) -> Ledger:
        """What was done for this episode."""
        return Ledger(self.path)

    def episode(self) -> Episode:
        """The facts known of the episode."""
        return storage.read_json(self.path / EPISODE, Episode)

    def hypothesis(self) -> Hypothesis:
        """What was heard."""
        return storage.read_json(self.path / HYPOTHESIS, Hypothesis)

    def sound(self) -> Sound:
        """How loud it is, when: as it was measured while it was heard, or measured anew. Raises AudioError."""
        from podpipe import sound

        try:
            return sound.decode((self.path / LOUDNESS).read_bytes())
        except (OSError, ValueError, EOFError):
            return sound.listen(self.original())

    def transcript(self) -> Transcript:
        """What was said."""
        return storage.read_json(self.path / TRANSCRIPT, Transcript)

    def chapters(self) -> Chapters:
        """The chapters, those that a person has edited marked so. Raises ChaptersError."""
        from podpipe.chapters import json

        found = json.read(self.path / CHAPTERS)
        if not self.is_by_hand():
            return found
        by_hand = [replace(c, evidence="edited", confidence=1.0, because="edited by hand") for c in found.chapters]
        if by_hand and by_hand[-1].end_ms <= by_hand[-1].start_ms:  # people leave the end of the last to us
            by_hand[-1] = replace(by_hand[-1], end_ms=max(self.transcript().duration_ms, by_hand[-1].start_ms + 1))
        return Chapters(tuple(by_hand), found.missing)

    def telling(self) -> Telling:
        """The transcript with what its readers want to know besides. Raises LibraryError, ChaptersError."""
        from podpipe.transcripts.telling import Telling

        if not (self.path / TRANSCRIPT).is_file():
            raise LibraryError(f"{self.id} has no transcript yet; ingest it again")
        episode = self.episode()
        chapters = self.chapters().chapters if (self.path / CHAPTERS).is_file() else ()
        listed = tuple(chapter for chapter in chapters if chapter.toc)
        return Telling(self.transcript(), episode.title, episode.show, episode.published, listed)

    def notes(self) -> Notes | None:
        """The show notes, if there are any."""
        for media_type, name in NOTES.items():
            path = self.path / name
            if path.is_file():
                with storage.explained(path):
                    return Notes(path.read_bytes().decode("utf-8", "replace"), media_type)
        return None

    def published_transcript(self) -> Path | None:
        """The transcript that the publisher offers, if there is one, in the format in which it came."""
        files = (self.path / f"{PUBLISHED_TRANSCRIPT}.{kind}" for kind in ("json", "vtt", "srt", "html", "txt"))
        return next((path for path in files if path.is_file()), None)

    def cover(self) -> Picture | None:
        """The episode's cover, if one was fetched or put there."""
        for media_type, name in COVERS.items():
            path = self.path / name
            if path.is_file():
                with storage.explained(path):
                    return Picture(path.read_bytes(), media_type)
        return None

    def original(self) -> Path:
        """The audio as downloaded. Raises LibraryError where it is gone."""
        entry = self.ledger().entry("fetch")
        for name in entry.outputs if entry else ():
            if name.startswith("original."):
                return self.path / name
        raise LibraryError(f"{self.path} has no audio yet; run podpipe ingest again")

    def is_by_hand(self) -> bool:
        """Whether the chapters are a person's: podpipe keeps its hands off them."""
        return self.ledger().is_edited(CHAPTERS)

    def is_complete(self) -> bool:
        """Whether every stage up to the index was finished once."""
        return self.ledger().entry("index") is not None


def notes_name(notes: Notes) -> str:
    """The name of the file that these notes are kept in."""
    return NOTES[notes.media_type]


class Library:
    """``episodes/`` and ``index/`` below one root."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.episodes = root / "episodes"
        self.index = root / "index"

    @classmethod
    def locate(cls, root: Path | None = None) -> Library:
        """The library at ``root``, or at PODPIPE_LIBRARY, or in the current folder."""
        found = cls((root or Path(os.environ.get("PODPIPE_LIBRARY") or ".")).expanduser().absolute())
        migration.version_of(found.episodes)  # one of a newer podpipe is not read wrongly
        return found

    def prepare(self) -> None:
        """Make the folders, see that they can be written; bring an older library up to date. Raises LibraryError."""
        for folder, mode in ((self.episodes, 0o777), (self.index, 0o700)):
            with storage.explained(folder):
                folder.mkdir(mode=mode, parents=True, exist_ok=True)
            if not os.access(folder, os.W_OK | os.X_OK):
                raise LibraryError(f"{folder} can't be written by this user; change its permissions or use --library")
        migration.migrate(self.episodes)
        self._sweep()

    def _sweep(self) -> None:
        """Remove what was left by processes that were killed, where none of them holds a lock."""
        for folder in (self.root, self.episodes, self.episodes / ".shows", *self.root.glob("shows/*/")):
            storage.sweep(folder, is_ours=False)

    def folder(self, episode_id: str) -> EpisodeFolder:
        """The folder of an episode, there or not."""
        return EpisodeFolder(self.episodes / episode_id)

    def __iter__(self) -> Iterator[EpisodeFolder]:
        """All episodes that are known, by id (and so by date)."""
        if not self.episodes.is_dir():
            return
        for path in sorted(self.episodes.iterdir()):
            if not path.name.startswith(".") and (path / EPISODE).is_file():
                yield EpisodeFolder(path)

    def id_of(self, episode: Episode) -> str:
        """The id that this episode has here already, whatever has become of its title and date, or its new one.

        The hash of the guid, which ends every id, tells which episode it is, unless it is one of another show: a guid
        such as "12" is no show's own.
        """
        if self.folder(episode.id).path.is_dir():
            found = episode.id
        else:
            found = self._by_hash.get(episode.id.rpartition("-")[2], "")
        if not found:
            return episode.id
        if self._is_of_another_show(found, episode):
            return identity.episode_id(episode.published, episode.title, f"{episode.show_id} {episode.guid}")
        return found

    def _is_of_another_show(self, known: str, episode: Episode) -> bool:
        try:
            other = self.folder(known).episode()
        except LibraryError:  # only begun
            return False
        if other.show_id and episode.show_id:
            return other.show_id != episode.show_id
        is_elsewhere = addresses.file_key(other.enclosure) != addresses.file_key(episode.enclosure)
        return bool(episode.show_id) and other.show != episode.show and is_elsewhere

    @functools.cached_property
    def _by_hash(self) -> dict[str, str]:
        """The ids of all episodes by the hash that ends them, read once: there may be 100,000."""
        if not self.episodes.is_dir():
            return {}
        with os.scandir(self.episodes) as entries:
            names = [entry.name for entry in entries if not entry.name.startswith(".")]
        return {name.rpartition("-")[2]: name for name in names}

    def find(self, text: str) -> EpisodeFolder:
        """The one episode whose id is, begins with or contains ``text``, or else whose title does.

        Signs between words tell nothing: "Storage Weekly: disks" is "storage_weekly_disks".

        Raises:
            LibraryError: no episode matches, or several do.
        """
        wanted = text.strip().casefold()
        words = identity.hyphened(wanted)
        folders = list(self) if words else []
        tests: tuple[Callable[[EpisodeFolder], bool], ...] = (
            lambda folder: folder.id == wanted,
            lambda folder: folder.id.startswith(words),
            lambda folder: words in folder.id,
            lambda folder: words in identity.hyphened(folder.episode().title),
        )
        for test in tests:
            matches = [folder for folder in folders if test(folder)]
            if len(matches) == 1:
                return matches[0]
            if matches:
                names = ", ".join(folder.id for folder in matches[:4]) + (", …" if len(matches) > 4 else "")
                raise LibraryError(f"{text!r} fits {len(matches)} episodes ({names}); give more of the id")
        raise LibraryError(f"no episode in {self.root} fits {text!r}; podpipe list shows those that are there")

    @contextlib.contextmanager
    def lock(self, episode_id: str, *, on_wait: Callable[[], None] | None) -> Iterator[EpisodeFolder]:
        """Hold an episode's folder alone; where another process holds it, say so once and wait.

        Raises:
            BusyError: another process holds it, and there is no ``on_wait``.
            LibraryError: the folder can't be made or written.
        """
        folder = self.folder(episode_id)
        locks = self.episodes / ".locks"
        with storage.explained(locks):
            locks.mkdir(parents=True, exist_ok=True)
            lock = FileLock(locks / episode_id)
            try:
                lock.acquire(blocking=False)
            except Timeout as error:
                if on_wait is None:
                    raise BusyError(f"another podpipe works on {episode_id}") from error
                on_wait()
                lock.acquire()
        try:
            with storage.explained(folder.path):
                storage.check_own(folder.path)
                folder.path.mkdir(exist_ok=True)
            storage.sweep(folder.path, is_ours=True)
            storage.sweep(folder.path / "images", is_ours=True)
            yield folder
        finally:
            with contextlib.suppress(OSError):
                folder.path.rmdir()  # only where nothing came of it
            lock.release()
