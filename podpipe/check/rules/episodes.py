"""E: the files of an episode of the library against each other."""

from __future__ import annotations

from collections.abc import Iterator

from podpipe import timecode
from podpipe.check.facts import Episode
from podpipe.check.model import Found, rule
from podpipe.check.rules.sources import OURS

_OFF_MS = 1500
_AGAIN = "ingest the episode again: what was edited is kept and carried on"


@rule(
    "E01",
    "error",
    "a file of the episode is missing",
    hurts="whoever publishes the folder",
    mend=_AGAIN,
    source=OURS,
)
def missing(episode: Episode) -> Iterator[Found]:
    """What a finished episode has."""
    for name in episode.missing:
        yield name, "is missing"


@rule(
    "E02",
    "error",
    "chapters.json and episode.mp3 have different chapters",
    hurts="listeners: what they see depends on their app",
    mend=_AGAIN,
    source=OURS,
)
def chapters(episode: Episode) -> Iterator[Found]:
    """Starts to the millisecond, and titles."""
    if episode.tagged is None or episode.tagged == episode.chapters:
        return
    odd = sorted(set(episode.chapters) ^ set(episode.tagged))
    start, title = odd[0] if odd else (0, "")
    where = "chapters.json" if (start, title) in episode.chapters else "episode.mp3"
    yield where, f"alone has {timecode.clock(start, decimals=3)} “{title[:40]}” ({len(odd)} differences)"


@rule(
    "E03",
    "error",
    "the transcript is of another length than the sound",
    hurts="listeners: text and sound drift apart",
    mend=_AGAIN,
    source=OURS,
)
def length(episode: Episode) -> Iterator[Found]:
    """Off by more than 1.5 s."""
    if episode.transcript_ms is not None and abs(episode.transcript_ms - episode.duration_ms) > _OFF_MS:
        heard, real = timecode.clock(episode.transcript_ms), timecode.clock(episode.duration_ms)
        yield "transcript.json", f"is of {heard}, the sound of {real}"


@rule(
    "E04",
    "error",
    "episode.mp3 has not the original's sound",
    hurts="listeners: chapters and transcript were made for the original",
    mend="delete episode.mp3 and ingest the episode again",
    source=OURS,
)
def sound(episode: Episode) -> Iterator[Found]:
    """Bit for bit, where the original is an MP3."""
    if episode.same_sound is False:
        yield "episode.mp3", "has other sound than the original"
