"""Where to play, and with what."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from podpipe import timecode
from podpipe.errors import LibraryError, PlayerError
from podpipe.last_search import read_hit
from podpipe.library import EpisodeFolder, Library

PLAYERS: dict[str, Callable[[str, Path], list[str]]] = {
    "mpv": lambda seconds, path: ["mpv", f"--start={seconds}", "--", str(path)],
    "vlc": lambda seconds, path: ["vlc", f"--start-time={seconds}", str(path)],
    "ffplay": lambda seconds, path: ["ffplay", "-hide_banner", "-autoexit", "-ss", seconds, str(path)],
}
"""Command line of each player, best first, from seconds and an absolute path."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A moment in an episode: its tagged file and where to start."""

    title: str
    path: Path
    start_ms: int
    link: str

    @property
    def clock(self) -> str:
        """The start, for people."""
        return timecode.clock(self.start_ms)


def media_link(source: str, start_ms: int) -> str:
    """A URL that starts at that second (W3C Media Fragments URI 1.0, ``#t=``); empty where there is no source."""
    if not source:
        return ""
    url = source if re.match(r"https?://", source) else Path(source).absolute().as_uri()
    return f"{url.partition('#')[0]}#t={timecode.seconds(start_ms)}"


def play_command(library: Library, episode_id: str, start_ms: int) -> str:
    """The line that a user can type, here and now, to play from there."""
    line = f"podpipe play {episode_id} --at {timecode.clock(start_ms, decimals=1)}"
    return line if library.root == Library.locate().root else f"{line} --library {shlex.quote(str(library.root))}"


def locate(library: Library, target: str, *, at: str | None = None, chapter: str | None = None) -> Spot:
    """Find what ``podpipe play`` was asked for.

    Raises:
        LibraryError: no such hit, episode or chapter, or ``at`` is no time within the episode.
    """
    name, _, fragment = target.partition("#t=")
    start_ms = 0
    if re.fullmatch(r"\d{1,3}", name):
        name, start_ms = read_hit(library, int(name))
    folder = library.find(name)
    if chapter is not None:
        start_ms = _chapter_start(folder, chapter)
    elif at or fragment:
        start_ms = _time(at or fragment)
    episode, path = folder.episode(), folder.tagged
    if not path.is_file():
        raise LibraryError(f"{folder.id} is not finished, there is no {path}; run podpipe ingest again")
    _check_within(folder, start_ms)
    return Spot(episode.title, path, start_ms, media_link(episode.enclosure or str(path), start_ms))


def play(spot: Spot, player: str | None = None) -> None:
    """Start a player and wait for its end.

    Raises:
        PlayerError: none is installed, or it ended with an error.
    """
    if player is not None and player not in PLAYERS:
        raise PlayerError(f"unknown player {player!r}; podpipe knows {', '.join(PLAYERS)}")
    name = next((name for name in ([player] if player else PLAYERS) if shutil.which(name)), None)
    if name is None:
        raise PlayerError(
            f"{player or 'no player'} is {'not ' if player else ''}installed; install mpv, VLC or ffplay (part of "
            f"FFmpeg), or open {spot.path} at {spot.clock}, or {spot.link} in a browser"
        )
    finished = subprocess.run(PLAYERS[name](timecode.seconds(spot.start_ms), spot.path), check=False)
    if finished.returncode not in (0, 4):  # mpv ends with 4 when it is quit by a signal or Ctrl-C
        raise PlayerError(f"{name} ended with code {finished.returncode}; try --player with another one")


def _chapter_start(folder: EpisodeFolder, wanted: str) -> int:
    chapters = folder.chapters().chapters
    fold = wanted.strip().casefold()
    for test in (
        lambda title: title == fold,
        lambda title: title.startswith(fold),
        lambda title: fold in title,
    ):
        for chapter in chapters:
            if fold and test(chapter.title.casefold()):
                return chapter.start_ms
    titles = ", ".join(chapter.title for chapter in chapters) or "none"
    raise LibraryError(f"{folder.id} has no chapter {wanted!r}; its chapters: {titles}")


def _time(text: str) -> int:
    try:
        return timecode.parse(text)
    except ValueError as error:
        raise LibraryError(str(error)) from error


def _check_within(folder: EpisodeFolder, start_ms: int) -> None:
    duration_ms = folder.transcript().duration_ms
    if start_ms >= max(duration_ms, 1):
        raise LibraryError(
            f"{folder.id} is {timecode.clock(duration_ms)} long; there is nothing at {timecode.clock(start_ms)}"
        )
