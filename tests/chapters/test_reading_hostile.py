"""Files that are damaged, lie, or mean harm: what is read of them stays small, and nothing but chapters comes back.

Work is counted in bytes and pieces read, not in seconds.
"""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from id3_bytes import chap, ctoc, frame, link, picture, synchsafe, tag, text
from mp4_bytes import SOUND, Track, box, chpl, movie
from mp4_bytes import text as sample
from ogg_bytes import comments, cue_sheet, flac, opus

from podpipe.chapters import reading
from podpipe.chapters.reading import source as limits
from podpipe.models import Chapter

MB = 1 << 20


class Watched(io.RawIOBase):
    """Bytes at offsets in a large file of zeros, and how much of it was read."""

    def __init__(self, parts: dict[int, bytes], size: int = 0) -> None:
        self.parts = parts
        self.length = max([size, *(at + len(data) for at, data in parts.items())])
        self.at = self.bytes_read = self.pieces = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset + (0, self.at, self.length)[whence]
        return self.at

    def tell(self) -> int:
        return self.at

    def read(self, size: int = -1) -> bytes:
        end = self.length if size < 0 else min(self.at + size, self.length)
        found = bytearray(max(end - self.at, 0))
        for at, data in self.parts.items():
            first, last = max(at, self.at), min(at + len(data), end)
            if first < last:
                found[first - self.at : last - self.at] = data[first - at : last - at]
        self.at += len(found)
        self.bytes_read += len(found)
        self.pieces += 1
        return bytes(found)


class Counted(limits.FileSource):
    """Every piece that a reader asks for."""

    pieces = 0

    def read(self, at: int, size: int) -> bytes:
        Counted.pieces += 1
        return super().read(at, size)


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    Counted.pieces = 0
    monkeypatch.setattr(reading, "FileSource", Counted)
    return lambda: Counted.pieces


def read(data: bytes | Watched, *, pictures: bool = True) -> tuple[Chapter, ...]:
    """Read, and see that what comes back is well formed."""
    file = Watched({0: data}) if isinstance(data, bytes) else data
    found = reading.read_file(file, pictures=pictures) or ()  # type: ignore[arg-type]
    assert len(found) <= limits.MAX_CHAPTERS
    assert all(0 <= chapter.start_ms <= chapter.end_ms for chapter in found)
    assert [c.start_ms for c in found] == sorted(c.start_ms for c in found)
    assert sum(len(chapter.picture.data) for chapter in found if chapter.picture) <= limits.MAX_PICTURES_BYTES
    return found


def mp3(version: int = 3, **how: int) -> bytes:
    frames = [
        frame("CTOC", ctoc("t", ["c0", "u"], frame("TIT2", text("All"), version=version)), version=version),
        frame("CTOC", ctoc("u", ["c1", "t"], flags=1), version=version),
        *(
            frame(
                "CHAP",
                chap(
                    f"c{n}",
                    n * 1000,
                    (n + 1) * 1000,
                    frame("TIT2", text(f"Chapter {n} " + "x" * 80), version=version),
                    link(b"https://e.org/", version=version),
                    picture(b"\x89PNG" + bytes(30), version=version),
                ),
                version=version,
            )
            for n in range(3)
        ),
    ]
    return tag(*frames, version=version, **how) + b"\xff\xfb\x90\x00" + bytes(413)


def mp4(**how: bool) -> bytes:
    titles = Track(2, samples=[(sample("One", "https://e.org/"), 5000), (sample("Two"), 5000)])
    shown = Track(3, b"vide", [(b"\xff\xd8\xff", 10_000)])
    listed = chpl([("One", 0), ("Two", 5000)])
    return movie(Track(1, b"soun", [(b"s", 1)], chapters=[2, 3]), titles, shown, listed=listed, **how)


def riff() -> bytes:
    made = mp3()
    body = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8) + b"id3 " + struct.pack("<I", len(made)) + made
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body


