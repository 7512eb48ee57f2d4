"""Whoosh's files of a segment, read a block at a time: postings, the dictionary, how long documents are."""

from __future__ import annotations

import io
import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any as Foreign
from typing import NamedTuple

from whoosh.codec.whoosh3 import W3Codec, W3LeafMatcher
from whoosh.columns import Column
from whoosh.filedb.filetables import OrderedHashReader
from whoosh.filedb.structfile import StructFile

_NUMBER, _LENGTHS, _COUNT = struct.Struct("!H"), struct.Struct("!ii"), struct.Struct("!5xI")
"""In Whoosh's dictionary: the number of a field, how long key and value are, and how many documents a word has."""


class Block(NamedTuple):
    """Postings of a word, in columns."""

    numbers: Sequence[int]
    """Of documents, in their order."""
    counts: Sequence[float]
    """How often each has the word."""
    places: Sequence[bytes]
    """Where, as Whoosh writes it."""


class Reader(W3LeafMatcher):  # type: ignore[misc]  # whoosh carries no types
    """Reads the postings of a word in a segment."""

    def blocks(self, wanted: Sequence[int] | None, known: dict[int, Block] | None) -> Iterator[Block]:
        """Blocks that may have documents that are wanted, which are in order (None: all).

        Those that are known, by their place, are not read again.
        """
        return (self._block(known) for _ in self._each(wanted))

    def numbers(self, wanted: Sequence[int] | None, known: dict[int, Sequence[int]]) -> Iterator[Sequence[int]]:
        """The same, of each block only which documents it has."""
        for _ in self._each(wanted):
            if self._dataoffset not in known:
                self._read_ids()
                known[self._dataoffset] = self._ids
            yield known[self._dataoffset]

    def _each(self, wanted: Sequence[int] | None) -> Iterator[None]:
        """Stands at each block in turn that may have documents that are wanted."""
        at = 0
        while not self._atend:
            begin = at
            if wanted is not None:
                at = bisect_right(wanted, self._maxid, begin)
            if wanted is None or begin < at:
                yield None
            if wanted is not None and at == len(wanted):
                return
            self._next_block()

    def _block(self, known: dict[int, Block] | None) -> Block:
        if known is not None and self._dataoffset in known:
            return known[self._dataoffset]
        self._read_ids()
        self._read_weights()
        self._read_values()
        block = Block(self._ids, self._weights, self._values)
        if known is not None:
            known[self._dataoffset] = block
        return block


class _Bytes(Column):  # type: ignore[misc]  # whoosh carries no types
    """A column of bytes, read at once."""

    def reader(self, file: Foreign, start: int, length: int, documents: int) -> bytes:
        """The bytes of all documents; the last ones' are left out on the disk where they are 0."""
        return bytes(file.get(start, length)).ljust(documents, b"\0")


def word_counts(reader: Foreign, field: str) -> Iterator[tuple[str, int]]:
    """The words of a field and their documents, read from the dictionary at once.

    Of each word it has the length of key and value, the key (the field's number and the word) and the value
    (``W3TermInfo``).
    """
    segment, storage = reader.segment(), reader.storage()
    length = storage.file_length(segment.make_filename(W3Codec.TERMS_EXT))
    data = segment.open_file(storage, W3Codec.TERMS_EXT).get(0, length)
    table = OrderedHashReader(StructFile(io.BytesIO(data)), length)
    number = table.extras["fieldmap"].get(field)
    if number is None:
        return
    prefix = _NUMBER.pack(number)
    at = table.closest_key_pos(prefix)
    while at is not None and at < table.endofdata:
        key_length, value_length = _LENGTHS.unpack_from(data, at)
        at += _LENGTHS.size
        value = at + key_length
        if data[at : at + len(prefix)] != prefix:
            return
        yield data[at + len(prefix) : value].decode(), _COUNT.unpack_from(data, value)[0]
        at = value + value_length


def document_lengths(reader: Foreign, field: str) -> bytes:
    """How long each document is, as Whoosh keeps it."""
    own = reader.codec().per_document_reader(reader.storage(), reader.segment())
    return own.column_reader(f"_{field}_len", _Bytes()) if own.has_column(f"_{field}_len") else b""
