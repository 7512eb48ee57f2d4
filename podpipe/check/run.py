"""From a target to its reports: which files it names, what each is, which rules look at it."""

from __future__ import annotations

import codecs
import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from podpipe import audio, timecode
from podpipe.check import cues, feeds, gather, rules
from podpipe.check.facts import Episode, Feed, Marks, Sound
from podpipe.check.model import RULES, SEVERITIES, Finding, Report, look
from podpipe.errors import FetchError, LibraryError, PodpipeError, SourceError
from podpipe.library import CHAPTERS, EPISODE, TAGGED, TRANSCRIPT, EpisodeFolder, Library
from podpipe.sources import is_url, media
from podpipe.sources.feed import is_feed

if TYPE_CHECKING:
    from podpipe.net import Client

assert rules  # importing them enters them in the register

_TRANSCRIPTS = ("transcript.vtt", "transcript.srt")
_WANTED = "audio, JSON chapters, a transcript (VTT, SRT or JSON) or a feed"
_TEXTS = (".json", ".vtt", ".srt", ".xml", ".rss", ".atom")
_MOST_BYTES = 100_000_000
_MOST_COVER_BYTES = 50_000_000
_PASSES = 4
"""Of mending: a chapter that is moved to 0 may overlap the next."""


@dataclass(frozen=True, slots=True)
class Options:
    """``select`` and ``ignore`` are codes or how they begin; ``listen``: measure the sound (slower)."""

    listen: bool = True
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def wants(self, code: str) -> bool:
        """Whether a rule is to be heard."""
        chosen = not self.select or any(code.startswith(start) for start in self.select)
        return chosen and not any(code.startswith(start) for start in self.ignore)

    @property
    def measures(self) -> bool:
        """Whether it is worth listening: a rule on sound is wanted."""
        return self.listen and any(self.wants(code) for code in RULES if code.startswith("A"))


def check(
    target: str, library: Library, options: Options, client: Callable[[str], Client] | None = None
) -> tuple[Report, ...]:
    """Check what a target names: a file, a folder, an address, or an episode of the library.

    ``client`` makes a client that may ask for the given address.

    Raises:
        SourceError, LibraryError, FetchError: the target names nothing, or nothing that can be checked.
    """
    return tuple(_chosen(report, options) for report in _reports(target, library, options, client))


def paths(target: str, library: Library) -> tuple[Path, ...]:
    """The files that a target names, as far as they are on this disk. Raises SourceError, LibraryError."""
    if is_url(target):
        return ()
    path = Path(target).expanduser()
    if path.is_dir():
        return _of_episode(path) if (path / EPISODE).is_file() else _in_folder(path)
    if path.exists():
        return (path,)
    return _of_episode(_episode(target, library).path)


def mend(path: Path, options: Options) -> tuple[tuple[str, ...], Report]:
    """Mend what can be mended safely; what was mended (codes), and what a second look finds.

    The file is replaced as a whole or not at all; the sound stays as it is, bit for bit.

    Raises:
        PodpipeError: the file can't be read or written.
    """
    from podpipe.check.mending import mended

    options = replace(options, listen=False)  # nothing that is heard can be mended
    length = _length(_beside(path))
    report = _chosen(_file(path, options, length), options)
    tried: set[str] = set()
    for _ in range(_PASSES):
        wanted = frozenset(finding.code for finding in report.findings if finding.fixable)
        if not wanted or not mended(path, report.kind, wanted, length):
            break
        tried |= wanted
        report = _chosen(_file(path, options, length), options)
    return tuple(sorted(tried - {finding.code for finding in report.findings})), report


def _chosen(report: Report, options: Options) -> Report:
    findings = [finding for finding in report.findings if options.wants(finding.code)]
    findings.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    return replace(report, findings=tuple(findings))


def _reports(
    target: str, library: Library, options: Options, client: Callable[[str], Client] | None
) -> Iterator[Report]:
    if is_url(target):
        yield from _address(target, options, client)
        return
    path = Path(target).expanduser()
    if path.is_dir() and (path / EPISODE).is_file():
        yield from _library_episode(EpisodeFolder(path), options)
    elif path.is_dir():
        for file in _in_folder(path):
            yield _file(file, options, None)
    elif path.exists():
        beside = _beside(path)
        length = _length(beside)
        report = _file(path, options, length)
        against = {"against": beside.name} if beside and length and report.kind in ("chapters", "transcript") else {}
        yield replace(report, facts={**report.facts, **against})
    else:
        yield from _library_episode(_episode(target, library), options)


