"""Names that podpipe gives to episodes: nothing from outside decides where a file goes."""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from datetime import datetime
from pathlib import Path

# Controls, and the characters that turn the direction of text (Unicode Technical Report 36).
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")

_SLUG = 36
"""Letters of a title in an id at the most, cut between words."""


_LONGEST = 4000
"""Characters of a line at the most: nobody reads a longer title."""

_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|center|cite|code|del|div|em|font|h[1-6]|hr|i|img|ins|li|mark|ol|p|q|s|small|span"
    r"|strike|strong|sub|sup|tt|u|ul|wbr)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
"""HTML that people put into titles; ``vector<int>`` is none."""

_BREAKS = re.compile(r"<(?:br|p|div|li|h[1-6]|hr)\b", re.IGNORECASE)


def show_id(title: str, key: str) -> str:
    """``linux-kernel-podcast-3f2a9c1b``: slug of the title, hash of what tells the show from others."""
    return f"{_slug(title) or 'show'}-{_hash(key)}"


def episode_id(published: datetime | None, title: str, guid: str) -> str:
    """``2009-11-01-linux-kernel-podcast-3f2a9c1b``: day, slug of the title, hash of the guid."""
    slug = _slug(title) or "episode"
    return "-".join(filter(None, (f"{published:%Y-%m-%d}" if published else "", slug, _hash(guid))))


def _slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(slug) > _SLUG:
        slug = slug[: slug.rfind("-", _SLUG // 2, _SLUG + 1)] if "-" in slug[_SLUG // 2 : _SLUG + 1] else slug[:_SLUG]
    return slug


def hyphened(text: str) -> str:
    """The words of a text as an id has them, without accents, hyphens between; other scripts than Latin stay."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return "-".join(re.findall(r"[^\W_]+", plain.casefold()))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def line(text: str) -> str:
    """One line of what a feed says: without HTML, and without what was escaped twice."""
    text = text.strip()[:_LONGEST]
    if "<" in text and _TAG.search(text):
        text = _TAG.sub(lambda tag: " " if _BREAKS.match(tag[0]) else "", text)
    return plain(html.unescape(text) if "&" in text else text)


def plain(text: str | None) -> str:
    """One line of text without controls."""
    if text and text.isprintable():  # most is, and this is quicker
        return " ".join(text.split())
    return re.sub(r"\s+", " ", _UNSAFE.sub(" ", text or "")).strip()


_TELLS_NOTHING = re.compile(
    r"(?:audio|sound|episode|podcast|media|stream|download|enclosure|notes|show.?notes|index|readme|script)?[\W\d_]*",
    re.IGNORECASE,
)


def tells_nothing(name: str) -> bool:
    """Whether a file that is called so, without its suffix, may be any episode."""
    return _TELLS_NOTHING.fullmatch(name) is not None


def telling_name(*files: Path) -> str:
    """The first of some files' names that tells something; else their folder's, unless they are numbered; or the first.

    Suffixes are left out.
    """
    names = [file.stem for file in files]
    if not any(re.search(r"\d", name) for name in names):
        names += [file.parent.name for file in files]
    return next((name for name in names if not tells_nothing(name)), names[0])


def title_of(*files: Path) -> str:
    """What an episode of these files is called, as far as their names tell."""
    return plain(telling_name(*files).replace("_", " "))
