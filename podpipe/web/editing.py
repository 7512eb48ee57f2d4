"""The API for corrections, there with ``--edit`` alone: each is saved before it is answered, the rest follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path

from podpipe import corrections, timecode
from podpipe.chapters import edit
from podpipe.corrections import Correction, Scope
from podpipe.errors import ChaptersError
from podpipe.library import EpisodeFolder
from podpipe.models import Chapter
from podpipe.web.api import EpisodeId, Problem
from podpipe.web.background import Background
from podpipe.web.state import NotFoundError, Shared, SharedState

router = APIRouter(prefix="/api", tags=["corrections"])

_ANSWERS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The body is no JSON."},
    404: {"model": Problem, "description": "There is no such episode or chapter."},
    409: {"model": Problem, "description": "It does not fit what is there, or somebody else was faster."},
}
_Place = Annotated[int, Body(ge=0, le=10_000_000)]
_Title = Annotated[str, Body(min_length=1, max_length=500)]
_Time = Annotated[int, Body(ge=0, le=1_000_000_000, description="Milliseconds.")]
Number = Annotated[int, Path(ge=1, le=100_000, description="Of the chapter, from 1.")]

Chapters = tuple[Chapter, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What was changed; '' where nothing had to be."""

    what: str


@dataclass(frozen=True, slots=True)
class Made:
    """A correction."""

    made: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Unfinished:
    """How much is still to be done in the background, and remarks on what was."""

    pending: int
    remarks: list[str]


@router.post("/episodes/{episode_id}/words", responses=_ANSWERS)
def words(
    episode_id: EpisodeId,
    state: SharedState,
    first: _Place,
    last: _Place,
    text: Annotated[str, Body(max_length=500, description="What is said; '' takes the words out.")],
    expected: Annotated[str | None, Body(max_length=5000, description="What is believed to stand there.")] = None,
) -> Done:
    """Spell some words of the transcript anew: numbers ``first`` to ``last``, from 0."""
    folder = state.known(episode_id)
    made = corrections.correct_words(state.library, folder, first, last, text, expected=expected)
    return _done(state, folder, made)


@router.post("/episodes/{episode_id}/names", responses=_ANSWERS)
def names(
    episode_id: EpisodeId,
    state: SharedState,
    heard: Annotated[str, Body(min_length=1, max_length=200)],
    name: Annotated[str, Body(min_length=1, max_length=200)],
    scope: Annotated[Scope, Body()] = "episode",
) -> Done:
    """Spell a name right wherever it is said: in the episode at once, in the others in the background."""
    folder = state.known(episode_id)
    done = _done(state, folder, corrections.correct_name(state.library, folder, heard, name))
    if scope != "episode":
        _background(state).run(lambda: _everywhere(state, folder, heard, name, scope))
    return done


@router.post("/episodes/{episode_id}/chapters", responses=_ANSWERS)
def add_chapter(episode_id: EpisodeId, state: SharedState, title: _Title, start_ms: _Time) -> Done:
    """One chapter more."""
    folder = state.known(episode_id)
    what = f"chapter “{title}” at {timecode.clock(start_ms)}"
    return _chapters(
        state, folder, what, lambda old, duration_ms: edit.add(old, start_ms, title, duration_ms=duration_ms)
    )


@router.patch("/episodes/{episode_id}/chapters/{number}", responses=_ANSWERS)
def change_chapter(
    episode_id: EpisodeId,
    number: Number,
    state: SharedState,
    expected: Annotated[str, Body(max_length=5000, description="The chapter's title as it is believed to be.")],
    title: Annotated[str | None, Body(min_length=1, max_length=500)] = None,
    start_ms: Annotated[int | None, Body(ge=0, le=1_000_000_000, description="Milliseconds.")] = None,
) -> Done:
    """Another title or start for a chapter."""
    folder = state.known(episode_id)

    def change(old: Chapters, duration_ms: int) -> Chapters:
        place = _place(old, number, expected)
        if title is not None:
            old = edit.rename(old, place, title)
        return old if start_ms is None else edit.move(old, place, start_ms, duration_ms=duration_ms)

    told = (
        f"is “{title}”" if title not in (None, expected) else "",
        f"begins at {_clock(start_ms)}" if start_ms is not None else "",
    )
    return _chapters(state, folder, f"chapter “{expected}” {' and '.join(filter(None, told))}", change)


@router.delete("/episodes/{episode_id}/chapters/{number}", responses=_ANSWERS)
def remove_chapter(
    episode_id: EpisodeId,
    number: Number,
    state: SharedState,
    expected: str = "",
) -> Done:
    """Without a chapter; the one before takes its time."""
    folder = state.known(episode_id)

    def change(old: Chapters, duration_ms: int) -> Chapters:
        return edit.remove(old, [_place(old, number, expected)], duration_ms=duration_ms)

    return _chapters(state, folder, f"without chapter “{expected}”", change)


@router.get("/episodes/{episode_id}/corrections", responses={404: _ANSWERS[404]})
def history(episode_id: EpisodeId, state: SharedState) -> list[Made]:
    """What was corrected here, the last first."""
    return [Made(each.made, each.what) for each in reversed(corrections.history(state.known(episode_id)))]


@router.post("/episodes/{episode_id}/corrections/undo", responses=_ANSWERS)
def undo(episode_id: EpisodeId, state: SharedState) -> Done:
    """Take the last correction back."""
    folder = state.known(episode_id)
    if not corrections.history(folder):
        raise ChaptersError("nothing was corrected here; there is nothing to take back")
    return _done(state, folder, corrections.undo(state.library, folder))


@router.get("/corrections/pending")
def pending(state: SharedState) -> Unfinished:
    """Whether captions, tagged files and index have followed."""
    now = _background(state).pending()
    return Unfinished(now.episodes, list(now.remarks))


def _chapters(state: Shared, folder: EpisodeFolder, what: str, change: Callable[[Chapters, int], Chapters]) -> Done:
    duration_ms = folder.transcript().duration_ms
    made = corrections.correct_chapters(state.library, folder, what, lambda old: change(old, duration_ms))
    return _done(state, folder, made)


def _done(state: Shared, folder: EpisodeFolder, made: Correction | None) -> Done:
    if made is not None:
        _background(state).follow(folder)
    return Done(made.what if made else "")


def _everywhere(state: Shared, folder: EpisodeFolder, heard: str, name: str, scope: Scope) -> None:
    """A name in the other episodes of a scope."""
    others = [other for other in corrections.within(state.library, folder, scope) if other.id != folder.id]
    count = 0
    for other in others:
        if corrections.correct_name(state.library, other, heard, name) is not None:
            count += 1
            _background(state).follow(other)
    _background(state).say(f"“{name}” is spelled so in {count} other episode{'' if count == 1 else 's'}")


def _place(chapters: Chapters, number: int, expected: str) -> int:
    """The place (from 1) in the whole list of a listed chapter's number.

    Raises:
        NotFoundError: there is no such chapter.
        OutdatedError: it is called something else by now.
    """
    listed = [place for place, chapter in enumerate(chapters, 1) if chapter.toc]
    if number > len(listed):
        raise NotFoundError(f"there is no chapter {number}")
    title = chapters[listed[number - 1] - 1].title
    if expected and " ".join(expected.split()) != " ".join(title.split()):
        raise corrections.OutdatedError(f"chapter {number} is “{title}” by now, not “{expected}”; load the page again")
    return listed[number - 1]


def _clock(ms: int) -> str:
    return timecode.clock(ms, decimals=3 if ms % 1000 else 0)


def _background(state: Shared) -> Background:
    assert state.background is not None
    return state.background
