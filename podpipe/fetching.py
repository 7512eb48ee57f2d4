"""The enclosure and the publisher's chapters and transcript, brought into the episode's folder."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from podpipe import addresses, audio, library, storage
from podpipe.chapters import facts
from podpipe.errors import AudioError, ChaptersError, FetchError, SourceError, TranscriptError
from podpipe.models import Chapter, Chapters, Episode, Resource
from podpipe.net import mask
from podpipe.sources import is_url
from podpipe.work import Made, Work

if TYPE_CHECKING:
    from podpipe.config import Limits
    from podpipe.net import Client
    from podpipe.sources import Candidate
    from podpipe.transcripts import PublishedTranscript

_ARRIVING = "arriving"
"""The audio's name until it is known what it is."""

_TRANSCRIPTS_TRIED = 3


def fetch(work: Work, client: Client, candidate: Candidate) -> None:
    """The enclosure → ``original.<ext>``; chapters that the publisher made → ``published-chapters.json``.

    A local file is copied again when its size or time has changed. A URL is asked whether it has
    changed (conditional request, RFC 9110 section 13), except for the items of a feed, where the
    enclosure's address and length tell: one that has another address is downloaded again only if the
    audio there is another.

    Raises:
        SourceError, FetchError, AudioError, LibraryError: the audio could not be had; nothing of it stays.
    """
    source = candidate.episode.enclosure
    remote = is_url(source)
    state = candidate.length if remote else _state_of(Path(source))
    inputs = [source, state, candidate.episode.chapters, candidate.chapters]
    entry = work.ledger.entry("fetch")
    known = dict(entry.facts) if entry else {}

    def action() -> Made | None:
        arriving = work.folder.path / _ARRIVING
        if remote:
            there = bool(entry) and "fetch" not in work.force and _has_audio(work)
            if there and candidate.from_feed and _is_same(work, client, candidate, known):
                kept = work.folder.original().name
                return Made(_published(work, client, candidate), [kept], {**known, **_told(candidate)})
            validators = known if there and not candidate.from_feed else {}
            facts = _download(work, client, candidate.address or source, arriving, validators)
            if facts is None:
                return None
            facts |= _told(candidate)
        else:
            facts = {}
            with storage.replacing(arriving) as temporary:
                shutil.copyfile(source, temporary)
        name = _settle(work, arriving, source, client.config.limits)
        files = _published(work, client, candidate)
        return Made(files, [name], facts)

    ask = remote and bool(known) and not candidate.from_feed
    work.stage("fetch", inputs, [], action, recheck=ask)


def _told(candidate: Candidate) -> dict[str, str]:
    """What a feed says of the audio, to compare with what it says the next time."""
    if not candidate.from_feed:
        return {}
    return {"file": storage.digest(addresses.file_key(candidate.episode.enclosure))[:16], "length": candidate.length}


def _is_same(work: Work, client: Client, candidate: Candidate, known: dict[str, str]) -> bool:
    """Whether the audio that is here is still what a feed's item offers: as the feed says, or as the server does."""
    told = _told(candidate)
    if told["length"] not in ("", "0") and told.items() <= known.items():
        return True
    return client.is_same(candidate.address or candidate.episode.enclosure, work.folder.original(), known)


def fetch_transcript(work: Work, client: Client, candidate: Candidate) -> None:
    """The best of the transcripts that the publisher offers → ``published-transcript.*``, as it came.

    Where none can be had, that is a remark; one that could not be fetched is asked for again the next time.
    """
    offered = candidate.episode.transcripts
    if not offered:
        return
    states = [None if is_url(resource.url) else _state_of(Path(resource.url)) for resource in offered]

    def action() -> Made | None:
        failures: list[FetchError | TranscriptError] = []
        for resource in _best_first(candidate.episode)[:_TRANSCRIPTS_TRIED]:
            try:
                data, found = _transcript(client, resource)
            except (FetchError, TranscriptError) as error:
                failures.append(error)
                continue
            name = f"{library.PUBLISHED_TRANSCRIPT}.{found.format}"
            _forget_transcripts(work, name)
            return Made({name: data})
        work.remarks.append(f"the publisher's transcript could not be had: {failures[0]}")
        return None if any(isinstance(failure, FetchError) for failure in failures) else Made()

    work.stage("published", [offered, *states], [], action)


def _best_first(episode: Episode) -> list[Resource]:
    """Transcripts in the language of the episode first, and of these the formats that tell the most."""
    from podpipe import transcripts

    language = episode.language.partition("-")[0].casefold()
    kinds = [transcripts.format_of_type(resource.type, resource.url) for resource in episode.transcripts]
    ordered = [episode.transcripts[number] for number in transcripts.best_first(kinds)]
    return sorted(ordered, key=lambda resource: resource.language.partition("-")[0].casefold() not in (language, ""))


