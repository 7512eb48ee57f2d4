"""Chapters as lines of an episode's description, by the rules of those who read them there.

- Apple Podcasts: the first at 00:00:00, at least three
  (https://podcasters.apple.com/support/5482-using-chapters-on-apple-podcasts).
- Spotify: the first at 00:00, at least three, each on a line of its own, MM:SS or HH:MM:SS, in order
  (https://support.spotify.com/creators/article/creating-and-managing-chapters/).
- YouTube: the first at 00:00, at least three, in order, each at least 10 s long
  (https://support.google.com/youtube/answer/9884579); a description holds no angle brackets.

Where they differ, ``description`` is what suits all three. A list that breaks a rule is not shown at all, so a
chapter that would break it is left out, with a word about it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from podpipe.chapters import edit, text
from podpipe.chapters.words import names
from podpipe.models import Chapter

_FEWEST = 3
_OPENING = "Introduction"
_NEAR_MS = 10_000
_HOUR_MS = 3_600_000
_ENDLESS_MS = 1 << 60


@dataclass(frozen=True, slots=True)
class Rules:
    """Who reads the description, and what they ask of chapters there.

    ``room`` is how many characters a description has.
    """

    reader: str
    shortest_ms: int = 1000
    always_hours: bool = False
    no_brackets: bool = False
    room: int = 4000


ANY = Rules("Apple Podcasts, Spotify and YouTube", shortest_ms=10_000, no_brackets=True)
APPLE = Rules("Apple Podcasts", always_hours=True)
SPOTIFY = Rules("Spotify")
YOUTUBE = Rules("YouTube", shortest_ms=10_000, no_brackets=True, room=5000)


def writer(rules: Rules) -> Callable[[Sequence[Chapter]], bytes]:
    """What writes chapters by some rules."""

    def write(chapters: Sequence[Chapter]) -> bytes:
        hours = rules.always_hours or any(chapter.start_ms >= _HOUR_MS for chapter in chapters)
        return "".join(_line(chapter, hours, rules) + "\n" for chapter in chapters).encode()

    return write


def chooser(rules: Rules) -> Callable[[Sequence[Chapter], int], tuple[tuple[Chapter, ...], tuple[str, ...]]]:
    """What picks the chapters that keep the rules, and says what it did and what is still against them."""

    def choose(chapters: Sequence[Chapter], duration_ms: int) -> tuple[tuple[Chapter, ...], tuple[str, ...]]:
        said: list[str] = []

        def without(left: Sequence[Chapter], why: str) -> tuple[Chapter, ...]:
            if left:
                said.append(f"{names(left)} {'is' if len(left) == 1 else 'are'} left out, {why}")
            return edit.without(listed, left, duration_ms=duration_ms)

        listed = tuple(chapters)
        listed = without([chapter for chapter in listed if not chapter.toc], "hidden")
        listed = without([chapter for chapter in listed if not chapter.title.split()], "without a title")
        seconds = rules.shortest_ms // 1000
        short = _too_short(listed, rules.shortest_ms, duration_ms)
        listed = without(short, f"shorter than {seconds} s: with such a chapter, {rules.reader} would show none")
        listed = _begun(listed, rules, said)
        if 0 < len(listed) < _FEWEST:
            said.append(f"fewer than {_FEWEST} chapters are not shown by {rules.reader}, and this has {len(listed)}")
        size = len(writer(rules)(listed).decode())
        if size > rules.room:
            said.append(f"the list has {size} characters, and {rules.reader} would read {rules.room} of a description")
        return listed, tuple(said)

    return choose


def _too_short(chapters: Sequence[Chapter], shortest_ms: int, duration_ms: int) -> list[Chapter]:
    """The fewest chapters without which none is too short: of two that are too close, the shorter."""
    kept = list(chapters)
    left: list[Chapter] = []
    while True:
        last_ms = duration_ms or (kept[-1].end_ms if kept and kept[-1].end_ms > kept[-1].start_ms else _ENDLESS_MS)
        starts = [*(chapter.start_ms for chapter in kept), last_ms]
        lengths = [after - start for start, after in pairwise(starts)]
        place = next((place for place, length in enumerate(lengths) if length < shortest_ms), None)
        if place is None or len(kept) == 1:
            return left
        neighbour = min(place + 1, len(kept) - 1)
        left.append(kept.pop(place if lengths[place] < lengths[neighbour] else neighbour))


def _begun(chapters: tuple[Chapter, ...], rules: Rules, said: list[str]) -> tuple[Chapter, ...]:
    """Chapters of which the first begins at 0, as all readers ask."""
    if not chapters or chapters[0].start_ms < 1000:
        return chapters
    first = chapters[0]
    if first.start_ms < _NEAR_MS:
        said.append(f"{names([first])} begins at 00:00 here, where {rules.reader} must find the first chapter")
        return (replace(first, start_ms=0), *chapters[1:])
    said.append(f'a line "00:00 {_OPENING}" is added, where {rules.reader} must find the first chapter')
    return (Chapter(_OPENING, 0, first.start_ms), *chapters)


def _line(chapter: Chapter, hours: bool, rules: Rules) -> str:
    minutes, seconds = divmod(chapter.start_ms // 1000, 60)
    stamp = f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"
    title = " ".join(chapter.title.split())
    if rules.no_brackets:
        title = title.replace("<", "‹").replace(">", "›")
    plain = f"{stamp} {title}"
    again = text.read_line(plain)
    return plain if again and again.title == title else f"{stamp} - {title}"
