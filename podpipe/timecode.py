"""Times for people and formats: the one place where milliseconds become text and back."""

from __future__ import annotations

import re

_CLOCK = re.compile(r"(?:(?P<h>\d{1,3}):)?(?P<m>\d{1,4}):(?P<s>[0-5]?\d)(?:[.,](?P<f>\d{1,40}))?")
_UNITS = re.compile(
    r"(?=.)(?:(?P<h>\d{1,3})\s*+h)?\s*+(?:(?P<m>\d{1,5})\s*+m(?:in)?)?\s*+"
    r"(?:(?P<s>\d{1,7})(?:[.,](?P<f>\d{1,40}))?\s*s?)?"
)


def parse(text: str) -> int:
    """Read ``1:02:03.5``, ``62:03``, ``3723.5``, ``1h2m3.5s`` or ``90s`` as milliseconds.

    Raises:
        ValueError: ``text`` is no time.
    """
    stripped = text.strip()
    match = _CLOCK.fullmatch(stripped) or _UNITS.fullmatch(stripped)
    if match is None:
        raise ValueError(f"{text!r} is no time; write it like 1:02:03.5, 62:03 or 90s")
    hours, minutes, seconds = (int(match[group] or 0) for group in "hms")
    milliseconds = round(int((match["f"] or "0").ljust(9, "0")[:9]) / 1_000_000)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds


def clock(ms: int, *, decimals: int = 0) -> str:
    """``3723500`` as ``1:02:03``, or with ``decimals=1`` as ``1:02:03.5``; cut, never rounded up."""
    hours, minutes, seconds = _split(ms)
    text = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{text}.{ms % 1000:03}"[: len(text) + 1 + decimals] if decimals else text


def vtt(ms: int) -> str:
    """``01:02:03.500``, as WebVTT and Podlove Simple Chapters write it."""
    hours, minutes, seconds = _split(ms)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{ms % 1000:03}"


def srt(ms: int) -> str:
    """``01:02:03,500``, as SubRip writes it."""
    return vtt(ms).replace(".", ",")


def seconds(ms: int) -> str:
    """``3723.5``: seconds with no needless zeros, as a media fragment (``#t=``) or JSON has it."""
    whole, rest = divmod(ms, 1000)
    return f"{whole}.{rest:03}".rstrip("0").rstrip(".")


def _split(ms: int) -> tuple[int, int, int]:
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return hours, minutes, seconds
