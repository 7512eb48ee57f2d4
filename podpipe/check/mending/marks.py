"""JSON chapters put right; what is not touched stays, also what only other programs know."""

from __future__ import annotations

from typing import Any

import msgspec

from podpipe.check.mending.spans import INTRODUCTION, Span
from podpipe.check.mending.spans import mend as mend_spans
from podpipe.errors import ChaptersError


def mend(data: bytes, codes: frozenset[str], duration_ms: int | None) -> bytes:
    """The file with order, first chapter, ends and version put right. Raises ChaptersError."""
    try:
        file: dict[str, Any] = msgspec.json.decode(data)
        rows: list[dict[str, Any]] = file["chapters"]
        spans = [
            Span(number, _ms(row["startTime"]), _end(row), row.get("toc", True) is not False)
            for number, row in enumerate(rows)
        ]
    except (msgspec.DecodeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ChaptersError(f"the chapters can't be read: {error}") from error
    file["chapters"] = [_row(span, rows) for span in mend_spans(spans, codes, duration_ms)]
    if "C25" in codes:
        file = {"version": "1.2.0", **{name: value for name, value in file.items() if name != "version"}}
    return msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n"


def _row(span: Span, rows: list[dict[str, Any]]) -> dict[str, Any]:
    row = dict(rows[span.number]) if span.number is not None else {"startTime": 0, "title": INTRODUCTION}
    if span.number is None or _ms(row["startTime"]) != span.start_ms:
        row["startTime"] = span.start_ms / 1000
    if span.end_ms is not None and (span.number is None or _end(row) != span.end_ms):
        row["endTime"] = span.end_ms / 1000
    return row


def _end(row: dict[str, Any]) -> int | None:
    return _ms(row["endTime"]) if row.get("endTime") is not None else None


def _ms(value: Any) -> int:
    return round(float(value) * 1000)
