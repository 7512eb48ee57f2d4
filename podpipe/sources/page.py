"""A show-notes page, in HTML or plain text: the audio that it names, and itself as the notes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from podpipe import addresses
from podpipe.errors import SourceError
from podpipe.models import Episode, Notes, Resource
from podpipe.net import Page, mask
from podpipe.sources import Candidate, dates, document
from podpipe.sources.document import LABELLED, Document
from podpipe.sources.identity import episode_id, tells_nothing, title_of

_AUDIO_PATH = re.compile(r"\.(mp3|m4a|m4b|aac|ogg|oga|opus|flac|wav)$", re.IGNORECASE)
_LINKED = re.compile(r"""\]\(\s*<?([^\s()<>]+)|\b(?:src|href)\s*=\s*["']?([^\s"'<>]+)""", re.IGNORECASE)
"""A link of Markdown, or a tag of HTML within it."""

_SUBTITLES = re.compile(r"^[^?#]*\.(?:vtt|srt)(?:$|[?#])", re.IGNORECASE)
_LONGEST_ADDRESS = 500
_ADDRESS = re.compile(r"https?://[^\s<>\"')\]]+", re.IGNORECASE)


def read(page: Page) -> Candidate | str:
    """The episode that a page is about; or the address of the feed that it links to, if it names no audio.

    Raises:
        SourceError: the page names neither audio nor a feed.
    """
    given = document.read(page)
    audio = _audio_in_text(given) if given.tree is None else _audio_in_html(given)
    if audio is not None:
        return _candidate(given, audio)
    if given.tree is None:
        raise SourceError(f"{mask(given.url)} names no audio; write a line such as Audio: http://…/episode.mp3")
    if feed := given.first("//link[contains(@type,'rss') or contains(@type,'atom')]/@href"):
        return addresses.joined(given.url, feed)
    raise SourceError(
        f"{mask(given.url)} is a web page that names no audio and no feed; "
        "give the address of an episode's page, of its audio, or of the feed"
    )


def notes_of(page: Page) -> Notes:
    """A page as show notes: of a web page, what is its content."""
    return document.read(page).notes


def named(candidate: Candidate, page: Page) -> Candidate:
    """An episode with a page as its notes, which tells title and day where audio and its file's name do not."""
    given, episode = document.read(page), candidate.episode
    candidate = replace(candidate, notes=given.notes)
    if candidate.from_feed:
        return candidate
    file = Path(unquote(addresses.path(episode.guid)))
    title = episode.title
    if title == title_of(file.absolute()):
        title = given.above.title or (tells_nothing(file.stem) and given.sole_title) or title
    published = episode.published or given.stamped or given.written
    own = replace(
        episode,
        id=episode_id(published, title, episode.guid),
        title=title,
        show=episode.show or given.above.show,
        published=published,
        language=episode.language or given.above.language,
        persons=episode.persons or given.above.persons,
    )
    return replace(candidate, episode=own)


def _candidate(given: Document, audio: str) -> Candidate:
    file, page = (Path(unquote(addresses.path(address))) for address in (audio, given.url))
    published = (
        given.stamped or dates.in_name(file.stem) or dates.in_name(given.url.rpartition("/")[2]) or given.written
    )
    title = given.title or title_of(file, page)
    is_web = not given.url.startswith("file:")
    image = given.meta("og:image")
    return Candidate(
        Episode(
            id=episode_id(published, title, audio),
            guid=audio,
            title=title,
            show=given.show,
            published=published,
            enclosure=audio,
            page=given.url if is_web else "",
            language=given.language,
            image=addresses.joined(given.url, image) if image and is_web else "",
            transcripts=_transcripts(given),
            persons=given.above.persons,
        ),
        given.notes,
    )


def _audio_in_text(given: Document) -> str | None:
    for labelled in LABELLED.finditer(given.text):
        if _is_audio(labelled[1]):
            return _resolve(given.url, labelled[1])
    for told in given.above.values:
        if len(told) <= _LONGEST_ADDRESS and _is_audio(told):
            return _resolve(given.url, told.strip())
    for link in _LINKED.finditer(given.text):
        if _is_audio(link[1] or link[2]):
            return _resolve(given.url, link[1] or link[2])
    return _written_in(given.text)


def _written_in(text: str) -> str | None:
    """The first address of audio in a text."""
    found = (address.rstrip(".,;") for address in _ADDRESS.findall(text))
    return next(filter(_is_audio, found), None)


def _audio_in_html(given: Document) -> str | None:
    base, tree = _base(given), given.tree
    sure = [*tree.xpath("//audio/@src"), *tree.xpath("//audio/source/@src")]
    sure += tree.xpath(
        "//meta[@property='og:audio' or @property='og:audio:url' or @name='twitter:player:stream']/@content"
    )
    if addresses.joined(base, given.told.audio).startswith(("http://", "https://")):
        sure.append(given.told.audio)
    for address in sure:
        if str(address).strip():
            return _resolve(base, str(address).strip())
    for address in [*tree.xpath("//a/@href"), *tree.xpath("//link[@rel='enclosure']/@href")]:
        if _is_audio(str(address)):
            return _resolve(base, str(address).strip())
    text = "\n".join(tree.itertext("p", "div", "li", "td", "body", "br", "span"))
    return _audio_in_text(Document(base, text, "text/plain"))


def _base(given: Document) -> str:
    """What addresses in a web page are relative to."""
    return addresses.joined(given.url, given.first("//base/@href")) or given.url


def _transcripts(given: Document) -> tuple[Resource, ...]:
    """Subtitles that a page has for its player, or links to."""
    if given.tree is None:
        return ()
    base, tree = _base(given), given.tree
    tracks = [(node.get("src"), node.get("srclang", "")) for node in tree.xpath("//track[@src]") if _is_talk(node)]
    links = [(href, "") for href in tree.xpath("//a/@href|//link/@href") if _SUBTITLES.search(href)]
    found: dict[str, str] = {}
    for address, language in [*tracks, *links]:
        try:
            found.setdefault(_resolve(base, address.strip()), language)
        except (SourceError, ValueError):
            continue  # not an address that is fetched
    return tuple(Resource(address, "", language) for address, language in found.items())


def _is_talk(track: Any) -> bool:
    return track.get("kind", "subtitles").lower() in ("subtitles", "captions")


def _is_audio(address: str) -> bool:
    return bool(_AUDIO_PATH.search(addresses.path(address.strip())))


def _resolve(base: str, address: str) -> str:
    """An absolute URL, or the absolute path of a file beside a local page."""
    joined = addresses.joined(base, address)
    if joined.startswith(("http://", "https://")):
        return joined
    if base.startswith("file:") and joined.startswith("file:"):
        return unquote(addresses.path(joined))
    raise SourceError(f"{mask(base)} names {joined} as its audio; podpipe fetches http and https only")
