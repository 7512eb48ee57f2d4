"""Playlists that start at each hit, and go on to the next at the end of its chapter.

M3U has no times of its own. VLC takes the options that stand before an entry; mpv (0.35 at least) reads none and
begins each file at 0, but plays its own EDL, where each hit is a chapter of one long timeline.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from podpipe import timecode
from podpipe.errors import PodpipeError
from podpipe.hits import chapter_of
from podpipe.library import Library
from podpipe.models import Hit


def m3u(hits: Sequence[Hit], library: Library) -> str:
    """An extended M3U playlist with the times as VLC takes them (``#EXTVLCOPT``, in seconds)."""
    lines = ["#EXTM3U"]
    for hit in hits:
        lines += [f"#EXTINF:-1,{_title(hit)}", f"#EXTVLCOPT:start-time={timecode.seconds(hit.start_ms)}"]
        end_ms = _end_ms(hit, library)
        lines += [f"#EXTVLCOPT:stop-time={timecode.seconds(end_ms)}"] if end_ms else []
        lines.append(_source(hit, library))
    return "\n".join(lines) + "\n"


def edl(hits: Sequence[Hit], library: Library) -> str:
    """A timeline for mpv (EDL version 0), the hits as chapters.

    Values are written with their length in bytes, so that they may hold anything but a line's end.
    """
    lines = ["# mpv EDL v0"]
    for hit in hits:
        end_ms = _end_ms(hit, library)
        length = f",length={timecode.seconds(end_ms - hit.start_ms)}" if end_ms else ""
        start = f"start={timecode.seconds(hit.start_ms)}"
        lines.append(f"{_counted(_source(hit, library))},{start}{length},title={_counted(_title(hit))}")
    return "\n".join(lines) + "\n"


def _end_ms(hit: Hit, library: Library) -> int | None:
    """Where the hit's chapter ends; None where that is not known, or with the episode."""
    try:
        chapters = library.folder(hit.episode_id).chapters().chapters
    except PodpipeError:
        return None
    chapter = chapter_of(hit, chapters)
    return chapter.end_ms if chapter and chapter != chapters[-1] and chapter.end_ms > hit.start_ms else None


def _source(hit: Hit, library: Library) -> str:
    """The episode's file in the library, or where it was published."""
    path = library.folder(hit.episode_id).tagged
    if not path.is_file():
        return _line(hit.enclosure)
    text = str(path.absolute())
    return text if _line(text) == text else path.absolute().as_uri()


def _title(hit: Hit) -> str:
    return _line(" · ".join(filter(None, (hit.episode_title, timecode.clock(hit.start_ms), hit.chapter))))


def _line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", text).strip()


def _counted(text: str) -> str:
    return f"%{len(text.encode('utf-8', 'surrogateescape'))}%{text}"
