"""Markdown (CommonMark), chapters as headings: for wikis, repositories and note-taking."""

from __future__ import annotations

import re

from podpipe import timecode
from podpipe.transcripts.lines import plain
from podpipe.transcripts.telling import Telling, chaptered

_SPECIAL = re.compile(r"([\\`*\[\]<|~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;))")
_AT_START = re.compile(r"^(\d{0,9})(?=[-+=#>.)])")


def write(telling: Telling, *, words: bool = False) -> str:
    """Title, chapters, paragraphs with their times. ``words`` is of no use here."""
    about = [plain(telling.show), f"{telling.published:%Y-%m-%d}" if telling.published else ""]
    parts = [f"# {_escaped(plain(telling.title)) or 'Transcript'}"]
    parts += [" · ".join(_escaped(fact) for fact in about if fact)] if any(about) else []
    for chapter, paragraphs in chaptered(telling):
        if chapter is not None:
            parts.append(f"## {_escaped(plain(chapter.title)) or '…'}")
        last = ""
        for paragraph in paragraphs:
            name = f"**{_escaped(paragraph.speaker)}:** " if paragraph.speaker not in ("", last) else ""
            last = paragraph.speaker
            parts.append(f"({timecode.clock(paragraph.start_ms)}) {name}{_escaped(paragraph.text)}")
    return "\n\n".join(parts) + "\n"


def _escaped(text: str) -> str:
    return _AT_START.sub(r"\1\\", _SPECIAL.sub(r"\\\1", text))
