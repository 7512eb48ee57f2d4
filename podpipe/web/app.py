"""The app: routes, shared state, and the layers around them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, JSONResponse, Response

import podpipe
from podpipe.errors import ChaptersError, PodpipeError, SearchError, TranscriptError
from podpipe.library import Library
from podpipe.web import api, browse, editing
from podpipe.web.background import Background
from podpipe.web.catalogue import Catalogue
from podpipe.web.searching import Searcher, UnavailableError
from podpipe.web.security import Access, Guard
from podpipe.web.state import NotFoundError, Shared, pages

_COMPRESSION = 6
"""Of gzip: 9 takes twice the time for a hundredth less."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the library is served. ``can_edit``: whoever may read may correct too."""

    can_edit: bool = False
    access: Access = field(default_factory=Access)


def create_app(library: Library, settings: Settings | None = None) -> FastAPI:
    """The ASGI app for a library."""
    settings = settings or Settings()
    background = Background(library) if settings.can_edit else None
    state = Shared(library, Catalogue(library), Searcher(library), background)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if background:
            background.start()
        yield
        if background:
            await run_in_threadpool(background.stop)
        state.searcher.close()

    app = FastAPI(
        title="podpipe",
        version=podpipe.__version__,
        description="Podcasts, searchable by topic and second.",
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.shared = state
    for router in (api.router, api.embedding, *([editing.router] if background else []), browse.router):
        app.include_router(router)
    app.add_exception_handler(PodpipeError, _explained)
    app.add_exception_handler(HTTPException, _explained)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=_COMPRESSION)
    app.add_middleware(Guard, access=settings.access)
    return app


async def _explained(request: Request, error: Exception) -> Response:
    """What went wrong: as JSON for programs, as a page for people."""
    status, text = _status(error)
    headers = getattr(error, "headers", None)
    if request.url.path.startswith(("/api/", "/oembed")):
        return JSONResponse({"detail": text}, status, headers=headers)
    title = "Not found" if status == 404 else "That did not work"
    return HTMLResponse(pages(request).message(title, text), status, headers=headers)


def _status(error: Exception) -> tuple[int, str]:
    match error:
        case NotFoundError():
            return 404, str(error)
        case UnavailableError():
            return 503, str(error)
        case ChaptersError() | TranscriptError():
            return 409, str(error)
        case SearchError():
            return 400, str(error)
        case HTTPException():
            return error.status_code, error.detail if error.status_code != 404 else "There is no such page."
        case _:
            return 500, str(error)