PAIRS = [("CHAPTER001", "00:00:01"), ("CHAPTER001NAME", "One"), ("CUESHEET", "TRACK 1\nINDEX 01 1:2:3")]
SEEDS = {
    "v2.2": mp3(2),
    "v2.3": mp3(),
    "v2.3 unsynchronised": mp3(flags=0x80),
    "v2.4": mp3(4),
    "v2.4 with a footer": b"\xff\xfb\x90\x00" + bytes(413) + mp3(4, flags=0x10)[:-417],
    "mp4": mp4(),
    "mp4 with moov first": mp4(moov_first=True, wide=True),
    "ogg": b"".join(opus(PAIRS)),
    "flac": flac((4, comments(PAIRS)), (5, cue_sheet([0, 10]))),
    "wav": riff(),
}


def test_the_seeds_have_chapters() -> None:
    assert all(read(seed) for seed in SEEDS.values())


@given(st.sampled_from(sorted(SEEDS)), st.data())
@settings(max_examples=1500)
def test_damage_anywhere_is_read_over(name: str, data: st.DataObject) -> None:
    whole = bytearray(SEEDS[name])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(whole) - 1))
        match data.draw(st.sampled_from(["byte", "word", "cut", "out", "in", "again"])):
            case "byte":
                whole[at] = data.draw(st.integers(0, 255))
            case "word":
                whole[at : at + 4] = data.draw(
                    st.sampled_from([b"\xff" * 4, bytes(4), b"\x7f" + b"\xff" * 3, b"\0\0\0\x01"])
                )
            case "cut":
                del whole[at + 1 :]
            case "out":
                del whole[at : at + data.draw(st.integers(1, 20))]
            case "in":
                whole[at:at] = data.draw(st.binary(max_size=20))
            case "again":
                whole[at:at] = whole[at : at + data.draw(st.integers(1, 400))]
        whole = whole or bytearray(b"\0")
    file = Watched({0: bytes(whole)})
    read(file)
    assert file.bytes_read <= 40 * len(whole) + 4 * MB
    assert file.pieces <= 2000


@pytest.mark.parametrize(
    "name", ["auphonic.m4a", "auphonic.mp3", "auphonic.ogg", "hindenburg-journalist-pro.m4a", "mp3chaps-py.mp3"]
)
@given(st.lists(st.tuples(st.integers(0, 12_000), st.integers(0, 255)), max_size=20), st.integers(0, 200_000))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_real_files_damaged(shared_data: Path, name: str, bytes_: list[tuple[int, int]], size: int) -> None:
    whole = bytearray((shared_data / "chapters" / name).read_bytes())
    for at, byte in bytes_:
        whole[at % len(whole)] = byte
    read(bytes(whole[: max(size, 20)]))


@given(
    st.binary(max_size=400),
    st.sampled_from(
        [
            b"ID3\x03\0\0\0\0\x0f\x7f",
            b"ID3\x04\0\x80\0\0\x0f\x7f",
            b"OggS",
            b"fLaC",
            b"\0\0\0\x08ftyp",
            b"RIFF....WAVE",
            b"\xff\xfb",
        ]
    ),
)
def test_noise_behind_a_good_beginning(noise: bytes, begins: bytes) -> None:
    read(begins + noise)


def test_a_picture_of_100_mb_is_hopped_over() -> None:
    """One as the cover, one in a chapter: neither is read, and what stands after them is."""
    cover = b"APIC" + struct.pack(">I", 100 * MB) + bytes(2)
    inner = b"APIC" + struct.pack(">I", 100 * MB) + bytes(2)
    head = chap("c0", 0, 1000, frame("TIT2", text("One")))
    after = link(b"https://e.org/")
    body = b"CHAP" + struct.pack(">I", len(head) + len(inner) + 100 * MB + len(after)) + bytes(2)
    two = frame("CHAP", chap("c1", 1000, 2000, frame("TIT2", text("Two"))))
    start = b"ID3\x03\0\0" + synchsafe((1 << 28) - 1) + cover
    second = len(start) + 100 * MB
    third = second + len(body + head + inner) + 100 * MB
    file = Watched({0: start, second: body + head + inner, third: after + two}, size=300 * MB)
    assert [(c.title, c.url, c.picture) for c in read(file)] == [("One", "https://e.org/", None), ("Two", "", None)]
    assert file.bytes_read < MB // 8


