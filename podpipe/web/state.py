"""What all requests share, and how a route gets at it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from podpipe.errors import LibraryError
from podpipe.library import EpisodeFolder, Library
from podpipe.pages.render import Pages
from podpipe.pages.views import Card
from podpipe.web.background import Background
from podpipe.web.catalogue import Catalogue
from podpipe.web.links import ServerLinks
from podpipe.web.searching import Searcher


class NotFoundError(LibraryError):
    """What was asked for is not in the library."""


@dataclass(frozen=True)
class Shared:
    """The library, and what is kept in hand of it."""

    library: Library
    catalogue: Catalogue
    searcher: Searcher
    background: Background | None = None
    """What follows corrections; None where nothing may be corrected."""

    @property
    def can_edit(self) -> bool:
        """Whether corrections are taken."""
        return self.background is not None

    def known(self, episode_id: str) -> EpisodeFolder:
        """The folder of a finished episode: an id from an address is never taken for a path. Raises NotFoundError."""
        self.card(episode_id)
        return self.library.folder(episode_id)

    def card(self, episode_id: str) -> Card:
        """A finished episode. Raises NotFoundError."""
        card = self.catalogue.cards().get(episode_id)
        if card is None:
            raise NotFoundError(f"no episode here is called {episode_id}")
        return card


def shared(request: Request) -> Shared:
    """What the app was made with."""
    state: Shared = request.app.state.shared
    return state


def links(request: Request) -> ServerLinks:
    """Links, with the address that the request came to."""
    return ServerLinks(shared(request).library, str(request.base_url))


def pages(request: Request) -> Pages:
    """The pages, with that address."""
    state = shared(request)
    return _pages(state.library.root, str(request.base_url), state.can_edit)


@lru_cache(8)
def _pages(root: Path, base: str, can_edit: bool) -> Pages:
    """Templates are compiled once for each address that the server goes by."""
    return Pages(ServerLinks(Library(root), base), can_edit=can_edit)


SharedState = Annotated[Shared, Depends(shared)]
RequestLinks = Annotated[ServerLinks, Depends(links)]
RequestPages = Annotated[Pages, Depends(pages)]
