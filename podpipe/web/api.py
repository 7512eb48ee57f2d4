"""The API for programs: searches, episodes, chapters, transcripts; ``/openapi.json`` describes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import fields as fields_of
from datetime import date, datetime
from html import escape
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from fastapi import APIRouter, Path, Query, Request
from pydantic import BeforeValidator
from starlette.responses import Response

from podpipe import library
from podpipe.chapters import json as json_chapters
from podpipe.errors import SearchError
from podpipe.models import FOUND_BY, Chapter, Chapters, Hit
from podpipe.pages import views
from podpipe.pages.views import Card
from podpipe.transcripts import WORD_LEVEL, WRITERS
from podpipe.web import files
from podpipe.web.links import ServerLinks
from podpipe.web.searching import Question, UnavailableError
from podpipe.web.state import NotFoundError, RequestLinks, SharedState

router = APIRouter(prefix="/api", tags=["library"])
embedding = APIRouter(tags=["embedding"])

_FRAME = (600, 180)
"""Width and height of the embedded player, in CSS pixels."""

_TRANSCRIPTS = {"vtt": "text/vtt", "srt": "application/x-subrip", "txt": "text/plain", "json": "application/json"}


def _iso(day: object) -> object:
    """Refuse what is no ISO 8601 day: by itself, pydantic takes numbers for seconds since 1970."""
    if isinstance(day, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", day):
        raise ValueError("a day is written like 2026-11-01")
    return day


Day = Annotated[date, BeforeValidator(_iso)]
EpisodeId = Annotated[str, Path(description="As in the list of episodes.", max_length=200)]
Form = Literal["vtt", "srt", "txt", "json"]


@dataclass(frozen=True, slots=True)
class Problem:
    """What was wrong, in a sentence."""

    detail: str


@dataclass(frozen=True, slots=True)
class FoundMoment:
    """A moment that a search found. ``marks``: start and end (characters) of each match in ``snippet``."""

    episode_id: str
    episode_title: str
    show: str
    published: datetime | None
    chapter: str
    chapter_start_ms: int
    start_ms: int
    end_ms: int
    snippet: str
    marks: list[tuple[int, int]]
    score: float
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Moments, best first; remarks on how they were found; queries that may have been meant.

    ``problem`` says why a query can't be understood, and is '' for one that can.
    """

    query: str
    hits: list[FoundMoment]
    notes: list[str]
    suggestions: list[str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class EpisodeSummary:
    """An episode in a list."""

    id: str
    title: str
    show: str
    show_id: str
    published: date | None
    duration_ms: int
    url: str


@dataclass(frozen=True, slots=True)
class EpisodeList:
    """Some of the episodes, newest first, and how many there are."""

    total: int
    episodes: list[EpisodeSummary]


@dataclass(frozen=True, slots=True)
class ChapterDetails:
    """A chapter, how it was found, and how sure that is (0 to 1)."""

    number: int
    title: str
    start_ms: int
    end_ms: int
    confidence: float
    found_by: str
    because: str
    link: str
    url: str


@dataclass(frozen=True, slots=True)
class SoundbiteDetails:
    """A stretch worth hearing by itself; without a title of its own it has the episode's."""

    title: str
    start_ms: int
    duration_ms: int
    url: str


@dataclass(frozen=True, slots=True)
class EpisodeDetails(EpisodeSummary):
    """An episode: addresses of its audio and transcripts, its chapters and soundbites. ``page`` is the publisher's."""

    page: str
    language: str
    audio: str
    transcripts: dict[str, str]
    chapters: list[ChapterDetails]
    soundbites: list[SoundbiteDetails]


@dataclass(frozen=True, slots=True)
class Embedding:
    """oEmbed 1.0, "rich" (https://oembed.com)."""

    type: Literal["rich"]
    version: Literal["1.0"]
    title: str
    author_name: str
    provider_name: str
    html: str
    width: int
    height: int


_NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "There is no such episode."}}


