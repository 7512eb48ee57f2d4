"""The formats that chapters are exported to and imported from: one table, one line a format.

What a format can't hold is found by reading again what was written (``podpipe.chapters.lost``), so that an export
says all that is lost, whatever a format's module does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from podpipe import encodings
from podpipe.chapters import audacity, csv, descriptions, edit, ffmetadata, json, psc, text, webvtt
from podpipe.chapters.lost import lost
from podpipe.chapters.words import names
from podpipe.errors import ChaptersError
from podpipe.models import Chapter, Chapters

_Chosen = tuple[tuple[Chapter, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A file's bytes, how many chapters are in it, and a sentence for each thing that it does not hold."""

    data: bytes
    count: int
    lost: tuple[str, ...] = ()


def _all(chapters: Sequence[Chapter], duration_ms: int) -> _Chosen:
    return tuple(chapters), ()


def _listed(chapters: Sequence[Chapter], duration_ms: int) -> _Chosen:
    hidden = [chapter for chapter in chapters if not chapter.toc]
    said = f"{names(hidden)} {'is' if len(hidden) == 1 else 'are'} left out, hidden" if hidden else ""
    return edit.without(chapters, hidden, duration_ms=duration_ms), (said,) if said else ()


@dataclass(frozen=True, slots=True)
class Format:
    """A format: ``name`` and ``aliases`` for --format, file endings, what ``about`` says of it to people.

    ``only_read`` are endings of files that it reads and does not write. ``write`` and ``read`` are its module's;
    ``choose`` picks the chapters that it has room for. ``holds`` names what it keeps of a chapter besides title and
    start: end, url, image, hidden, ms (starts finer than a second).
    """

    name: str
    about: str
    endings: tuple[str, ...]
    media_type: str
    holds: frozenset[str]
    write: Callable[[Sequence[Chapter]], bytes]
    read: Callable[[bytes, str], tuple[Chapter, ...]]
    choose: Callable[[Sequence[Chapter], int], _Chosen] = _all
    only_read: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    def encode(self, chapters: Sequence[Chapter], duration_ms: int = 0) -> Encoded:
        """Chapters as a file, and what it does not hold of them. ``duration_ms``: of the episode, 0 if unknown."""
        ordered = sorted(chapters, key=lambda chapter: chapter.start_ms)
        chosen, said = self.choose(ordered, duration_ms)
        data = self.write(chosen)
        again = self.read(data, self.name) if chosen else ()
        return Encoded(data, len(chosen), (*said, *lost(chosen, again, duration_ms)))

    def decode(self, data: bytes, name: str) -> tuple[Chapter, ...]:
        """The chapters of a file, in order of time; without an end where the file tells none.

        ``name`` says where it is from. Raises ChaptersError.
        """
        return self.read(data, name)


def _json_write(chapters: Sequence[Chapter]) -> bytes:
    return json.encode(Chapters(tuple(chapters)), plain=True)


def _json_read(data: bytes, name: str) -> tuple[Chapter, ...]:
    return json.decode(data, name).chapters


def _description(name: str, about: str, rules: descriptions.Rules, *aliases: str) -> Format:
    endings, only_read = ((".txt",), (".md", ".html", ".htm", ".cue")) if name == "description" else ((), ())
    write, choose = descriptions.writer(rules), descriptions.chooser(rules)
    return Format(name, about, endings, "text/plain", frozenset(), write, text.read, choose, only_read, aliases)


_EVERYTHING = frozenset({"end", "url", "image", "hidden", "ms"})

FORMATS: tuple[Format, ...] = (
    Format("json", "Podcasting 2.0 JSON chapters 1.2", (".json",), "application/json+chapters", _EVERYTHING,
           _json_write, _json_read),
    Format("psc", "Podlove Simple Chapters 1.2", (".psc", ".xml"), "application/xml",
           frozenset({"url", "image", "ms"}), psc.write, psc.read, _listed, (".rss",), ("podlove", "xml")),
    Format("webvtt", "WebVTT chapters", (".vtt",), "text/vtt", frozenset({"end", "ms"}),
           webvtt.write, webvtt.read, _listed, aliases=("vtt",)),
    _description("description", f"description text for {descriptions.ANY.reader}", descriptions.ANY, "text", "txt"),
    _description("apple", "description text for Apple Podcasts", descriptions.APPLE),
    _description("spotify", "description text for Spotify", descriptions.SPOTIFY),
    _description("youtube", "description text for YouTube", descriptions.YOUTUBE),
    Format("audacity", "Audacity labels", (".labels", ".txt"), "text/plain", frozenset({"end", "ms"}),
           audacity.write, audacity.read, aliases=("labels",)),
    Format("ffmetadata", "FFmpeg metadata", (".ffmeta", ".ffmetadata", ".meta"), "text/plain", _EVERYTHING,
           ffmetadata.write, ffmetadata.read, aliases=("ffmeta",)),
    Format("csv", "a table", (".csv",), "text/csv", _EVERYTHING, csv.write, csv.read, only_read=(".tsv",)),
)  # fmt: skip


def by_name(name: str) -> Format:
    """The format of that name or alias. Raises ChaptersError."""
    wanted = name.strip().casefold()
    for known in FORMATS:
        if wanted in (known.name, *known.aliases):
            return known
    raise ChaptersError(f"unknown format {name!r}; podpipe knows {', '.join(known.name for known in FORMATS)}")


def for_path(path: Path, data: bytes | None = None) -> Format:
    """The format of a file by its ending; where several have that, by what ``data`` looks like.

    ``data`` are the bytes of a file that is to be read, None for one that is to be written.

    Raises:
        ChaptersError: no format has that ending, or several do and ``data`` is None.
    """
    ending = path.suffix.casefold()
    found = [f for f in FORMATS if ending in f.endings or (data is not None and ending in f.only_read)]
    if not found:
        what = f"no format ends in {path.suffix}" if path.suffix else f"the name {path.name} has no ending"
        raise ChaptersError(f"{what}; give --format: {', '.join(known.name for known in FORMATS)}")
    if len(found) == 1:
        return found[0]
    if data is None:
        raise ChaptersError(f"{path.name} may be {' or '.join(known.name for known in found)}; say which with --format")
    first = next((line for line in encodings.decode(data).splitlines() if line.strip()), "")
    return next(known for known in found if (known.name == "audacity") == bool(audacity.LINE.match(first)))