def _episode(target: str, library: Library) -> EpisodeFolder:
    try:
        return library.find(target)
    except LibraryError as error:
        if "/" in target or PurePosixPath(target).suffix:
            raise SourceError(f"{target} does not exist; give {_WANTED}, an episode's id, or an address") from error
        raise


def _in_folder(path: Path) -> tuple[Path, ...]:
    found = sorted(file for file in path.iterdir() if file.is_file() and file.suffix.lower() in media.SUFFIXES)
    if not found:
        raise SourceError(f"{path} holds no audio files; give {_WANTED}, or a folder of audio")
    return tuple(found)


def _of_episode(path: Path) -> tuple[Path, ...]:
    """What may be mended by hand: the MP3 is made from the chapters by ``podpipe ingest``."""
    return tuple(file for name in (CHAPTERS, *_TRANSCRIPTS) if (file := path / name).is_file())


def _beside(path: Path) -> Path | None:
    """The audio that a file of chapters or cues belongs to: of the same name beside it, or the only one there."""
    if path.suffix.lower() in media.SUFFIXES:
        return None
    if path.name in (CHAPTERS, *_TRANSCRIPTS) and (path.parent / EPISODE).is_file():
        return path.parent / TAGGED
    for ending in sorted(media.SUFFIXES):
        if path.with_suffix(ending).is_file():
            return path.with_suffix(ending)
    try:
        there = [file for file in path.absolute().parent.iterdir() if file.suffix.lower() in media.SUFFIXES]
    except OSError:
        return None
    return there[0] if len(there) == 1 else None


def _length(path: Path | None) -> int | None:
    """How long a sound is; None where there is none that can be read."""
    try:
        return gather.sound(path, listen=False).duration_ms if path is not None else None
    except PodpipeError:
        return None


def _file(path: Path, options: Options, duration_ms: int | None) -> Report:
    """Check one file. Raises SourceError where it is nothing that can be checked."""
    name = _shown(path)
    if not path.is_file():
        raise SourceError(f"{path} is no file; give {_WANTED}")
    if path.suffix.lower() not in _TEXTS and media.is_audio_file(path):
        try:
            return _sound_report(path, name, gather.sound(path, listen=options.measures))
        except PodpipeError as error:
            return _unreadable(name, "audio", error)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise SourceError(f"{path} is larger than {_MOST_BYTES // 10**6} MB and no audio; give {_WANTED}")
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} can't be read: {error.strerror}") from error
    return _document(name, path.name, data, duration_ms)


def _document(target: str, name: str, data: bytes, duration_ms: int | None) -> Report:
    """Check a text by what it holds. Raises SourceError."""
    if is_feed(data):
        feed = feeds.read(data)
        return _feed_report(target, feed) if feed else _unreadable(target, "feed", "no XML can be read in it")
    data = data.removeprefix(codecs.BOM_UTF8) if data.lstrip(codecs.BOM_UTF8)[:1] == b"{" else data
    if data.lstrip()[:1] == b"{" and b'"chapters"' in data:
        try:
            return _marks_report(target, gather.json_marks(data, name, duration_ms))
        except PodpipeError as error:
            return _unreadable(target, "chapters", error)
    found = cues.read(data, name)
    if found is not None:
        facts = {"format": found.format.upper(), "cues": str(len(found.cues))}
        return Report(target, "transcript", tuple(look("S", replace(found, duration_ms=duration_ms))), facts)
    if not data.strip():
        return _unreadable(target, "file", "it is empty")
    if name.lower().endswith(".json"):
        return _unreadable(target, "chapters", "it is neither JSON chapters nor a JSON transcript")
    raise SourceError(f"{target} is nothing that podpipe can check; give {_WANTED}")


def _sound_report(path: Path, target: str, sound: Sound) -> Report:
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


