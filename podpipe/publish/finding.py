"""Search without a server: an index that the browser reads in pieces, made by Pagefind (https://pagefind.app).

Pagefind needs about 2 MB of memory for each hour of talk, so a large site has several indexes: each holds up to
``HOURS`` of episodes of one language, oldest first, and is made anew only when one of its episodes has changed. The
browser asks all of them and merges what they find (``pages/static/index-search.js``).

What Pagefind reads are pages made for it alone. An empty anchor stands before each sentence (``t83450``: milliseconds)
and each chapter is a heading; Pagefind keeps where in the text they stand, so a match leads to its second.
"""

from __future__ import annotations

import gzip
import html
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from podpipe import storage
from podpipe.errors import LibraryError, PublishError
from podpipe.models import Chapter, Transcript
from podpipe.pages.text import one_line
from podpipe.pages.views import UNTITLED
from podpipe.publish.choosing import Chosen
from podpipe.publish.spread import spread
from podpipe.transcripts.lines import text_of
from podpipe.transcripts.sentences import split
from podpipe.transcripts.telling import Telling, chaptered

HOURS = 300
"""Of talk in an index; about 600 MB of memory while it is made."""

_UNKNOWN = "und"
_LETTERS = "_+#"
"""What is part of a word besides letters and digits: io_uring, c++, c#."""

_TAKEN = ("pagefind.js", "pagefind-worker.js", "pagefind-entry.json")
_TAKEN_ENDINGS = (".pf_meta", ".pf_index", ".pf_fragment", ".pf_filter", ".pagefind")
_ABSENT = (
    "search in a published site needs Pagefind; install it with pip install 'podpipe[publish]', "
    "or publish without search: --no-search"
)


@dataclass(frozen=True)
class Bundle:
    """An index: its name (``en-1``), and the episodes in it, oldest first."""

    name: str
    language: str
    episodes: tuple[Chosen, ...]


def bundles(chosen: Iterable[Chosen]) -> tuple[Bundle, ...]:
    """Episodes by language, in portions. New episodes come last, so earlier portions stay as they are."""
    by_language: dict[str, list[Chosen]] = {}
    for each in sorted(chosen, key=lambda each: each.folder.id):
        language = each.language.partition("-")[0].lower()
        by_language.setdefault(language if language.isascii() and language.isalpha() else _UNKNOWN, []).append(each)
    found: list[Bundle] = []
    for language, episodes in sorted(by_language.items(), key=lambda item: (-len(item[1]), item[0])):
        portions = enumerate(_portions(episodes), 1)
        found += (Bundle(f"{language}-{number}", language, tuple(portion)) for number, portion in portions)
    return tuple(found)


def program() -> Path:
    """Where Pagefind is. Raises PublishError where it is not installed."""
    try:
        from pagefind.service import get_executable
    except ImportError as error:
        raise PublishError(_ABSENT) from error
    found = get_executable()
    if found is None:
        raise PublishError(_ABSENT)
    return found


def build(bundle: Bundle, work: Path) -> dict[str, Path]:
    """Make an index; its files by their names in it. ``work`` is an empty folder, and holds them.

    Raises:
        PublishError: Pagefind is absent, or failed.
        LibraryError: an episode can't be read, or the disk is full.
    """
    pages, out = work / "pages", work / "index"
    with storage.explained(work):
        pages.mkdir(parents=True)
        for _ in spread(partial(_put, bundle, pages), range(len(bundle.episodes))):
            pass
    _run([str(program()), "--site", str(pages), "--output-path", str(out), "--include-characters", _LETTERS, "--quiet"])
    shutil.rmtree(pages, ignore_errors=True)
    files = {path.relative_to(out).as_posix(): path for path in sorted(out.rglob("*")) if _is_taken(path)}
    for path in files.values():
        _verify(path)
    if not files:
        raise PublishError(f"Pagefind made no index of {len(bundle.episodes)} episodes; publish with --no-search")
    return files


def page(chosen: Chosen, transcript: Transcript, chapters: Sequence[Chapter]) -> str:
    """What Pagefind reads of an episode."""
    episode = chosen.episode
    title = one_line(episode.title) or UNTITLED
    # As filters: what is meta is searched, and "45" would find all that lasts so many minutes.
    facts = {
        "show": one_line(episode.show),
        "day": f"{episode.published:%Y-%m-%d}" if episode.published else "",
        "minutes": str(max(round(chosen.duration_ms / 60_000), 1)),
    }
    lines = [
        f'<!DOCTYPE html>\n<html lang="{html.escape(transcript.language or _UNKNOWN)}">',
        f'<head><meta charset="utf-8"><title>{html.escape(title)}</title></head>\n<body data-pagefind-body>',
        *(f'<i data-pagefind-filter="{name}:{html.escape(value)}"></i>' for name, value in facts.items() if value),
        f'<h1 data-pagefind-meta="title">{html.escape(title)}</h1>',
    ]
    listed = tuple(chapter for chapter in chapters if chapter.toc)
    for chapter, paragraphs in chaptered(Telling(transcript, chapters=listed)):
        if chapter is not None and (heading := one_line(chapter.title)):
            lines.append(f'<h2 id="c{chapter.start_ms}">{html.escape(heading)}</h2>')
        for paragraph in paragraphs:
            for sentence in split(paragraph.atoms):
                spoken = html.escape(one_line(text_of(sentence)))
                lines.append(f'<a id="t{sentence[0].start_ms}"></a>{spoken}')
    return "\n".join([*lines, "</body>\n</html>\n"])


def _put(bundle: Bundle, pages: Path, number: int) -> None:
    chosen = bundle.episodes[number]
    text = page(chosen, chosen.folder.transcript(), chosen.chapters)
    (pages / f"{chosen.folder.id}.html").write_text(text, "utf-8", errors="replace")


def _portions(episodes: Sequence[Chosen]) -> Iterator[list[Chosen]]:
    portion: list[Chosen] = []
    length_ms = 0
    for each in episodes:
        if portion and length_ms + each.duration_ms > HOURS * 3_600_000:
            yield portion
            portion, length_ms = [], 0
        portion.append(each)
        length_ms += each.duration_ms
    if portion:
        yield portion


def _run(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "NO_COLOR": "1"})
    except OSError as error:
        raise PublishError(f"Pagefind could not be started ({error.strerror}): {command[0]}") from error
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split())[-300:]
        raise PublishError(f"Pagefind failed: {said or f'exit code {done.returncode}'}")


def _is_taken(path: Path) -> bool:
    """Whether a file is wanted: Pagefind's own search forms are not."""
    return path.is_file() and (path.name in _TAKEN or path.suffix in _TAKEN_ENDINGS)


def _verify(path: Path) -> None:
    """See that a file is whole: Pagefind answers for what it has written only when it ends well."""
    if path.suffix not in _TAKEN_ENDINGS:
        return
    try:
        with gzip.open(path) as file:
            while file.read(1 << 20):
                pass
    except (OSError, EOFError) as error:
        raise LibraryError(f"{path.name} of the search index is damaged; is the disk full? Publish again") from error
