"""``podpipe cut``: an episode or a file without some stretches, with others in it, and all that has times moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from podpipe import chapters, edits, encoding, soundbites, storage, tagging, timecode
from podpipe.chapters import convert, json, writers
from podpipe.chapters.facts import Facts
from podpipe.edits import Timeline, sound
from podpipe.errors import AudioError
from podpipe.library import EpisodeFolder, Library
from podpipe.models import Chapter, Chapters, Soundbite, Transcript
from podpipe.transcripts import vtt
from podpipe.transcripts.telling import Telling

_CRUMB_MS = 1000


@dataclass(frozen=True, slots=True)
class Cut:
    """What came of it: the files, the length before and after, and what could not be held."""

    files: tuple[Path, ...]
    old_ms: int
    new_ms: int
    remarks: tuple[str, ...]


def cut(place: Library, target: str, removed: Sequence[str], inserted: Sequence[str], output: Path) -> Cut:
    """Cut stretches ("1:00-1:30") out of EPISODE or FILE and insert files ("jingle.mp3@2:00").

    All times are those of the old sound. ``output`` gets the new one, of the kind that its ending says, with
    the chapters where they are now; for an episode, ``.chapters.json`` and ``.vtt`` stand beside it, and
    ``.soundbites.json`` where it has some.

    Raises:
        PodpipeError: a time or a file is wrong, or the sound can't be read or encoded.
    """
    folder = None if tagging.is_file(target) else place.find(target)
    source = folder.original() if folder else Path(target).expanduser()
    kind = _kind(output, source)
    like = encoding.shape(source, kind)
    old_ms = sound.length_ms(source, like)
    cuts = [stretch(text, old_ms) for text in removed]
    files = {text: insertion(text) for text in inserted}
    added = [(where_ms, sound.length_ms(path, like), text) for text, (path, where_ms) in files.items()]
    try:
        timeline = edits.edit(old_ms, cuts, added)
    except ValueError as error:
        raise AudioError(f"{source} is {timecode.clock(old_ms, decimals=3)} long: {error}") from error
    if not timeline.new_ms:
        raise AudioError(f"nothing of {source} would be left")
    old = tagging.listed_of(folder) if folder else chapters.read(source)
    listed = _without_crumbs(old, edits.move_chapters(old, timeline))
    transcript = edits.move_transcript(folder.transcript(), timeline) if folder else None
    facts = _facts(source, folder, transcript)
    with storage.replacing(output) as temporary:
        bare = temporary.with_name(temporary.name + ".bare")
        try:
            blocks = sound.lay(source, timeline, {text: path for text, (path, _) in files.items()}, like)
            encoding.write(bare, kind, blocks, like, bit_rate=_bit_rate(source, kind))
            lost = convert.copy_tags(source, bare, kind)
            remarks = [*lost, *writers.write(bare, temporary, listed, facts)]
        finally:
            bare.unlink(missing_ok=True)
    bites = _soundbites(folder, timeline) if folder else ()
    beside = _beside(output, listed, transcript, bites) if transcript else []
    return Cut((output, *beside), old_ms, timeline.new_ms, tuple(remarks))


def stretch(text: str, length_ms: int) -> tuple[int, int]:
    """``1:00-1:30``, ``-0:10`` (from the beginning) or ``58:00-`` (to the end) in milliseconds. Raises AudioError."""
    first, dash, last = text.replace("–", "-").partition("-")
    try:
        if not dash or not (first.strip() or last.strip()):
            raise ValueError(f"{text!r} is no stretch; write it like 1:00-1:30")
        start_ms = timecode.parse(first) if first.strip() else 0
        end_ms = timecode.parse(last) if last.strip() else length_ms
    except ValueError as error:
        raise AudioError(f"--remove {text}: {error}") from error
    if not start_ms < end_ms <= length_ms:
        there = timecode.clock(length_ms, decimals=3)
        raise AudioError(f"--remove {text} is no stretch of a sound of {there}; write it like 1:00-1:30")
    return start_ms, end_ms


def insertion(text: str) -> tuple[Path, int]:
    """``jingle.mp3@2:00``: the file, and where in milliseconds. Raises AudioError."""
    name, at, time = text.rpartition("@")
    try:
        if not at or not name:
            raise ValueError("write it like jingle.mp3@2:00")
        where_ms = timecode.parse(time)
    except ValueError as error:
        raise AudioError(f"--insert {text}: {error}") from error
    path = Path(name).expanduser()
    if not path.is_file():
        raise AudioError(f"--insert {text}: there is no file {name}")
    return path, where_ms


def _kind(output: Path, source: Path) -> str:
    if output.exists() and source.exists() and output.samefile(source):
        raise AudioError(f"--output {output} is the file that is cut; give another, so that nothing is lost")
    kind = encoding.kind_of_name(output)
    if not kind:
        raise AudioError(f"--output {output}: its ending should be one of {', '.join(encoding.ENCODERS)}")
    return kind


def _bit_rate(source: Path, kind: str) -> int:
    """That of the source, where it is of the same kind: as good as it was."""
    from podpipe import audio

    return audio.probe(source).bit_rate if encoding.kind(source) == kind and kind in ("mp3", "m4a") else 0


def _without_crumbs(old: Sequence[Chapter], moved: Sequence[Chapter]) -> tuple[Chapter, ...]:
    """Chapters without those of which the cut left only a crumb."""
    lengths = {(chapter.title, chapter.url): chapter.end_ms - chapter.start_ms for chapter in old}
    return tuple(
        chapter
        for chapter in moved
        if not _is_crumb(lengths[chapter.title, chapter.url], chapter.end_ms - chapter.start_ms)
    )


def _soundbites(folder: EpisodeFolder, timeline: Timeline) -> tuple[Soundbite, ...]:
    """The soundbites of an episode where they are now, without those of which the cut left only a crumb."""
    old = soundbites.of(folder, timeline.old_ms).listed
    moved = ((bite, edits.move_soundbites([bite], timeline)) for bite in old)
    return tuple(new for bite, left in moved for new in left if not _is_crumb(bite.duration_ms, new.duration_ms))


def _is_crumb(before_ms: int, left_ms: int) -> bool:
    """Whether less than a second is left, and less than a tenth: nobody wants that."""
    return left_ms < _CRUMB_MS and left_ms * 10 < before_ms


def _facts(source: Path, folder: EpisodeFolder | None, transcript: Transcript | None) -> Facts:
    own = convert.own_facts(source)
    if folder is None or transcript is None:
        return replace(own, lyrics="")  # whatever the words of the old sound were
    known = tagging.facts_of(folder, transcript=transcript)
    return replace(known, cover=own.cover or known.cover, comment=own.comment or known.comment)


def _beside(output: Path, listed: Sequence[Chapter], transcript: Transcript, bites: Sequence[Soundbite]) -> list[Path]:
    made = {
        output.with_suffix(".chapters.json"): json.encode(Chapters(tuple(listed))),
        output.with_suffix(".vtt"): vtt.write(Telling(transcript)).encode("utf-8", "replace"),
    }
    if bites:
        made[output.with_suffix(".soundbites.json")] = storage.encode(bites)
    for path, data in made.items():
        storage.write_bytes(path, data)
    return list(made)
