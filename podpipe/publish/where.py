"""Where everything of a site is: its paths, and the pages' ``Links``.

Pages are ``*.html`` files that link to one another relative to themselves, so that a site works below any path, on any
host, and from a disk. Names of files are made of ids that podpipe chose, never of titles.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from podpipe.errors import PublishError
from podpipe.pages.render import STATIC
from podpipe.pages.views import moment

HOME, SEARCH, MISSING = "index.html", "search.html", "404.html"
FEED, ROBOTS, SITEMAP = "feed.xml", "robots.txt", "sitemap.xml"
EPISODES, SHOWS, STATIC_FILES, INDEX = "episodes", "shows", "static", "search"
TOPS = (HOME, SEARCH, MISSING, FEED, ROBOTS, SITEMAP, EPISODES, SHOWS, STATIC_FILES, INDEX)
"""All that a site has at its top."""


def page(episode_id: str) -> str:
    """An episode's page."""
    return f"{EPISODES}/{episode_id}.html"


def beside(episode_id: str, name: str) -> str:
    """A file of an episode."""
    return f"{EPISODES}/{episode_id}/{name}"


def show_page(name: str) -> str:
    """A show's page, by ``Shelf.name``."""
    return f"{SHOWS}/{name}.html"


def show_file(name: str, file: str) -> str:
    """A file of a show: its feed, its cover."""
    return f"{SHOWS}/{name}/{file}"


def static_version() -> str:
    """A name for the very files of ``static/``: a new release has new addresses."""
    hashed = hashlib.sha256()
    for file in sorted(STATIC.iterdir(), key=lambda file: file.name):
        hashed.update(file.read_bytes())
    return hashed.hexdigest()[:12]


def base_url(text: str) -> str:
    """``--base-url`` with a slash at its end. Raises PublishError where it is no whole address."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PublishError(f"{text!r} is no whole address; give one like https://example.org/podcasts/")
    if parts.query or parts.fragment:
        raise PublishError(
            f"{text!r} has a ? or # in it; give the folder's address, like https://example.org/podcasts/"
        )
    path = quote(parts.path.rstrip("/"), safe="/%~!$&'()*+,;=:@")
    return f"{parts.scheme}://{parts.netloc}{path}/"


@dataclass(frozen=True)
class Addresses:
    """Whole URLs of what is published. ``audio`` is where the sound is, by episode; ``shows`` the names, by key."""

    base: str
    audio: Mapping[str, str]
    covers: Mapping[str, str]
    """Paths of covers, by episode."""
    shows: Mapping[str, str]
    version: str

    def url(self, path: str) -> str:
        """The whole address of a path of the site; the first page's is that of the site."""
        return self.base if path == HOME else self.base + quote(path)


class SiteLinks:
    """``Links`` of a page; ``up`` leads to the top from it: '', '../', or a whole path where it may be anywhere."""

    def __init__(self, addresses: Addresses, up: str) -> None:
        self._to = addresses
        self._up = up

    def home(self) -> str:
        """As in ``Links``."""
        return self._up + HOME

    def show(self, show_id: str) -> str:
        """As in ``Links``."""
        return self._up + show_page(self._to.shows[show_id])

    def feed(self, show_id: str) -> str:
        """As in ``Links``; episodes of no show are in the feed of all."""
        return self._up + (show_file(self._to.shows[show_id], FEED) if show_id else FEED)

    def episode(self, episode_id: str, at_ms: int | None = None) -> str:
        """As in ``Links``."""
        return self._up + quote(page(episode_id)) + ("" if at_ms is None else f"#t={moment(at_ms)}")

    def embed(self, episode_id: str, at_ms: int | None = None) -> str:
        """As in ``Links``."""
        return self._up + quote(beside(episode_id, "embed.html")) + ("" if at_ms is None else f"#t={moment(at_ms)}")

    def search(self, query: str = "", *, show: str = "", since: str = "", until: str = "") -> str:
        """As in ``Links``; what is asked for, scripts add."""
        return self._up + SEARCH

    def static(self, name: str) -> str:
        """As in ``Links``."""
        return f"{self._up}{STATIC_FILES}/{self._to.version}/{name}"

    def audio(self, episode_id: str) -> str:
        """As in ``Links``."""
        return self._relative(self._to.audio[episode_id])

    def cover(self, episode_id: str) -> str:
        """As in ``Links``."""
        return self._up + quote(self._to.covers[episode_id])

    def words(self, episode_id: str) -> str:
        """As in ``Links``."""
        return self._up + quote(beside(episode_id, "words.json"))

    def transcript(self, episode_id: str, form: str) -> str:
        """As in ``Links``."""
        return self._up + quote(beside(episode_id, f"transcript.{form}"))

    def chapters(self, episode_id: str) -> str:
        """As in ``Links``."""
        return self._up + quote(beside(episode_id, "chapters.json"))

    def clip(self, episode_id: str, number: int) -> str:
        """Not offered: it takes a server."""
        return ""

    def oembed(self, episode_id: str) -> str:
        """As in ``Links``."""
        return self._to.url(beside(episode_id, "oembed.json"))

    def absolute(self, link: str) -> str:
        """As in ``Links``."""
        if not link or urlsplit(link).scheme:
            return link
        path, mark, fragment = link.removeprefix(self._up).partition("#")
        return (self._to.base if path == HOME else self._to.base + path) + mark + fragment

    def _relative(self, url: str) -> str:
        return self._up + url.removeprefix(self._to.base) if url.startswith(self._to.base) else url
