"""What a format could not hold, found by reading again what was written: nothing is dropped in silence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from podpipe.chapters.edit import following
from podpipe.chapters.words import names
from podpipe.models import Chapter


def lost(before: Sequence[Chapter], after: Sequence[Chapter], duration_ms: int = 0) -> tuple[str, ...]:
    """How chapters read again differ from those that were written, a sentence for each kind of loss.

    ``duration_ms`` is the length of the episode: a last chapter that ends there loses nothing with its end.
    How podpipe came to a chapter (``evidence``, ``confidence``, ``because``) is no part of it.
    """
    if len(before) != len(after):
        return (f"of {len(before)} chapters, {len(after)} can be read again",)
    pairs = list(zip(before, after, strict=True))
    ends = zip(_ends(before, duration_ms), _ends(after, duration_ms), strict=True)
    end_differs = {number for number, (old, new) in enumerate(ends) if old is not None and old != new}
    kinds: tuple[tuple[Callable[[Chapter, Chapter], bool], str, str], ...] = (
        (lambda a, b: bool(a.url) and a.url != b.url, "the link of {} is lost", "the links of {} are lost"),
        (lambda a, b: bool(a.image) and a.image != b.image, "the image of {} is lost", "the images of {} are lost"),
        (
            lambda a, b: a.picture is not None and a.picture != b.picture,
            "the embedded picture of {} is lost",
            "the embedded pictures of {} are lost",
        ),
        (lambda a, b: not a.toc and b.toc, "{} is hidden, and will be shown", "{} are hidden, and will be shown"),
        (_is_cut, "the start of {} is cut to a whole second", "the starts of {} are cut to whole seconds"),
        (
            lambda a, b: a.start_ms != b.start_ms and not _is_cut(a, b),
            "the start of {} is changed",
            "the starts of {} are changed",
        ),
        (_is_folded, "white space in the title of {} is folded", "white space in the titles of {} is folded"),
        (
            lambda a, b: a.title != b.title and not _is_folded(a, b),
            "the title of {} is changed",
            "the titles of {} are changed",
        ),
    )
    found = []
    for differs, one, several in kinds:
        named = [a for a, b in pairs if differs(a, b)]
        if named:
            found.append((one if len(named) == 1 else several).format(names(named)))
    if end_differs:
        named = [before[number] for number in sorted(end_differs)]
        text = "the end of {} is lost" if len(named) == 1 else "the ends of {} are lost"
        found.append(text.format(names(named)))
    return tuple(found)


def _ends(chapters: Sequence[Chapter], duration_ms: int) -> list[int | None]:
    """Each chapter's end where it says something: not where the next begins or all is over, nor where it has none."""
    return [
        chapter.end_ms if chapter.end_ms > chapter.start_ms and chapter.end_ms != end else None
        for chapter, end in zip(chapters, following(chapters, duration_ms), strict=True)
    ]


def _is_cut(before: Chapter, after: Chapter) -> bool:
    return before.start_ms != after.start_ms == before.start_ms // 1000 * 1000


def _is_folded(before: Chapter, after: Chapter) -> bool:
    return before.title != after.title and before.title.split() == after.title.split()