def _transcript(client: Client, resource: Resource) -> tuple[bytes, PublishedTranscript]:
    from podpipe import transcripts

    declared = transcripts.format_of_type(resource.type, resource.url)
    if not is_url(resource.url):
        path = Path(resource.url)
        with storage.explained(path):
            data = path.read_bytes()
        return data, transcripts.read(data, str(path), declared=declared)
    page = client.page(resource.url)
    declared = declared or transcripts.format_of_type(page.media_type)
    return page.data, transcripts.read(page.data, mask(resource.url), charset=page.charset, declared=declared)


def _forget_transcripts(work: Work, name: str) -> None:
    """Remove what was fetched before in another format, unless a person has edited it."""
    for path in work.folder.path.glob(f"{library.PUBLISHED_TRANSCRIPT}.*"):
        if path.name != name and not work.ledger.is_edited(path.name):
            path.unlink()


def cover(work: Work, client: Client) -> None:
    """The picture that the episode names → ``cover.jpg`` or ``cover.png``; where it can't be had, a remark says so.

    Raises:
        LibraryError: the disk is full, or the folder can't be written.
    """
    url = work.episode.image
    if not is_url(url):
        return

    def action() -> Made:
        try:
            data = image(client, url, work.folder.path / _ARRIVING)
        except FetchError as error:
            work.remarks.append(f"the cover could not be had: {error}")
            return Made()
        kind = facts.image_type(data)
        if not kind:
            work.remarks.append(f"the cover at {url} is neither JPEG nor PNG")
            return Made()
        return Made({library.COVERS[kind]: data})

    work.stage("cover", [url], [], action)


def image(client: Client, url: str, arriving: Path) -> bytes:
    """The bytes of a picture, by way of a file that does not stay. Raises FetchError, LibraryError."""
    try:
        client.download(url, arriving, limit=client.config.limits.cover_mb * 1_000_000)
        with storage.explained(arriving):
            return arriving.read_bytes()
    finally:
        for name in (arriving.name, f"{arriving.name}.part", f"{arriving.name}.part.json"):
            arriving.with_name(name).unlink(missing_ok=True)


def _state_of(path: Path) -> str:
    try:
        stat = path.stat()
    except OSError as error:
        raise SourceError(f"{path} can't be read: {error.strerror}; check the path") from error
    return f"{stat.st_size} {stat.st_mtime_ns}"


def _has_audio(work: Work) -> bool:
    return any(work.folder.path.glob("original.*"))


def _download(work: Work, client: Client, url: str, arriving: Path, known: dict[str, str]) -> dict[str, str] | None:
    done = client.download(
        url, arriving, validators=known, on_progress=lambda done, total: work.progress("fetch", done, total)
    )
    return None if done is None else done.validators


def _settle(work: Work, arriving: Path, source: str, limits: Limits) -> str:
    """See that what arrived is audio of a length that we take, and give it its name."""
    try:
        info = audio.probe(arriving)
        limits.check_length(info.duration_ms, source)
        next(iter(audio.decode(arriving)))
    except (AudioError, StopIteration) as error:
        arriving.unlink()
        raise AudioError(str(error).replace(str(arriving), source)) from error
    name = f"original.{audio.ENDINGS[info.format]}"
    with storage.explained(arriving):
        arriving.replace(work.folder.path / name)
        for old in work.folder.path.glob("original.*"):
            if old.name != name:
                old.unlink()
    return name


def _published(work: Work, client: Client, candidate: Candidate) -> dict[str, bytes]:
    """The chapters that the feed offers: those that it links to, or those within it."""
    from podpipe.chapters import json
    from podpipe.chapters.published import Offer, choose

    def absolute(base: str, address: str) -> str:
        return address and addresses.joined(base, address)

    def linked() -> Sequence[Chapter]:
        if candidate.episode.chapters is None:
            return ()
        url = candidate.episode.chapters.url
        try:
            page = client.page(url)
            found = json.decode(page.data, url).chapters
        except (FetchError, ChaptersError) as error:
            work.remarks.append(f"the publisher's chapters could not be had: {error}")
            return ()
        return [
            replace(
                c,
                url=c.url and addresses.joined(page.url, c.url),
                image=c.image and addresses.joined(page.url, c.image),
            )
            for c in found
        ]

    offers = [
        Offer("the chapters that the feed links to", linked),
        Offer("the chapters within the feed", lambda: candidate.chapters),
    ]
    found, remarks = choose(offers, None)
    work.remarks += remarks
    if found:
        return {library.PUBLISHED: json.encode(Chapters(found))}
    (work.folder.path / library.PUBLISHED).unlink(missing_ok=True)
    return {}
