"""The text form in which a person edits chapters: a line each, checked as a whole when it comes back.

``0:00:19.050 Title  <https://example.org/>``, and after it ``<image https://…>`` and ``<hidden>``. In a title, ``<``
and a backslash have a backslash before them. What a line can't say (an end of its own, an embedded picture) stays
with the chapter of the same time or title (``podpipe.chapters.merge``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from podpipe import timecode
from podpipe.models import Chapter

HOLDS = frozenset({"url", "image", "hidden", "ms"})
"""What a line says of a chapter, in the words of ``podpipe.chapters.formats``."""

_HELP = """\
# {title}{length}
#
# A line is a chapter: TIME TITLE, then a link if there is one: <https://example.org/>
# More can follow it: <image https://example.org/cover.png> and <hidden>, for a chapter that players don't list.
# Times are like 1:02:03.5, 62:03 or 90s. Change, add and delete lines in any order. A # begins a comment.
# When nothing is changed, or no line is left, everything stays as it is.

"""
_MARK = re.compile(r"(?:(?<!\s)\s+)?(?<!\\)<(?:(?P<hidden>hidden)|image\s+(?P<image>[^<>\s]+)|(?P<url>[^<>\s]+))>\s*$")


def write(chapters: Sequence[Chapter], title: str, duration_ms: int) -> str:
    """Chapters as text, below comments that explain it."""
    length = f" ({timecode.clock(duration_ms, decimals=3)})" if duration_ms else ""
    head = _HELP.format(title=" ".join(title.split()), length=length)
    return head + "".join(_line(chapter) + "\n" for chapter in chapters)


def read(text: str, duration_ms: int) -> tuple[list[Chapter], list[str]]:
    """The chapters of a text that a person has edited, in order of time, and what is wrong with it, by line.

    Chapters have no end yet. ``duration_ms`` is the episode's length, 0 where it is unknown.
    """
    found: dict[int, tuple[int, Chapter]] = {}
    wrong: list[str] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            chapter = _chapter(line.strip(), duration_ms)
            if chapter.start_ms in found:
                raise ValueError(f"line {found[chapter.start_ms][0]} begins at the same time")
            found[chapter.start_ms] = (number, chapter)
        except ValueError as error:
            wrong.append(f"line {number}: {str(error)[:200]}")
    return [found[start_ms][1] for start_ms in sorted(found)], wrong


def _line(chapter: Chapter) -> str:
    start = f"{chapter.start_ms // 3_600_000}{timecode.vtt(chapter.start_ms % 3_600_000)[2:]}"
    title = re.sub(r"([\\<])", r"\\\1", " ".join(chapter.title.split()))
    marks = (
        f"<{_url(chapter.url)}>" if chapter.url else "",
        f"<image {_url(chapter.image)}>" if chapter.image else "",
        "" if chapter.toc else "<hidden>",
    )
    return "  ".join(filter(None, (f"{start} {title}".rstrip(), *marks)))


def _chapter(line: str, duration_ms: int) -> Chapter:
    start, _, rest = line.partition(" ")
    if "\t" in start:
        start, _, rest = line.partition("\t")
    start_ms = timecode.parse(start)
    if duration_ms and start_ms >= duration_ms:
        raise ValueError(f"{start} is after the end, which is at {timecode.clock(duration_ms, decimals=3)}")
    marks = {"url": "", "image": "", "hidden": ""}
    while match := _MARK.search(rest):
        for key, value in match.groupdict().items():
            if value:
                if marks[key]:
                    raise ValueError(f"it has two marks of a kind, <{marks[key]}> and <{value}>")
                marks[key] = value
        rest = rest[: match.start()]
    title = " ".join(re.sub(r"\\(.)", r"\1", rest).split())
    if not title and not marks["hidden"]:
        raise ValueError(f"there is no title after {start}")
    return Chapter(title, start_ms, start_ms, url=marks["url"], image=marks["image"], toc=not marks["hidden"])


def _url(url: str) -> str:
    """A link without what would end it."""
    return re.sub(r"[<>\s]", lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), url)
