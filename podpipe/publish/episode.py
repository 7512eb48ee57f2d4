"""What a site has of one episode: its page, its sound, its chapters and transcripts, and its item in the feed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
from markupsafe import Markup

from podpipe import library, sanitise, storage, transcripts
from podpipe.chapters import json as chapters_json
from podpipe.models import Chapter, Chapters, Notes
from podpipe.pages import material, views
from podpipe.pages.views import EpisodeView
from podpipe.publish import structured, where
from podpipe.publish.choosing import Chosen, Shelf
from podpipe.publish.feed import Item
from podpipe.publish.place import Place
from podpipe.publish.site import AUDIO, Site
from podpipe.transcripts.telling import Telling

FORMS = tuple(transcripts.MEDIA_TYPES)
"""In which a transcript is offered."""

_KEPT = ("vtt", "srt", "txt")
_INPUTS = (
    library.EPISODE,
    library.TRANSCRIPT,
    library.CHAPTERS,
    library.SOUNDBITES,
    library.LOUDNESS,
    library.TAGGED,
    *(f"transcript.{form}" for form in _KEPT),
    *library.NOTES.values(),
    *library.COVERS.values(),
)
_UP = "../"


Files = tuple[tuple[str, bytes], ...]
"""Paths and contents, in the order in which they are to be written."""


def keep(site: Site, place: Place, chosen: Chosen, shelf: Shelf) -> bool:
    """Leave an episode's files as they are, where all are right already."""
    return place.keep(_part(chosen), _digest(site, chosen, shelf), _paths(site, chosen))


def make(site: Site, chosen: Chosen, shelf: Shelf) -> Files:
    """An episode's files that are made and not copied. Raises LibraryError, ChaptersError."""
    return tuple(_made(site, chosen, shelf))


def put(site: Site, place: Place, chosen: Chosen, shelf: Shelf, made: Files) -> None:
    """Write an episode's files; the page last, when all it needs is there. Raises LibraryError, PublishError."""
    for path, source in _copies(site, chosen):
        place.copy(path, source, hard_link=site.wish.hard_links and source == chosen.folder.tagged)
    for path, data in made:
        place.write(path, data)
    place.made(_part(chosen), _digest(site, chosen, shelf))


def made_of(place: Place, chosen: Chosen) -> str:
    """What an episode's files were made of in this run: a digest."""
    return place.is_of(_part(chosen))


def _part(chosen: Chosen) -> str:
    return f"episode {chosen.folder.id}"


def item(site: Site, chosen: Chosen) -> Item:
    """An episode in a feed. Raises LibraryError, ChaptersError."""
    identity, notes = chosen.folder.id, chosen.folder.notes()
    cover = site.covers.get(identity, "")
    return Item(
        chosen.episode,
        site.sounds[identity],
        chosen.duration_ms,
        _safe(notes, chosen.episode.page),
        site.chapters(chosen, chosen.chapters),
        site.url(where.beside(identity, library.CHAPTERS)),
        {form: site.url(where.beside(identity, f"transcript.{form}")) for form in FORMS},
        chosen.language,
        site.url(where.page(identity)),
        site.url(cover) if cover else "",
        chosen.soundbites,
    )


def _paths(site: Site, chosen: Chosen) -> Iterator[str]:
    """All that a site has of an episode."""
    identity = chosen.folder.id
    yield from (path for path, _ in _copies(site, chosen))
    yield from (where.beside(identity, f"transcript.{form}") for form in FORMS)
    yield from (where.beside(identity, name) for name in (library.CHAPTERS, "words.json", "embed.html", "oembed.json"))
    yield where.page(identity)


def _copies(site: Site, chosen: Chosen) -> Iterator[tuple[str, Path]]:
    identity, folder = chosen.folder.id, chosen.folder.path
    if not site.wish.no_audio and not site.wish.audio_url:
        yield where.beside(identity, AUDIO), chosen.folder.tagged
    if cover := site.covers.get(identity):
        yield cover, folder / Path(cover).name
    for name in site.pictures.get(identity, ()):
        yield where.beside(identity, name), folder / name
    for form in _ready(chosen):
        yield where.beside(identity, f"transcript.{form}"), folder / f"transcript.{form}"


