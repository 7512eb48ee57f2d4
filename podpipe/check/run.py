"""From a target to its reports: which files it names, what each is, which rules look at it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from podpipe import addresses
from podpipe.check import episodes, feeds, gather
from podpipe.check.facts import Feed
from podpipe.check.model import RULES, SEVERITIES, Report
from podpipe.check.reports import WANTED, beside, length_of, of_document, of_feed, of_file, of_sound, unreadable
from podpipe.errors import LibraryError, PodpipeError, SourceError
from podpipe.library import EPISODE, EpisodeFolder, Library
from podpipe.sources import is_url, media
from podpipe.sources.feed import is_feed

if TYPE_CHECKING:
    from podpipe.net import Client

_MOST_COVER_BYTES = 50_000_000
_PASSES = 4
"""Of mending: a chapter that is moved to 0 may overlap the next."""


@dataclass(frozen=True, slots=True)
class Options:
    """``select`` and ``ignore`` are codes or how they begin; ``listen``: measure the sound (slower)."""

    listen: bool = True
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def wants(self, code: str) -> bool:
        """Whether a rule is to be heard."""
        chosen = not self.select or any(code.startswith(start) for start in self.select)
        return chosen and not any(code.startswith(start) for start in self.ignore)

    @property
    def measures(self) -> bool:
        """Whether it is worth listening: a rule on sound is wanted."""
        return self.listen and any(self.wants(code) for code in RULES if code.startswith("A"))


def check(target: str, library: Library, options: Options) -> tuple[Report, ...]:
    """Check what a target names: a file, a folder, an address, or an episode of the library.

    Raises:
        SourceError, LibraryError, FetchError: the target names nothing, or nothing that can be checked.
    """
    return tuple(_chosen(report, options) for report in _reports(target, library, options))


def paths(target: str, library: Library) -> tuple[Path, ...]:
    """The files that a target names, as far as they are on this disk. Raises SourceError, LibraryError."""
    if is_url(target):
        return ()
    path = Path(target).expanduser()
    if path.is_dir():
        return episodes.mendable(path) if (path / EPISODE).is_file() else _in_folder(path)
    if path.exists():
        return (path,)
    return episodes.mendable(_episode(target, library).path)


def mend(path: Path, options: Options) -> tuple[tuple[str, ...], Report]:
    """Mend what can be mended safely; what was mended (codes), and what a second look finds.

    The file is replaced as a whole or not at all; the sound stays as it is, bit for bit.

    Raises:
        PodpipeError: the file can't be read or written.
    """
    from podpipe.check.mending import mended

    options = replace(options, listen=False)  # nothing that is heard can be mended
    length = length_of(beside(path))
    report = _chosen(of_file(path, options.measures, length), options)
    tried: set[str] = set()
    for _ in range(_PASSES):
        wanted = frozenset(finding.code for finding in report.findings if finding.fixable)
        if not wanted or not mended(path, report.kind, wanted, length):
            break
        tried |= wanted
        report = _chosen(of_file(path, options.measures, length), options)
    return tuple(sorted(tried - {finding.code for finding in report.findings})), report


def _chosen(report: Report, options: Options) -> Report:
    findings = [finding for finding in report.findings if options.wants(finding.code)]
    findings.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    return replace(report, findings=tuple(findings))


def _reports(target: str, library: Library, options: Options) -> Iterator[Report]:
    if is_url(target):
        yield from _address(target, library, options)
        return
    path = Path(target).expanduser()
    if path.is_dir() and (path / EPISODE).is_file():
        yield from episodes.reports(EpisodeFolder(path), options.measures)
    elif path.is_dir():
        for file in _in_folder(path):
            yield of_file(file, options.measures, None)
    elif path.exists():
        audio = beside(path)
        length = length_of(audio)
        report = of_file(path, options.measures, length)
        against = {"against": audio.name} if audio and length and report.kind in ("chapters", "transcript") else {}
        yield replace(report, facts={**report.facts, **against})
    else:
        yield from episodes.reports(_episode(target, library), options.measures)


def _episode(target: str, library: Library) -> EpisodeFolder:
    try:
        return library.find(target)
    except LibraryError as error:
        if "/" in target or PurePosixPath(target).suffix:
            raise SourceError(f"{target} does not exist; give {WANTED}, an episode's id, or an address") from error
        raise


def _in_folder(path: Path) -> tuple[Path, ...]:
    found = sorted(file for file in path.iterdir() if file.is_file() and file.suffix.lower() in media.SUFFIXES)
    if not found:
        raise SourceError(f"{path} holds no audio files; give {WANTED}, or a folder of audio")
    return tuple(found)


def _address(url: str, library: Library, options: Options) -> Iterator[Report]:
    from podpipe import config
    from podpipe.net import Client, mask

    with Client([url], config=config.load(library.root)) as client:
        page = client.page(url)
        if media.is_audio(page):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "episode"
                client.download(url, path)
                try:
                    yield of_sound(path, mask(url), gather.sound(path, listen=options.measures))
                except PodpipeError as error:
                    yield unreadable(mask(url), "audio", str(error).replace(str(path), "it"))
            return
        feed = feeds.read(page.data) if is_feed(page.data) else None
        if feed is None:
            yield of_document(mask(url), PurePosixPath(addresses.path(url)).name, page.data, None)
            return
        yield of_feed(mask(url), _with_cover(feed, client, options))


def _with_cover(feed: Feed, client: Client, options: Options) -> Feed:
    """The feed with its cover looked at, where that can be fetched."""
    if not feed.image or not is_url(feed.image) or not (options.wants("F37") or options.wants("F38")):
        return feed

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cover"
        try:
            client.download(feed.image, path, limit=_MOST_COVER_BYTES)
            return replace(feed, cover=gather.image("the cover", path.read_bytes(), ""))
        except PodpipeError:
            return feed
