"""Shows subscribed to, and their feeds asked for what is new; what they say is kept in the registry."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from podpipe import addresses, fetching, storage
from podpipe.chapters import facts
from podpipe.errors import FetchError, PodpipeError
from podpipe.library import COVERS
from podpipe.shows import Options, Subscription, news
from podpipe.shows.news import News
from podpipe.shows.registry import Registry
from podpipe.sources import Candidate, checking, is_url
from podpipe.sources.checking import Checked
from podpipe.sources.identity import show_id

if TYPE_CHECKING:
    from podpipe.net import Client
    from podpipe.sources.feed import Feed

_FEEDS_AT_ONCE = 8
_KEPT_TOGETHER = 100
"""Feeds that have not changed are noted so many at a time: each flush to the disk costs more than asking one."""

_HOUR = 3600.0
_WAITS_S = (_HOUR / 4, _HOUR, 4 * _HOUR, 12 * _HOUR, 24 * _HOUR, 48 * _HOUR, 7 * 24 * _HOUR)
"""Until the next try after so many failures in a row, the last one for all further."""

_SCHEMES = ("feed://", "itpc://", "pcast://", "podcast://", "rss://")
"""Of links that open a podcast app in place of a browser."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of asking a feed. ``error`` is '' where that went well."""

    subscription: Subscription
    news: News = field(default_factory=News)
    is_new: bool = False
    """Whether the show was not followed before."""
    silent: int = 0
    remarks: tuple[str, ...] = ()
    error: str = ""


def backoff_s(attempts: int) -> float:
    """Seconds until the next try after ``attempts`` failures in a row: longer each time, and never all at once."""
    return _WAITS_S[min(attempts, len(_WAITS_S)) - 1] * random.uniform(0.9, 1.1)


def address_of(text: str) -> str:
    """A feed's address as people paste it: with a podcast app's scheme, or with none."""
    text = text.strip()
    for scheme in _SCHEMES:
        if text.lower().startswith(scheme):
            rest = text[len(scheme) :]
            return rest if rest.lower().startswith(("http://", "https://")) else f"https://{rest}"
    for scheme in ("feed:", "itpc:", "pcast:"):
        if text.lower().startswith(f"{scheme}http"):
            return text[len(scheme) :]
    return text


def subscribe(
    registry: Registry, client: Client, url: str, options: Options | None = None, *, private: bool = False
) -> Result:
    """Follow the show whose feed, or page, is at ``url``; what it offers is noted, and nothing downloaded yet.

    One that is followed already stays as it is, but for ``options`` that are given.

    Raises:
        FetchError, SourceError: the feed can't be had or is none.
    """
    url = address_of(url)
    checked = checking.check(client, url)
    assert checked is not None  # nothing was given that it could be unchanged from
    known = registry.known(url) or registry.known(checked.url, checked.show.guid, checked.show.title)
    subscription = known or Subscription(show_id(checked.show.title, checked.show.guid or url), url, "")
    subscription = replace(
        subscription,
        feed=checked.url,
        is_followed=True,
        is_private=subscription.is_private or private or addresses.has_secret(checked.url),
        is_typed=client.is_nearby(url) and addresses.host(url) == addresses.host(checked.url),
        options=options or subscription.options,
    )
    result = _keep(registry, client, subscription, checked, time.time())
    return replace(result, is_new=known is None or not known.is_followed)


def subscribe_all(
    registry: Registry,
    client: Client,
    feeds: Sequence[tuple[str, str]],
    options: Options | None = None,
    *,
    private: bool = False,
) -> Iterator[Result]:
    """Follow many shows, by address and title; results as they come.

    A feed that can't be read is followed all the same, and asked again with the next update. The user has not typed
    these addresses: none of them may be in a private network.
    """
    fresh: list[Subscription] = []
    for url, title in feeds:
        known = registry.known(url)
        if known is not None and known.is_followed:
            yield Result(known)
            continue
        title = title or addresses.origin(url)
        is_private = private or addresses.has_secret(url)
        subscription = known or Subscription(show_id(title, url), url, title, is_private=is_private)
        fresh.append(replace(subscription, is_followed=True, options=options or Options()))
        registry.save(fresh[-1])
    for result in check_all(registry, client, fresh):
        yield replace(result, is_new=result.subscription.id in {show.id for show in fresh})


def check_all(
    registry: Registry, client: Client, subscriptions: Sequence[Subscription], *, now: float | None = None
) -> Iterator[Result]:
    """Ask feeds, several at a time; results as they come. A feed that fails is asked again later, and later."""
    now = time.time() if now is None else now
    rest = iter(subscriptions)
    pool = ThreadPoolExecutor(_FEEDS_AT_ONCE, thread_name_prefix="feed")
    running: dict[Future[Checked | None], Subscription] = {}
    unchanged: list[Subscription] = []
    try:
        while True:
            for subscription in islice(rest, _FEEDS_AT_ONCE - len(running)):
                running[pool.submit(_check, registry, client, subscription)] = subscription
            if not running:
                return
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                subscription = running.pop(future)
                if future.exception() is None and future.result() is None:
                    unchanged.append(replace(subscription, checked=now, next_check=None, attempts=0, error=""))
                    yield Result(unchanged[-1])
                else:
                    yield _result(registry, client, subscription, future, now)
            if len(unchanged) >= _KEPT_TOGETHER:
                registry.save(*unchanged)
                unchanged.clear()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        registry.save(*unchanged)


