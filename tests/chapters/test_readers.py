"""Files that we wrote, read by programs that nobody here wrote (bench/readers.py names them)."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from bench import feed_readers, readers
from bench.feed_readers import FEED_READERS, FeedReader
from bench.readers import KINDS, READERS, Reader
from podpipe import chapters
from podpipe.models import Chapter

CASES = readers.cases()
INSIDE = {"mutagen", "eyeD3", "libavformat (PyAV)"}
HOURS_MS = 36_000_000


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return readers.plain_files(tmp_path_factory.mktemp("plain"))


def reads_as_written(reader: Reader, kind: str, case: str, path: Path) -> None:
    found, wanted = reader.read(path), readers.wanted(CASES[case])
    if readers.known(reader.name, kind, case):
        assert found != wanted, f"{reader.name} has learned to read this: take it from KNOWN"
    else:
        assert found == wanted


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", KINDS)
def test_libraries_read_what_was_written(plain: dict[str, Path], tmp_path: Path, kind: str, case: str) -> None:
    path = readers.written(plain[kind], CASES[case], tmp_path)
    for reader in READERS:
        if reader.name in INSIDE and kind in reader.kinds:
            reads_as_written(reader, kind, case, path)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reader", [r for r in READERS if r.name not in INSIDE], ids=lambda reader: reader.name)
def test_programs_read_what_was_written(plain: dict[str, Path], tmp_path: Path, reader: Reader, kind: str) -> None:
    if not reader.version():
        pytest.skip(f"{reader.name} is not installed")
    for case, listed in CASES.items():
        path = readers.written(plain[kind], listed, tmp_path)
        reads_as_written(reader, kind, case, path)


@pytest.fixture(scope="module")
def silence(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return readers.plain_files(tmp_path_factory.mktemp("silence"), volume=0)


def ten_hours_of(source: Path, destination: Path) -> None:
    """The packets of a file again and again, for ten hours."""
    kind = destination.suffix[1:]
    with av.open(str(source)) as file, av.open(str(destination), "w", format={"m4a": "ipod"}.get(kind, kind)) as out:
        stream = out.add_stream_from_template(file.streams.audio[0])
        template = [packet for packet in file.demux(audio=0) if packet.size and packet.duration][2:]
        length = int(template[0].duration)
        ticks = HOURS_MS / 1000 / (length * float(template[0].time_base))
        data = [bytes(packet) for packet in template]
        for number in range(round(ticks)):
            packet = av.Packet(data[number % len(data)])
            packet.time_base, packet.stream = template[0].time_base, stream
            packet.pts = packet.dts = number * length
            packet.duration = length
            out.mux(packet)
    if kind == "flac":
        with destination.open(
            "r+b"
        ) as flac:  # STREAMINFO still counts the samples of the three seconds (RFC 9639, 8.2)
            flac.seek(21)
            head = flac.read(5)
            flac.seek(21)
            flac.write(bytes([head[0] & 0xF0]) + (HOURS_MS * 48).to_bytes(4, "big"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_ten_hours_are_read_by_all(silence: dict[str, Path], tmp_path: Path, kind: str) -> None:
    starts = range(0, HOURS_MS, 36_000)
    listed = [Chapter(f"Chapter {start}", start + 7, start + 36_007) for start in starts]
    listed = [Chapter("Start", 0, 7), *listed[:-2], Chapter("End", HOURS_MS - 71_993, HOURS_MS)]
    path = tmp_path / f"episode.{kind}"
    ten_hours_of(silence[kind], path)
    assert chapters.write(path, listed) == []
    for reader in READERS:
        if not reader.version() or kind not in reader.kinds or (reader.name, kind) == ("mutagen", "m4a"):
            continue
        assert reader.read(path) == readers.wanted(listed), reader.name


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("reader", FEED_READERS, ids=lambda reader: reader.name)
def test_chapters_in_a_feed_are_read_as_written(reader: FeedReader, tmp_path: Path, case: str) -> None:
    if not reader.version():
        pytest.skip(f"{reader.name} is not installed")
    found, wanted = feed_readers.found_and_wanted(reader, CASES[case], tmp_path)
    assert found == wanted
