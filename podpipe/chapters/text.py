"""Timestamps in text: read from any notes, and written as episode descriptions have them.

Reading takes a list as hosts write it: ``00:00 Title``, ``(12:34) Title``, ``[1:02:03] Title``, ``12:34 - Title``,
``Title – 12:34``, ``00:00-01:30 Title``, with bullets, numbers, Markdown or HTML, a title on the line below, and
whatever other text stands around; and files of ``CHAPTER01=`` lines, and cue sheets. How descriptions are written is in
``podpipe.chapters.descriptions``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from podpipe import encodings, timecode
from podpipe.chapters.reading import vorbis
from podpipe.chapters.words import quoted
from podpipe.errors import ChaptersError
from podpipe.models import Chapter

_TIME = r"(?:\d{1,3}:)?\d{1,4}:[0-5]\d(?:[.,]\d{1,3})?(?!:?\d|\s?[aApP]\.?[mM]\b)"
_TO = r"(?:-+>?|–|—|→|~|to\b|until\b|bis\b)"
_SEPARATOR = r"(?:[-–—:|~•·→=*_]+\s+|[-–—:|]\s*)"
_LEADING = re.compile(
    rf"\W{{0,12}}?(?:\d{{1,3}}[.)]\s)?\W{{0,12}}?(?P<start>{_TIME})(?:\s*{_TO}\s*(?P<end>{_TIME}))?"
    rf"[*_`]*[)\]}}>）】]*(?:\(https?://[^)\s]*\))?[*_`]*\s*{_SEPARATOR}?(?P<title>.*)"
)
_TRAILING = re.compile(
    rf"(?:\s[-–—:|~•·→@.…]{{1,9}}\s?|[-–—:|…]\s|\s|(?=[(\[{{（【]))[*_`]{{0,3}}[(\[{{<（【]?"
    rf"(?P<start>{_TIME})(?:\s?{_TO}\s?(?P<end>{_TIME}))?[)\]}}>）】]?[*_`]{{0,3}}$"
)
_BULLET = re.compile(r"[^\w\"'“‘(\[<]{1,12}(?=[\w\"'“‘(\[<])|\d{1,3}[.)]\s")
_LINK = re.compile(r"<(?P<url>https?://[^\s<>]+)>")
_BREAKS = re.compile(r"<\s*(?:br|/?(?:p|div|li|ul|ol|h[1-6]|tr|table|blockquote|section))\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z!](?!ttps?:)[^<>]*>")
_HTML = re.compile(r"<(?:p|br|div|li|ul|ol|h[1-6]|a|b|i|strong|em|span)\b[^<>]*>|&(?:amp|lt|gt|quot|nbsp|#\d+);", re.I)


@dataclass(frozen=True, slots=True)
class _Stamp:
    line: int
    start_ms: int
    end_ms: int
    title: str
    after_text: bool
    """Whether other text stands between this and the stamp before."""


def read(data: bytes, name: str) -> tuple[Chapter, ...]:
    """The longest list of timestamps in a text; ``name`` says where it is from.

    Raises:
        ChaptersError: there is none, or its times are out of order.
    """
    decoded = encodings.decode(data)
    if marked := vorbis.of_text(decoded):
        return tuple(sorted(marked, key=lambda chapter: chapter.start_ms))
    lines = list(_lines(decoded))
    stamps, after = _stamps(lines, _leading), _stamps(lines, _trailing)
    if len(after) > max(len(stamps), 1):  # one alone may be anything: a time of day, a verse
        stamps = after
    best = max(_lists(stamps, name), key=len, default=[])
    if not best:
        raise ChaptersError(f"{name} has no line with a time and a title, like 00:00 Title")
    return tuple(_chapter(stamp) for stamp in best)


def read_line(line: str) -> Chapter | None:
    """What one line with a time at its beginning is read as."""
    found = _stamps([(1, _folded(line))], _leading)
    return _chapter(found[0]) if found else None


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines as people see them, without HTML, each with its number in the source."""
    is_html = bool(_HTML.search(text))
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")), 1):
        parts = _BREAKS.split(line) if is_html else [line]
        for part in parts:
            yield number, _folded(html.unescape(_TAG.sub("", part)) if is_html else part)


def _leading(line: str) -> tuple[str, str, str] | None:
    """Start, end and title of a line that begins with a time."""
    match = _LEADING.fullmatch(line)
    return (match["start"], match["end"] or "", match["title"]) if match else None


def _trailing(line: str) -> tuple[str, str, str] | None:
    """The same of a line that ends with one."""
    match = _TRAILING.search(line)
    if match is None:
        return None
    title = line[: match.start()]
    bullet = _BULLET.match(title)
    return match["start"], match["end"] or "", title[bullet.end() :] if bullet else title


def _stamps(lines: Sequence[tuple[int, str]], parse: Callable[[str], tuple[str, str, str] | None]) -> list[_Stamp]:
    found: list[_Stamp] = []
    after_text = False
    for number, line in lines:
        if not line:
            continue
        parts = parse(line)
        if parts is None:
            if found and not found[-1].title:  # the title stands below its time
                last = found.pop()
                found.append(_Stamp(last.line, last.start_ms, last.end_ms, line, last.after_text))
            else:
                after_text = True
            continue
        start_ms, end_ms = (timecode.parse(part or parts[0]) for part in parts[:2])
        found.append(_Stamp(number, start_ms, max(end_ms, start_ms), parts[2].strip(), after_text))
        after_text = False
    return [stamp for stamp in found if stamp.title]


def _lists(stamps: Sequence[_Stamp], name: str) -> list[list[_Stamp]]:
    """Stamps as lists that ascend.

    After other text, or at 00:00, a new list may begin; within one, a step back is a mistake.
    """
    lists: list[list[_Stamp]] = []
    for stamp in stamps:
        before = lists[-1][-1] if lists else None
        is_apart = stamp.after_text or (stamp.start_ms == 0 and lists and lists[-1][0].start_ms > 0)
        if before is None or (stamp.start_ms <= before.start_ms and is_apart):
            lists.append([stamp])
        elif stamp.start_ms < before.start_ms:
            raise ChaptersError(
                f"{name}, line {stamp.line}: {timecode.clock(stamp.start_ms)} {quoted(stamp.title)} comes after "
                f"{timecode.clock(before.start_ms)}; put the times in order"
            )
        else:
            lists[-1].append(stamp)
    return lists


def _chapter(stamp: _Stamp) -> Chapter:
    title, url = stamp.title, ""
    before, _, last = title.rpartition(" ")
    if before.strip() and (linked := _LINK.fullmatch(last)):
        title, url = before.rstrip(), linked["url"]
    return Chapter(title, stamp.start_ms, stamp.end_ms, url=url)


def _folded(text: str) -> str:
    return " ".join(text.split())
