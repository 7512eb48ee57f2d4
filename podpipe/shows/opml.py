"""Lists of subscriptions as podcast apps exchange them: OPML 2.0 (http://opml.org/spec2.opml)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from podpipe.addresses import mask
from podpipe.errors import SourceError
from podpipe.shows import Subscription
from podpipe.shows.following import address_of
from podpipe.sources import is_url, xml
from podpipe.sources.identity import line

if TYPE_CHECKING:
    from podpipe.net import Client


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed in a list: its address, and its title, '' where there is none."""

    feed: str
    title: str = ""


def is_opml(data: bytes) -> bool:
    """Whether a document is OPML, by its first tags."""
    return b"<opml" in data[:5000].lower().replace(b"\0", b"")


def from_source(client: Client, source: str) -> tuple[Outline, ...] | None:
    """The feeds of a list that is a file or at an address; None where the source is an address of something else.

    Raises:
        SourceError: it is a file and lists no feeds, or there is no such file.
        FetchError: it can't be had.
    """
    if not is_url(address_of(source)):
        path = Path(source).expanduser()
        try:
            return read(path.read_bytes(), source)
        except OSError as error:
            raise SourceError(
                f"{source} is neither an address with https:// nor a file that can be read ({error.strerror})"
            ) from error
    if not source.lower().partition("?")[0].endswith((".opml", ".xml")):
        return None
    page = client.page(address_of(source))
    return read(page.data, mask(source)) if is_opml(page.data) else None


def read(data: bytes, name: str) -> tuple[Outline, ...]:
    """The feeds of a list, each once, however deep in folders they are; ``name`` says where it is from.

    Raises:
        SourceError: it is no OPML, or lists no feeds.
    """
    document = xml.parse(data)
    found: dict[str, Outline] = {}
    for node in document.root.within("outline") if document else ():
        feed = address_of(node.get("xmlUrl", "xmlurl", "xmlURL") or (node.get("url") if _is_feed(node) else ""))
        if feed.startswith(("http://", "https://")):
            found.setdefault(feed.rstrip("/"), Outline(feed, line(node.get("title", "text"))))
    if not found:
        raise SourceError(f"{name} lists no feeds; an OPML file of subscriptions has outlines with xmlUrl")
    return tuple(found.values())


def write(subscriptions: Iterable[Subscription], *, now: datetime | None = None) -> bytes:
    """A list of subscriptions, with the addresses as they are asked, secrets included."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<opml version="2.0">',
        f"<head><title>podpipe</title><dateCreated>{format_datetime(now or datetime.now(UTC))}</dateCreated></head>",
        "<body>",
    ]
    for subscription in subscriptions:
        title, feed = _quoted(subscription.title), _quoted(subscription.feed)
        lines.append(f'  <outline type="rss" text={title} title={title} xmlUrl={feed}/>')
    return "\n".join([*lines, "</body>", "</opml>", ""]).encode("utf-8", "replace")


def public(subscriptions: Sequence[Subscription]) -> list[Subscription]:
    """Those whose addresses are for everybody."""
    return [subscription for subscription in subscriptions if not subscription.is_private]


def _is_feed(node: xml.Element) -> bool:
    return node.get("type").lower() in ("rss", "atom", "podcast")


def _quoted(text: str) -> str:
    return quoteattr(xml.NO_XML.sub("", text))
