"""A feed asked for what is new: all its pages, wherever it has moved to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from podpipe import addresses
from podpipe.errors import FetchError, PodpipeError, SourceError
from podpipe.models import Show
from podpipe.sources import Candidate, feed, page
from podpipe.sources.feed import Feed

if TYPE_CHECKING:
    from podpipe.net import Client, Page

IsNews = Callable[[Feed], bool]
"""Whether a page of a feed tells anything new, so that the one after it is worth reading."""

MAX_PAGES = 1000
"""Of one feed (RFC 5005)."""

MAX_EPISODES = 500_000

_MAX_MOVES = 5
"""From feed to feed by ``itunes:new-feed-url``."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A feed as it is now. ``url`` is where it is to be asked from now on, with user and password.

    ``is_whole`` is False where not all of it could be read; ``silent`` counts items with nothing to listen to.
    """

    url: str
    show: Show
    candidates: tuple[Candidate, ...]
    validators: Mapping[str, str]
    is_whole: bool = True
    silent: int = 0
    remarks: tuple[str, ...] = ()


def check(
    client: Client,
    url: str,
    validators: Mapping[str, str] | None = None,
    *,
    is_news: IsNews = lambda page: True,
) -> Checked | None:
    """Read a feed; None where it has not changed since ``validators``.

    Further pages are read as long as ``is_news`` says that the last one told anything new. A web page leads to the
    feed that it names. A feed that has moved for good is followed, if there is a feed where it says it is.

    Raises:
        FetchError: the feed can't be had.
        SourceError: it is no feed.
    """
    document = client.page_if_changed(url, validators or {})
    return None if document is None else read_all(client, document, url, is_news=is_news)


def read_all(client: Client, document: Page, url: str, *, is_news: IsNews = lambda page: True) -> Checked:
    """The same for a feed, or a page that names one, that was fetched from ``url`` already."""
    found, document, url = _as_feed(client, document, url)
    remarks: list[str] = []
    found, document, url = _where_it_moved(client, found, document, url, remarks)
    candidates, silent, is_whole = list(found.candidates), found.silent, found.is_whole
    if not is_whole:
        remarks.append("the feed ends in the middle; what is whole of it was read")
    try:
        for further in _pages(client, found, url, is_news):
            candidates += further.candidates
            silent += further.silent
            is_whole = is_whole and further.is_whole
    except (FetchError, SourceError) as error:
        is_whole = False
        remarks.append(f"older episodes could not be read: {error}")
    show = replace(found.show, feed=url)
    authorised = (_authorised(candidate, url) for candidate in _each_once(candidates))
    kept = tuple(replace(candidate, show=show) for candidate in authorised)
    return Checked(url, show, kept, document.validators, is_whole, silent, tuple(remarks))


def _as_feed(client: Client, document: Page, url: str) -> tuple[Feed, Page, str]:
    """The feed that an address gives, itself or through a page that names one; and where it lives from now on."""
    if not feed.is_feed(document.data):
        try:
            found = page.read(document)
        except SourceError as error:
            raise SourceError(f"{addresses.mask(url)} is neither a feed nor a page that names one") from error
        if not isinstance(found, str):
            raise SourceError(f"{addresses.mask(url)} is the page of one episode; podpipe ingest takes it")
        url = found
        document = client.page(url)
    return feed.read(document), document, addresses.with_user(document.moved, url) or url


def _where_it_moved(
    client: Client, found: Feed, document: Page, url: str, remarks: list[str]
) -> tuple[Feed, Page, str]:
    """The feed that a feed says it is now; itself where that is none, or leads in a circle."""
    original = found, document, url
    seen = {url, document.url}
    for _ in range(_MAX_MOVES):
        target = found.moved_to
        if not target or target in (url, document.url):
            return found, document, url
        if target in seen:
            break
        try:
            there = client.page(target)
            moved = feed.read(there)
        except PodpipeError as error:
            remarks.append(f"the feed says that it has moved, but it is not there: {error}")
            return found, document, url
        if not moved.candidates and found.candidates:
            remarks.append(f"the feed says that it has moved to {addresses.mask(target)}, but no episodes are there")
            return found, document, url
        found, document, url = moved, there, there.moved or target
        seen |= {target, url, document.url}
    return original


def _pages(client: Client, first: Feed, url: str, is_news: IsNews) -> Iterator[Feed]:
    """The further pages of a feed (RFC 5005, sections 3 and 4), each once, as long as they tell anything new."""
    seen, current, count = {url}, first, len(first.candidates)
    for _ in range(MAX_PAGES):
        target = addresses.with_user(current.next_page, url)
        if not target or target in seen or count >= MAX_EPISODES or not is_news(current):
            return
        seen.add(target)
        current = feed.read(client.page(target))
        count += len(current.candidates)
        yield current


def _each_once(candidates: list[Candidate]) -> list[Candidate]:
    """Pages may overlap when an episode is published while they are read: what came first counts."""
    return list({candidate.episode.guid: candidate for candidate in reversed(candidates)}.values())[::-1]


def _authorised(candidate: Candidate, url: str) -> Candidate:
    """An episode whose audio is on the host of a feed with user and password is fetched with these."""
    enclosure = candidate.episode.enclosure
    address = addresses.with_user(enclosure, url)
    return candidate if address == enclosure else replace(candidate, address=address)


def secretive(candidate: Candidate) -> Candidate:
    """An episode of a private feed: what is kept of its enclosure has no secrets, and the address to fetch it has."""
    enclosure = candidate.episode.enclosure
    public = addresses.without_secrets(enclosure)
    if public == enclosure:
        return candidate
    guid = candidate.episode.guid.replace(enclosure, public)
    episode = replace(candidate.episode, enclosure=public, guid=guid)
    return replace(candidate, episode=episode, address=candidate.address or enclosure)
