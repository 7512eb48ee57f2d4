"""What ``podpipe chapters`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from podpipe.models import Chapter
    from podpipe.targets import Changed, Target


def report(place: Target, changed: Changed, json: bool) -> None:
    """Say what there is now."""
    from podpipe.cli import console
    from podpipe.targets import EpisodeTarget

    remark(changed.remarks)
    if json:
        show(place, True)
        return
    if not changed.is_new:
        console.out().print("Nothing was changed.")
        return
    told = f"{place.title}: {count(len(changed.chapters))}"
    if isinstance(place, EpisodeTarget):
        told += ", by hand" if place.folder.is_by_hand() else ", podpipe's own; yours are in chapters-by-hand.json"
    console.out().print(console.clean(told), markup=False, soft_wrap=True)


def remark(remarks: tuple[str, ...]) -> None:
    """Say on standard error what was lost or could not be done."""
    from podpipe.cli import console

    for remark in remarks:
        console.err().print(f"! {console.clean(remark)}", style="yellow", markup=False, soft_wrap=True)


def count(number: int) -> str:
    """So many chapters, in words."""
    return f"{number} chapter{'' if number == 1 else 's'}"


def show(place: Target, json: bool) -> None:
    """Print a target's chapters as a table, or as JSON."""
    from podpipe.cli import console

    found = place.read()
    if json:
        console.print_json(
            {
                "name": place.name,
                "title": place.title,
                "duration_ms": place.duration_ms,
                "chapters": [_as_json(number, chapter) for number, chapter in enumerate(found.chapters, 1)],
                "missing": found.missing,
            }
        )
    elif not found.chapters:
        console.out().print(f"{console.clean(place.title)} has no chapters.", markup=False, soft_wrap=True)
    else:
        _print_table(place, found.chapters)


def _as_json(number: int, chapter: Chapter) -> dict[str, Any]:
    picture = chapter.picture
    return {
        "number": number,
        "title": chapter.title,
        "start_ms": chapter.start_ms,
        "end_ms": chapter.end_ms,
        "url": chapter.url,
        "image": chapter.image,
        "toc": chapter.toc,
        "picture": {"media_type": picture.media_type, "bytes": len(picture.data)} if picture else None,
        "confidence": chapter.confidence,
        "evidence": chapter.evidence,
        "because": chapter.because,
    }


def _print_table(place: Target, chapters: tuple[Chapter, ...]) -> None:
    from rich.table import Table
    from rich.text import Text

    from podpipe import timecode
    from podpipe.cli import console
    from podpipe.models import FOUND_BY
    from podpipe.targets import EpisodeTarget

    is_episode = isinstance(place, EpisodeTarget)
    table = Table("", box=None, pad_edge=False)
    table.add_column("Start", justify="right")
    table.add_column("Chapter")
    table.add_column("Found by" if is_episode else "")
    table.add_column("")
    for number, chapter in enumerate(chapters, 1):
        start = timecode.clock(chapter.start_ms, decimals=3)
        more = (
            "" if chapter.toc else "hidden",
            chapter.url,
            "image" if chapter.image else "",
            f"picture ({len(chapter.picture.data) // 1024} kB)" if chapter.picture else "",
        )
        found_by = FOUND_BY[chapter.evidence] if is_episode else ""
        texts = (" ".join(chapter.title.split()), found_by, " · ".join(filter(None, more)))
        table.add_row(str(number), start, *(Text(console.clean(text), overflow="fold") for text in texts))
    console.out().print(table)
