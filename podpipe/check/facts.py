"""What the rules look at, gathered once: frozen, plain, times in milliseconds, sizes in bytes."""

from __future__ import annotations

from dataclasses import dataclass, field

from podpipe.loudness import Measured


@dataclass(frozen=True, slots=True)
class Mpeg:
    """What the frames of an MP3 say (ISO 11172-3), all of them read. Bit rates in kbit/s."""

    frames: int
    duration_ms: int
    bit_rates: tuple[int, ...]
    sample_rates: tuple[int, ...]
    header: str = ""
    """The kind of the header frame that says how long it is: Xing, Info or VBRI; empty where there is none."""
    header_frames: int | None = None
    junk_bytes: int = 0
    truncated: bool = False

    @property
    def variable(self) -> bool:
        """Whether the bit rate varies."""
        return len(self.bit_rates) > 1


@dataclass(frozen=True, slots=True)
class Sound:
    """The audio stream. ``bit_rate`` in bits per second; ``measured`` is None where nobody listened."""

    container: str
    codec: str
    duration_ms: int
    sample_rate: int
    channels: int
    bit_rate: int
    mpeg: Mpeg | None = None
    measured: Measured | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A chapter as it stands in a file. ``end_ms`` is None where the carrier has no end."""

    title: str
    start_ms: int
    end_ms: int | None = None
    element: str = ""
    listed: bool = True
    url: str = ""
    image: str = ""
    offsets: bool = False
    """Whether it gives byte offsets beside its times."""


@dataclass(frozen=True, slots=True)
class Contents:
    """A CTOC frame: a table of contents (ID3v2 Chapter Frame Addendum 1.0, section 3.2)."""

    element: str
    top: bool
    ordered: bool
    children: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """The chapters of a file in the order in which they stand there."""

    carrier: str
    """"id3", "json" or "container"."""
    marks: tuple[Mark, ...]
    duration_ms: int | None = None
    contents: tuple[Contents, ...] = ()
    version: str = ""
    """Of the JSON chapters format."""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture in a file or behind a URL, by its own bytes. ``width`` 0 where they can't be understood."""

    where: str
    size: int
    declared: str
    found: str
    """Media type by its bytes; empty where they are of no known kind."""
    width: int = 0
    height: int = 0
    colours: str = ""
    """"rgb", "cmyk", "grey" or empty."""
    alpha: bool = False
    progressive: bool = False
    cover: bool = True


@dataclass(frozen=True, slots=True)
class Id3:
    """How an ID3v2 tag is made."""

    version: int
    """3 for ID3v2.3."""
    size: int
    unsynchronised: bool = False
    tags: int = 1
    ape: bool = False
    v1: dict[str, str] | None = None
    damage: str = ""
    long_subframes: tuple[str, ...] = ()
    """Chapters with a sub-frame of 128 bytes or more."""
    mojibake: tuple[str, ...] = ()
    """Texts that are UTF-8 but are declared Latin-1."""
    repeated: tuple[str, ...] = ()
    """Frames that may stand once and stand more often."""
    length_ms: int | None = None
    """TLEN."""


@dataclass(frozen=True, slots=True)
class Tags:
    """What a file says of itself."""

    title: str = ""
    show: str = ""
    artist: str = ""
    date: str = ""
    duration_ms: int = 0
    images: tuple[Image, ...] = ()
    id3: Id3 | None = None


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue as it stands in a transcript; ``line`` is where its times stand (0 in JSON)."""

    start_ms: int
    end_ms: int
    text: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Cues:
    """A transcript with times. ``faults`` are (place, what) that the reader stumbled over."""

    format: str
    cues: tuple[Cue, ...]
    duration_ms: int | None = None
    header: bool = True
    utf8: bool = True
    faults: tuple[tuple[str, str], ...] = ()
    separators: tuple[int, ...] = ()
    """Lines whose times have the other format's decimal sign."""


@dataclass(frozen=True, slots=True)
class Link:
    """A ``podcast:chapters`` or ``podcast:transcript`` element."""

    url: str
    type: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """An enclosure's attributes as they stand; None where one is missing."""

    url: str | None
    length: str | None
    type: str | None


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a feed, texts as they stand; None where an element is missing."""

    number: int
    title: str | None
    guid: str | None
    date: str | None
    enclosures: tuple[Enclosure, ...] = ()
    duration: str | None = None
    explicit: str | None = None
    image: str | None = None
    episode: str | None = None
    chapters: tuple[Link, ...] = ()
    transcripts: tuple[Link, ...] = ()

    @property
    def name(self) -> str:
        """How to point to it."""
        return f"item {self.number}" + (f" “{self.title[:40]}”" if self.title else "")


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed, texts as they stand; None where an element is missing."""

    size: int
    kind: str
    """"rss" or "atom"."""
    title: str | None = None
    description: str | None = None
    language: str | None = None
    author: str | None = None
    explicit: str | None = None
    image: str | None = None
    link: str | None = None
    categories: tuple[str, ...] = ()
    self_link: str | None = None
    items: tuple[Item, ...] = ()
    faults: tuple[str, ...] = ()
    """What is not well-formed."""
    namespaces: dict[str, str] = field(default_factory=dict)
    undeclared: tuple[str, ...] = ()
    """Prefixes that are used and never declared."""
    cover: Image | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """The files of an episode of the library, as far as they should agree."""

    duration_ms: int
    missing: tuple[str, ...]
    chapters: tuple[tuple[int, str], ...]
    """Start and title in ``chapters.json``."""
    tagged: tuple[tuple[int, str], ...] | None
    """Those in ``episode.mp3``; None where it is missing."""
    transcript_ms: int | None
    same_sound: bool | None
    """Whether the sound of ``episode.mp3`` is the original's; None where they can't be compared."""
