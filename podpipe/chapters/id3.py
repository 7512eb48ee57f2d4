"""Chapters in ID3: CHAP frames (ID3v2 Chapter Frame Addendum 1.0) as they are read."""

from __future__ import annotations

import struct
from pathlib import Path

import mutagen
from mutagen import id3

from podpipe.models import Chapter


def read(path: Path) -> tuple[Chapter, ...]:
    """The CHAP frames of a file in order of time; () where there are none or the tag is damaged."""
    try:
        tags = id3.ID3(path)
    except (mutagen.MutagenError, ValueError, IndexError, struct.error):
        return ()
    frames = sorted(tags.getall("CHAP"), key=lambda frame: frame.start_time)
    found = []
    for frame in frames:
        title = next((str(text) for text in frame.sub_frames.getall("TIT2")), "")
        links = frame.sub_frames.getall("WXXX")
        if title:
            url = links[0].url if links else ""
            found.append(Chapter(title, frame.start_time, frame.end_time, because="in the file", url=url))
    return tuple(found)
