"""An episode of the library: each of its files, then all of them against each other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from podpipe import audio
from podpipe.check import gather
from podpipe.check.facts import Episode, Sound
from podpipe.check.model import Finding, Report, look
from podpipe.check.reports import TRANSCRIPTS, of_file, of_sound, shown, unreadable
from podpipe.errors import PodpipeError
from podpipe.library import CHAPTERS, TAGGED, TRANSCRIPT, EpisodeFolder
from podpipe.models import Chapter


def reports(folder: EpisodeFolder, listen: bool) -> Iterator[Report]:
    """The files of an episode, then all of them against each other."""
    tagged = folder.tagged
    sound: Sound | None = None
    said: set[tuple[str, str, str]] = set()
    if tagged.is_file():
        try:
            sound = gather.sound(tagged, listen=listen)
            report = of_sound(tagged, shown(tagged), sound)
            # The MP3 is made from the chapters: it is they that are mended.
            findings = tuple(replace(finding, fixable=False) for finding in report.findings)
            said = {_what(finding) for finding in findings}
            yield replace(report, findings=findings)
        except PodpipeError as error:
            yield unreadable(shown(tagged), "audio", error)
    length = sound.duration_ms if sound else None
    for path in mendable(folder.path):
        report = of_file(path, listen, length)
        if path.name == CHAPTERS:
            report = replace(report, findings=tuple(f for f in report.findings if f.fixable or _what(f) not in said))
        yield report
    try:
        facts = _episode_facts(folder, length or 0)
    except PodpipeError as error:
        yield unreadable(shown(folder.path), "episode", error)
        return
    yield Report(shown(folder.path), "episode", tuple(look("E", facts)))


def mendable(path: Path) -> tuple[Path, ...]:
    """What may be mended by hand: the MP3 is made from the chapters by ``podpipe ingest``."""
    return tuple(file for name in (CHAPTERS, *TRANSCRIPTS) if (file := path / name).is_file())


def _episode_facts(folder: EpisodeFolder, duration_ms: int) -> Episode:
    from podpipe import chapters

    wanted = (TAGGED, CHAPTERS, TRANSCRIPT, *TRANSCRIPTS)
    missing = tuple(name for name in wanted if not (folder.path / name).is_file())
    tagged = _pairs(chapters.read(folder.tagged)) if TAGGED not in missing else None
    written = _pairs(folder.chapters().chapters) if CHAPTERS not in missing else ()
    length = folder.transcript().duration_ms if TRANSCRIPT not in missing and duration_ms else None
    same = _same_sound(folder) if TAGGED not in missing else None
    return Episode(duration_ms, missing, written, tagged, length, same)


def _pairs(found: Iterable[Chapter]) -> tuple[tuple[int, str], ...]:
    return tuple((chapter.start_ms, chapter.title) for chapter in found)


def _same_sound(folder: EpisodeFolder) -> bool | None:
    try:
        original = folder.original()
        if audio.sniff(original) != "mp3":
            return None
        return sound_digest(original) == sound_digest(folder.tagged)
    except PodpipeError:
        return None


def sound_digest(path: Path) -> str:
    """SHA-256 of the sound of an MP3: everything between its tags. Raises AudioError."""
    with gather.mapped(path) as view:
        start, end = gather.sound_of(view)
        return hashlib.sha256(view[start:end]).hexdigest()


def _what(finding: Finding) -> tuple[str, str, str]:
    return finding.code, finding.where, finding.message
