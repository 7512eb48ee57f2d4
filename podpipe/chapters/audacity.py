"""Audacity's label tracks (https://manual.audacityteam.org/man/importing_and_exporting_labels.html).

A line each: start and end in seconds, and the label, with tabs between. Other editors read them too. Links, images
and hidden chapters have no place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from podpipe import encodings
from podpipe.chapters.words import quoted
from podpipe.errors import ChaptersError
from podpipe.models import Chapter

_SECONDS = re.compile(r"\d{1,9}(?:[.,]\d+)?")
LINE = re.compile(r"\s*\d+(?:[.,]\d+)?\t\d+(?:[.,]\d+)?(?:\t|$)")
"""How a line of labels begins, by which a file of them is told from other text."""


def write(chapters: Sequence[Chapter]) -> bytes:
    """Region labels, times to the microsecond as Audacity writes them."""
    rows = [
        f"{_seconds(chapter.start_ms)}\t{_seconds(max(chapter.end_ms, chapter.start_ms))}\t"
        f"{' '.join(chapter.title.split())}\n"
        for chapter in chapters
    ]
    return "".join(rows).encode()


def read(data: bytes, name: str) -> tuple[Chapter, ...]:
    """Labels as chapters, in order of time; point labels have no end. ``name`` says where they are from.

    Raises:
        ChaptersError: a line is no label.
    """
    found = []
    for number, line in enumerate(re.split(r"\r\n|\r|\n", encodings.decode(data)), 1):
        if not line.strip() or line.startswith("\\"):  # the frequencies of a spectral selection
            continue
        start, *rest = line.split("\t")
        end, title = (rest[0], "\t".join(rest[1:])) if rest and _SECONDS.fullmatch(rest[0].strip()) else (start, "")
        if not title and rest and end is start:
            title = "\t".join(rest)
        if not _SECONDS.fullmatch(start.strip()) or not rest:
            raise ChaptersError(
                f"{name}, line {number}: {quoted(line)} is no label: seconds, a tab, seconds, a tab, a title"
            )
        found.append(Chapter(" ".join(title.split()), _ms(start), max(_ms(end), _ms(start))))
    return tuple(sorted(found, key=lambda chapter: chapter.start_ms))


def _seconds(ms: int) -> str:
    return f"{ms // 1000}.{ms % 1000:03}000"


def _ms(seconds: str) -> int:
    return round(float(seconds.strip().replace(",", ".")) * 1000)
