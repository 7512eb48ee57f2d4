"""T: what a file says of itself, how its tag is made."""

from __future__ import annotations

from collections.abc import Iterator

from podpipe import timecode
from podpipe.check.facts import Tags
from podpipe.check.model import Found, rule
from podpipe.check.rules.sources import (
    FFMPEG_CHAP,
    ID3_1,
    ID3_22,
    ID3_23,
    ID3_24,
    OWN,
    V24_CHAPTERS,
)

_TAG_BYTES = 10_000_000
_TAG = "the ID3 tag"


@rule(
    "T01",
    "warning",
    "no title",
    hurts="whoever plays the downloaded file: its file name is shown",
    mend="set TIT2 (podpipe tag)",
    source=ID3_23,
)
def title(tags: Tags) -> Iterator[Found]:
    """In the file itself."""
    if not tags.title.strip():
        yield "the file", "has no title"


@rule(
    "T02",
    "info",
    "no name of the show",
    hurts="whoever plays the downloaded file: episodes of one show are not kept together",
    mend="set TALB to the show's name (podpipe tag)",
    source=ID3_23,
)
def show(tags: Tags) -> Iterator[Found]:
    """The album is the show."""
    if not tags.show.strip():
        yield "the file", "has no album, where the show's name belongs"


@rule(
    "T03",
    "info",
    "no date",
    hurts="whoever sorts downloaded files",
    mend="set TDRC (TYER in v2.3) to the day of publication (podpipe tag)",
    source=ID3_23,
)
def date(tags: Tags) -> Iterator[Found]:
    """Day or year."""
    if not tags.date.strip():
        yield "the file", "has no date"


@rule(
    "T04",
    "error",
    "ID3v2.4 chapters that FFmpeg drops",
    hurts="everything with FFmpeg 5.1 or older in it (mpv, Kodi), and Apple Podcasts: no such chapter",
    mend="write the tag as v2.3",
    source=FFMPEG_CHAP,
    fixable=True,
)
def long_subframes(tags: Tags) -> Iterator[Found]:
    """It reads sizes within chapters as plain numbers; from 128 bytes on that differs."""
    if tags.id3 and tags.id3.version == 4:
        for chapter in tags.id3.long_subframes:
            yield f"chapter “{chapter[:40]}”", "has a title, link or picture of 128 bytes or more in a v2.4 tag"


@rule(
    "T05",
    "info",
    "ID3v2.4",
    hurts="Windows, car radios, Apple Podcasts with long titles: text or chapters missing",
    mend="write the tag as v2.3",
    source=V24_CHAPTERS,
    fixable=True,
)
def version_4(tags: Tags) -> Iterator[Found]:
    """v2.3 is read by everything."""
    if tags.id3 and tags.id3.version == 4:
        yield _TAG, "is v2.4"


@rule(
    "T06",
    "warning",
    "ID3v2.2",
    hurts="most apps: chapters and pictures are not defined there",
    mend="write the tag as v2.3",
    source=ID3_22,
    fixable=True,
)
def version_2(tags: Tags) -> Iterator[Found]:
    """Obsolete since 1999."""
    if tags.id3 and tags.id3.version == 2:
        yield _TAG, "is v2.2, which is obsolete"


@rule(
    "T07",
    "warning",
    "several ID3v2 tags",
    hurts="players that read only the first, or take the second for sound: clicks, old titles",
    mend="join them in one; where both say something, the first counts",
    source=ID3_24,
    fixable=True,
)
def several(tags: Tags) -> Iterator[Found]:
    """One after the other at the beginning."""
    if tags.id3 and tags.id3.tags > 1:
        yield "the file", f"begins with {tags.id3.tags} ID3v2 tags"


@rule(
    "T08",
    "info",
    "an APE tag",
    hurts="players that read it show its texts in place of the ID3 tag's",
    mend="remove it with the program that wrote it, once nothing in it is needed (mp3gain keeps its notes there)",
    source=OWN,
)
def ape(tags: Tags) -> Iterator[Found]:
    """APEv2 is not made for MP3."""
    if tags.id3 and tags.id3.ape:
        yield "the end of the file", "is an APE tag"


