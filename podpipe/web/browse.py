"""The pages for people: home, show, episode, search, and the player for frames."""

from __future__ import annotations

import threading
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response

from podpipe import clips, library, timecode
from podpipe.pages import views
from podpipe.pages.render import STATIC
from podpipe.web import files
from podpipe.web.links import ServerLinks
from podpipe.web.searching import Question
from podpipe.web.state import NotFoundError, RequestPages, SharedState

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_NEWEST = 30
_clips = threading.BoundedSemaphore(8)
"""So many at the most wait for a chapter to be cut: the threads are there for everyone."""
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

Text = Annotated[str, Query(max_length=1000)]


@router.api_route("/", methods=["GET", "HEAD"])
def home(state: SharedState, pages: RequestPages) -> str:
    """All shows and the newest episodes."""
    cards = state.catalogue.cards()
    shows = state.catalogue.shows()
    search = state.searcher.view(Question(""), cards, shows)
    return pages.home(shows, views.newest_first(cards.values())[:_NEWEST], search)


@router.api_route("/shows/{show_id}", methods=["GET", "HEAD"])
def show(show_id: str, state: SharedState, pages: RequestPages) -> str:
    """A show."""
    show = state.catalogue.show("" if show_id == "-" else show_id)
    if show is None:
        raise NotFoundError(f"no show here is called {show_id}")
    return pages.show(show)


@router.api_route("/search", methods=["GET", "HEAD"])
def search(
    state: SharedState, pages: RequestPages, q: Text = "", show: Text = "", since: Text = "", until: Text = ""
) -> str:
    """A search: its page."""
    cards = state.catalogue.cards()
    question = Question(q, show, _day(since), _day(until))
    return pages.search(state.searcher.view(question, cards, state.catalogue.shows()))


@router.get("/search/results")
def results(
    state: SharedState,
    pages: RequestPages,
    q: Text = "",
    show: Text = "",
    since: Text = "",
    until: Text = "",
    typing: bool = False,
) -> str:
    """A search: the answer alone, for the script that puts it in place."""
    question = Question(q, show, _day(since), _day(until), is_typing=typing)
    return pages.results(state.searcher.view(question, state.catalogue.cards(), ()))


@router.api_route("/episodes/{episode_id}", methods=["GET", "HEAD"])
def episode(episode_id: str, state: SharedState, pages: RequestPages, t: Text = "") -> str:
    """An episode, from a moment on."""
    state.card(episode_id)
    return pages.episode(state.catalogue.view(episode_id), _moment(t))


@router.api_route("/embed/{episode_id}", methods=["GET", "HEAD"])
def embed(episode_id: str, state: SharedState, pages: RequestPages, t: Text = "") -> str:
    """The small player."""
    state.card(episode_id)
    return pages.embed(state.catalogue.view(episode_id), _moment(t))


@router.api_route("/episodes/{episode_id}/audio.mp3", methods=["GET", "HEAD"])
def audio(episode_id: str, request: Request, state: SharedState, v: Text = "") -> Response:
    """The tagged MP3, whole or in parts."""
    folder = state.known(episode_id)
    if not folder.tagged.is_file():
        raise NotFoundError(f"{episode_id} has no {library.TAGGED}; run podpipe ingest again")
    is_current = v == f"{folder.tagged.stat().st_mtime_ns:x}"
    etag = files.digest(folder, library.TAGGED)
    name = f"{episode_id}.mp3"
    return files.file(request, folder.tagged, "audio/mpeg", etag=etag, versioned=is_current, filename=name)


@router.api_route("/episodes/{episode_id}/cover", methods=["GET", "HEAD"])
def cover(episode_id: str, request: Request, state: SharedState) -> Response:
    """The episode's cover."""
    folder = state.known(episode_id)
    for media_type, name in library.COVERS.items():
        if (folder.path / name).is_file():
            etag = files.digest(folder, name)
            return files.file(request, folder.path / name, media_type, etag=etag)
    raise NotFoundError(f"{episode_id} has no cover")


@router.api_route("/episodes/{episode_id}/words.json", methods=["GET", "HEAD"])
def words(episode_id: str, request: Request, state: SharedState) -> Response:
    """When each word begins, for the script that follows the sound."""
    folder = state.known(episode_id)
    etag = files.digest(folder, library.TRANSCRIPT)[:24] + files.digest(folder, library.CHAPTERS)[:8]
    return files.text(request, state.catalogue.words(episode_id), "application/json", etag=etag)


@router.api_route("/episodes/{episode_id}/clips/{number}.mp3", methods=["GET", "HEAD"])
def clip(episode_id: str, number: int, request: Request, state: SharedState) -> Response:
    """One chapter as a file of its own."""
    folder = state.known(episode_id)
    if not 1 <= number <= len(state.catalogue.view(episode_id).chapters):
        raise NotFoundError(f"{episode_id} has no chapter {number}")
    if not _clips.acquire(blocking=False):
        raise HTTPException(503, "Others are having chapters cut; try again in a moment.", {"Retry-After": "10"})
    try:
        path = clips.clip(folder, number)
    finally:
        _clips.release()
    return files.file(request, path, "audio/mpeg", etag=path.stem, filename=f"{episode_id}-{number}.mp3")


@router.api_route("/static/{version}/{name}", methods=["GET", "HEAD"])
def static(version: str, name: str) -> Response:
    """Style sheet, scripts, icon."""
    known = {file.name: file for file in STATIC.iterdir()}
    suffix = "." + name.rpartition(".")[2]
    if name not in known or suffix not in _TYPES:
        raise NotFoundError(f"there is no {name}")
    caching = files.FOREVER if version == ServerLinks.static_version else files.CHECKED
    return FileResponse(str(known[name]), media_type=_TYPES[suffix], headers={"Cache-Control": caching})


@router.get("/favicon.ico")
def favicon() -> Response:
    """The icon, for who asks for it by its old name."""
    return FileResponse(str(STATIC / "icon.svg"), media_type=_TYPES[".svg"])


def _day(text: str) -> date | None:
    """A day from an address; what is none narrows nothing."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _moment(text: str) -> int | None:
    """A time from an address; what is none is the beginning."""
    try:
        return timecode.parse(text) if text else None
    except ValueError:
        return None
