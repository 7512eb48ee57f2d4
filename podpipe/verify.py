"""The index compared with the episodes, document by document."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import msgspec

from podpipe import stages
from podpipe.errors import PodpipeError
from podpipe.library import Library
from podpipe.models import IndexedEpisode
from podpipe.search import Index, open_index
from podpipe.search.documents import Candidate, candidate, documents

State = Literal["missing", "extra", "stale", "unreadable"]

_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Difference:
    """An episode that the index has otherwise than ``episodes/``.

    It is ``missing`` in the index, ``extra`` there (its folder is gone), ``stale`` (it was edited or heard anew since),
    or its folder is ``unreadable``, which only the user can mend.
    """

    episode_id: str
    state: State
    because: str


def differences(
    library: Library, index: Index, on_episode: Callable[[str], None] = lambda name: None
) -> list[Difference]:
    """All differences, by episode. Unfinished episodes are not in the index yet, and that is none.

    Raises:
        SearchError: the index can't be read.
    """
    held: dict[str, Counter[int]] = defaultdict(Counter)
    for data in index.stored():
        one = candidate(data)
        held[one.episode_id][_mark(one)] += 1
    found = []
    for folder in library:
        on_episode(folder.id)
        mine = held.pop(folder.id, Counter())
        if not folder.is_complete():
            if mine:
                found.append(Difference(folder.id, "extra", "it is not finished; ingest its source again"))
            continue
        try:
            wanted = Counter(_mark(candidate(document.data)) for document in documents(stages.indexed(folder)))
        except PodpipeError as error:
            found.append(Difference(folder.id, "unreadable", str(error)))
            continue
        if not mine:
            found.append(Difference(folder.id, "missing", f"its {wanted.total()} documents are not in the index"))
        elif mine != wanted:
            found.append(Difference(folder.id, "stale", _told(wanted, mine)))
    gone = (Difference(name, "extra", f"{library.episodes} has no such folder") for name in held)
    return sorted((*found, *gone), key=lambda difference: difference.episode_id)


def mend(library: Library, found: list[Difference], on_wait: Callable[[], None] = lambda: None) -> Iterator[str]:
    """Put in what is missing or stale and take out what is extra; yields the episodes as they are done.

    Raises:
        SearchError, LibraryError: the index can't be written.
    """
    with open_index(library.index) as index:
        extra = [difference.episode_id for difference in found if difference.state == "extra"]
        if extra:
            index.remove(extra, on_wait)
            yield from extra
        wrong = [difference.episode_id for difference in found if difference.state in ("missing", "stale")]
        for at in range(0, len(wrong), _AT_ONCE):
            part = wrong[at : at + _AT_ONCE]
            made: list[IndexedEpisode] = [stages.indexed(library.folder(name)) for name in part]
            index.add(made, on_wait)
            yield from part


def _mark(one: Candidate) -> int:
    """A number by which a document is known; without aliases, which change with what the show's others teach."""
    return hash(msgspec.structs.replace(one, aliases=()))


def _told(wanted: Counter[int], held: Counter[int]) -> str:
    changed, old = (wanted - held).total(), (held - wanted).total()
    return f"{changed} of its {wanted.total()} documents are not in the index as they are now, and {old} there are old"
