"""Hits cut out of their episodes, each as an MP3 that says where it is from."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from podpipe import encoding, storage, tagging, timecode
from podpipe.chapters import writers
from podpipe.chapters.facts import Facts
from podpipe.edits import sound
from podpipe.errors import LibraryError, PodpipeError
from podpipe.hits import chapter_of
from podpipe.library import EpisodeFolder, Library
from podpipe.models import Chapter, Hit, Sentence
from podpipe.playing import media_link
from podpipe.sound import Silence
from podpipe.transcripts.sentences import sentences

Part = Literal["sentence", "passage", "chapter"]

_LEAD_MS, _TAIL_MS = 300, 500
"""So much of the pause before and after is kept."""
_REACH_MS = 600
"""A pause so near to where a sentence begins or ends by its words, or a chapter, is the pause there."""
_SHORTEST_MS, _LONGEST_MS = 20_000, 75_000
"""A passage ends between these, where the longest pause follows a sentence."""
_SLUG = 40


@dataclass(frozen=True, slots=True)
class Clip:
    """A hit (its number from 1) as a file: what stretch of the episode it is."""

    number: int
    path: Path
    start_ms: int
    end_ms: int


def cut(
    library: Library,
    hits: Sequence[Hit],
    folder: Path,
    part: Part = "passage",
    *,
    on_clip: Callable[[Clip], None] = lambda clip: None,
) -> tuple[tuple[Clip, ...], tuple[str, ...]]:
    """Write a clip of each hit into a folder, which is made; those that can't be cut are named, a sentence each.

    Raises:
        LibraryError: the folder can't be made or written.
    """
    with storage.explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
    numbered = sorted(enumerate(hits, 1), key=lambda each: (each[1].episode_id, each[1].start_ms))
    made: list[Clip] = []
    refused: list[str] = []
    for episode_id, group in itertools.groupby(numbered, key=lambda each: each[1].episode_id):
        mine = list(group)
        try:
            for clip in _cut_episode(library.folder(episode_id), mine, folder, part):
                made.append(clip)
                on_clip(clip)
        except PodpipeError as error:
            numbers = ", ".join(str(number) for number, _ in mine)
            refused.append(f"{'hits' if len(mine) > 1 else 'hit'} {numbers} can't be cut: {error}")
    return tuple(sorted(made, key=lambda clip: clip.number)), tuple(refused)


def _cut_episode(episode: EpisodeFolder, hits: Sequence[tuple[int, Hit]], folder: Path, part: Part) -> list[Clip]:
    """The clips of one episode, whose sound is read once."""
    if not episode.path.is_dir():
        raise LibraryError(f"{episode.id} is in the index, but its sound is not in {episode.path.parent}")
    source, silences = episode.original(), episode.sound().silences
    transcript, chapters = episode.transcript(), episode.chapters().chapters
    spoken = sentences(transcript)
    clips: list[Clip] = []
    done_ms = 0
    for number, hit in hits:
        start_ms, end_ms = stretch(hit, part, spoken, chapters, silences, transcript.duration_ms)
        start_ms = max(start_ms, done_ms)
        done_ms = end_ms = max(end_ms, start_ms + 1)
        clips.append(Clip(number, folder / name(number, hit), start_ms, end_ms))
    like = encoding.shape(source, "mp3")
    facts = tagging.facts_of(episode, lyrics=False)

    def write(place: int, pcm: Iterator[bytes]) -> None:
        clip, hit = clips[place], hits[place][1]
        with storage.replacing(clip.path) as temporary:
            bare = temporary.with_name(temporary.name + ".bare")
            try:
                encoding.write(bare, "mp3", pcm, like)
                writers.write(bare, temporary, (), _told(facts, hit, clip))
            finally:
                bare.unlink(missing_ok=True)

    sound.parts(source, [(clip.start_ms, clip.end_ms) for clip in clips], like, write)
    return clips


def _told(facts: Facts, hit: Hit, clip: Clip) -> Facts:
    """What a clip's tags say: the episode's, but what this is and where in it."""
    return replace(
        facts,
        title=_title(hit),
        show=facts.show or hit.episode_title,
        comment=hit.snippet.text,
        link=facts.link or media_link(hit.enclosure, clip.start_ms),
    )


def stretch(
    hit: Hit,
    part: Part,
    spoken: Sequence[Sentence],
    chapters: Sequence[Chapter],
    silences: Sequence[Silence],
    duration_ms: int,
) -> tuple[int, int]:
    """Start and end (ms) of a hit's clip: its sentence, its passage from that sentence on, or its whole chapter.

    It begins and ends within the pauses there, where there are any. A passage ends where the longest pause follows
    a sentence after 20 to 75 s, or with the chapter.
    """
    chapter = chapter_of(hit, chapters)
    chapter_end_ms = chapter.end_ms if chapter else duration_ms
    if part == "chapter":
        start_ms, end_ms = chapter.start_ms if chapter else 0, chapter_end_ms
    elif part == "sentence":
        start_ms, end_ms = hit.start_ms, hit.end_ms
    else:
        start_ms, end_ms = hit.start_ms, _passage_end(hit.start_ms, chapter_end_ms, spoken)
    if before := _pause_at(start_ms, silences):
        start_ms = max(before.end_ms - _LEAD_MS, before.start_ms)
    if after := _pause_at(end_ms, silences):
        end_ms = min(after.start_ms + _TAIL_MS, after.end_ms)
    start_ms = min(max(start_ms, 0), max(duration_ms - 1, 0))
    return start_ms, max(min(end_ms, duration_ms), start_ms + 1)


def _pause_at(ms: int, silences: Sequence[Silence]) -> Silence | None:
    """The pause that a moment is in, or near to."""
    near = min(silences, key=lambda pause: max(pause.start_ms - ms, ms - pause.end_ms), default=None)
    return near if near and near.start_ms - _REACH_MS <= ms <= near.end_ms + _REACH_MS else None


def _passage_end(start_ms: int, limit_ms: int, spoken: Sequence[Sentence]) -> int:
    following = [one for one in spoken if start_ms < one.end_ms and one.start_ms < limit_ms]
    pauses = [
        (after.start_ms - one.end_ms, one.end_ms)
        for one, after in itertools.pairwise(following)
        if start_ms + _SHORTEST_MS <= one.end_ms <= start_ms + _LONGEST_MS
    ]
    rest_ms = following[-1].end_ms if following else limit_ms
    if rest_ms <= start_ms + _LONGEST_MS or not pauses:
        return min(rest_ms, max(limit_ms, start_ms))
    return max(pauses)[1]


def name(number: int, hit: Hit) -> str:
    """``01-systems-news-episode-1-0m20s-memory-pressure.mp3``: letters, digits and dashes, whatever the titles are."""
    at = timecode.clock(hit.start_ms).replace(":", "m" if hit.start_ms < 3_600_000 else "h", 1).replace(":", "m") + "s"
    words = (_slug(hit.episode_title) or _slug(hit.episode_id) or "episode", at, _slug(hit.chapter))
    return "-".join((f"{number:02}", *filter(None, words))) + ".mp3"


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_SLUG].strip("-")


def _title(hit: Hit) -> str:
    return " · ".join(filter(None, (hit.chapter, f"{hit.episode_title}, {timecode.clock(hit.start_ms)}")))
