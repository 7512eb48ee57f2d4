"""Bytes to text, whatever encoding they claim or have; and text as XML can hold it."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What XML 1.0 (section 2.2) has no room for.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARED = re.compile(rb"""(?:<\?xml[^>]*encoding|<meta[^>]*charset)\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)


def decode(data: bytes, charset: str = "") -> str:
    """Text by its byte order mark, UTF-8, the charset of the protocol or the document, or a guess.

    UTF-8 that decodes without fault is UTF-8, whatever a server claims.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data.decode(name, "replace")
    declared = _DECLARED.search(data[:2048])
    for name in ("utf-8", charset, declared[1].decode("ascii", "replace") if declared else ""):
        try:
            if name:
                return data.decode(name)
        except (ValueError, LookupError):
            continue
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    return str(best) if best else data.decode("cp1252", "replace")


def for_xml(text: str) -> str:
    """Text without the control characters that no XML document may hold."""
    return _NO_XML.sub("", text)
