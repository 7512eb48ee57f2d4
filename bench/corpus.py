"""Large indexes of real transcripts: ``python -m bench.corpus ARCHIVE FOLDER PASSAGES ENGINE``."""

from __future__ import annotations

import json
import re
import sys
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path, PurePath

from bench import measure
from bench.episodes import shared_data
from bench.table import Settings
from podpipe.models import Episode, IndexedEpisode, Sentence
from podpipe.search import open_index
from podpipe.search.passages import passages

_MS_PER_WORD = 400
_AT_ONCE = 500

_SPEAKER = re.compile(r"^\*\*[^*]+:\*\* *", re.MULTILINE)
_MARK = re.compile(r"\\?\[[^\]]*\\?\]")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")


ALL = 10**9
"""More passages than the corpus has: each of its episodes once."""


@dataclass(frozen=True, slots=True)
class Built:
    """An index of the corpus; ``seconds`` are of CPU, without the reading of the transcripts."""

    folder: Path
    episodes: int
    passages: int
    seconds: float


def built(settings: Settings, engine: str, wanted: int) -> Built:
    """The index of so many passages, built by a process of its own unless it is in the benches' folder already.

    Raises:
        Skipped: the corpus is not there.
    """
    archive = shared_data("corpus", "changelog-transcripts.tar.xz")
    library = settings.folder / f"corpus-{engine}-{'all' if wanted == ALL else wanted}"
    said = library / "built.json"
    if not said.exists():
        run = measure.python("-m", "bench.corpus", archive, library / "index", str(wanted), engine)
        said.write_text(run.output)
    figures = json.loads(said.read_bytes())
    return Built(library / "index", figures["episodes"], figures["passages"], figures["seconds"])


def build(archive: Path, folder: Path, wanted: int, engine: str) -> tuple[int, int, float]:
    """Index transcripts until there are so many passages; gives episodes, passages and seconds of CPU."""
    count = size = 0
    seconds = 0.0
    with open_index(folder, create=True, engine=engine) as index:
        found = indexed(archive, wanted) if wanted == ALL else again_and_again(archive, wanted)
        while episodes := list(islice(found, _AT_ONCE)):
            started = time.process_time()
            index.add(episodes)
            seconds += time.process_time() - started
            count += len(episodes)
            size += sum(len(episode.passages) for episode in episodes)
    return count, size, seconds


def again_and_again(archive: Path, wanted: int) -> Iterator[IndexedEpisode]:
    """Episodes until there are so many passages: those of the corpus, and then the same under other ids."""
    size = number = 0
    while size < wanted:
        for episode in indexed(archive, wanted - size):
            size += len(episode.passages)
            facts = replace(episode.episode, id=f"{episode.episode.id}-{number}") if number else episode.episode
            yield replace(episode, episode=facts)
        number += 1


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
    episodes_made, passages_made, cpu_s = build(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    print(json.dumps({"episodes": episodes_made, "passages": passages_made, "seconds": cpu_s}))
