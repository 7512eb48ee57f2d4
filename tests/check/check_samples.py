"""A clean file of each kind, and one for each rule that breaks just that rule (or as little else as may be)."""

from __future__ import annotations

import functools
import json
import struct
import tempfile
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from podpipe import library, storage
from podpipe.chapters import json as json_chapters
from podpipe.check import gather
from podpipe.ledger import Ledger
from podpipe.models import Chapter, Chapters, Episode, Transcript, Word
from podpipe.transcripts import WRITERS
from podpipe.transcripts.telling import Telling

RATE = 44_100
LENGTH_S = 45
LENGTH_MS = LENGTH_S * 1000
LEVEL = 0.2239
"""Of a sine of 1 kHz, mono, at −16 LUFS."""

Sound = NDArray[np.float32]


def sine(seconds: float, level: float = LEVEL, rate: int = RATE) -> Sound:
    time = np.arange(int(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)


def silence(seconds: float) -> Sound:
    return np.zeros(int(seconds * RATE), np.float32)


def mp3_sound(channels: Sound | tuple[Sound, ...], rate: int = RATE, kbps: int = 96) -> bytes:
    """The frames of an MP3 without any tag, with LAME's header frame."""
    parts = channels if isinstance(channels, tuple) else (channels,)
    layout = {1: "mono", 2: "stereo"}[len(parts)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sound.mp3"
        with av.open(str(path), "w", format="mp3") as container:
            stream = container.add_stream("libmp3lame", rate=rate, layout=layout, bit_rate=kbps * 1000)
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(np.stack(parts)), "fltp", layout)
            frame.sample_rate = rate
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        with gather.mapped(path) as view:
            start, end = gather.sound_of(view)
            return bytes(view[start:end])


@functools.cache
def clean_sound() -> bytes:
    return mp3_sound(sine(LENGTH_S))


def without_header(sound: bytes) -> bytes:
    """Without the first frame, which tells the length."""
    return sound[sound.index(b"\xff\xfb", 10) :] if b"Info" in sound[:200] or b"Xing" in sound[:200] else sound


def wav(path: Path, channels: Sequence[Sound], rate: int = RATE) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate)
        samples = np.clip(np.stack(channels, 1) * 32768, -32768, 32767).astype("<i2")
        file.writeframes(samples.tobytes())
    return path


# ID3, by hand


