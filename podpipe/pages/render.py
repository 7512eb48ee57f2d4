"""Views to HTML."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from podpipe import timecode
from podpipe.pages import waveform
from podpipe.pages.links import Links
from podpipe.pages.views import Card, EpisodeView, SearchView, ShowView, moment

STATIC = files("podpipe.pages") / "static"
"""Style sheet, scripts and icon: files to be served or copied as they are."""

_NOTHING = Markup()
_UNITS = (("MB", 1_000_000), ("kB", 1000))


class Pages:
    """The pages of one library. ``links`` says where everything is; ``name`` is what the whole is called.

    ``is_live``: a server answers, so that a search can be asked of it; else scripts look in ``index``, folders that
    ``podpipe.publish.finding`` makes. ``head`` of a page is what else stands in its head.
    """

    def __init__(
        self,
        links: Links,
        *,
        name: str = "podpipe",
        is_live: bool = True,
        can_edit: bool = False,
        index: tuple[str, ...] = (),
    ) -> None:
        self._environment = jinja2.Environment(
            loader=jinja2.PackageLoader("podpipe.pages"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {
            "clock": timecode.clock,
            "iso_length": _iso_length,
            "day": _day,
            "moment": moment,
            "size": _size,
            "long": _long,
        }
        self._environment.globals |= {
            "links": links,
            "site": name,
            "is_live": is_live,
            "can_edit": can_edit,
            "index": index,
            "head": _NOTHING,
            "wave_box": f"0 0 {waveform.WIDTH} {waveform.HEIGHT}",
            "wave_width": waveform.WIDTH,
            "wave_height": waveform.HEIGHT,
        }

    def home(
        self, shows: tuple[ShowView, ...], latest: tuple[Card, ...], search: SearchView, head: Markup = _NOTHING
    ) -> str:
        """All shows, and the newest episodes."""
        return self._render("home.html", shows=shows, latest=latest, search=search, head=head)

    def show(self, show: ShowView, head: Markup = _NOTHING) -> str:
        """A show and its episodes."""
        return self._render("show.html", show=show, head=head)

    def episode(self, episode: EpisodeView, at_ms: int | None = None, head: Markup = _NOTHING) -> str:
        """An episode; ``at_ms`` is where it is to be opened, if that is known already."""
        return self._render("episode.html", episode=episode, at_ms=at_ms, head=head)

    def embed(self, episode: EpisodeView, at_ms: int | None = None) -> str:
        """A small player for other pages."""
        return self._render("embed.html", episode=episode, at_ms=at_ms)

    def search(self, search: SearchView, head: Markup = _NOTHING) -> str:
        """A search and its answer."""
        return self._render("search.html", search=search, head=head)

    def results(self, search: SearchView) -> str:
        """The answer alone, as a piece of the page."""
        return self._render("results.html", search=search)

    def message(self, title: str, text: str, head: Markup = _NOTHING) -> str:
        """A page that says one thing."""
        return self._render("message.html", title=title, text=text, head=head)

    def _render(self, name: str, **values: Any) -> str:
        return self._environment.get_template(name).render(**values)


def _day(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else ""


def _iso_length(ms: int) -> str:
    """An ISO 8601 duration: ``PT1H2M3S``."""
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"PT{hours}H{minutes}M{seconds}S"


def _long(ms: int) -> str:
    """About how long, for people: ``1 h 5 min``, ``2 min``."""
    minutes = max(round(ms / 60_000), 1)
    hours, minutes = divmod(minutes, 60)
    return " ".join(filter(None, (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "")))


def _size(count: int) -> str:
    """Bytes for people: ``12.3 MB``."""
    for unit, factor in _UNITS:
        if count >= factor:
            return f"{count / factor:.1f} {unit}" if count < 100 * factor else f"{count / factor:.0f} {unit}"
    return f"{count} bytes"