def test_pictures_are_read_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_PICTURES_BYTES", 2500)
    monkeypatch.setattr(limits, "MAX_PICTURE_BYTES", 1500)
    sizes = [1000, 1600, 1000, 1000, 400]
    frames = [frame("CHAP", chap(f"c{n}", n, n, picture(b"\x89PNG" + bytes(size - 4)))) for n, size in enumerate(sizes)]
    found = read(tag(*frames) + bytes(100))
    assert [len(c.picture.data) if c.picture else 0 for c in found] == [1000, 0, 1000, 0, 400]


@pytest.mark.parametrize("version", [3, 4])
def test_compressed_frames_can_not_fill_the_memory(version: int) -> None:
    """A quarter of a gigabyte in 250 kB, fifty times over."""
    deflate = zlib.compressobj(9)
    bomb = b"".join(deflate.compress(b"x" * MB) for _ in range(256)) + deflate.flush()
    data = tag(
        frame("CHAP", chap("c0", 0, 1, frame("TIT2", text("One"), version=version)), version=version),
        *[frame("CHAP", bytes(4) + bomb, version=version, flags=9 if version == 4 else 0x80)] * 50,
        version=version,
    )
    tracemalloc.start()
    try:
        assert [chapter.title for chapter in read(data)] == ["One"]
        assert tracemalloc.get_traced_memory()[1] < 120 * MB
    finally:
        tracemalloc.stop()


def test_tables_that_lead_in_circles_end() -> None:
    tables = [frame("CTOC", ctoc(f"t{n}", [f"t{(n + 1) % 50}", f"t{(n + 7) % 50}", "c0"], flags=1)) for n in range(50)]
    assert [c.toc for c in read(tag(*tables, frame("CHAP", chap("c0", 0, 1, frame("TIT2", text("One"))))))] == [True]


def test_deep_tables_are_no_recursion() -> None:
    tables = [frame("CTOC", ctoc(f"t{n}", [f"t{n + 1}"], flags=3 if n == 0 else 1)) for n in range(5000)]
    last = frame("CTOC", ctoc("t5000", ["c0"], flags=1))
    data = tag(
        *tables, last, frame("CHAP", chap("c0", 0, 1, frame("TIT2", text("One")))), frame("CHAP", chap("c1", 2, 3))
    )
    assert [chapter.toc for chapter in read(data)] == [True, False]


def test_a_million_chapters_are_cut() -> None:
    many = [f"{n:07}" for n in range(100_000)]
    frames = b"".join(frame("CHAP", chap(name, 1, 2)) for name in many)
    assert len(read(tag(frames))) == limits.MAX_CHAPTERS
    million = struct.pack(">IBI", 1 << 24, 0, 1_000_000) + struct.pack(">QBc", 1, 1, b"x") * 1_000_000
    assert len(read(movie(listed=box(b"chpl", million)))) == limits.MAX_CHAPTERS
    text_track = movie(SOUND, Track(2, samples=[(sample("x"), 1)] * 50_000))
    assert len(read(text_track)) == limits.MAX_CHAPTERS
    pairs = [(f"CHAPTER{n:03}", "0:01") for n in range(50_000)]
    assert len(read(flac((4, comments(pairs))))) == limits.MAX_CHAPTERS


