"""A show-notes page, in HTML or plain text: the audio that it names, and itself as the notes."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import lxml.html
from lxml import etree

from podpipe import addresses, encodings
from podpipe.errors import SourceError
from podpipe.models import Episode, Notes, Resource
from podpipe.net import Page, mask
from podpipe.sources import Candidate
from podpipe.sources.identity import date_in, episode_id, plain, tells_nothing, title_of

_AUDIO_PATH = re.compile(r"\.(mp3|m4a|m4b|aac|ogg|oga|opus|flac|wav)$", re.IGNORECASE)
_LABELLED = re.compile(
    r"^[^\w\n]*+(?:audio|listen|download|mp3|episode)[^\w\n]*:[*_]*\s*(\S+)", re.IGNORECASE | re.MULTILINE
)
_LINKED = re.compile(r"""\]\(\s*<?([^\s()<>]+)|\b(?:src|href)\s*=\s*["']?([^\s"'<>]+)""", re.IGNORECASE)
"""A link of Markdown, or a tag of HTML within it."""

_ITEM = re.compile(r"\s*(?:[-*•–]|\d{1,2}[.)])\s")
_BEGINNING, _FIRST_YEAR = 3000, 2000
"""Characters of a text in which its day may be written; an earlier one is what is talked of."""
_SUBTITLES = re.compile(r"^[^?#]*\.(?:vtt|srt)(?:$|[?#])", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"')\]]+", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_BOILERPLATE = (
    "//script|//style|//noscript|//nav|//header|//footer|//aside|//form|//iframe|//template|//svg|//comment()"
)
_MAIN = (
    "//article",
    "//main",
    "//*[contains(@class,'entry-content') or contains(@class,'post-content') or contains(@class,'show-notes')]",
    "//body",
)


def read(document: Page) -> Candidate | str:
    """The episode that a page is about; or the address of the feed that it links to, if it names no audio.

    Raises:
        SourceError: the page names neither audio nor a feed.
    """
    text = encodings.decode(document.data, document.charset)
    if not is_html(document, text):
        audio = _audio_in_text(text, document.url)
        if audio is None:
            raise SourceError(f"{mask(document.url)} names no audio; write a line such as Audio: http://…/episode.mp3")
        return _candidate(document, audio, notes_of(document), text)
    tree = _parse(text)
    audio = _audio_in_html(tree, document.url)
    if audio is None:
        feed = _first(tree, "//link[contains(@type,'rss') or contains(@type,'atom')]/@href")
        if feed:
            return addresses.joined(document.url, feed)
        raise SourceError(
            f"{mask(document.url)} is a web page that names no audio and no feed; "
            "give the address of an episode's page, of its audio, or of the feed"
        )
    return _candidate(document, audio, notes_of(document), text, tree)


def notes_of(document: Page) -> Notes:
    """A document as show notes: of a web page, what is its content."""
    text = encodings.decode(document.data, document.charset)
    if document.media_type == "text/markdown":
        return Notes(text, "text/markdown")
    if not is_html(document, text):
        return Notes(text.replace("\r\n", "\n"))
    tree = _parse(text)
    for node in tree.xpath(_BOILERPLATE):
        if node.getparent() is not None:
            node.drop_tree()
    for where in _MAIN:
        nodes = tree.xpath(where)
        if nodes:
            best = max(nodes, key=lambda node: len(node.text_content()))
            return Notes(etree.tostring(best, encoding="unicode", method="html", with_tail=False), "text/html")
    return Notes(etree.tostring(tree, encoding="unicode", method="html"), "text/html")


def is_html(document: Page, text: str) -> bool:
    """Whether a document is HTML, by its type or its tags."""
    if document.media_type in ("text/html", "application/xhtml+xml"):
        return bool(re.search(r"<\w+[^>]*>", text))
    return document.media_type != "text/markdown" and bool(
        re.search(r"<(?:!doctype html|html|body|p|h[1-6]|ul|div|br)\b[^>]*>", text[:5000], re.IGNORECASE)
    )


def _parse(text: str) -> Any:
    try:
        # The declaration of an encoding is of no use in text, and lxml refuses it there.
        tree = lxml.html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text) or "<html></html>")
        return _without_controls(tree)
    except (etree.ParserError, ValueError) as error:
        raise SourceError(f"a web page can't be read: {error}") from error


def _without_controls(tree: Any) -> Any:
    """A page without the characters that libxml2 takes in and does not let out again, which "&#1;" writes too."""
    for node in tree.iter():
        for part in ("text", "tail"):
            if (text := getattr(node, part)) and _CONTROLS.search(text):
                setattr(node, part, _CONTROLS.sub("", text))
    return tree


def _audio_in_text(text: str, base: str) -> str | None:
    for labelled in _LABELLED.finditer(text):
        if _is_audio(labelled[1]):
            return _resolve(base, labelled[1])
    for link in _LINKED.finditer(text):
        if _is_audio(link[1] or link[2]):
            return _resolve(base, link[1] or link[2])
    for address in _ADDRESS.findall(text):
        if _is_audio(address.rstrip(".,;")):
            return str(address.rstrip(".,;"))
    return None


def _audio_in_html(tree: Any, base: str) -> str | None:
    base = addresses.joined(base, _first(tree, "//base/@href") or "") or base
    sure = [*tree.xpath("//audio/@src"), *tree.xpath("//audio/source/@src")]
    sure += tree.xpath(
        "//meta[@property='og:audio' or @property='og:audio:url' or @name='twitter:player:stream']/@content"
    )
    for address in sure:
        if str(address).strip():
            return _resolve(base, str(address).strip())
    for address in [*tree.xpath("//a/@href"), *tree.xpath("//link[@rel='enclosure']/@href")]:
        if _is_audio(str(address)):
            return _resolve(base, str(address).strip())
    return _audio_in_text("\n".join(tree.itertext("p", "div", "li", "td", "body", "br", "span")), base)


def _transcripts(tree: Any, base: str) -> tuple[Resource, ...]:
    """Subtitles that a page has for its player, or links to."""
    base = addresses.joined(base, _first(tree, "//base/@href") or "") or base
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


def named(candidate: Candidate, document: Page) -> Candidate:
    """An episode with a document as its notes, which tells title and day where audio and its file's name do not."""
    candidate = replace(candidate, notes=notes_of(document))
    episode = candidate.episode
    if candidate.from_feed:
        return candidate
    text = encodings.decode(document.data, document.charset)
    tree = _parse(text) if is_html(document, text) else None
    file = Path(unquote(addresses.path(episode.guid)))
    is_untitled = tells_nothing(file.stem) and episode.title == title_of(file.absolute())
    title = (is_untitled and _sole_title(text, tree)) or episode.title
    published = episode.published or _stamped(tree) or _written(text)
    own_id = episode_id(published, title, episode.guid)
    return replace(candidate, episode=replace(episode, id=own_id, title=title, published=published))


def _candidate(document: Page, audio: str, notes: Notes, text: str, tree: Any = None) -> Candidate:
    file, page = (Path(unquote(addresses.path(address))) for address in (audio, document.url))
    show = image = language = None
    if tree is not None:
        show, image = plain(_meta(tree, "og:site_name")), _meta(tree, "og:image")
        language = _first(tree, "//html/@lang")
    published = _stamped(tree) or date_in(file.stem) or date_in(document.url.rpartition("/")[2]) or _written(text)
    title = _title(text, tree) or title_of(file, page)
    is_web = not document.url.startswith("file:")
    return Candidate(
        Episode(
            id=episode_id(published, title, audio),
            guid=audio,
            title=title,
            show=show or "",
            published=published,
            enclosure=audio,
            page=document.url if is_web else "",
            language=language or "",
            image=addresses.joined(document.url, image) if image and is_web else "",
            transcripts=_transcripts(tree, document.url) if tree is not None else (),
        ),
        notes,
    )


def _title(text: str, tree: Any) -> str:
    """What a document says that it is called; '' where it does not say so."""
    if tree is None:
        return _first_title(text)
    return plain(_meta(tree, "og:title") or _first(tree, "//h1//text()") or _first(tree, "//title/text()"))


def _written(text: str) -> datetime | None:
    """The day that is written at the beginning of a text, if it may be that of an episode."""
    day = date_in("", text[:_BEGINNING])
    return day if day and day.year >= _FIRST_YEAR else None


def _sole_title(text: str, tree: Any) -> str:
    """The same, unless it may be but the first of several headings."""
    if tree is not None:
        return _title(text, tree) if len(tree.xpath("//h1")) < 2 else ""
    tops = re.findall(r"^# .*", text, re.MULTILINE)
    return _first_title(text) if len(tops) == 1 and text.lstrip().startswith(tops[0]) else ""


def _stamped(tree: Any) -> datetime | None:
    """The day that a page says it is of."""
    if tree is None:
        return None
    return date_in(_meta(tree, "article:published_time") or _first(tree, "//time/@datetime") or "")


def _first_title(text: str) -> str:
    """The first line of plain text, where it stands alone like a title."""
    lines = text.splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line.strip() and not _LABELLED.match(line):
            alone = not following.strip() or _LABELLED.match(following) or not re.match(r"\s*\w", following)
            is_title = (
                alone and len(line) < 80 and not _ITEM.match(line) and not line.rstrip().endswith((".", ":", "!"))
            )
            return plain(line.lstrip("# ")) if is_title else ""
    return ""


def _meta(tree: Any, name: str) -> str:
    return _first(tree, f"//meta[@property='{name}' or @name='{name}']/@content") or ""


def _first(tree: Any, path: str) -> str | None:
    return next((str(value).strip() for value in tree.xpath(path) if str(value).strip()), None)
