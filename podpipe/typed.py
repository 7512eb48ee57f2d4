"""JSON and MessagePack read as our types, in any thread.

msgspec learns a dataclass when it first reads one, and keeps what it has learnt on the class while it still learns:
a second thread that reads the same class then finds half of it, and the process ends with a segmentation fault
(msgspec 0.22; ``tests/test_typed.py`` shows it). So each type is learnt under one lock, once, and read after that.
"""

from __future__ import annotations

import threading
from typing import Any, TypeVar, cast

import msgspec

T = TypeVar("T")

_learning = threading.Lock()
_readers: dict[tuple[type, Any], Any] = {}


def from_json(data: bytes | str, kind: type[T]) -> T:
    """Read JSON, checking every field against ``kind``. Raises msgspec.DecodeError, RecursionError."""
    return cast(T, _reader(msgspec.json.Decoder, kind).decode(data))


def from_msgpack(data: bytes, kind: type[T]) -> T:
    """Read MessagePack, checking every field against ``kind``. Raises msgspec.DecodeError, RecursionError."""
    return cast(T, _reader(msgspec.msgpack.Decoder, kind).decode(data))


def converted(value: object, kind: type[T], *, strict: bool = True) -> T:
    """What dictionaries and lists hold, as ``kind``. Raises msgspec.ValidationError."""
    _reader(msgspec.json.Decoder, kind)
    return msgspec.convert(value, kind, strict=strict)


def _reader(decoder: type, kind: Any) -> Any:
    key = (decoder, kind)
    if key not in _readers:
        with _learning:
            _readers[key] = decoder(kind)
    return _readers[key]
