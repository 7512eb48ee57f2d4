"""What ``podpipe similar`` is asked about: EPISODE, or EPISODE#CHAPTER."""

from __future__ import annotations

from dataclasses import dataclass

from podpipe.errors import LibraryError
from podpipe.library import Library
from podpipe.search import Index
from podpipe.search.documents import head


@dataclass(frozen=True, slots=True)
class IndexedChapter:
    """A chapter as the index knows it."""

    title: str
    start_ms: int


def locate(library: Library, index: Index, target: str) -> tuple[str, IndexedChapter | None]:
    """The id of the episode, and the chapter where one is named: by its number, or by how its title begins.

    An episode that is in the index alone is found by its whole id.

    Raises:
        LibraryError: there is no such episode or chapter, or several fit.
        SearchError: the index can't be read.
    """
    name, has_chapter, wanted = target.partition("#")
    found = index.episode_ids()
    episode_id = name if name in found else library.find(name).id
    if episode_id not in found:
        raise LibraryError(f"{episode_id} is not in the index; podpipe index verify --fix puts it in")
    if not has_chapter or not wanted.strip():
        return episode_id, None
    return episode_id, _chapter(episode_id, chapters(index, episode_id), wanted.strip())


def chapters(index: Index, episode_id: str) -> list[IndexedChapter]:
    """The chapters of an episode, the opening among them, in order of time. Raises SearchError."""
    heads = map(head, index.stored(episode_id))
    starts = {one.chapter_start_ms: one.chapter for one in heads if one.chapter}
    return [IndexedChapter(title, start_ms) for start_ms, title in sorted(starts.items())]


def _chapter(episode_id: str, listed: list[IndexedChapter], wanted: str) -> IndexedChapter:
    if wanted.isdigit() and 1 <= int(wanted) <= len(listed):
        return listed[int(wanted) - 1]
    fold = wanted.casefold()
    for fits in (str.startswith, str.__contains__):
        matching = [chapter for chapter in listed if fits(chapter.title.casefold(), fold)]
        if len(matching) == 1:
            return matching[0]
        if matching:
            raise LibraryError(
                f"{wanted!r} fits {len(matching)} chapters of {episode_id}; give its number: {_all(listed)}"
            )
    raise LibraryError(f"{episode_id} has no chapter {wanted!r}; its chapters: {_all(listed) or 'none'}")


def _all(listed: list[IndexedChapter]) -> str:
    return ", ".join(f"{number} {chapter.title}" for number, chapter in enumerate(listed, 1))