def _marks_report(target: str, marks: Marks) -> Report:
    return Report(target, "chapters", tuple(look("C", marks)), {"chapters": str(len(marks.marks))})


def _feed_report(target: str, feed: Feed) -> Report:
    return Report(target, "feed", tuple(look("F", feed)), {"format": feed.kind.upper(), "items": str(len(feed.items))})


def _unreadable(target: str, kind: str, reason: object) -> Report:
    return Report(target, kind, tuple(look("X", str(reason))))


def _address(url: str, options: Options, client: Callable[[str], Client] | None) -> Iterator[Report]:
    from podpipe.net import Client, mask

    with (client or (lambda typed: Client([typed])))(url) as fetching:
        page = fetching.page(url)
        if media.is_audio(page):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "episode"
                fetching.download(url, path)
                try:
                    yield _sound_report(path, mask(url), gather.sound(path, listen=options.measures))
                except PodpipeError as error:
                    yield _unreadable(mask(url), "audio", str(error).replace(str(path), "it"))
            return
        feed = feeds.read(page.data) if is_feed(page.data) else None
        if feed is None:
            yield _document(mask(url), PurePosixPath(urlsplit(url).path).name, page.data, None)
            return
        yield _feed_report(mask(url), _with_cover(feed, fetching, options))


def _with_cover(feed: Feed, client: Client, options: Options) -> Feed:
    """The feed with its cover looked at, where that can be fetched."""
    if not feed.image or not is_url(feed.image) or not (options.wants("F37") or options.wants("F38")):
        return feed

    def stop(done: int, total: int | None) -> None:
        if max(done, total or 0) > _MOST_COVER_BYTES:
            raise FetchError(f"{feed.image} is larger than {_MOST_COVER_BYTES // 10**6} MB")

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cover"
        try:
            client.download(feed.image, path, on_progress=stop)
            return replace(feed, cover=gather.image("the cover", path.read_bytes(), ""))
        except PodpipeError:
            return feed


def _library_episode(folder: EpisodeFolder, options: Options) -> Iterator[Report]:
    """The files of an episode, then all of them against each other."""
    tagged = folder.tagged
    sound: Sound | None = None
    said: set[tuple[str, str, str]] = set()
    if tagged.is_file():
        try:
            sound = gather.sound(tagged, listen=options.measures)
            report = _sound_report(tagged, _shown(tagged), sound)
            # The MP3 is made from the chapters: it is they that are mended.
            findings = tuple(replace(finding, fixable=False) for finding in report.findings)
            said = {_what(finding) for finding in findings}
            yield replace(report, findings=findings)
        except PodpipeError as error:
            yield _unreadable(_shown(tagged), "audio", error)
    length = sound.duration_ms if sound else None
    for path in _of_episode(folder.path):
        report = _file(path, options, length)
        if path.name == CHAPTERS:
            report = replace(report, findings=tuple(f for f in report.findings if f.fixable or _what(f) not in said))
        yield report
    try:
        facts = _episode_facts(folder, length or 0)
    except PodpipeError as error:
        yield _unreadable(_shown(folder.path), "episode", error)
        return
    yield Report(_shown(folder.path), "episode", tuple(look("E", facts)))


def _shown(path: Path) -> str:
    """A path as a person would type it here."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _what(finding: Finding) -> tuple[str, str, str]:
    return finding.code, finding.where, finding.message


def _episode_facts(folder: EpisodeFolder, duration_ms: int) -> Episode:
    from podpipe import chapters

    wanted = (TAGGED, CHAPTERS, TRANSCRIPT, *_TRANSCRIPTS)
    missing = tuple(name for name in wanted if not (folder.path / name).is_file())
    tagged = _pairs(chapters.read(folder.tagged)) if TAGGED not in missing else None
    written = _pairs(folder.chapters().chapters) if CHAPTERS not in missing else ()
    length = folder.transcript().duration_ms if TRANSCRIPT not in missing and duration_ms else None
    same = _same_sound(folder) if TAGGED not in missing else None
    return Episode(duration_ms, missing, written, tagged, length, same)


def _pairs(found: Iterable[object]) -> tuple[tuple[int, str], ...]:
    return tuple((chapter.start_ms, chapter.title) for chapter in found)  # type: ignore[attr-defined]


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
