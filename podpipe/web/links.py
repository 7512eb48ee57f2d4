"""Where the server has everything: the pages' ``Links``."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from urllib.parse import quote, urlencode

from podpipe.library import Library
from podpipe.pages.render import STATIC
from podpipe.pages.views import moment


def _static_version() -> str:
    """A name for the very files of ``static/``: a new release has new addresses."""
    hashed = hashlib.sha256()
    for file in sorted(STATIC.iterdir(), key=lambda file: file.name):
        hashed.update(file.read_bytes())
    return hashed.hexdigest()[:12]


class ServerLinks:
    """``Links``, as paths. ``base`` is the address that others reach the server by ('' where unknown)."""

    static_version = _static_version()

    def __init__(self, library: Library, base: str = "") -> None:
        self._library = library
        self._base = base.rstrip("/")

    def home(self) -> str:
        """As in ``Links``."""
        return "/"

    def show(self, show_id: str) -> str:
        """As in ``Links``."""
        return f"/shows/{quote(show_id or '-', safe='')}"

    def feed(self, show_id: str) -> str:
        """Not offered: ``podpipe publish`` makes feeds."""
        return ""

    def episode(self, episode_id: str, at_ms: int | None = None) -> str:
        """As in ``Links``."""
        return self._at(f"/episodes/{quote(episode_id, safe='')}", at_ms)

    def embed(self, episode_id: str, at_ms: int | None = None) -> str:
        """As in ``Links``."""
        return self._at(f"/embed/{quote(episode_id, safe='')}", at_ms)

    def search(self, query: str = "", *, show: str = "", since: str = "", until: str = "") -> str:
        """As in ``Links``."""
        asked = {"q": query, "show": show, "since": since, "until": until}
        told = urlencode({name: value for name, value in asked.items() if value})
        return f"/search?{told}" if told else "/search"

    def static(self, name: str) -> str:
        """As in ``Links``; scripts find one another below the same version."""
        return f"/static/{self.static_version}/{name}"

    def audio(self, episode_id: str) -> str:
        """As in ``Links``, with the file's time, so that what was cached is not taken for what was tagged anew."""
        with suppress(OSError):
            stamp = self._library.folder(episode_id).tagged.stat().st_mtime_ns
            return f"/episodes/{quote(episode_id, safe='')}/audio.mp3?v={stamp:x}"
        return f"/episodes/{quote(episode_id, safe='')}/audio.mp3"

    def cover(self, episode_id: str) -> str:
        """As in ``Links``."""
        return f"/episodes/{quote(episode_id, safe='')}/cover"

    def words(self, episode_id: str) -> str:
        """As in ``Links``."""
        return f"/episodes/{quote(episode_id, safe='')}/words.json"

    def transcript(self, episode_id: str, form: str) -> str:
        """As in ``Links``."""
        return f"/api/episodes/{quote(episode_id, safe='')}/transcript.{form}"

    def chapters(self, episode_id: str) -> str:
        """As in ``Links``."""
        return f"/api/episodes/{quote(episode_id, safe='')}/chapters"

    def clip(self, episode_id: str, number: int) -> str:
        """As in ``Links``."""
        return f"/episodes/{quote(episode_id, safe='')}/clips/{number}.mp3"

    def oembed(self, episode_id: str) -> str:
        """As in ``Links``."""
        url = self.absolute(self.episode(episode_id))
        return self.absolute(f"/oembed?{urlencode({'url': url})}") if url else ""

    def absolute(self, link: str) -> str:
        """As in ``Links``."""
        return self._base + link if self._base and link else ""

    def _at(self, path: str, at_ms: int | None) -> str:
        return path if at_ms is None else f"{path}?t={moment(at_ms)}"
