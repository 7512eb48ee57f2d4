"""What ``podpipe chapters`` works on: an episode of the library, an audio file, or a file of chapters.

A target reads its chapters and takes a changed list. An episode's list is the person's from then on: it differs
from what podpipe wrote, and so no later run overwrites it (``podpipe.ledger``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

from podpipe import chapters as audio_chapters
from podpipe import library as names
from podpipe import stages, storage
from podpipe.chapters import edit, formats, json, pictures
from podpipe.chapters.lost import lost
from podpipe.errors import ChaptersError, LibraryError, SearchError
from podpipe.library import EpisodeFolder, Library
from podpipe.models import Chapter, Chapters, Episode
from podpipe.work import Work

Change = Callable[[tuple[Chapter, ...]], tuple[Chapter, ...]]
"""An edit; may raise ChaptersError, and then nothing is changed."""


@dataclass(frozen=True, slots=True)
class Changed:
    """The chapters after an edit, whether it changed anything, and what could not be kept of it."""

    chapters: tuple[Chapter, ...]
    is_new: bool
    remarks: tuple[str, ...] = ()


class Target(Protocol):
    """Something with chapters. ``duration_ms`` is its length, 0 where that is unknown."""

    @property
    def name(self) -> str:
        """By which a user knows it."""

    @property
    def title(self) -> str:
        """What it is called."""

    @property
    def duration_ms(self) -> int:
        """Its length in milliseconds."""

    def read(self) -> Chapters:
        """Its chapters. Raises PodpipeError."""

    def change(self, change: Change) -> Changed:
        """Give it other chapters. Raises PodpipeError, and then it is as it was."""

    def audio(self, ending: str) -> Path:
        """Its sound in a file with that ending. Raises ChaptersError where there is none."""


def locate(text: str, library: Library, on_wait: Callable[[], None]) -> Target:
    """The file of that path if there is one, or else the episode of the library that fits.

    A file in an episode's folder means that episode. ``on_wait`` is called once where another process holds it.

    Raises:
        LibraryError: there is no such file, and no episode or several fit.
    """
    path = Path(text).expanduser().absolute()
    home = path if path.is_dir() else path.parent
    if path.exists() and (home / "stages.json").is_file() and (home / names.EPISODE).is_file():
        return EpisodeTarget(Library(home.parent.parent), EpisodeFolder(home), on_wait)
    if path.is_file():
        return ListTarget(path) if _is_list(path) else AudioTarget(path)
    try:
        return EpisodeTarget(library, library.find(text), on_wait)
    except LibraryError as error:
        if "/" in text or is_audio_name(path) or _is_list(path):
            what = "is a folder, and no episode's" if path.is_dir() else "does not exist"
            raise LibraryError(f"{text} {what}; check the path, or give an episode of the library") from error
        raise


@dataclass(frozen=True, slots=True)
class EpisodeTarget:
    """An episode: ``chapters.json``, and what follows from it, the tagged MP3 and the index."""

    library: Library
    folder: EpisodeFolder
    on_wait: Callable[[], None]

    def __post_init__(self) -> None:
        if not self.folder.is_complete():
            raise LibraryError(f"{self.folder.id} is not finished; run podpipe ingest again")

    @property
    def name(self) -> str:
        """The episode's id."""
        return self.folder.id

    @property
    def title(self) -> str:
        """The episode's title."""
        return self.folder.episode().title

    @property
    def duration_ms(self) -> int:
        """The episode's length."""
        return self.folder.transcript().duration_ms

    def read(self) -> Chapters:
        """As in ``Target``; pictures in the folder in hand."""
        found = self.folder.chapters()
        return replace(found, chapters=pictures.attached(self.folder.path, found.chapters))

    def change(self, change: Change) -> Changed:
        """As in ``Target``."""
        with self.library.lock(self.folder.id, on_wait=self.on_wait):
            changed = self.save(change)
            return replace(changed, remarks=(*changed.remarks, *self.follow())) if changed.is_new else changed

    def save(self, change: Change) -> Changed:
        """Change ``chapters.json`` alone: for who holds the episode's lock, and then lets the rest ``follow``."""
        before = self.read()
        after = change(before.chapters)
        if after == before.chapters:
            return Changed(after, False)
        path = self.folder.path / names.CHAPTERS
        fields = json.unknown(path.read_bytes())
        kept, images = pictures.as_files(after)
        remarks = lost(kept, json.decode(json.encode(Chapters(kept)), self.name).chapters, self.duration_ms)
        by_hand = tuple(replace(c, evidence="edited", confidence=1.0, because="edited by hand") for c in kept)
        for name, data in images.items():
            (self.folder.path / name).parent.mkdir(exist_ok=True)
            storage.write_bytes(self.folder.path / name, data)
        titles = {chapter.title.casefold() for chapter in after}
        missing = tuple(missing for missing in before.missing if missing.title.casefold() not in titles)
        storage.write_bytes(path, json.encode(Chapters(by_hand, missing)))
        if fields:
            remarks = (*remarks, f"no longer in {path.name}: {', '.join(fields)}")
        return Changed(by_hand, True, remarks)

    def revert(self) -> Changed:
        """Have podpipe's own chapters back; the person's stay beside them, as ``chapters-by-hand.json``.

        Raises:
            LibraryError: they are podpipe's own.
        """
        with self.library.lock(self.folder.id, on_wait=self.on_wait):
            if not self.folder.is_by_hand():
                raise LibraryError(f"the chapters of {self.folder.id} are podpipe's own already")
            path, aside = self.folder.path / names.CHAPTERS, self.folder.path / names.BY_HAND
            with storage.explained(path):
                path.replace(aside)
            try:
                work = self._work()
                stages.align(work, stages.outline_of(work.folder, work.episode))
            except BaseException:
                aside.replace(path)
                raise
            return Changed(self.folder.chapters().chapters, True, self.follow(work))

    def audio(self, ending: str) -> Path:
        """As in ``Target``: the original, or else the tagged MP3."""
        for path in (self.folder.original(), self.folder.tagged):
            if path.suffix == ending and path.is_file():
                return path
        raise ChaptersError(
            f"{self.folder.id} is there as {self.folder.original().suffix} and as .mp3, not as {ending}"
        )

    def _work(self) -> Work:
        return Work(self.folder, self.folder.episode(), self._progress)

    def _progress(self, episode: Episode, stage: str, done: int, total: int | None) -> None:
        """Nothing, since it takes a moment, but where another process is waited for."""
        if stage == "wait":
            self.on_wait()

    def follow(self, work: Work | None = None) -> tuple[str, ...]:
        """Bring what hangs on chapters and transcript up to date; what could not be is said. Its lock is held."""
        from podpipe.search import open_index

        work = work or self._work()
        stages.transcripts(work)
        stages.tag(work)
        remarks = tuple(work.remarks)
        try:
            with open_index(self.library.index) as index:
                stages.index(work, index)
        except (SearchError, LibraryError) as error:
            return (*remarks, f"the index does not have it yet: {error}")
        return remarks


