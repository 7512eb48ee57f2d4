"""What a site has besides its episodes: pages of lists, feeds, and what search engines ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import lxml.etree
import lxml.html
from lxml.builder import ElementMaker
from markupsafe import Markup

from podpipe import sanitise, storage
from podpipe.models import Show
from podpipe.pages import views
from podpipe.pages.render import STATIC
from podpipe.pages.views import NO_SHOW, SearchView, ShowView
from podpipe.publish import choosing, episode, feed, finding, structured, where
from podpipe.publish.choosing import Shelf
from podpipe.publish.finding import Bundle
from podpipe.publish.place import Place
from podpipe.publish.site import Site

_NEWEST = 20
"""Episodes on the first page."""

_MOST_ADDRESSES = 50_000
"""In a sitemap (https://www.sitemaps.org/protocol.html)."""

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_SUMMARY = 300


def static(place: Place) -> None:
    """The style sheet and the scripts, in a folder whose name changes when they do, so that they can be cached."""
    version = where.static_version()
    for file in STATIC.iterdir():
        place.write(f"{where.STATIC_FILES}/{version}/{file.name}", file.read_bytes())


def show(site: Site, place: Place, shelf: Shelf) -> bytes:
    """A show's page, its cover and its feed, which is given back. Raises LibraryError, ChaptersError."""
    if shelf.cover is not None:
        place.copy(where.show_file(shelf.name, shelf.cover.name), shelf.cover, hard_link=site.wish.hard_links)
    text = _plain(shelf.show.description)
    path, cover = where.show_page(shelf.name), site.show_cover(shelf)
    head = _head(
        site,
        structured.card(shelf.show.title, text, site.url(path), cover),
        structured.series(shelf.show, site.url(path), site.feed_url(shelf), cover, text) if shelf.key else Markup(),
    )
    place.write(path, site.pages("../").show(_view(site, shelf), head).encode("utf-8", "replace"))
    if not shelf.key:
        return b""
    url = site.feed_url(shelf)
    known = replace(shelf.show, image=cover, page=site.url(path), guid=_guid(shelf.show, url))
    items = [episode.item(site, chosen) for chosen in shelf.episodes]
    written = feed.write(
        known,
        items,
        url,
        locked=not site.wish.moved_to,
        moved_to=site.wish.moved_to,
        is_listed=site.wish.is_listed,
    )
    place.write(where.show_file(shelf.name, where.FEED), written)
    return written


def front(site: Site, place: Place) -> bytes:
    """The first page, the page of searches, the one for what is not there, and the feed of all, which is given back."""
    shown = tuple(_view(site, shelf) for shelf in site.shelves)
    cards = views.newest_first([card for show in shown for card in show.episodes])
    titles = tuple(show.title for show in shown if show.id)
    search = SearchView(shows=titles if len(titles) > 1 else ())
    cover = next(filter(None, map(site.show_cover, site.shelves)), "")
    text = _about(site)
    head = _head(
        site,
        structured.feed(site.name, site.url(where.FEED)),
        structured.card(site.name, text, site.base, cover),
        structured.site(site.name, site.base, site.url(where.SEARCH) if site.bundles else ""),
    )
    pages = site.pages("")
    _page(place, where.HOME, pages.home(shown, cards[:_NEWEST], search, head))
    _page(place, where.SEARCH, pages.search(search, _head(site)))
    anywhere = site.pages(urlsplit(site.base).path)
    sentence = "What this address named was moved or taken away."
    _page(place, where.MISSING, anywhere.message("Nothing here", sentence, _head(site, is_listed=False)))
    written = _feed_of_all(site, text)
    place.write(where.FEED, written)
    return written


def sitemap(site: Site, place: Place, paths: Sequence[str]) -> None:
    """Where all pages are and when each last changed, and what robots may do."""
    lines = ["User-agent: *", "Allow: /" if site.wish.is_listed else "Disallow: /"]
    if site.wish.is_listed:
        lines += ["", f"Sitemap: {site.url(where.SITEMAP)}"]
        for path, data in _sitemaps(site, place, paths):
            place.write(path, data)
    place.write(where.ROBOTS, ("\n".join(lines) + "\n").encode())


def index(site: Site, place: Place, bundle: Bundle) -> None:
    """A search index, where one of its episodes has changed. Raises PublishError, LibraryError, ChaptersError."""
    folder = f"{where.INDEX}/{bundle.name}"
    digest = storage.digest([[each.folder.id, episode.made_of(place, each)] for each in bundle.episodes])
    if place.keep_folder(folder, digest):
        return
    for name, path in finding.build(bundle, place.temporary() / bundle.name).items():
        place.copy(f"{folder}/{name}", path)
    place.made(folder, digest)


def _view(site: Site, shelf: Shelf) -> ShowView:
    shown = shelf.show
    return ShowView(
        shelf.key,
        shown.title,
        shown.author,
        Markup(_html(shown.description)),
        sanitise.link(shown.page),
        tuple(
            views.card(each.episode, each.duration_ms, has_cover=each.folder.id in site.covers)
            for each in shelf.episodes
        ),
    )


def _head(site: Site, *more: Markup, is_listed: bool = True) -> Markup:
    parts = (
        structured.policy(audio_from=episode.audio_from(site)),
        structured.robots(is_listed=site.wish.is_listed and is_listed),
        *more,
    )
    return Markup("\n").join(part for part in parts if part)


def _page(place: Place, path: str, text: str) -> None:
    place.write(path, text.encode("utf-8", "replace"))


def _about(site: Site) -> str:
    shows = [shelf for shelf in site.shelves if shelf.key]
    if len(site.shelves) == 1 and shows and shows[0].show.description:
        return _plain(shows[0].show.description)
    titles = ", ".join(shelf.show.title for shelf in shows) or NO_SHOW
    return f"All episodes of {titles}, searchable to the second."


def _feed_of_all(site: Site, text: str) -> bytes:
    """Every episode of the site: of its one show, or of all."""
    url = site.url(where.FEED)
    if len(site.shelves) == 1:
        shelf = site.shelves[0]
        title = shelf.show.title if shelf.key else site.name
        known = replace(shelf.show, title=title, image=site.show_cover(shelf), guid=_guid(shelf.show, url))
    else:
        cover = next(filter(None, map(site.show_cover, site.shelves)), "")
        authors = {shelf.show.author for shelf in site.shelves}
        known = Show("all", site.name, description=text, image=cover, author=authors.pop() if len(authors) == 1 else "")
    items = [_of_its_show(episode.item(site, chosen)) for chosen in choosing.episodes(site.shelves)]
    return feed.write(replace(known, page=site.base), items, url, is_listed=site.wish.is_listed)


def _of_its_show(item: feed.Item) -> feed.Item:
    """An item among those of other shows: apps show its author, which says where it is from."""
    known = item.episode
    return replace(item, episode=replace(known, author=known.author or known.show))


def _guid(show: Show, url: str) -> str:
    """A show keeps the identity that it has, by its own word or by its first address, wherever its feed is."""
    return show.guid or feed.show_guid(show.feed or url)


def _sitemaps(site: Site, place: Place, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    make = ElementMaker(namespace=_SITEMAP, nsmap={None: _SITEMAP})
    rows = [make.url(make.loc(site.url(path)), make.lastmod(_moment(place, path))) for path in paths]
    portions = [rows[at : at + _MOST_ADDRESSES] for at in range(0, len(rows), _MOST_ADDRESSES)]
    if len(portions) == 1:
        yield where.SITEMAP, _xml(make.urlset(*rows))
        return
    names = [f"{where.SHOWS}/sitemap-{number}.xml" for number in range(1, len(portions) + 1)]
    for name, portion in zip(names, portions, strict=True):
        yield name, _xml(make.urlset(*portion))
    yield where.SITEMAP, _xml(make.sitemapindex(*(make.sitemap(make.loc(site.url(name))) for name in names)))


def _moment(place: Place, path: str) -> str:
    """When a page last changed: its file's time, as what stays the same is not written."""
    return datetime.fromtimestamp(place.modified_ns(path) // 10**9, UTC).isoformat().replace("+00:00", "Z")


def _xml(root: lxml.etree._Element) -> bytes:
    return bytes(lxml.etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True))


def _html(text: str) -> str:
    """A show's description as safe HTML; feeds have it as HTML or as text."""
    return sanitise.html(text) if "</" in text or "<br" in text else sanitise.text(text)


def _plain(text: str) -> str:
    """A show's description as text for cards, cut between words."""
    if not text.strip():
        return ""
    plain = " ".join(str(lxml.html.fromstring(f"<div>{_html(text)}</div>").text_content()).split())
    return plain if len(plain) <= _SUMMARY else plain[:_SUMMARY].rsplit(" ", 1)[0] + " …"
