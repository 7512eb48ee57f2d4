"""Chapters as a table: CSV (RFC 4180) with a header, in UTF-8 with a mark by which spreadsheets know it.

Times are seconds, since spreadsheets cut clock times. A cell that a spreadsheet would take for a formula
(it begins with = + - @ or a tab) gets an apostrophe before it, which reading takes away again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from podpipe import encodings, timecode
from podpipe.chapters.words import quoted
from podpipe.errors import ChaptersError
from podpipe.models import Chapter
from podpipe.spreadsheets import guarded, unguarded

_HEADER = ("number", "start", "end", "title", "url", "image", "hidden")
_NAMES = {
    "start": "start starttime start_time start_s time begin position timestamp from",
    "end": "end endtime end_time end_s stop to",
    "title": "title name label chapter text",
    "url": "url link href",
    "image": "image img picture",
    "hidden": "hidden",
    "toc": "toc",
}
_YES = {"1", "true", "yes", "x"}


def write(chapters: Sequence[Chapter]) -> bytes:
    """A whole file, with the header ``number,start,end,title,url,image,hidden``."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(_HEADER)
    for number, chapter in enumerate(chapters, 1):
        times = (timecode.seconds(ms) for ms in (chapter.start_ms, max(chapter.end_ms, chapter.start_ms)))
        texts = (guarded(text.replace("\0", "")) for text in (chapter.title, chapter.url, chapter.image))
        writer.writerow([number, *times, *texts, "" if chapter.toc else "yes"])
    return file.getvalue().encode("utf-8-sig")


def read(data: bytes, name: str) -> tuple[Chapter, ...]:
    """The rows of a table as chapters, in order of time; ``name`` says where it is from.

    Commas, semicolons and tabs are told apart by the first line. Times are seconds or clock times. Without a header
    the columns are start and title, or start, end and title.

    Raises:
        ChaptersError: there is no such column, or a time can't be read.
    """
    text = encodings.decode(data).removeprefix("\ufeff").replace("\0", "")
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns: dict[str, int] = {}
    found = []
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if not columns:
                columns, is_header = _columns(row, name)
                if is_header:
                    continue
            found.append(_chapter(row, columns, f"{name}, line {reader.line_num}"))
    except csv.Error as error:
        raise ChaptersError(f"{name}, line {reader.line_num}: {error}") from error
    return tuple(sorted(found, key=lambda chapter: chapter.start_ms))


def _columns(row: Sequence[str], name: str) -> tuple[dict[str, int], bool]:
    """The place of each column that is known, and whether ``row`` is a header."""
    if _time(row[0]) is not None:
        has_end = len(row) > 2 and _time(row[1]) is not None
        names = ("start", "end", "title", "url") if has_end else ("start", "title", "url")
        return {key: place for place, key in enumerate(names)}, False
    known = {word: key for key, words in _NAMES.items() for word in words.split()}
    cells = [known.get(re.sub(r"[\[(].*", "", cell.casefold()).strip().replace(" ", "_")) for cell in row]
    columns = {key: place for place, key in reversed(list(enumerate(cells))) if key}
    if not {"start", "title"} <= set(columns):
        raise ChaptersError(f"{name}, line 1: a table of chapters has the columns start and title, and this has not")
    return columns, True


def _chapter(row: Sequence[str], columns: dict[str, int], where: str) -> Chapter:
    cells = {key: row[place] for key, place in columns.items() if place < len(row)}
    start_ms = _time(cells.get("start", ""))
    end_ms = _time(cells.get("end", "")) if cells.get("end", "").strip() else start_ms
    if start_ms is None or end_ms is None:
        wrong = cells.get("start" if start_ms is None else "end", "")
        raise ChaptersError(f"{where}: {quoted(wrong)} is no time; write seconds, or 1:02:03.5")
    title, url, image = (unguarded(cells.get(key, "")) for key in ("title", "url", "image"))
    listed = cells.get("hidden", "").strip().casefold() not in _YES
    if "toc" in cells and cells["toc"].strip():
        listed = cells["toc"].strip().casefold() in _YES
    return Chapter(title, start_ms, max(end_ms, start_ms), url=url, image=image, toc=listed)


def _time(text: str) -> int | None:
    try:
        return timecode.parse(text)
    except ValueError:
        return None
