"""Hits as records, for JSON and for tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from podpipe import timecode
from podpipe.library import Library
from podpipe.models import Hit
from podpipe.playing import media_link, play_command
from podpipe.spreadsheets import guarded

COLUMNS = (
    "number", "episode_title", "show", "published", "chapter", "time", "start", "end", "snippet", "score", "note",
    "link", "play", "episode_id",
)  # fmt: skip
"""Of a table: ``time`` is for people, ``start`` and ``end`` are seconds."""


def record(hit: Hit, number: int, library: Library) -> dict[str, Any]:
    """All that is known of a hit; ``number`` is what ``podpipe play`` takes."""
    return {
        "number": number,
        "episode_id": hit.episode_id,
        "episode_title": hit.episode_title,
        "show": hit.show,
        "published": hit.published,
        "chapter": hit.chapter,
        "chapter_start_ms": hit.chapter_start_ms,
        "start_ms": hit.start_ms,
        "end_ms": hit.end_ms,
        "snippet": hit.snippet.text,
        "marks": hit.snippet.marks,
        "score": round(hit.score, 4),
        "note": hit.note,
        "link": media_link(hit.enclosure, hit.start_ms),
        "play": play_command(library, hit.episode_id, hit.start_ms),
    }


def table(records: Sequence[dict[str, Any]]) -> bytes:
    """Records as CSV (RFC 4180) with a header, in UTF-8; no cell is a formula to a spreadsheet."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for each in records:
        cells = {
            **each,
            "published": f"{each['published']:%Y-%m-%d}" if each["published"] else "",
            "time": timecode.clock(each["start_ms"]),
            "start": timecode.seconds(each["start_ms"]),
            "end": timecode.seconds(each["end_ms"]),
        }
        writer.writerow([guarded(str(cells[name]).replace("\0", "")) for name in COLUMNS])
    return file.getvalue().encode("utf-8", "replace")
