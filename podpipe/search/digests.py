"""What each episode of an index is about, in short: remembered beside the index, made again where it has changed."""

from __future__ import annotations

import contextlib
import itertools
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from podpipe import storage
from podpipe.errors import LibraryError
from podpipe.search import Index
from podpipe.search.documents import Candidate, Head, candidate, head, speaker_terms
from podpipe.search.keyterms import addressed, counted, is_telling, names

_FILE = "digests.msgpack"
_VERSION = 1

_TERMS = 120
"""Single terms of an episode that are kept, and so many of two."""
_LEAST = 2
"""How often a term must be said."""
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
    titles = [document.title_terms.split() for document in documents if not document.text]
    speakers = {stem for passage in passages for name in passage.speakers for stem in speaker_terms(name).split()}
    counts = counted(passages, least=_LEAST)
    speakers |= {name for name, count in addressed(passages).items() if count > _CALLED * counts[name]}
    for term in [term for term in counts if not speakers.isdisjoint(term.split())]:
        del counts[term]  # who speaks is not what is talked about
    named = names(passages)
    titled = {term for stems in titles for term in _runs(stems)}
    kept = {term: count for is_run in (False, True) for term, count in _most(counts, is_run)}
    for term in titled:
        kept.setdefault(term, 1)
    for run in [term for term in kept if " " in term and term not in titled]:
        if len({_is_name(stem, counts, named) for stem in run.split()}) > 1:
            del kept[run]  # a name and what is said of it: the name is the topic
    first: Head = documents[0]
    return Digest(
        first.episode_id,
        first.show,
        first.published,
        kept,
        frozenset(term for term in kept if _is_name(term, counts, named)),
        frozenset(titled),
        checksum,
    )


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
        kept = msgspec.msgpack.decode(path.read_bytes(), type=_Kept)
    except (OSError, msgspec.DecodeError):
        return ()
    return kept.digests if kept.version == _VERSION else ()