def _check(registry: Registry, client: Client, subscription: Subscription) -> Checked | None:
    """A feed as it is now. Its further pages are read the first time, and then as long as they tell anything new."""

    def is_news(page: Feed) -> bool:
        if not subscription.is_complete:
            return True
        found = news.read(subscription.id, page.candidates, registry.entries(subscription.id), Options(), 0)
        return bool(found.new or found.changed)

    return checking.check(client, subscription.feed, subscription.validators, is_news=is_news)


def _result(
    registry: Registry, client: Client, subscription: Subscription, future: Future[Checked | None], now: float
) -> Result:
    try:
        checked = future.result()
        assert checked is not None
        return _keep(registry, client, subscription, checked, now)
    except Exception as error:  # whatever one feed does, the others are asked
        said = str(error) if isinstance(error, PodpipeError) else f"podpipe went wrong: {type(error).__name__}: {error}"
        attempts = subscription.attempts + 1
        failed = replace(
            subscription,
            attempts=attempts,
            next_check=now + max(backoff_s(attempts), getattr(error, "retry_after_s", None) or 0),
            error=_said(said, private=subscription.is_private),
        )
        registry.save(failed)
        return Result(failed, error=failed.error)


def _keep(registry: Registry, client: Client, subscription: Subscription, checked: Checked, now: float) -> Result:
    """Enter what a feed says: its episodes first, so that a crash in between only makes it be read once more.

    A show that turns out to be one that is followed under another address is followed once.
    """
    other = registry.known(checked.url, checked.show.guid, checked.show.title)
    if subscription.checked is None and other is not None and other.id != subscription.id:
        registry.forget(subscription.id)
        return Result(other)
    private = subscription.is_private or addresses.has_secret(checked.url)
    candidates = tuple(map(checking.secretive, checked.candidates)) if private else checked.candidates
    known = registry.entries(subscription.id)
    if not subscription.is_followed:  # ingested once: what is new is not wanted
        candidates = tuple(candidate for _, candidate in news.matched(candidates, known))
    found = news.read(
        subscription.id,
        candidates,
        known,
        subscription.options,
        now,
        is_first=subscription.checked is None,
        is_taken=registry.is_taken,
    )
    registry.put(found.changes)
    registry.describe(replace(checked.show, id=subscription.id), private=private)
    remarks = [*checked.remarks, *_cover(registry.folder(subscription.id), client, checked.show.image)]
    kept = replace(
        subscription,
        feed=checked.url,
        title=checked.show.title,
        guid=checked.show.guid or subscription.guid,
        is_private=private,
        is_typed=subscription.is_typed and addresses.host(checked.url) == addresses.host(subscription.feed),
        validators=dict(checked.validators) if checked.is_whole else {},
        is_complete=subscription.is_complete or checked.is_whole,
        checked=now,
        next_check=None,
        attempts=0,
        error="",
    )
    registry.save(kept)
    said = tuple(_said(remark, private=private) for remark in remarks)
    return Result(kept, found, silent=checked.silent, remarks=said)


def _cover(folder: Path, client: Client, url: str) -> Iterator[str]:
    """The picture that a feed names → ``cover.jpg`` or ``.png``, if none is there; a remark where it can't be had."""
    if not is_url(url) or any((folder / name).exists() for name in COVERS.values()):
        return
    try:
        data = fetching.image(client, url, folder / "arriving")
    except FetchError as error:
        yield f"the cover could not be had: {error}"
        return
    kind = facts.image_type(data)
    if kind:
        storage.write_bytes(folder / COVERS[kind], data)
    else:
        yield f"the cover at {addresses.mask(url)} is neither JPEG nor PNG"


def adopt(registry: Registry, client: Client, candidates: Sequence[Candidate]) -> tuple[list[Candidate], int]:
    """Note episodes of a feed that is ingested once; gives them as they are known here, and how many are left out.

    Left out is what the user has removed. What was skipped before is wanted now.
    """
    show = candidates[0].show
    assert show is not None
    known = registry.known(show.feed, show.guid, show.title)
    private = addresses.has_secret(show.feed)
    subscription = known or Subscription(
        show.id,
        show.feed,
        show.title,
        show.guid,
        is_followed=False,
        is_private=private,
        is_typed=client.is_nearby(show.feed),
    )
    if known is None:
        registry.save(subscription)
    if subscription.is_private:
        candidates = [checking.secretive(candidate) for candidate in candidates]
    registry.describe(replace(show, id=subscription.id), private=subscription.is_private)
    now = time.time()
    entries = registry.entries(subscription.id)
    found = news.read(subscription.id, candidates, entries, Options(), now, is_taken=registry.is_taken)
    registry.put(found.changes)
    wanted: list[Candidate] = []
    for entry, candidate in news.matched(candidates, registry.entries(subscription.id)):
        if entry.state == "skipped":
            registry.put([(replace(entry, state="waiting", since=now), candidate)])
        if entry.state != "removed":
            wanted.append(candidate)
    return wanted, len(candidates) - len(wanted)


def _said(text: str, *, private: bool) -> str:
    return addresses.only_hosts(text) if private else text