@router.get("/search", responses={503: {"model": Problem, "description": "There is no index yet."}})
def search(
    state: SharedState,
    links: RequestLinks,
    q: Annotated[str, Query(description="Words, a phrase in quotes, a beginning with a star.", max_length=1000)],
    show: Annotated[str, Query(description="Only shows with this in their title.", max_length=200)] = "",
    since: Annotated[Day | None, Query(description="Only from this day on.")] = None,
    until: Annotated[Day | None, Query(description="Only until this day.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Answer:
    """Where something is talked about: episode, chapter and moment."""
    try:
        results = state.searcher.ask(Question(q, show, since, until), limit=limit)
    except UnavailableError:
        raise
    except SearchError as error:
        return Answer(q, [], [], [], str(error))
    hits = [_moment(hit, links) for hit in results.hits]
    return Answer(q, hits, list(results.notes), list(results.suggestions))


@router.get("/episodes")
def episodes(
    state: SharedState,
    links: RequestLinks,
    show: Annotated[str, Query(description="Only shows with this in their title.", max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> EpisodeList:
    """The episodes of the library, newest first."""
    cards = views.newest_first(state.catalogue.cards().values())
    chosen = [card for card in cards if show.casefold() in card.show.casefold()]
    return EpisodeList(len(chosen), [EpisodeSummary(**_summary(card, links)) for card in chosen[offset:][:limit]])


@router.get("/episodes/{episode_id}", responses=_NOT_FOUND)
def episode(episode_id: EpisodeId, state: SharedState, links: RequestLinks) -> EpisodeDetails:
    """What is known of an episode."""
    folder, card = state.known(episode_id), state.card(episode_id)
    known, view = folder.episode(), state.catalogue.view(episode_id)
    listed = [chapter for chapter in folder.chapters().chapters if chapter.toc]
    return EpisodeDetails(
        **_summary(card, links),
        page=known.page,
        language=view.language,
        audio=links.absolute(links.audio(episode_id)),
        transcripts={form: links.absolute(links.transcript(episode_id, form)) for form in _TRANSCRIPTS},
        chapters=[_chapter(number, chapter, card, links) for number, chapter in enumerate(listed, 1)],
        soundbites=[
            SoundbiteDetails(
                bite.title, bite.start_ms, bite.duration_ms, links.absolute(links.episode(episode_id, bite.start_ms))
            )
            for bite in view.soundbites
        ],
    )


@router.get(
    "/episodes/{episode_id}/chapters",
    response_class=Response,
    responses={200: {"content": {"application/json+chapters": {}}}, **_NOT_FOUND},
)
def chapters(episode_id: EpisodeId, request: Request, state: SharedState) -> Response:
    """Podcasting 2.0 JSON chapters 1.2."""
    folder = state.known(episode_id)
    found = folder.chapters()
    etag = files.digest(folder, library.CHAPTERS)
    content = json_chapters.encode(Chapters(found.chapters), plain=True).decode()
    return files.text(request, content, "application/json+chapters", etag=etag)


@router.get(
    "/episodes/{episode_id}/transcript.{form}",
    response_class=Response,
    responses={200: {"content": {media_type: {} for media_type in _TRANSCRIPTS.values()}}, **_NOT_FOUND},
)
def transcript(
    episode_id: EpisodeId,
    form: Form,
    request: Request,
    state: SharedState,
    words: Annotated[bool, Query(description="The time of each word: vtt, srt and json.")] = False,
) -> Response:
    """The transcript, for players and people."""
    folder = state.known(episode_id)
    by_word = words and form in WORD_LEVEL
    etag = (
        files.digest(folder, library.TRANSCRIPT)[:16] + files.digest(folder, library.CHAPTERS)[:15] + str(int(by_word))
    )
    content = WRITERS[form](folder.telling(), words=by_word)
    name = {"Content-Disposition": f'inline; filename="{episode_id}.{form}"'}
    return files.text(request, content, _TRANSCRIPTS[form], etag=etag, headers=name)


@embedding.get("/oembed", response_model=Embedding, responses={200: {"content": {"text/xml": {}}}, **_NOT_FOUND})
def oembed(
    state: SharedState,
    links: RequestLinks,
    url: Annotated[str, Query(description="An episode's page.", max_length=2000)],
    maxwidth: Annotated[int, Query(ge=1, le=10_000)] = _FRAME[0],
    maxheight: Annotated[int, Query(ge=1, le=10_000)] = _FRAME[1],
    format: Literal["json", "xml"] = "json",
) -> Embedding | Response:
    """What a pasted link to an episode shows elsewhere: a small player in a frame."""
    episode_id, at = _page_of(url)
    card = state.card(episode_id)
    width, height = min(maxwidth, _FRAME[0]), min(maxheight, _FRAME[1])
    source = links.absolute(links.embed(episode_id)) + (f"?t={at}" if at else "")
    html = (
        f'<iframe src="{escape(source)}" width="{width}" height="{height}" title="{escape(card.title)}" '
        'allow="autoplay" loading="lazy" style="border:0"></iframe>'
    )
    told = Embedding("rich", "1.0", card.title, card.show, "podpipe", html, width, height)
    return told if format == "json" else Response(_xml(told), media_type="text/xml")


def _xml(told: Embedding) -> str:
    fields = "".join(f"<{each.name}>{escape(str(getattr(told, each.name)))}</{each.name}>" for each in fields_of(told))
    return f'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<oembed>{fields}</oembed>\n'


def _page_of(url: str) -> tuple[str, str]:
    """The id and the time in an episode's address. Raises NotFoundError."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise NotFoundError(f"{url} is no address") from error
    kind, _, name = parts.path.strip("/").partition("/")
    if kind not in ("episodes", "embed") or not name:
        raise NotFoundError(f"{url} is no episode's page")
    at = next((each[2:] for each in (*parts.query.split("&"), parts.fragment) if each.startswith("t=")), "")
    return unquote(name), at if at.replace(".", "", 1).isdecimal() else ""


def _moment(hit: Hit, links: ServerLinks) -> FoundMoment:
    return FoundMoment(
        hit.episode_id,
        hit.episode_title,
        hit.show,
        hit.published,
        hit.chapter,
        hit.chapter_start_ms,
        hit.start_ms,
        hit.end_ms,
        hit.snippet.text,
        list(hit.snippet.marks),
        round(hit.score, 4),
        hit.note,
        links.absolute(links.episode(hit.episode_id, hit.start_ms)),
    )


def _summary(card: Card, links: ServerLinks) -> dict[str, Any]:
    return {
        "id": card.id,
        "title": card.title,
        "show": card.show,
        "show_id": card.show_id,
        "published": card.published,
        "duration_ms": card.duration_ms,
        "url": links.absolute(links.episode(card.id)),
    }


def _chapter(number: int, chapter: Chapter, card: Card, links: ServerLinks) -> ChapterDetails:
    return ChapterDetails(
        number,
        chapter.title,
        chapter.start_ms,
        chapter.end_ms,
        round(chapter.confidence, 4),
        FOUND_BY[chapter.evidence],
        chapter.because,
        chapter.url,
        links.absolute(links.episode(card.id, chapter.start_ms)),
    )
