"""What ``podpipe search`` prints: for people, and for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podpipe import timecode
from podpipe.cli import console
from podpipe.hits import by_episode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.text import Text

    from podpipe.hits import Answer
    from podpipe.hits.context import Context
    from podpipe.library import Library
    from podpipe.models import Hit, Snippet
    from podpipe.search.related import Related


def show(answer: Answer, library: Library, *, explain: bool = False) -> None:
    """Print the hits by episode, each with its number, and what the user should know besides."""
    out = console.out()
    for note in answer.notes:
        console.err().print(console.clean(note), style="yellow", markup=False)
    if not answer.hits:
        out.print(
            f"Nothing found for {console.clean(answer.query)}." if answer.query else "Nothing found.", markup=False
        )
    clips = {clip.number: clip for clip in answer.clips}
    contexts = dict(zip(answer.hits, answer.contexts, strict=False))
    number = 0
    for group in by_episode(answer.hits):
        for place, hit in enumerate(group):
            number += 1
            _print_hit(number, hit, library, contexts.get(hit), is_first=place == 0)
            if number in clips:
                clip = clips[number]
                lasts = f"{timecode.clock(clip.start_ms)}–{timecode.clock(clip.end_ms)}"
                out.print(f"   {console.clean(str(clip.path))} ({lasts})", style="green", markup=False, soft_wrap=True)
            if explain:
                _print_reasons(hit)
        out.print()
    if answer.suggestions:
        out.print("Did you mean", markup=False)
        for suggestion in answer.suggestions:
            out.print(f"   podpipe search {_quoted(suggestion)}", style="green", markup=False, soft_wrap=True)
    if answer.related is not None:
        _print_related(answer.related)
    _print_refused(answer)


def write(answer: Answer, library: Library, form: str, *, explain: bool = False) -> None:
    """Write the hits to standard output as ``json``, ``jsonl``, ``csv``, ``m3u`` or ``edl``, and nothing else there."""
    from podpipe.hits import playlists, records

    for suggestion in answer.suggestions:
        console.err().print(f"did you mean {console.clean(suggestion)}?", markup=False)
    _print_refused(answer)
    if form in ("m3u", "edl"):
        made = playlists.m3u if form == "m3u" else playlists.edl
        console.write(made(answer.shown, library).encode("utf-8", "surrogateescape"))
        return
    found = list(_records(answer, library, explain=explain))
    if form == "csv":
        console.write(records.table(found))
    elif form == "jsonl":
        for each in found:
            console.print_json_line(each)
    elif answer.related is None:
        console.print_json(found)
    else:
        console.print_json({"hits": found, "related": answer.related})


def _records(answer: Answer, library: Library, *, explain: bool) -> Iterator[dict[str, Any]]:
    """The hits in their own order, each with the number under which ``podpipe play`` has it."""
    from podpipe.hits import explain as explaining
    from podpipe.hits.records import record

    numbers = {hit: number for number, hit in enumerate(answer.shown, 1)}
    clips = {clip.number: clip for clip in answer.clips}
    for place, hit in enumerate(answer.hits):
        found = record(hit, numbers[hit], library)
        if answer.contexts:
            context = answer.contexts[place]
            found["context"] = context.snippet.text
            found["context_marks"] = context.snippet.marks
            found["context_start_ms"], found["context_end_ms"] = context.start_ms, context.end_ms
        if explain:
            found["reasons"] = [
                {"name": r.name, "value": round(r.value, 4), "weight": r.weight, "words": explaining.words(r)}
                for r in hit.reasons
            ]
        if numbers[hit] in clips:
            found["clip"] = str(clips[numbers[hit]].path)
        yield found


def _print_hit(number: int, hit: Hit, library: Library, context: Context | None, *, is_first: bool) -> None:
    from rich.text import Text

    from podpipe.playing import media_link, play_command

    out = console.out()
    where = console.clean(" · ".join(filter(None, (timecode.clock(hit.start_ms), hit.chapter, hit.note))))
    if is_first:
        day = f"{hit.published:%Y-%m-%d}" if hit.published else ""
        heading = " · ".join(filter(None, (hit.episode_title, hit.show if hit.show != hit.episode_title else "", day)))
        out.print(f"{number}. {console.clean(heading)}", style="bold", markup=False)
        console.print_indented(Text(where, "cyan"), 3)
    else:
        out.print(Text.assemble((f"{number}. ", "bold"), (where, "cyan")))
    text = _marked(context.snippet if context else hit.snippet)
    console.print_indented(text, 3)
    for line in (
        Text(f"   {play_command(library, hit.episode_id, hit.start_ms)}", "green"),
        Text(f"   {console.clean(media_link(hit.enclosure, hit.start_ms))}", "dim"),
    ):
        out.print(line, soft_wrap=True)


def _print_reasons(hit: Hit) -> None:
    from rich.text import Text

    from podpipe.hits.explain import lines

    head, *parts = lines(hit)
    console.print_indented(Text(head, "magenta"), 3)
    for part in parts:
        console.print_indented(Text(part, "dim"), 5)


def _print_related(related: Related) -> None:
    from rich.text import Text

    out = console.out()
    if not related.terms and not related.chapters:
        out.print("Nothing is related that the query does not say.", markup=False)
        return
    if related.terms:
        out.print("Often talked of together with it", style="bold", markup=False)
    for term in related.terms:
        count = f"{term.passages} passage{'' if term.passages == 1 else 's'}"
        out.print(Text.assemble((f"   podpipe search {_quoted(term.query)}", "green"), f"  ({count})"), soft_wrap=True)
    if related.chapters:
        out.print("Chapters where it comes up", style="bold", markup=False)
    for chapter in related.chapters:
        line = Text.assemble((f"   podpipe search {_quoted(chapter.query)}", "green"), f"  ({chapter.episode_title})")
        out.print(line, soft_wrap=True)


def _print_refused(answer: Answer) -> None:
    for reason in answer.refused:
        console.err().print(f"! {console.clean(reason)}", style="yellow", markup=False, soft_wrap=True)


def _quoted(query: str) -> str:
    """A query as it is typed in a shell."""
    import shlex

    return console.clean(shlex.quote(query))


def _marked(snippet: Snippet) -> Text:
    """The snippet with its matches bold; where nothing can be bold, in **asterisks**."""
    from rich.text import Text

    plain = not console.has_styles()
    text, position = Text(), 0
    for start, end in snippet.marks:
        text.append(console.clean(snippet.text[position:start]))
        match = console.clean(snippet.text[start:end])
        text.append(f"**{match}**" if plain else match, style="" if plain else "bold yellow")
        position = end
    text.append(console.clean(snippet.text[position:]))
    return text
