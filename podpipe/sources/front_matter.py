"""Front matter: what stands above a page of Markdown for Jekyll, Hugo, Astro and the like.

YAML between lines of ``---``, or TOML between lines of ``+++``. Its keys are nobody's standard: those that the
generators document are read, and audio under whatever key it stands.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

import yaml

from podpipe.models import Person
from podpipe.sources import dates
from podpipe.sources.identity import plain

_PARTS = re.compile(r"\ufeff?(---|\+\+\+)[ \t]*\r?\n(.*?\r?\n)\1[ \t]*(?:\r?\n|$)", re.DOTALL)
_LONGEST, _DEEPEST = 20_000, 4
"""Characters that are read, and how many fields one within another."""

_TITLE, _SHOW = ("title",), ("show", "podcast", "series")
_DAY = ("date", "published", "publishdate", "pubdate", "pub_date", "publish_date", "pubdatetime")
_LANGUAGE = ("lang", "language")
_SUMMARY = ("description", "summary", "subtitle", "excerpt")
_PEOPLE = {"host": ("host", "hosts"), "guest": ("guest", "guests")}
_CHAPTERS = ("chapters", "timestamps")
_AMONG_NAMES = re.compile(r", (?:and )?| (?:and|&) ")
_CHAPTER_START, _CHAPTER_TITLE = ("start", "starttime", "time", "timestamp"), ("title", "name", "label")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What is said of an episode above its notes: '' and () where it is not said."""

    title: str = ""
    show: str = ""
    published: datetime | None = None
    language: str = ""
    persons: tuple[Person, ...] = ()
    summary: str = ""
    chapters: tuple[str, ...] = ()
    """A line each, with its time."""
    values: tuple[str, ...] = ()
    """The text of all fields in order: one of them may be the address of the audio."""

    def with_notes(self, text: str) -> str:
        """Notes with what of this belongs to them: the summary above, the chapters below."""
        summary = self.summary if self.summary not in " ".join(text.split()) else ""
        chapters = "\n".join(f"- {line}" for line in self.chapters)
        return "\n\n".join(filter(None, (summary, text.strip(), chapters))) + "\n"


def parted(text: str) -> tuple[FrontMatter | None, str]:
    """A text's front matter, and the text below it; None and the whole where it has none that can be read.

    What tells nothing that is known is none: between two lines of dashes may stand any paragraph.
    """
    found = _PARTS.match(text[:_LONGEST])
    fields = _read(found[2], is_toml=found[1] == "+++") if found else None
    if found is None or not fields:
        return None, text
    told = {str(name).casefold().replace("-", "_"): value for name, value in fields.items()}
    known = FrontMatter(
        title=_line(told, _TITLE),
        show=_line(told, _SHOW),
        published=_day(next((told[name] for name in _DAY if told.get(name)), None)),
        language=_line(told, _LANGUAGE),
        persons=tuple(_persons(told)),
        summary=_line(told, _SUMMARY),
        chapters=tuple(filter(None, map(_chapter, _list(told, _CHAPTERS)))),
        values=tuple(_texts(fields, _DEEPEST)),
    )
    if replace(known, values=()) == FrontMatter():
        return None, text
    return known, text[found.end() :]


def _read(text: str, *, is_toml: bool) -> Mapping[Any, Any] | None:
    """The fields; None where there are none. What YAML says by reference may grow without bounds: that is not read."""
    try:
        if is_toml:
            return tomllib.loads(text.replace("\r\n", "\n"))
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
            return None
        fields = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return fields if isinstance(fields, Mapping) else None


def _line(told: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((plain(text) for name in names if isinstance(text := told.get(name), str)), "")


def _persons(told: Mapping[str, Any]) -> Iterator[Person]:
    """Hosts and guests: a name, several in a line or a list, or what is said of each with the name."""
    for role, keys in _PEOPLE.items():
        given: Any = next((told[key] for key in keys if told.get(key)), [])
        for one in given if isinstance(given, list) else [given]:
            name = one.get("name") if isinstance(one, Mapping) else one
            names = _AMONG_NAMES.split(plain(name)) if isinstance(name, str) else []
            yield from (Person(name, role) for name in names if name)


def _list(told: Mapping[str, Any], names: tuple[str, ...]) -> list[Any]:
    return next((value for name in names if isinstance(value := told.get(name), list)), [])


def _chapter(told: Any) -> str:
    """``- '00:00:00.000 Intro.'``, or a start with a title."""
    if isinstance(told, Mapping):
        fields = {str(name).casefold(): value for name, value in told.items()}
        start = next((fields[name] for name in _CHAPTER_START if name in fields), "")
        told = f"{_clock(start)} {_line(fields, _CHAPTER_TITLE)}"
    return plain(told) if isinstance(told, str) else ""


def _clock(start: Any) -> str:
    """A time as it is written; YAML takes 1:30:00, and 90 too, for a number of seconds."""
    if isinstance(start, int | float) and 0 <= start < 1e6:
        minutes, seconds = divmod(int(start), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(start)


def _day(told: Any) -> datetime | None:
    """A day as YAML and TOML have it, or as a text."""
    if isinstance(told, datetime):
        return told if told.tzinfo else told.replace(tzinfo=UTC)
    if isinstance(told, date):
        return datetime.combine(told, time(), UTC)
    return dates.parse(told) or dates.in_prose(told) if isinstance(told, str) else None


def _texts(value: Any, deep: int) -> Iterator[str]:
    """The texts within a value, in order."""
    if isinstance(value, str):
        yield value
    elif deep and isinstance(value, Mapping | list):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(one, deep - 1)
