"""What each episode of an index is about, in short: remembered beside the index, made again where it has changed."""

from __future__ import annotations

import contextlib
import itertools
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from podpipe import storage, typed
from podpipe.errors import LibraryError
from podpipe.search import Index
from podpipe.search.documents import Candidate, Head, candidate, head, speaker_terms
from podpipe.search.keyterms import addressed, counted, is_telling, names

_FILE = "digests.msgpack"
_VERSION = 2

_TERMS = 120
"""Single terms of an episode that are kept, and so many of two."""
_LEAST = 2
"""How often a term must be said."""
_MOSTLY = 0.6
"""A name that so often stands with the same word beside it is known by both: OOM killer."""

_CALLED = 0.2
"""A name that is called out so often is of somebody who speaks."""


class Digest(msgspec.Struct, frozen=True, array_like=True):
    """An episode in short."""

    episode_id: str
    show: str
    published: str
    """ISO 8601; empty where unknown."""
    terms: dict[str, int]
    """How often each of its most frequent terms is said (``podpipe.search.keyterms``)."""
    names: frozenset[str]
    """Those that mostly stand as names."""
    titled: frozenset[str]
    """Those that are in a title of a chapter or of the episode."""
    checksum: int
    """CRC-32 of what was indexed."""


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    version: int
    digests: tuple[Digest, ...]


def digests(
    index: Index, folder: Path, *, on_progress: Callable[[int, int], None] = lambda done, total: None
) -> tuple[Digest, ...]:
    """The digests of all episodes, by id; ``folder`` is the index's, where they are remembered.

    ``on_progress`` is told how many episodes are done, of how many.

    Raises:
        SearchError: the index can't be read.
    """
    documents: dict[str, list[bytes]] = defaultdict(list)
    for data in index.stored():
        documents[head(data).episode_id].append(data)
    before = {digest.episode_id: digest for digest in _read(folder / _FILE)}
    found: list[Digest] = []
    is_new = before.keys() != documents.keys()
    for done, (episode_id, parts) in enumerate(sorted(documents.items())):
        on_progress(done, len(documents))
        checksum = _checksum(parts)
        known = before.get(episode_id)
        if known is None or known.checksum != checksum:
            known, is_new = digest([candidate(part) for part in parts], checksum), True
        found.append(known)
    if is_new:
        with contextlib.suppress(LibraryError):  # a library that can't be written remembers nothing
            storage.write_bytes(folder / _FILE, msgspec.msgpack.encode(_Kept(_VERSION, tuple(found))))
    return tuple(found)


def digest(documents: Sequence[Candidate], checksum: int = 0) -> Digest:
    """An episode in short, from all that was indexed of it."""
    passages = [document for document in documents if document.text]
    counts, named, titled = _counts(passages), names(passages), _titled(documents, passages)
    kept = {term: count for is_run in (False, True) for term, count in _most(counts, is_run)}
    for run in [term for term in kept if " " in term and term not in titled]:
        own = [stem for stem in run.split() if _is_name(stem, counts, named)]
        if len(own) == 1 and counts[run] < _MOSTLY * counts[own[0]]:
            del kept[run]  # a name and what is said of it now and then: the name is the topic
    for term in sorted(titled):
        kept.setdefault(term, 1)
    first: Head = documents[0]
    return Digest(
        first.episode_id,
        first.show,
        first.published,
        kept,
        frozenset(term for term in kept if _is_name(term, counts, named)),
        titled,
        checksum,
    )


def _counts(passages: Sequence[Candidate]) -> Counter[str]:
    """How often terms are said; without those who speak, who are not what is talked about."""
    counts = counted(passages, least=_LEAST)
    speakers = {stem for passage in passages for name in passage.speakers for stem in speaker_terms(name).split()}
    speakers |= {name for name, count in addressed(passages).items() if count > _CALLED * counts[name]}
    return Counter({term: count for term, count in counts.items() if speakers.isdisjoint(term.split())})


def _titled(documents: Sequence[Candidate], passages: Sequence[Candidate]) -> frozenset[str]:
    """The terms of titles: of chapters, and of the episode where its title is spoken of."""
    said = {stem for passage in passages for stem in passage.terms.split()}
    titles = [(document.chapter, document.title_terms.split()) for document in documents if not document.text]
    return frozenset(term for chapter, stems in titles if chapter or said.issuperset(stems) for term in _runs(stems))


def _runs(stems: Sequence[str]) -> Iterable[str]:
    telling = [stem for stem in stems if is_telling(stem)]
    return [*telling, *(f"{a} {b}" for a, b in itertools.pairwise(stems) if {a, b} <= set(telling))]


def _most(counts: Counter[str], is_run: bool) -> list[tuple[str, int]]:
    kind = Counter({term: count for term, count in counts.items() if (" " in term) == is_run})
    return kind.most_common(_TERMS)


def _is_name(term: str, counts: Counter[str], named: Counter[str]) -> bool:
    return all(2 * named[stem] >= counts[stem] for stem in term.split())


def _checksum(parts: Sequence[bytes]) -> int:
    checksum = 0
    for part in sorted(parts):
        checksum = zlib.crc32(part, checksum)
    return checksum


def _read(path: Path) -> tuple[Digest, ...]:
    """What is remembered; nothing where it is not there, damaged, or of another version."""
    try:
        kept = typed.from_msgpack(path.read_bytes(), _Kept)
    except (OSError, msgspec.DecodeError):
        return ()
    return kept.digests if kept.version == _VERSION else ()
