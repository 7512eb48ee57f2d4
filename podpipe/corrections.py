"""What a person corrects of an episode: words, names, chapters. It is theirs from then on.

A correction is saved at once, in ``transcript.json`` or ``chapters.json``, which no later run overwrites since they
differ from what podpipe wrote (``podpipe.ledger``). ``corrections.json`` keeps what was changed, so that the last can
be taken back. ``follow`` brings what hangs on it up to date: captions, tagged MP3, index.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from podpipe import learned, respelling, storage
from podpipe import library as names
from podpipe.chapters import edit
from podpipe.errors import LibraryError, TranscriptError
from podpipe.library import EpisodeFolder, Library
from podpipe.models import Chapter
from podpipe.respelling import Replacement
from podpipe.targets import Change, EpisodeTarget

HISTORY = "corrections.json"
_KEPT = 1000
"""So many corrections of an episode are remembered."""

Scope = Literal["episode", "show", "library"]
"""How far a name is corrected."""


class OutdatedError(TranscriptError):
    """What was to be corrected is not there any more: somebody was faster."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What was changed, when. ``chapters`` is ``chapters.json`` before and after, where that was changed too."""

    made: datetime
    what: str
    words: tuple[Replacement, ...] = ()
    chapters: tuple[str, str] | None = None
    name: str = ""
    """How a name is spelled, where one was corrected everywhere."""


@dataclass(frozen=True, slots=True)
class _History:
    corrections: tuple[Correction, ...] = ()
    version: int = 1


def history(folder: EpisodeFolder) -> tuple[Correction, ...]:
    """What was corrected, oldest first. Raises LibraryError."""
    path = folder.path / HISTORY
    return storage.read_json(path, _History).corrections if path.is_file() else ()


def correct_words(
    library: Library, folder: EpisodeFolder, first: int, last: int, text: str, *, expected: str | None = None
) -> Correction | None:
    """Spell words ``first`` to ``last`` (from 0, both included) anew; None where that changes nothing.

    ``expected`` is what they are believed to be, parted by spaces.

    Raises:
        OutdatedError: they are something else by now.
        TranscriptError, LibraryError: there are no such words, or it can't be saved.
    """
    with _held(library, folder):
        words = folder.transcript().words
        change = respelling.respell(words, first, last, text)
        before = " ".join(word.text for word in change.before)
        if expected is not None and expected.split() != before.split():
            raise OutdatedError(f"there is “{before}” by now, not “{expected}”; load the page again")
        after = " ".join(word.text for word in change.after)
        if before == after:
            return None
        what = f"“{before}” is “{after}”" if after else f"“{before}” is taken out"
        return _save(library, folder, what, (change,))


def correct_name(library: Library, folder: EpisodeFolder, heard: str, name: str) -> Correction | None:
    """Spell a name right wherever it is said in an episode and in its chapters' titles; None where it isn't.

    Raises:
        TranscriptError, LibraryError: there is nothing to look for, or it can't be saved.
    """
    with _held(library, folder):
        changes = respelling.renamed(folder.transcript().words, heard, name)

        def retitled(chapters: tuple[Chapter, ...]) -> tuple[Chapter, ...]:
            for number, chapter in enumerate(chapters, 1):
                title = respelling.in_title(chapter.title, heard, name)
                if title != chapter.title:
                    chapters = edit.rename(chapters, number, title)
            return chapters

        listed = folder.chapters().chapters
        has_titles = retitled(listed) != listed
        if not changes and not has_titles:
            return None
        places = f"{len(changes)} place{'' if len(changes) == 1 else 's'}"
        name = " ".join(name.split())
        what = f"“{heard.strip()}” is “{name}”, in {places}"
        return _save(library, folder, what, changes, retitled if has_titles else None, name)


def correct_chapters(library: Library, folder: EpisodeFolder, what: str, change: Change) -> Correction | None:
    """Change an episode's chapters; ``what`` says how. None where that changes nothing.

    Raises:
        ChaptersError, LibraryError: the change can't be, or can't be saved.
    """
    with _held(library, folder):
        if change(folder.chapters().chapters) == folder.chapters().chapters:
            return None
        return _save(library, folder, what, (), change)


def undo(library: Library, folder: EpisodeFolder) -> Correction:
    """Take the last correction of an episode back, and give it.

    Raises:
        LibraryError: there is none.
        TranscriptError: something else was changed in the same place since, by other means.
    """
    with _held(library, folder):
        *rest, last = history(folder) or (None,)
        if last is None:
            raise LibraryError(f"nothing of {folder.id} was corrected here; there is nothing to take back")
        transcript = respelling.undone(folder.transcript(), last.words)
        path = folder.path / names.CHAPTERS
        if last.chapters and path.read_text() != last.chapters[1]:
            raise TranscriptError(f"{names.CHAPTERS} was changed since, by other means; this can't be taken back")
        if last.words:
            storage.write_bytes(folder.path / names.TRANSCRIPT, storage.encode(transcript))
        if last.chapters:
            storage.write_bytes(path, last.chapters[0].encode())
        _remember(library, folder, tuple(each for each in rest if each is not None))
        return last


def follow(library: Library, folder: EpisodeFolder) -> tuple[str, ...]:
    """Bring captions, tagged MP3 and index up to date, as far as they aren't; what could not be is said.

    Raises:
        LibraryError, AudioError, ChaptersError: a file can't be read or written.
    """
    with _held(library, folder):
        return _target(library, folder).follow()


def within(library: Library, folder: EpisodeFolder, scope: Scope) -> Iterator[EpisodeFolder]:
    """The finished episodes of a scope, this one first."""
    yield folder
    if scope == "episode":
        return
    show = _show(folder)
    for other in library:
        is_meant = scope == "library" or (bool(show[0] or show[1]) and _show(other) == show)
        if other.id != folder.id and is_meant and other.is_complete():
            yield other


def corrected(library: Library) -> Iterator[EpisodeFolder]:
    """The episodes that were ever corrected."""
    return (folder for folder in library if (folder.path / HISTORY).is_file())


def _show(folder: EpisodeFolder) -> tuple[str, str]:
    episode = folder.episode()
    return episode.show_id, "" if episode.show_id else episode.show


def _save(
    library: Library,
    folder: EpisodeFolder,
    what: str,
    changes: tuple[Replacement, ...],
    change: Change | None = None,
    name: str = "",
) -> Correction:
    """Write what was changed, then the history: a crash between the two loses the way back, never the correction."""
    chapters = None
    if changes:
        transcript = respelling.applied(folder.transcript(), changes)
        storage.write_bytes(folder.path / names.TRANSCRIPT, storage.encode(transcript))
    if change is not None:
        path = folder.path / names.CHAPTERS
        before = path.read_text()
        _target(library, folder).save(change)
        chapters = (before, path.read_text())
    correction = Correction(datetime.now(UTC).replace(microsecond=0), what, changes, chapters, name)
    _remember(library, folder, (*history(folder), correction)[-_KEPT:])
    return correction


def _remember(library: Library, folder: EpisodeFolder, corrections: tuple[Correction, ...]) -> None:
    """Keep the history, and teach the show's other episodes the names in it."""
    storage.write_bytes(folder.path / HISTORY, storage.encode(_History(corrections)))
    learned.correct(library.episodes, folder.episode(), [each.name for each in corrections if each.name])


def _target(library: Library, folder: EpisodeFolder) -> EpisodeTarget:
    return EpisodeTarget(library, folder, lambda: None)


def _held(library: Library, folder: EpisodeFolder) -> AbstractContextManager[EpisodeFolder]:
    return library.lock(folder.id, on_wait=lambda: None)