def _ready(chosen: Chosen) -> list[str]:
    """The forms of the transcript that the library has; of the others, ``transcript.json`` is its own."""
    return [form for form in _KEPT if (chosen.folder.path / f"transcript.{form}").is_file()]


def _made(site: Site, chosen: Chosen, shelf: Shelf) -> Iterator[tuple[str, bytes]]:
    identity = chosen.folder.id
    known = material.read(chosen.folder)
    audio_bytes = 0 if site.wish.no_audio else site.sounds[identity].length
    known = replace(known, episode=chosen.episode, audio_bytes=audio_bytes)
    view = views.episode(known)
    episode = chosen.episode
    telling = Telling(known.transcript, episode.title, episode.show, episode.published, known.chapters)
    for form in (form for form in FORMS if form not in _ready(chosen)):
        text = transcripts.WRITERS[form](telling)
        if form == "html":  # for podcast apps; people and search engines have the page
            text = text.replace("</head>", f"{structured.elsewhere(site.url(where.page(identity)))}\n</head>", 1)
        yield where.beside(identity, f"transcript.{form}"), text.encode("utf-8", "replace")
    listed = site.chapters(chosen, chosen.chapters)
    yield where.beside(identity, library.CHAPTERS), chapters_json.encode(Chapters(listed), plain=True)
    yield where.beside(identity, "words.json"), msgspec.json.encode(views.word_times(view.atoms))
    yield where.beside(identity, "embed.html"), _bytes(site.pages("../../").embed(view))
    yield where.beside(identity, "oembed.json"), _oembed(site, view, shelf)
    yield where.page(identity), _bytes(site.pages(_UP).episode(view, head=_head(site, chosen, shelf, view, listed)))


def _head(site: Site, chosen: Chosen, shelf: Shelf, view: EpisodeView, listed: tuple[Chapter, ...]) -> Markup:
    sound, url = site.sounds[chosen.folder.id], site.url(where.page(chosen.folder.id))
    image = site.image(chosen, shelf)
    about = structured.episode(
        chosen.episode,
        shelf.show,
        url=url,
        show_url=site.url(where.show_page(shelf.name)),
        feed_url=site.feed_url(shelf),
        audio=sound.url,
        media_type=sound.media_type,
        image=image,
        description=view.summary,
        language=chosen.language,
        duration_ms=chosen.duration_ms,
        chapters=[chapter for chapter in listed if chapter.toc],
    )
    parts = (
        structured.policy(audio_from=audio_from(site)),
        structured.robots(is_listed=site.wish.is_listed),
        structured.feed(shelf.show.title if shelf.key else site.name, site.feed_url(shelf)),
        Markup() if view.card.has_cover else structured.image(image),
        about,
    )
    return Markup("\n").join(part for part in parts if part)


def audio_from(site: Site) -> str:
    """Where audio may come from besides the site itself, as a Content Security Policy has it."""
    if site.wish.no_audio:
        return "https: http:"
    return "/".join(where.base_url(site.wish.audio_url).split("/")[:3]) if site.wish.audio_url else ""


def _oembed(site: Site, view: EpisodeView, shelf: Shelf) -> bytes:
    """What other sites show of a link to the episode: the small player (https://oembed.com)."""
    frame = Markup('<iframe src="{}" width="600" height="180" title="{}"></iframe>').format(
        site.url(where.beside(view.card.id, "embed.html")), view.card.title
    )
    return msgspec.json.format(
        msgspec.json.encode(
            {
                "version": "1.0",
                "type": "rich",
                "title": view.card.title,
                "author_name": view.card.show,
                "provider_name": site.name,
                "provider_url": site.base,
                "html": str(frame),
                "width": 600,
                "height": 180,
            }
        ),
        indent=1,
    )


def _digest(site: Site, chosen: Chosen, shelf: Shelf) -> str:
    """Of all that an episode's files are made of; of what is in the library, size and time are enough."""
    names = (*_INPUTS, *site.pictures.get(chosen.folder.id, ()))
    stamps = [_stamp(chosen.folder.path / name) for name in names]
    facts = (chosen.episode, shelf.show, shelf.name, site.show_cover(shelf), site.sounds[chosen.folder.id].url)
    return storage.digest([site.digest, stamps, facts])


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns


def _safe(notes: Notes | None, page: str) -> str:
    return sanitise.notes(notes, base=page) if notes else ""


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
