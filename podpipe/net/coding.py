"""Content-Encoding (RFC 9110, section 8.4): unpacked in small pieces, so that a bomb goes off outside."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from podpipe.net.failures import Passing, Refused

KNOWN = ("gzip", "deflate")
ACCEPTED = ", ".join(KNOWN)

_PIECE = 65_536
_MOST_CODINGS = 2


def codings(header: str) -> tuple[str, ...]:
    """What a Content-Encoding header says was done, in that order; nothing for "identity"."""
    names = (name.strip().lower().removeprefix("x-") for name in header.split(","))
    return tuple(name for name in names if name not in ("", "identity"))


def check(applied: tuple[str, ...]) -> None:
    """Raises Refused where a coding is unknown, or there are too many."""
    if len(applied) > _MOST_CODINGS:
        raise Refused(f"it is packed {len(applied)} times over")
    if unknown := set(applied) - set(KNOWN):
        raise Refused(f"it is packed as {unknown.pop()!r}, which was not asked for")


def unpacked(blocks: Iterable[bytes], applied: tuple[str, ...]) -> Iterator[bytes]:
    """The content in pieces of at most 64 KB.

    Raises:
        Refused: a coding is unknown, there are too many, or the data is damaged.
        Passing: the data ends too early.
    """
    check(applied)
    for name in reversed(applied):
        blocks = _inflated(blocks, name)
    return iter(blocks)


def _inflated(blocks: Iterable[bytes], name: str) -> Iterator[bytes]:
    inflate = None
    for block in blocks:
        rest = block
        while rest:
            if inflate is None or inflate.eof:  # gzip may have several members (RFC 1952)
                if inflate is not None and (name != "gzip" or rest[:2] != b"\x1f\x8b"):
                    return
                inflate = zlib.decompressobj(_window_bits(name, rest))
            try:
                piece = inflate.decompress(rest, _PIECE)
            except zlib.error as error:
                raise Refused(f"its {name} is damaged ({error})") from error
            rest = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
            if piece:
                yield piece
    while inflate is not None and not inflate.eof:
        if not (piece := inflate.decompress(b"", _PIECE)):
            raise Passing(f"its {name} ends too early")
        yield piece


def _window_bits(name: str, head: bytes) -> int:
    """For zlib: gzip, or "deflate" with zlib's header as the standard says, or without as some servers do."""
    if name == "gzip":
        return 16 + zlib.MAX_WBITS
    return zlib.MAX_WBITS if head[0] & 0x0F == 8 else -zlib.MAX_WBITS