def synchsafe(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def frame(name: str, data: bytes, version: int = 3) -> bytes:
    if version == 2:
        return name.encode() + len(data).to_bytes(3, "big") + data
    size = synchsafe(len(data)) if version == 4 else struct.pack(">I", len(data))
    return name.encode() + size + b"\0\0" + data


def text(name: str, value: str, version: int = 3) -> bytes:
    data = b"\3" + value.encode() if version == 4 else b"\1" + value.encode("utf-16")
    return frame(name, data, version)


def chap(element: str, start: int, end: int, title: str, version: int = 3, offset: int = 0xFFFFFFFF) -> bytes:
    times = struct.pack(">4I", start, end, offset, offset)
    below = text("TIT2", title, version) if title else b""
    return frame("CHAP", element.encode() + b"\0" + times + below, version)


def ctoc(children: Sequence[str], element: str = "toc", flags: int = 3, version: int = 3) -> bytes:
    names = b"".join(child.encode() + b"\0" for child in children)
    return frame("CTOC", element.encode() + b"\0" + bytes((flags, len(children) % 256)) + names, version)


def jpeg(width: int = 1400, height: int = 1400, size: int = 1000, parts: int = 3, marker: int = 0xC0) -> bytes:
    head = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(11)[:10]
    start = bytes((0xFF, marker)) + struct.pack(">HBHHB", 8 + 3 * parts, 8, height, width, parts) + bytes(3 * parts)
    return (head + start + b"\xff\xda").ljust(size, b"\x55") + b"\xff\xd9"


def png(width: int = 1400, height: int = 1400, kind: int = 2) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", width, height, 8, kind, 0, 0, 0) + bytes(99)


def apic(data: bytes, declared: str = "image/jpeg", version: int = 3) -> bytes:
    return frame("APIC", b"\0" + declared.encode() + b"\0\3\0" + data, version)


def id3(frames: Sequence[bytes], version: int = 3, flags: int = 0) -> bytes:
    body = b"".join(frames)
    return b"ID3" + bytes((version, 0, flags)) + synchsafe(len(body)) + body


TEXTS = {"TIT2": "An episode", "TALB": "The Show", "TPE1": "Its Host", "TYER": "2026"}
CHAPTERS = [("c0", 0, 15_000, "Hello"), ("c1", 15_000, 30_000, "News"), ("c2", 30_000, LENGTH_MS, "Goodbye")]


@dataclass(frozen=True)
class Mp3:
    """What goes into an MP3; ``replace`` makes it worse."""

    version: int = 3
    texts: tuple[tuple[str, str], ...] = tuple(TEXTS.items())
    images: tuple[bytes, ...] = (jpeg(),)
    declared: str = "image/jpeg"
    chapters: tuple[tuple[str, int, int, str], ...] = tuple(CHAPTERS)
    contents: tuple[bytes, ...] | None = None
    more: tuple[bytes, ...] = ()
    sound: bytes = b""
    before: bytes = b""
    after: bytes = b""
    offset: int = 0xFFFFFFFF

    def tag(self) -> bytes:
        version = self.version
        frames = [text(name, value, version) for name, value in self.texts]
        frames += [apic(image, self.declared, version) for image in self.images]
        names = [element for element, *_ in self.chapters]
        if self.contents is not None:
            frames += self.contents
        elif names:
            frames.append(ctoc(names[:255], version=version))
        frames += [chap(*chapter, version, self.offset) for chapter in self.chapters]
        return id3([*frames, *self.more], version)

    def write(self, path: Path) -> Path:
        path.write_bytes(self.before + self.tag() + (self.sound or clean_sound()) + self.after)
        return path


CLEAN = Mp3()


def with_chapters(*chapters: tuple[int, int, str], **more: object) -> Mp3:
    rows = tuple((f"c{n}", *chapter) for n, chapter in enumerate(chapters))
    return replace(CLEAN, chapters=rows, **more)


def with_text(name: str, value: str | None) -> Mp3:
    texts = {**TEXTS, name: value}
    return replace(CLEAN, texts=tuple((n, v) for n, v in texts.items() if v is not None))


def with_sound(channels: Sound | tuple[Sound, ...], rate: int = RATE, kbps: int = 96) -> Mp3:
    return replace(CLEAN, sound=mp3_sound(channels, rate, kbps), chapters=())


def v1(title: str) -> bytes:
    return b"TAG" + title.encode("latin-1").ljust(30, b"\0") + bytes(60) + b"2026" + bytes(31)


def patched_header(sound: bytes, frames: int) -> bytes:
    place = sound.index(b"Info") if b"Info" in sound[:100] else sound.index(b"Xing")
    return sound[: place + 8] + struct.pack(">I", frames) + sound[place + 12 :]


def variable() -> bytes:
    """Half at one bit rate, half at another, without header."""
    return without_header(mp3_sound(sine(10), kbps=64)) + without_header(mp3_sound(sine(10), kbps=128))


def damaged_middle() -> bytes:
    sound = clean_sound()
    at = sound.index(b"\xff\xfb", len(sound) // 2)
    return sound[:at] + b"this is no sound" * 20 + sound[at:]


def xing_variable() -> bytes:
    sound = clean_sound()
    body = variable()
    return patched_header(sound[: sound.index(b"\xff\xfb", 10)] + body, 20 * RATE // 1152)


def unsynchronised() -> bytes:
    frames = id3([text(name, value) for name, value in TEXTS.items()])[10:].replace(b"\xff", b"\xff\0")
    return b"ID3\3\0\x80" + synchsafe(len(frames)) + frames


def only_sound(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


ID3_FILES: dict[str, Mp3] = {
    "A01": with_sound(sine(LENGTH_S, 0.05)),
    "A02": with_sound(sine(20, LEVEL * 10 ** (-3 / 20))),
    "A03": with_sound(sine(20, 0.97)),
    "A05": with_sound(sine(20, rate=16_000), rate=16_000, kbps=48),
    "A06": with_sound(sine(20, rate=32_000), rate=32_000),
    "A07": with_sound(sine(20, rate=22_050), rate=22_050, kbps=24),
    "A08": with_sound(sine(20), kbps=320),
    "A09": replace(CLEAN, sound=variable(), chapters=()),
    "A10": replace(CLEAN, sound=patched_header(clean_sound(), 99_999)),
    "A11": replace(CLEAN, sound=xing_variable(), chapters=()),
    "A12": with_sound(np.concatenate([silence(4), sine(20)])),
    "A13": with_sound(np.concatenate([sine(20), silence(12)])),
    "A14": with_sound(np.concatenate([sine(10), silence(12), sine(10)])),
    "A15": with_sound((sine(20), silence(20))),
    "A16": with_sound((sine(20), sine(20)), kbps=192),
    "A17": with_sound((sine(20), -sine(20))),
    "A20": replace(CLEAN, sound=damaged_middle()),
    "A21": with_sound(silence(20)),
    "A22": replace(
        CLEAN, sound=clean_sound() + without_header(mp3_sound(sine(10, rate=48_000), rate=48_000)), chapters=()
    ),
    "C01": with_sound(np.tile(sine(10), 61), rate=RATE, kbps=32),
    "C02": with_chapters((12_000, 24_000, "Hello"), (24_000, 34_500, "News"), (34_500, LENGTH_MS, "Goodbye")),
    "C03": with_chapters((0, 20_000, "Hello"), (20_000, LENGTH_MS, "News")),
    "C04": with_chapters((0, 9_000, "Hello"), (9_000, 30_000, "News"), (30_000, LENGTH_MS, "Goodbye")),
    "C05": replace(CLEAN, chapters=tuple(CHAPTERS[::-1])),
    "C06": with_chapters((0, 20_000, "Hello"), (15_000, 30_000, "News"), (30_000, LENGTH_MS, "Goodbye")),
    "C07": with_chapters((0, 12_000, "Hello"), (15_000, 30_000, "News"), (30_000, LENGTH_MS, "Goodbye")),
    "C08": with_chapters(*(row[1:] for row in CHAPTERS), (LENGTH_MS + 5000, LENGTH_MS + 9000, "Late")),
    "C09": with_chapters(*(row[1:] for row in CHAPTERS[:2]), (30_000, LENGTH_MS + 60_000, "Goodbye")),
    "C10": with_chapters((0, 15_000, "Hello"), (15_000, 10_000, "News"), (30_000, LENGTH_MS, "Goodbye")),
    "C11": with_chapters((0, 15_000, ""), *(row[1:] for row in CHAPTERS[1:])),
    "C12": with_chapters((0, 15_000, "x" * 50), *(row[1:] for row in CHAPTERS[1:])),
    "C13": with_chapters((0, 15_000, "x" * 71), *(row[1:] for row in CHAPTERS[1:])),
    "C14": with_chapters((0, 15_000, "News"), *(row[1:] for row in CHAPTERS[1:])),
    "C15": with_chapters((0, 15_000, "Hello"), (0, 15_000, "Again"), *(row[1:] for row in CHAPTERS[1:])),
    "C16": replace(CLEAN, contents=()),
    "C17": replace(CLEAN, contents=(ctoc(["c0", "c1", "c2", "c9"]),)),
    "C18": replace(CLEAN, contents=(ctoc(["c0", "c1"]),)),
    "C19": with_chapters(
        *((n * 100, n * 100 + 100, f"Number {n}") for n in range(300)),
        contents=(ctoc([f"c{n}" for n in range(300)]),),
    ),
    "C20": replace(CLEAN, contents=(ctoc(["c0", "c1", "c2"], flags=1),)),
    "C21": replace(CLEAN, contents=(ctoc(["c0", "c1", "c2"], flags=2),)),
    "C22": replace(CLEAN, contents=(ctoc(["c0", "c1", "c2", "toc"]),)),
    "C23": replace(CLEAN, chapters=tuple(("same", *row[1:]) for row in CHAPTERS)),
    "C24": replace(CLEAN, offset=0),
    "T01": with_text("TIT2", None),
    "T02": with_text("TALB", None),
    "T03": with_text("TYER", None),
    "T04": replace(with_chapters((0, 15_000, "ü" * 70), *(row[1:] for row in CHAPTERS[1:])), version=4),
    "T05": replace(CLEAN, version=4),
    "T07": replace(CLEAN, before=id3([text("TIT2", "Old"), text("TCOP", "Nobody")])),
    "T08": replace(CLEAN, after=b"APETAGEX" + struct.pack("<IIII", 2000, 32, 0, 0) + bytes(8)),
    "T09": replace(CLEAN, after=v1("Another episode")),
    "T11": replace(CLEAN, more=(b"TXXX\x00\x00\xff\xff\0\0abc",)),
    "T12": replace(with_text("TPE1", None), more=(frame("TPE1", b"\0" + "Müller".encode()),)),
    "T13": replace(CLEAN, more=(text("TIT2", "Another title"),)),
    "T14": with_text("TLEN", "1000"),
    "T15": replace(CLEAN, more=(frame("PRIV", b"x\0" + bytes(11_000_000)),)),
    "T16": replace(CLEAN, images=()),
    "T17": replace(CLEAN, images=(jpeg(size=600_000),)),
    "T18": replace(CLEAN, images=(jpeg(1400, 1500),)),
    "T19": replace(CLEAN, images=(jpeg(300, 300),)),
    "T20": replace(CLEAN, images=(jpeg(3001, 3001),)),
    "T21": replace(CLEAN, images=(b"GIF89a" + struct.pack("<HH", 1400, 1400) + bytes(90),), declared="image/gif"),
    "T22": replace(CLEAN, images=(png(),)),
    "T23": replace(CLEAN, images=(b"no picture at all",)),
    "T24": replace(CLEAN, images=(jpeg(parts=4),)),
    "T25": replace(CLEAN, images=(jpeg(marker=0xC2),)),
    "T26": replace(CLEAN, images=(png(kind=6),), declared="image/png"),
    "T27": replace(
        CLEAN,
        chapters=(),
        contents=(ctoc(["p"]),),
        more=(
            frame(
                "CHAP",
                b"p\0" + struct.pack(">4I", 0, LENGTH_MS, 2**32 - 1, 2**32 - 1)
                + text("TIT2", "Picture") + apic(jpeg(size=600_000)),
            ),
        ),
    ),
}  # fmt: skip

VTT = """WEBVTT

NOTE made by hand

00:00.000 --> 00:15.000
<v Ann>Hello, and welcome.

second
00:00:15.000 --> 00:00:30.000 align:start
Here is the news.

00:00:30.000 --> 00:00:44.000
That was the news.
"""
SRT = """1
00:00:00,000 --> 00:00:15,000
Hello, and welcome.

2
00:00:15,000 --> 00:00:44,000
Here is the news.
That was the news.
"""
TRANSCRIPTS: dict[str, tuple[str, str | bytes]] = {
    "S01": ("vtt", VTT.replace("00:15.000\n", "00:17.000\n")),
    "S02": ("vtt", VTT.replace("44.000", "59.000")),
    "S03": ("vtt", VTT.replace("00:00.000 --> 00:15.000", "00:44.000 --> 00:44.900")),
    "S04": ("vtt", VTT.replace("00:00:30.000 -->", "00:00:44.000 -->")),
    "S05": ("vtt", VTT.replace("Here is", "Here " + "really " * 10 + "is")),
    "S06": ("vtt", VTT.replace("Here is the news.", "<v Ann></v>")),
    "S07": ("vtt", "WEBVTT\n\n"),
    "S08": ("vtt", VTT.replace("WEBVTT\n\n", "")),
    "S09": ("vtt", VTT.replace("00:00:15.000 --> 00:00:30.000", "00:00:15.000 --> 00:00:30.500")),
    "S10": ("vtt", VTT.replace("00:44", "00:35").replace("00:00.000 --> 00:15.000", "00:14.000 --> 00:15.000")),
    "S11": ("vtt", VTT.replace("00:00:44.000", "soon")),
    "S12": ("vtt", VTT.replace("Hello", "Grüße").encode("latin-1")),
    "S13": ("vtt", VTT.replace("00:00:30.000 -->", "00:00:30,000 -->")),
}

FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
  xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
  <title>The Show</title>
  <description>About things.</description>
  <link>https://example.org/</link>
  <language>en-GB</language>
  <atom:link rel="self" type="application/rss+xml" href="https://example.org/feed.xml"/>
  <itunes:author>Ann</itunes:author>
  <itunes:explicit>false</itunes:explicit>
  <itunes:category text="Society &amp; Culture"><itunes:category text="Documentary"/></itunes:category>
  <itunes:image href="https://example.org/cover.jpg"/>
  <item>
    <title>The first</title>
    <guid isPermaLink="false">one</guid>
    <pubDate>Sun, 01 Nov 2009 06:00:00 +0000</pubDate>
    <enclosure url="https://example.org/1.mp3" length="12345" type="audio/mpeg"/>
    <itunes:duration>23:43</itunes:duration>
    <itunes:episode>1</itunes:episode>
    <podcast:chapters url="https://example.org/1.json" type="application/json+chapters"/>
    <podcast:transcript url="https://example.org/1.vtt" type="text/vtt"/>
  </item>
  <item>
    <title>The second</title>
    <guid isPermaLink="false">two</guid>
    <pubDate>Mon, 02 Nov 2009 06:00:00 +0000</pubDate>
    <enclosure url="https://example.org/2.m4a" length="12345" type="audio/x-m4a"/>
    <itunes:duration>1423</itunes:duration>
  </item>
</channel>
</rss>
"""


def without(*lines: str) -> str:
    kept = [line for line in FEED.splitlines() if not any(part in line for part in lines)]
    assert len(kept) < len(FEED.splitlines())
    return "\n".join(kept)


def changed(old: str, new: str) -> str:
    assert old in FEED
    return FEED.replace(old, new)


ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Show</title>
<id>x</id><entry><title>One</title><id>a</id><updated>2020-01-01T00:00:00Z</updated>
<link rel="enclosure" href="https://example.org/1.mp3" type="audio/mpeg" length="5"/></entry></feed>"""

FEEDS: dict[str, str] = {
    "F01": without('">one</guid>'),
    "F02": without('<enclosure url="https://example.org/2'),
    "F03": changed('url="https://example.org/2.m4a" ', ""),
    "F04": changed('2.m4a" length="12345"', '2.m4a" length="0"'),
    "F05": changed(' type="audio/x-m4a"', ""),
    "F06": changed("audio/x-m4a", "audio/mpeg"),
    "F07": changed("https://example.org/2.m4a", "http://example.org/2.m4a"),
    "F08": changed(">two<", ">one<"),
    "F09": changed("2.m4a", "1.mp3"),
    "F10": without("itunes:image"),
    "F11": without("itunes:category"),
    "F12": without("itunes:explicit"),
    "F13": without("<language>"),
    "F14": without("itunes:author"),
    "F15": without("<description>"),
    "F16": without("The second"),
    "F17": changed("Mon, 02 Nov 2009 06:00:00 +0000", "yesterday"),
    "F18": changed("02 Nov 2009", "02 Nov 2099"),
    "F19": without("Mon, 02 Nov"),
    "F20": changed("2.m4a", "download"),
    "F21": changed("About things.", "About things. " * 900_000),
    "F22": without("atom:link"),
    "F23": changed("application/json+chapters", "text/plain"),
    "F24": changed("text/vtt", "vtt"),
    "F25": changed("podcast-1.0.dtd", "Podcast-1.0.dtd"),
    "F26": changed("About things.", "Me & you."),
    "F27": changed("The second", "Episode 2: The second"),
    "F28": without(">1423<"),
    "F29": changed(">1423<", ">24 minutes<"),
    "F30": changed("Society &amp; Culture", "Society &amp; culture"),
    "F31": changed("cover.jpg", "cover.webp"),
    "F32": changed(">false<", ">maybe<"),
    "F33": FEED[: FEED.index("<item>")] + "</channel></rss>",
    "F34": changed("en-GB", "English!"),
    "F35": changed("https://example.org/2.m4a", "/2.m4a"),
    "F36": changed("2.m4a", "zwei ü.m4a"),
    "F39": changed("<itunes:episode>1<", "<itunes:episode>one<"),
    "F40": ATOM,
}
COVERS = {"F37": jpeg(800, 600), "F38": jpeg(size=600_000)}
"""Rules on a cover that is fetched."""

CHAPTERS_FILE = {
    "version": "1.2.0",
    "own": {"kept": True},
    "chapters": [
        {"startTime": 0, "title": "Hello", "endTime": 15},
        {"startTime": 15, "title": "News", "url": "https://example.org/", "own": 1},
        {"startTime": 30.25, "title": "Goodbye", "endTime": 44.5},
    ],
}
JSON_FILES: dict[str, dict[str, object]] = {
    "C25": {**CHAPTERS_FILE, "version": "chapters"},
    "C26": {
        **CHAPTERS_FILE,
        "chapters": [*CHAPTERS_FILE["chapters"][:2], {"startTime": 30, "title": "x", "img": "a.png"}],
    },
}


def surround(folder: Path) -> Path:
    return wav(folder / "surround.wav", [sine(5) * 0.4] * 6)


def clipped(folder: Path) -> Path:
    return wav(folder / "clipped.wav", [np.clip(sine(5, 4.0), -1, 1)])


def version_2(folder: Path) -> Path:
    tag = id3([text("TT2", "An episode", 2), text("TAL", "The Show", 2), text("TYE", "2026", 2)], 2)
    return only_sound(folder / "old.mp3", tag + clean_sound())


def in_library(folder: Path) -> Path:
    """A whole episode, as ingest leaves it."""
    path = folder / "episodes" / "an-episode-12345678"
    path.mkdir(parents=True)
    CLEAN.write(path / "original.mp3")
    episode = Episode(path.name, "guid", "An episode", "The Show")
    words = tuple(Word(f"word{n}.", n * 1000, n * 1000 + 900) for n in range(44))
    transcript = Transcript("en", gather.sound(path / "original.mp3", listen=False).duration_ms, words)
    chapters = tuple(Chapter(title, start, end) for _, start, end, title in CHAPTERS)
    storage.write_bytes(path / library.EPISODE, storage.encode(episode))
    storage.write_bytes(path / library.CHAPTERS, json_chapters.encode(Chapters(chapters)))
    storage.write_bytes(path / library.TRANSCRIPT, storage.encode(transcript))
    for ending in ("vtt", "srt"):
        (path / f"transcript.{ending}").write_text(WRITERS[ending](Telling(transcript)))
    CLEAN.write(path / library.TAGGED)
    Ledger(path).finish("fetch", "", ["original.mp3"], seconds=0)
    return path


def episode_without_vtt(folder: Path) -> Path:
    path = in_library(folder)
    (path / "transcript.vtt").unlink()
    return path


def episode_edited(folder: Path) -> Path:
    path = in_library(folder)
    (path / "chapters.json").write_text((path / "chapters.json").read_text().replace("News", "Olds"))
    return path


def episode_of_other_length(folder: Path) -> Path:
    path = in_library(folder)
    storage.write_bytes(path / library.TRANSCRIPT, storage.encode(Transcript("en", 60_000)))
    return path


def episode_of_other_sound(folder: Path) -> Path:
    path = in_library(folder)
    other = replace(CLEAN, sound=mp3_sound(sine(LENGTH_S, 0.2)))
    other.write(path / library.TAGGED)
    return path


def empty_file(folder: Path) -> Path:
    return only_sound(folder / "empty.mp3", b"")


MADE: dict[str, Callable[[Path], Path]] = {
    "X01": empty_file,
    "A04": clipped,
    "A18": clipped,
    "A19": surround,
    "T06": version_2,
    "E01": episode_without_vtt,
    "E02": episode_edited,
    "E03": episode_of_other_length,
    "E04": episode_of_other_sound,
}


def bad(code: str, folder: Path) -> Path | None:
    """A file that breaks a rule; None where that takes a server (COVERS)."""
    if code in MADE:
        return MADE[code](folder)
    if code == "T10":
        return only_sound(folder / "episode.mp3", unsynchronised() + clean_sound())
    if code in ID3_FILES:
        return ID3_FILES[code].write(folder / "episode.mp3")
    if code in TRANSCRIPTS:
        ending, content = TRANSCRIPTS[code]
        CLEAN.write(folder / "episode.mp3")
        data = content if isinstance(content, bytes) else content.encode()
        return only_sound(folder / f"episode.{ending}", data)
    if code in JSON_FILES:
        return only_sound(folder / "chapters.json", json.dumps(JSON_FILES[code]).encode())
    if code in FEEDS:
        return only_sound(folder / "feed.xml", FEEDS[code].encode())
    return None


def clean(family: str, folder: Path) -> list[Path]:
    """Files of a family with which nothing is wrong."""
    if family == "F":
        return [only_sound(folder / "feed.xml", FEED.encode())]
    if family == "E":
        return [in_library(folder)]
    CLEAN.write(folder / "episode.mp3")
    if family == "S":
        segments = [{"startTime": 0, "endTime": 44, "body": "All of it.", "speaker": "Ann"}]
        return [
            only_sound(folder / "episode.vtt", VTT.encode()),
            only_sound(folder / "episode.srt", SRT.replace(",000 --> 00:00:44", ",000 --> 00:00:30").replace(
                "Here is the news.\n", "Here is the news.\n\n3\n00:00:30,000 --> 00:00:44,000\n").encode()),
            only_sound(folder / "episode.json", json.dumps({"version": "1.0.0", "segments": segments}).encode()),
        ]  # fmt: skip
    if family == "C":
        chapters = only_sound(folder / "chapters.json", json.dumps(CHAPTERS_FILE).encode())
        return [folder / "episode.mp3", chapters]
    return [folder / "episode.mp3"]
