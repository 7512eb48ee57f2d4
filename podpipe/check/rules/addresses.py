"""What several rules on feeds need to know of addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from podpipe.addresses import path
from podpipe.check.facts import Feed, Item

CHANNEL = "the channel"


def sounds(item: Item) -> Iterator[tuple[str, str]]:
    """Address and type of an item's enclosures that have an address."""
    return ((e.url.strip(), e.type or "") for e in item.enclosures if e.url and e.url.strip())


def addresses(feed: Feed) -> Iterator[tuple[str, str, str]]:
    """Where, what and address of every link to a file or page."""
    for what, address in (("its link", feed.link), ("its image", feed.image), ("atom:link self", feed.self_link)):
        if address:
            yield CHANNEL, what, address
    for item in feed.items:
        yield from ((item.name, "its enclosure", address) for address, _ in sounds(item))
        if item.image:
            yield item.name, "its image", item.image
        yield from ((item.name, "podcast:chapters", link.url) for link in item.chapters if link.url)
        yield from ((item.name, "podcast:transcript", link.url) for link in item.transcripts if link.url)


def ending(address: str) -> str:
    """The ending of an address's path, in small letters; empty where it has none."""
    name = PurePosixPath(path(address.strip())).suffix
    return name.lower().lstrip(".") if re.fullmatch(r"\.\w{2,5}", name) else ""


def short(address: str) -> str:
    """An address as it may be shown."""
    from podpipe.net import mask

    masked = mask(address)
    return masked if len(masked) <= 100 else masked[:99] + "…"