@dataclass(frozen=True)
class AudioTarget:
    """An audio file that carries its chapters."""

    path: Path

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def title(self) -> str:
        """The file's name."""
        return self.path.name

    @cached_property
    def duration_ms(self) -> int:
        """The sound's length, as its header tells. Raises AudioError."""
        from podpipe import audio

        return audio.probe(self.path).duration_ms

    def read(self) -> Chapters:
        """As in ``Target``."""
        return Chapters(edit.closed(audio_chapters.read(self.path), self.duration_ms))

    def change(self, change: Change) -> Changed:
        """As in ``Target``: the file is replaced as a whole, its sound as it was."""
        before = self.read().chapters
        after = change(before)
        if after == before:
            return Changed(after, False)
        return Changed(after, True, tuple(audio_chapters.write(self.path, after)))

    def audio(self, ending: str) -> Path:
        """As in ``Target``."""
        if self.path.suffix.casefold() != ending:
            raise ChaptersError(f"{self.path.name} is no {ending} file; podpipe does not convert it")
        return self.path


@dataclass(frozen=True, slots=True)
class ListTarget:
    """A file of chapters in one of the text formats: to be shown and exported; it is changed in an editor."""

    path: Path

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def title(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def duration_ms(self) -> int:
        """Unknown: 0."""
        return 0

    def read(self) -> Chapters:
        """As in ``Target``."""
        with storage.explained(self.path):
            data = self.path.read_bytes()
        return Chapters(edit.closed(formats.for_path(self.path, data).decode(data, str(self.path))))

    def change(self, change: Change) -> Changed:
        """Always raises ChaptersError."""
        raise ChaptersError(f"{self.path.name} is a list of chapters; change it in an editor, or give the audio")

    def unread(self) -> tuple[str, ...]:
        """Fields of the file that podpipe has no place for."""
        return json.unknown(self.path.read_bytes()) if self.path.suffix.casefold() == ".json" else ()

    def audio(self, ending: str) -> Path:
        """Always raises ChaptersError."""
        raise ChaptersError(f"{self.path.name} has no sound to put chapters into; give the audio")


_ENDINGS = frozenset(".mp3 .m4a .m4b .mp4 .aac .ogg .oga .opus .flac .wav .mka .aiff .aif".split())
_LIST_ENDINGS = frozenset(ending for known in formats.FORMATS for ending in (*known.endings, *known.only_read))


def is_audio_name(path: Path) -> bool:
    """Whether a file's ending is that of audio."""
    return path.suffix.casefold() in _ENDINGS


def _is_list(path: Path) -> bool:
    return path.suffix.casefold() in _LIST_ENDINGS
