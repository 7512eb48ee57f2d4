"""Which of an item's files is the episode: enclosures of RSS and Atom, Media RSS, Podcasting 2.0, RSS 1.0."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from podpipe import addresses
from podpipe.sources.media import SUFFIXES
from podpipe.sources.xml import Element

_VIDEO_SUFFIXES = {".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi"}
_OTHER_SUFFIXES = {
    ".jpg",
    ".jpeg",
    ".png",
    ".gif",
    ".webp",
    ".pdf",
    ".epub",
    ".zip",
    ".html",
    ".htm",
    ".torrent",
    ".m3u8",
}
_ANYTHING = {
    "",
    "application/octet-stream",
    "binary/octet-stream",
    "application/force-download",
    "application/download",
}
"""Types that say nothing: the address has to tell."""

_AS_AUDIO = ("audio/", "audio", "application/ogg", "application/mp3", "application/mpeg", "mp3", "mpeg")
_NO_FILE = ("mpegurl", "application/dash+xml", "application/x-shockwave-flash", "audio/x-scpls")
"""Playlists and players, by a part of their type: nothing that can be downloaded as one file."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that belongs to an item. ``length`` is its size in bytes as the feed declares it, '' where it doesn't."""

    url: str
    type: str = ""
    length: str = ""


def choose(item: Element) -> Enclosure | None:
    """The audio of an item, or the video where it has no audio; of several the one that comes first."""
    found = list(_all(item))
    for kind in ("audio", "unknown", "video"):
        for enclosure in found:
            if kind_of(enclosure) == kind:
                return enclosure
    return None


def kind_of(enclosure: Enclosure) -> str:
    """Audio, video, unknown or other: by its type and, where that says nothing or is wrong, by its address."""
    declared = enclosure.type.partition(";")[0].strip().lower()
    name = _path(enclosure.url).rpartition("/")[2]
    ending = "." + name.rpartition(".")[2].lower()
    if any(part in declared for part in _NO_FILE):
        return "other"
    if declared.startswith("video/"):
        return "video"
    if declared.startswith(_AS_AUDIO):
        return "audio"
    if ending in _VIDEO_SUFFIXES:
        return "video"
    if ending in SUFFIXES:
        return "audio"
    if ending in _OTHER_SUFFIXES or declared not in _ANYTHING:
        return "other"
    return "unknown"


def _all(item: Element) -> Iterator[Enclosure]:
    """Everything that an item names as a file, in the order in which it is preferred."""
    for node in item.all("enclosure", "enc:enclosure"):
        yield from _one(node, node.get("url", "rdf:resource"), "length")
    groups = item.all("media:group")
    for parent in (item, *groups):
        contents = parent.all("media:content")
        for node in sorted(contents, key=lambda node: node.get("isDefault") != "true"):
            medium = node.get("medium")
            declared = node.get("type") or (f"{medium}/*" if medium in ("audio", "video", "image", "document") else "")
            yield from _one(node, node.get("url"), "fileSize", declared)
    for node in item.all("atom:link", "link"):
        if node.get("rel") == "enclosure":
            yield from _one(node, node.get("href"), "length")
    for node in sorted(item.all("podcast:alternateEnclosure"), key=lambda node: node.get("default") != "true"):
        for source in node.all("podcast:source"):
            yield from _one(node, source.get("uri"), "length")


def _one(node: Element, url: str, length: str, declared: str = "") -> Iterator[Enclosure]:
    address = node.address(url)
    if address.startswith(("http://", "https://", "file://")):
        yield Enclosure(address, declared or node.get("type", "enc:type"), node.get(length, f"enc:{length}"))


def _path(url: str) -> str:
    if "[" not in url:
        return url.partition("?")[0].partition("#")[0]
    return addresses.path(url)