@rule(
    "T09",
    "warning",
    "ID3v1 says something else",
    hurts="players and car radios that read ID3v1: an old title",
    mend="write what the ID3v2 tag says",
    source=ID3_1,
    fixable=True,
)
def version_1(tags: Tags) -> Iterator[Found]:
    """30 characters of Latin-1; the year has 4."""
    if tags.id3 and tags.id3.v1 and tags.id3.version:
        for name, new in (("title", tags.title), ("artist", tags.artist), ("show", tags.show), ("date", tags.date)):
            old = tags.id3.v1[name]
            if old and new and not _agrees(old, new):
                yield "the ID3v1 tag", f"has the {name} “{old}”, the ID3v2 tag “{new[:60]}”"


def _agrees(old: str, new: str) -> bool:
    """Whether an ID3v1 text is the beginning of the other, as far as its letters could be written."""
    wanted = new.encode("latin-1", "replace").decode("latin-1")
    return all(a == b or b == "?" or not a.isascii() or a == "?" for a, b in zip(old, wanted, strict=False)) and len(
        old
    ) <= len(wanted)


@rule(
    "T10",
    "warning",
    "unsynchronisation",
    hurts="players that don't undo it (old Android, some car radios): broken pictures and chapters",
    mend="write the tag without; no player of today needs it",
    source=ID3_24,
    fixable=True,
)
def unsynchronised(tags: Tags) -> Iterator[Found]:
    """Zero bytes put in for players of 1998."""
    if tags.id3 and tags.id3.unsynchronised:
        yield _TAG, "is unsynchronised"


@rule(
    "T11",
    "error",
    "a damaged tag",
    hurts="every player reads it up to there, or not at all",
    mend="write the tag anew (podpipe tag); the sound is not touched by it",
    source=ID3_24,
)
def damage(tags: Tags) -> Iterator[Found]:
    """Sizes that lie, frames that are none."""
    if tags.id3 and tags.id3.damage:
        yield _TAG, tags.id3.damage


@rule(
    "T12",
    "warning",
    "UTF-8 that is declared Latin-1",
    hurts="every app: “Ã¼” in place of “ü”",
    mend="declare what it is",
    source=ID3_24,
    fixable=True,
)
def mojibake(tags: Tags) -> Iterator[Found]:
    """Text that is valid UTF-8 with letters beyond ASCII is hardly ever Latin-1."""
    for text in tags.id3.mojibake if tags.id3 else ():
        yield f"“{text[:40]}”", "is UTF-8 and is declared Latin-1"


@rule(
    "T13",
    "warning",
    "a frame twice that may stand once",
    hurts="players: some show the first, some the last, some both",
    mend="keep one of them",
    source=ID3_23,
)
def repeated(tags: Tags) -> Iterator[Found]:
    """Text frames of v2.3 and v2.4, with different texts."""
    for name in tags.id3.repeated if tags.id3 else ():
        yield _TAG, f"has {name} more than once, with different texts"


@rule(
    "T14",
    "info",
    "a wrong length in the tag",
    hurts="players that believe TLEN: wrong length",
    mend="write the real length, or leave TLEN out",
    source=ID3_23,
    fixable=True,
)
def length(tags: Tags) -> Iterator[Found]:
    """TLEN, off by more than a second."""
    if tags.id3 and tags.id3.length_ms and tags.duration_ms and abs(tags.id3.length_ms - tags.duration_ms) > 1000:
        real, said = timecode.clock(tags.duration_ms), timecode.clock(tags.id3.length_ms)
        yield _TAG, f"says that the sound is {said} long (TLEN); it is {real}"


@rule(
    "T15",
    "warning",
    "a tag of more than 10 MB",
    hurts="everybody who streams: nothing is heard until all of it has come",
    mend="use smaller pictures",
    source=OWN,
)
def large(tags: Tags) -> Iterator[Found]:
    """The tag stands before the sound."""
    if tags.id3 and tags.id3.size > _TAG_BYTES:
        yield _TAG, f"has {tags.id3.size / 1e6:.1f} MB"
