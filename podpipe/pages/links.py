"""Where things are: the seam between the pages and whoever serves or publishes them."""

from __future__ import annotations

from typing import Protocol


class Links(Protocol):
    """Addresses as they stand in a page, absolute or relative to it; '' for what is not offered.

    Times are in milliseconds. What an address is made of (ids, queries) may hold anything: implementations quote it.
    """

    def home(self) -> str:
        """All shows."""

    def show(self, show_id: str) -> str:
        """A show's page."""

    def feed(self, show_id: str) -> str:
        """A show's RSS feed."""

    def episode(self, episode_id: str, at_ms: int | None = None) -> str:
        """An episode's page, which plays from ``at_ms``."""

    def embed(self, episode_id: str, at_ms: int | None = None) -> str:
        """A small player, to be shown in a frame on other pages."""

    def search(self, query: str = "", *, show: str = "", since: str = "", until: str = "") -> str:
        """The page of a search. ``show`` is a show's title; days are as ISO 8601 has them."""

    def static(self, name: str) -> str:
        """A file of ``static/``."""

    def audio(self, episode_id: str) -> str:
        """The tagged MP3."""

    def cover(self, episode_id: str) -> str:
        """The episode's cover."""

    def words(self, episode_id: str) -> str:
        """When each word begins (``views.word_times``)."""

    def transcript(self, episode_id: str, form: str) -> str:
        """The transcript as "vtt", "srt", "txt" or "json"."""

    def chapters(self, episode_id: str) -> str:
        """Podcasting 2.0 JSON chapters."""

    def clip(self, episode_id: str, number: int) -> str:
        """The sound of one chapter (from 1) as a file."""

    def oembed(self, episode_id: str) -> str:
        """An episode's oEmbed description (https://oembed.com), absolute."""

    def absolute(self, link: str) -> str:
        """One of these links as a whole URL, for cards; '' where it is not known."""