def test_small_tables_that_claim_a_million_samples(pieces: Callable[[], int]) -> None:
    """Every number in the table is as large as it can be; the file has 2 kB."""
    table = box(
        b"stbl",
        box(b"stts", bytes(4), struct.pack(">III", 1, 0xFFFFFFFF, 0xFFFFFFFF)),
        box(b"stsc", bytes(4), struct.pack(">4I", 1, 1, 0xFFFFFFFF, 1)),
        box(b"stsz", bytes(4), struct.pack(">II", 60_000, 0xFFFFFFFF)),
        box(b"stco", bytes(4), struct.pack(">II", 1, 0)),
    )
    media = box(
        b"mdia", box(b"mdhd", bytes(12), struct.pack(">II", 1, 1)), box(b"hdlr", bytes(8), b"text"), box(b"minf", table)
    )
    tracks = [
        box(
            b"trak",
            box(b"tkhd", bytes(12), struct.pack(">I", number)),
            box(b"tref", box(b"chap", struct.pack(">40I", *range(40)))),
            media,
        )
        for number in range(40)
    ]
    file = Watched({0: box(b"ftyp", b"M4A ") + box(b"moov", *tracks)}, size=500 * MB)
    read(file)
    assert file.bytes_read < 200 * MB
    assert pieces() < 500_000


def test_boxes_within_boxes_without_end(pieces: Callable[[], int]) -> None:
    """Every eight bytes a box that says to reach to the end."""
    nested = b"".join(
        struct.pack(">I4s", 0, name) for name in [b"ftyp", *[b"moov", b"trak", b"mdia", b"udta"] * 20_000]
    )
    assert read(nested) == ()
    assert read(box(b"ftyp") + box(b"moov", box(b"trak") * 100_000)) == ()
    assert read(box(b"ftyp") + box(b"free") * 100_000) == ()
    assert pieces() < 500_000


def test_frames_without_content(pieces: Callable[[], int]) -> None:
    assert read(tag(frame("TXXX", b"") * 200_000)) == ()
    inner = frame("CHAP", chap("c0", 0, 1, frame("TXXX", b"") * 1000))
    assert len(read(tag(inner * 1000))) == 1
    assert pieces() < 500_000


def test_tags_without_content(pieces: Callable[[], int]) -> None:
    file = Watched({0: b"ID3\x03\0\0\0\0\0\0" * 100_000})
    assert read(file) == ()
    assert pieces() < 1000
    seek = tag(frame("SEEK", bytes(4), version=4), version=4)
    assert read(seek * 1000) == ()
    foot = b"3DI\x04\0\x10\x7f\x7f\x7f\x7f"
    assert read(b"\xff\xfb" + bytes(40) + foot) == ()


def test_streams_without_end(pieces: Callable[[], int]) -> None:
    page = struct.pack("<4sBBqI", b"OggS", 0, 2, 0, 0)
    many = b"".join(page[:14] + struct.pack("<IIIB", n, 0, 0, 1) + b"\x01x" for n in range(50_000))
    assert read(many) == ()
    endless = struct.pack("<4sBBqIIIB", b"OggS", 0, 0, 0, 1, 0, 0, 255) + b"\xff" * 255 + bytes(255 * 255)
    assert read(endless * 100) == ()
    assert pieces() < 100_000


def test_comments_that_claim_to_be_many_or_long() -> None:
    for data in (
        struct.pack("<II", 0, 0xFFFFFFFF),
        struct.pack("<I", 0xFFFFFFFF),
        struct.pack("<III", 0, 5, 0xFFFFFFFF),
    ):
        assert read(flac((4, data))) == ()
    long = [("CHAPTER001", "0:00"), ("CHAPTER001NAME", "x" * 10 * MB)]
    assert 100_000 < len(read(flac((4, comments(long))))[0].title) <= MB


def test_titles_are_cut_before_they_fill_the_memory() -> None:
    (found,) = read(tag(frame("CHAP", chap("c0", 0, 1, frame("TIT2", text("x" * 5 * MB, 0))))))
    assert 100_000 < len(found.title) <= MB


def test_a_file_that_shrinks_while_it_is_read() -> None:
    class Shrinking(Watched):
        def read(self, size: int = -1) -> bytes:
            return super().read(size) if self.pieces < 2 else b""

    for seed in SEEDS.values():
        read(Shrinking({0: seed, 20_000: seed}))
