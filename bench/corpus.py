"""A large index of real transcripts: ``python -m bench.corpus ARCHIVE FOLDER PASSAGES``."""

from __future__ import annotations

import json
import re
import sys
import tarfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path, PurePath

from podpipe.models import Episode, IndexedEpisode, Sentence
from podpipe.search import open_index
from podpipe.search.passages import passages

_MS_PER_WORD = 400
_AT_ONCE = 100

_SPEAKER = re.compile(r"^\*\*[^*]+:\*\* *", re.MULTILINE)
_MARK = re.compile(r"\\?\[[^\]]*\\?\]")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")


def build(archive: Path, folder: Path, wanted: int) -> tuple[int, int]:
    """Index transcripts until there are so many passages; gives the episodes and passages that there are."""
    with open_index(folder, create=True) as index:
        count = size = 0
        found = indexed(archive, wanted)
        while episodes := list(islice(found, _AT_ONCE)):
            index.add(episodes)
            count += len(episodes)
            size += sum(len(episode.passages) for episode in episodes)
    return count, size


def indexed(archive: Path, wanted: int) -> Iterator[IndexedEpisode]:
    """Episodes of the archive until there are so many passages; an id ends with a number of its own."""
    size = 0
    for number, (show, title, text) in enumerate(transcripts(archive)):
        episode_id = f"{title}-{number}"
        cut = passages(episode_id, (), sentences(text))
        published = datetime(2010, 1, 1, tzinfo=UTC) + timedelta(days=2 * number)
        audio = f"https://example.org/{episode_id}.mp3"
        episode = Episode(episode_id, audio, title.replace("-", " "), show, published, audio)
        yield IndexedEpisode(episode, "en", passages=cut)
        size += len(cut)
        if size >= wanted:
            return


def transcripts(archive: Path) -> Iterator[tuple[str, str, str]]:
    """Show, title and text of each transcript."""
    with tarfile.open(archive) as files:
        for member in files:
            path = PurePath(member.name)
            data = files.extractfile(member)
            if data is not None and len(path.parts) == 3 and path.suffix == ".md":
                yield path.parts[1], path.stem, data.read().decode("utf-8", "replace")


def sentences(text: str) -> tuple[Sentence, ...]:
    """The text's sentences as if they were spoken one after the other, without speakers and marks."""
    found: list[Sentence] = []
    start_ms = 0
    for part in _SENTENCE.split(_MARK.sub("", _SPEAKER.sub("", text))):
        words = len(part.split())
        if words:
            found.append(Sentence(part.strip(), start_ms, start_ms + words * _MS_PER_WORD))
            start_ms += words * _MS_PER_WORD
    return tuple(found)


if __name__ == "__main__":
    began = time.perf_counter()
    built = build(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
    print(json.dumps({"episodes": built[0], "passages": built[1], "seconds": time.perf_counter() - began}))
