"""What the rules say of one file, whatever it is."""

from __future__ import annotations

import codecs
from dataclasses import replace
from pathlib import Path

from podpipe import timecode
from podpipe.check import cues, feeds, gather
from podpipe.check.facts import Feed, Marks, Sound
from podpipe.check.model import Report, look
from podpipe.errors import PodpipeError, SourceError
from podpipe.library import CHAPTERS, EPISODE, TAGGED
from podpipe.sources import media
from podpipe.sources.feed import is_feed

TRANSCRIPTS = ("transcript.vtt", "transcript.srt")
WANTED = "audio, JSON chapters, a transcript (VTT, SRT or JSON) or a feed"
_TEXTS = (".json", ".vtt", ".srt", ".xml", ".rss", ".atom")
_MOST_BYTES = 100_000_000


def beside(path: Path) -> Path | None:
    """The audio that a file of chapters or cues belongs to: of the same name beside it, or the only one there."""
    if path.suffix.lower() in media.SUFFIXES:
        return None
    if path.name in (CHAPTERS, *TRANSCRIPTS) and (path.parent / EPISODE).is_file():
        return path.parent / TAGGED
    for ending in sorted(media.SUFFIXES):
        if path.with_suffix(ending).is_file():
            return path.with_suffix(ending)
    try:
        there = [file for file in path.absolute().parent.iterdir() if file.suffix.lower() in media.SUFFIXES]
    except OSError:
        return None
    return there[0] if len(there) == 1 else None


def length_of(path: Path | None) -> int | None:
    """How long a sound is; None where there is none that can be read."""
    try:
        return gather.sound(path, listen=False).duration_ms if path is not None else None
    except PodpipeError:
        return None


def of_file(path: Path, listen: bool, duration_ms: int | None) -> Report:
    """Check one file. Raises SourceError where it is nothing that can be checked."""
    name = shown(path)
    if not path.is_file():
        raise SourceError(f"{path} is no file; give {WANTED}")
    if path.suffix.lower() not in _TEXTS and media.is_audio_file(path):
        try:
            return of_sound(path, name, gather.sound(path, listen=listen))
        except PodpipeError as error:
            return unreadable(name, "audio", error)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise SourceError(f"{path} is larger than {_MOST_BYTES // 10**6} MB and no audio; give {WANTED}")
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} can't be read: {error.strerror}") from error
    return of_document(name, path.name, data, duration_ms)


def of_document(target: str, name: str, data: bytes, duration_ms: int | None) -> Report:
    """Check a text by what it holds. Raises SourceError."""
    if is_feed(data):
        feed = feeds.read(data)
        return of_feed(target, feed) if feed else unreadable(target, "feed", "no XML can be read in it")
    data = data.removeprefix(codecs.BOM_UTF8) if data.lstrip(codecs.BOM_UTF8)[:1] == b"{" else data
    if data.lstrip()[:1] == b"{" and b'"chapters"' in data:
        try:
            return _of_marks(target, gather.json_marks(data, name, duration_ms))
        except PodpipeError as error:
            return unreadable(target, "chapters", error)
    found = cues.read(data, name)
    if found is not None:
        facts = {"format": found.format.upper(), "cues": str(len(found.cues))}
        return Report(target, "transcript", tuple(look("S", replace(found, duration_ms=duration_ms))), facts)
    if not data.strip():
        return unreadable(target, "file", "it is empty")
    if name.lower().endswith(".json"):
        return unreadable(target, "chapters", "it is neither JSON chapters nor a JSON transcript")
    raise SourceError(f"{target} is nothing that podpipe can check; give {WANTED}")


def of_sound(path: Path, target: str, sound: Sound) -> Report:
    """Audio: its sound, its tags, its chapters."""
    tags, marks = gather.tags_and_marks(path, sound)
    findings = [*look("A", sound), *look("T", tags), *look("C", marks)]
    if marks.carrier != "id3":
        findings = [replace(finding, fixable=finding.code in _mended_in_containers()) for finding in findings]
    return Report(target, "audio", tuple(findings), _sound_facts(sound, marks))


def _mended_in_containers() -> frozenset[str]:
    """What can be mended in MP4, Ogg and FLAC: their chapters, but for their order, which is as it is read."""
    from podpipe.check.mending import container, spans

    return spans.CODES if container.writer() else frozenset()


def _sound_facts(sound: Sound, marks: Marks) -> dict[str, str]:
    channels = {1: "mono", 2: "stereo"}.get(sound.channels, f"{sound.channels} channels")
    kbps = f", {round(sound.bit_rate / 1000)} kbit/s" if sound.bit_rate else ""
    facts = {
        "format": f"{sound.container.upper()}, {sound.sample_rate / 1000:g} kHz {channels}{kbps}",
        "length": timecode.clock(sound.duration_ms),
        "chapters": str(len(marks.marks)),
    }
    if sound.measured and not sound.measured.silent:
        facts["loudness"] = f"{sound.measured.integrated_lufs:.1f} LUFS"
        facts["peak"] = f"{sound.measured.true_peak_db:.1f} dBTP"
    return facts


def _of_marks(target: str, marks: Marks) -> Report:
    return Report(target, "chapters", tuple(look("C", marks)), {"chapters": str(len(marks.marks))})


def of_feed(target: str, feed: Feed) -> Report:
    """A feed, from a file or the net."""
    return Report(target, "feed", tuple(look("F", feed)), {"format": feed.kind.upper(), "items": str(len(feed.items))})


def unreadable(target: str, kind: str, reason: object) -> Report:
    """What can't be read, and why."""
    return Report(target, kind, tuple(look("X", str(reason))))


def shown(path: Path) -> str:
    """A path as a person would type it here."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
