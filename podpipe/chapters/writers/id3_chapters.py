"""CHAP and CTOC frames (ID3v2 Chapter Frame Addendum 1.0)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal
from urllib.parse import quote

from mutagen import id3

from podpipe.chapters import facts as about
from podpipe.chapters.writers.id3_convert import render
from podpipe.errors import ChaptersError
from podpipe.models import Chapter

_NO_OFFSET = 0xFFFFFFFF
_MOST_MS = 0xFFFFFFFF
_CTOC_ROOM = 255
_UTF16 = 1
URL_SAFE = ":/?#[]@!$&'()*+,;=%~"
"""What stands for itself in a URL; anything else is escaped, since ID3 has URLs in Latin-1."""


def frames(chapters: Sequence[Chapter], version: Literal[3, 4]) -> list[bytes]:
    """The table of contents, then the chapters in order of time.

    Raises:
        ChaptersError: there are more than 65,025, or one begins after 49 days.
    """
    if not chapters:
        return []
    if len(chapters) > _CTOC_ROOM**2 or max(chapter.end_ms for chapter in chapters) > _MOST_MS:
        raise ChaptersError("ID3 holds at most 65,025 chapters, in 49 days at most")
    made: list[bytes] = []
    listed: list[str] = []
    for number, chapter in enumerate(about.in_order(chapters)):
        element = f"chp{number}"
        made.append(render(_chap(element, chapter), version))
        if chapter.toc:
            listed.append(element)
    return [*(render(frame, version) for frame in _contents(listed)), *made]


def without_pictures(chapters: Sequence[Chapter]) -> list[Chapter]:
    """The same chapters without the images that would be in the file."""
    return [replace(chapter, picture=None) for chapter in chapters]


def url(address: str) -> str:
    """An address in the letters that ID3 has for it."""
    return quote(about.writable(address), safe=URL_SAFE)


def _chap(element: str, chapter: Chapter) -> id3.Frame:
    sub: list[id3.Frame] = [id3.TIT2(encoding=_UTF16, text=chapter.title)]
    if chapter.url:
        sub.append(id3.WXXX(encoding=0, desc="chapter url", url=url(chapter.url)))
    if chapter.picture:
        picture = chapter.picture
        sub.append(id3.APIC(encoding=0, mime=picture.media_type, type=0, desc="chapter image", data=picture.data))
    frame: id3.Frame = id3.CHAP(
        element_id=element,
        start_time=chapter.start_ms,
        end_time=chapter.end_ms,
        start_offset=_NO_OFFSET,
        end_offset=_NO_OFFSET,
        sub_frames=sub,
    )
    return frame


def _contents(listed: Sequence[str]) -> list[id3.Frame]:
    """One top-level ordered CTOC; with more entries than it has room for, CTOCs below it."""
    title = [id3.TIT2(encoding=_UTF16, text="Chapters")]
    groups = [listed[start : start + _CTOC_ROOM] for start in range(0, len(listed), _CTOC_ROOM)]
    if len(groups) <= 1:
        whole: id3.Frame = id3.CTOC(element_id="toc", flags=3, child_element_ids=list(listed), sub_frames=title)
        return [whole]
    names = [f"toc{number}" for number in range(len(groups))]
    top: id3.Frame = id3.CTOC(element_id="toc", flags=3, child_element_ids=names, sub_frames=title)
    return [top] + [
        id3.CTOC(element_id=name, flags=1, child_element_ids=list(group), sub_frames=[])
        for name, group in zip(names, groups, strict=True)
    ]
